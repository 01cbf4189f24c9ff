"""Augmenters of signals that change values and leave every step where it is."""

from numbers import Integral, Real

import numpy as np

from skseq._validation import Interval, StrOptions
from skseq.augment._base import Augmenter, NewSteps
from skseq.augment._ragged import keep_one, smooth_curves


def _as_table(X):
    """Values with an axis of features, whether X has one or not."""
    return X.values.reshape(X.n_steps, X.n_features)


def _like_values(table, X):
    return NewSteps(table.reshape(X.values.shape))


class Jitter(Augmenter):
    """Add white noise to every value.

    Parameters
    ----------
    sigma : float, default=0.03
        Standard deviation of the noise, in standard deviations of the feature: as the literature
        has it for standardised data, and the same thing for data that are not.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    std_ : ndarray of shape (n_features,)
        Standard deviation of each feature over all steps.

    n_step_features_ : int
        Features of a step, once it is fitted.

    References
    ----------
    .. [1] T. T. Um et al., "Data Augmentation of Wearable Sensor Data for Parkinson's Disease
       Monitoring using Convolutional Neural Networks", 2017. https://arxiv.org/abs/1706.00527

    Examples
    --------
    >>> from skseq.augment import Jitter
    >>> X = [[0.0, 1.0, 0.0], [1.0, 0.0]]
    >>> Jitter()(X, random_state=0).values.round(2)
    array([0.01, 1.03, 0.03, 0.99, 0.01])
    """

    kind = "values"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "sigma": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(self, sigma=0.03, *, p=1.0):
        super().__init__(p=p)
        self.sigma = sigma

    def _learn(self, X, y):
        self.std_ = _as_table(X).std(axis=0, dtype=np.float64)

    def _change(self, X, y, random_state):
        noise = random_state.standard_normal((X.n_steps, X.n_features))
        return _like_values(_as_table(X) + self.sigma * self.std_ * noise, X)


class Scaling(Augmenter):
    """Multiply each feature of a sequence by one factor.

    Parameters
    ----------
    sigma : float, default=0.1
        Standard deviation of the factors, which are normal around 1.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    n_step_features_ : int
        Features of a step, once it is fitted.

    References
    ----------
    .. [1] T. T. Um et al., "Data Augmentation of Wearable Sensor Data for Parkinson's Disease
       Monitoring using Convolutional Neural Networks", 2017. https://arxiv.org/abs/1706.00527

    Examples
    --------
    >>> from skseq.augment import Scaling
    >>> X_new = Scaling()([[1.0, 2.0, 3.0], [1.0, 2.0]], random_state=0)
    >>> [(steps / steps[0]).tolist() for steps in X_new]
    [[1.0, 2.0, 3.0], [1.0, 2.0]]
    """

    kind = "values"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "sigma": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(self, sigma=0.1, *, p=1.0):
        super().__init__(p=p)
        self.sigma = sigma

    def _change(self, X, y, random_state):
        factors = random_state.normal(1, self.sigma, (len(X), X.n_features))
        return _like_values(_as_table(X) * np.repeat(factors, X.lengths, axis=0), X)


class MagnitudeWarp(Augmenter):
    """Multiply each feature of a sequence by a smooth curve around 1.

    Parameters
    ----------
    sigma : float, default=0.2
        Standard deviation of the curve at its knots, where it is normal around 1.

    knots : int, default=4
        Knots of the cubic spline between the first and the last step, which are knots too.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    n_step_features_ : int
        Features of a step, once it is fitted.

    References
    ----------
    .. [1] T. T. Um et al., "Data Augmentation of Wearable Sensor Data for Parkinson's Disease
       Monitoring using Convolutional Neural Networks", 2017. https://arxiv.org/abs/1706.00527

    Examples
    --------
    >>> from skseq.augment import MagnitudeWarp
    >>> X_new = MagnitudeWarp(knots=1)([[1.0] * 8], random_state=3)
    >>> X_new.values.round(2)
    array([0.79, 0.95, 1.08, 1.17, 1.23, 1.25, 1.24, 1.2 ])
    """

    kind = "values"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "sigma": [Interval(Real, 0, None, closed="left")],
        "knots": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(self, sigma=0.2, *, knots=4, p=1.0):
        super().__init__(p=p)
        self.sigma = sigma
        self.knots = knots

    def _change(self, X, y, random_state):
        knots = random_state.normal(1, self.sigma, (self.knots + 2, len(X), X.n_features))
        return _like_values(_as_table(X) * smooth_curves(X, knots), X)


class ChannelDropout(Augmenter):
    """Set whole features (channels) of a sequence to 0; at least one is left.

    After standardisation, 0 is the mean. Sequences of a single feature stay as they are.

    Parameters
    ----------
    rate : float in [0, 1], default=0.1
        Probability that a channel is dropped.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    n_step_features_ : int
        Features of a step, once it is fitted.

    Examples
    --------
    >>> from skseq.augment import ChannelDropout
    >>> X = [[[1.0, 2.0], [3.0, 4.0]]]
    >>> ChannelDropout(rate=0.5)(X, random_state=1).tolist()
    [[[1.0, 0.0], [3.0, 0.0]]]
    """

    kind = "values"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "rate": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(self, rate=0.1, *, p=1.0):
        super().__init__(p=p)
        self.rate = rate

    def _change(self, X, y, random_state):
        draws = random_state.random_sample((len(X), X.n_features))
        kept = draws >= self.rate
        kept[np.arange(len(X)), draws.argmax(axis=1)] = True
        table = _as_table(X)
        return _like_values(np.where(np.repeat(kept, X.lengths, axis=0), table, 0), X)


class TimeDropout(Augmenter):
    """Lose the values of single steps, as a sensor does; the steps and their labels stay.

    Parameters
    ----------
    rate : float in [0, 1], default=0.1
        Probability that a step is lost. One step of each sequence is never lost: the first with
        ``fill="previous"``, one at random otherwise.

    fill : {"zero", "previous", "mean"}, default="zero"
        What stands there instead: 0, the last step that was not lost, or the mean of the
        sequence.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    n_step_features_ : int
        Features of a step, once it is fitted.

    Examples
    --------
    >>> from skseq.augment import TimeDropout
    >>> X = [[1.0, 2.0, 3.0, 4.0, 5.0]]
    >>> TimeDropout(rate=0.5)(X, random_state=0).tolist()
    [[1.0, 2.0, 3.0, 0.0, 5.0]]
    >>> TimeDropout(rate=0.5, fill="previous")(X, random_state=0).tolist()
    [[1.0, 2.0, 3.0, 3.0, 5.0]]
    """

    kind = "values"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "rate": [Interval(Real, 0, 1, closed="both")],
        "fill": [StrOptions({"zero", "previous", "mean"})],
    }

    def __init__(self, rate=0.1, *, fill="zero", p=1.0):
        super().__init__(p=p)
        self.rate = rate
        self.fill = fill

    def _change(self, X, y, random_state):
        kept = random_state.random_sample(X.n_steps) >= self.rate
        if self.fill == "previous":
            kept[X.offsets[:-1]] = True
            last_kept = np.maximum.accumulate(np.where(kept, np.arange(X.n_steps), 0))
            return NewSteps(X.values[last_kept])
        keep_one(kept, X, random_state)
        table = _as_table(X)
        fill = np.repeat(_means(X), X.lengths, axis=0) if self.fill == "mean" else 0
        return _like_values(np.where(kept[:, None], table, fill), X)


def _means(X):
    return np.add.reduceat(_as_table(X), X.offsets[:-1], axis=0) / X.lengths[:, None]
