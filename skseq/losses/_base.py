"""The base of every loss: mask, weights and mean are here, a loss adds what a row costs."""

import numpy as np
import torch
from sklearn.base import BaseEstimator

from skseq._validation import check_parameters


class SequenceLoss(BaseEstimator):
    """Base of the losses, and of a user's own.

    A subclass writes ``per_step(scores, target)``, which takes scores of shape (n, n_classes) and
    integer targets of shape (n,) and gives the loss of each of the n rows. One that needs the
    class frequencies reads ``class_counts_`` and ``log_prior_``, or computes what it needs of them
    in ``_adapt(counts, prior)``; one whose softmax does not
    estimate the probabilities of the data it was trained on overrides `prior_of_scores`, and one
    that is a proper score sets ``is_proper``. One whose slope fades where the true class has lost
    its probability sets ``starts_at_prior``.

    Attributes
    ----------
    is_proper : bool
        Whether the expected loss is least where softmax(scores) are the true probabilities under
        `prior_of_scores`. Where it is not, an estimator calibrates before it corrects a prior.
        False unless the loss says otherwise.

    head : {"linear", "cosine"}
        The last layer that the loss is made for: a weight and a bias for each class, or cosines
        times the ``scale`` of the loss. "linear" unless the loss says otherwise.

    starts_at_prior : bool
        Whether an estimator with ``initial_bias="auto"`` lets the scores start at the class prior
        instead of all classes alike. False unless the loss says otherwise.

    shift_ : Tensor of shape (n_classes,) or None
        What `per_step` adds to the scores, set by a loss that does so; a chain of tags then adds it
        before it joins the steps.

    class_counts_ : Tensor of shape (n_classes,)
        Sequences (steps, for tags) of each class, as `fit` was told: a sample weight of k is k of
        them.

    log_prior_ : Tensor of shape (n_classes,)
        Logarithm of each class's share of the training weight. A class without any has the share
        of half a sample, so that it stays finite.

    Examples
    --------
    Squared error on probabilities (the Brier score) as a loss of your own:

    >>> import torch
    >>> from skseq.losses import SequenceLoss
    >>> class BrierLoss(SequenceLoss):
    ...     is_proper = True
    ...
    ...     def per_step(self, scores, target):
    ...         p = torch.softmax(scores, dim=-1)
    ...         one_hot = torch.nn.functional.one_hot(target, scores.shape[-1])
    ...         return (p - one_hot).square().sum(-1)
    >>> BrierLoss()(torch.zeros(1, 2), torch.tensor([0]))
    tensor(0.5000)
    """

    is_proper = False
    head = "linear"
    starts_at_prior = False
    shift_ = None

    _parameter_constraints: dict = {}

    def fit(self, class_counts, class_prior=None):
        """Learn how frequent the classes are; an estimator calls this when its fit starts.

        Parameters
        ----------
        class_counts : array-like of shape (n_classes,)
            Sequences (steps, for tags) of each class in the training data, those of sample weight k
            counted k times; class weights play no part.

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
        self._adapt(counts, prior)
        return self

    def _adapt(self, counts, prior):
        """Compute what depends on the class frequencies, if anything does."""

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
            losses is divided by the number of steps, so that a batch rich in heavy classes counts
            more than a poor one, as it should.

        class_weight : Tensor of shape (n_classes,), default=None
            A factor for each class, multiplied with ``weight``.

        Returns
        -------
        Tensor, a scalar
        """
        per_step = self.per_step
        if class_weight is not None:

            def per_step(scores, target):
                return self.per_step(scores, target) * class_weight[target]

        return masked_mean(per_step, scores, target, mask, weight)


def masked_mean(per_step, scores, target, mask=None, weight=None):
    """Mean of a loss over the real steps of a batch; see `SequenceLoss.__call__`.

    Parameters
    ----------
    per_step : callable
        Takes scores of shape (n, n_scores) and targets of shape (n,), gives losses of shape (n,).

    scores : Tensor of shape (batch, n_scores) or (batch, time, n_scores)
        The scores of the net.

    target : Tensor of shape (batch,) or (batch, time)
        What is true.

    mask : Tensor of bool of the shape of ``target``, default=None
        True on real steps.

    weight : Tensor of the shape of ``target``, default=None
        How much each step counts, 1 on average.

    Returns
    -------
    Tensor, a scalar
    """
    if mask is not None:
        scores, target = scores[mask], target[mask]
        weight = None if weight is None else weight[mask]
    losses = per_step(scores.flatten(0, -2), target.flatten())
    return (losses if weight is None else losses * weight.flatten()).mean()


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
