"""Over-sampling by new sequences between neighbours of one class."""

import warnings
from numbers import Integral

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import check_random_state

from skseq._validation import HasMethods, Interval, StrOptions
from skseq.data import Sequences, merge_origins, own_origins
from skseq.exceptions import SmallClassWarning
from skseq.samplers._cleaning import SequenceEditedNearestNeighbours, SequenceTomekLinks
from skseq.samplers._neighbours import NeighbourSampler, as_float_sequences, mix_sequences

# -- which members of a class new sequences start from -----------------------------------------
# Each takes the share of other classes among the nearest sequences of each member, and gives
# how much a member counts; None where no member does.


def _all_alike(foreign_share):
    return np.ones(len(foreign_share))


def _those_in_danger(foreign_share):
    # With none but foreign neighbours a sequence counts as noise.
    return ((foreign_share >= 0.5) & (foreign_share < 1)).astype(np.float64)


def _by_foreign_share(foreign_share):
    return foreign_share


_KINDS = {"regular": _all_alike, "borderline": _those_in_danger, "adasyn": _by_foreign_share}

_CLEANERS = {"tomek": SequenceTomekLinks, "enn": SequenceEditedNearestNeighbours}


class SequenceSMOTE(NeighbourSampler, BaseOverSampler):
    r"""Over-sample by new sequences on the way from one sequence to a neighbour of its class.

    For values (measurements), of any length and any number of features. A sequence a of the
    class and one of its ``k_neighbors`` nearest, b, are drawn, and a number
    :math:`\lambda` between 0 and 1. With ``metric="dtw"``, every pair of steps (i, j) that
    their best alignment joins gives a point of the new sequence

    .. math:: a_i + \lambda (b_j - a_i) \quad\text{at the moment}\quad i + \lambda (j - i)

    which is then read at evenly spaced moments. Values and timing are mixed alike, so shapes
    stay real: between a peak at step 4 and the same peak at step 8 lies one peak at step 6,
    where a step by step average has two half peaks. The new length lies between the two.

    The originals come first, in their order, then the new sequences, class by class.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        How many sequences of each class there will be, as for `SequenceOverSampler`.

    k_neighbors : int, default=5
        Neighbours to draw from. A class of n sequences has at most n - 1; a class of one is
        copied.

    kind : {"regular", "borderline", "adasyn"}, default="regular"
        Which members of the class the new sequences start from:

        - "regular": all alike;
        - "borderline": those of whose ``m_neighbors`` nearest sequences at least half, but
          not all, are of other classes (borderline-1 of the paper);
        - "adasyn": each in proportion to the share of other classes among its ``k_neighbors``
          nearest sequences.

        Where that leaves no member, all count alike, with a warning.

    m_neighbors : int, default=10
        Nearest sequences of any class that "borderline" looks at.

    metric : {"dtw", "euclidean"} or callable, default="dtw"
        - "dtw": dynamic time warping, multivariate steps compared by Euclidean distance;
        - "euclidean": the fast one. Sequences are stretched to their mean length, compared
          and mixed step by step. On equal lengths this is imbalanced-learn's ``SMOTE``, and
          draws the same with the same ``random_state``;
        - callable: takes two arrays of shape (length,) or (length, n_features), gives their
          distance, the same whichever comes first. New sequences lie along the path of DTW.

    window : int, float or None, default=None
        Sakoe-Chiba band of DTW: how many steps the alignment may stray beyond the difference
        of the two lengths, or which share of the longer one. None sets no limit. Narrow bands
        are faster in proportion and often classify better; 0.1 is a common choice.

    cleaning : {"tomek", "enn"}, sampler or None, default=None
        Cleaning afterwards, of all classes: `SequenceTomekLinks` or
        `SequenceEditedNearestNeighbours` with the same metric, as imbalanced-learn's
        ``SMOTETomek`` and ``SMOTEENN`` do, or a cleaning sampler of your own settings.

    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    n_jobs : int or None, default=None
        Threads that look for neighbours; -1 takes all cores.

    Attributes
    ----------
    sampling_strategy_ : dict
        Label -> number of sequences to add.

    parent_indices_ : ndarray of int64 of shape (n_sequences_new, 2)
        Positions in X of the two sequences that each one that came out lies between, twice
        the same for an original; aligns groups and other side data.

    n_features_in_ : int
        Columns of a 2-D X, features of a step otherwise.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a frame.

    See Also
    --------
    SequenceOverSampler : Repeats sequences; also for tokens, between which nothing lies.
    SequenceTomekLinks : Removes sequences at the border of two classes.
    SequenceEditedNearestNeighbours : Removes sequences that their neighbours contradict.

    Notes
    -----
    A 2-D X comes back as it came; a sparse one is made dense to work on. `Sequences` that come out
    carry ``origin``, with both parents for a new sequence, so that no split separates it from
    them. Weights are mixed as values are.

    Integers are converted to floats, except in a 2-D X, where new values are cut to the type
    of X as imbalanced-learn does. Token ids and texts are refused.

    DTW runs on numpy alone, on many pairs at a time: a few passes for each anti-diagonal of
    their cost matrices. A lower bound from the boxes around the steps in reach of the band rules
    out pairs beforehand, which changes no neighbour: most of them where series drift, as random
    walks do, and none on mere noise. Compiled libraries serve ragged multivariate series too, but
    neither is needed here: dtaidistance leaves the bounds and the search to Python, and its
    wheels for macOS look for an OpenMP that has to be installed apart; aeon asks for older
    versions of numpy and pandas. ``benchmarks/bench_samplers.py`` compares this with aeon.

    Time is quadratic in the length, and in the number of sequences of the class ("regular") or
    the product of that and of all ("borderline", "adasyn"); cleaning compares all with all.
    Memory is that of blocks of pairs.

    "adasyn" rounds its counts so that they add up to the wanted total; imbalanced-learn's
    ``ADASYN`` rounds each one.

    References
    ----------
    Chawla et al., "SMOTE: Synthetic Minority Over-sampling Technique", JAIR 16, 2002.
    https://arxiv.org/abs/1106.1813

    Han, Wang & Mao, "Borderline-SMOTE: A New Over-Sampling Method in Imbalanced Data Sets
    Learning", ICIC 2005. https://doi.org/10.1007/11538059_91

    He et al., "ADASYN: Adaptive Synthetic Sampling Approach for Imbalanced Learning",
    IJCNN 2008. https://doi.org/10.1109/IJCNN.2008.4633969

    Sakoe & Chiba, "Dynamic programming algorithm optimization for spoken word recognition",
    IEEE TASSP 26(1), 1978. https://doi.org/10.1109/TASSP.1978.1163055

    Examples
    --------
    >>> from skseq.samplers import SequenceSMOTE
    >>> early, late = [0.0, 9.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0]
    >>> flat = [[1.0, 1.0, 1.0], [1.0, 2.0], [2.0, 1.0], [2.0, 2.0, 2.0]]
    >>> X, y = [early, late, *flat], ["peak", "peak", "flat", "flat", "flat", "flat"]
    >>> smote = SequenceSMOTE(k_neighbors=1, random_state=0)
    >>> X_resampled, y_resampled = smote.fit_resample(X, y)
    >>> y_resampled[6:]
    ['peak', 'peak']
    >>> X_resampled.origin[-1].tolist()
    [0, 1]
    """

    _parameter_constraints = {
        **BaseOverSampler._parameter_constraints,
        **NeighbourSampler._neighbour_constraints,
        "k_neighbors": [Interval(Integral, 1, None, closed="left")],
        "kind": [StrOptions(set(_KINDS))],
        "m_neighbors": [Interval(Integral, 1, None, closed="left")],
        "cleaning": [StrOptions(set(_CLEANERS)), HasMethods(["fit_resample"]), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        sampling_strategy="auto",
        *,
        k_neighbors=5,
        kind="regular",
        m_neighbors=10,
        metric="dtw",
        window=None,
        cleaning=None,
        random_state=None,
        n_jobs=None,
    ):
        super().__init__(sampling_strategy=sampling_strategy)
        self.k_neighbors = k_neighbors
        self.kind = kind
        self.m_neighbors = m_neighbors
        self.metric = metric
        self.window = window
        self.cleaning = cleaning
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _fit_resample(self, X, y):
        sequences = as_float_sequences(X)
        first, second, fraction = self._draw(sequences, y)
        new = mix_sequences(
            sequences, first, second, fraction, metric=self.metric, window=self.window
        )
        originals = np.arange(len(y))
        self.parent_indices_ = np.stack(
            [np.concatenate([originals, first]), np.concatenate([originals, second])], axis=1
        )
        y_resampled = np.concatenate([y, y[first]])
        if isinstance(X, Sequences):
            X_resampled = _append_sequences(sequences, new, first, second)
            self._warn_if_double_counted(X, y, X_resampled, y_resampled)
        else:
            X_resampled = _append_rows(X, new)
        return self._clean(X_resampled, y_resampled)

    def _clean(self, X, y):
        if self.cleaning is None:
            return X, y
        cleaner = self.cleaning
        if isinstance(cleaner, str):
            cleaner = _CLEANERS[cleaner](
                "all", metric=self.metric, window=self.window, n_jobs=self.n_jobs
            )
        cleaner = clone(cleaner)
        X, y = cleaner.fit_resample(X, y)
        self.parent_indices_ = self.parent_indices_[cleaner.sample_indices_]
        return X, y

    # -- drawing ----------------------------------------------------------------------------

    def _draw(self, X, y):
        """Draw the two sequences that each new one lies between, and how far along."""
        random_state = check_random_state(self.random_state)
        nothing = np.empty(0, dtype=np.int64)
        draws = [(nothing, nothing, np.empty(0))]
        for label, n_new in self.sampling_strategy_.items():
            if n_new:
                draws.append(self._draw_for_class(X, y, label, n_new, random_state))
        first, second, fraction = (np.concatenate(parts) for parts in zip(*draws, strict=True))
        return first, second, fraction

    def _draw_for_class(self, X, y, label, n_new, random_state):
        members = np.flatnonzero(y == label)
        k = min(self.k_neighbors, len(members) - 1)
        self._warn_if_small(label, k)
        if k == 0:
            copied = np.repeat(members, n_new)
            return copied, copied, np.zeros(n_new)
        counts = self._count_as_start(X, y, label, members)
        starts = np.flatnonzero(counts)
        neighbours = self._nearest(X[members], k, starts)
        if self.kind == "adasyn":
            row = np.repeat(np.arange(len(starts)), _shares_of(n_new, counts[starts]))
            column = random_state.choice(k, size=n_new)
        else:
            row, column = np.divmod(random_state.randint(0, neighbours.size, size=n_new), k)
        fraction = random_state.uniform(size=n_new)
        return members[starts[row]], members[neighbours[row, column]], fraction

    def _count_as_start(self, X, y, label, members):
        """How much each member counts as a start of new sequences."""
        if self.kind == "regular":
            return np.ones(len(members))
        n_neighbors = self.m_neighbors if self.kind == "borderline" else self.k_neighbors
        nearest = self._nearest(X, min(n_neighbors, len(X) - 1), members)
        counts = _KINDS[self.kind](np.mean(y[nearest] != label, axis=1))
        if not counts.any():
            warnings.warn(
                f"kind={self.kind!r} finds no sequence of class {label} to start from, near "
                "other classes and yet among its own, so all of them count alike, as for "
                "kind='regular'",
                UserWarning,
                stacklevel=6,
            )
            return np.ones(len(members))
        return counts

    def _warn_if_small(self, label, k):
        if k == self.k_neighbors:
            return
        cure = "its only sequence is copied" if k == 0 else f"k_neighbors={k} is used for it"
        warnings.warn(
            f"class {label} has {k + 1} sequence(s), too few for "
            f"k_neighbors={self.k_neighbors}; {cure}",
            SmallClassWarning,
            stacklevel=6,
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.sampler_tags.sample_indices = False
        return tags


def _shares_of(total, counts):
    """Whole numbers in proportion to the counts that add up to the total."""
    exact = total * counts / counts.sum()
    shares = np.floor(exact).astype(np.int64)
    most_cut = np.argsort(shares - exact, kind="stable")[: total - shares.sum()]
    shares[most_cut] += 1
    return shares


def _append_rows(X, new):
    rows = new.values.reshape(-1, X.shape[1]).astype(X.dtype)
    if sparse.issparse(X):
        return sparse.vstack([X, type(X)(rows)], format=X.format)
    return np.concatenate([X, rows])


def _append_sequences(X, new, first, second):
    """Originals, then the new sequences, each of which comes from the origins of both parents."""
    origin = X.origin
    if origin is None:
        origin = own_origins(len(X))
    parents = origin[np.concatenate([first, second])]
    of_new = merge_origins(parents, np.tile(np.arange(len(new)), 2), len(new))
    new = new.replace(origin=of_new, label_counts=X.label_counts)
    return Sequences.concatenate([X.replace(origin=origin), new])
