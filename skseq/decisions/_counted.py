"""Metrics that are functions of three counts per class: hits, true rows and predicted rows.

They are computed for many thresholds at once, where a scorer would be called for each. The names
and the numbers are those of the scorers in `skseq.metrics`.
"""

from functools import partial

import numpy as np


def _recalls(hit, true):
    return np.divide(hit, true, out=np.zeros(hit.shape), where=true > 0)


def _mean_over(values, occurs):
    total, n = (values * occurs).sum(axis=-1), occurs.sum(axis=-1)
    return np.divide(total, n, out=np.full(total.shape, np.nan), where=n > 0)


def _accuracy(hit, true, predicted):
    return hit.sum(axis=-1) / true.sum(axis=-1)


def _balanced_accuracy(hit, true, predicted):
    return _mean_over(_recalls(hit, true), true > 0)


def _geometric_mean(hit, true, predicted):
    with np.errstate(divide="ignore"):
        return np.exp(_mean_over(np.log(np.where(true > 0, _recalls(hit, true), 1.0)), true > 0))


def _fbeta(hit, true, predicted, beta):
    counts = beta**2 * true + predicted
    return np.divide((1 + beta**2) * hit, counts, out=np.zeros(hit.shape), where=hit > 0)


def _fbeta_macro(hit, true, predicted, beta=1):
    return _mean_over(_fbeta(hit, true, predicted, beta), (true > 0) | (predicted > 0))


def _tag_fbeta_macro(hit, true, predicted, beta=1):
    return _mean_over(_fbeta(hit, true, predicted, beta), true > 0)


def _but_the_majority(true):
    """Which classes occur and are not the commonest; of equal ones, the first is."""
    return (true > 0) & (np.arange(true.shape[-1]) != true.argmax(axis=-1)[..., None])


def _minority_f1(hit, true, predicted):
    return _mean_over(_fbeta(hit, true, predicted, beta=1), _but_the_majority(true))


def _minority_recall(hit, true, predicted):
    return _mean_over(_recalls(hit, true), _but_the_majority(true))


COUNTED = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "f1_macro": _fbeta_macro,
    "f1_minority": _minority_f1,
    "f2_macro": partial(_fbeta_macro, beta=2),
    "geometric_mean": _geometric_mean,
    "minority_recall": _minority_recall,
    "tag_accuracy": _accuracy,
    "tag_balanced_accuracy": _balanced_accuracy,
    "tag_f1_macro": _tag_fbeta_macro,
    "tag_f1_minority": _minority_f1,
    "tag_f2_macro": partial(_tag_fbeta_macro, beta=2),
    "tag_geometric_mean": _geometric_mean,
    "tag_minority_recall": _minority_recall,
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
        NaN where there is no class to average over.
    """
    return COUNTED[name](hit, np.broadcast_to(true, hit.shape), predicted)
