"""Batches: every row once, like lengths together, and everything that belongs to a row with it."""

import warnings
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from skseq.data import chunk_spans, offsets_from_lengths, scoring_plan
from skseq.nn import (
    ScoringBatches,
    SequenceDataset,
    TrainingBatches,
    _batches,
    step_mask,
    training_plan,
)

ragged_lengths = st.lists(st.integers(1, 9), min_size=1, max_size=40).map(np.array)
batch_sizes = st.integers(1, 12)


def row_spans(lengths, **params):
    """One row per sequence; each step's token says its sequence, and so do target and weight."""
    offsets = offsets_from_lengths(lengths)
    rows = np.arange(len(lengths))
    settings = {"tokens": True, "target": rows, "weight": (rows / 2).astype(np.float32)}
    return SequenceDataset(
        np.repeat(rows, lengths), offsets[:-1], offsets[1:], **(settings | params)
    )


def step_spans(lengths, chunk_length=None, context=0):
    """Chunks of sequences; each step's token says its place in the flat array, as its target."""
    first = offsets_from_lengths(lengths)[:-1]
    chunks = chunk_spans(lengths, chunk_length, context)
    first = first[chunks.sequence]
    steps = np.arange(lengths.sum())
    return SequenceDataset(
        steps,
        first + chunks.start,
        first + chunks.stop,
        tokens=True,
        target=steps,
        weight=(steps / 2).astype(np.float32),
        core_start=first + chunks.core_start,
        core_stop=first + chunks.core_stop,
        per_step=True,
    )


# -- plans ---------------------------------------------------------------------------------------


@given(lengths=ragged_lengths, batch_size=batch_sizes, seed=st.integers(0, 1000))
def test_training_takes_every_row_once_an_epoch(lengths, batch_size, seed):
    plan = training_plan(lengths, batch_size, np.random.default_rng(seed))
    assert sorted(np.concatenate(plan)) == list(range(len(lengths)))
    sizes = sorted(map(len, plan), reverse=True)
    assert sizes[:-1] == [batch_size] * (len(plan) - 1)  # only one batch may be short
    assert len(plan) == -(-len(lengths) // batch_size)


def test_like_lengths_share_a_batch():
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.lognormal(2.8, 0.6, 4000), 1, 120).astype(np.int64)

    def padding_share(plan):
        padded = sum(len(rows) * lengths[rows].max() for rows in plan)
        return 1 - lengths.sum() / padded

    def at_random(batch_size):
        return np.array_split(rng.permutation(len(lengths)), len(lengths) / batch_size)

    assert padding_share(training_plan(lengths, 32, rng)) < padding_share(at_random(32)) / 5
    assert padding_share(scoring_plan(lengths, 256)) < padding_share(at_random(256)) / 3


def test_short_and_long_batches_come_mixed():
    # Sorted batches would train on all the short rows first.
    lengths = np.arange(1, 1601)
    plan = training_plan(lengths, 32, np.random.default_rng(0))
    mean_lengths = [lengths[rows].mean() for rows in plan]
    assert abs(np.corrcoef(mean_lengths, np.arange(len(plan)))[0, 1]) < 0.5


def test_every_epoch_is_another_mix_and_a_seed_fixes_them_all():
    lengths = np.random.default_rng(0).integers(1, 9, size=300)

    def epochs(seed):
        rng = np.random.default_rng(seed)
        return [training_plan(lengths, 16, rng) for _ in range(2)]

    def same(one, other):
        return all(map(np.array_equal, one, other))

    first, second = epochs(0)
    assert not same(first, second)
    assert {frozenset(rows.tolist()) for rows in first} != {
        frozenset(rows.tolist()) for rows in second
    }
    again_first, again_second = epochs(0)
    assert same(first, again_first)
    assert same(second, again_second)
    assert not same(first, epochs(1)[0])


# -- batches of whole sequences ------------------------------------------------------------------


@given(lengths=ragged_lengths, batch_size=batch_sizes)
def test_what_belongs_to_a_row_stays_with_it(lengths, batch_size):
    spans = row_spans(lengths)
    batches = TrainingBatches(spans, batch_size=batch_size, rng=np.random.default_rng)
    seen = []
    for inputs, targets in batches:
        rows = targets["target"].numpy()
        np.testing.assert_array_equal(inputs["lengths"], lengths[rows])
        np.testing.assert_array_equal(targets["weight"], rows / 2)
        assert inputs["values"].shape == (len(rows), lengths[rows].max())
        mask = step_mask(inputs["lengths"], inputs["values"].shape[1]).numpy()
        expected = np.where(mask, rows[:, None], 0)
        np.testing.assert_array_equal(inputs["values"], expected)
        seen.extend(rows)
    assert sorted(seen) == list(range(len(lengths)))
    assert len(batches) == len(list(batches))


@given(lengths=ragged_lengths, batch_size=batch_sizes, width=st.integers(1, 3))
def test_rows_to_score_come_once_in_batches_that_are_not_too_large(lengths, batch_size, width):
    offsets = offsets_from_lengths(lengths)
    wide = SequenceDataset(np.zeros((lengths.sum(), width)), offsets[:-1], offsets[1:])
    with patch.multiple(_batches, _SCORED_ROWS=4, _MOST_STEPS=20, _MOST_NUMBERS=30):
        plan = wide.scoring_plan(batch_size)
    np.testing.assert_array_equal(np.sort(np.concatenate(plan)), np.arange(len(lengths)))
    for rows in plan:
        n_steps = len(rows) * lengths[rows].max()
        assert len(rows) <= max(4, batch_size)
        assert len(rows) == 1 or (n_steps <= 20 and n_steps * width <= 30)


