"""Losses of numbers instead of classes, one small class each, and the table of their names.

They see the target in units of its standard deviation, as `SequenceRegressor` trains.
"""

import inspect
from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator
from torch.nn import functional

from skseq._validation import HasMethods, Interval, StrOptions, check_choice, check_parameters
from skseq.losses._base import masked_mean


class RegressionLoss(BaseEstimator):
    """Base of the losses of a number, and of a user's own.

    A subclass writes ``per_step(prediction, target)``, both of shape (n,), and gives the loss of
    each of the n; and ``best_constant(target, weight=None)`` if the best constant prediction isn't
    near the mean, where the network would start far off.

    Examples
    --------
    Log-cosh, smooth as the squared error near 0 and like the absolute one further out:

    >>> import torch
    >>> from skseq.losses import RegressionLoss
    >>> class LogCoshLoss(RegressionLoss):
    ...     def per_step(self, prediction, target):
    ...         return torch.log(torch.cosh(prediction - target))
    >>> LogCoshLoss()(torch.tensor([[1.0]]), torch.tensor([0.0]))
    tensor(0.4338)
    """

    _parameter_constraints: dict = {}

    def per_step(self, prediction, target):
        """Give the loss of each row.

        Parameters
        ----------
        prediction : Tensor of shape (n,)
            The predictions of the net.

        target : Tensor of shape (n,)
            What is true.

        Returns
        -------
        Tensor of shape (n,)
        """
        raise NotImplementedError(f"{type(self).__name__} must define per_step(prediction, target)")

    def best_constant(self, target, weight=None):
        """Give roughly the best constant prediction, where the network starts.

        Parameters
        ----------
        target : ndarray of shape (n,)
            What is true.

        weight : ndarray of shape (n,), default=None
            How much each counts, more than 0. None means 1.

        Returns
        -------
        float
        """
        return float(np.average(target, weights=weight))

    def __call__(self, scores, target, *, mask=None, weight=None):
        """Mean loss over real steps.

        Parameters
        ----------
        scores : Tensor of shape (batch, 1) or (batch, time, 1)
            The predictions of the net.

        target : Tensor of float of shape (batch,) or (batch, time)
            What is true; what stands under a False mask is not read.

        mask : Tensor of bool of shape (batch,) or (batch, time), default=None
            True on real steps; None takes all of them.

        weight : Tensor of shape (batch,) or (batch, time), default=None
            How much each step counts, 1 on average over the training data.

        Returns
        -------
        Tensor, a scalar
        """
        return masked_mean(
            lambda scores, target: self.per_step(scores[:, 0], target), scores, target, mask, weight
        )


class SquaredLoss(RegressionLoss):
    """Half the squared error, minimised by the mean.

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import SquaredLoss
    >>> SquaredLoss()(torch.tensor([[3.0]]), torch.tensor([1.0]))
    tensor(2.)
    """

    def per_step(self, prediction, target):
        return (prediction - target).square() / 2


class AbsoluteLoss(RegressionLoss):
    """Absolute error, minimised by the median.

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import AbsoluteLoss
    >>> AbsoluteLoss()(torch.tensor([[3.0]]), torch.tensor([1.0]))
    tensor(2.)
    """

    def per_step(self, prediction, target):
        return (prediction - target).abs()

    def best_constant(self, target, weight=None):
        return _quantile(target, 0.5, weight)


class HuberLoss(RegressionLoss):
    """Half the squared error near 0, the absolute error further out, where outliers are.

    Parameters
    ----------
    delta : float, default=1.0
        Where the one passes into the other, in standard deviations of the target.

    References
    ----------
    .. [1] P. J. Huber, "Robust Estimation of a Location Parameter", Annals of Mathematical
       Statistics 35(1), 1964. https://doi.org/10.1214/aoms/1177703732

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import HuberLoss
    >>> HuberLoss(delta=1.0)(torch.tensor([[3.0]]), torch.tensor([1.0]))
    tensor(1.5000)
    """

    _parameter_constraints: dict = {"delta": [Interval(Real, 0, None, closed="neither")]}

    def __init__(self, delta=1.0):
        self.delta = delta

    def per_step(self, prediction, target):
        return functional.huber_loss(prediction, target, reduction="none", delta=self.delta)

    def best_constant(self, target, weight=None):
        return _quantile(target, 0.5, weight)


