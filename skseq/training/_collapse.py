"""The warning for a model that has given up on all classes but one."""

import warnings

import numpy as np

from skseq.exceptions import CollapseWarning

# Collapsed: the other classes get less than this part of the predictions that their frequency
# would give them.
_FORGOTTEN = 0.1


def warn_if_collapsed(predicted, truth, classes):
    """Warn when one class takes nearly all predictions.

    Parameters
    ----------
    predicted, truth : ndarray of int of shape (n,)
        Codes of the predicted and the true classes.

    classes : ndarray of shape (n_classes,)
        The labels.
    """
    counts = np.bincount(predicted, minlength=len(classes))
    top = int(counts.argmax())
    share, true_share = counts[top] / len(predicted), np.mean(truth == top)
    if true_share == 1 or 1 - share >= _FORGOTTEN * (1 - true_share):
        return
    warnings.warn(
        f"The fitted model predicts class {classes.tolist()[top]!r} for {share:.1%} of the data it "
        f"was checked on, where {true_share:.1%} are true: it has collapsed to that class. First "
        'things to try: decision="balanced", class_weight="balanced" or "effective", '
        'loss="logit_adjusted", a sampler from skseq.samplers before it; then more epochs or '
        "another lr. Judge by macro F1, not by accuracy.",
        CollapseWarning,
        stacklevel=4,
    )
