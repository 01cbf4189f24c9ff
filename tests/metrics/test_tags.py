"""Tag metrics: order, weights and forms of tags, classes that are missing, what is refused."""

import time

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq import Sequences, metrics

OF_LABELS = {
    "accuracy": metrics.tag_accuracy_score,
    "balanced_accuracy": metrics.tag_balanced_accuracy_score,
    "f1": metrics.tag_f1_score,
    "geometric_mean": metrics.tag_geometric_mean_score,
    "matthews": metrics.tag_matthews_corrcoef,
    "minority_f1": metrics.tag_minority_f1_score,
    "minority_recall": metrics.tag_minority_recall_score,
    "precision": metrics.tag_precision_score,
    "recall": metrics.tag_recall_score,
}
every_metric = pytest.mark.parametrize("metric", OF_LABELS.values(), ids=OF_LABELS.keys())


@st.composite
def ragged_tags(draw, labels=("O", "NUM", "NAME", "X")):
    """Draw (y_true, y_pred) as lists of lists."""
    lengths = draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))
    tags = st.sampled_from(labels)
    return [[draw(st.lists(tags, min_size=n, max_size=n)) for n in lengths] for _ in range(2)]


@every_metric
@settings(max_examples=10)
@given(case=ragged_tags(), data=st.data())
def test_order_of_sequences_and_where_they_are_cut_change_nothing(metric, case, data):
    y_true, y_pred = case
    expected = metric(y_true, y_pred)
    order = data.draw(st.permutations(range(len(y_true))))
    shuffled = metric([y_true[i] for i in order], [y_pred[i] for i in order])
    cut = data.draw(st.integers(1, len(y_true[0])))
    pieces = [
        [part for part in (ragged[0][:cut], ragged[0][cut:], *ragged[1:]) if part]
        for ragged in (y_true, y_pred)
    ]
    np.testing.assert_allclose([shuffled, metric(*pieces)], expected, atol=1e-12)


@every_metric
def test_a_weight_of_two_is_a_step_that_is_there_twice(metric):
    y_true, y_pred = [["O", "O", "A"], ["B", "O"]], [["O", "A", "A"], ["B", "B"]]
    weighted = metric(y_true, y_pred, sample_weight=[1, 2])
    repeated = metric([*y_true, y_true[1]], [*y_pred, y_pred[1]])
    assert weighted == pytest.approx(repeated)


@every_metric
def test_steps_of_weight_zero_are_not_there(metric):
    y_true, y_pred = [["O", "O", "A", "A"], ["B", "A"]], [["O", "A", "A", "A"], ["O", "B"]]
    weighted = metric(y_true, y_pred, sample_weight=[1, 0])
    assert weighted == pytest.approx(metric(y_true[:1], y_pred[:1]))


@every_metric
def test_every_form_of_tags_gives_the_same_score(metric):
    y_true, y_pred = [["O", "O", "A"], ["B"], ["O", "A"]], [["O", "B", "A"], ["B"], ["O", "O"]]
    expected = metric(y_true, y_pred)
    as_objects = [np.asarray(Sequences.from_list(y)) for y in (y_true, y_pred)]
    of_python_str = [
        Sequences.from_list([np.array(tags, dtype=object) for tags in y]) for y in (y_true, y_pred)
    ]
    forms = [
        (Sequences.from_list(y_true), Sequences.from_list(y_pred)),
        (y_true, Sequences.from_list(y_pred)),
        tuple(as_objects),
        tuple(of_python_str),
        tuple(map(pd.Series, as_objects)),
    ]
    for form in forms:
        assert metric(*form) == expected


def test_weights_come_for_sequences_or_steps_in_any_form():
    y_true, y_pred = [[0, 1, 1], [1, 0]], [[0, 1, 0], [1, 1]]
    ragged = [[2.0, 2.0, 2.0], [3.0, 3.0]]
    scores = {
        metrics.tag_f1_score(y_true, y_pred, sample_weight=weight)
        for weight in (
            [2, 3],
            pd.Series([2, 3], index=[7, 8]),
            ragged,
            Sequences.from_list(ragged),
            [2, 2, 2, 3, 3],
        )
    }
    assert len(scores) == 1


def test_training_weights_that_ride_on_y_true_do_not_count():
    y_true, y_pred = Sequences.from_list([[0, 1, 1], [1, 0]]), [[0, 1, 0], [1, 1]]
    heavy = y_true.replace(weight=[100.0, 1.0])
    assert metrics.tag_f1_score(heavy, y_pred) == metrics.tag_f1_score(y_true, y_pred)


