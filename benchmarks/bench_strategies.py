"""Every strategy on real sets: what helps, by how much, and whether a plain baseline does better.

Each strategy is one change to one pipeline (encode or scale, sample, weight, model); the net has
its default parameters. The sets are cut to a size that all of it can afford (`_real_sets.py`). A
seed draws the training rows, the first weights and the batches; the test rows are from the
published test parts. What the defaults stand on is the matter of `bench_recipes.py`.

No claim is asserted: the tables are the result, losses and all. What was fitted lies in the cache,
so that a run that was stopped goes on where it ended; scores are computed from kept predictions.

Run: ``python benchmarks/bench_strategies.py [--jobs 2] [--output docs/results.md]``
"""

import argparse
import re
import warnings
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from _real_sets import SETS
from _results_page import scores_of, write_page
from _whole_candidates import baselines_of
from joblib import Parallel, delayed
from sklearn.base import clone

from skseq.data import as_tags
from skseq.model_selection import make_plain_pipeline, strategies

HERE = Path(__file__).parent
CHOSEN = ("mrda", "docstrings", "cefr", "phalanx", "medical", "anem", "python", "cmapss")


def candidates_of(kind, seed):
    """What is to be fitted: name -> estimator, by table."""
    plain = make_plain_pipeline(kind, random_state=seed)
    return {
        "strategies": {
            name: clone(plain).set_params(**params)
            for name, params in strategies(kind, random_state=seed).items()
        },
        "baselines": baselines_of(kind, seed),
    }


def fit_and_predict(model, part):
    """Fit; give seconds, and probabilities and predicted codes of the test part."""
    torch.set_num_threads(1)
    start = perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a collapse or a shrunk class shows in the scores
        y_train = part.y_train
        model.fit(part.X_train, as_tags(y_train) if "tags" in part.kind else y_train)
    seconds = perf_counter() - start
    classes = np.asarray(model.classes_)
    proba, predicted = model.predict_proba(part.X_test), model.predict(part.X_test)
    if "tags" in part.kind:
        proba, predicted = proba.values, as_tags(predicted).values
    codes = np.searchsorted(classes, predicted)
    return {"seconds": seconds, "classes": classes, "proba": proba, "codes": codes}


def cached_fit(name, seed, table, candidate, cache):
    """Fit unless the cache has it; say so on the way."""
    path = cache_path(name, seed, table, candidate, cache)
    if path.exists():
        return
    part = SETS[name](seed)
    result = fit_and_predict(candidates_of(part.kind, seed)[table][candidate], part)
    result["proba"] = result["proba"].astype(np.float32)
    unfinished = path.with_suffix(".part.npz")
    np.savez_compressed(unfinished, **result)
    unfinished.rename(path)
    print(f"{name}, seed {seed}, {candidate}: {result['seconds']:.1f} s", flush=True)


def read_results(name, n_seeds, cache):
    """What a set is, and the scores of all its candidates from the cache, table by table."""
    scores = {}
    for seed in range(n_seeds):
        part = SETS[name](seed)
        y_test = as_tags(part.y_test).values if "tags" in part.kind else np.asarray(part.y_test)
        for table, candidates in candidates_of(part.kind, seed).items():
            for candidate in candidates:
                with np.load(cache_path(name, seed, table, candidate, cache)) as result:
                    row = scores_of(result, y_test, part.background)
                scores.setdefault(table, {}).setdefault(candidate, []).append(row)
    tables = {
        table: {candidate: np.array(rows) for candidate, rows in candidates.items()}
        for table, candidates in scores.items()
    }
    n_train, n_test = len(part.X_train), len(part.X_test)
    about = " ".join(SETS[name].__doc__.split())
    about = f"{about} {n_train} sequences to train on, {n_test} to test on."
    return about, tables


def cache_path(name, seed, table, candidate, cache):
    """Where the result of a fit lies."""
    slug = re.sub(r"[^a-z0-9.]+", "-", f"{table} {candidate}".lower())
    return cache / f"{name}_{seed}_{slug}.npz"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=CHOSEN)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=HERE / ".cache" / "strategies")
    parser.add_argument("--output", type=Path, help="Markdown page to write")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    kinds = {name: SETS[name](0).kind for name in options.sets}
    todo = [
        (name, seed, table, candidate)
        for table in ("baselines", "strategies")
        for seed in range(options.seeds)
        for name, kind in kinds.items()
        for candidate in candidates_of(kind, seed)[table]
    ]
    Parallel(options.jobs)(delayed(cached_fit)(*each, options.cache) for each in todo)
    if options.output is not None:
        results = {name: read_results(name, options.seeds, options.cache) for name in options.sets}
        write_page(options.output, results, options.seeds)
        print(f"wrote {options.output}")


if __name__ == "__main__":
    main()
