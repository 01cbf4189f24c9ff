"""Nearest sequences, and points between two sequences, under one metric.

A metric comes with its own idea of what lies between two sequences:

- "dtw": neighbours by dynamic time warping; between them along the elastic path, where both the
  values and the moments of paired steps are mixed, so that a peak at step 4 and the same peak
  at step 8 give one peak at step 6, not two half peaks;
- "euclidean": sequences are stretched to one length, and mixed step by step; for sequences of
  equal length this is plain SMOTE;
- a callable: neighbours by its distances, between them along the path of DTW.

Nothing here holds more than a block of sequences against another block at a time.
"""

from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from skseq._progress import progress_bar
from skseq._validation import Interval, RealNotInt, StrOptions
from skseq.data import Sequences, as_sequences, holds_number_lists, refuse_channels, to_cells
from skseq.data._dtw import dtw_paths, lower_bounds, paired_dtw
from skseq.data._moments import at_regular_moments, between, stretch
from skseq.samplers._base import LabelSampler, holds_text

# Pairs that are looked at together at most, and sequences that they belong to.
_PAIRS_OF_BLOCK = 2**20
_BLOCK = 128

# Steps mixed at a time.
_STEPS_OF_BATCH = 2**20


class NeighbourSampler(LabelSampler):
    """A sampler with the parameters ``metric``, ``window`` and ``n_jobs``, for values only."""

    _neighbour_constraints = {
        "metric": [StrOptions({"dtw", "euclidean"}), callable],
        "window": [
            Interval(Integral, 0, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="both"),
            None,
        ],
        "n_jobs": [Integral, None],
    }

    def _check_X(self, X, *, accept_sparse=False):
        X = to_cells(X)
        if holds_number_lists(X):
            X = as_sequences(X)
        if holds_text(X):
            raise TypeError(f"X holds text, but {_needs_values(self)}")
        X = super()._check_X(X, accept_sparse=accept_sparse)
        if isinstance(X, Sequences) and self.input_kind_ == "tokens":
            raise TypeError(
                f"X holds token ids ({X.dtype}), but {_needs_values(self)} If these are "
                "measurements, make them floats"
            )
        if isinstance(X, Sequences):
            refuse_channels(X, type(self).__name__)
        return X

    def _nearest(self, X, k, queries=None):
        return nearest_sequences(
            X, k, queries, metric=self.metric, window=self.window, n_jobs=self.n_jobs
        )


def _needs_values(sampler):
    return (
        f"{type(sampler).__name__} needs values: there is nothing between two tokens, nor a "
        "distance. For tokens use SMOTE on hidden states, "
        'SequenceClassifier(second_stage="smote"), or SequenceOverSampler(augment=...), which '
        "varies the copies it makes."
    )


def as_float_sequences(X):
    """Give checked `Sequences` of values, or a 2-D array (or sparse), as `Sequences` of floats."""
    if not isinstance(X, Sequences):
        X = Sequences.from_padded(X.toarray() if sparse.issparse(X) else X)
    return X if X.dtype.kind == "f" else X.replace(values=X.values.astype(np.float64))


# -- neighbours ---------------------------------------------------------------------------------


def nearest_sequences(X, k, queries=None, *, metric="dtw", window=None, n_jobs=None):
    """Positions of the nearest other sequences.

    Parameters
    ----------
    X : Sequences of float
        The sequences among which neighbours are searched.

    k : int
        Neighbours of each, fewer than there are sequences.

    queries : ndarray of int of shape (n_queries,), default=None
        Positions in X, each once, of the sequences to find the neighbours of; None means
        all.

    metric : "dtw", "euclidean" or callable, default="dtw"
        A callable takes two arrays of shape (length,) or (length, n_features) and gives their
        distance, the same whichever comes first.

    window : int, float or None, default=None
        Half the width of the band of "dtw".

    n_jobs : int or None, default=None
        Threads.

    Returns
    -------
    ndarray of int64 of shape (n_queries, k)
        Positions in X, the nearest first; of two that are equally near, the first.
    """
    queries = np.arange(len(X)) if queries is None else queries
    if metric == "euclidean":
        # The nearest is the sequence itself, as in imbalanced-learn.
        return _nearest_stretched(X, k + 1, queries, n_jobs)[:, 1:]
    if metric == "dtw":
        return _nearest_warped(X, k, queries, window, n_jobs)
    return _nearest_by_callable(X, k, queries, metric)


def _nearest_stretched(X, n_nearest, queries, n_jobs):
    mean_length = max(1, round(X.n_steps / len(X)))
    stretched = stretch(X, np.arange(len(X)), np.full(len(X), mean_length))
    points = stretched.reshape(len(X), -1)
    neighbours = NearestNeighbors(n_neighbors=n_nearest, n_jobs=n_jobs).fit(points)
    return neighbours.kneighbors(points[queries], return_distance=False)


def _nearest_warped(X, k, queries, window, n_jobs):
    """Exact neighbours by DTW, which runs only on pairs that a lower bound does not rule out."""
    # Among any k + 1 sequences are k others, so the greatest of their distances is a limit for
    # the k-th nearest; those that are near by the fast metric give a tight one.
    guesses = _nearest_stretched(X, k + 1, queries, n_jobs)
    distances = paired_dtw(X, np.repeat(queries, k + 1), guesses.ravel(), window, n_jobs)
    limit = np.full(len(X), -np.inf)
    limit[queries] = distances.reshape(guesses.shape).max(axis=1)

    nearest = _Nearest(len(X), k)
    for rows, columns, is_new in _blocks_of_pairs(X, queries):
        may_be_near = np.maximum(limit[rows][:, None], limit[columns])
        may_be_near = is_new & (lower_bounds(X, rows, columns, window) <= may_be_near)
        row, column = np.nonzero(may_be_near)
        first, second = rows[row], columns[column]
        nearest.update(first, second, paired_dtw(X, first, second, window, n_jobs))
        limit = np.minimum(limit, nearest.distances[:, -1])
    return nearest.positions[queries]


