"""Each series brought to unit size by itself; what that takes away is given to the last layer.

Where series differ in size by orders of magnitude, one common scale shows a net nothing but their
size. So each is read less its mean, by its own standard deviation; mean, size, peak and length come
back as a summary, which only the last layer reads: a handful of numbers that name a series would be
learnt by heart in any layer before.
"""

import numpy as np

from skseq.training._scale import StepScaler, divided, grow_slowly

# Standard deviations of series, the upper decile over the lower, above which "auto" is "series".
WIDE = 30.0

# Series that are looked at, at most; and how many deciles take, at least.
_MAX_ROWS, _FEWEST = 4096, 10

# Values that are looked at together, of which there are copies of twice the size.
_BLOCK = 1_000_000


class SeriesScaler:
    """Series less their mean, by their standard deviation; and summaries of them at unit size.

    A summary holds, for each feature, the mean in standard deviations, and the logarithms of the
    standard deviation and of the largest size; and the logarithm of the length.

    Attributes
    ----------
    least_ : ndarray of float64 of shape (n_features,)
        The smallest size that a training series has, which is not 0: smaller ones count as so.

    summary_scaler_ : StepScaler
        What brings summaries to unit size.

    limit : float
        From where on scaled values grow by their logarithm.
    """

    limit = 10.0

    def fit(self, X, rows, weight=None):
        """Learn from the series at ``rows`` of `Sequences`, each with a weight."""
        if len(rows) > _MAX_ROWS:
            chosen = np.linspace(0, len(rows) - 1, _MAX_ROWS).astype(int)
            rows, weight = rows[chosen], None if weight is None else weight[chosen]
        size, *moments = series_moments(X, rows)
        least = np.where(size > 0, size, np.inf).min(axis=0)
        self.least_ = np.where(np.isinf(least), 1.0, least)
        self.summary_scaler_ = StepScaler().fit(self._summary(size, *moments), weight)
        return self

    def transform(self, values, mask):
        """Scale a padded batch.

        Parameters
        ----------
        values : ndarray of float64 of shape (batch, time, n_features)
            The steps.

        mask : ndarray of bool of shape (batch, time)
            True on real steps.

        Returns
        -------
        scaled : ndarray of float64 of shape (batch, time, n_features)
            Anything in the padding.

        summary : ndarray of float64 of shape (batch, 3 * n_features + 1)
        """
        real = mask[..., None]
        size = np.max(np.abs(values), axis=1, where=real, initial=0.0)
        unit = _in_units(values, size[:, None])
        mean = np.mean(unit, axis=1, where=real)
        away = unit - mean[:, None]
        std = _real_spread(np.sqrt(np.mean(away**2, axis=1, where=real)))
        scaled = grow_slowly(away / std[:, None], self.limit)
        summary = self._summary(size, mean, std, mask.sum(axis=1))
        return scaled, self.summary_scaler_.transform(summary)

    def n_summaries(self, n_features):
        """Numbers in a summary of series of so many features."""
        return 3 * n_features + 1

    def _summary(self, size, mean, std, lengths):
        log_size = np.log(np.maximum(size, self.least_))
        return np.column_stack([mean / std, log_size + np.log(std), log_size, np.log(lengths)])


def series_moments(X, rows):
    """Largest size of each series at ``rows``, by feature; mean and spread in that unit; length."""
    n_values = np.cumsum(X.lengths[rows]) * X.values[:1].size
    blocks = np.split(rows, np.flatnonzero(np.diff(n_values // _BLOCK)) + 1)
    parts = [_moments(X[block]) for block in blocks]
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


def _moments(X):
    values = X.values.reshape(X.n_steps, -1).astype(np.float64)
    starts, lengths = X.offsets[:-1], X.lengths
    size = np.maximum.reduceat(np.abs(values), starts)
    unit = _in_units(values, np.repeat(size, lengths, axis=0))
    mean = np.add.reduceat(unit, starts) / lengths[:, None]
    away = unit - np.repeat(mean, lengths, axis=0)
    std = np.sqrt(np.add.reduceat(away**2, starts) / lengths[:, None])
    return size, mean, _real_spread(std), lengths


def _in_units(values, size):
    return divided(values, np.where(size > 0, size, 1.0))


def _real_spread(std):
    """Spread in units of the largest size, at least 1e-10: rounding makes as much."""
    return np.maximum(std, 1e-10)


def differ_widely(X, rows):
    """Whether the series at ``rows`` differ in size by orders of magnitude."""
    size, _, std, _ = series_moments(X, rows[:: max(1, len(rows) // _MAX_ROWS)])
    spread = [_decile_ratio(feature[feature > 0]) for feature in (size * std).T]
    return float(np.median(spread)) > WIDE


def _decile_ratio(std):
    if len(std) < _FEWEST:
        return 1.0
    low, high = np.quantile(std, [0.1, 0.9])
    return high / low
