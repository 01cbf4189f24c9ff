"""Offsets, masks and positions of steps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skseq import Sequences
from skseq.data import gather_steps, offsets_from_lengths, step_mask
from skseq.data._layout import lengths_of_padded


@given(st.lists(st.integers(0, 4), max_size=5))
def test_offsets_and_mask_say_the_same_as_lengths(lengths):
    assert offsets_from_lengths(lengths).tolist() == np.cumsum([0, *lengths]).tolist()
    mask = step_mask(lengths, 4)
    assert mask.tolist() == [[step < length for step in range(4)] for length in lengths]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.data())
def test_gather_steps_gives_the_position_of_each_step(lengths, data):
    offsets = offsets_from_lengths(lengths)
    rows = data.draw(st.lists(st.integers(0, len(lengths) - 1), max_size=8))
    new_offsets, steps = gather_steps(offsets, np.array(rows, dtype=np.int64))
    expected = [list(range(offsets[row], offsets[row + 1])) for row in rows]
    assert np.diff(new_offsets).tolist() == [len(positions) for positions in expected]
    assert steps.tolist() == [position for positions in expected for position in positions]


def test_sequences_of_one_length_are_picked_from_among_others():
    # Aligned to rows of 2 or not: both give the same.
    X = Sequences.from_list([[1, 2], [3, 4], [5], [6, 7], [8, 9, 0], [1, 2]])
    assert X[[1, 0]].tolist() == [[3, 4], [1, 2]]
    assert X[[3, 0]].tolist() == [[6, 7], [1, 2]]
    assert X[[5, 3]].tolist() == [[1, 2], [6, 7]]
    assert X[[4]].tolist() == [[8, 9, 0]]


@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=4))
def test_lengths_of_padded_are_those_that_give_the_mask(missing):
    missing = np.array(missing)
    lengths = lengths_of_padded(missing)
    candidates = (~missing).sum(axis=1)
    if np.array_equal(step_mask(candidates, 3), ~missing):
        assert lengths.tolist() == candidates.tolist()
    else:
        assert lengths is None


@pytest.mark.parametrize(
    ("lengths", "error", "message"),
    [
        ([2.5, 2.5], TypeError, r"lengths must be integers, got float64.*astype\(int\)"),
        ([2.0, 3.0], TypeError, r"lengths must be integers, got float64"),
        ([True, False], TypeError, r"lengths must be integers, got bool"),
        ([6, -1], ValueError, r"lengths\[1\] is -1; a length cannot be negative"),
        ([[2, 3]], ValueError, r"lengths must have shape \(n_sequences,\)"),
        ([2, 4], ValueError, r"end at the number of steps, 5"),
    ],
)
def test_lengths_that_are_none_are_refused(lengths, error, message):
    with pytest.raises(error, match=message):
        Sequences.from_lengths(np.arange(5), lengths)
    if np.ndim(lengths) == 1 and lengths != [2, 4]:
        with pytest.raises(error, match=message):
            Sequences.from_padded(np.ones((2, 9)), lengths)


@pytest.mark.parametrize("lengths", [[2, 3], np.array([2, 3], dtype=np.uint8), (2, 3)])
def test_lengths_of_any_integer_type_are_taken(lengths):
    assert Sequences.from_lengths(np.arange(5), lengths).tolist() == [[0, 1], [2, 3, 4]]


def test_no_lengths_are_no_sequences():
    assert len(Sequences.from_lengths([], [])) == 0


@pytest.mark.parametrize("key", [[0], [1, 0], slice(0, 1), [True, False], []])
def test_steps_without_features_are_picked_too(key):
    X = Sequences(np.zeros((4, 0)), [0, 2, 4])
    assert X[key].values.shape == (X[key].n_steps, 0)
    assert X[key].lengths.tolist() == [2] * len(X[key])
