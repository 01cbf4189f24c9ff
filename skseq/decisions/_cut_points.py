"""Where to cut a number into ordered classes, so that each gets the share that it has."""

import numpy as np


def match_shares(numbers, masses):
    """Find cut points that give each class its share of the rows.

    Parameters
    ----------
    numbers : ndarray of shape (n,)
        A number for each row, such as its expected place in the order of the classes.

    masses : ndarray of shape (n, n_classes)
        How much each row adds to each class, from the lowest to the highest: its weight, in the
        column of its class.

    Returns
    -------
    ndarray of shape (n_classes - 1,)
        What is at most the first cut point is of the lowest class, and so on. They lie midway
        between numbers that occur, or at infinity where a class has no share.
    """
    distinct, place = np.unique(numbers, return_inverse=True)
    weight = np.bincount(place, masses.sum(axis=1), minlength=len(distinct))
    # At cut j, what lies among the first j distinct numbers is below.
    cuts = np.concatenate([[-np.inf], (distinct[1:] + distinct[:-1]) / 2, [np.inf]])
    below = np.concatenate([[0.0], np.cumsum(weight)])
    wanted = np.cumsum(masses.sum(axis=0))[:-1]
    above = np.searchsorted(below, wanted).clip(1, len(cuts) - 1)
    is_nearer = wanted - below[above - 1] < below[above] - wanted
    return cuts[above - is_nearer]
