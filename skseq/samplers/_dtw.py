"""Dynamic time warping of many ragged pairs at once, in numpy.

DTW aligns two sequences a (n steps) and b (m steps) by a path of pairs (i, j) that starts at
(0, 0), ends at (n - 1, m - 1), and goes on by one step in a, in b, or in both; its cost is the
sum of the squared Euclidean distances of the paired steps. A Sakoe-Chiba band bounds how far
the path strays: ``-max(n - m, 0) - w <= j - i <= max(m - n, 0) + w``.

Cells of one anti-diagonal (i + j = k) depend on the two before it only, so a whole batch of
pairs takes one numpy call for each k: the only Python loop is over k. Two callers share it:

- `pairwise_dtw` needs distances of every row with every column, and keeps three anti-diagonals;
- `dtw_paths` needs the paths of single pairs, and keeps one byte for each cell in the band.
"""

from numbers import Integral

import numpy as np

from skseq.data import Sequences, offsets_from_lengths

# Bytes that the directions of one batch of paths may take.
_MAX_DIRECTION_BYTES = 2**24

# Where the best path to a cell comes from, in the order in which ties are settled: both
# sequences take a step, or only a, or only b.
_BOTH, _ONLY_A, _ONLY_B = range(3)
_STEPS_A = np.array([1, 1, 0])
_STEPS_B = np.array([1, 0, 1])


def pairwise_dtw(X, rows, columns, window=None):
    """DTW distance between each of some sequences and each of some others.

    The differences of steps are found by a matrix product, |a - b|^2 = |a|^2 + |b|^2 - 2 a b,
    which loses digits where values lie far from 0 compared with how much they vary: centre them.

    Parameters
    ----------
    X : Sequences of float
        The sequences.

    rows, columns : ndarray of int
        Positions in X. Memory and time grow with the longest of each, so take sequences of
        similar length together.

    window : int, float or None, default=None
        Half the width of the band: in steps, or as a share of the longer length.

    Returns
    -------
    ndarray of float64 of shape (n_rows, n_columns)
        Square roots of the costs of the best paths.
    """
    a, n = _time_first(X[rows])  # (max n, n_rows, n_features)
    b, m = _time_first(X[columns])
    # One product of these gives |a|^2 + |b|^2 - 2 a b.
    left = np.concatenate([a, _squares(a), np.ones_like(a[..., :1])], axis=-1)
    right = np.concatenate([-2 * b, np.ones_like(b[..., :1]), _squares(b)], axis=-1)
    right = np.ascontiguousarray(right[::-1].transpose(0, 2, 1))  # (max m, ..., n_columns)
    buffer = np.empty((len(a), len(rows), len(columns)))

    def cost(k, start, stop):
        shift = len(b) - 1 - k  # b runs backwards: step k - i stands at shift + i
        steps = slice(shift + start, shift + stop)
        return np.matmul(left[start:stop], right[steps], out=buffer[start:stop])

    n, m = n[:, None], m[None, :]
    last_diagonal = (n + m - 2).ravel()
    by_diagonal = np.argsort(last_diagonal, kind="stable")
    bounds = np.searchsorted(last_diagonal[by_diagonal], np.arange(len(a) + len(b)))
    total = np.empty((len(rows), len(columns)))
    for k, start, cells, *_ in _sweep(cost, n, m, window):
        row, column = np.divmod(by_diagonal[bounds[k] : bounds[k + 1]], len(columns))
        total[row, column] = cells[n[row, 0] - 1 - start, row, column]
    return np.sqrt(total.clip(0, None))


