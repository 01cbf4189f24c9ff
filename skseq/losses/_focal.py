"""Losses that fade for rows already predicted well."""

from numbers import Real

import numpy as np
import torch
from torch.nn import functional

from skseq._validation import Interval
from skseq.losses._base import SequenceLoss


class FocalLoss(SequenceLoss):
    """Cross entropy that fades for rows already predicted well.

    .. math:: -\\alpha_y (1 - p_y)^\\gamma \\log p_y

    where p_y is the predicted probability of the true class y, gamma how fast easy rows fade, and
    alpha_y a factor for the class.

    Parameters
    ----------
    gamma : float, default=2.0
        How fast easy rows fade; 0 is cross entropy.

    alpha : array-like of shape (n_classes,), default=None
        A factor for each class; None is 1.

    References
    ----------
    .. [1] T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017.
       https://arxiv.org/abs/1708.02002

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import FocalLoss
    >>> FocalLoss(gamma=2)(torch.tensor([[0.0, 0.0]]), torch.tensor([1]))
    tensor(0.1733)
    """

    _parameter_constraints: dict = {
        "gamma": [Interval(Real, 0, None, closed="left")],
        "alpha": ["array-like", None],
    }

    def __init__(self, gamma=2.0, alpha=None):
        self.gamma = gamma
        self.alpha = alpha

    def _check_class_parameters(self, n_classes):
        alpha = np.ones(n_classes) if self.alpha is None else np.asarray(self.alpha)
        if alpha.shape != (n_classes,):
            raise ValueError(
                f"alpha must have one factor for each of the {n_classes} classes, got shape "
                f"{alpha.shape}"
            )
        if not np.all(np.isfinite(alpha) & (alpha >= 0)):
            raise ValueError(f"alpha must be finite and not negative, got {alpha.tolist()}")

    def per_step(self, scores, target):
        """Give the focal loss of each row.

        Parameters
        ----------
        scores : Tensor of shape (n, n_classes)
            Scores before softmax.

        target : Tensor of int64 of shape (n,)
            The true class of each row.

        Returns
        -------
        Tensor of shape (n,)
        """
        cross_entropy = functional.cross_entropy(scores, target, reduction="none")
        # 1 - p_y without cancellation for confident rows, where p_y = exp(-cross_entropy).
        losses = (-torch.expm1(-cross_entropy)).clamp_min(1e-12) ** self.gamma * cross_entropy
        if self.alpha is not None:
            alpha = torch.as_tensor(self.alpha, dtype=scores.dtype, device=scores.device)
            losses = losses * alpha[target]
        return losses


class AsymmetricLoss(SequenceLoss):
    """Focal loss that fades the true class and the others at different speeds; single-label.

    .. math:: -t_y (1 - p_y)^{\\gamma_+} \\log p_y - \\sum_{c \\neq y} t_c p_c^{\\gamma_-} \\log p_c

    where p_c is the predicted probability of the class c, y the true class, t the smoothed target
    (1 - epsilon for the true class, and epsilon shared by all classes), and gamma how fast the
    true class and the others fade. Without smoothing only the true class is left, and the loss is
    `FocalLoss` at ``gamma_pos``.

    Parameters
    ----------
    gamma_pos : float, default=0.0
        How fast the true class fades when it is predicted well.

    gamma_neg : float, default=4.0
        How fast the other classes fade when they are not predicted.

    label_smoothing : float, default=0.1
        Share of the target that is spread evenly over all classes, in [0, 1).

    References
    ----------
    .. [1] E. Ben-Baruch et al., "Asymmetric Loss For Multi-Label Classification", 2020.
       https://arxiv.org/abs/2009.14119

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import AsymmetricLoss
    >>> AsymmetricLoss(label_smoothing=0.0)(torch.tensor([[0.0, 0.0]]), torch.tensor([1]))
    tensor(0.6931)
    """

    _parameter_constraints: dict = {
        "gamma_pos": [Interval(Real, 0, None, closed="left")],
        "gamma_neg": [Interval(Real, 0, None, closed="left")],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
    }

    def __init__(self, gamma_pos=0.0, gamma_neg=4.0, label_smoothing=0.1):
        self.gamma_pos = gamma_pos
        self.gamma_neg = gamma_neg
        self.label_smoothing = label_smoothing

    def per_step(self, scores, target):
        n_classes = scores.shape[-1]
        log_p = scores.log_softmax(-1)
        own = functional.one_hot(target, n_classes)
        p = log_p.exp()
        # Above zero, where powers have a slope.
        fading = torch.where(own > 0, 1 - p, p).clamp_min(1e-12)
        fading = fading ** torch.where(own > 0, self.gamma_pos, self.gamma_neg)
        smoothed = own * (1 - self.label_smoothing) + self.label_smoothing / n_classes
        return -(smoothed * fading * log_p).sum(-1)
