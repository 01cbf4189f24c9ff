"""Losses of ordered classes: what `SequenceOrdinalClassifier` trains its heads with.

For K classes in order, 0 the lowest, a head gives K - 1 logits f_k, and y is the true class. CORAL
and the cumulative head mean P(y > k) = sigmoid(f_k), CORN means P(y > k | y >= k) = sigmoid(f_k).
Class codes are positions among sorted labels; ``rank`` says where each stands in the order.
"""

import numpy as np
import torch
from scipy.optimize import minimize
from torch.nn import functional

from skseq.losses._base import SequenceLoss

# Logits of neighbouring thresholds are at least this far apart, so that no class has probability 0.
SMALLEST_GAP = 1e-6
# Of probabilities along an intensity whose thresholds are not learnt yet: steep, but not a step.
_FIRST_SLOPE = 4.0


class OrdinalLoss(SequenceLoss):
    """Base of the losses of ordered classes.

    A subclass writes ``of_ranks(scores, rank)``, ``start_of_ranks(prior)`` and
    ``log_proba_of_ranks(scores)``, in which classes are in their order.

    Parameters
    ----------
    rank : array-like of int of shape (n_classes,)
        Place of each class code in the order, 0 the lowest.

    Attributes
    ----------
    thresholds : {"free", "ordered"} or None
        What makes the scores: one slope with free biases, or with biases in order, or (None) a
        slope and a bias each.
    """

    is_proper = True
    thresholds = None

    def __init__(self, rank):
        self.rank = rank

    def per_step(self, scores, target):
        """Give the loss of each row, from logits (n, n_classes - 1) and class codes (n,)."""
        return self.of_ranks(scores, torch.as_tensor(self.rank, device=target.device)[target])

    def start(self, log_prior):
        """Logits that stand for a class prior: ndarray (n_classes - 1,), where training starts."""
        return self.start_of_ranks(np.exp(log_prior)[np.argsort(self.rank)])

    def log_proba(self, logits):
        """Log probabilities, by class code: ndarray (n, n_classes)."""
        return self.log_proba_of_ranks(logits)[:, self.rank]


class CornLoss(OrdinalLoss):
    """Binary cross entropy of each step up, on the rows that came that far.

    .. math:: -\\sum_{k < y} \\log \\sigma(f_k) - [y < K - 1] \\log(1 - \\sigma(f_y))

    which is the negative log likelihood of y under the conditional probabilities. The paper divides
    a batch's sum by its number of terms, this by its number of rows, so that a weight means
    the same for each row.

    References
    ----------
    .. [1] X. Shi, W. Cao, S. Raschka, "Deep Neural Networks for Rank-Consistent Ordinal Regression
       Based On Conditional Probabilities", 2021. https://arxiv.org/abs/2111.08851
    """

    def of_ranks(self, logits, rank):
        return -(_is_above(logits, rank) * functional.logsigmoid(logits)).sum(dim=1) - (
            _is_at(logits, rank) * functional.logsigmoid(-logits)
        ).sum(dim=1)

    def start_of_ranks(self, prior):
        at_least = np.cumsum(prior[::-1])[::-1]
        return np.log(at_least[1:]) - np.log(prior[:-1])

    def log_proba_of_ranks(self, logits):
        up, stay = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
        n_rows = len(logits)
        reached = np.hstack([np.zeros((n_rows, 1)), np.cumsum(up, axis=1)])
        return reached + np.hstack([stay, np.zeros((n_rows, 1))])


class CoralLoss(OrdinalLoss):
    """Binary cross entropy of each threshold, on all rows.

    .. math:: -\\sum_k [y > k] \\log \\sigma(f_k) + [y \\le k] \\log(1 - \\sigma(f_k))

    All thresholds share the weights of the head and differ in their bias.

    References
    ----------
    .. [1] W. Cao, V. Mirjalili, S. Raschka, "Rank consistent ordinal regression for neural networks
       with application to age estimation", 2020. https://arxiv.org/abs/1901.07884
    """

    thresholds = "free"

    def of_ranks(self, logits, rank):
        is_above = _is_above(logits, rank).to(logits.dtype)
        return functional.binary_cross_entropy_with_logits(logits, is_above, reduction="none").sum(
            dim=1
        )

    def start_of_ranks(self, prior):
        return _cumulative_logits(prior)

    def log_proba_of_ranks(self, logits):
        # The optimum has its biases in order; before it they may not be, and are put in order.
        return cumulative_log_proba(-np.sort(-logits, axis=1))


class CumulativeLoss(OrdinalLoss):
    """Negative log likelihood under proportional odds.

    .. math:: -\\log(\\sigma(f_{y-1}) - \\sigma(f_y)), \\quad f_{-1} = \\infty, f_{K-1} = -\\infty

    The head has one slope, and thresholds that are in order by construction.

    References
    ----------
    .. [1] P. McCullagh, "Regression Models for Ordinal Data", Journal of the Royal Statistical
       Society B 42(2), 1980. https://doi.org/10.1111/j.2517-6161.1980.tb01109.x
    """

    thresholds = "ordered"

    def of_ranks(self, logits, rank):
        edge = torch.full_like(logits[:, :1], torch.inf)
        bounds = torch.cat([edge, logits, -edge], dim=1)
        rows = torch.arange(len(rank), device=rank.device)
        upper, lower = bounds[rows, rank], bounds[rows, rank + 1]
        # sigmoid(a) - sigmoid(b) = sigmoid(a) sigmoid(-b) (1 - exp(b - a)), without cancellation.
        gap = (upper - lower).clamp(min=SMALLEST_GAP)
        within = torch.log(-torch.expm1(-gap))
        return -(functional.logsigmoid(upper) + functional.logsigmoid(-lower) + within)

    def start_of_ranks(self, prior):
        return _cumulative_logits(prior)

    def log_proba_of_ranks(self, logits):
        return cumulative_log_proba(logits)


