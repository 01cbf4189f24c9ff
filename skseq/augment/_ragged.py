"""Draws, curves and interpolation in all sequences at once, on their flat steps.

Nothing here loops over sequences or steps: what differs between sequences (length, window,
speed) is repeated for each of their steps.
"""

import numpy as np
from scipy.interpolate import CubicSpline


def places(offsets):
    """Place of each step in its sequence: 0, 1, ..., length - 1, then 0 again."""
    return np.arange(offsets[-1]) - np.repeat(offsets[:-1], np.diff(offsets))


# -- draws --------------------------------------------------------------------------------------


def ranks_in_random_order(group, rng):
    """Shuffle the members of each group; group numbers are int, from 0, in any order.

    Returns
    -------
    order : ndarray of int64 of shape (n_members,)
        Positions, those of group 0 first.

    rank : ndarray of int64 of shape (n_members,)
        Place in its group of each entry of ``order``.
    """
    order = np.argsort(group + rng.random_sample(len(group)))
    counts = np.bincount(group)
    return order, np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)


def choose(group, n_chosen, rng):
    """Mask of ``n_chosen[g]`` random members of each group g, of all where it has fewer."""
    order, rank = ranks_in_random_order(group, rng)
    chosen = np.zeros(len(group), dtype=bool)
    chosen[order] = rank < n_chosen[group[order]]
    return chosen


def n_edits(share, X):
    """Steps to change in each sequence: the share, at least 1."""
    # A share of 0.1 of 30 steps is 3 steps, whatever the last digit of the product.
    return np.maximum(1, (share * X.lengths).round(9).astype(np.int64))


def keep_one(kept, X, rng):
    """Let a random step of each sequence that would lose them all be kept after all."""
    sequence = X.sequence_index()
    is_lost = np.bincount(sequence[kept], minlength=len(X)) == 0
    if is_lost.any():
        kept |= choose(sequence, is_lost.astype(np.int64), rng)


def window_starts(lengths, sizes, rng):
    """First step of a window of the given size in each sequence, all places equally likely."""
    return (rng.random_sample(len(lengths)) * (lengths - sizes + 1)).astype(np.int64)


# -- curves and warps ---------------------------------------------------------------------------


def smooth_curves(X, knots):
    """Smooth curves over each sequence, at its steps.

    Parameters
    ----------
    X : Sequences
        Where the steps come from.

    knots : ndarray of shape (n_knots, n_sequences, n_curves)
        Values of the curves at even distances, from the first step to the last.

    Returns
    -------
    ndarray of shape (n_steps_total, n_curves)
        The cubic spline through them.
    """
    n_knots = len(knots)
    # A spline is linear in its knots: it is a sum of those through a single 1 each.
    basis = CubicSpline(np.linspace(0, 1, n_knots), np.eye(n_knots))
    share = places(X.offsets) / np.repeat(np.maximum(X.lengths - 1, 1), X.lengths)
    terms = basis(share).T[:, :, None]
    return sum(
        np.repeat(knot, X.lengths, axis=0) * term for knot, term in zip(knots, terms, strict=True)
    )


def travel(X, speed):
    """Where a reader is that moves from the first to the last step of each sequence.

    Parameters
    ----------
    X : Sequences
        What is read.

    speed : ndarray of shape (n_steps_total,)
        How fast the reader comes from the step before, above 0, up to a factor: the end is
        reached on time.

    Returns
    -------
    ndarray of shape (n_steps_total,)
        Places between 0 and length - 1, never decreasing.
    """
    gone = speed.copy()
    gone[X.offsets[:-1]] = 0
    np.cumsum(gone, out=gone)
    start = gone[X.offsets[:-1]]
    total = gone[X.offsets[1:] - 1] - start
    pace = (X.lengths - 1) / np.where(total > 0, total, 1)
    return (gone - np.repeat(start, X.lengths)) * np.repeat(pace, X.lengths)


def interpolate(X, place):
    """Read each sequence at places between its steps, as often as it has steps.

    Parameters
    ----------
    X : Sequences
        What is read.

    place : ndarray of shape (n_steps_total,)
        Places, from 0 (the first step) to length - 1.

    Returns
    -------
    values : ndarray, shaped like the values of X
        Straight lines between steps.

    source : ndarray of int64 of shape (n_steps_total,)
        Flat position of the nearest step.
    """
    last = np.repeat(X.offsets[1:] - 1, X.lengths)
    whole = np.floor(place)
    left = np.minimum(np.repeat(X.offsets[:-1], X.lengths) + whole.astype(np.int64), last)
    right = np.minimum(left + 1, last)
    share = place - whole
    source = np.where(share < 0.5, left, right)
    if X.values.ndim == 2:
        share = share[:, None]
    return X.values[left] + share * (X.values[right] - X.values[left]), source
