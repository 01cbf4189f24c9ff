"""Warnings for a model that has given up on all classes but one, or on one of them."""

import warnings

import numpy as np

from skseq.exceptions import CollapseWarning, MissedClassWarning

# Collapsed: the other classes get less than this part of the predictions that their frequency
# would give them.
_FORGOTTEN = 0.1
# Missed: so many are true, and none is predicted.
_ENOUGH = 10


def warn_if_collapsed(predicted, truth, classes):
    """Warn when one class takes nearly all predictions.

    Parameters
    ----------
    predicted, truth : ndarray of int of shape (n,)
        Codes of the predicted and the true classes.

    classes : ndarray of shape (n_classes,)
        The labels.

    Returns
    -------
    bool
        Whether it did.
    """
    counts = np.bincount(predicted, minlength=len(classes))
    top = int(counts.argmax())
    share, true_share = counts[top] / len(predicted), np.mean(truth == top)
    if true_share == 1 or 1 - share >= _FORGOTTEN * (1 - true_share):
        return False
    warnings.warn(
        f"The fitted model predicts class {classes.tolist()[top]!r} for {share:.1%} of the data it "
        f"was checked on, where {true_share:.1%} are true: it has collapsed to that class. First "
        'things to try: decision="balanced", class_weight="balanced" or "effective", '
        'loss="logit_adjusted", a sampler from skseq.samplers before it; then more epochs or '
        "another lr. Judge by macro F1, not by accuracy.",
        CollapseWarning,
        stacklevel=5,
    )
    return True


def warn_if_missed(predicted, truth, classes):
    """Warn when a class is never predicted, though there were enough of it to find.

    Parameters are those of `warn_if_collapsed`.
    """
    n_true = np.bincount(truth, minlength=len(classes))
    n_predicted = np.bincount(predicted, minlength=len(classes))
    missed = np.flatnonzero((n_predicted == 0) & (n_true >= _ENOUGH))
    if not len(missed):
        return
    names = ", ".join(f"{classes.tolist()[code]!r} ({n_true[code]} true)" for code in missed)
    warnings.warn(
        f"The fitted model never predicts {names} in the {len(truth)} labels that it was checked "
        'on. First things to try: more epochs, initial_bias="prior" where nearly all is one class, '
        'decision="balanced", class_weight="effective" or "balanced", a sampler from '
        "skseq.samplers before it; then more data of the class, or merge it with another.",
        MissedClassWarning,
        stacklevel=5,
    )
