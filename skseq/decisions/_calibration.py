"""Scores scaled on held-out data until they are probabilities."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

# Scales and shifts are drawn towards 1 and 0 as if by a handful of rows, so that they stay finite
# where the held-out data are few or told apart without error.
_STRENGTH = 1.0


def scale_scores(log_proba, scaling):
    """Scale and shift log probabilities, class by class, and normalise them.

    Parameters
    ----------
    log_proba : ndarray of shape (n, n_classes)
        Log probabilities, or scores.

    scaling : ndarray of shape (2, n_classes) or None
        Factor and shift of each class; None leaves everything as it is.

    Returns
    -------
    ndarray of shape (n, n_classes)
    """
    return log_proba if scaling is None else log_softmax(log_proba * scaling[0] + scaling[1], 1)


def fit_scaling(log_proba, codes, source, *, method):
    """Learn from held-out rows how to scale scores (Guo et al. 2017).

    The likelihood of the labels is taken under the prior of the held-out rows, while what is
    scaled keeps standing for ``source``: a net that was trained on weighted or resampled rows is
    calibrated on rows as they are, and its prior is corrected afterwards as usual.

    Parameters
    ----------
    log_proba : ndarray of shape (n, n_classes)
        Log probabilities of the held-out rows under the prior ``source``.

    codes : ndarray of int of shape (n,)
        Their classes.

    source : ndarray of shape (n_classes,)
        Summing to 1.

    method : {"temperature", "shift", "vector"}
        One factor for all classes, a shift for each, or both for each.

    Returns
    -------
    ndarray of shape (2, n_classes)
        Factors and shifts, as `scale_scores` takes them.

    References
    ----------
    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    https://arxiv.org/abs/1706.04599
    """
    n_classes = log_proba.shape[1]
    counts = np.bincount(codes, minlength=n_classes)
    seen = (source > 0) & (counts > 0)
    ratio = np.zeros(n_classes)  # from the source to the prior of the held-out rows
    ratio[seen] = np.log(counts[seen] / counts.sum()) - np.log(source[seen])
    truth = np.zeros_like(log_proba)
    truth[np.arange(len(codes)), codes] = 1.0
    # A probability of zero stays zero, but its score has to be finite.
    log_proba = np.maximum(log_proba, np.log(np.finfo(np.float64).tiny))

    def unpack(parameters):
        log_factor, shift = np.zeros(n_classes), np.zeros(n_classes)
        if method != "shift":
            log_factor += parameters[: 1 if method == "temperature" else n_classes]
        if method != "temperature":
            shift += parameters[-n_classes:]
        return np.array([np.exp(log_factor), shift])

    def loss_and_gradient(parameters):
        factor, shift = unpack(parameters)
        scores = log_softmax(log_proba * factor + shift + ratio, axis=1)
        error = np.exp(scores) - truth
        of_factor = (error * log_proba).sum(axis=0) * factor  # by the factor's logarithm
        gradient = {
            "temperature": [[of_factor.sum()]],
            "shift": [error.sum(axis=0)],
            "vector": [of_factor, error.sum(axis=0)],
        }[method]
        loss = -scores[truth > 0].sum() + _STRENGTH / 2 * (parameters @ parameters)
        return loss, np.concatenate(gradient) + _STRENGTH * parameters

    n_parameters = {"temperature": 1, "shift": n_classes, "vector": 2 * n_classes}[method]
    start = np.zeros(n_parameters)
    return unpack(minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B").x)
