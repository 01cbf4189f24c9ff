"""Whole sets with their published splits: the net with its defaults, what the guide recommends,
baselines, and the figures that others have published.

``--dev`` uses development parts alone, which is where everything was chosen; without it, test parts
are scored. Finished fits are kept, so a run that was stopped goes on where it ended, and a table is
written with what there is. No claim is asserted: the tables are the result.

Run: ``python benchmarks/bench_whole.py [--sets docstrings phalanx] [--seeds 3] [--output PAGE]``
"""

import argparse
import warnings
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from _kept_fits import keep, path_of, read
from _whole_candidates import candidates_of
from _whole_page import write_page
from _whole_sets import WHOLE_SETS
from joblib import Parallel, delayed

from skseq.data import as_tags

HERE = Path(__file__).parent


def fit_and_score(name, candidate, seed, dev):
    """Fit a candidate and score it: figures by name, and the seconds of the fit."""
    torch.set_num_threads(1)
    part = WHOLE_SETS[name](seed, dev)
    model = candidates_of(name, part.kind, seed)[candidate]
    start = perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a collapse shows in the scores
        y_train = as_tags(part.y_train) if "tags" in part.kind else part.y_train
        model.fit(part.X_train, y_train)
    seconds = perf_counter() - start
    return part.scores(part.y_test, model.predict(part.X_test)) | {"seconds": seconds}


def cached(name, candidate, seed, dev, cache):
    """Fit unless the cache has it."""
    keep(
        path_of(cache, name, candidate, seed, dev),
        f"{name}, {candidate}, seed {seed}",
        partial(fit_and_score, name, candidate, seed, dev),
    )


def read_tables(sets, n_seeds, dev, cache):
    """What the cache has: set -> candidate -> figure -> ndarray of shape (n_seeds_there,)."""
    tables = {}
    for name in sets:
        for candidate in candidates_of(name, WHOLE_SETS[name](0).kind, 0):
            paths = [path_of(cache, name, candidate, seed, dev) for seed in range(n_seeds)]
            found = read(paths)
            if found:
                figures = {key: np.array([each[key] for each in found]) for key in found[0]}
                tables.setdefault(name, {})[candidate] = figures
    return tables


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=WHOLE_SETS, default=list(WHOLE_SETS))
    parser.add_argument("--only", nargs="+", help="candidates whose name contains one of these")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--dev", action="store_true", help="development parts in place of test parts"
    )
    parser.add_argument("--cache", type=Path, default=HERE / ".cache" / "whole")
    parser.add_argument("--output", type=Path, help="Markdown page to write")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    todo = [
        (name, candidate, seed, options.dev, options.cache)
        for name in options.sets
        for candidate in candidates_of(name, WHOLE_SETS[name](0).kind, 0)
        if not options.only or any(part in candidate for part in options.only)
        for seed in range(options.seeds)
    ]
    Parallel(options.jobs)(delayed(cached)(*each) for each in todo)
    tables = read_tables(options.sets, options.seeds, options.dev, options.cache)
    if options.output is not None:
        write_page(options.output, tables, options.seeds, dev=options.dev)
        print(f"wrote {options.output}")


if __name__ == "__main__":
    main()
