"""Do heads that know the order of classes beat a nominal classifier? A paired test on real sets.

Bone outlines in six stages (ProximalPhalanxTW, 605 series) and sentences in six levels of
difficulty (CEFR-SP), both badly imbalanced, under repeated stratified cross-validation with the
same folds for all. The number is the macro-averaged absolute error, in places of the order. Each
head is compared with the nominal classifier under the same decision: the most probable class, or,
all classes alike a priori, the one with the least expected error in places ("fair"). Training
parts of two folds overlap, so the test is the corrected one of Nadeau & Bengio (2003,
https://doi.org/10.1023/A:1024068626366); p values are Holm's, over the heads.

No claim is asserted: the table is the result, losses and all. Nothing is written.

Run: ``python benchmarks/bench_ordinal.py [--sets phalanx cefr] [--repeats 2] [--toy]``
"""

import argparse
import warnings

import numpy as np
import torch
from _real_sets import read_levels, read_series
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseq import SequenceClassifier, SequenceOrdinalClassifier, Sequences
from skseq.metrics import macro_mean_absolute_error
from skseq.model_selection._paired_tests import corrected_t_test, holm
from skseq.preprocessing import SequenceScaler, SequenceSummarizer, TokenEncoder

HEADS = ("corn", "coral", "cumulative", "regression")
N_FOLDS = 5


def phalanx():
    """Series of 80 steps in six stages, training and test part together."""
    (train_X, train_y), (test_X, test_y) = (
        read_series("ProximalPhalanxTW", part) for part in ("TRAIN", "TEST")
    )
    return Sequences.concatenate([train_X, test_X]), np.concatenate([train_y, test_y])


def cefr():
    """Sentences in six levels, the annotators' mean rounded up; all parts together."""
    texts, levels = zip(*(read_levels(part) for part in ("train", "dev", "test")), strict=True)
    return [text for part in texts for text in part], np.concatenate(levels)


SETS = {"phalanx": (phalanx, SequenceScaler), "cefr": (cefr, TokenEncoder)}


def take(X, rows):
    """Some of the rows of a list or of Sequences."""
    return [X[row] for row in rows] if isinstance(X, list) else X[rows]


def load(name, n_rows):
    """X and y of a set, cut to a stratified choice of ``n_rows``."""
    X, y = SETS[name][0]()
    if n_rows < len(y):
        rows = train_test_split(np.arange(len(y)), train_size=n_rows, stratify=y, random_state=0)[0]
        X, y = take(X, rows), y[rows]
    return X, y


def score_fold(encoder, X, y, train, test, seed, settings):
    """Scores on a fold: {(model, decision): (macro-averaged error, quadratic kappa)}."""
    encode = encoder().fit(take(X, train))
    X_train, X_test = encode.transform(take(X, train)), encode.transform(take(X, test))
    y_train, y_test, scores = y[train], y[test], {}

    def note(model, decision, predicted):
        scores[model, decision] = (
            macro_mean_absolute_error(y_test, predicted),
            cohen_kappa_score(y_test, predicted, weights="quadratic"),
        )

    note("always the median", "argmax", np.full(len(test), np.sort(y_train)[len(train) // 2]))
    balanced = LogisticRegression(class_weight="balanced", max_iter=2000)
    baseline = make_pipeline(SequenceSummarizer(), StandardScaler(with_mean=False), balanced)
    note("logistic regression, balanced", "argmax", baseline.fit(X_train, y_train).predict(X_test))
    models = {"nominal": SequenceClassifier(random_state=seed, **settings)}
    for head in HEADS:
        models[head] = SequenceOrdinalClassifier(head=head, random_state=seed, **settings)
    places = np.arange(len(np.unique(y_train)))
    fair = {"target_prior": "uniform", "decision": np.abs(np.subtract.outer(places, places))}
    for name, model in models.items():
        note(name, "argmax", model.fit(X_train, y_train).predict(X_test))
        note(name, "fair", model.set_params(**fair).predict(X_test))
    return scores


def show(folds):
    """Print the table and the tests."""
    print(f"{'model':30s} {'decision':9s} {'macro MAE':>13s} {'kappa':>7s}")
    for model, decision in folds[0]:
        errors, kappas = np.array([fold[model, decision] for fold in folds]).T
        print(
            f"{model:30s} {decision:9s} {errors.mean():.3f} ± {errors.std():.3f} "
            f"{kappas.mean():7.3f}"
        )
    for decision in ("argmax", "fair"):
        errors = {
            model: np.array([fold[model, decision][0] for fold in folds])
            for model in ("nominal", *HEADS)
        }
        gains = [errors["nominal"] - errors[head] for head in HEADS]
        # A test part has 1 / (N_FOLDS - 1) as many rows as its training part.
        p_values = holm([corrected_t_test(gain, 1 / (N_FOLDS - 1)) for gain in gains])
        for head, gain, p in zip(HEADS, [gain.mean() for gain in gains], p_values, strict=True):
            verdict = "no difference shown" if p >= 0.05 else "better" if gain > 0 else "worse"
            print(f"{decision}: {head} against nominal {gain:+.3f}, p = {p:.3f}: {verdict}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--repeats", type=int, default=2, help=f"times {N_FOLDS} folds")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--rows", type=int, default=3000, help="most rows of a set")
    parser.add_argument("--toy", action="store_true", help="one repeat, one epoch, 250 rows")
    options = parser.parse_args()
    if options.toy:
        options.repeats, options.epochs, options.rows = 1, 1, 250
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # a collapse, or a class that a fold lacks, shows in the scores
    for name in options.sets:
        try:
            X, y = load(name, options.rows)
        except FileNotFoundError as error:
            print(f"{name} is left out: {error}")
            continue
        print(f"\n{name}: {len(y)} sequences, {np.bincount(y)[np.unique(y)].tolist()} per class")
        splitter = RepeatedStratifiedKFold(
            n_splits=N_FOLDS, n_repeats=options.repeats, random_state=0
        )
        settings = {"max_epochs": options.epochs}
        show(
            [
                score_fold(SETS[name][1], X, y, train, test, seed, settings)
                for seed, (train, test) in enumerate(splitter.split(y, y))
            ]
        )


if __name__ == "__main__":
    main()
