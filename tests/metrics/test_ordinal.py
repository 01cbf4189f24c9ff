"""Metrics of ordered labels: their scale, and what they are where a level is missing."""

import numpy as np
import pytest

from skseq import metrics


def test_one_label_alone_has_no_kappa():
    assert np.isnan(metrics.quadratic_weighted_kappa_score([2, 2], [2, 2]))
    assert np.isnan(metrics.quadratic_weighted_kappa_score([2, 2], [2, 2], labels=[1, 2, 3]))


def test_a_level_that_is_only_predicted_has_no_error_of_its_own():
    assert metrics.macro_mean_absolute_error([1, 1, 3], [2, 1, 3]) == (0.5 + 0) / 2


def test_distances_are_those_of_numbers_or_places():
    assert metrics.macro_mean_absolute_error([0, 10], [0, 0]) == 5
    assert metrics.macro_mean_absolute_error([0, 10], [0, 0], labels=[0, 10]) == 0.5


def test_text_needs_its_order():
    with pytest.raises(ValueError, match="text, whose order is not known"):
        metrics.macro_mean_absolute_error(["low", "high"], ["low", "low"])
    with pytest.raises(ValueError, match=r"lacks \['high'\]"):
        metrics.quadratic_weighted_kappa_score(["low", "high"], ["low", "low"], labels=["low"])
