"""Folds of tagged sequences that hold every tag alike, rare ones first.

Tags are distributed one after the other, the one with the fewest holders left before all others, as
in iterative stratification. All holders of a tag are distributed at once: how many go to each fold
is levelled first, then the richest are assigned. The loops are over tags, never over sequences.
"""

import warnings

import numpy as np
from scipy.sparse import coo_array
from sklearn.utils import check_random_state

from skseq._validation import BaseKFold, GroupsConsumerMixin
from skseq.data import as_tags, cut_steps, known_steps
from skseq.exceptions import SmallClassWarning


class TagStratifiedKFold(GroupsConsumerMixin, BaseKFold):
    """Cross-validation folds of tagged sequences, with rare tags spread over all of them.

    A fold takes whole sequences, or whole groups of them. Every tag with at least ``n_splits``
    holders (sequences, or groups, that it occurs in) has some in every fold, unless two tags that
    share holders conflict, which raises a warning.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2.

    shuffle : bool, default=False
        Whether sequences are shuffled first, so that another seed gives other folds.

    random_state : int, RandomState instance or None, default=None
        Seed of the shuffle.

    ignore : scalar or list, default=None
        Marks in tags that stand where there is no label, such as -100, NaN or ``[None]``: they are
        not tags to spread. None refuses such marks.

    Warns
    -----
    SmallClassWarning
        If a tag has fewer holders than there are folds, or is missing from a fold nevertheless.

    See Also
    --------
    sklearn.model_selection.StratifiedKFold : For one label per sequence.
    check_leakage : Finds what two sides of a split share.

    Notes
    -----
    After Sechidis et al. (2011), with sequences as examples and their tags as labels; what is
    balanced is first the number of holders of each tag, then that of its steps. That every tag with
    enough holders is in each fold can be out of reach: of three sequences that hold the tags
    A and B, B and C, A and C, two share one of two folds, and the other lacks their common tag.

    References
    ----------
    .. [1] K. Sechidis, G. Tsoumakas, I. Vlahavas, "On the stratification of multi-label data",
       ECML PKDD 2011.

    Examples
    --------
    >>> from skseq.model_selection import TagStratifiedKFold
    >>> y = [["O", "A"], ["O"], ["O", "O"], ["A"], ["O"], ["O"]]
    >>> for train, test in TagStratifiedKFold(2).split(y, y):
    ...     print(test, [y[row] for row in test])
    [0 1 4] [['O', 'A'], ['O'], ['O']]
    [2 3 5] [['O', 'O'], ['A'], ['O']]
    """

    def __init__(self, n_splits=5, *, shuffle=False, random_state=None, ignore=None):
        super().__init__(n_splits, shuffle=shuffle, random_state=random_state)
        self.ignore = ignore

    def split(self, X, y, groups=None):
        """Generate training and test rows of each fold.

        Parameters
        ----------
        X : array-like or Sequences of length n_sequences
            Only its length is read.

        y : Sequences, list of lists or object array of length n_sequences
            The tags.

        groups : array-like of shape (n_sequences,), default=None
            Sequences of one group share a fold.

        Yields
        ------
        train : ndarray of int of shape (n_train,)
            Rows to train on.

        test : ndarray of int of shape (n_test,)
            Rows to test on.

        Raises
        ------
        ValueError
            If there are fewer sequences, or groups, than folds.
        TypeError
            If y has one label per sequence.
        """
        yield from super().split(X, y, groups)

    def _iter_test_masks(self, X=None, y=None, groups=None):
        tags = as_tags(y)
        labels = cut_steps(tags, known_steps(tags, self.ignore))
        counts, unit, tags = _count_tags(labels, groups)
        if counts.shape[0] < self.n_splits:
            raise ValueError(
                f"n_splits={self.n_splits} cannot be greater than the number of groups: "
                f"{counts.shape[0]}"
            )
        order = np.arange(counts.shape[0])
        if self.shuffle:
            order = check_random_state(self.random_state).permutation(order)
        fold = np.empty_like(order)
        fold[order] = stratified_folds(counts[order], self.n_splits)
        _warn_of_missing(counts, fold, self.n_splits, tags)
        for number in range(self.n_splits):
            yield fold[unit] == number


def stratified_folds(counts, n_folds):
    """Assign units to folds, so that each has its share of every tag.

    Parameters
    ----------
    counts : sparse array of shape (n_units, n_tags)
        Steps of each tag in each unit.

    n_folds : int
        Number of folds.

    Returns
    -------
    ndarray of int of shape (n_units,)
        Fold of each unit.
    """
    by_tag, by_unit = counts.tocsc(), counts.tocsr()
    fold = np.full(counts.shape[0], -1)
    n_units = np.zeros(n_folds, dtype=np.int64)
    waiting = np.diff(by_tag.indptr).astype(float)  # holders of each tag that have no fold yet
    for _ in range(counts.shape[1]):
        tag = int(np.argmin(waiting))
        units, steps = _column(by_tag, tag)
        is_dealt = fold[units] >= 0
        given = fold[units[is_dealt]]
        rich_first = np.argsort(-steps[~is_dealt], kind="stable")
        dealt = units[~is_dealt][rich_first]
        fold[dealt] = _deal(
            len(dealt),
            np.bincount(given, minlength=n_folds),
            np.bincount(given, weights=steps[is_dealt], minlength=n_folds),
            n_units,
        )
        n_units += np.bincount(fold[dealt], minlength=n_folds)
        waiting -= np.bincount(by_unit[dealt].indices, minlength=len(waiting))
        waiting[tag] = np.inf
    return _repair(by_tag, fold, n_folds)