@given(lengths=ragged_lengths, batch_size=batch_sizes)
def test_scoring_batches_are_the_batches_of_their_plan(lengths, batch_size):
    with patch.object(_batches, "_SCORED_ROWS", 1):
        batches = ScoringBatches(row_spans(lengths), batch_size=batch_size)
    assert len(batches) == len(batches.plan) == len(list(batches))
    for rows, (inputs, targets) in zip(batches.plan, batches, strict=True):
        np.testing.assert_array_equal(targets["target"], rows)
        np.testing.assert_array_equal(inputs["lengths"], lengths[rows])


def test_chosen_rows_keep_what_is_theirs():
    lengths = np.array([3, 1, 4, 2])
    spans = row_spans(lengths).rows(np.array([2, 0]))
    inputs, targets = spans.batch(np.array([0, 1]))
    assert len(spans) == 2
    np.testing.assert_array_equal(targets["target"], [2, 0])
    np.testing.assert_array_equal(targets["weight"], [1.0, 0.0])
    np.testing.assert_array_equal(inputs["values"], [[2, 2, 2, 2], [0, 0, 0, 0]])
    assert row_spans(lengths, target=None, weight=None).rows([1]).batch([0])[1] == {}


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.int64, ">i4"])
def test_tokens_of_any_integer_type_become_int64(dtype):
    spans = row_spans(np.array([3, 1, 4]))
    spans = SequenceDataset(spans.values.astype(dtype), spans.start, spans.stop, tokens=True)
    inputs, targets = spans.batch(np.array([2, 1]))
    assert inputs["values"].dtype == torch.int64
    assert inputs["values"].tolist() == [[2, 2, 2, 2], [1, 0, 0, 0]]
    assert targets == {}


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int32, bool, ">f8"])
@pytest.mark.parametrize("n_features", [None, 2])
def test_values_of_any_type_become_float32(dtype, n_features):
    shape = (8,) if n_features is None else (8, n_features)
    values = np.random.default_rng(0).normal(size=shape).astype(dtype)
    spans = SequenceDataset(values, np.array([0, 3, 4]), np.array([3, 4, 8]))
    batch = spans.batch(np.array([0, 2]))[0]["values"]
    assert batch.dtype == torch.float32
    assert batch.shape == (2, 4, *shape[1:])
    np.testing.assert_array_equal(batch[0, :3], values[:3].astype(np.float32))
    np.testing.assert_array_equal(batch[1], values[4:].astype(np.float32))
    assert not batch[0, 3:].any()


def test_a_read_only_memory_map_is_read_in_place(tmp_path):
    path = tmp_path / "values.dat"
    lengths = np.array([3, 1, 4])
    planted = np.arange(16, dtype=np.float32).reshape(8, 2)
    planted.tofile(path)
    values = np.memmap(path, dtype=np.float32, mode="r", shape=(8, 2))
    offsets = offsets_from_lengths(lengths)
    spans = SequenceDataset(values, offsets[:-1], offsets[1:], target=np.arange(3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        inputs, _ = spans.batch(np.array([1, 2]))
    np.testing.assert_array_equal(inputs["values"][0], [[6, 7], [0, 0], [0, 0], [0, 0]])
    np.testing.assert_array_equal(inputs["values"][1], planted[4:])
    inputs["values"][:] = -1  # a batch is the reader's own
    np.testing.assert_array_equal(values, planted)


# -- batches of steps ----------------------------------------------------------------------------


@given(
    lengths=ragged_lengths,
    batch_size=batch_sizes,
    chunk_length=st.sampled_from([None, 3, 5]),
    context=st.integers(0, 1),
)
def test_every_step_is_asked_for_once_with_what_is_its_own(
    lengths, batch_size, chunk_length, context
):
    spans = step_spans(lengths, chunk_length, context)
    asked = []
    for inputs, targets in TrainingBatches(spans, batch_size=batch_size, rng=np.random.default_rng):
        mask = targets["mask"]
        steps = targets["target"][mask]
        assert torch.equal(inputs["values"][mask], steps)
        np.testing.assert_array_equal(targets["weight"][mask], steps / 2)
        assert not mask[~step_mask(inputs["lengths"], mask.shape[1])].any()
        asked.extend(steps.tolist())
    assert sorted(asked) == list(range(lengths.sum()))


@given(lengths=ragged_lengths, batch_size=batch_sizes, chunk_length=st.sampled_from([None, 3, 5]))
def test_predictions_go_back_to_the_steps_they_belong_to(lengths, batch_size, chunk_length):
    # Without targets, as for prediction.
    spans = replace(step_spans(lengths, chunk_length, context=1), target=None, weight=None)
    predictions = np.full(lengths.sum(), -1)
    for rows in scoring_plan(spans.lengths, batch_size):
        inputs, targets = spans.batch(rows)
        assert set(targets) == {"mask"}
        steps = spans.core_steps(rows)
        assert np.all(predictions[steps] == -1)  # predicted by no other row
        predictions[steps] = inputs["values"][targets["mask"]]
    np.testing.assert_array_equal(predictions, np.arange(lengths.sum()))


def test_context_is_read_but_not_asked_for():
    spans = step_spans(np.array([10]), chunk_length=6, context=1)
    inputs, targets = spans.batch(np.array([1]))
    assert inputs["values"].tolist() == [[4, 5, 6, 7, 8, 9]]
    assert targets["mask"].tolist() == [[False, True, True, True, True, True]]
