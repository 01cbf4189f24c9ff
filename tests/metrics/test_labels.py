"""Metrics of one label a sequence equal those of tags on sequences of one step, and sklearn's."""

import imblearn.metrics
import numpy as np
import pandas as pd
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq import Sequences, metrics

TWINS = {
    "balanced_accuracy": (metrics.balanced_accuracy_score, metrics.tag_balanced_accuracy_score),
    "geometric_mean": (metrics.geometric_mean_score, metrics.tag_geometric_mean_score),
    "minority_f1": (metrics.minority_f1_score, metrics.tag_minority_f1_score),
    "minority_recall": (metrics.minority_recall_score, metrics.tag_minority_recall_score),
}
every_metric = pytest.mark.parametrize(("metric", "twin"), TWINS.values(), ids=TWINS.keys())
labels = st.sampled_from(["O", "NUM", "NAME", "X"])
cases = st.lists(st.tuples(labels, labels, st.integers(1, 5).map(float)), min_size=1, max_size=20)


@every_metric
@settings(max_examples=20)
@given(case=cases)
def test_labels_are_tags_of_sequences_of_one_step(metric, twin, case):
    y_true, y_pred, weight = zip(*case, strict=True)
    expected = twin([[tag] for tag in y_true], [[tag] for tag in y_pred], sample_weight=weight)
    np.testing.assert_allclose(metric(y_true, y_pred, sample_weight=weight), expected)


@settings(max_examples=20)
@given(case=cases)
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true:UserWarning")
@pytest.mark.filterwarnings("ignore:A single label was found:UserWarning")
def test_balanced_accuracy_equals_scikit_learn(case):
    y_true, y_pred, weight = zip(*case, strict=True)
    expected = sklearn.metrics.balanced_accuracy_score(y_true, y_pred, sample_weight=weight)
    got = metrics.balanced_accuracy_score(y_true, y_pred, sample_weight=weight)
    assert got == pytest.approx(expected)


def test_geometric_mean_takes_labels_and_correction_as_imbalanced_learn_does():
    y_true, y_pred = [0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1]
    for arguments in ({}, {"correction": 0.01}, {"labels": [0, 1]}):
        expected = imblearn.metrics.geometric_mean_score(y_true, y_pred, **arguments)
        assert metrics.geometric_mean_score(y_true, y_pred, **arguments) == pytest.approx(expected)


def test_a_class_that_is_named_but_absent_has_recall_zero():
    assert metrics.geometric_mean_score(["a", "b"], ["a", "b"], labels=["a", "b", "c"]) == 0
    score = metrics.balanced_accuracy_score(["a", "b"], ["a", "b"], labels=["a", "b", "c"])
    assert score == pytest.approx(2 / 3)


def test_a_class_that_is_only_predicted_does_not_zero_the_geometric_mean():
    assert metrics.geometric_mean_score(["a", "a", "b"], ["a", "c", "b"]) == pytest.approx(0.5**0.5)


@every_metric
def test_lists_arrays_and_series_give_the_same_score(metric, twin):
    y_true, y_pred = ["O", "O", "A", "B"], ["O", "A", "A", "B"]
    expected = metric(y_true, y_pred)
    for form in (np.array, tuple, lambda y: pd.Series(y, index=[5, 6, 7, 8])):
        assert metric(form(y_true), form(y_pred)) == expected


@every_metric
@pytest.mark.parametrize("form", [list, Sequences.from_list, lambda y: np.asarray(y, dtype=object)])
def test_tags_are_refused_with_a_hint(metric, twin, form):
    tags = form([["O", "A"], ["O", "O"]])
    with pytest.raises(TypeError, match="metrics whose name starts with tag_"):
        metric(tags, tags)


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="y_pred has 1 labels but y_true has 2"):
        metrics.balanced_accuracy_score(["a", "b"], ["a"])


def test_weights_of_the_wrong_number_are_refused():
    with pytest.raises(ValueError, match=r"sample_weight.shape == \(1,\), expected \(2,\)"):
        metrics.balanced_accuracy_score(["a", "b"], ["a", "b"], sample_weight=[1])
