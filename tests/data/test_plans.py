"""Scoring batches: every row once, long ones first."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skseq.data import scoring_plan

ragged_lengths = st.lists(st.integers(1, 9), min_size=1, max_size=40).map(np.array)


@given(lengths=ragged_lengths, batch_size=st.integers(1, 12), max_steps=st.integers(1, 60))
def test_scoring_takes_every_row_once_within_a_budget_of_steps(lengths, batch_size, max_steps):
    plan = scoring_plan(lengths, batch_size, max_steps)
    assert sorted(np.concatenate(plan)) == list(range(len(lengths)))
    for rows in plan:
        assert len(rows) <= batch_size
        assert len(rows) == 1 or len(rows) * lengths[rows].max() <= max_steps
    in_order = lengths[np.concatenate(plan)]
    assert np.all(np.diff(in_order) <= 0)
