"""Predictions of all folds in one, a row each."""

from typing import NamedTuple

import numpy as np

from skseq.data import Sequences


class HeldOut(NamedTuple):
    """What a candidate predicted for rows that it was not fitted to.

    Parameters
    ----------
    rows : ndarray of int of shape (n_tested,)
        Rows that some fold tested, ascending.

    labels : ndarray of shape (n_tested,) or Sequences
        Predictions; Sequences of tags.

    classes : ndarray of shape (n_classes,)
        All classes that some fold has learnt.

    proba : ndarray of shape (n_tested, n_classes), Sequences or None
        Probabilities; None if the candidate gives none.

    See Also
    --------
    StrategyComparison.held_out : Gives it.

    Examples
    --------
    >>> from skseq.model_selection import HeldOut
    >>> HeldOut._fields
    ('rows', 'labels', 'classes', 'proba')
    """

    rows: np.ndarray
    labels: np.ndarray | Sequences
    classes: np.ndarray
    proba: np.ndarray | Sequences | None


def hold_out(parts):
    """Put the predictions of folds together.

    Parameters
    ----------
    parts : list of FoldPrediction
        One for each fold, none of which failed.

    Returns
    -------
    HeldOut
        Where several folds test a row, the prediction of the first.
    """
    rows, first = np.unique(np.concatenate([part.rows for part in parts]), return_index=True)
    classes = np.unique(np.concatenate([part.classes for part in parts]))
    labels, proba = [part.labels for part in parts], None
    if all(part.proba is not None for part in parts):
        proba = stack_proba(parts, classes)
    if isinstance(labels[0], Sequences):
        labels = Sequences.concatenate(labels)
        proba = None if proba is None else Sequences(proba, labels.offsets)
    else:
        labels = np.concatenate(labels)
    return HeldOut(rows, labels[first], classes, None if proba is None else proba[first])


def stack_proba(parts, classes):
    """Probabilities of all folds, one below the other; 0 for classes that a fold has not seen.

    Parameters
    ----------
    parts : list of FoldPrediction
        With probabilities.

    classes : ndarray of shape (n_classes,)
        What the columns shall be, sorted; all classes of the parts are among them.

    Returns
    -------
    ndarray of shape (n_rows, n_classes), or (n_steps_total, n_classes) for tags
    """
    tables = [getattr(part.proba, "values", part.proba) for part in parts]
    stacked = np.zeros((sum(map(len, tables)), len(classes)))
    starts = np.cumsum([0, *map(len, tables)])
    for start, table, part in zip(starts, tables, parts, strict=False):
        stacked[start : start + len(table), np.searchsorted(classes, part.classes)] = table
    return stacked
