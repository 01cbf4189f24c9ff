"""How often each class is drawn in an epoch: plain functions."""

from dataclasses import replace

import numpy as np

from skseq._class_counts import class_totals


def class_rates(counts, balance, progress):
    """How often a row of each class is drawn, next to how often it is where all rows come once.

    Parameters
    ----------
    counts : ndarray of shape (n_classes,)
        Rows (steps, for tags) of each class, by weight.

    balance : float or "progressive"
        The power q of n_c ** q, to which the share of class c is proportional; or from
        natural to even shares, with ``progress``.

    progress : float in [0, 1]
        How far training has come. Not used for a power.

    Returns
    -------
    ndarray of shape (n_classes,)
        0 for a class without rows; over all rows, their mean is 1.
    """
    there = counts > 0
    shares = np.zeros(len(counts))
    if balance == "progressive":
        even = there / there.sum()
        shares = (1 - progress) * counts / counts.sum() + progress * even
    else:
        shares[there] = counts[there] ** float(balance)
        shares /= shares.sum()
    return np.divide(shares * counts.sum(), counts, out=np.zeros(len(counts)), where=there)


def draw_by_class(dataset, rates, weight=None):
    """Give each row its rate: that of its class, or the mean over the steps of its core.

    ``weight``, of shape (n,), says how much each row or step counts: a weight of k is k copies.
    """
    if not dataset.per_step:
        return replace(dataset, rate=rates[dataset.target])
    total = _sum_over_cores(dataset, rates[dataset.target], weight)
    counts = _sum_over_cores(dataset, np.ones(len(dataset.target)), weight)
    return replace(
        dataset, rate=np.divide(total, counts, out=np.zeros(len(dataset)), where=counts > 0)
    )


def _sum_over_cores(dataset, entries, weight):
    # One running sum serves chunks of any length, also where they leave steps out between them.
    running = np.concatenate([[0.0], np.cumsum(entries if weight is None else entries * weight)])
    return running[dataset.core_stop] - running[dataset.core_start]


def drawn_totals(dataset, n_classes):
    """Weight of each class in an epoch, on average over what is drawn: ndarray (n_classes,).

    The dataset must be those of all the data, so that each step is in one core.
    """
    weight = 1.0 if dataset.weight is None else dataset.weight
    if dataset.rate is None:
        return class_totals(dataset.target, n_classes, dataset.weight)
    rate = dataset.rate
    if dataset.per_step:
        in_order = np.argsort(dataset.core_start)
        lengths = (dataset.core_stop - dataset.core_start)[in_order]
        rate = np.repeat(rate[in_order], lengths)
    return class_totals(dataset.target, n_classes, weight * rate)
