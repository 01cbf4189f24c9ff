"""Removing sequences that lie among those of another class."""

import warnings
from numbers import Integral

import numpy as np
from imblearn.under_sampling.base import BaseCleaningSampler

from skseq._validation import Interval, StrOptions
from skseq.exceptions import SmallClassWarning
from skseq.samplers._base import take_with_origin
from skseq.samplers._neighbours import NeighbourSampler, as_float_sequences


class _Cleaner(NeighbourSampler, BaseCleaningSampler):
    """Keeps what ``_keep(X, codes, n_classes, targets)`` says, but never drops a whole class."""

    def _fit_resample(self, X, y):
        classes, codes = np.unique(y, return_inverse=True)
        targets = np.flatnonzero([label in self.sampling_strategy_ for label in classes])
        is_kept = self._keep(as_float_sequences(X), codes, len(classes), targets)
        _keep_whole_classes(is_kept, codes, classes)
        self.sample_indices_ = self._in_order(np.flatnonzero(is_kept), codes)
        return take_with_origin(X, self.sample_indices_), y[self.sample_indices_]

    def _in_order(self, indices, codes):
        return indices


def _keep_whole_classes(is_kept, codes, classes):
    n_left = np.bincount(codes, weights=is_kept, minlength=len(classes))
    for code in np.flatnonzero(n_left == 0):
        is_kept[codes == code] = True
        warnings.warn(
            f"every sequence of class {classes[code]} lies among other classes; the class is "
            "kept as it is rather than removed",
            SmallClassWarning,
            stacklevel=6,
        )


class SequenceEditedNearestNeighbours(_Cleaner):
    """Remove sequences whose nearest neighbours are of another class.

    imbalanced-learn's ``EditedNearestNeighbours`` for values of any length: for 2-D data and
    ``metric="euclidean"`` it keeps the same rows.

    Parameters
    ----------
    sampling_strategy : str or list, default="auto"
        Classes that are cleaned: "majority", "not minority", "not majority", "all", "auto",
        which is "not minority", or a list of labels.

    n_neighbors : int, default=3
        Number of neighbours; at most one less than there are sequences.

    kind_sel : {"all", "mode"}, default="all"
        A sequence stays if "all" of its neighbours have its label, or if its label is the
        commonest among them ("mode").

    metric : {"dtw", "euclidean"} or callable, default="dtw"
        Distance between sequences, as for `SequenceSMOTE`.

    window : int, float or None, default=None
        Band of DTW, as for `SequenceSMOTE`.

    n_jobs : int or None, default=None
        Threads that look for neighbours; -1 takes all cores.

    Attributes
    ----------
    sampling_strategy_ : dict
        The labels that were cleaned, as its keys.

    sample_indices_ : ndarray of int64 of shape (n_sequences_new,)
        Position in X of each sequence that was kept, class by class.

    n_features_in_ : int
        Columns of a 2-D X, features of a step otherwise.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a frame.

    See Also
    --------
    SequenceTomekLinks : Removes fewer.
    SequenceSMOTE : Cleans what it made with ``cleaning="enn"``.

    Notes
    -----
    A class that would lose all its sequences is kept whole, with a SmallClassWarning.

    References
    ----------
    Wilson, "Asymptotic Properties of Nearest Neighbor Rules Using Edited Data", IEEE TSMC
    2(3), 1972. https://doi.org/10.1109/TSMC.1972.4309137

    Examples
    --------
    >>> from skseq.samplers import SequenceEditedNearestNeighbours
    >>> X = [[0.0, 0.1], [0.2], [0.1, 0.1, 0.2], [5.1, 5.0], [5.2], [5.0, 5.0, 5.1], [5.3]]
    >>> y = ["low", "low", "low", "low", "high", "high", "high"]
    >>> cleaner = SequenceEditedNearestNeighbours("all", kind_sel="mode")
    >>> X_resampled, y_resampled = cleaner.fit_resample(X, y)
    >>> y_resampled
    ['high', 'high', 'high', 'low', 'low', 'low']
    """

    _parameter_constraints = {
        **BaseCleaningSampler._parameter_constraints,
        **NeighbourSampler._neighbour_constraints,
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "kind_sel": [StrOptions({"all", "mode"})],
    }

    def __init__(
        self,
        sampling_strategy="auto",
        *,
        n_neighbors=3,
        kind_sel="all",
        metric="dtw",
        window=None,
        n_jobs=None,
    ):
        super().__init__(sampling_strategy=sampling_strategy)
        self.n_neighbors = n_neighbors
        self.kind_sel = kind_sel
        self.metric = metric
        self.window = window
        self.n_jobs = n_jobs

    def _keep(self, X, codes, n_classes, targets):
        is_asked = np.isin(codes, targets)
        k = min(self.n_neighbors, len(X) - 1)
        nearest = codes[self._nearest(X, k, np.flatnonzero(is_asked))]
        own = codes[is_asked]
        is_kept = np.ones(len(codes), dtype=bool)
        if self.kind_sel == "all":
            is_kept[is_asked] = (nearest == own[:, None]).all(axis=1)
        else:
            is_kept[is_asked] = _commonest(nearest, n_classes) == own
        return is_kept

    def _in_order(self, indices, codes):
        return indices[np.argsort(codes[indices], kind="stable")]  # as imbalanced-learn's


