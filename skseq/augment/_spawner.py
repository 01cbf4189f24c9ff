"""Means of two signals of one class along a warping path that is not the best one."""

from numbers import Integral, Real

import numpy as np

from skseq._validation import Interval, RealNotInt
from skseq.augment._base import Augmenter, NewSteps
from skseq.augment._partners import MixingAugmenter
from skseq.augment._ragged import places
from skseq.data import Sequences
from skseq.data._dtw import dtw_paths
from skseq.data._layout import take_steps
from skseq.data._moments import at_regular_moments


class Spawner(MixingAugmenter):
    r"""Take the mean of a signal and another of its class, along a random warping path.

    SPAWNER (suboptimal warped time series generator): a share r between 0 and 1 is drawn, and
    the two signals a and b are aligned by the best path of those that pair their steps at r, so
    that the same two signals give another result each time. Every pair of steps (i, j) on it
    gives a point drawn from

    .. math:: \mathcal{N}\left(\frac{a_i + b_j}{2},\ (\sigma |a_i - b_j|)^2\right)
        \quad\text{at the moment}\quad \frac{i + j}{2}

    which is then read at evenly spaced moments. The length is the mean of the two.

    It needs y with the class of each sequence; sequences are mixed with those of their own class.

    Parameters
    ----------
    sigma : float, default=0.05
        Standard deviation of the noise, in differences of the two values.

    window : int, float or None, default=0.1
        Sakoe-Chiba band of both parts of the alignment, before and after the pair at r: how many
        steps they may stray beyond the difference of the two lengths, or which share of the
        longer one. None sets no limit.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels of the training data.

    n_step_features_ : int
        Features of a step, once it is fitted.

    Warns
    -----
    SmallClassWarning
        If a class has a single sequence, which then stays as it is.

    See Also
    --------
    Barycentre : Averages a signal with several neighbours along the best paths.

    Notes
    -----
    Fitted, it holds the training data, from which the other signals come. ``origin`` of what
    comes out names both parents, where the sequences know their own.

    The paper stretches the result to a fixed length. Weights of steps stay those of the first
    signal, at the same share of the way.

    References
    ----------
    .. [1] K. Kamycki, T. Kapuscinski & M. Oszust, "Data Augmentation with Suboptimal Warping for
       Time-Series Classification", Sensors 20(1), 2020. https://doi.org/10.3390/s20010098

    Examples
    --------
    >>> from skseq.augment import Spawner
    >>> early, late = [0.0, 4.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0]
    >>> X_new, y_new = Spawner(window=None)([early, late], ["peak", "peak"], random_state=0)
    >>> X_new.tolist()
    [[0.0, 0.0, 4.0, 0.0, 0.0, 0.0], [0.0, 0.0, 4.0, 0.0, 0.0, 0.0]]
    >>> X_new.origin.tolist()
    [[0, 1], [0, 1]]
    """

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "sigma": [Interval(Real, 0, None, closed="left")],
        "window": [
            Interval(Integral, 0, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="both"),
            None,
        ],
    }

    def __init__(self, sigma=0.05, *, window=0.1, p=1.0):
        super().__init__(p=p)
        self.sigma = sigma
        self.window = window

    def _change(self, X, y, random_state):
        # Two of each class, as the signal itself may be among them.
        both, partners, is_other, in_pool = self._draw_partners(X, y, 2, random_state)
        first, itself = is_other.argmax(axis=1), np.arange(len(X))
        has_other = is_other[itself, first]
        partner = np.where(has_other, partners[itself, first], itself)
        share = random_state.random_sample(len(X))
        paths = paths_through(both, itself, partner, share, self.window)
        values, lengths = self._mean_along(both, partner, paths, random_state)
        return NewSteps(
            values.reshape(-1, *X.values.shape[1:]),
            source=_same_share_of_the_way(X, lengths),
            lengths=lengths,
            origin=self._origin_with(X, in_pool[itself, first][:, None], has_other[:, None]),
        )

    def _mean_along(self, both, partner, paths, rng):
        sequence = paths.sequence_index()
        i, j = paths.values.T
        a = both.values[both.offsets[sequence] + i]
        b = both.values[both.offsets[partner[sequence]] + j]
        noise = self.sigma * np.abs(a - b) * rng.standard_normal(a.shape)
        lengths = np.rint((both.lengths[: len(paths)] + both.lengths[partner]) / 2)
        lengths = lengths.astype(np.int64)
        return at_regular_moments((i + j) / 2, (a + b) / 2 + noise, paths.offsets, lengths), lengths


def paths_through(X, first, second, share, window=None):
    """Best paths among those that pair two sequences at one share of the way.

    Parameters
    ----------
    X : Sequences of float
        The sequences.

    first, second : ndarray of int of shape (n_pairs,)
        Positions in X of the two sequences of each pair.

    share : ndarray of float of shape (n_pairs,)
        In [0, 1): the path goes through step ``floor(share * length)`` of both.

    window : int, float or None, default=None
        Half the width of the band, of each of the two parts of the path.

    Returns
    -------
    Sequences of int of shape (n_pairs,) with 2 features
        For each pair the steps (i, j) of its path, in order.
    """
    n_pairs = len(first)
    i, j = ((share * X.lengths[which]).astype(np.int64) for which in (first, second))
    # The beginnings of both sequences of all pairs, then the ends; both have the step in between.
    starts = np.concatenate(
        [X.offsets[first], X.offsets[second], X.offsets[first] + i, X.offsets[second] + j]
    )
    lengths = np.concatenate([i + 1, j + 1, X.lengths[first] - i, X.lengths[second] - j])
    parts = Sequences.from_lengths(take_steps(X.values, starts, lengths), lengths)
    pair = np.arange(n_pairs)
    paths = dtw_paths(
        parts,
        np.concatenate([pair, pair + 2 * n_pairs]),
        np.concatenate([pair + n_pairs, pair + 3 * n_pairs]),
        window,
    )
    row = paths.sequence_index()
    is_end = row >= n_pairs
    begins = np.zeros(len(row), dtype=bool)
    begins[paths.offsets[:-1]] = True
    pairs = paths.values + np.stack([i, j], axis=1)[row % n_pairs] * is_end[:, None]
    kept = np.flatnonzero(~(is_end & begins))
    order = kept[np.argsort(row[kept] % n_pairs, kind="stable")]
    return Sequences.from_lengths(pairs[order], np.bincount(row[kept] % n_pairs))


def _same_share_of_the_way(X, lengths):
    """Flat position of the step of X that each step of a longer or shorter one stands for."""
    new = Sequences.from_lengths(np.empty(lengths.sum()), lengths)
    share = places(new.offsets) / np.repeat(np.maximum(lengths - 1, 1), lengths)
    step = np.rint(share * np.repeat(X.lengths - 1, lengths)).astype(np.int64)
    return np.repeat(X.offsets[:-1], lengths) + step
