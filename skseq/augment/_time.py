"""Augmenters of signals that move steps in time; labels of steps move along.

Each says at which places of the old sequence the new one is read. Values between two steps lie
on the straight line between them, labels and weights of steps are those of the nearest step.
"""

from numbers import Integral, Real

import numpy as np

from skseq._validation import Interval
from skseq.augment._base import Augmenter, NewSteps
from skseq.augment._ragged import (
    choose,
    interpolate,
    places,
    smooth_curves,
    travel,
    window_starts,
)
from skseq.data import gather_steps, offsets_from_lengths


class TimeWarp(Augmenter):
    r"""Speed up and slow down by a smooth curve; the length stays.

    The new sequence is read from the old one at a speed of :math:`e^{c(t)}`, where the curve c is
    a cubic spline through normal knots, and paced so that it ends where the old one does.

    Parameters
    ----------
    sigma : float, default=0.2
        Standard deviation of the curve at its knots, where it is normal around 0; about that of
        the speed around 1.

    knots : int, default=4
        Knots of the cubic spline between the first and the last step, which are knots too.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    n_step_features_ : int
        Features of a step, once it is fitted.

    Notes
    -----
    The paper takes the curve itself, normal around 1, for the speed. The exponential agrees with
    it where sigma is small, and is above 0 where it's not, so that time never runs backwards.

    References
    ----------
    .. [1] T. T. Um et al., "Data Augmentation of Wearable Sensor Data for Parkinson's Disease
       Monitoring using Convolutional Neural Networks", 2017. https://arxiv.org/abs/1706.00527

    Examples
    --------
    >>> from skseq.augment import TimeWarp
    >>> X, y = [[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]], [["a", "a", "b", "b", "b", "b"]]
    >>> X_new, y_new = TimeWarp(sigma=0.5)(X, y, random_state=0)
    >>> X_new.values.round(1), y_new
    (array([0. , 1.4, 1.6, 2.9, 3.3, 5. ]), [['a', 'a', 'b', 'b', 'b', 'b']])
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
        knots = random_state.normal(0, self.sigma, (self.knots + 2, len(X), 1))
        speed = np.exp(smooth_curves(X, knots)[:, 0])
        return NewSteps(*interpolate(X, travel(X, speed)))


class WindowSlice(Augmenter):
    """Cut a window at a random place out of each sequence, and stretch it to the old length.

    Parameters
    ----------
    share : float in (0, 1], default=0.9
        Length of the window, as a share of the sequence's, rounded up to steps.

    stretch : bool, default=True
        Whether the window is stretched back to the old length, as is common where all sequences
        must be equally long. False leaves it as it was cut: shorter, with every value as
        measured.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    n_step_features_ : int
        Features of a step, once it is fitted.

    References
    ----------
    .. [1] A. Le Guennec, S. Malinowski, R. Tavenard, "Data Augmentation for Time Series
       Classification using Convolutional Neural Networks", 2016.
       https://shs.hal.science/halshs-01357973

    Examples
    --------
    >>> from skseq.augment import WindowSlice
    >>> X, y = [[0.0, 1.0, 2.0, 3.0, 4.0]], [["a", "a", "b", "b", "b"]]
    >>> WindowSlice(0.6, stretch=False)(X, y, random_state=4)[1]
    [['a', 'b', 'b']]
    >>> WindowSlice(0.6)(X, y, random_state=4)[0].values
    array([1. , 1.5, 2. , 2.5, 3. ])
    """

    kind = "values"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "share": [Interval(Real, 0, 1, closed="right")],
        "stretch": ["boolean"],
    }

    def __init__(self, share=0.9, *, stretch=True, p=1.0):
        super().__init__(p=p)
        self.share = share
        self.stretch = stretch

    def _change(self, X, y, random_state):
        sizes = _window_sizes(self.share, X)
        starts = window_starts(X.lengths, sizes, random_state)
        if self.stretch:
            pace = (sizes - 1) / np.maximum(X.lengths - 1, 1)
            place = places(X.offsets) * np.repeat(pace, X.lengths)
            return NewSteps(*interpolate(X, np.repeat(starts, X.lengths) + place))
        first = np.repeat(X.offsets[:-1] + starts, sizes)
        return NewSteps(source=first + places(offsets_from_lengths(sizes)), lengths=sizes)


class WindowWarp(Augmenter):
    """Stretch or squeeze a window at a random place; the rest gives way, the length stays.

    Parameters
    ----------
    window : float in (0, 1], default=0.1
        Length of the window, as a share of the sequence's, rounded up to steps.

    scales : sequence of float, default=(0.5, 2.0)
        How long the window becomes, as a multiple of what it was; one is drawn for each
        sequence. Then the whole is brought back to the old length.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    n_step_features_ : int
        Features of a step, once it is fitted.

    References
    ----------
    .. [1] A. Le Guennec, S. Malinowski, R. Tavenard, "Data Augmentation for Time Series
       Classification using Convolutional Neural Networks", 2016.
       https://shs.hal.science/halshs-01357973

    Examples
    --------
    >>> from skseq.augment import WindowWarp
    >>> X = [[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]
    >>> WindowWarp(0.4, scales=[3.0])(X, random_state=4).values.round(1)
    array([0. , 1.5, 2. , 2.5, 3. , 4.5, 6. ])
    """

    kind = "values"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "window": [Interval(Real, 0, 1, closed="right")],
        "scales": ["array-like"],
    }

    def __init__(self, window=0.1, *, scales=(0.5, 2.0), p=1.0):
        super().__init__(p=p)
        self.window = window
        self.scales = scales

    def _change(self, X, y, random_state):
        scales = np.asarray(self.scales, dtype=np.float64)
        if not len(scales) or not (np.isfinite(scales) & (scales > 0)).all():
            raise ValueError(f"scales must be finite and above 0, got {self.scales!r}")
        sizes = _window_sizes(self.window, X)
        starts = np.repeat(window_starts(X.lengths, sizes, random_state), X.lengths)
        place = places(X.offsets)
        in_window = (place >= starts) & (place < starts + np.repeat(sizes, X.lengths))
        scale = np.repeat(random_state.choice(scales, len(X)), X.lengths)
        return NewSteps(*interpolate(X, travel(X, np.where(in_window, 1 / scale, 1.0))))


class Permutation(Augmenter):
    """Cut each sequence into segments at random places, and put them in another order.

    Parameters
    ----------
    max_segments : int, default=5
        Most segments. How many there are is drawn for each sequence, from 2 on; a sequence has
        at most as many as steps.

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
    >>> from skseq.augment import Permutation
    >>> X, y = [[0.0, 1.0, 2.0, 3.0, 4.0]], [["a", "a", "b", "b", "b"]]
    >>> X_new, y_new = Permutation(3)(X, y, random_state=1)
    >>> X_new.tolist(), y_new
    ([[2.0, 3.0, 4.0, 0.0, 1.0]], [['b', 'b', 'b', 'a', 'a']])
    """

    kind = "values"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "max_segments": [Interval(Integral, 2, None, closed="left")],
    }

    def __init__(self, max_segments=5, *, p=1.0):
        super().__init__(p=p)
        self.max_segments = max_segments

    def _change(self, X, y, random_state):
        n_segments = random_state.randint(2, self.max_segments + 1, len(X))
        is_start = _cut(X, n_segments - 1, random_state)
        segments = np.append(np.flatnonzero(is_start), X.n_steps)
        sequence = X.sequence_index()[is_start]
        order = np.argsort(sequence + random_state.random_sample(len(sequence)))
        return NewSteps(source=gather_steps(segments, order)[1])


def _cut(X, n_cuts, rng):
    """Whether a segment starts at each step: at the first, and at ``n_cuts`` random others."""
    is_start = np.zeros(X.n_steps, dtype=bool)
    is_start[X.offsets[:-1]] = True
    others = np.flatnonzero(~is_start)
    is_start[others] = choose(X.sequence_index()[others], n_cuts, rng)
    return is_start


def _window_sizes(share, X):
    # A share of 0.1 of 10 steps is 1 step, whatever the last digit of the product.
    return np.ceil((share * X.lengths).round(9)).astype(np.int64).clip(1, X.lengths)
