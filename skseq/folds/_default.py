"""The folds that a number stands for: stratified by labels or tags, with groups if given."""

from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from skseq.data import Sequences
from skseq.folds._tags import TagStratifiedKFold
from skseq.folds._windows import WindowKFold


def default_folds(n_splits, *, per_step, groups=None, random_state=None, ignore=None):
    """Make a splitter for labels or tags, with or without groups.

    Parameters
    ----------
    n_splits : int
        Number of folds.

    per_step : bool
        Whether y has a label for each step.

    groups : Sequences of int or ndarray of shape (n_sequences,), default=None
        What will be passed to ``split``: the rows of each window, or a group each. Windows of one
        series are cut by time, where nothing can be shuffled or stratified.

    random_state : int or None, default=None
        Seed to shuffle with; None does not shuffle.

    ignore : scalar, list or None, default=None
        Marks in tags in place of a label.

    Returns
    -------
    splitter
    """
    if isinstance(groups, Sequences):
        return WindowKFold(n_splits)
    shuffling = {"shuffle": random_state is not None, "random_state": random_state}
    if per_step:
        # It works with groups and without.
        return TagStratifiedKFold(n_splits, ignore=ignore, **shuffling)
    splitter = StratifiedKFold if groups is None else StratifiedGroupKFold
    return splitter(n_splits, **shuffling)