def _count_tags(tags, groups):
    """Steps of each tag in each unit (a sequence or a group), the unit of each row, the tags."""
    names, codes = np.unique(tags.values, return_inverse=True)
    unit = np.arange(len(tags)) if groups is None else np.unique(groups, return_inverse=True)[1]
    ones = np.ones(len(codes), dtype=np.int64)
    shape = (unit.max() + 1, len(names))
    counts = coo_array((ones, (unit[tags.sequence_index()], codes)), shape=shape)
    return counts.tocsr(), unit, names


def _column(by_tag, tag):
    inside = slice(by_tag.indptr[tag], by_tag.indptr[tag + 1])
    return by_tag.indices[inside], by_tag.data[inside]


def _deal(n_waiting, n_holders, n_steps, n_units):
    """Fold of each waiting holder of a tag, the richest first.

    ``n_holders`` and ``n_steps`` are what the folds have of the tag already, ``n_units`` how many
    units of any kind.
    """
    allotted = _levelled(n_holders, n_units, n_waiting)
    folds = np.repeat(np.arange(len(allotted)), allotted)
    lap = np.arange(len(folds)) - np.repeat(np.cumsum(allotted) - allotted, allotted)
    poorest_first = np.empty(len(allotted), dtype=np.int64)
    poorest_first[np.lexsort((n_units, n_steps))] = np.arange(len(allotted))
    # Back and forth: the first in one round is the last in the next, so that shares even out.
    turn = np.where(lap % 2 == 0, poorest_first[folds], -poorest_first[folds])
    return folds[np.lexsort((turn, lap))]


def _levelled(levels, n_units, amount):
    """How many of ``amount`` new units each fold gets, so that the levels end as even as can be.

    What does not divide goes to the folds that then have the fewest units.
    """
    order = np.argsort(levels, kind="stable")
    heights = levels[order]
    # Filling the k lowest up to the next one takes so many.
    needed = np.arange(len(heights)) * heights - np.cumsum(heights) + heights
    filled = order[: np.searchsorted(needed, amount, side="right")]
    level, rest = divmod(levels[filled].sum() + amount, len(filled))
    allotted = np.zeros(len(levels), dtype=np.int64)
    allotted[filled] = level - levels[filled]
    smallest = np.argsort((n_units + allotted)[filled], kind="stable")
    allotted[filled[smallest[:rest]]] += 1
    return allotted


def _repair(by_tag, fold, n_folds):
    """Move single units so that a tag with enough holders is in every fold, where that is easy.

    A unit moves only if no tag loses its last holder in the fold that it leaves.
    """
    held = _holders_by_fold(by_tag, fold, n_folds)
    enough = np.diff(by_tag.indptr) >= n_folds
    by_unit = by_tag.tocsr()
    for tag, number in np.argwhere((held == 0) & enough[:, None]):
        if held[tag, number]:
            continue
        for unit in _column(by_tag, tag)[0]:
            tags = by_unit.indices[by_unit.indptr[unit] : by_unit.indptr[unit + 1]]
            if (held[tags, fold[unit]] > 1)[enough[tags]].all():
                held[tags, fold[unit]] -= 1
                held[tags, number] += 1
                fold[unit] = number
                break
    return fold


def _holders_by_fold(by_tag, fold, n_folds):
    """Number of holders, of shape (n_tags, n_folds)."""
    entries = by_tag.tocoo()
    return np.bincount(
        entries.col * n_folds + fold[entries.row], minlength=by_tag.shape[1] * n_folds
    ).reshape(by_tag.shape[1], n_folds)


def _warn_of_missing(counts, fold, n_folds, names):
    by_tag = counts.tocsc()
    missing = (_holders_by_fold(by_tag, fold, n_folds) == 0).any(axis=1)
    if not missing.any():
        return
    listed = ", ".join(
        f"{name!r} ({n} of {n_folds})"
        for name, n in zip(
            names[missing].tolist(), np.diff(by_tag.indptr)[missing].tolist(), strict=True
        )
    )
    warnings.warn(
        f"some folds lack tags; their holders, of as many as there are folds: {listed}. Name "
        "all tags with the parameter classes of the estimator, lower n_splits, or merge rare tags",
        SmallClassWarning,
        stacklevel=6,
    )
