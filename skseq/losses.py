"""Losses for imbalanced classes, one small class each.

A loss is called with scores (before softmax) of shape (batch, n_classes), or (batch, time,
n_classes) with a mask that is True on real steps. It writes one method, ``per_step``; mask, class
weights, sample weights and the mean come from `SequenceLoss`. `LOSSES` is the one table of names.
"""

from numbers import Real

import numpy as np
import torch
from sklearn.base import BaseEstimator
from torch.nn import functional

from skseq._validation import Interval, check_choice, check_parameters

__all__ = ["LOSSES", "CrossEntropyLoss", "FocalLoss", "LogitAdjustedLoss", "SequenceLoss"]


class SequenceLoss(BaseEstimator):
    """Base of the losses, and of a user's own.

    A subclass writes ``per_step(scores, target)``, which takes scores of shape (n, n_classes) and
    integer targets of shape (n,) and gives the loss of each of the n rows. One that needs the
    class frequencies reads ``class_counts_`` and ``log_prior_``; one whose softmax does not
    estimate the probabilities of the data it was trained on overrides `prior_of_scores`.

    Attributes
    ----------
    class_counts_ : Tensor of shape (n_classes,)
        Sequences (steps, for tags) of each class, as `fit` was told.

    log_prior_ : Tensor of shape (n_classes,)
        Logarithm of each class's share of the training weight. A class without any has the share
        of half a sample, so that it stays finite.

    Examples
    --------
    Squared error on probabilities (the Brier score) as a loss of one's own:

    >>> import torch
    >>> from skseq.losses import SequenceLoss
    >>> class BrierLoss(SequenceLoss):
    ...     def per_step(self, scores, target):
    ...         p = torch.softmax(scores, dim=-1)
    ...         one_hot = torch.nn.functional.one_hot(target, scores.shape[-1])
    ...         return (p - one_hot).square().sum(-1)
    >>> BrierLoss()(torch.zeros(1, 2), torch.tensor([0]))
    tensor(0.5000)
    """

    _parameter_constraints: dict = {}

    def fit(self, class_counts, class_prior=None):
        """Take in how frequent the classes are; an estimator calls this when its fit starts.

        Parameters
        ----------
        class_counts : array-like of shape (n_classes,)
            Sequences (steps, for tags) of each class in the training data.

        class_prior : array-like of shape (n_classes,), default=None
            Share of each class in the training weight, summing to 1, where class or sample
            weights shift it; None takes the shares of ``class_counts``.

        Returns
        -------
        self : SequenceLoss
        """
        check_parameters(self)
        self._check_class_parameters(len(class_counts))
        counts = np.asarray(class_counts, dtype=np.float64)
        self.class_counts_ = torch.tensor(counts, dtype=torch.float32)
        prior = counts / counts.sum() if class_prior is None else np.asarray(class_prior)
        self.log_prior_ = torch.tensor(floored_log_prior(prior, counts.sum()), dtype=torch.float32)
        return self

    def _check_class_parameters(self, n_classes):
        """Check parameters that have an entry for each class, if there are any."""

    def per_step(self, scores, target):
        """Give the loss of each row.

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
        raise NotImplementedError(f"{type(self).__name__} must define per_step(scores, target)")

    def prior_of_scores(self, prior):
        """Class prior that softmax(scores) stands for, after training on ``prior``.

        Parameters
        ----------
        prior : ndarray of shape (n_classes,)
            Share of each class in the training weight.

        Returns
        -------
        ndarray of shape (n_classes,)
        """
        return prior

    def __call__(self, scores, target, *, mask=None, weight=None, class_weight=None):
        """Mean loss over real steps.

        Parameters
        ----------
        scores : Tensor of shape (batch, n_classes) or (batch, time, n_classes)
            Scores before softmax.

        target : Tensor of int64 of shape (batch,) or (batch, time)
            True classes; what stands under a False mask is not read.

        mask : Tensor of bool of shape (batch,) or (batch, time), default=None
            True on real steps; None takes all of them.

        weight : Tensor of shape (batch,) or (batch, time), default=None
            How much each step counts, 1 on average over the training data: the sum of weighted
            losses is divided by the number of steps, so that a batch rich in heavy classes has a
            larger say than a poor one, as it should.

        class_weight : Tensor of shape (n_classes,), default=None
            A factor for each class, multiplied with ``weight``.

        Returns
        -------
        Tensor, a scalar
        """
        if mask is not None:
            scores, target = scores[mask], target[mask]
            weight = None if weight is None else weight[mask]
        losses = self.per_step(scores.flatten(0, -2), target.flatten())
        if weight is not None:
            losses = losses * weight.flatten()
        if class_weight is not None:
            losses = losses * class_weight[target.flatten()]
        return losses.mean()


class CrossEntropyLoss(SequenceLoss):
    """Cross entropy, with label smoothing.

    Parameters
    ----------
    label_smoothing : float, default=0.0
        Share of the target's probability that is spread evenly over all classes, in [0, 1).

    References
    ----------
    .. [1] C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016.
       https://arxiv.org/abs/1512.00567

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import CrossEntropyLoss
    >>> CrossEntropyLoss()(torch.tensor([[0.0, 0.0]]), torch.tensor([1]))
    tensor(0.6931)
    """

    _parameter_constraints: dict = {"label_smoothing": [Interval(Real, 0, 1, closed="left")]}

    def __init__(self, label_smoothing=0.0):
        self.label_smoothing = label_smoothing

    def per_step(self, scores, target):
        """Give the cross entropy of each row.

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
        return functional.cross_entropy(
            scores, target, reduction="none", label_smoothing=self.label_smoothing
        )


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


