"""Values brought to a common scale by the estimator itself, so that no input scale ends learning.

Nets learn from inputs of about unit size. Center and scale are learnt from the steps of the
training rows and applied batch by batch, in float64, before anything becomes float32: the flat
array is never copied, and an offset of a million costs no digits.

What a scale of the set learns must hold for values as they come:

- a few extreme values, however large, do not keep the others from being told apart;
- a feature that is nearly always 0 is treated as well as one that never is, and one that always
  has the same value stays at 0;
- nothing overflows or underflows, be it 5e-324 or 1e38;
- it commutes with a change of units, ``a * x + b``, so standardising before changes nothing;
- weight k is k copies.
"""

import numpy as np

# Most steps that are looked at, fewer where steps have many features: quantiles need no more.
_MAX_STEPS, _MAX_CELLS = 2**16, 2**19

# Values further out than twice the last but 1 % are taken to lie there.
_FENCE = 2.0

# Two standard deviations of a normal feature, by what three quarters of its steps lie within.
_BULK = 2 / 1.1503

# What float64 holds, with room for a difference and a sum.
_LARGEST = np.finfo(np.float64).max / 16


class StepScaler:
    """Steps at about unit size, feature by feature, whatever their units and their tails.

    A value that lies u from the center is read as ``u / scale``, less the mean of all. Where a few
    values lie so far out that the others would no longer be told apart, ``u / fine_scale`` is
    added, for the others alone: it ends at 1. Beyond ``limit`` values grow by their logarithm.

    Attributes
    ----------
    center_ : ndarray of float64 of shape (n_features,)
        Median of each feature.

    scale_ : ndarray of float64 of shape (n_features,)
        Standard deviation of each feature, the outermost 1 % of its values drawn in.

    fine_scale_ : ndarray of float64 of shape (n_features,)
        Twice the spread of the bulk of the values, at most ``scale_``, which it is for most
        features: nothing is added then.

    shift_ : ndarray of float64 of shape (n_features,)
        Mean of what comes out, before it is taken off.

    limit : float
        Where growth by the logarithm begins.
    """

    limit = 10.0

    def fit(self, steps, weight=None):
        """Learn from steps of shape (n_steps, n_features), each with a weight."""
        weight = np.ones(len(steps)) if weight is None else weight
        eps = np.finfo(steps.dtype).eps if steps.dtype.kind == "f" else 0.0
        steps = steps.astype(np.float64)
        self.center_ = weighted_quantile(steps, weight[:, None], 0.5)
        away = self._away(steps)
        # What rounding makes of equal numbers doesn't lie apart.
        apart = np.where(np.abs(away) > 2 * eps * np.abs(self.center_), weight[:, None], 0.0)
        fence = _FENCE * weighted_quantile(np.abs(away), apart, 0.99)
        bulk = _BULK * weighted_quantile(np.abs(away), apart, 0.75)
        constant = (bulk == 0) | ~apart.any(axis=0)
        # A feature that never changed: if it ever does, then by about its own size.
        fence[constant] = np.where(self.center_ == 0, 1.0, np.abs(self.center_))[constant]
        inside = divided(away, fence).clip(-1, 1)
        std = weighted_std(inside, weight)
        tiny = np.finfo(np.float64).tiny
        self.scale_ = np.where(constant, fence, fence * std).clip(tiny)
        self.fine_scale_ = np.where(constant, fence, np.minimum(bulk, self.scale_)).clip(tiny)
        self.shift_ = np.zeros_like(fence)
        self.shift_ = np.average(self._read(inside * fence), axis=0, weights=weight)
        return self

    def transform(self, steps):
        """Scaled steps, float64, of the same shape."""
        return grow_slowly(self._read(self._away(steps)), self.limit)

    def _away(self, steps):
        with np.errstate(over="ignore"):
            return (steps - self.center_).clip(-_LARGEST, _LARGEST)

    def _read(self, away):
        fine = divided(away, self.fine_scale_).clip(-1, 1)
        share = 1 - self.fine_scale_ / self.scale_
        return share * fine + divided(away, self.scale_) - self.shift_


def weighted_quantile(values, weight, share):
    """Of each column the least value up to which lies a share of the weight, (n_columns,).

    A value that is there, not one between two, so that ties with it are seen as such.
    """
    order = np.argsort(values, axis=0)
    weight = np.broadcast_to(weight, values.shape)
    below = np.cumsum(np.take_along_axis(weight, order, axis=0), axis=0)
    place = (below < share * below[-1]).sum(axis=0)
    columns = np.arange(values.shape[1])
    return values[order[np.minimum(place, len(values) - 1), columns], columns]


def divided(values, by):
    """Quotient, finite however small the divisor."""
    with np.errstate(over="ignore"):
        return (values / by).clip(-_LARGEST, _LARGEST)


def weighted_std(values, weight):
    """Standard deviation of each column, (n_columns,)."""
    mean = np.average(values, axis=0, weights=weight)
    return np.sqrt(np.average((values - mean) ** 2, axis=0, weights=weight))


def grow_slowly(z, limit):
    """Keep what is within the limit; beyond, the logarithm continues with the same slope."""
    excess = np.abs(z) - limit
    if excess.max(initial=0.0) <= 0:
        return z
    return z.clip(-limit, limit) + np.copysign(np.log1p(excess.clip(0)), z)


def counting_rows(X, rows, weight):
    """Rows with any weight, ndarray of int, and their weight, that of steps being averaged."""
    rows = np.arange(len(X)) if rows is None else np.asarray(rows)
    if weight is None:
        return rows, None
    if len(weight) != len(X):
        weight = np.add.reduceat(weight, X.offsets[:-1]) / X.lengths
    counts = weight[rows] > 0
    rows = rows[counts] if counts.any() else rows
    return rows, weight[rows] if counts.any() else None


def some_steps(start, lengths, n_features):
    """Positions of the steps of some spans, all or as many at random as are enough; their spans."""
    end = np.cumsum(lengths)
    most = min(_MAX_STEPS, max(_MAX_CELLS // n_features, 4096))
    if end[-1] <= most:
        rank = np.arange(end[-1])
    else:
        # The same ones each time, and nothing is drawn from a shared generator.
        rank = np.sort(np.random.default_rng(0).integers(end[-1], size=most))
    span = np.searchsorted(end, rank, side="right")
    return start[span] + rank - (end - lengths)[span], span


def step_table(values):
    """One row per step, also where a step is one number."""
    return values.reshape(len(values), -1)