def _commonest(codes, n_classes):
    """The commonest code of each row; of equally common ones the first."""
    votes = np.zeros((len(codes), n_classes), dtype=np.int64)
    np.add.at(votes, (np.arange(len(codes))[:, None], codes), 1)
    return votes.argmax(axis=1)


class SequenceTomekLinks(_Cleaner):
    """Remove sequences that are linked to another class.

    Two sequences of different classes that are each other's nearest neighbour are a Tomek
    link: they lie at the border, or one of them is noise. imbalanced-learn's ``TomekLinks`` for
    values of any length: for 2-D data and ``metric="euclidean"`` it keeps the same rows.

    Parameters
    ----------
    sampling_strategy : str or list, default="auto"
        Classes whose end of a link is removed: "majority", "not minority", "not majority",
        "all", "auto", which is "not minority", or a list of labels.

    metric : {"dtw", "euclidean"} or callable, default="dtw"
        Distance between sequences, as for `SequenceSMOTE`.

    window : int, float or None, default=None
        Band of DTW, as for `SequenceSMOTE`.

    n_jobs : int or None, default=None
        Threads that look for neighbours; -1 takes all cores.

    Attributes
    ----------
    sampling_strategy_ : dict
        The labels that were cleaned, as its keys.

    sample_indices_ : ndarray of int64 of shape (n_sequences_new,)
        Position in X of each sequence that was kept, in order.

    n_features_in_ : int
        Columns of a 2-D X, features of a step otherwise.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a frame.

    See Also
    --------
    SequenceEditedNearestNeighbours : Removes more.
    SequenceSMOTE : Cleans what it made with ``cleaning="tomek"``.

    Notes
    -----
    A class that would lose all its sequences is kept whole, with a SmallClassWarning.

    References
    ----------
    Tomek, "Two Modifications of CNN", IEEE TSMC 6(11), 1976.
    https://doi.org/10.1109/TSMC.1976.4309452

    Examples
    --------
    >>> from skseq.samplers import SequenceTomekLinks
    >>> X = [[0.0, 0.1], [0.2], [2.4, 2.5], [2.6], [5.0, 5.0, 5.1], [5.3]]
    >>> y = ["low", "low", "low", "high", "high", "high"]
    >>> X_resampled, y_resampled = SequenceTomekLinks(["low"]).fit_resample(X, y)
    >>> y_resampled
    ['low', 'low', 'high', 'high', 'high']
    """

    _parameter_constraints = {
        **BaseCleaningSampler._parameter_constraints,
        **NeighbourSampler._neighbour_constraints,
    }

    def __init__(self, sampling_strategy="auto", *, metric="dtw", window=None, n_jobs=None):
        super().__init__(sampling_strategy=sampling_strategy)
        self.metric = metric
        self.window = window
        self.n_jobs = n_jobs

    def _keep(self, X, codes, n_classes, targets):
        nearest = self._nearest(X, 1)[:, 0]
        is_mutual = nearest[nearest] == np.arange(len(nearest))
        is_linked = is_mutual & (codes[nearest] != codes)
        return ~(is_linked & np.isin(codes, targets))
