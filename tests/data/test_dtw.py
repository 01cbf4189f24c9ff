"""Dynamic time warping of batches, against the textbook's loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq import Sequences
from skseq.data import _dtw
from skseq.data._dtw import dtw_paths, lower_bounds, paired_dtw

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
    first, second = all_pairs(X)
    textbook = [textbook_distance(X[i], X[j], window) for i, j in zip(first, second, strict=True)]
    np.testing.assert_allclose(paired_dtw(X, first, second, window), textbook, atol=1e-12)


@pytest.mark.parametrize("window", WINDOWS)
@settings(max_examples=30)
@given(X=ragged(), queries=st.data())
def test_no_distance_is_below_its_lower_bound(window, X, queries):
    everyone = st.permutations(range(len(X)))
    rows = np.array(queries.draw(everyone))[: queries.draw(st.integers(1, len(X)))]
    columns = np.array(queries.draw(everyone))
    bounds = lower_bounds(X, rows, columns, window)
    first, second = (grid.ravel() for grid in np.meshgrid(rows, columns, indexing="ij"))
    assert (bounds.ravel() <= paired_dtw(X, first, second, window)).all()


def test_a_lower_bound_knows_the_ends_and_the_boxes_in_reach():
    X = Sequences.from_list([[0.0, 5.0, 0.0, 1.0], [2.0, 3.0, 3.0, 3.0]])
    # First and last steps: 2 and 2. Between them: 5 and 0 lie 2 and 2 from the box 2 to 3
    # around steps 0 to 2 and 3 from the box 3 to 3 around steps 1 to 3.
    bound = lower_bounds(X, np.array([0]), np.array([1]), window=1)
    np.testing.assert_allclose(bound, np.sqrt([[4 + 4 + 9 + 4]]))


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
    X = Sequences.from_padded(table)
    first, second = all_pairs(X)
    euclidean = np.linalg.norm(table[first] - table[second], axis=1)
    np.testing.assert_allclose(paired_dtw(X, first, second, 0), euclidean)
    assert (paired_dtw(X, first, second) <= euclidean + 1e-12).all()


def test_a_repeated_step_costs_nothing():
    X = Sequences.from_list([[0.0, 1.0, 5.0], [0.0, 1.0, 1.0, 1.0, 5.0, 5.0]])
    assert paired_dtw(X, np.array([0]), np.array([1])) == [0]
    path = dtw_paths(X, np.array([0]), np.array([1]))[0]
    assert path.tolist() == [[0, 0], [1, 1], [1, 2], [1, 3], [2, 4], [2, 5]]


def test_pairs_do_not_depend_on_how_they_are_put_together(monkeypatch):
    rng = np.random.default_rng(0)
    X = Sequences.from_list([rng.normal(size=(n, 2)) for n in rng.integers(1, 12, size=9)])
    first, second = all_pairs(X)
    distances = paired_dtw(X, first, second, 0.5)
    paths = dtw_paths(X, first, second, 0.5)
    bounds = lower_bounds(X, np.arange(9), np.arange(9), 0.5)
    monkeypatch.setattr(_dtw, "_CELLS_OF_DIAGONAL", 1)
    monkeypatch.setattr(_dtw, "_CELLS_OF_PATHS", 1)
    np.testing.assert_array_equal(paired_dtw(X, first, second, 0.5, n_jobs=2), distances)
    assert dtw_paths(X, first, second, 0.5) == paths
    # With boxes for the longest of fewer sequences, bounds may be nearer to the distances.
    monkeypatch.setattr(_dtw, "_SIZE_OF_EXCESS", 1)
    narrow = lower_bounds(X, np.arange(9), np.arange(9), 0.5)
    assert (bounds <= narrow + 1e-12).all()
    assert (narrow.ravel() <= distances).all()
