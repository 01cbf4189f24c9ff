"""Calibration error and Brier score, against loops over bins and scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq import Sequences, metrics

NAMES = np.array(["A", "B", "C"])


def random_case(seed, n=60):
    rng = np.random.default_rng(seed)
    proba = rng.dirichlet([1.0, 0.5, 2.0], size=n)
    return rng.choice(NAMES, size=n), proba, rng.uniform(0.1, 3, size=n)


def error_by_hand(came_true, proba, weight, n_bins):
    total = 0.0
    for index in range(n_bins):
        low, high = index / n_bins, (index + 1) / n_bins
        inside = (proba > low) & (proba <= high) | ((index == 0) & (proba == 0))
        if inside.any():
            mean = np.average(proba[inside], weights=weight[inside])
            share = np.average(came_true[inside], weights=weight[inside])
            total += weight[inside].sum() * abs(mean - share)
    return total / weight.sum()


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), n_bins=st.integers(1, 20))
def test_calibration_error_is_what_a_loop_over_bins_finds(seed, n_bins):
    y, proba, weight = random_case(seed)
    top = error_by_hand(NAMES[proba.argmax(1)] == y, proba.max(1), weight, n_bins)
    each = [error_by_hand(y == name, proba[:, i], weight, n_bins) for i, name in enumerate(NAMES)]
    options = {"classes": NAMES, "n_bins": n_bins, "sample_weight": weight}
    error = metrics.expected_calibration_error
    assert error(y, proba, **options) == pytest.approx(top)
    np.testing.assert_allclose(error(y, proba, average=None, **options), each)
    assert error(y, proba, average="macro", **options) == pytest.approx(np.mean(each))
    without = error(y, proba, average="macro", exclude="A", **options)
    assert without == pytest.approx(np.mean(each[1:]))


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1))
def test_brier_score_equals_scikit_learn(seed):
    y, proba, weight = random_case(seed)
    theirs = sklearn.metrics.brier_score_loss(y, proba, sample_weight=weight, labels=NAMES)
    ours = metrics.brier_score(y, proba, classes=NAMES, sample_weight=weight)
    assert ours == pytest.approx(theirs)
    two, second = np.where(y == "A", "A", "B"), proba[:, 1]
    if len(set(two)) == 2:
        theirs = sklearn.metrics.brier_score_loss(two, second, pos_label="B")
        assert metrics.brier_score(two, second, classes=["A", "B"]) == pytest.approx(theirs)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_tags_are_scored_as_their_steps_are(seed):
    y, proba, weight = random_case(seed)
    offsets = [0, 7, 8, 30, 60]
    tags, ragged = Sequences(y, offsets), Sequences(proba, offsets)
    for ours, flat in (
        (metrics.tag_expected_calibration_error, metrics.expected_calibration_error),
        (metrics.tag_brier_score, metrics.brier_score),
    ):
        expected = flat(y, proba, classes=NAMES, sample_weight=weight)
        assert ours(tags, ragged, classes=NAMES, sample_weight=weight) == pytest.approx(expected)
        lists = ours(tags.tolist(), ragged.tolist(), classes=NAMES)
        assert lists == pytest.approx(flat(y, proba, classes=NAMES))


def test_a_class_prior_measures_as_resampled_data_would():
    y, proba, _ = random_case(0, n=300)
    counts = np.array([np.count_nonzero(y == name) for name in NAMES])
    # Copies: each class as often as asked for, up to one factor.
    copies = {"A": 6, "B": 1, "C": 3}
    rows = np.concatenate([np.repeat(np.flatnonzero(y == name), copies[name]) for name in NAMES])
    prior = counts * [copies[name] for name in NAMES]
    for metric in (metrics.expected_calibration_error, metrics.brier_score):
        copied = metric(y[rows], proba[rows], classes=NAMES)
        assert metric(y, proba, classes=NAMES, class_prior=prior) == pytest.approx(copied)
        by_name = dict(zip(NAMES.tolist(), prior.tolist(), strict=True))
        assert metric(y, proba, classes=NAMES, class_prior=by_name) == pytest.approx(copied)


def test_probabilities_of_balanced_data_are_calibrated_under_a_uniform_prior():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [18_000, 2_000])
    x = rng.normal(size=20_000) + y
    # Bayes' rule for even classes; the data have 9 to 1.
    second = 1 / (1 + np.exp(0.5 - x))
    error = metrics.expected_calibration_error
    assert error(y, second, classes=[0, 1], class_prior="uniform") < 0.02
    assert error(y, second, classes=[0, 1], average="macro") > 0.2


def test_a_class_that_the_model_never_met_counts_as_never_given_any_probability():
    y, proba = ["A", "B"], [[1.0], [1.0]]
    assert metrics.brier_score(y, proba, classes=["A"], unseen="zero") == pytest.approx(0.5)
    with pytest.raises(ValueError, match="labels \\['B'\\] that classes"):
        metrics.brier_score(y, proba, classes=["A"])


@pytest.mark.parametrize("metric", [metrics.brier_score, metrics.expected_calibration_error])
def test_what_is_no_probability_is_refused(metric):
    y = ["A", "B"]
    with pytest.raises(ValueError, match=r"row 1 is \[2.0, -1.0\]"):
        metric(y, [[0.5, 0.5], [2.0, -1.0]])
    with pytest.raises(ValueError, match="each row summing to 1"):
        metric(y, [[0.5, 0.5], [0.5, 0.6]])
    with pytest.raises(ValueError, match=r"y_proba has 3 column\(s\) but there are 2 classes"):
        metric(y, np.full((2, 3), 1 / 3))
    with pytest.raises(ValueError, match="y_proba has 1 rows but y_true has 2"):
        metric(y, [[0.5, 0.5]])
    with pytest.raises(ValueError, match="class_prior must give a share"):
        metric(y, [[0.5, 0.5]] * 2, class_prior=[1, 2, 3])
    with pytest.raises(ValueError, match="y_true is empty"):
        metric([], np.empty((0, 2)))