def test_a_class_that_is_only_predicted_is_left_out_of_a_macro_average():
    y_true, y_pred = [["O", "O", "A", "A"]], [["O", "Z", "A", "A"]]
    assert metrics.tag_recall_score(y_true, y_pred) == pytest.approx((0.5 + 1) / 2)
    assert metrics.tag_precision_score(y_true, y_pred, average="micro") == pytest.approx(3 / 4)


def test_named_labels_are_averaged_in_their_order_though_absent():
    y_true, y_pred, labels = [[0, 0, 2], [1]], [[0, 2, 2], [1]], [7, 2, 0]
    each = metrics.tag_recall_score(y_true, y_pred, labels=labels, average=None)
    assert each.tolist() == [0, 1, 0.5]
    assert metrics.tag_recall_score(y_true, y_pred, labels=labels) == pytest.approx(0.5)


def test_no_class_that_is_left_scores_nan_in_a_weighted_average_too():
    y_true, y_pred = [["O", "O"]], [["O", "A"]]
    for average in ("macro", "weighted"):
        assert np.isnan(metrics.tag_f1_score(y_true, y_pred, exclude="O", average=average))


def test_one_label_on_either_side_has_no_correlation_whatever_the_weights():
    y_true, y_pred = [[1] + [0] * 13], [[0] * 14]
    weight = [0.3 * np.array([3, 1] + [3] * 12)]
    # scikit-learn takes the root of what weights leave of 0, a negative number here.
    assert metrics.tag_matthews_corrcoef(y_true, y_pred, sample_weight=weight) == 0
    assert metrics.tag_matthews_corrcoef([[3, 0]], [[0, 0]], sample_weight=[[0.0, 1.0]]) == 0


def test_one_class_only_scores_nan_for_the_minority_and_zero_correlation():
    only = [["O", "O"], ["O"]]
    assert np.isnan(metrics.tag_minority_recall_score(only, only))
    assert np.isnan(metrics.tag_minority_f1_score(only, only))
    assert np.isnan(metrics.tag_geometric_mean_score(only, only, exclude="O"))
    assert metrics.tag_f1_score(only, only, exclude="O", average=None).shape == (0,)
    assert metrics.tag_matthews_corrcoef(only, only) == 0
    assert metrics.tag_f1_score(only, only) == 1


@pytest.mark.parametrize("dtype", ["U", object])
def test_text_tags_are_scored_faster_than_scikit_learn_scores_them_flat(dtype):
    # A million steps take 0.4 s on an idle core; the ratio holds on a busy one too.
    rng = np.random.default_rng(0)
    names = np.array(["O", "NUMBER", "DECORATOR", "EXCEPTION", "DEFINITION"]).astype(dtype)
    truth, predicted = names[rng.integers(0, 5, (2, 200_000))]
    y_true = Sequences.from_lengths(truth, np.full(10_000, 20))
    y_pred = y_true.replace(values=predicted)
    ours = fastest(lambda: metrics.tag_f1_score(y_true, y_pred))
    theirs = fastest(lambda: sklearn.metrics.f1_score(truth, predicted, average="macro"))
    assert ours < 0.6 * theirs


def fastest(call, repeats=3):
    times = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


@every_metric
def test_lengths_that_differ_are_named(metric):
    with pytest.raises(ValueError, match=r"y_pred\[1\] has 1 tags but y_true\[1\] has 2 steps"):
        metric([["O"], ["O", "A"]], [["O"], ["O"]])
    with pytest.raises(ValueError, match="y_pred has 1 sequences but y_true has 2"):
        metric([["O"], ["O", "A"]], [["O"]])


def test_one_label_a_sequence_is_no_tag():
    with pytest.raises(TypeError, match="y_true must hold one label for each step"):
        metrics.tag_f1_score(["O", "A"], ["O", "A"])


def test_ragged_weights_that_do_not_align_are_named():
    with pytest.raises(ValueError, match=r"sample_weight\[0\] has 2 weights but y_true\[0\] has 1"):
        metrics.tag_f1_score([["O"]], [["O"]], sample_weight=[[1.0, 2.0]])
    with pytest.raises(ValueError, match="weight must have one entry per sequence"):
        metrics.tag_f1_score([["O", "A"]], [["O", "A"]], sample_weight=[1.0, 2.0, 3.0])


def test_beta_must_be_named():
    with pytest.raises(TypeError, match="beta"):
        metrics.tag_fbeta_score([["O"]], [["O"]])