class QuantileLoss(RegressionLoss):
    """Pinball loss, minimised by a quantile.

    .. math:: \\max(q (y - f), (q - 1) (y - f))

    where q is the quantile, f the prediction and y the target.

    Parameters
    ----------
    quantile : float, default=0.5
        Share of the targets that should lie below the prediction, between 0 and 1.

    References
    ----------
    .. [1] R. Koenker, G. Bassett, "Regression Quantiles", Econometrica 46(1), 1978.
       https://doi.org/10.2307/1913643

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import QuantileLoss
    >>> loss = QuantileLoss(quantile=0.9)
    >>> low, high = torch.tensor([[0.0]]), torch.tensor([[1.0]])
    >>> loss(low, torch.ones(1)), loss(high, torch.zeros(1))
    (tensor(0.9000), tensor(0.1000))
    """

    _parameter_constraints: dict = {"quantile": [Interval(Real, 0, 1, closed="neither")]}

    def __init__(self, quantile=0.5):
        self.quantile = quantile

    def per_step(self, prediction, target):
        error = target - prediction
        return (self.quantile * error).maximum((self.quantile - 1) * error)

    def best_constant(self, target, weight=None):
        return _quantile(target, self.quantile, weight)


def _quantile(values, q, weight):
    """Quantile of values of which each stands there ``weight`` times; half way between two."""
    order = np.argsort(values)
    weight = np.ones(len(values)) if weight is None else np.asarray(weight)[order]
    below = np.cumsum(weight) / np.sum(weight)
    # Shares that differ from q by rounding alone are q.
    near = [np.searchsorted(below, q - 1e-12), np.searchsorted(below, q + 1e-12, side="right")]
    return float(np.mean(values[order][np.minimum(near, len(values) - 1)]))


REGRESSION_LOSSES = {
    "absolute": AbsoluteLoss,
    "huber": HuberLoss,
    "quantile": QuantileLoss,
    "squared": SquaredLoss,
}

# What a parameter ``loss`` of a regressor takes.
REGRESSION_LOSS_CONSTRAINTS = [
    StrOptions(set(REGRESSION_LOSSES)),
    HasMethods(["per_step", "best_constant"]),
    type,
]


def start_of(loss, target, weight):
    """Best constant of a loss; a user's own that takes no weights goes by the targets alone.

    Parameters
    ----------
    loss : RegressionLoss
        The loss.

    target : ndarray of shape (n,)
        What is true.

    weight : ndarray of shape (n,) or None
        How much each counts.

    Returns
    -------
    float
    """
    if weight is None or "weight" not in inspect.signature(loss.best_constant).parameters:
        return loss.best_constant(target)
    return loss.best_constant(target, weight)


def make_regression_loss(loss):
    """Give a new loss from a name, a class or an instance, its parameters checked.

    Raises
    ------
    ValueError
        If the name is not in `REGRESSION_LOSSES`, or a parameter breaks a rule.
    TypeError
        If the object is not a loss of a number.
    """
    if isinstance(loss, str):
        check_choice("loss", loss, REGRESSION_LOSSES)
        loss = REGRESSION_LOSSES[loss]
    if isinstance(loss, type):
        loss = loss()
    missing = [name for name in ("per_step", "best_constant") if not hasattr(loss, name)]
    if missing:
        raise TypeError(
            f"loss must be one of {sorted(REGRESSION_LOSSES)} or a RegressionLoss; {loss!r} lacks "
            f"the method(s) {', '.join(missing)}. Derive it from skseq.losses.RegressionLoss"
        )
    loss = loss.__class__(**loss.get_params())
    check_parameters(loss)
    return loss
