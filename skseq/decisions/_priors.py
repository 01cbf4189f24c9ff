"""Probabilities of one class prior turned into those of another, and the prior found by EM."""

import numpy as np
from scipy.special import log_softmax, softmax

from skseq._class_counts import class_totals
from skseq._class_keys import check_class_keys
from skseq._validation import did_you_mean
from skseq.data import original_rows

_EM_ROUNDS = 1000
_EM_TOLERANCE = 1e-8


def check_prior(prior, classes, name="target_prior", *, are_all_classes=False):
    """Check shares of the classes and scale them to sum to 1.

    Parameters
    ----------
    prior : array-like of shape (n_classes,) or dict
        Shares or counts, in the order of ``classes`` or by label; each class needs one. A dict may
        also name classes that these data lack: the others then have its shares among themselves.

    classes : ndarray of shape (n_classes,)
        The labels.

    name : str, default="target_prior"
        Its name in error messages.

    are_all_classes : bool, default=False
        Whether there are no other classes than ``classes``, so that a dict may name no other one.

    Returns
    -------
    ndarray of float64 of shape (n_classes,)

    Raises
    ------
    ValueError
        If a class lacks a share, an array has one too many, a dict names a class that is misspelt
        or of another type, or a share is negative.
    """
    labels = classes.tolist()
    if isinstance(prior, dict):
        check_class_keys(prior, classes, name=name, are_all=are_all_classes)
        missing = [label for label in labels if label not in prior]
        if missing:
            unknown = [label for label in prior if label not in labels]
            hint = did_you_mean(unknown[0], missing) if unknown else ""
            raise ValueError(
                f"{name} must give a share for each of the classes {labels}: "
                f"unknown {unknown}, missing {missing}.{hint}"
            )
        prior = [prior[label] for label in labels]
    shares = np.asarray(prior, dtype=np.float64)
    if shares.shape != (len(labels),):
        raise ValueError(
            f"{name} must have one share for each of the {len(labels)} classes {labels}, got "
            f"shape {shares.shape}. Where a fold may lack a class, name all of them with the "
            "parameter classes of the estimator, or give a dict by class"
        )
    if not (np.isfinite(shares).all() and shares.min() >= 0 and shares.sum() > 0):
        raise ValueError(
            f"{name} must hold shares that are finite, not negative, and not all zero; got "
            f"{shares.tolist()}"
        )
    return shares / shares.sum()


def shift_prior(log_proba, source, target):
    r"""Turn log probabilities under one class prior into those under another.

    .. math:: p'(c | x) \propto p(c | x)\, \pi'_c / \pi_c

    with the priors π (``source``) and π' (``target``): right wherever the classes look alike in
    both, p(x | c) = p'(x | c), which is what resampling, weighting and prior shift leave alone.
    A class that the source lacks keeps its score.

    Parameters
    ----------
    log_proba : ndarray of shape (n, n_classes)
        Log probabilities.

    source, target : ndarray of shape (n_classes,)
        The priors, each summing to 1.

    Returns
    -------
    ndarray of shape (n, n_classes)
    """
    if np.array_equal(source, target):
        return log_proba
    return log_softmax(log_proba + log_prior_ratio(source, target), axis=1)


def log_prior_ratio(source, target):
    """What `shift_prior` adds to log probabilities before it normalises them: (n_classes,)."""
    seen = source > 0
    with np.errstate(divide="ignore"):  # a target of zero rules its class out
        ratio = np.log(target, where=seen, out=np.zeros(len(target)))
    return ratio - np.log(source, where=seen, out=np.zeros(len(source)))


def estimate_prior(log_proba, source):
    """Class prior of unlabelled data, by expectation maximisation (Saerens et al. 2002).

    The probabilities are corrected to the prior, the prior becomes their mean, and so on until
    it no longer moves: the maximum of the likelihood of the data.

    Parameters
    ----------
    log_proba : ndarray of shape (n, n_classes)
        Log probabilities of the data under the prior ``source``.

    source : ndarray of shape (n_classes,)
        Summing to 1.

    Returns
    -------
    ndarray of shape (n_classes,)
        Summing to 1; a class that the source lacks has none.

    References
    ----------
    Saerens, Latinne & Decaestecker, "Adjusting the outputs of a classifier to new a priori
    probabilities: a simple procedure", Neural Computation 14(1), 2002.
    https://doi.org/10.1162/089976602753284446
    """
    seen = source > 0
    likelihood = softmax(log_proba[:, seen], axis=1) / source[seen]
    prior = source[seen]
    for _ in range(_EM_ROUNDS):
        posterior = likelihood * prior
        posterior /= posterior.sum(axis=1, keepdims=True)
        previous, prior = prior, posterior.mean(axis=0)
        if np.abs(prior - previous).max() < _EM_TOLERANCE:
            break
    estimate = np.zeros(len(source))
    estimate[seen] = prior
    return estimate


def count_originals(X, codes, classes, weight=None):
    """Count the classes in the data, before a sampler changed them.

    Parameters
    ----------
    X : Sequences
        Sequences from our samplers carry the counts before sampling. Otherwise copies, by
        ``origin``, are left out, and the rest is the data.

    codes : ndarray of int of shape (n,)
        Class of each row or step.

    classes : ndarray of shape (n_classes,)
        The labels.

    weight : ndarray of shape (n,), default=None
        What has weight 0 is not in the data. Other weights do not count: a weight of k stands for
        k copies, and these are of one original.

    Returns
    -------
    ndarray of shape (n_classes,) or None
        None if ``X.label_counts`` is of other labels than these.
    """
    there = None if weight is None else weight > 0
    counts = class_totals(codes, len(classes), there)
    if X.label_counts is None:
        rows = original_rows(X)
        there = None if there is None else _of_rows(X, there, rows)
        originals = class_totals(_of_rows(X, codes, rows), len(classes), there)
        return originals if originals.any() else counts
    before = [X.label_counts.get(label) for label in classes.tolist()]
    if any(n is None and now for n, now in zip(before, counts, strict=True)):
        return None
    return np.array([n or 0 for n in before], dtype=np.float64)


def _of_rows(X, codes, rows):
    per_step = len(codes) != len(X)
    return X.replace(values=codes, weight=None)[rows].values if per_step else codes[rows]
