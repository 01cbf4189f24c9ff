"""Plain functions from ragged values to a few numbers for each sequence and feature.

Requirements this file meets:

- no Python loop over sequences: sums over steps are one ``reduceat`` over the flat values; what
  needs a whole sequence at once (sorting, the Fourier transform) works on batches of sequences
  padded to the same power of two, of which there are a dozen however many lengths there are;
- a row depends on its own sequence alone, not on the batch it was computed in;
- finite for every finite input of ordinary size: sequences of one step and constant features have
  spread, trend and energy 0, exactly.
"""

import numpy as np

from skseq.data import step_mask, take_steps

# Cells (sequences x steps x features) that a padded batch has at most, where it can.
_BATCH_CELLS = 2**21


class Steps:
    """The steps of all sequences, one below the other, and sums over each sequence.

    Parameters
    ----------
    X : Sequences
        Finite numbers, no empty sequence.
    """

    def __init__(self, X):
        self.values = X.values.reshape(X.n_steps, -1).astype(np.float64, copy=False)
        self.starts = X.offsets[:-1]
        self.stops = X.offsets[1:]
        self.lengths = X.lengths
        self.index = X.sequence_index()
        self.min = np.minimum.reduceat(self.values, self.starts, axis=0)
        self.max = np.maximum.reduceat(self.values, self.starts, axis=0)
        # A sum of equal numbers, divided, need not be that number: let constants be constant.
        self.mean = np.where(self.min == self.max, self.min, self.average(self.values))
        self.centred = self.values - self.mean[self.index]

    def total(self, values):
        """Sum of ``values``, of shape (n_steps_total, n_features), over each sequence."""
        return np.add.reduceat(values, self.starts, axis=0)

    def average(self, values):
        """Mean of ``values`` over each sequence."""
        return self.total(values) / self.lengths[:, None]

    def padded_batches(self, values, fill_value):
        """Yield rows of sequences, and their steps padded to a common power of two.

        Yields
        ------
        rows : ndarray of int of shape (n_batch,)
        padded : ndarray of shape (n_batch, n_steps, n_features)
        """
        n_features = values.shape[1]
        exponents = np.frexp(self.lengths - 0.5)[1]  # the least e with length <= 2**e
        for exponent in np.unique(exponents):
            n_steps = 2 ** int(exponent)
            alike = np.flatnonzero(exponents == exponent)
            n_batch = max(1, _BATCH_CELLS // (n_steps * n_features))
            for first in range(0, len(alike), n_batch):
                rows = alike[first : first + n_batch]
                lengths = self.lengths[rows]
                padded = np.full((len(rows), n_steps, n_features), fill_value)
                padded[step_mask(lengths, n_steps)] = take_steps(values, self.starts[rows], lengths)
                yield rows, padded


def statistics(steps, *, quantiles, **_):
    """Mean, standard deviation, extremes, quantiles, first and last value.

    Returns
    -------
    dict of str to ndarray of shape (n_sequences, n_features)
    """
    return (
        {
            "mean": steps.mean,
            "std": np.sqrt(steps.average(steps.centred**2)),
            "min": steps.min,
            "max": steps.max,
        }
        | _quantiles(steps, quantiles)
        | {"first": steps.values[steps.starts], "last": steps.values[steps.stops - 1]}
    )


def trend(steps, **_):
    """How the values move: slope, changes from step to step, correlation of neighbours.

    - "slope": of the least-squares line, per step;
    - "mean_abs_change", "max_abs_change": from one step to the next;
    - "autocorrelation": at a lag of one step, 0 for a constant.
    """
    n_steps = steps.lengths[:, None].astype(np.float64)
    time = np.arange(len(steps.values)) - steps.starts[steps.index]
    time = (time - (steps.lengths[steps.index] - 1) / 2)[:, None]
    spread_of_time = n_steps * (n_steps**2 - 1) / 12
    change, product = np.zeros_like(steps.values), np.zeros_like(steps.values)
    change[1:] = np.abs(np.diff(steps.values, axis=0))
    product[1:] = steps.centred[1:] * steps.centred[:-1]
    # A first step has none before it.
    change[steps.starts] = product[steps.starts] = 0
    return {
        "slope": _divide(steps.total(time * steps.centred), spread_of_time),
        "mean_abs_change": steps.total(change) / np.maximum(n_steps - 1, 1),
        "max_abs_change": np.maximum.reduceat(change, steps.starts, axis=0),
        "autocorrelation": _divide(steps.total(product), steps.total(steps.centred**2)),
    }


def spectrum(steps, *, n_bands, **_):
    """Part of the variance that lies in each of ``n_bands`` equal bands of frequency.

    Band b of B holds the periodicities of b/2B to (b + 1)/2B cycles per step, so that the last one
    ends at every other step. The bands sum to the variance (Parseval's theorem).
    """
    n_features = steps.values.shape[1]
    energy = np.zeros((len(steps.lengths), n_bands, n_features))
    for rows, padded in steps.padded_batches(steps.centred, 0.0):
        n_padded = padded.shape[1]
        power = np.abs(np.fft.rfft(padded, axis=1)) ** 2  # (n_batch, n_padded // 2 + 1, n_features)
        # All but the ends of a real signal's spectrum stand for their mirror image too.
        power[:, 1 : (n_padded + 1) // 2] *= 2
        frequency = np.arange(power.shape[1]) / n_padded  # in cycles per step, up to 1/2
        band = np.minimum((frequency * 2 * n_bands).astype(int), n_bands - 1)
        for b in range(n_bands):
            energy[rows, b] = power[:, band == b].sum(axis=1) / n_padded
    energy /= steps.lengths[:, None, None]
    return {f"band_{b}": energy[:, b] for b in range(n_bands)}


def _quantiles(steps, quantiles):
    out = {f"quantile_{q:g}": np.empty_like(steps.mean) for q in quantiles}
    if not out:
        return out
    for rows, padded in steps.padded_batches(steps.values, np.inf):
        padded.sort(axis=1)
        each = np.arange(len(rows))
        for values, q in zip(out.values(), quantiles, strict=True):
            place = q * (steps.lengths[rows] - 1)
            below = place.astype(int)
            above = np.minimum(below + 1, steps.lengths[rows] - 1)
            low, high = padded[each, below], padded[each, above]
            values[rows] = low + (high - low) * (place - below)[:, None]
    return out


def _divide(numerator, denominator):
    """Quotient, 0 where the denominator is 0."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


# What `SequenceSummarizer` can compute of each feature of sequences of values.
VALUE_GROUPS = {"statistics": statistics, "trend": trend, "spectrum": spectrum}
