"""Dynamic time warping of many ragged pairs at once, in numpy.

DTW aligns two sequences a (n steps) and b (m steps) by a path of pairs (i, j) that starts at
(0, 0), ends at (n - 1, m - 1), and goes on by one step in a, in b, or in both; its cost is the
sum of the squared Euclidean distances of the paired steps. A Sakoe-Chiba band bounds how far
the path strays: ``-max(n - m, 0) - w <= j - i <= max(m - n, 0) + w``.

Cells of one anti-diagonal (i + j = k) depend on the two before it only, so a batch of pairs
takes a few numpy calls for each k: the only Python loop is over k. Arrays have pairs on the last
axis. `paired_dtw` gives distances and keeps three anti-diagonals; `dtw_paths` gives paths and
keeps one byte for each cell in the band; `lower_bounds` tells cheaply which pairs can be near.
"""

from collections.abc import Callable, Iterator
from numbers import Integral

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from skseq._typing import IntArray
from skseq.data._layout import offsets_from_lengths, step_mask
from skseq.data._sequences import Sequences

# Cells in an anti-diagonal of a batch: few enough to stay in the cache of a core.
_CELLS_OF_DIAGONAL = 2**16
# Cells of which the paths of a batch remember a direction, a byte each.
_CELLS_OF_PATHS = 2**24
# Numbers in one array on the way to lower bounds.
_SIZE_OF_EXCESS = 2**18

# Where the best path to a cell comes from, in the order in which ties are settled: both
# sequences take a step, or only a, or only b.
_BOTH, _ONLY_A, _ONLY_B = range(3)
_STEPS_A = np.array([1, 1, 0])
_STEPS_B = np.array([1, 0, 1])

