"""How often a series looks like each of many short patterns: MiniRocket, for ragged series.

Series lie one behind the other with zeros between them, so that a convolution is one matrix
product for all of them, whatever their lengths, and no length is changed.
"""

from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_random_state

from skseq.data import as_sequences, step_positions

_LENGTH = 9  # of a kernel
_KERNELS = np.full((84, _LENGTH), -1.0, dtype=np.float32)
_KERNELS[np.arange(84)[:, None], list(combinations(range(_LENGTH), 3))] = 2.0
_MOST_DILATIONS = 32
_GOLDEN = (np.sqrt(5) + 1) / 2
_BLOCK_ENTRIES = 20_000_000  # comparisons that are held at a time


class MiniRocket(TransformerMixin, BaseEstimator):
    """Share of steps at which each of many dilated kernels exceeds a bias (Dempster et al. 2021).

    The kernels are the 84 of length 9 with three weights of 2 and six of -1. Each has up to 32
    dilations, spread evenly by their logarithm; of several features of a step, each kernel at each
    dilation reads some, drawn at random. Biases are quantiles of what a kernel gives for a training
    series. Every other kernel reads only where all of it lies inside the series, or, where it is
    longer than the series, everywhere.

    Parameters
    ----------
    n_columns : int, default=10_000
        About how many columns there are: a multiple of 84, at most this.

    differences : bool, default=False
        Whether kernels read how values change from one step to the next, in place of values.

    random_state : int, RandomState instance or None, default=None
        Draws the series that give the biases, and the features that kernels read.

    References
    ----------
    Dempster, Schmidt & Webb, "MiniRocket: A Very Fast (Almost) Deterministic Transform for Time
    Series Classification", KDD 2021. https://arxiv.org/abs/2012.08791

    Tan, Dempster, Bergmeir & Webb, "MultiRocket: multiple pooling operators and transformations for
    fast and effective time series classification", Data Mining and Knowledge Discovery 36, 2022,
    for differences. https://arxiv.org/abs/2102.00457
    """

    def __init__(self, n_columns=10_000, *, differences=False, random_state=None):
        self.n_columns = n_columns
        self.differences = differences
        self.random_state = random_state

    def fit(self, X, y=None):
        """Draw what kernels read and learn their biases from series of values."""
        X = self._read(X)
        rng = check_random_state(self.random_state)
        n_each = max(self.n_columns // len(_KERNELS), 1)
        dilations, counts = _dilations(np.median(X.lengths), n_each)
        levels = (np.arange(1, n_each * len(_KERNELS) + 1) * _GOLDEN) % 1
        levels = np.split(levels.reshape(len(_KERNELS), n_each), np.cumsum(counts)[:-1], axis=1)
        self.groups_ = []
        for place, (dilation, at) in enumerate(zip(dilations, levels, strict=True)):
            weights = _KERNELS[:, :, None] * _draw_features(X.n_features, rng)[:, None]
            is_padded = (np.arange(len(_KERNELS)) + place) % 2 == 0
            drawn = X[rng.randint(len(X), size=len(_KERNELS))]
            given = _convolve(drawn, dilation, weights)
            biases = [
                np.quantile(given[start:stop, kernel], at[kernel])
                for kernel, (start, stop) in enumerate(pairwise(drawn.offsets.tolist()))
            ]
            biases = np.array(biases, dtype=np.float32)
            self.groups_.append(_KernelGroup(dilation, weights, biases, is_padded))
        return self

    def transform(self, X):
        """Give the shares: ndarray of float32 of shape (n_sequences, n_columns)."""
        X = self._read(X)
        n_columns = sum(group.biases.size for group in self.groups_)
        widest = max(group.biases.size for group in self.groups_)
        table = np.empty((len(X), n_columns), dtype=np.float32)
        starts = np.searchsorted(X.offsets, np.arange(0, X.n_steps, _BLOCK_ENTRIES // widest))
        bounds = np.unique([0, *starts, len(X)])
        for start, stop in pairwise(bounds.tolist()):
            shares = [_shares(X[start:stop], group) for group in self.groups_]
            table[start:stop] = np.hstack(shares)
        return table

    def _read(self, X):
        X = as_sequences(X)
        return _standardised(_differences(X) if self.differences else X)


class _KernelGroup(NamedTuple):
    """All kernels at one dilation."""

    dilation: int
    weights: np.ndarray  # (84, 9, n_features)
    biases: np.ndarray  # (84, n_biases)
    is_padded: np.ndarray  # (84,), whether a kernel reads beyond the ends of a series


def _differences(X):
    """What each step adds to the one before; the first of a series adds nothing."""
    values = np.diff(X.values, axis=0, prepend=X.values[:1])
    values[X.offsets[:-1]] = 0
    return X.replace(values=values)


def _standardised(X):
    """Series of mean 0 and variance 1, each feature of each; constant ones become 0."""
    values = X.values.reshape(X.n_steps, -1).astype(np.float64)
    centred = values - np.repeat(_series_means(values, X), X.lengths, axis=0)
    spread = np.sqrt(_series_means(centred**2, X))
    size = np.abs(_series_means(np.abs(values), X))
    spread[spread <= 1e-10 * size] = np.inf
    return X.replace(values=(centred / np.repeat(spread, X.lengths, axis=0)).astype(np.float32))


def _series_means(values, X):
    return np.add.reduceat(values, X.offsets[:-1], axis=0) / X.lengths[:, None]


def _dilations(length, n_each):
    """Dilations for series of a length, and how many of a kernel's features each of them has."""
    n_drawn = min(n_each, _MOST_DILATIONS)
    largest = np.log2(max((length - 1) / (_LENGTH - 1), 1))
    drawn = np.logspace(0, largest, n_drawn, base=2).astype(np.int64)
    dilations, counts = np.unique(drawn, return_counts=True)
    counts = counts * n_each // n_drawn
    counts[: n_each - counts.sum()] += 1
    return dilations.tolist(), counts


def _draw_features(n_features, rng):
    """Which features each kernel reads, from one to nine: ndarray of bool (84, n_features)."""
    most = min(n_features, _LENGTH)
    sizes = (2 ** rng.uniform(0, np.log2(most + 1), size=len(_KERNELS))).astype(np.int64)
    ranks = rng.uniform(size=(len(_KERNELS), n_features)).argsort(axis=1).argsort(axis=1)
    return ranks < sizes[:, None]


def _convolve(X, dilation, weights):
    """What each kernel gives at each step, with zeros around the series: (n_steps, 84)."""
    margin = _LENGTH // 2 * dilation
    place = np.arange(X.n_steps) + margin * np.repeat(np.arange(1, len(X) + 1), X.lengths)
    spaced = np.zeros((X.n_steps + margin * (len(X) + 1), X.n_features), dtype=np.float32)
    spaced[place] = X.values
    around = spaced[place[:, None] + np.arange(-margin, margin + 1, dilation)]
    return around.reshape(X.n_steps, -1) @ weights.reshape(len(weights), -1).T


def _shares(X, group):
    """Share of steps above each bias: (n_sequences, 84 * n_biases)."""
    given = _convolve(X, group.dilation, group.weights)
    n_biases = group.biases.shape[1]
    table = np.empty((len(X), *group.biases.shape), dtype=np.float32)
    for kernels, means in (
        (group.is_padded, _mean_over(X, margin=0)),
        (~group.is_padded, _mean_over(X, margin=_LENGTH // 2 * group.dilation)),
    ):
        is_above = given[:, kernels, None] > group.biases[kernels]
        shares = means @ is_above.reshape(X.n_steps, -1).astype(np.float32)
        table[:, kernels] = shares.reshape(len(X), -1, n_biases)
    return table.reshape(len(X), -1)


def _mean_over(X, margin):
    """Matrix (n_sequences, n_steps) of the mean over the steps that are so far from both ends."""
    before = step_positions(np.zeros_like(X.lengths), X.lengths)
    after = np.repeat(X.lengths, X.lengths) - 1 - before
    is_short = X.lengths <= 2 * margin
    is_read = (np.minimum(before, after) >= margin) | np.repeat(is_short, X.lengths)
    n_read = np.where(is_short, X.lengths, X.lengths - 2 * margin)
    steps = np.flatnonzero(is_read)
    weight = np.repeat(1 / n_read.astype(np.float32), n_read)
    return csr_array((weight, steps, np.r_[0, np.cumsum(n_read)]), shape=(len(X), X.n_steps))