def _nearest_by_callable(X, k, queries, metric):
    nearest = _Nearest(len(X), k)
    for rows, columns, is_new in _blocks_of_pairs(X, queries):
        row, column = np.nonzero(is_new)
        first, second = rows[row], columns[column]
        pairs = zip(first.tolist(), second.tolist(), strict=True)
        nearest.update(first, second, np.array([metric(X[i], X[j]) for i, j in pairs]))
    return nearest.positions[queries]


def _blocks_of_pairs(X, queries):
    """All pairs with a query, each once, as a mask over a block of queries and what is left."""
    by_length = np.argsort(X.lengths, kind="stable")
    queries = by_length[np.isin(by_length, queries)]
    turn = np.full(len(X), len(X))
    turn[queries] = np.arange(len(queries))
    size = min(_BLOCK, max(1, _PAIRS_OF_BLOCK // len(X)))
    with progress_bar(len(queries), "neighbours", unit="sequence") as bar:
        for start in range(0, len(queries), size):
            rows = queries[start : start + size]
            columns = by_length[turn[by_length] > start]
            if len(columns):
                yield rows, columns, turn[rows][:, None] < turn[columns]
            bar.update(len(rows))


class _Nearest:
    """The k nearest of each sequence among those seen so far."""

    def __init__(self, n_sequences, k):
        self.distances = np.full((n_sequences, k), np.inf)
        self.positions = np.full((n_sequences, k), n_sequences)

    def update(self, first, second, distances):
        """Take pairs into account that were not seen before."""
        k = self.distances.shape[1]
        seen = np.unique(np.concatenate([first, second]))
        whose = np.concatenate([np.repeat(seen, k), first, second])
        positions = np.concatenate([self.positions[seen].ravel(), second, first])
        distances = np.concatenate([self.distances[seen].ravel(), distances, distances])
        order = np.lexsort((positions, distances, whose))
        n_each = np.bincount(whose, minlength=len(self.distances))[seen]
        best = order[(np.cumsum(n_each) - n_each)[:, None] + np.arange(k)]
        self.distances[seen], self.positions[seen] = distances[best], positions[best]


# -- what lies between -----------------------------------------------------------------------


def mix_sequences(X, first, second, fraction, *, metric="dtw", window=None):
    """New sequences, each between two others.

    Their length lies between the two lengths as their values lie between the values.

    Parameters
    ----------
    X : Sequences of float
        The sequences.

    first, second : ndarray of int of shape (n_new,)
        Positions in X of the two.

    fraction : ndarray of float of shape (n_new,)
        0 gives the first, 1 the second.

    metric : "dtw", "euclidean" or callable, default="dtw"
        "euclidean" mixes the same share of the way through both, everything else along the
        path of DTW.

    window : int, float or None, default=None
        Half the width of the band of that path.

    Returns
    -------
    Sequences of float
        With weights if X has them, mixed in the same way.
    """
    if not len(first):
        return X.replace(origin=None)[first]
    n, m = X.lengths[first], X.lengths[second]
    lengths = np.rint(n + fraction * (m - n)).astype(np.int64)
    mix = _between_stretched if metric == "euclidean" else _between_warped
    new = _with_step_weight_as_feature(X)
    batch = np.cumsum(n + m) // _STEPS_OF_BATCH
    values = [
        mix(new, first[rows], second[rows], fraction[rows], lengths[rows], window)
        for rows in np.split(np.arange(len(n)), np.flatnonzero(np.diff(batch)) + 1)
    ]
    return _without_step_weight(np.concatenate(values), lengths, X, first, second, fraction)


def _with_step_weight_as_feature(X):
    table = X.values.reshape(X.n_steps, X.n_features)
    if X.has_step_weight:
        table = np.column_stack([table, X.weight])
    return Sequences(table, X.offsets)


def _without_step_weight(table, lengths, X, first, second, fraction):
    if X.has_step_weight:
        table, weight = table[:, :-1], table[:, -1]
    elif X.weight is not None:
        weight = between(X.weight[first], X.weight[second], fraction)
    else:
        weight = None
    values = table.reshape(len(table), *X.values.shape[1:]).astype(X.dtype, copy=False)
    return Sequences.from_lengths(values, lengths, weight=weight)


def _between_stretched(X, first, second, fraction, lengths, window):
    fraction = np.repeat(fraction, lengths)[:, None]
    return between(stretch(X, first, lengths), stretch(X, second, lengths), fraction)


def _between_warped(X, first, second, fraction, lengths, window):
    pairs, which = np.unique(np.stack([first, second]), axis=1, return_inverse=True)
    paths = dtw_paths(X, *pairs, window)[which.ravel()]
    i, j = paths.values.T
    step_fraction = np.repeat(fraction, paths.lengths)
    # Points of the mixed sequence: when they happen, in steps, and what happens.
    moments = between(i, j, step_fraction)
    a = X.values[i + np.repeat(X.offsets[first], paths.lengths)]
    b = X.values[j + np.repeat(X.offsets[second], paths.lengths)]
    points = between(a, b, step_fraction[:, None])
    return at_regular_moments(moments, points, paths.offsets, lengths)
