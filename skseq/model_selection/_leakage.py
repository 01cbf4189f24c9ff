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

    kind : {"same row", "identical content", "shared origin", "overlapping windows"}
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


def check_leakage(X, splits, windows=None):
    """Find what training and test rows share: rows, content, originals, steps of a series.

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

    Returns
    -------
    list of Leak
        Empty if there is none. ``pandas.DataFrame(leaks)`` makes a table of it.

    Raises
    ------
    ValueError
        If a split names rows that X does not have, or ``windows`` has another length than X.

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
    holdings = list(_holdings(X, windows))
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
        raise TypeError(
            "splits must be (train, test) pairs, such as cv.split(X, y), or a splitter; got "
            f"{type(splits).__name__}"
        )
    return splits


def _check_rows(rows, n_rows, number):
    rows = np.asarray(rows)
    if rows.dtype == bool:
        rows = np.flatnonzero(rows)
    if len(rows) and (rows.min() < 0 or rows.max() >= n_rows):
        raise ValueError(
            f"split {number} names rows {rows.min()} to {rows.max()}, but X has {n_rows} rows"
        )
    return rows


def _holdings(X, windows):
    """Kinds of what can be shared, each with the numbers of the things that each row holds."""
    n_rows = num_samples(X)
    yield "same row", Sequences(np.arange(n_rows), np.arange(n_rows + 1))
    X = to_cells(X)
    X = _text_as_ids(X) if _is_text(X) else as_sequences(X)
    if X.origin is None:
        yield "identical content", Sequences(original_groups(X), np.arange(n_rows + 1))
    else:
        yield "shared origin", X.origin
    if windows is not None:
        yield "overlapping windows", windows


def _is_text(X):
    if isinstance(X, Sequences) or is_table(X):
        return False
    return len(X) > 0 and isinstance(next(iter(X)), str)


def _text_as_ids(texts):
    ids = np.unique(np.asarray(texts, dtype=object).astype(str), return_inverse=True)[1]
    return Sequences(ids, np.arange(len(ids) + 1))


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