# Costs of the cells of an anti-diagonal, by its number and the rows from start to stop.
Cost = Callable[[int, int, int], NDArray[np.float64]]
Diagonal = tuple[int, int, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def paired_dtw(
    X: Sequences,
    first: IntArray,
    second: IntArray,
    window: float | None = None,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """DTW distances of pairs of sequences.

    Parameters
    ----------
    X : Sequences of float
        The sequences.

    first, second : ndarray of int of shape (n_pairs,)
        Positions in X of the two sequences of each pair.

    window : int, float or None, default=None
        Half the width of the band: in steps, or as a share of the longer length.

    n_jobs : int or None, default=None
        Threads.

    Returns
    -------
    ndarray of float64 of shape (n_pairs,)
        Square roots of the costs of the best paths.
    """
    width = _band_width(X.lengths[first], X.lengths[second], window)
    distances = np.empty(len(first))
    batches = _batches(X, first, second, width, _CELLS_OF_DIAGONAL)
    found = Parallel(n_jobs=n_jobs, prefer="threads", return_as="generator")(
        delayed(_distances_of_batch)(X, first[pairs], second[pairs], window) for pairs in batches
    )
    for pairs, of_batch in zip(batches, found, strict=True):
        distances[pairs] = of_batch
    return distances


def dtw_paths(
    X: Sequences, first: IntArray, second: IntArray, window: float | None = None
) -> Sequences:
    """Best paths of pairs of sequences.

    Of several best paths it takes the one that goes on in both sequences where it can.

    Parameters
    ----------
    X : Sequences of float
        The sequences.

    first, second : ndarray of int of shape (n_pairs,)
        Positions in X of the two sequences of each pair, at least one pair.

    window : int, float or None, default=None
        Half the width of the band: in steps, or as a share of the longer length.

    Returns
    -------
    Sequences of int of shape (n_pairs,) with 2 features
        For each pair the steps (i, j) of its path, in order.
    """
    n, m = X.lengths[first], X.lengths[second]
    batches = _batches(X, first, second, (n + m) * _band_width(n, m, window), _CELLS_OF_PATHS)
    paths = [_paths_of_batch(X, first[pairs], second[pairs], window) for pairs in batches]
    return Sequences.concatenate(paths)[np.argsort(np.concatenate(batches))]


def _batches(
    X: Sequences, first: IntArray, second: IntArray, sizes: IntArray, budget: int
) -> list[IntArray]:
    """Positions of pairs, of similar length in each batch, which wastes little on padding."""
    if not len(first):
        return []
    order = np.argsort(X.lengths[first] + X.lengths[second], kind="stable")
    batch = np.cumsum(sizes[order]) // budget
    return np.split(order, np.flatnonzero(np.diff(batch)) + 1)


def _distances_of_batch(
    X: Sequences, first: IntArray, second: IntArray, window: float | None
) -> NDArray[np.float64]:
    cost, n, m = _batch_of_pairs(X, first, second)
    by_end = np.argsort(n + m, kind="stable")
    bounds = np.searchsorted((n + m - 2)[by_end], np.arange(n.max() + m.max()))
    total = np.empty(len(first))
    for k, start, cells, *_ in _sweep(cost, n, m, window):
        pairs = by_end[bounds[k] : bounds[k + 1]]
        total[pairs] = cells[n[pairs] - 1 - start, pairs]
    return np.sqrt(total)


def _paths_of_batch(
    X: Sequences, first: IntArray, second: IntArray, window: float | None
) -> Sequences:
    cost, n, m = _batch_of_pairs(X, first, second)
    starts, directions = [], []
    for _, start, cells, before, last in _sweep(cost, n, m, window):
        stop = start + len(cells)
        came_from = np.full(cells.shape, _BOTH, dtype=np.uint8)
        best = before[start:stop].copy()
        for direction, cell in [(_ONLY_A, last[start:stop]), (_ONLY_B, last[start + 1 : stop + 1])]:
            came_from[cell < best] = direction
            np.minimum(best, cell, out=best)
        starts.append(start)
        directions.append(came_from)
    return _trace_back(starts, directions, n, m)


def _trace_back(
    starts: list[int], directions: list[NDArray[np.uint8]], n: IntArray, m: IntArray
) -> Sequences:
    """Follow the directions from the last cell of each pair to its first."""
    # All anti-diagonals as one array: cell (i, k - i) stands in row first_row[k] + i.
    offsets = offsets_from_lengths([len(each) for each in directions])
    first_row = offsets[:-1] - np.array(starts)
    cells = np.concatenate(directions)

    pair, i, j = np.arange(len(n)), n - 1, m - 1
    visited = []
    while len(pair):
        visited.append(np.stack([pair, i, j], axis=1))
        goes_on = i + j > 0
        pair, i, j = pair[goes_on], i[goes_on], j[goes_on]
        came_from = cells[first_row[i + j] + i, pair]
        i, j = i - _STEPS_A[came_from], j - _STEPS_B[came_from]
    steps = np.concatenate(visited[::-1])
    order = np.argsort(steps[:, 0], kind="stable")
    lengths = np.bincount(steps[:, 0], minlength=len(n))
    return Sequences.from_lengths(steps[order, 1:], lengths)


# -- the recurrence ----------------------------------------------------------------------------


def _batch_of_pairs(
    X: Sequences, first: IntArray, second: IntArray
) -> tuple[Cost, IntArray, IntArray]:
    """Costs as a function of anti-diagonal and rows, and the lengths of both sequences."""
    a, n = _padded(X[first])
    b, m = _padded(X[second])
    a = np.ascontiguousarray(a.transpose(2, 1, 0))  # (n_features, max n, n_pairs)
    b = np.ascontiguousarray(b.transpose(2, 1, 0)[:, ::-1])  # backwards: see shift
    buffer, squares = np.empty((2, *a.shape[1:]))

    def cost(k: int, start: int, stop: int) -> NDArray[np.float64]:
        shift = b.shape[1] - 1 - k  # step k - i of b stands at shift + i
        out, more = buffer[start:stop], squares[start:stop]
        for feature in range(len(a)):
            difference = more if feature else out
            np.subtract(
                a[feature, start:stop],
                b[feature, shift + start : shift + stop],
                out=difference,
            )
            np.multiply(difference, difference, out=difference)
            if feature:
                np.add(out, difference, out=out)
        return out

    return cost, n, m


def _sweep(cost: Cost, n: IntArray, m: IntArray, window: float | None) -> Iterator[Diagonal]:
    """Costs of the best paths to all cells in the band, one anti-diagonal after the other.

    Parameters
    ----------
    cost : callable
        ``cost(k, start, stop)`` gives the squared distances of steps i and k - i for i in
        ``range(start, stop)``, of shape (stop - start, n_pairs).

    n, m : ndarray of int of shape (n_pairs,)
        Lengths of both sequences.

    window : int, float or None
        Half the width of the band.

    Yields
    ------
    k, start, cells, before, last
        ``cells`` has shape (n_cells, n_pairs), its first row is i = start. ``before`` and
        ``last`` are anti-diagonals k - 2 and k - 1, where i stands in row i + 1. All of them
        are overwritten later.
    """
    low, high = _band(n, m, window)
    rows, columns = int(n.max()), int(m.max())
    before, last, new = (np.full((rows + 2, len(n)), np.inf) for _ in range(3))
    for k, (start, upper, lower, stop) in enumerate(_row_ranges(rows, columns, low, high)):
        cells = new[start + 1 : stop + 1]
        if k == 0:
            cells[...] = cost(k, start, stop)
        else:
            np.minimum(last[start:stop], last[start + 1 : stop + 1], out=cells)
            np.minimum(cells, before[start:stop], out=cells)
            np.add(cells, cost(k, start, stop), out=cells)
        if start < upper:
            cells[: upper - start][_offsets(k, start, upper) > high] = np.inf
        if lower < stop:
            cells[lower - start :][_offsets(k, lower, stop) < low] = np.inf
        # What the next two read beyond these cells must not be left from an earlier k.
        new[start] = new[stop + 1] = np.inf
        yield k, start, cells, before, last
        before, last, new = last, new, before


def _row_ranges(rows: int, columns: int, low: IntArray, high: IntArray) -> list[list[int]]:
    """For each anti-diagonal the rows in the band of some pair, from start to stop.

    Those before upper and those from lower on are outside the band of some other pair.
    """
    k = np.arange(rows + columns - 1)
    start = np.maximum(np.maximum(0, k - columns + 1), _first_row(k, high.max()))
    stop = np.minimum(np.minimum(rows, k + 1), _last_row(k, low.min()) + 1)
    upper = np.minimum(_first_row(k, high.min()), stop)
    lower = np.maximum(_last_row(k, low.max()) + 1, start)
    return np.stack([start, upper, lower, stop], axis=1).tolist()


def _first_row(k: IntArray, high: int) -> IntArray:
    return -((high - k) // 2)  # the least i with (k - i) - i <= high


def _last_row(k: IntArray, low: int) -> IntArray:
    return (k - low) // 2  # the greatest i with (k - i) - i >= low


def _offsets(k: int, start: int, stop: int) -> IntArray:
    return k - 2 * np.arange(start, stop)[:, None]  # j - i = (k - i) - i


def _band(n: IntArray, m: IntArray, window: float | None) -> tuple[IntArray, IntArray]:
    """Lowest and highest j - i of each pair."""
    half: IntArray | int = np.maximum(n, m)
    if isinstance(window, Integral):
        half = int(window)
    elif window is not None:
        half = (window * np.maximum(n, m)).astype(np.int64)
    return -np.maximum(n - m, 0) - half, np.maximum(m - n, 0) + half


def _band_width(n: IntArray, m: IntArray, window: float | None) -> IntArray:
    """The most cells of each pair in one anti-diagonal."""
    low, high = _band(n, m, window)
    return np.minimum(np.minimum(n, m), (high - low) // 2 + 1)


# -- what a distance can't be below ------------------------------------------------------------


def lower_bounds(
    X: Sequences, rows: IntArray, columns: IntArray, window: float | None = None
) -> NDArray[np.float64]:
    """Bounds that the DTW distance of each row and each column can't be below.

    A step of a is paired with at least one step of b in reach of the band, so it costs at least
    its distance from the box around those steps (Keogh & Ratanamahatana, 2005); the first and
    the last steps are paired with each other. The same holds with a and b exchanged.

    Parameters
    ----------
    X : Sequences of float
        The sequences.

    rows, columns : ndarray of int
        Positions in X; best of similar length.

    window : int, float or None, default=None
        Half the width of the band: in steps, or as a share of the longer length.

    Returns
    -------
    ndarray of float64 of shape (n_rows, n_columns)
    """
    longest = max(X.lengths[rows].max(), X.lengths[columns].max())
    n_together = max(1, _SIZE_OF_EXCESS // (len(rows) * longest * X.n_features))
    blocks = np.split(columns, np.arange(n_together, len(columns), n_together))
    return np.concatenate([_bounds_of_block(X, rows, block, window) for block in blocks], axis=1)


def _bounds_of_block(
    X: Sequences, rows: IntArray, columns: IntArray, window: float | None
) -> NDArray[np.float64]:
    low, high = _band(X.lengths[rows][:, None], X.lengths[columns], window)
    reach = int(max(-low.min(), high.max()))
    a, n = _padded(X[rows])
    b, m = _padded(X[columns])
    one_way = _excess(a, n, b, m, reach)
    other_way = _excess(b, m, a, n, reach).T
    # Rounding must not lift a bound above the distance.
    return np.sqrt(np.maximum(one_way, other_way)) * (1 - 1e-9)


def _excess(
    a: NDArray[np.float64], n: IntArray, b: NDArray[np.float64], m: IntArray, reach: int
) -> NDArray[np.float64]:
    """Sum of squared distances of the steps of each a from the boxes around steps of each b."""
    lowest, highest = _boxes(b, m, reach, a.shape[1])
    inside = np.clip(a[:, None], lowest, highest)
    excess = np.subtract(a[:, None], inside, out=inside)  # (n_a, n_b, max n, n_features)
    excess[:, :, 0] = a[:, None, 0] - b[:, 0]
    each_a, each_b = np.arange(len(a)), np.arange(len(b))
    excess[each_a, :, n - 1] = a[each_a, n - 1][:, None] - b[each_b, m - 1]
    excess[np.broadcast_to(~step_mask(n, a.shape[1])[:, None], excess.shape[:3])] = 0
    return np.einsum("abif,abif->ab", excess, excess)


def _boxes(
    b: NDArray[np.float64], m: IntArray, reach: int, length: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and greatest values of each b within reach of the steps 0 to length - 1."""
    size = 2 * min(reach, max(length, b.shape[1])) + 1
    padded = np.zeros((len(b), max(length, b.shape[1]), b.shape[2]))
    padded[:, : b.shape[1]] = b
    is_padding = ~step_mask(m, padded.shape[1])
    padded[is_padding] = np.inf
    lowest = minimum_filter1d(padded, size, axis=1, mode="constant", cval=np.inf)
    padded[is_padding] = -np.inf
    highest = maximum_filter1d(padded, size, axis=1, mode="constant", cval=-np.inf)
    # Where nothing is in reach no true step of a stands: any numbers will do.
    is_empty = lowest > highest
    lowest[is_empty] = highest[is_empty] = 0
    return lowest[:, :length], highest[:, :length]


def _padded(X: Sequences) -> tuple[NDArray[np.float64], IntArray]:
    """Steps of shape (n_sequences, max_length, n_features), and the lengths."""
    padded, lengths = X.to_padded()
    return padded.reshape(*padded.shape[:2], X.n_features).astype(np.float64, copy=False), lengths
