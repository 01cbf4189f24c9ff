"""Sequences read at other moments, against numpy's interpolation of each."""

import numpy as np

from skseq import Sequences
from skseq.data import offsets_from_lengths
from skseq.data._moments import at_regular_moments, stretch


def test_stretching_is_linear_interpolation():
    rng = np.random.default_rng(0)
    X = Sequences.from_list([rng.normal(size=(n, 2)) for n in rng.integers(1, 15, size=40)])
    positions, lengths = np.array([3, 0, 3, 7]), np.array([5, 1, 20, 8])
    stretched = Sequences.from_lengths(stretch(X, positions, lengths), lengths)
    for position, steps in zip(positions, stretched, strict=True):
        old = X[position]
        moments = np.linspace(0, len(old) - 1, len(steps))
        expected = [np.interp(moments, np.arange(len(old)), column) for column in old.T]
        np.testing.assert_allclose(steps, np.transpose(expected))
    np.testing.assert_array_equal(stretch(X, np.arange(40), X.lengths), X.values)


def test_points_are_read_at_evenly_spaced_moments():
    rng = np.random.default_rng(0)
    n_points, lengths = rng.integers(1, 9, size=30), rng.integers(1, 12, size=30)
    offsets = offsets_from_lengths(n_points)
    moments = np.concatenate([np.append(0, rng.uniform(0.1, 2, n - 1)).cumsum() for n in n_points])
    points = rng.normal(size=(offsets[-1], 2))
    table = at_regular_moments(moments, points, offsets, lengths)
    ours = Sequences.from_lengths(table, lengths)
    for row, steps in enumerate(ours):
        known = slice(offsets[row], offsets[row + 1])
        wanted = np.linspace(0, moments[known][-1], lengths[row])
        theirs = [np.interp(wanted, moments[known], column) for column in points[known].T]
        np.testing.assert_allclose(steps, np.transpose(theirs))
