"""Tag metrics equal scikit-learn's and imbalanced-learn's on the steps laid end to end."""

import time

import imblearn.metrics
import numpy as np
import pandas as pd
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq import Sequences, metrics

# Ours, theirs on flat labels, and the arguments that both take.
AVERAGED = {
    "f1": (metrics.tag_f1_score, sklearn.metrics.f1_score, {}),
    "f2": (metrics.tag_fbeta_score, sklearn.metrics.fbeta_score, {"beta": 2}),
    "precision": (metrics.tag_precision_score, sklearn.metrics.precision_score, {}),
    "recall": (metrics.tag_recall_score, sklearn.metrics.recall_score, {}),
}
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
averaged = pytest.mark.parametrize(
    ("ours", "theirs", "arguments"), AVERAGED.values(), ids=AVERAGED.keys()
)
every_metric = pytest.mark.parametrize("metric", OF_LABELS.values(), ids=OF_LABELS.keys())


@st.composite
def ragged_tags(draw, labels=("O", "NUM", "NAME", "X")):
    """Draw (y_true, y_pred, weight of each step) as lists of lists."""
    lengths = draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))

    def draw_ragged(values):
        return [draw(st.lists(values, min_size=n, max_size=n)) for n in lengths]

    tags = st.sampled_from(labels)
    return draw_ragged(tags), draw_ragged(tags), draw_ragged(st.integers(1, 5).map(float))


def flat(ragged):
    return np.concatenate([np.asarray(entry) for entry in ragged])


def majority_of(labels):
    values, counts = np.unique(labels, return_counts=True)
    return values[counts.argmax()]


@averaged
@settings(max_examples=20)
@given(case=ragged_tags(), average=st.sampled_from(["macro", "weighted", "micro", None]))
def test_averages_equal_scikit_learn_on_flat_steps(ours, theirs, arguments, case, average):
    y_true, y_pred, weight = case
    # Only a micro average looks at classes that y_true lacks.
    labels = None if average == "micro" else np.unique(flat(y_true))
    expected = theirs(
        flat(y_true),
        flat(y_pred),
        labels=labels,
        average=average,
        sample_weight=flat(weight),
        zero_division=0,
        **arguments,
    )
    got = ours(y_true, y_pred, average=average, sample_weight=weight, **arguments)
    np.testing.assert_allclose(got, expected, atol=1e-12)


@averaged
def test_named_labels_are_averaged_in_their_order_though_absent(ours, theirs, arguments):
    y_true, y_pred, labels = [[0, 0, 2], [1]], [[0, 2, 2], [1]], [7, 2, 0]
    expected = theirs(
        flat(y_true), flat(y_pred), labels=labels, average=None, zero_division=0, **arguments
    )
    got = ours(y_true, y_pred, labels=labels, average=None, **arguments)
    np.testing.assert_allclose(got, expected)
    assert ours(y_true, y_pred, labels=labels, **arguments) == pytest.approx(expected.mean())


@settings(max_examples=20)
@given(case=ragged_tags(), exclude=st.sampled_from([None, "majority", ["X"], ["O", "NAME"]]))
def test_exclude_leaves_classes_out_of_the_mean_of_f1(case, exclude):
    y_true, y_pred, _ = case
    left_out = [majority_of(flat(y_true))] if exclude == "majority" else exclude or []
    by_hand = []
    for label in set(flat(y_true).tolist()) - set(left_out):
        is_true, is_predicted = flat(y_true) == label, flat(y_pred) == label
        both = (is_true & is_predicted).sum()
        by_hand.append(2 * both / (is_true.sum() + is_predicted.sum()))
    expected = np.mean(by_hand) if by_hand else np.nan
    got = metrics.tag_f1_score(y_true, y_pred, exclude=exclude)
    np.testing.assert_allclose(got, expected, atol=1e-12)
    if exclude == "majority":
        minority = metrics.tag_minority_f1_score(y_true, y_pred)
        np.testing.assert_allclose(minority, expected, atol=1e-12)


@settings(max_examples=20)
@given(case=ragged_tags())
def test_recall_based_metrics_equal_recalls_by_hand(case):
    y_true, y_pred, weight = case
    truth, predicted, w = flat(y_true), flat(y_pred), flat(weight)
    recalls = {
        label: w[(truth == label) & (predicted == label)].sum() / w[truth == label].sum()
        for label in np.unique(truth)
    }
    every = np.array(list(recalls.values()))
    np.testing.assert_allclose(
        metrics.tag_balanced_accuracy_score(y_true, y_pred, sample_weight=weight), every.mean()
    )
    np.testing.assert_allclose(
        metrics.tag_geometric_mean_score(y_true, y_pred, sample_weight=weight),
        np.prod(every) ** (1 / len(every)),
        atol=1e-12,
    )
    rare = [recall for label, recall in recalls.items() if label != majority_of(truth)]
    np.testing.assert_allclose(
        metrics.tag_minority_recall_score(y_true, y_pred, sample_weight=weight),
        np.mean(rare) if rare else np.nan,
    )


@settings(max_examples=20)
@given(case=ragged_tags(), correction=st.sampled_from([0.0, 0.01]))
def test_geometric_mean_equals_imbalanced_learn_where_every_class_is_true(case, correction):
    y_true, y_pred, weight = case
    y_true, y_pred = [*y_true, ["O", "NUM", "NAME", "X"]], [*y_pred, ["O", "NUM", "X", "O"]]
    weight = [*weight, [1.0, 1.0, 1.0, 1.0]]
    arguments = {"correction": correction}
    expected = imblearn.metrics.geometric_mean_score(
        flat(y_true), flat(y_pred), sample_weight=flat(weight), **arguments
    )
    got = metrics.tag_geometric_mean_score(y_true, y_pred, sample_weight=weight, **arguments)
    assert got == pytest.approx(expected, abs=1e-12)


@settings(max_examples=20)
@given(case=ragged_tags())
@pytest.mark.filterwarnings("ignore:A single label was found:UserWarning")  # scikit-learn's
def test_accuracy_and_matthews_equal_scikit_learn(case):
    y_true, y_pred, weight = case
    for ours, theirs in [
        (metrics.tag_accuracy_score, sklearn.metrics.accuracy_score),
        (metrics.tag_matthews_corrcoef, sklearn.metrics.matthews_corrcoef),
    ]:
        expected = theirs(flat(y_true), flat(y_pred), sample_weight=flat(weight))
        got = ours(y_true, y_pred, sample_weight=weight)
        assert got == pytest.approx(expected, abs=1e-12)


@every_metric
@settings(max_examples=10)
@given(case=ragged_tags(), data=st.data())
def test_order_of_sequences_and_where_they_are_cut_change_nothing(metric, case, data):
    y_true, y_pred, _ = case
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
    with pytest.raises(ValueError, match="weight must have one entry a sequence"):
        metrics.tag_f1_score([["O", "A"]], [["O", "A"]], sample_weight=[1.0, 2.0, 3.0])


def test_beta_must_be_named():
    with pytest.raises(TypeError, match="beta"):
        metrics.tag_fbeta_score([["O"]], [["O"]])