def dtw_paths(X, first, second, window=None):
    """Best paths of pairs of sequences.

    Of several best paths it takes the one that goes on in both sequences where it can.

    Parameters
    ----------
    X : Sequences of float
        The sequences.

    first, second : ndarray of int of shape (n_pairs,)
        Positions in X of the two sequences of each pair.

    window : int, float or None, default=None
        Half the width of the band: in steps, or as a share of the longer length.

    Returns
    -------
    Sequences of int of shape (n_pairs,) with 2 features
        For each pair the steps (i, j) of its path, in order.
    """
    n, m = X.lengths[first], X.lengths[second]
    low, high = _band(n, m, window)
    width = np.minimum(np.minimum(n, m), (high - low) // 2 + 1)
    n_together = max(1, int(_MAX_DIRECTION_BYTES // ((n + m).max() * width.max())))
    order = np.argsort(n + m, kind="stable")  # similar lengths together: little padding
    paths = [
        _paths_of_batch(X, first[pairs], second[pairs], window)
        for pairs in np.split(order, np.arange(n_together, len(order), n_together))
    ]
    return Sequences.concatenate(paths)[np.argsort(order)]


def _paths_of_batch(X, first, second, window):
    a, n = _time_first(X[first])  # (max n, n_pairs, n_features)
    b, m = _time_first(X[second])
    backwards = np.ascontiguousarray(b[::-1])

    def cost(k, start, stop):
        shift = len(b) - 1 - k
        difference = a[start:stop] - backwards[shift + start : shift + stop]
        return np.einsum("ipf,ipf->ip", difference, difference)

    starts, directions = [], []
    for _, start, cells, before, last in _sweep(cost, n, m, window):
        starts.append(start)
        stop = start + len(cells)
        came_from = np.full(cells.shape, _BOTH, dtype=np.uint8)
        best = before[start:stop].copy()
        for direction, cell in [(_ONLY_A, last[start:stop]), (_ONLY_B, last[start + 1 : stop + 1])]:
            better = cell < best
            came_from[better] = direction
            np.minimum(best, cell, out=best)
        directions.append(came_from)
    return _trace_back(starts, directions, n, m)


def _trace_back(starts, directions, n, m):
    """Follow the directions from the last cell of each pair to its first."""
    # All anti-diagonals as one array: cell (i, k - i) of pair p stands in row first_row[k] + i.
    offsets = offsets_from_lengths([len(each) for each in directions])
    first_row = offsets[:-1] - np.array(starts)
    directions = np.concatenate(directions)

    pair, i, j = np.arange(len(n)), n - 1, m - 1
    visited = []
    while len(pair):
        visited.append(np.stack([pair, i, j], axis=1))
        goes_on = i + j > 0
        pair, i, j = pair[goes_on], i[goes_on], j[goes_on]
        came_from = directions[first_row[i + j] + i, pair]
        i, j = i - _STEPS_A[came_from], j - _STEPS_B[came_from]
    visited = np.concatenate(visited[::-1])
    order = np.argsort(visited[:, 0], kind="stable")
    lengths = np.bincount(visited[:, 0], minlength=len(n))
    return Sequences.from_lengths(visited[order, 1:], lengths)


# -- the recurrence ----------------------------------------------------------------------------


def _sweep(cost, n, m, window):
    """Costs of the best paths to all cells in the band, one anti-diagonal after the other.

    Parameters
    ----------
    cost : callable
        ``cost(k, start, stop)`` gives the distances of steps i and k - i for i in
        ``range(start, stop)``, of shape (stop - start, *batch).

    n, m : ndarray of int
        Lengths of the pairs; broadcast together they have the shape of the batch.

    window : int, float or None
        Half the width of the band.

    Yields
    ------
    k, start, cells, before, last
        ``cells`` has shape (n_cells, *batch), its first is i = start. ``before`` and ``last``
        are anti-diagonals k - 2 and k - 1, where i stands in row i + 1. All of them are
        overwritten later.
    """
    low, high = _band(n, m, window)
    rows, columns = n.max(), m.max()
    shape = (rows + 2, *np.broadcast_shapes(n.shape, m.shape))
    before, last, new = (np.full(shape, np.inf) for _ in range(3))
    for k in range(rows + columns - 1):
        start = max(0, k - columns + 1, _first_row(k, high.max()))
        stop = min(rows, k + 1, _last_row(k, low.min()) + 1)
        cells = new[start + 1 : stop + 1]
        if k == 0:
            cells[...] = cost(k, start, stop)
        else:
            np.minimum(last[start:stop], last[start + 1 : stop + 1], out=cells)
            np.minimum(cells, before[start:stop], out=cells)
            np.add(cells, cost(k, start, stop), out=cells)
            _shut_outside_own_band(cells, k, start, stop, low, high)
        # What the next two read beyond these cells must not be left from an earlier k.
        new[start] = new[stop + 1] = np.inf
        yield k, start, cells, before, last
        before, last, new = last, new, before


def _band(n, m, window):
    """Lowest and highest j - i of each pair."""
    if window is None:
        return -n + 0 * m, m + 0 * n
    if not isinstance(window, Integral):
        window = (window * np.maximum(n, m)).astype(np.int64)
    return -np.maximum(n - m, 0) - window, np.maximum(m - n, 0) + window


def _first_row(k, high):
    return -((high - k) // 2)  # the least i with (k - i) - i <= high


def _last_row(k, low):
    return (k - low) // 2  # the greatest i with (k - i) - i >= low


def _shut_outside_own_band(cells, k, start, stop, low, high):
    """Close the cells that some pairs of the batch have in their band and others have not."""
    upper = min(stop, _first_row(k, high.min()))
    if start < upper:
        offset = _column(k - 2 * np.arange(start, upper), cells.ndim)
        cells[: upper - start][offset > high] = np.inf
    lower = max(start, _last_row(k, low.max()) + 1)
    if lower < stop:
        offset = _column(k - 2 * np.arange(lower, stop), cells.ndim)
        cells[lower - start :][offset < low] = np.inf


def _column(values, ndim):
    return values.reshape(-1, *[1] * (ndim - 1))


def _time_first(X):
    """Padded steps of shape (max_length, n_sequences, n_features), and the lengths."""
    padded, lengths = X.to_padded()
    padded = padded.reshape(*padded.shape[:2], X.n_features).astype(np.float64, copy=False)
    return np.ascontiguousarray(padded.transpose(1, 0, 2)), lengths


def _squares(steps):
    return np.einsum("...f,...f->...", steps, steps)[..., None]
