"""Where to cut a number into ordered classes, so that each gets the share that it has."""

import numpy as np


def match_shares(numbers, ranks, n_classes, weight=None):
    """Find cut points that give each class its share of the rows.

    Parameters
    ----------
    numbers : ndarray of shape (n,)
        A number for each row, such as its expected place in the order of the classes.

    ranks : ndarray of int of shape (n,)
        The place of its class in the order, from 0.

    n_classes : int
        Number of classes.

    weight : ndarray of shape (n,), default=None
        How much each row counts.

    Returns
    -------
    ndarray of shape (n_classes - 1,)
        What is at most the first cut point is of the lowest class, and so on. They lie midway
        between numbers that occur, or at infinity where a class has no share.
    """
    distinct, place = np.unique(numbers, return_inverse=True)
    # At cut j, what lies among the first j distinct numbers is below.
    cuts = np.concatenate([[-np.inf], (distinct[1:] + distinct[:-1]) / 2, [np.inf]])
    below = np.concatenate([[0.0], np.cumsum(np.bincount(place, weight))])
    wanted = np.cumsum(np.bincount(ranks, weight, minlength=n_classes))[:-1]
    above = np.searchsorted(below, wanted).clip(1, len(cuts) - 1)
    is_nearer = wanted - below[above - 1] < below[above] - wanted
    return cuts[above - is_nearer]
