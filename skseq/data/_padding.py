"""Arrays that look as if they were padded with zeros, which then count as steps."""

import warnings

import numpy as np

from skseq._typing import BoolArray, Input
from skseq.data._layout import lengths_of_padded

_AS_STEPS = (
    "In an array every zero counts as a step. Pass Sequences.from_padded(X, lengths), padding at "
    "the end; "
)


def warn_of_padding(X: np.ndarray, input: Input) -> None:
    """Warn where an array of 2 or 3 dimensions looks as if it was padded with zeros."""
    if are_like_ids(X):
        if input != "values" and looks_padded(X):
            _warn(
                "X looks like token ids padded with 0: integers, with zeros only at one end of the "
                f'rows. {_AS_STEPS}input="tokens" says that integers are ids, input="values" that '
                "they are numbers, as they stand"
            )
    elif looks_padded(X):
        _warn(
            "X looks padded with 0: steps of nothing but zeros stand only at one end of the "
            f"sequences, of most of them. {_AS_STEPS}Sequences.from_padded(X) says that these are "
            "steps"
        )


def _warn(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=6)


def are_like_ids(X: np.ndarray) -> bool:
    """Whether an array is 2-D and holds integers, none of them negative."""
    return X.ndim == 2 and X.dtype.kind in "iu" and bool(X.size) and X.min() >= 0


def looks_padded(X: np.ndarray) -> bool:
    """Whether an array looks as if it was padded with zeros.

    Steps of nothing but zeros stand only in runs at the end (or only at the beginning) of rows, and
    the runs differ in length. Series of yes and no, and counts that only fall to zero (or grow from
    it), look so too and are not taken for padding. Measurements may end at zero by chance, so of
    what are no ids at least half of the rows have to.

    Parameters
    ----------
    X : ndarray of shape (n_sequences, n_steps) or (n_sequences, n_steps, n_features)
        Of any type.

    Returns
    -------
    bool
    """
    if X.dtype.kind not in "iuf" or not X.size:
        return False
    return _is_padded_at_the_end(X) or _is_padded_at_the_end(X[:, ::-1])


def _is_padded_at_the_end(X: np.ndarray) -> bool:
    if _in_any_feature(X[:, -1:] != 0).all():  # most often, and cheap to see
        return False
    is_zero = ~_in_any_feature(X != 0)
    lengths = lengths_of_padded(is_zero)
    if lengths is None or (lengths == lengths[0]).all() or len(np.unique(X[~is_zero])) < 3:
        return False
    if not are_like_ids(X) and np.mean(lengths < X.shape[1]) < 0.5:
        return False
    rises = _in_any_feature(X[:, 1:] > X[:, :-1])
    return bool((rises & ~is_zero[:, :-1]).any())


def _in_any_feature(is_so: BoolArray) -> BoolArray:
    return np.asarray(is_so.any(axis=2)) if is_so.ndim == 3 else is_so