class IntensityLoss(OrdinalLoss):
    """Half the squared error of one number, the intensity, which thresholds make a rank.

    The number is the place in the order, brought to mean 0 and standard deviation 1. Thresholds lie
    half-way between the ranks until `fit_thresholds` learns them.

    Attributes
    ----------
    thresholds_ : ndarray of shape (n_classes - 1,)
        Where the intensity passes from one rank to the next, ascending.

    slope_ : float
        How fast the probability passes with it.
    """

    is_proper = False

    def _adapt(self, counts, prior):
        ranks = np.asarray(self.rank, dtype=np.float64)
        self.mean_ = float(prior @ ranks)
        self.scale_ = float(np.sqrt(prior @ (ranks - self.mean_) ** 2)) or 1.0
        self.thresholds_ = np.arange(len(ranks) - 1) + 0.5
        self.slope_ = _FIRST_SLOPE

    def of_ranks(self, scores, rank):
        place = (rank.to(scores.dtype) - self.mean_) / self.scale_
        return (place - scores[:, 0]).square() / 2

    def start(self, log_prior):
        return np.zeros(1)

    def intensity(self, scores):
        """Give the intensity of each row, in ranks: ndarray (n,)."""
        return scores[:, 0] * self.scale_ + self.mean_

    def log_proba_of_ranks(self, scores):
        distance = self.intensity(scores)[:, None] - self.thresholds_
        return cumulative_log_proba(self.slope_ * distance)

    def fit_thresholds(self, scores, codes, weight):
        """Fit thresholds and slope by the likelihood of held-out rows, under proportional odds.

        Half a row of each rank, at its own place, is added, so that a rank that is not among
        them keeps some room.

        Parameters
        ----------
        scores : ndarray of shape (n, 1)
            What the net gives.

        codes : ndarray of int of shape (n,)
            Classes.

        weight : ndarray of shape (n,)
            How much each row counts.
        """
        places = np.arange(len(self.rank))
        intensity = torch.as_tensor(np.concatenate([self.intensity(scores), places]))[:, None]
        rank = torch.as_tensor(np.concatenate([np.asarray(self.rank)[codes], places]))
        weight = torch.as_tensor(np.concatenate([weight, np.full(len(places), 0.5)]))
        likelihood = CumulativeLoss(self.rank)

        def loss_and_gradient(parameters):
            parameters = torch.tensor(parameters, requires_grad=True)
            gaps = torch.cat([parameters[1:2], parameters[2:].exp()])
            logits = parameters[0].exp() * (intensity - gaps.cumsum(0))
            loss = weight @ likelihood.of_ranks(logits, rank)
            loss.backward()
            return loss.item(), parameters.grad.numpy()

        start = np.concatenate([[np.log(_FIRST_SLOPE), 0.5], np.zeros(len(places) - 2)])
        bounds = [(-5, 4), (None, None)] + [(-6, None)] * (len(places) - 2)
        best = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", bounds=bounds).x
        self.slope_ = float(np.exp(best[0]))
        self.thresholds_ = np.cumsum(np.concatenate([best[1:2], np.exp(best[2:])]))


def cumulative_log_proba(logits):
    """Log probability of each rank, from logits of P(y > k) that fall with k.

    Parameters
    ----------
    logits : ndarray of shape (n, n_classes - 1)
        In descending order in each row.

    Returns
    -------
    ndarray of shape (n, n_classes)
        Finite, and normalised.
    """
    edge = np.full((len(logits), 1), np.inf)
    upper, lower = np.hstack([edge, logits]), np.hstack([logits, -edge])
    gap = np.maximum(upper - lower, SMALLEST_GAP)
    log_proba = -np.logaddexp(0, -upper) - np.logaddexp(0, lower) + np.log(-np.expm1(-gap))
    return log_proba - np.logaddexp.reduce(log_proba, axis=1, keepdims=True)


def _cumulative_logits(prior):
    below = np.cumsum(prior)[:-1]
    above = np.cumsum(prior[::-1])[::-1][1:]
    return np.log(above) - np.log(below)


def _is_above(logits, rank):
    return rank[:, None] > torch.arange(logits.shape[1], device=logits.device)


def _is_at(logits, rank):
    return rank[:, None] == torch.arange(logits.shape[1], device=logits.device)


# Heads of `SequenceOrdinalClassifier`.
ORDINAL_LOSSES = {
    "coral": CoralLoss,
    "corn": CornLoss,
    "cumulative": CumulativeLoss,
    "regression": IntensityLoss,
}
