"""Ordered labels, badly imbalanced: weigh, resample, regress, merge, decide or cut?

Each answer is one change to one plain net, on two real sets (`_real_sets.py`): bone outlines in six
stages, and 1,500 sentences in six levels of difficulty. A seed draws training rows, first weights
and batches. Scores are of the published test parts: the macro-averaged absolute error, in places,
weighted kappa, and macro F1.

No claim is asserted: the table is the result. What was fitted lies in the cache, so that a run that
was stopped goes on where it ended.

Run: ``python benchmarks/bench_ordered.py [--sets phalanx cefr] [--seeds 3] [--jobs 1]``
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
import torch
from _kept_fits import keep, path_of, read
from _real_sets import SETS
from _results_page import cell_of
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import cohen_kappa_score, f1_score

from skseq import SequenceOrdinalClassifier, SequenceRegressor
from skseq.meta import ClassMerger, OrdinalThresholdClassifier
from skseq.metrics import macro_mean_absolute_error
from skseq.model_selection import baselines, make_plain_pipeline
from skseq.samplers import SequenceOverSampler

HERE = Path(__file__).parent
SCORES = {
    "error, places": macro_mean_absolute_error,
    "weighted kappa": lambda y, predicted: cohen_kappa_score(y, predicted, weights="quadratic"),
    "macro F1": lambda y, predicted: f1_score(y, predicted, average="macro"),
}


class Rounded(BaseEstimator):
    """Levels that are whole numbers, by a regressor whose predictions are rounded."""

    def __init__(self, regressor):
        self.regressor = regressor

    def fit(self, X, y):
        """Fit the regressor to the levels as numbers."""
        self.levels_ = np.unique(y)
        self.regressor_ = clone(self.regressor).fit(X, np.asarray(y, dtype=np.float64))
        return self

    def predict(self, X):
        """Levels, none beyond the lowest and highest: ndarray of shape (n_sequences,)."""
        numbers = np.round(self.regressor_.predict(X))
        return numbers.clip(self.levels_[0], self.levels_[-1]).astype(self.levels_.dtype)


def candidates_of(part, seed):
    """Estimators of raw sequences, by name."""
    levels = np.unique(part.y_train).tolist()
    outer = {levels[0]: levels[1], levels[-1]: levels[-2]}
    plain = make_plain_pipeline(part.kind, random_state=seed)

    def changed(**params):
        return clone(plain).set_params(**params)

    ordinal = SequenceOrdinalClassifier(random_state=seed)
    regressor = SequenceRegressor(random_state=seed)
    fair = {"model__target_prior": "uniform", "model__decision": "median"}
    rare = {"model__regressor__target_weight": "sqrt_lds"}
    models = baselines(part.kind, ordered=True, random_state=seed)
    linear = list(models)[-2]
    return {
        "plain net": plain,
        "weighed": changed(model__class_weight="balanced"),
        "resampled": changed(sample=SequenceOverSampler(random_state=seed)),
        "told the order": changed(model=ordinal),
        "told the order, decided for the rare end": changed(model=ordinal, **fair),
        "regressed": changed(model=Rounded(regressor)),
        "regressed, rare numbers weighed": changed(model=Rounded(regressor), **rare),
        "outer two merged, told apart after": ClassMerger(plain, mapping=outer, refine=True),
        "cut by shares": OrdinalThresholdClassifier(plain, cv=3),
        f"*{linear}*": models[linear],
        "*the same, cut by shares*": models[f"{linear}, cut by shares"],
    }


def fit_and_score(name, candidate, seed):
    """Scores of one fit, by name."""
    torch.set_num_threads(1)
    part = SETS[name](seed)
    model = candidates_of(part, seed)[candidate]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a collapse, or a rare class, shows in the scores
        predicted = model.fit(part.X_train, part.y_train).predict(part.X_test)
    return {key: float(score(part.y_test, predicted)) for key, score in SCORES.items()}


def cached(name, candidate, seed, cache):
    """Fit unless the cache has it."""
    path = path_of(cache, name, candidate, seed, dev=False)
    keep(path, f"{name}, {candidate}, seed {seed}", lambda: fit_and_score(name, candidate, seed))


def show(name, n_seeds, cache):
    """Print a set's table."""
    print(f"\n{name}\n\n| answer | {' | '.join(SCORES)} |\n| --- |{' ---: |' * len(SCORES)}")
    for candidate in candidates_of(SETS[name](0), 0):
        found = read([path_of(cache, name, candidate, seed, dev=False) for seed in range(n_seeds)])
        table = np.array([[each[key] for key in SCORES] for each in found])
        cells = [cell_of(of_score) for of_score in table.T]
        print(f"| {candidate} | {' | '.join(cells)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sets", nargs="+", choices=("phalanx", "cefr"), default=["phalanx", "cefr"]
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=HERE / ".cache" / "ordered")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    todo = [
        (name, candidate, seed, options.cache)
        for seed in range(options.seeds)
        for name in options.sets
        for candidate in candidates_of(SETS[name](0), 0)
    ]
    Parallel(options.jobs)(delayed(cached)(*each) for each in todo)
    for name in options.sets:
        show(name, options.seeds, options.cache)


if __name__ == "__main__":
    main()
