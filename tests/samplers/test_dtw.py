"""Dynamic time warping of batches, against the textbook's loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq import Sequences
from skseq.samplers import _dtw
from skseq.samplers._dtw import dtw_paths, pairwise_dtw

WINDOWS = [None, 0, 1, 3, 0.0, 0.3, 1.0]


def is_in_band(i, j, n, m, window):
    if window is None:
        return True
    if isinstance(window, float):
        window = int(window * max(n, m))
    return -max(n - m, 0) - window <= j - i <= max(m - n, 0) + window


def textbook_distance(a, b, window):
    """DTW, one cell after the other."""
    n, m = len(a), len(b)
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0
    for i in range(n):
        for j in range(m):
            if is_in_band(i, j, n, m, window):
                before = min(total[i, j], total[i, j + 1], total[i + 1, j])
                total[i + 1, j + 1] = before + np.sum((a[i] - b[j]) ** 2)
    return np.sqrt(total[n, m])


@st.composite
def ragged(draw):
    lengths = draw(st.lists(st.integers(1, 9), min_size=1, max_size=6))
    shape = draw(st.sampled_from([(), (1,), (3,)]))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    return Sequences.from_list([rng.normal(size=(length, *shape)) for length in lengths])


def all_pairs(X):
    return (grid.ravel() for grid in np.indices((len(X), len(X))))


@pytest.mark.parametrize("window", WINDOWS)
@settings(max_examples=15)
@given(X=ragged())
def test_distances_are_those_of_the_textbook(window, X):
    positions = np.arange(len(X))
    ours = pairwise_dtw(X, positions, positions[::-1], window)
    textbook = [[textbook_distance(a, b, window) for b in X[::-1]] for a in X]
    np.testing.assert_allclose(ours, textbook, atol=1e-7)


@pytest.mark.parametrize("window", WINDOWS)
@settings(max_examples=15)
@given(X=ragged())
def test_a_path_steps_from_corner_to_corner_at_the_cost_of_the_distance(window, X):
    first, second = all_pairs(X)
    for path, i, j in zip(dtw_paths(X, first, second, window), first, second, strict=True):
        a, b = X[i], X[j]
        assert path[0].tolist() == [0, 0]
        assert path[-1].tolist() == [len(a) - 1, len(b) - 1]
        assert set(map(tuple, np.diff(path, axis=0).tolist())) <= {(0, 1), (1, 0), (1, 1)}
        assert all(is_in_band(*cell, len(a), len(b), window) for cell in path.tolist())
        cost = np.sqrt(np.sum((a[path[:, 0]] - b[path[:, 1]]) ** 2))
        np.testing.assert_allclose(cost, textbook_distance(a, b, window), atol=1e-9)


def test_a_band_of_no_width_gives_the_euclidean_distance_of_equal_lengths():
    table = np.random.default_rng(0).normal(size=(5, 8))
    X, positions = Sequences.from_padded(table), np.arange(5)
    euclidean = np.linalg.norm(table[:, None] - table, axis=-1)
    np.testing.assert_allclose(pairwise_dtw(X, positions, positions, 0), euclidean, atol=1e-7)
    assert pairwise_dtw(X, positions, positions)[0, 1] < euclidean[0, 1]


def test_a_repeated_step_costs_nothing():
    X = Sequences.from_list([[0.0, 1.0, 5.0], [0.0, 1.0, 1.0, 1.0, 5.0, 5.0]])
    np.testing.assert_allclose(pairwise_dtw(X, np.array([0]), np.array([1])), 0, atol=1e-7)
    path = dtw_paths(X, np.array([0]), np.array([1]))[0]
    assert path.tolist() == [[0, 0], [1, 1], [1, 2], [1, 3], [2, 4], [2, 5]]


def test_paths_do_not_depend_on_how_pairs_are_put_together(monkeypatch):
    rng = np.random.default_rng(0)
    X = Sequences.from_list([rng.normal(size=(n, 2)) for n in rng.integers(1, 12, size=9)])
    first, second = all_pairs(X)
    together = dtw_paths(X, first, second, 0.5)
    monkeypatch.setattr(_dtw, "_MAX_DIRECTION_BYTES", 1)
    assert dtw_paths(X, first, second, 0.5) == together
