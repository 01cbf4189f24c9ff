"""Metrics of one label per sequence: classes that are absent, forms of labels, what is refused."""

import numpy as np
import pandas as pd
import pytest

from skseq import Sequences, metrics

METRICS = {
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "geometric_mean": metrics.geometric_mean_score,
    "index_balanced_accuracy": metrics.index_balanced_accuracy_score,
    "minority_f1": metrics.minority_f1_score,
    "minority_recall": metrics.minority_recall_score,
}
every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())


def test_a_class_that_is_named_but_absent_has_recall_zero():
    assert metrics.geometric_mean_score(["a", "b"], ["a", "b"], labels=["a", "b", "c"]) == 0
    score = metrics.balanced_accuracy_score(["a", "b"], ["a", "b"], labels=["a", "b", "c"])
    assert score == pytest.approx(2 / 3)


def test_a_class_that_is_only_predicted_does_not_zero_the_geometric_mean():
    assert metrics.geometric_mean_score(["a", "a", "b"], ["a", "c", "b"]) == pytest.approx(0.5**0.5)


@pytest.mark.parametrize("times", [[1, 3, 1], [2, 3, 1]])
def test_index_balanced_accuracy_is_zero_where_neither_class_is_told_from_the_other(times):
    # What weights leave of 0, when they are not whole, must not come back as its root of 1e-8.
    y_true, y_pred, weight = [0, 1, 0], [0, 0, 1], 0.3 * np.array(times)
    score = metrics.index_balanced_accuracy_score(
        y_true, y_pred, squared=False, sample_weight=weight
    )
    assert score == 0


@every_metric
def test_lists_arrays_and_series_give_the_same_score(metric):
    y_true, y_pred = ["O", "O", "A", "B"], ["O", "A", "A", "B"]
    expected = metric(y_true, y_pred)
    for form in (np.array, tuple, lambda y: pd.Series(y, index=[5, 6, 7, 8])):
        assert metric(form(y_true), form(y_pred)) == expected


@every_metric
@pytest.mark.parametrize("form", [list, Sequences.from_list, lambda y: np.asarray(y, dtype=object)])
def test_tags_are_refused_with_a_hint(metric, form):
    tags = form([["O", "A"], ["O", "O"]])
    with pytest.raises(TypeError, match="metrics whose name starts with tag_"):
        metric(tags, tags)


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="y_pred has 1 labels but y_true has 2"):
        metrics.balanced_accuracy_score(["a", "b"], ["a"])


def test_weights_of_the_wrong_number_are_refused():
    with pytest.raises(ValueError, match=r"sample_weight.shape == \(1,\), expected \(2,\)"):
        metrics.balanced_accuracy_score(["a", "b"], ["a", "b"], sample_weight=[1])
