"""Metrics of ordered labels, against loops, scikit-learn and imbalanced-learn."""

import imblearn.metrics
import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq import metrics

ORDER = ["low", "middle", "high", "top"]
levels = st.integers(0, 3)
cases = st.lists(st.tuples(levels, levels, st.integers(1, 4).map(float)), min_size=2, max_size=25)


@settings(max_examples=50)
@given(case=cases)
def test_macro_mean_absolute_error_is_a_mean_of_means(case):
    true, predicted, weight = map(np.array, zip(*case, strict=True))
    by_hand = np.mean(
        [
            np.average(np.abs(true - predicted)[true == level], weights=weight[true == level])
            for level in np.unique(true)
        ]
    )
    ours = metrics.macro_mean_absolute_error(true, predicted, sample_weight=weight)
    assert ours == pytest.approx(by_hand)
    if set(predicted) <= set(true):  # imbalanced-learn fails where a class is only predicted
        peer = imblearn.metrics.macro_averaged_mean_absolute_error(
            true, predicted, sample_weight=weight
        )
        assert ours == pytest.approx(peer)
    names = np.array(ORDER)
    assert ours == pytest.approx(
        metrics.macro_mean_absolute_error(
            names[true], names[predicted], labels=ORDER, sample_weight=weight
        )
    )
    ragged = [true[:1], true[1:]], [predicted[:1], predicted[1:]]
    flat = metrics.macro_mean_absolute_error(true, predicted)
    assert metrics.tag_macro_mean_absolute_error(*ragged) == pytest.approx(flat)


@settings(max_examples=50)
@given(case=cases)
def test_kappa_equals_scikit_learn(case):
    true, predicted, weight = map(np.array, zip(*case, strict=True))
    if len(np.union1d(true, predicted)) < 2:
        assert np.isnan(metrics.quadratic_weighted_kappa_score(true, predicted))
        return
    peer = sklearn.metrics.cohen_kappa_score(
        true, predicted, labels=range(4), weights="quadratic", sample_weight=weight
    )
    names = np.array(ORDER)
    ours = metrics.quadratic_weighted_kappa_score(
        names[true], names[predicted], labels=ORDER, sample_weight=weight
    )
    np.testing.assert_allclose(ours, peer)
    ragged = [true[:1], true[1:]], [predicted[:1], predicted[1:]]
    flat = metrics.quadratic_weighted_kappa_score(true, predicted, labels=range(4))
    np.testing.assert_allclose(
        metrics.tag_quadratic_weighted_kappa_score(*ragged, labels=range(4)), flat
    )


def test_distances_are_those_of_numbers_or_places():
    assert metrics.macro_mean_absolute_error([0, 10], [0, 0]) == 5
    assert metrics.macro_mean_absolute_error([0, 10], [0, 0], labels=[0, 10]) == 0.5


def test_text_needs_its_order():
    with pytest.raises(ValueError, match="text, whose order is not known"):
        metrics.macro_mean_absolute_error(["low", "high"], ["low", "low"])
    with pytest.raises(ValueError, match=r"lacks \['high'\]"):
        metrics.quadratic_weighted_kappa_score(["low", "high"], ["low", "low"], labels=["low"])


labels = st.sampled_from(["O", "NUM", "NAME", "X"])
text_cases = st.lists(st.tuples(labels, labels, st.integers(1, 4)), min_size=2, max_size=25)


@settings(max_examples=50)
@given(case=text_cases, alpha=st.floats(0, 1), squared=st.booleans())
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_index_balanced_accuracy_equals_imbalanced_learn(case, alpha, squared):
    y_true, y_pred, times = map(np.array, zip(*case, strict=True))
    present = np.unique(y_true)
    score = metrics.index_balanced_accuracy_score(
        y_true, y_pred, alpha=alpha, squared=squared, sample_weight=times
    )
    # Class by class, since imbalanced-learn corrects the scores of one against the rest.
    corrected = imblearn.metrics.make_index_balanced_accuracy(alpha=alpha, squared=squared)
    peers = [
        corrected(imblearn.metrics.geometric_mean_score)(
            np.repeat(y_true, times) == name, np.repeat(y_pred, times) == name,
            average="binary", pos_label=True,
        )
        if len(present) > 1
        else 0.0
        for name in present
    ]  # fmt: skip
    if len(present) > 1:
        assert score == pytest.approx(np.mean(peers))
    flat = metrics.index_balanced_accuracy_score(y_true, y_pred)
    assert metrics.tag_index_balanced_accuracy_score([y_true], [y_pred]) == pytest.approx(flat)
