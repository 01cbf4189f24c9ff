"""Calibration error and Brier score: class shares, borders of bins, what is not a probability."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from skseq import metrics

NAMES = np.array(["A", "B", "C"])


def random_case(seed, n=60):
    rng = np.random.default_rng(seed)
    return rng.choice(NAMES, size=n), rng.dirichlet([1.0, 0.5, 2.0], size=n)


def test_one_column_is_the_second_of_two_classes():
    rng = np.random.default_rng(0)
    y, second = rng.choice(["A", "B"], size=20), rng.random(20)
    for metric in (metrics.expected_calibration_error, metrics.brier_score):
        assert metric(y, second) == metric(y, np.column_stack([1 - second, second]))


def test_a_probability_on_the_border_of_bins_falls_where_scikit_learn_has_it():
    # 5/6 is a digit above scikit-learn's border, so that it shares the bin of 0.9.
    y, proba = [0, 1], [5 / 6, 0.9]
    share, mean = calibration_curve(y, proba, n_bins=6)
    error = metrics.expected_calibration_error(y, proba, average=None, n_bins=6)[1]
    assert [error] == pytest.approx(np.abs(share - mean))


def test_a_class_prior_measures_as_resampled_data_would():
    y, proba = random_case(0, n=300)
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
