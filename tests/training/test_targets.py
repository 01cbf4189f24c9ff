"""Targets as values: taking rows, counting classes, what a split spreads, and the dataset."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skseq import Sequences
from skseq.training import RowTargets, StepTargets, check_two_classes_count

CLASSES = np.array(["a", "b", "c"])


@st.composite
def problems(draw):
    """Sequences with a code for each and for each step, and weights, some of them zero."""
    lengths = np.array(draw(st.lists(st.integers(1, 5), min_size=1, max_size=12)))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    X = Sequences.from_lengths(rng.normal(size=lengths.sum()), lengths)
    rows = rng.integers(0, 3, len(X)), rng.integers(0, 3, len(X)).astype(float)
    steps = rng.integers(0, 3, X.n_steps), rng.integers(0, 3, X.n_steps).astype(float)
    return (
        RowTargets(X, False, rows[0], rows[1], CLASSES),
        StepTargets(X, False, steps[0], steps[1], CLASSES, chunk_length=4, chunk_context=1),
    )


def by_sequence(targets, flat):
    """What belongs to each sequence, as a list of arrays."""
    if isinstance(targets, RowTargets):
        return [flat[[row]] for row in range(len(targets.X))]
    return list(Sequences(flat, targets.X.offsets))


@given(problems(), st.data())
def test_taking_rows_takes_what_belongs_to_them(both, data):
    for targets in both:
        n_rows = len(targets.X)
        rows = np.array(data.draw(st.lists(st.integers(0, n_rows - 1), min_size=1, max_size=8)))
        taken = targets.take(rows)
        assert targets.X[rows] == taken.X
        for name in ("values", "weight"):
            whole = by_sequence(targets, getattr(targets, name))
            expected = np.concatenate([whole[row] for row in rows])
            np.testing.assert_array_equal(getattr(taken, name), expected)
        assert taken.n_outputs == len(taken.values)


@given(problems())
def test_what_has_no_weight_is_not_there_for_any_count(both):
    for targets in both:
        if not targets.weight.any():
            continue
        left = targets.without_absent()
        np.testing.assert_allclose(left.class_totals(), targets.class_totals())
        np.testing.assert_allclose(left.counts(), targets.counts())
        per_sequence = [part.sum() for part in by_sequence(left, left.weight)]
        assert min(per_sequence) > 0
        by_hand = [targets.weight[targets.values == code].sum() for code in range(3)]
        np.testing.assert_allclose(targets.class_totals(), by_hand)


@given(problems())
def test_strata_of_steps_are_the_rarest_class_that_counts(both):
    _, targets = both
    if not targets.weight.any():
        return
    rank = np.argsort(np.argsort(targets.counts(), kind="stable"))
    codes, weights = (by_sequence(targets, flat) for flat in (targets.values, targets.weight))
    for stratum, code, weight in zip(targets.strata(), codes, weights, strict=True):
        counting = code[weight > 0]
        if len(counting):
            assert stratum == min(counting, key=lambda each: rank[each])


@given(problems())
def test_the_dataset_asks_for_every_target_once_with_its_weight(both):
    class_weight = np.array([1.0, 2.0, 0.5])
    for targets in both:
        dataset = targets.dataset(class_weight=class_weight)
        weight = targets.weights_with(class_weight)
        rows = np.arange(0, len(targets.X), 2)
        assert targets.n_rows() == len(dataset)
        assert targets.n_rows(rows) == len(targets.dataset(rows))
        seen = []
        for row in range(len(dataset)):
            _, about = dataset.batch(np.array([row]))
            mask = about["mask"].numpy() if dataset.per_step else np.array([True])
            at = dataset.core_steps(np.array([row])) if dataset.per_step else np.array([row])
            np.testing.assert_array_equal(about["target"].numpy()[mask], targets.values[at])
            if weight is not None:
                np.testing.assert_array_equal(about["weight"].numpy()[mask], weight[at])
            if dataset.per_step:
                is_end = [at[0] in targets.X.offsets, at[-1] + 1 in targets.X.offsets]
                assert about["ends"].tolist() == [is_end]
            seen.extend(at)
        assert sorted(seen) == list(range(targets.n_outputs))
        if weight is not None and targets.weight.any():
            assert weight.mean() == pytest.approx(1, rel=1e-5)


@given(problems())
def test_labels_go_out_to_augmenters_and_come_back(both):
    for targets in both:
        again = targets.relabelled(*targets.labelled())
        np.testing.assert_array_equal(again.values, targets.values)
        np.testing.assert_array_equal(again.weight, targets.weight)


def test_targets_to_predict_have_no_values_and_shape_the_outputs():
    X = Sequences.from_list([[1.0, 2.0], [3.0]])
    rows, steps = RowTargets(X, False, classes=CLASSES), StepTargets(X, False, classes=CLASSES)
    assert rows.predictions(np.array([1, 2]), [[1], [2]]).tolist() == [1, 2]
    assert steps.predictions(np.array([1, 2, 3]), [[1.0, 2.0], [3.0]]) == [[1, 2], [3]]
    assert steps.predictions(np.array([1, 2, 3]), X) == Sequences(np.array([1, 2, 3]), [0, 2, 3])
    assert rows.dataset().batch(np.array([0, 1]))[1] == {}


def test_a_single_class_with_weight_is_refused():
    with pytest.raises(ValueError, match="only one class, 'b', has any weight"):
        check_two_classes_count(np.array([0, 1, 2]), np.array([0.0, 2.0, 0.0]), CLASSES)
