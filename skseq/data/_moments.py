"""Sequences read at other moments than those of their steps, linear in between."""

import numpy as np

from skseq._typing import IntArray
from skseq.data._layout import offsets_from_lengths
from skseq.data._sequences import Sequences


def between(a: np.ndarray, b: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    return a + fraction * (b - a)


def at_regular_moments(
    moments: np.ndarray, points: np.ndarray, offsets: IntArray, lengths: IntArray
) -> np.ndarray:
    """Read points that happen at growing moments at evenly spaced ones, linear in between.

    Parameters
    ----------
    moments : ndarray of shape (n_points_total,)
        When each point happens: never decreasing in a sequence, from 0.

    points : ndarray of shape (n_points_total, n_features)
        What happens then.

    offsets : ndarray of int64 of shape (n_sequences + 1,)
        Where the points of each sequence start and end.

    lengths : ndarray of int of shape (n_sequences,)
        Steps that each sequence is to have, from its first moment to its last.

    Returns
    -------
    ndarray of float of shape (sum of lengths, n_features)
    """
    last = moments[offsets[1:] - 1]
    wanted = _regular_moments(last, lengths)
    # Shifted by path, moments grow throughout, so that one search serves all paths.
    shift = np.arange(len(lengths)) * (last.max() + 2)
    row = np.repeat(np.arange(len(lengths)), lengths)
    shifted = moments + np.repeat(shift, np.diff(offsets))
    lower = np.searchsorted(shifted, wanted + shift[row], side="right") - 1
    upper = np.minimum(lower + 1, offsets[row + 1] - 1)
    gap = moments[upper] - moments[lower]
    fraction = np.divide(wanted - moments[lower], gap, out=np.zeros_like(gap), where=gap > 0)
    return between(points[lower], points[upper], fraction.clip(0, 1)[:, None])


def stretch(X: Sequences, positions: IntArray, lengths: IntArray) -> np.ndarray:
    """Sequences made longer or shorter by linear interpolation; unchanged at their own length.

    Parameters
    ----------
    X : Sequences of float
        The sequences.

    positions : ndarray of int of shape (n_taken,)
        Which of them.

    lengths : ndarray of int of shape (n_taken,)
        The new lengths, at least 1.

    Returns
    -------
    ndarray of float of shape (sum of lengths, n_features)
        The steps of all of them, one sequence after the other.
    """
    last = X.lengths[positions] - 1
    wanted = _regular_moments(last, lengths)
    lower = wanted.astype(np.int64)
    upper = np.minimum(lower + 1, np.repeat(last, lengths))
    table = X.values.reshape(X.n_steps, X.n_features)
    start = np.repeat(X.offsets[positions], lengths)
    return between(table[start + lower], table[start + upper], (wanted - lower)[:, None])


def _regular_moments(last: np.ndarray, lengths: IntArray) -> np.ndarray:
    """Evenly spaced moments from 0 to the last of each sequence, as many as it has steps."""
    step = np.arange(lengths.sum()) - np.repeat(offsets_from_lengths(lengths)[:-1], lengths)
    return step * np.repeat(last, lengths) / np.repeat(np.maximum(lengths - 1, 1), lengths)
