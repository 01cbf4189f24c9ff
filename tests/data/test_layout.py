"""Offsets, masks and positions of steps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skseq import Sequences
from skseq.data import gather_steps, offsets_from_lengths, step_mask


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