class LogitAdjustedLoss(SequenceLoss):
    """Cross entropy of scores shifted by the log prior, which asks for balanced scores.

    .. math:: -\\log \\mathrm{softmax}(f + \\tau \\log \\pi)_y

    where f are the scores, pi the class prior of the training data and y the true class. The
    network learns what the prior does not explain, so that the largest score minimises the
    balanced error at tau 1.

    Parameters
    ----------
    tau : float, default=1.0
        How much of the prior is taken out; 0 is cross entropy.

    References
    ----------
    .. [1] A. K. Menon et al., "Long-tail learning via logit adjustment", 2021.
       https://arxiv.org/abs/2007.07314

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import LogitAdjustedLoss
    >>> loss = LogitAdjustedLoss().fit([90, 10])
    >>> loss(torch.zeros(1, 2), torch.tensor([1]))  # -log(0.1)
    tensor(2.3026)
    """

    _parameter_constraints: dict = {"tau": [Interval(Real, 0, None, closed="left")]}

    def __init__(self, tau=1.0):
        self.tau = tau

    def per_step(self, scores, target):
        """Give the cross entropy of each row's shifted scores.

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
        shift = self.tau * self.log_prior_.to(scores.device)
        return functional.cross_entropy(scores + shift, target, reduction="none")

    def prior_of_scores(self, prior):
        """Class prior that softmax(scores) stands for: the data's to the power of 1 - tau.

        Parameters
        ----------
        prior : ndarray of shape (n_classes,)
            Share of each class in the training weight.

        Returns
        -------
        ndarray of shape (n_classes,)
            Zero for a class that the data lack.
        """
        shifted = np.zeros(len(prior))
        np.power(prior, 1.0 - self.tau, out=shifted, where=prior > 0)
        return shifted / shifted.sum()


LOSSES = {
    "cross_entropy": CrossEntropyLoss,
    "focal": FocalLoss,
    "logit_adjusted": LogitAdjustedLoss,
}


def make_loss(loss):
    """Give a new, unfitted loss from a name, a class or an instance.

    Raises
    ------
    ValueError
        If the name is not in `LOSSES`.
    TypeError
        If the object lacks ``per_step``.
    """
    if isinstance(loss, str):
        check_choice("loss", loss, LOSSES)
        return LOSSES[loss]()
    if isinstance(loss, type):
        loss = loss()
    missing = [name for name in ("fit", "per_step", "prior_of_scores") if not hasattr(loss, name)]
    if missing:
        raise TypeError(
            f"loss must be one of {sorted(LOSSES)} or a SequenceLoss; {loss!r} lacks the "
            f"method(s) {', '.join(missing)}. Derive it from skseq.losses.SequenceLoss"
        )
    return loss.__class__(**loss.get_params())


def floored_log_prior(prior, n_samples):
    """Logarithm of a prior in which no class has less than half a sample.

    Parameters
    ----------
    prior : array-like of shape (n_classes,)
        Shares, summing to 1.

    n_samples : float
        Samples that the shares were counted on.

    Returns
    -------
    ndarray of shape (n_classes,)
    """
    return np.log(np.maximum(np.asarray(prior, dtype=np.float64), 0.5 / max(n_samples, 1.0)))
