"""Folds of windows, so that no two windows of a split share rows of the series."""

from numbers import Integral

import numpy as np
from sklearn.model_selection import GroupKFold

from skseq._validation import BaseKFold, GroupsConsumerMixin, is_missing, num_samples
from skseq.data import Sequences, column_names, is_frame


class WindowKFold(GroupsConsumerMixin, BaseKFold):
    """Cross-validation folds of windows: no training window shares rows with a test window.

    What ``groups`` holds decides how windows are kept apart:

    - the ``index`` of `make_windows`, the rows of each window: the series is cut into
      ``n_splits`` stretches of time. A stretch is tested on as a whole, and windows that reach into
      it, or nearer to it than ``gap``, are left out of training;
    - ``groups`` of `make_windows`, the recording of each window: whole recordings are tested on,
      about as many windows in each fold.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2.

    gap : int, default=0
        Rows around the tested stretch that no training window may hold, on top of its own rows.
        Choose it as long as the memory of the series. Only for the rows of windows.

    forward : bool, default=False
        Whether training windows must lie before the tested stretch, as for a forecast. There is
        then one stretch more than folds: the first is only for training.

    See Also
    --------
    skseq.preprocessing.make_windows : Gives ``index`` and ``groups``.
    sklearn.model_selection.TimeSeriesSplit : For rows instead of windows.
    check_leakage : Finds what two sides of a split share.

    Notes
    -----
    The rows of a recording must stand together, in their order in time. Where recordings are
    interleaved, sort the table before `make_windows`, or pass recordings as ``groups``.
    The purge is that of López de Prado (2018), chapter 7, on both sides.

    References
    ----------
    .. [1] M. López de Prado, "Advances in Financial Machine Learning", Wiley 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from skseq.model_selection import WindowKFold
    >>> from skseq.preprocessing import make_windows
    >>> X, y, groups, index = make_windows(np.arange(12.0), length=4, stride=2)
    >>> index.tolist()
    [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7], [6, 7, 8, 9], [8, 9, 10, 11]]
    >>> for train, test in WindowKFold(2).split(X, groups=index):
    ...     print(train, test)
    [4] [0 1 2]
    [0 1] [3 4]
    """

    def __init__(self, n_splits=5, *, gap=0, forward=False):
        super().__init__(n_splits, shuffle=False, random_state=None)
        if not isinstance(gap, Integral) or gap < 0:
            raise ValueError(f"gap must be an integer of at least 0, got {gap!r}")
        if not isinstance(forward, bool):
            raise TypeError(f"forward must be True or False, got {forward!r}")
        self.gap = gap
        self.forward = forward

    def split(self, X, y=None, groups=None):
        """Generate training and test windows of each fold.

        Parameters
        ----------
        X : array-like or Sequences of length n_windows
            Only its length is read.

        y : object
            Not used.

        groups : Sequences of int of length n_windows, or array-like of shape (n_windows,)
            The rows of each window, also as a list of arrays or one row of numbers each; or its
            recording.

        Yields
        ------
        train : ndarray of int of shape (n_train,)
            Windows to train on.

        test : ndarray of int of shape (n_test,)
            Windows to test on.

        Raises
        ------
        ValueError
            If ``groups`` or one of them is missing, or it has another length, there are fewer
            windows or recordings than folds, or no window is left to train on.
        """
        if groups is None:
            raise ValueError(
                "groups must be the index of make_windows (the rows of each window) or its groups "
                "(their recordings); WindowKFold cannot tell otherwise which windows overlap"
            )
        groups = as_groups(groups)
        if len(groups) != num_samples(X):
            raise ValueError(
                f"groups has {len(groups)} entries, but there are {num_samples(X)} windows; of a "
                "subset of the windows, take the same subset of the index"
            )
        if self.n_splits > len(groups):
            raise ValueError(
                f"Cannot have number of splits n_splits={self.n_splits} greater than the number of "
                f"samples: {len(groups)}"
            )
        is_index = isinstance(groups, Sequences)
        pairs = self._by_time(groups) if is_index else self._by_recording(groups)
        for number, (train, test) in enumerate(pairs):
            if not len(train) or not len(test):
                raise ValueError(
                    f"fold {number} has {len(train)} windows to train on and {len(test)} to test "
                    "on; lower n_splits or gap, or make shorter windows"
                )
            yield train, test

    def _by_time(self, index):
        """Folds that are stretches of time."""
        first, last = _first_and_last(index)
        n_parts = self.n_splits + self.forward
        in_time = np.argsort(first, kind="stable")
        for test in np.array_split(in_time, n_parts)[int(self.forward) :]:
            if not len(test):
                yield test, test
                continue
            free = ~_touched(index, test, self.gap)
            if self.forward:
                free &= last < first[test].min()
            yield np.flatnonzero(free), np.sort(test)

    def _by_recording(self, recordings):
        """Folds that are whole recordings."""
        if self.gap:
            raise ValueError(
                f"gap={self.gap} counts rows, so groups must be the index of make_windows; whole "
                "recordings need no gap"
            )
        names, first, codes = np.unique(recordings, return_index=True, return_inverse=True)
        n_parts = self.n_splits + self.forward
        if len(names) < n_parts:
            raise ValueError(
                f"n_splits={self.n_splits} needs {n_parts} recordings, but groups names "
                f"{len(names)}; to split inside recordings, pass the index of make_windows instead"
            )
        if not self.forward:
            yield from GroupKFold(self.n_splits).split(codes, groups=codes)
            return
        by_appearance = np.array_split(np.argsort(first), n_parts)
        part_of_recording = np.empty(len(names), dtype=np.int64)
        part_of_recording[np.concatenate(by_appearance)] = np.repeat(
            np.arange(n_parts), [len(part) for part in by_appearance]
        )
        part = part_of_recording[codes]
        for number in range(1, n_parts):
            yield np.flatnonzero(part < number), np.flatnonzero(part == number)


