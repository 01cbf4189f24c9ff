"""A baseline without a network: each step is classified by the steps around it."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, clone

from skseq.data import (
    Sequences,
    as_sequences,
    check_kind,
    check_tags,
    cut_steps,
    known_steps,
    token_ids,
)

# Odd constants with well mixed bits, as SplitMix64 has them.
_MULTIPLIERS = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9], dtype=np.uint64)

_MOST_COLUMNS = 500  # of values around a step


class WindowTagger(BaseEstimator):
    """Tag each step by any classifier of scikit-learn that sees the steps around it.

    Of token ids it sees the n-grams around; an n-gram at another place of the window is another
    feature, so a linear classifier can learn that ``def`` and a blank stand just before. Of values
    it sees those of every step in the window; beyond the ends the first and last one repeat.

    Parameters
    ----------
    classifier : classifier
        Must have ``predict_proba`` and, for token ids, take sparse input.

    radius : int, default=12
        Steps that are seen on either side; fewer, but 2 at least, where that would make more
        than 500 columns of values.

    max_n : int, default=3
        Longest n-gram, of token ids.

    n_bits : int, default=18
        The n-grams are hashed to 2 to this power features.

    input : {"auto", "tokens", "values"}, default="auto"
        What steps are; "auto" takes one integer per step for a token id.

    ignore : scalar or list, default=None
        Marks in tags that stand where there is no label: these steps are only seen as neighbours of
        others.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The tags seen in `fit`.

    classifier_ : classifier
        The fitted classifier.
    """

    def __init__(self, classifier, *, radius=12, max_n=3, n_bits=18, input="auto", ignore=None):
        self.classifier = classifier
        self.radius = radius
        self.max_n = max_n
        self.n_bits = n_bits
        self.input = input
        self.ignore = ignore

    def fit(self, X, y):
        """Fit the classifier on the steps of `Sequences` ``X`` and their tags."""
        X = as_sequences(X)
        tags = check_tags(y, X, ignore=self.ignore)
        known = known_steps(tags, self.ignore)
        features, labels = self._features(X), cut_steps(tags, known).values
        features = features if known is None else features[np.flatnonzero(known)]
        self.classifier_ = clone(self.classifier).fit(features, labels)
        self.classes_ = self.classifier_.classes_
        return self

    def predict(self, X):
        """Predict tags: `Sequences` aligned with ``X``."""
        X = as_sequences(X)
        return Sequences(self.classifier_.predict(self._features(X)), X.offsets)

    def predict_proba(self, X):
        """Predict probabilities: `Sequences` of (n_steps, n_classes) values."""
        X = as_sequences(X)
        return Sequences(self.classifier_.predict_proba(self._features(X)), X.offsets)

    def _features(self, X):
        X = token_ids(X)
        if check_kind(X, self.input) == "values":
            affordable = max((_MOST_COLUMNS // X.n_features - 1) // 2, 2)
            return window_values(X, min(self.radius, affordable))
        windows = window_ids(X, self.radius)
        return hashed_ngrams(windows, self.max_n, self.n_bits)


def window_ids(X, radius):
    """Token ids around each step, 0 beyond the ends of its sequence.

    Parameters
    ----------
    X : Sequences of int
        Token ids.

    radius : int
        Steps on either side.

    Returns
    -------
    ndarray of int of shape (n_steps, 2 * radius + 1)
        A view, in which the step itself stands in the middle.
    """
    place = np.arange(X.n_steps) + radius * np.repeat(np.arange(1, len(X) + 1), X.lengths)
    spaced = np.zeros(X.n_steps + radius * (len(X) + 1), dtype=X.dtype)
    spaced[place] = X.values
    return sliding_window_view(spaced, 2 * radius + 1)[place - radius]


def window_values(X, radius):
    """Values around each step, those at the ends of its sequence repeated beyond them.

    Parameters
    ----------
    X : Sequences
        Values.

    radius : int
        Steps on either side.

    Returns
    -------
    ndarray of shape (n_steps, (2 * radius + 1) * n_features)
        Step by step, from the first of the window to the last.
    """
    around = np.arange(X.n_steps)[:, None] + np.arange(-radius, radius + 1)
    first = np.repeat(X.offsets[:-1], X.lengths)[:, None]
    last = np.repeat(X.offsets[1:], X.lengths)[:, None] - 1
    return X.values[np.clip(around, first, last)].reshape(X.n_steps, -1)


def hashed_ngrams(windows, max_n, n_bits):
    """Count each n-gram of a window, by its place, in a sparse matrix of hashed columns.

    Parameters
    ----------
    windows : ndarray of int of shape (n, width)
        Token ids.

    max_n : int
        Longest n-gram.

    n_bits : int
        Logarithm to base 2 of the number of columns; at most 31.

    Returns
    -------
    csr_array of float32 of shape (n, 2 ** n_bits)
        With one entry for each place and length of an n-gram; where two hash to one column,
        their counts add up.
    """
    ids = windows.astype(np.uint64)
    columns = []
    for n in range(1, max_n + 1):
        n_places = ids.shape[1] - n + 1
        # Each place starts from a number of its own, then takes in one id after the other.
        state = np.arange(n_places, dtype=np.uint64) + np.uint64(n << 32)
        state = np.broadcast_to(state, (len(ids), n_places))
        for step in range(n):
            state = (state * _MULTIPLIERS[0]) ^ ids[:, step : step + n_places]
            state = (state ^ (state >> np.uint64(29))) * _MULTIPLIERS[1]
        columns.append((state >> np.uint64(64 - n_bits)).astype(np.int32))
    indices = np.hstack(columns)
    starts = np.arange(0, indices.size + 1, indices.shape[1], dtype=np.int32)
    ones = np.ones(indices.size, dtype=np.float32)
    return csr_array((ones, indices.ravel(), starts), shape=(len(ids), 2**n_bits))
