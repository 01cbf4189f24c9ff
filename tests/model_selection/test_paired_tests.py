"""Corrected tests against the formulas written out, and against scipy where the correction ends."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import t as student
from scipy.stats import ttest_1samp, ttest_rel

from skseq.model_selection._paired_tests import (
    corrected_interval,
    corrected_standard_error,
    corrected_t_test,
    holm,
)


@pytest.fixture
def scores():
    rng = np.random.default_rng(0)
    ours, theirs = rng.normal([0.72, 0.7], 0.03, size=(10, 2)).T
    return ours, theirs


def test_without_test_rows_the_test_is_the_paired_t_test(scores):
    ours, theirs = scores
    assert corrected_t_test(ours - theirs, 0.0) == pytest.approx(ttest_rel(ours, theirs).pvalue)


def test_the_p_value_is_the_area_under_students_density(scores):
    differences = scores[0] - scores[1]
    n, mean = 10, sum(differences) / 10
    variance = sum((each - mean) ** 2 for each in differences) / (n - 1)
    statistic = mean / math.sqrt((1 / n + 0.25) * variance)

    def density(x):
        scale = math.gamma(n / 2) / (math.sqrt((n - 1) * math.pi) * math.gamma((n - 1) / 2))
        return scale * (1 + x**2 / (n - 1)) ** (-n / 2)

    tails = 2 * quad(density, abs(statistic), np.inf)[0]
    assert corrected_t_test(differences, 0.25) == pytest.approx(tails)


def test_the_correction_makes_the_test_more_careful(scores):
    differences = scores[0] - scores[1]
    p_values = [corrected_t_test(differences, ratio) for ratio in (0, 0.1, 0.25, 1)]
    assert p_values == sorted(p_values)
    assert corrected_t_test(-differences, 0.25) == corrected_t_test(differences, 0.25)


def test_the_interval_ends_where_the_test_turns(scores):
    low, high = corrected_interval(scores[0], 0.25, 0.9)
    for end in (low, high):
        assert corrected_t_test(scores[0] - end, 0.25) == pytest.approx(0.1)
    theirs = ttest_1samp(scores[0], 0).confidence_interval(0.9)
    assert corrected_interval(scores[0], 0, 0.9) == pytest.approx((theirs.low, theirs.high))


def test_an_interval_ends_where_the_score_does():
    """Every mean that is t standard errors away or less, by brute force over a fine grid."""
    scores = np.array([1.0, 0.98, 0.93, 1.0, 0.97])
    width = student.ppf(0.975, 4) * corrected_standard_error(scores, 0.25)
    mean, grid = scores.mean(), np.linspace(0, 1, 200_001)
    error = np.sqrt(grid * (1 - grid) / (mean * (1 - mean)))
    held = grid[np.abs(grid - mean) <= width * error]
    low, high = corrected_interval(scores, 0.25, 0.95, (0, 1))
    assert (low, high) == pytest.approx((held[0], held[-1]), abs=1e-4)
    assert mean + width > 1 > high > mean
    shifted = corrected_interval(2 * scores - 1, 0.25, 0.95, (-1, 1))
    assert shifted == pytest.approx((2 * low - 1, 2 * high - 1))
    negated = corrected_interval(-scores, 0.25, 0.95, (-1, 0))
    assert negated == pytest.approx((-high, -low))


def test_far_from_its_bounds_the_interval_is_the_plain_one():
    scores = np.array([0.5, 0.501, 0.499])
    bounded = corrected_interval(scores, 0.5, 0.95, (0, 1))
    assert bounded == pytest.approx(corrected_interval(scores, 0.5, 0.95), abs=1e-4)
    assert corrected_interval(np.ones(3), 0.5, 0.95, (0, 1)) == (1, 1)
    assert corrected_interval(np.array([-3.0, -0.1]), 1, 0.95, (-np.inf, 0))[1] == 0
    assert np.isnan(corrected_interval(np.array([0.7]), 0.5, 0.95, (0, 1))).all()


def test_the_test_raises_false_alarms_as_rarely_as_it_says_and_the_plain_one_does_not():
    """Folds share training data, so their differences correlate by n_test / n_all."""
    n_folds, rho = 10, 0.2
    rng = np.random.default_rng(0)
    shared, own = rng.normal(size=(2000, 1)), rng.normal(size=(2000, n_folds))
    differences = math.sqrt(rho) * shared + math.sqrt(1 - rho) * own
    alarms = [np.mean([corrected_t_test(row, ratio) < 0.05 for row in differences])
              for ratio in (rho / (1 - rho), 0)]  # fmt: skip
    assert alarms[0] == pytest.approx(0.05, abs=0.015)
    assert alarms[1] > 0.2


def test_equal_scores_are_no_difference_and_one_fold_is_no_test():
    assert corrected_t_test(np.zeros(5), 0.25) == 1
    assert corrected_t_test(np.full(4, 0.25), 0.25) == 0
    assert np.isnan(corrected_t_test(np.array([0.1]), 0.25))
    assert np.isnan(corrected_interval(np.array([0.1]), 0.25, 0.95)).all()


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_is_its_definition(p_values):
    ranked = sorted(p_values)
    steps = [min((len(ranked) - place) * p, 1) for place, p in enumerate(ranked)]
    expected = [max(steps[: ranked.index(p) + ranked.count(p)]) for p in p_values]
    np.testing.assert_allclose(holm(p_values), expected)


def test_holm_counts_only_tests_that_were_made():
    corrected = holm([0.01, np.nan, 0.03])
    np.testing.assert_allclose(corrected, [0.02, np.nan, 0.03])
