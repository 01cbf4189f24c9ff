"""What both synthetic generators draw: shares of classes, lengths, directions, chains."""

from numbers import Integral, Real

import numpy as np


def class_shares(weights, n_classes):
    """Share of each class, class 0 first, from the generators' ``weights``.

    A number is the share of class 0; the other classes divide the rest like 1, 1/2, 1/3, ...
    (Zipf's law). An array is normalised.

    Returns
    -------
    ndarray of shape (n_classes,)

    Raises
    ------
    ValueError
        If an array does not have one positive weight for each class.
    """
    if isinstance(weights, Real):
        rest = 1 / np.arange(1, n_classes)
        return np.concatenate([[weights], (1 - weights) * rest / rest.sum()])
    shares = np.asarray(weights, dtype=float)
    if shares.shape != (n_classes,) or not (np.isfinite(shares).all() and shares.min() > 0):
        raise ValueError(
            f"weights must be the share of class 0 or {n_classes} positive numbers, one per class; "
            f"got {weights!r}"
        )
    return shares / shares.sum()


def class_counts(shares, n_samples):
    """Divide ``n_samples`` by these shares, as exactly as whole numbers can, at least 1 each."""
    if n_samples < len(shares):
        raise ValueError(
            f"n_samples={n_samples} is less than the {len(shares)} classes, which need at least "
            "one member each"
        )
    exact = shares * n_samples
    counts = np.floor(exact).astype(int)
    most_cut_off = np.argsort(counts - exact, kind="stable")[: n_samples - counts.sum()]
    counts[most_cut_off] += 1
    for empty in np.flatnonzero(counts == 0):
        counts[counts.argmax()] -= 1
        counts[empty] = 1
    return counts


def draw_lengths(length, n_samples, rng):
    """Lengths from the generators' ``length``: all equal, or log-uniform in a range.

    Raises
    ------
    ValueError
        If ``length`` is neither a positive int nor two of them, the smaller first.
    """
    low, high = (length, length) if isinstance(length, Integral) else tuple(length)
    if not (isinstance(low, Integral) and isinstance(high, Integral) and 1 <= low <= high):
        raise ValueError(
            "length must be a positive int or a pair of them, the shortest and the longest; "
            f"got {length!r}"
        )
    # Real lengths are many short and few long, so uniform on a log scale.
    logs = rng.uniform(np.log(low), np.log(high + 1), size=n_samples)
    return np.clip(np.exp(logs).astype(np.int64), low, high)


def class_vectors(n_classes, shape, ordinal, rng):
    """One standard normal array per class; with ``ordinal``, centred ranks times a common one."""
    if ordinal:
        ranks = np.arange(n_classes) - (n_classes - 1) / 2
        return np.multiply.outer(ranks, rng.standard_normal(shape))
    return rng.standard_normal((n_classes, *shape))


def softmax(scores):
    """Softmax over the last axis."""
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def draw_categories(probabilities, rng):
    """One draw from each row of ``probabilities``, of shape (n_draws, n_categories)."""
    cumulative = probabilities.cumsum(axis=1)
    # Against the last column, not 1: rounding must not give a category that does not exist.
    thresholds = rng.random_sample(len(cumulative)) * cumulative[:, -1]
    return (thresholds[:, None] >= cumulative).sum(axis=1)
