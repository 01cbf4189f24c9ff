"""What the two sides of any split share."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from skseq._validation import num_samples
from skseq.data import Sequences, as_sequences, is_table, original_groups, to_cells


class Leak(NamedTuple):
    """Something that training and test part of a split share.

    Parameters
    ----------
    split : int
        Number of the split, from 0.

    kind : {"same row", "identical content", "shared origin", "shared group", \
            "overlapping windows"}
        What is shared.

    n_test : int
        Test rows that this concerns.

    share : float
        Their share of the test rows of the split.

    test_row, train_row : int
        An example: a test row, and a training row that it shares something with.

    See Also
    --------
    check_leakage : Finds them.

    Examples
    --------
    >>> from skseq.model_selection import check_leakage
    >>> check_leakage(["yes", "no", "yes"], [([0], [1, 2])])[0].kind
    'identical content'
    """

    split: int
    kind: str
    n_test: int
    share: float
    test_row: int
    train_row: int


def check_leakage(X, splits, windows=None, groups=None):
    """Find what training and test rows share: rows, content, originals, groups, steps.

    Parameters
    ----------
    X : Sequences, list of str, or any form that estimators take
        The sequences that are split. If they carry ``origin``, rows that descend from one
        original count as shared.

    splits : iterable of (train, test) or splitter
        Pairs of arrays of row numbers, as ``cv.split(X, y)`` gives them; or a splitter that
        needs neither y nor groups.

    windows : Sequences of int of length n_sequences, default=None
        The rows of a series that each sequence holds, the ``index`` of `make_windows`; windows
        that share one overlap.

    groups : array-like of shape (n_sequences,), default=None
        Rows that belong together, such as those of one recording.

    Returns
    -------
    list of Leak
        Empty if there is none. ``pandas.DataFrame(leaks)`` makes a table of it.

    Raises
    ------
    ValueError
        If a split names rows that X does not have, or ``windows`` or ``groups`` has another length
        than X.

    See Also
    --------
    WindowKFold : Splits windows without overlap.
    skseq.data.original_groups : Groups of rows of one original, for ``groups``.

    Notes
    -----
    Identical content need not be a mistake: short utterances such as "yes" repeat in life. In
    both parts, though, it lets memory raise the score, so it is listed. Rows of one
    origin are listed as that, whatever they hold.

    Examples
    --------
    >>> from sklearn.model_selection import KFold
    >>> from skseq.model_selection import check_leakage
    >>> from skseq.preprocessing import make_windows
    >>> X, _, _, index = make_windows([1.0, 2.0, 3.0, 4.0, 5.0], length=2, stride=1)
    >>> for leak in check_leakage(X, KFold(2), windows=index):
    ...     print(leak)
    Leak(split=0, kind='overlapping windows', n_test=1, share=0.5, test_row=1, train_row=2)
    Leak(split=1, kind='overlapping windows', n_test=1, share=0.5, test_row=2, train_row=1)
    """
    n_rows = num_samples(X)
    if windows is not None and len(windows) != n_rows:
        raise ValueError(
            f"windows has {len(windows)} entries but X has {n_rows}; both must come from the same "
            "make_windows"
        )
    if groups is not None and num_samples(groups) != n_rows:
        raise ValueError(
            f"groups has {num_samples(groups)} entries but X has {n_rows}; every row needs one"
        )
    holdings = list(_holdings(X, windows, groups))
    leaks = []
    for number, pair in enumerate(_pairs(splits, X)):
        train, test = (_check_rows(rows, n_rows, number) for rows in pair)
        for kind, held in holdings:
            leak = _find(held, train, test)
            if leak is not None:
                n_test, test_row, train_row = leak
                share = n_test / len(test)
                leaks.append(Leak(number, kind, n_test, share, test_row, train_row))
    return leaks


def _pairs(splits, X):
    if hasattr(splits, "split"):
        return splits.split(X)
    if not isinstance(splits, Iterable):
        raise _no_splits(type(splits).__name__)
    return splits


def _check_rows(rows, n_rows, number):
    rows = np.asarray(rows)
    if rows.dtype == bool:
        rows = np.flatnonzero(rows)
    if rows.ndim != 1 or (len(rows) and rows.dtype.kind not in "iu"):
        raise _no_splits(f"{rows.dtype} in place of row numbers")
    if len(rows) and (rows.min() < 0 or rows.max() >= n_rows):
        raise ValueError(
            f"split {number} names rows {rows.min()} to {rows.max()}, but X has {n_rows} rows"
        )
    return rows


def _no_splits(what):
    return TypeError(
        "splits must be (train, test) pairs of row numbers, such as cv.split(X, y) gives, or a "
        f"splitter; got {what}"
    )


def _holdings(X, windows, groups):
    """Kinds of what can be shared, each with the numbers of the things that each row holds."""
    yield "same row", _one_each(np.arange(num_samples(X)))
    if getattr(X, "origin", None) is None:
        yield "identical content", _one_each(content_groups(X))
    else:
        yield "shared origin", X.origin
    if groups is not None:
        yield "shared group", _one_each(np.unique(np.asarray(groups), return_inverse=True)[1])
    if windows is not None:
        yield "overlapping windows", windows


def _one_each(ids):
    return Sequences(ids, np.arange(len(ids) + 1))


def content_groups(X):
    """Number the groups of rows that are equal.

    Parameters
    ----------
    X : Sequences, list of str, or any form that estimators take
        The rows. Their origin and weights play no part.

    Returns
    -------
    ndarray of int of shape (n_sequences,)
    """
    X = to_cells(X)
    if is_text(X):
        return np.unique(np.asarray(X, dtype=object).astype(str), return_inverse=True)[1]
    X = as_sequences(X)
    return original_groups(Sequences(X.values, X.offsets))


def is_text(X):
    """Whether X is a list or column of texts."""
    if isinstance(X, Sequences) or is_table(X):
        return False
    return len(X) > 0 and isinstance(next(iter(X)), str)


def _find(held, train, test):
    """How many test rows hold what a training row holds, and one such pair, or None."""
    in_train, in_test = held[train], held[test]
    shared = np.isin(in_test.values, in_train.values)
    if not shared.any():
        return None
    n_test = len(np.unique(in_test.sequence_index()[shared]))
    first = np.argmax(shared)
    of_train = np.argmax(in_train.values == in_test.values[first])
    return (
        n_test,
        int(test[in_test.sequence_index()[first]]),
        int(train[in_train.sequence_index()[of_train]]),
    )
