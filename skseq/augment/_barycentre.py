"""Averages of signals of one class under dynamic time warping."""

from numbers import Integral, Real

import numpy as np
from scipy.sparse import csr_array

from skseq._validation import Interval, RealNotInt
from skseq.augment._base import Augmenter, NewSteps
from skseq.augment._partners import MixingAugmenter
from skseq.data import Sequences
from skseq.data._dtw import dtw_paths, paired_dtw


def weighted_barycentres(X, start, parents, weights, *, n_iter=5, window=None):
    """Weighted averages of sequences under dynamic time warping, many at once.

    In each round all parents are aligned with the average so far, and each step of it becomes
    the weighted mean of the steps that it is paired with. No round makes the weighted sum of
    squared distances between an average and its parents larger.

    Parameters
    ----------
    X : Sequences of float of shape (n_sequences,), with n_features features
        The sequences that hold the parents.

    start : ndarray of int of shape (n_averages,)
        Positions in X of what each average starts as; it keeps that length.

    parents : ndarray of int of shape (n_averages, n_parents)
        Positions in X of the parents.

    weights : ndarray of float of shape (n_averages, n_parents)
        How much each parent counts, at least one of each average above 0.

    n_iter : int, default=5
        Number of rounds.

    window : int, float or None, default=None
        Half the width of the band: in steps, or as a share of the longer length.

    Returns
    -------
    Sequences of float64 of shape (n_averages,)
    """
    average = Sequences(*_table_and_offsets(X[start]))
    row, column = np.nonzero(weights)
    parent, weight = parents[row, column], weights[row, column]
    for _ in range(n_iter):
        both = Sequences.concatenate([average, X])
        paths = dtw_paths(both, row, len(average) + parent, window)
        pair = paths.sequence_index()
        at = average.offsets[row[pair]] + paths.values[:, 0]
        source = X.offsets[parent[pair]] + paths.values[:, 1]
        share = csr_array((weight[pair], (at, source)), shape=(average.n_steps, X.n_steps))
        average = average.replace(values=share @ X.values / share.sum(axis=1)[:, None])
    return average


def _table_and_offsets(X):
    return X.values.astype(np.float64), X.offsets


class Barycentre(MixingAugmenter):
    r"""Average a signal with some of its neighbours in its class, under dynamic time warping.

    Weighted DTW barycentre averaging (wDBA): the new signal z starts as the signal itself and
    approaches the minimum of

    .. math:: \sum_j w_j \, \mathrm{DTW}(z, x_j)^2

    where the :math:`x_j` are the signal, with weight ``own_weight``, and its nearest neighbours,
    which share the rest at random. Steps are averaged with those they are aligned with, so that
    peaks are averaged with peaks, early or late. The result is as long as the signal was.

    It needs y with the class of each sequence; sequences are mixed with those of their own class.

    Parameters
    ----------
    own_weight : float in [0, 1), default=0.5
        Weight of the signal itself among its neighbours.

    n_neighbors : int, default=5
        Nearest neighbours that it is averaged with.

    n_candidates : int, default=20
        Members of the class that are drawn for each signal to look for neighbours among. With as
        many as the class has members, the true nearest ones are found, in more time.

    n_iter : int, default=5
        Rounds of aligning and averaging.

    window : int, float or None, default=None
        Sakoe-Chiba band of the alignment: how many steps it may stray beyond the difference of
        the two lengths, or which share of the longer one. None sets no limit.

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
    Spawner : Mixes two signals along a path that strays from the best one.
    skseq.samplers.SequenceSMOTE : Mixes two signals anywhere between them, to over-sample.

    Notes
    -----
    Fitted, it holds the training data, from which the neighbours come. ``origin`` of the result
    names all parents, where the sequences know their own.

    The papers set the weights in several ways: all members of the class with random weights; or 0.5
    for the signal, 0.15 for two of five neighbours and little for all others. Here half the weight
    is kept as in the second and the rest is shared at random among neighbours alone, which keeps
    the time linear in the number of sequences.

    References
    ----------
    .. [1] F. Petitjean, A. Ketterlin & P. Gançarski, "A global averaging method for dynamic time
       warping, with applications to clustering", Pattern Recognition 44(3), 2011.
       https://doi.org/10.1016/j.patcog.2010.09.013
    .. [2] G. Forestier et al., "Generating synthetic time series to augment sparse datasets",
       ICDM 2017. https://doi.org/10.1109/ICDM.2017.106

    Examples
    --------
    >>> from skseq.augment import Barycentre
    >>> early, late = [0.0, 2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 4.0, 0.0]
    >>> X_new, y_new = Barycentre()([early, late], ["peak", "peak"], random_state=0)
    >>> X_new.tolist()
    [[0.0, 3.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 3.0, 0.0]]
    >>> X_new.origin.tolist()
    [[0, 1], [0, 1]]
    """

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "own_weight": [Interval(Real, 0, 1, closed="left")],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "n_candidates": [Interval(Integral, 1, None, closed="left")],
        "n_iter": [Interval(Integral, 1, None, closed="left")],
        "window": [
            Interval(Integral, 0, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="both"),
            None,
        ],
    }

    def __init__(
        self,
        own_weight=0.5,
        *,
        n_neighbors=5,
        n_candidates=20,
        n_iter=5,
        window=None,
        p=1.0,
    ):
        super().__init__(p=p)
        self.own_weight = own_weight
        self.n_neighbors = n_neighbors
        self.n_candidates = n_candidates
        self.n_iter = n_iter
        self.window = window

    def _change(self, X, y, random_state):
        # One more than the candidates, as the signal itself may be among them.
        drawn = self._draw_partners(X, y, self.n_candidates + 1, random_state)
        both, partners, is_near, in_pool = self._nearest(*drawn)
        itself = np.arange(len(X))
        parents = np.concatenate([itself[:, None], partners], axis=1)
        weights = self._draw_weights(is_near, random_state)
        average = weighted_barycentres(
            both, itself, parents, weights, n_iter=self.n_iter, window=self.window
        )
        return NewSteps(
            average.values.reshape(X.values.shape), origin=self._origin_with(X, in_pool, is_near)
        )

    def _nearest(self, both, partners, is_other, in_pool):
        """Of the partners that were drawn, those that are nearest."""
        distances = np.full(partners.shape, np.inf)
        row, column = np.nonzero(is_other)
        distances[row, column] = paired_dtw(both, row, partners[row, column], self.window)
        nearest = np.argsort(distances, axis=1, kind="stable")[:, : self.n_neighbors]
        taken = (
            np.take_along_axis(each, nearest, axis=1) for each in (partners, is_other, in_pool)
        )
        return both, *taken

    def _draw_weights(self, is_near, rng):
        """Weights of each signal, first, and of its neighbours: uniform over all that add to 1."""
        shares = rng.standard_exponential(is_near.shape) * is_near
        total = shares.sum(axis=1, keepdims=True)
        alone = total == 0
        shares *= (1 - self.own_weight) / np.where(alone, 1, total)
        own = np.where(alone, 1.0, self.own_weight)
        return np.concatenate([own, shares], axis=1)
