"""Metrics that are functions of three counts per class: hits, true rows and predicted rows.

They are computed for many thresholds at once, where a scorer would be called for each. The names
and the numbers are those of the scorers in `skseq.metrics`.
"""

import numpy as np


def _recalls(hit, true):
    return np.divide(hit, true, out=np.zeros(hit.shape), where=true > 0)


def _mean_over(values, occurs):
    return (values * occurs).sum(axis=-1) / occurs.sum(axis=-1)


def _accuracy(hit, true, predicted):
    return hit.sum(axis=-1) / true.sum(axis=-1)


def _balanced_accuracy(hit, true, predicted):
    return _mean_over(_recalls(hit, true), true > 0)


def _geometric_mean(hit, true, predicted):
    with np.errstate(divide="ignore"):
        logs = np.log(np.where(true > 0, _recalls(hit, true), 1.0))
    return np.exp(logs.sum(axis=-1) / (true > 0).sum(axis=-1))


def _f1(hit, true, predicted):
    return np.divide(2 * hit, true + predicted, out=np.zeros(hit.shape), where=hit > 0)


def _f1_macro(hit, true, predicted):
    return _mean_over(_f1(hit, true, predicted), (true > 0) | (predicted > 0))


def _tag_f1_macro(hit, true, predicted):
    return _mean_over(_f1(hit, true, predicted), np.broadcast_to(true > 0, hit.shape))


COUNTED = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "f1_macro": _f1_macro,
    "geometric_mean": _geometric_mean,
    "tag_accuracy": _accuracy,
    "tag_balanced_accuracy": _balanced_accuracy,
    "tag_f1_macro": _tag_f1_macro,
    "tag_geometric_mean": _geometric_mean,
}


def score_counts(name, hit, true, predicted):
    """Score counts of each class.

    Parameters
    ----------
    name : str
        A key of `COUNTED`.

    hit, true, predicted : ndarray of shape (..., n_classes)
        Rows of each class that are predicted right, that there are, and that are predicted.

    Returns
    -------
    ndarray of shape (...)
    """
    return COUNTED[name](hit, np.broadcast_to(true, hit.shape), predicted)
