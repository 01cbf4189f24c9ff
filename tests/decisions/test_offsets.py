"""Offsets found class by class: exact for two classes, and counted scores equal called ones."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skseq import Sequences
from skseq.decisions import COUNTED, CalledScore, CountedScore, tune_offsets
from skseq.metrics import get_scorer


def called(name, codes, folds, **arguments):
    """The same score through the scorer of `skseq.metrics`."""
    scorer = get_scorer(name, **arguments)
    score, arguments = scorer._score_func, scorer._kwargs

    def score_fold(fold, predicted):
        truth = codes[folds == fold]
        if name.startswith("tag_"):
            truth, predicted = (Sequences(tags, [0, len(tags)]) for tags in (truth, predicted))
        return score(truth, predicted, **arguments)

    return CalledScore(score_fold, codes, folds)


def problem(n, n_classes, seed, n_folds=2):
    rng = np.random.default_rng(seed)
    codes = rng.integers(n_classes, size=n)
    # Eighths: ties abound, and no sum is rounded.
    scores = rng.integers(-16, 17, size=(n, n_classes)) / 8 + 1.5 * np.eye(n_classes)[codes]
    return scores - np.arange(n_classes) / 4, codes, np.arange(n) % n_folds


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(2, 4), st.sampled_from(sorted(COUNTED)))
def test_counted_scores_are_those_of_the_scorers(seed, n_classes, name):
    _, codes, folds = problem(16, n_classes, seed)
    rng = np.random.default_rng(seed)
    label = int(rng.integers(n_classes))
    others = np.delete(np.arange(n_classes), label)
    rest, first_cut = rng.choice(others, size=16), rng.integers(0, 6, size=16)
    ours = CountedScore(name, codes, folds, n_classes)(rest, label, first_cut, 5)
    theirs = called(name, codes, folds)(rest, label, first_cut, 5)
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


@settings(max_examples=20)
@given(
    st.integers(0, 10**6),
    st.sampled_from(["balanced_accuracy", "geometric_mean", "tag_f1_macro", "tag_f2_macro"]),
)
def test_classes_that_are_left_out_and_folds_without_others_are_those_of_the_scorers(seed, name):
    _, codes, folds = problem(16, 3, seed)
    codes[folds == 0] = 1  # nothing to average over in this fold
    rng = np.random.default_rng(seed)
    rest, first_cut = rng.integers(1, 3, size=16), rng.integers(0, 6, size=16)
    theirs = called(name, codes, folds, exclude=[1])(rest, 0, first_cut, 5)
    ours = CountedScore(name, codes, folds, 3, np.array([0, 2]))(rest, 0, first_cut, 5)
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from(sorted(COUNTED)))
@example(5441, "f1_minority")
def test_two_classes_get_the_best_threshold_there_is(seed, name):
    scores, codes, folds = problem(14, 2, seed)
    _, best = tune_offsets(scores, CountedScore(name, codes, folds, 2), prior=np.full(2, 0.5))
    margin = scores[:, 0] - scores[:, 1]
    steps = np.unique(margin)
    thresholds = [steps[0] - 1, *((steps[1:] + steps[:-1]) / 2), steps[-1] + 1]
    check = called(name, codes, folds)

    def score(predicted):
        # A fold without the minority has no score of it.
        return np.nanmean([check.score_fold(fold, predicted[folds == fold]) for fold in (0, 1)])

    by_hand = [score((margin < threshold).astype(int)) for threshold in thresholds]
    assert best == pytest.approx(max(by_hand))


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(2, 4))
def test_the_score_that_is_told_is_the_score_of_the_predictions(seed, n_classes):
    scores, codes, folds = problem(20, n_classes, seed)
    objective = CountedScore("f1_macro", codes, folds, n_classes)
    offsets, best = tune_offsets(scores, objective, prior=np.bincount(codes, minlength=n_classes))
    predicted = (scores + offsets).argmax(axis=1)
    check = called("f1_macro", codes, folds)
    reached = np.mean([check.score_fold(f, predicted[folds == f]) for f in (0, 1)])
    assert best == pytest.approx(reached)
    before = scores.argmax(axis=1)
    assert best >= np.mean([check.score_fold(f, before[folds == f]) for f in (0, 1)]) - 1e-9


def test_a_climb_over_three_classes_comes_near_the_best_of_a_fine_grid():
    for seed in range(3):
        scores, codes, folds = problem(60, 3, seed, n_folds=1)
        _, best = tune_offsets(
            scores, CountedScore("f1_macro", codes, folds, 3), prior=np.bincount(codes)
        )
        check = called("f1_macro", codes, folds)
        grid = np.arange(-3, 3, 0.5)
        exhaustive = max(
            check.score_fold(0, (scores + np.array([0, a, b])).argmax(axis=1))
            for a, b in itertools.product(grid, grid)
        )
        assert best >= exhaustive - 0.03


def test_scores_of_ones_own_are_called_no_more_than_predictions_change():
    scores, codes, folds = problem(30, 2, 0)
    calls = []

    def accuracy(fold, predicted):
        calls.append(fold)
        return np.mean(predicted == codes[folds == fold])

    own = tune_offsets(scores, CalledScore(accuracy, codes, folds), prior=np.full(2, 0.5))
    counted = tune_offsets(scores, CountedScore("accuracy", codes, folds, 2), prior=np.full(2, 0.5))
    np.testing.assert_array_equal(own[0], counted[0])
    assert own[1] == pytest.approx(counted[1])
    assert len(calls) <= 30 + 2 * 2


def test_nothing_moves_without_need():
    scores = np.array([[2.0, 0], [3, 0], [0, 2], [0, 1]])
    codes, folds = np.array([0, 0, 1, 1]), np.zeros(4, dtype=int)
    offsets, best = tune_offsets(
        scores, CountedScore("f1_macro", codes, folds, 2), prior=np.full(2, 0.5)
    )
    assert offsets.tolist() == [0, 0]
    assert best == 1


def test_few_cuts_are_laid_where_the_rare_class_is():
    # Ten rare rows among 5,000, all of which stand out: a cut by rank alone would miss them.
    rng = np.random.default_rng(0)
    codes = (np.arange(5000) % 500 == 0).astype(int)
    margin = rng.normal(size=5000) - 20 + 10 * codes
    scores = np.column_stack([np.zeros(5000), margin])
    _, best = tune_offsets(
        scores,
        CountedScore("f1_macro", codes, np.zeros(5000, dtype=int), 2),
        prior=np.array([0.998, 0.002]),
        n_cuts=20,
    )
    assert best > 0.95


def test_a_class_that_a_fold_cannot_predict_is_no_hindrance():
    scores, codes, folds = problem(40, 3, 1)
    scores[folds == 0, 2] = -np.inf
    offsets, best = tune_offsets(
        scores, CountedScore("f1_macro", codes, folds, 3), prior=np.bincount(codes)
    )
    assert np.isfinite(offsets).all()
    assert 0 < best < 1
