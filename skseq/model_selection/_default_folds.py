"""The folds that a number stands for: stratified by what there is to stratify by."""

from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from skseq.model_selection._tag_folds import TagStratifiedKFold


def default_folds(n_splits, *, is_tagged, is_grouped, random_state=None):
    """Make a splitter for labels or tags, with or without groups.

    Parameters
    ----------
    n_splits : int
        Number of folds.

    is_tagged : bool
        Whether y has a label for each step.

    is_grouped : bool
        Whether groups will be passed to ``split``.

    random_state : int or None, default=None
        Seed to shuffle with; None does not shuffle.

    Returns
    -------
    splitter
    """
    kind = StratifiedGroupKFold if is_grouped else StratifiedKFold
    kind = TagStratifiedKFold if is_tagged else kind  # which takes groups or none
    return kind(n_splits, shuffle=random_state is not None, random_state=random_state)
