"""Cross entropy, and its forms that weigh classes or shift scores by class frequency."""

from numbers import Integral, Real

import numpy as np
import torch
from torch.nn import functional

from skseq._validation import Interval
from skseq.losses._base import SequenceLoss
from skseq.weights import class_weights


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

    @property
    def is_proper(self):
        """bool : smoothed labels pull probabilities together, away from the true ones."""
        return self.label_smoothing == 0

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


class LogitAdjustedLoss(SequenceLoss):
    """Cross entropy of scores shifted by the log prior, so that the scores learn to be balanced.

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

    is_proper = True

    _parameter_constraints: dict = {"tau": [Interval(Real, 0, None, closed="left")]}

    def __init__(self, tau=1.0):
        self.tau = tau

    def _adapt(self, counts, prior):
        self.shift_ = self.tau * self.log_prior_

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
        shift = self.shift_.to(scores)
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


class ClassBalancedLoss(SequenceLoss):
    """Cross entropy weighted by the inverse effective number of samples of each class.

    .. math:: -\\frac{w}{E_y} \\log p_y, \\quad E_c = \\frac{1 - \\beta^{n_c}}{1 - \\beta}

    where p_y is the predicted probability of the true class y, n_c how many samples the class c has
    (by training weight, so that nothing is corrected twice), and w makes the mean weight 1.

    Parameters
    ----------
    beta : float, default=0.9999
        From 0, where every class weighs the same, towards 1, where weights are inverse
        frequencies.

    See Also
    --------
    skseq.ClassWeightTransformer : The same weights for any loss.

    References
    ----------
    .. [1] Y. Cui et al., "Class-Balanced Loss Based on Effective Number of Samples", 2019.
       https://arxiv.org/abs/1901.05555

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import ClassBalancedLoss
    >>> loss = ClassBalancedLoss().fit([90, 10])
    >>> rare, common = torch.tensor([1]), torch.tensor([0])
    >>> loss(torch.zeros(1, 2), rare) / loss(torch.zeros(1, 2), common)  # nearly 90 / 10
    tensor(8.9641)
    """

    is_proper = True

    _parameter_constraints: dict = {"beta": [Interval(Real, 0, 1, closed="left")]}

    def __init__(self, beta=0.9999):
        self.beta = beta

    def _adapt(self, counts, prior):
        self.class_weight_ = class_weights("effective", counts.sum() * prior, beta=self.beta)

    def per_step(self, scores, target):
        weight = torch.as_tensor(self.class_weight_, dtype=scores.dtype, device=scores.device)
        return weight[target] * functional.cross_entropy(scores, target, reduction="none")

    def prior_of_scores(self, prior):
        weighted = prior * self.class_weight_
        return weighted / weighted.sum()


class BalancedSoftmaxLoss(SequenceLoss):
    """Cross entropy of scores shifted by the log count of each class.

    .. math:: -\\log \\frac{n_y e^{f_y}}{\\sum_c n_c e^{f_c}}

    where f are the scores, y is the true class and n_c how many samples the class c has. Without
    class weights it is `LogitAdjustedLoss` at tau 1; with them, this one keeps to the counts.

    References
    ----------
    .. [1] J. Ren et al., "Balanced Meta-Softmax for Long-Tailed Visual Recognition", 2020.
       https://arxiv.org/abs/2007.10740

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import BalancedSoftmaxLoss
    >>> BalancedSoftmaxLoss().fit([90, 10])(torch.zeros(1, 2), torch.tensor([1]))  # -log(0.1)
    tensor(2.3026)
    """

    is_proper = True

    def _adapt(self, counts, prior):
        # Half a sample where there is none, so that the shift stays finite.
        self.shift_ = torch.as_tensor(np.log(np.maximum(counts, 0.5)))

    def per_step(self, scores, target):
        shift = self.shift_.to(scores)
        return functional.cross_entropy(scores + shift, target, reduction="none")

    def prior_of_scores(self, prior):
        weighted = prior * np.exp(-self.shift_.numpy())
        return weighted / weighted.sum()


class MajorityOrMinorityLoss(SequenceLoss):
    """Cross entropy of all steps, and once more of those of the majority class.

    .. math:: \\lambda \\ell + (1 - \\lambda) \\ell [y = m]

    where l is the cross entropy of a step, y its true class and m the majority class, the
    background of a tagging. Meant for tags, where mistaking background for an entity is what
    weights for rare classes make worse.

    Parameters
    ----------
    lam : float in [0, 1], default=0.5
        Share of the loss of all steps; 1 is cross entropy.

    majority : int, default=None
        Position of the majority class among the sorted classes; None takes the commonest.

    References
    ----------
    .. [1] S. Nemoto, S. Kitada, H. Iyatomi, "Majority or Minority: Data Imbalance Learning Method
       for Named Entity Recognition", 2024. https://arxiv.org/abs/2401.11431

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import MajorityOrMinorityLoss
    >>> loss = MajorityOrMinorityLoss(lam=0.5).fit([90, 10])
    >>> loss(torch.zeros(1, 2), torch.tensor([0])), loss(torch.zeros(1, 2), torch.tensor([1]))
    (tensor(0.6931), tensor(0.3466))
    """

    is_proper = True

    _parameter_constraints: dict = {
        "lam": [Interval(Real, 0, 1, closed="both")],
        "majority": [Interval(Integral, 0, None, closed="left"), None],
    }

    def __init__(self, lam=0.5, majority=None):
        self.lam = lam
        self.majority = majority

    def _adapt(self, counts, prior):
        self.majority_ = int(counts.argmax()) if self.majority is None else self.majority
        self.class_weight_ = np.full(len(counts), float(self.lam))
        self.class_weight_[self.majority_] = 1.0

    def per_step(self, scores, target):
        weight = torch.as_tensor(self.class_weight_, dtype=scores.dtype, device=scores.device)
        return weight[target] * functional.cross_entropy(scores, target, reduction="none")

    def prior_of_scores(self, prior):
        weighted = prior * self.class_weight_
        return weighted / weighted.sum()