def as_groups(groups):
    """Groups as the splitters take them: rows of windows as `Sequences`, names as an array.

    Parameters
    ----------
    groups : Sequences, or array-like of length n_sequences
        The index of `make_windows`, in any form; or one name each.

    Returns
    -------
    Sequences of int, or ndarray of shape (n_sequences,)

    Raises
    ------
    ValueError
        If a name is missing.
    """
    if isinstance(groups, Sequences):
        return groups
    if is_frame(groups) and len(column_names(groups)) == 1:
        groups = groups[column_names(groups)[0]]
    first = next(iter(groups), None)
    if isinstance(first, str) or np.ndim(first) != 1:
        return _names(np.asarray(groups))
    return Sequences.from_list(groups)


def _names(groups):
    if groups.dtype.kind not in "fO":
        return groups
    missing = [place for place, name in enumerate(groups.tolist()) if is_missing(name)]
    if missing:
        raise ValueError(
            f"Input groups contains NaN or None: groups[{missing[0]}] is missing, {len(missing)} "
            f"of {len(groups)} in all; fill them, or drop these rows, from X and y as well"
        )
    return groups


def _first_and_last(index):
    if not len(index) or (index.lengths == 0).any():
        raise ValueError("groups must hold at least one row for each window")
    starts = index.offsets[:-1]
    return np.minimum.reduceat(index.values, starts), np.maximum.reduceat(index.values, starts)


def _touched(index, test, gap):
    """Which windows hold a row of the test windows, or one at most ``gap`` rows from it."""
    low = index.values.min()
    rows = index[test].values - low
    n_rows = index.values.max() - low + 1
    # Each tested row covers [row - gap, row + gap]: +1 where it starts, -1 after it ends.
    change = np.bincount(np.maximum(rows - gap, 0), minlength=n_rows + 1)
    change -= np.bincount(np.minimum(rows + gap + 1, n_rows), minlength=n_rows + 1)
    covered = np.cumsum(change)[:-1] > 0
    return np.logical_or.reduceat(covered[index.values - low], index.offsets[:-1])
