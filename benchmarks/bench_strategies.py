"""Every strategy on real sets: what helps, by how much, and whether a plain baseline does better.

Each strategy is one change to one pipeline (encode or scale, sample, weight, model); the net has
its default parameters. The sets are cut to a size that all of it can afford (`_real_sets.py`). A
seed draws the training rows, the first weights and the batches; the test rows are from the
published test parts. What the defaults stand on is the matter of `bench_recipes.py`.

No claim is asserted: the tables are the result, losses and all. What was fitted lies in the cache,
so that a run that was stopped goes on where it ended.

Run: ``python benchmarks/bench_strategies.py [--jobs 2] [--output docs/results.md]``
"""

import argparse
import json
import re
import warnings
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from _kept_fits import keep
from _real_sets import SETS
from _results_page import scores_of, write_page
from _whole_candidates import baselines_of
from joblib import Parallel, delayed
from sklearn.base import clone

from skseq.data import as_tags
from skseq.model_selection import make_plain_pipeline, strategies

HERE = Path(__file__).parent
CHOSEN = ("mrda", "docstrings", "cefr", "phalanx", "medical", "cmapss", "anem", "python")


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


def fit_and_score(model, part):
    """Fit, and score the test part: figures by name, and the seconds of the fit."""
    torch.set_num_threads(1)
    tags = "tags" in part.kind
    start = perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a collapse or a shrunk class shows in the scores
        model.fit(part.X_train, as_tags(part.y_train) if tags else part.y_train)
    seconds = perf_counter() - start
    proba, predicted = model.predict_proba(part.X_test), model.predict(part.X_test)
    y_test = as_tags(part.y_test).values if tags else np.asarray(part.y_test)
    if tags:
        proba, predicted = proba.values, as_tags(predicted).values
    return scores_of(model.classes_, proba, predicted, y_test, part.background) | {
        "seconds": seconds
    }


def cached_fit(name, seed, table, candidate, cache):
    """Fit unless the cache has it."""

    def fit():
        part = SETS[name](seed)
        figures = fit_and_score(candidates_of(part.kind, seed)[table][candidate], part)
        return figures | {"torch": torch.__version__.split("+")[0]}

    path = cache_path(name, seed, table, candidate, cache)
    keep(path, f"{name}, seed {seed}, {candidate}", fit)


def read_results(name, n_seeds, cache):
    """What the cache has of a set: kind, description, figures by table and candidate; versions."""
    part = SETS[name](0)
    tables, versions = {}, set()
    for table, candidates in candidates_of(part.kind, 0).items():
        for candidate in candidates:
            paths = [cache_path(name, seed, table, candidate, cache) for seed in range(n_seeds)]
            rows = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
            versions |= {row.pop("torch") for row in rows}
            figures = {key: np.array([row[key] for row in rows]) for key in rows[0]}
            tables.setdefault(table, {})[candidate] = figures
    about = " ".join(SETS[name].__doc__.split())
    about = f"{about} {len(part.X_train)} sequences to train on, {len(part.X_test)} to test on."
    return (part.kind, about, tables), versions


def cache_path(name, seed, table, candidate, cache):
    """Where the figures of a fit lie."""
    slug = re.sub(r"[^a-z0-9.]+", "-", f"{table} {candidate}".lower())
    return cache / f"{name}_{seed}_{slug}.json"


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
        read = {name: read_results(name, options.seeds, options.cache) for name in options.sets}
        results = {name: result for name, (result, _) in read.items()}
        versions = set().union(*(its for _, its in read.values()))
        write_page(options.output, results, options.seeds, versions)
        print(f"wrote {options.output}")


if __name__ == "__main__":
    main()
