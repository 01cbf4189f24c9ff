"""Losses of overlap between prediction and truth."""

from numbers import Real

from torch.nn import functional

from skseq._validation import Interval
from skseq.losses._base import SequenceLoss


class DiceLoss(SequenceLoss):
    """Soft F1 of each row against its true class, averaged over the classes.

    .. math:: \\frac{1}{C} \\sum_c 1 - \\frac{2 p_c y_c + \\gamma}{p_c^2 + y_c^2 + \\gamma}

    where p_c is the predicted probability of the class c, y_c 1 for the true class and 0 for the
    others, C the number of classes and gamma the smoothing. A row whose true class has lost its
    probability has next to no slope, so estimators let this loss start at the class prior: started
    with all classes alike it may lose the rare ones at once and for good.

    Parameters
    ----------
    smoothing : float, default=1.0
        Keeps classes that are neither predicted nor true from a gradient that jumps.

    References
    ----------
    .. [1] X. Li et al., "Dice Loss for Data-imbalanced NLP Tasks", 2020.
       https://arxiv.org/abs/1911.02855

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import DiceLoss
    >>> DiceLoss()(torch.tensor([[0.0, 0.0]]), torch.tensor([1]))
    tensor(0.1556)
    """

    starts_at_prior = True

    _parameter_constraints: dict = {"smoothing": [Interval(Real, 0, None, closed="neither")]}

    def __init__(self, smoothing=1.0):
        self.smoothing = smoothing

    def per_step(self, scores, target):
        p, y = scores.softmax(-1), functional.one_hot(target, scores.shape[-1])
        overlap = (2 * p * y + self.smoothing) / (p.square() + y + self.smoothing)
        return (1 - overlap).mean(-1)


class SelfAdjustingDiceLoss(SequenceLoss):
    """Dice loss whose easy rows fade.

    .. math:: \\frac{1}{C} \\sum_c 1 - \\frac{2 (1 - p_c)^\\alpha p_c y_c + \\gamma}
              {(1 - p_c)^\\alpha p_c + y_c + \\gamma}

    with the letters of `DiceLoss`, and alpha how fast rows fade that are already predicted well.

    Without the squares of `DiceLoss` the loss is nearly linear in the probabilities, so it is least
    where the commonest class has all of them until the net tells classes apart, and has no slope
    there. It was made to fine-tune nets that do; nets trained with it from the start hardly leave
    the commonest class on most sets of ``docs/results.md``.

    Parameters
    ----------
    alpha : float, default=0.01
        How fast easy rows fade; 0 does not.

    smoothing : float, default=1.0
        Keeps classes that are neither predicted nor true from a gradient that jumps.

    References
    ----------
    .. [1] X. Li et al., "Dice Loss for Data-imbalanced NLP Tasks", 2020.
       https://arxiv.org/abs/1911.02855

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import SelfAdjustingDiceLoss
    >>> SelfAdjustingDiceLoss(alpha=0.0)(torch.tensor([[0.0, 0.0]]), torch.tensor([1]))
    tensor(0.2667)
    """

    _parameter_constraints: dict = {
        "alpha": [Interval(Real, 0, None, closed="left")],
        "smoothing": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(self, alpha=0.01, smoothing=1.0):
        self.alpha = alpha
        self.smoothing = smoothing

    def per_step(self, scores, target):
        p, y = scores.softmax(-1), functional.one_hot(target, scores.shape[-1])
        # A probability of exactly 1 would have an infinite slope.
        faded = (1 - p).clamp_min(1e-6) ** self.alpha * p
        overlap = (2 * faded * y + self.smoothing) / (faded + y + self.smoothing)
        return (1 - overlap).mean(-1)
