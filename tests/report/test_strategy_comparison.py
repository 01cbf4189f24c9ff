"""What is drawn is what the table says, the best on top."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression

from skseq.model_selection import compare_strategies
from skseq.report import StrategyComparisonDisplay


@pytest.fixture(scope="module")
def comparison():
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b"], [48, 12])
    X = rng.normal(size=(60, 2)) + 1.5 * (y == "b")[:, None]
    with pytest.warns(FitFailedWarning):
        return compare_strategies(
            LogisticRegression(C=0.01),
            X,
            y,
            {"balanced": {"class_weight": "balanced"}, "bad": {"C": -1.0}},
            cv=3,
            baselines={"commonest": DummyClassifier(), "loose": LogisticRegression()},
            blend=False,
            verbose=0,
        )


def test_means_intervals_and_folds_are_those_of_the_comparison(comparison):
    display = StrategyComparisonDisplay.from_comparison(comparison, ax=plt.gca())
    names = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert names == comparison.table["name"]
    assert names[-1] == "bad"
    means = [np.mean(comparison.scores_[name]) for name in names]
    assert means[:-1] == sorted(means[:-1], reverse=True)
    low, high = display.ax_.get_ylim()
    assert low > high  # row 0, the best, on top
    for role, drawn in display.errorbar_.items():
        points, _, (intervals,) = drawn
        for mean, row in points.get_xydata():
            assert comparison.table["role"][int(row)] == role
            np.testing.assert_allclose(mean, means[int(row)])
        drawn = [ends for ends in intervals.get_segments() if len(ends)]
        assert len(drawn) == np.isfinite(points.get_xdata()).sum()
        for (low, row), (high, _) in drawn:
            np.testing.assert_allclose(low, comparison.table["low"][int(row)])
            np.testing.assert_allclose(high, comparison.table["high"][int(row)])
    folds = display.folds_.get_offsets()[:, 0].reshape(len(names), 3)
    for name, scores in zip(names, folds, strict=True):
        np.testing.assert_array_equal(np.ma.filled(scores, np.nan), comparison.scores_[name])


def test_plain_and_best_baseline_are_marked_and_what_failed_is_named(comparison):
    display = StrategyComparisonDisplay.from_comparison(comparison, show_folds=False, capsize=6)
    marks = [line.get_xdata()[0] for line in display.ax_.lines if line.get_linestyle() in "--:"]
    baselines = [np.mean(comparison.scores_[name]) for name in ("commonest", "loose")]
    assert {np.mean(comparison.scores_["plain"]), max(baselines)} <= set(marks)
    assert display.folds_ is None
    assert [text.get_text() for text in display.ax_.texts] == ["failed"]
    assert display.ax_.get_xlabel() == "f1_macro, with 95% intervals"


@pytest.mark.parametrize("n_candidates", [2, 25])
def test_the_picture_has_room_for_all_it_says(n_candidates, check_layout):
    mean = np.linspace(0.8, 0.2, n_candidates)
    display = StrategyComparisonDisplay(
        [f"a strategy of quite a long name, {i}" for i in range(n_candidates)],
        (["strategy", "plain", "baseline", "blend"] * n_candidates)[:n_candidates],
        mean,
        mean - 0.1,
        mean + 0.1,
        scores=np.tile(mean[:, None], (1, 5)),
    )
    check_layout(display.plot().figure_)
