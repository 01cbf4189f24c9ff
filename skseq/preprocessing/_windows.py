"""From one long series to windows, and from predictions for windows back to its rows.

Requirements this file meets:

- a window never reaches over the border between two recordings;
- every step knows the row it came from, so nothing has to be counted by hand on the way back;
- a recording that the length does not divide gives a shorter window, never made-up values;
- no Python loop over windows or rows.
"""

from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length

from skseq._validation import Interval, StrOptions, validate_params
from skseq.data import Sequences, as_sequences, offsets_from_lengths, take_steps
from skseq.preprocessing._rows import read_rows_of_series


class Windows(NamedTuple):
    """What `make_windows` gives."""

    X: Sequences
    y: Any
    groups: np.ndarray
    index: Sequences


@validate_params(
    {
        "series": "no_validation",
        "labels": "no_validation",
        "length": [Interval(Integral, 1, None, closed="left")],
        "stride": [Interval(Integral, 1, None, closed="left"), None],
        "gap": [Interval(Integral, 0, None, closed="left")],
        "padding": [StrOptions({"drop", "short", "short-start"})],
        "label_rule": [StrOptions({"last", "majority", "any-minority", "step"})],
        "by": "no_validation",
        "time": "no_validation",
        "columns": "no_validation",
    },
    prefer_skip_nested_validation=True,
)
def make_windows(
    series,
    labels=None,
    *,
    length,
    stride=None,
    gap=0,
    padding="short",
    label_rule="last",
    by=None,
    time=None,
    columns=None,
):
    """Cut one long series, or several recordings in one table, into windows.

    Parameters
    ----------
    series : array-like of shape (n_rows,) or (n_rows, n_features), or frame
        One row per step. Single integers are token ids; give measurements as floats. A column whose
        cells hold lists of numbers, also as text such as "[0.1, 0.2]" from a CSV file, counts as
        a column for each of them.

    labels : array-like of shape (n_rows,) or column name, default=None
        Label of each row.

    length : int
        Steps in a window.

    stride : int, default=None
        Steps from one window to the next; below ``length`` they overlap, above it rows between
        them are skipped. None takes ``length``: each row is in one window.

    gap : int, default=0
        Steps from a row to the row whose label it gets: with 5, the steps up to now are labelled
        by the row 5 steps ahead.

    padding : {"short", "short-start", "drop"}, default="short"
        What happens if a recording is not a whole number of windows. Nothing is made up:

        - "short": windows start at the first step, and the last one may be shorter;
        - "short-start": windows end at the last step, and every ``stride`` steps before it;
          those at the start may be shorter. With ``stride=1`` each row is the last of one window
          that reads only what came before;
        - "drop": only windows of full length, from the first step on.

    label_rule : {"last", "majority", "any-minority", "step"}, default="last"
        What a window is labelled by:

        - "last": the label of its last step;
        - "majority": the commonest label of its steps; of several, the one that is rarest in
          ``labels``;
        - "any-minority": the label of its steps that is rarest in ``labels``;
        - "step": the window keeps a label for each step, as a tagger needs them.

    by : array-like of shape (n_rows,), column name or list of them, default=None
        Which recording a row belongs to; no window holds rows of two. Rows of several recordings
        may be interleaved. None means that all is one recording.

    time : array-like of shape (n_rows,) or column name, default=None
        What the rows of a recording are sorted by. None means that they are in order.

    columns : column name or list of them, default=None
        What a step holds, for a frame: one name gives flat values (unless its cells hold lists),
        a list (n_steps, n_features).
        None takes all columns but those of labels, recordings and times, whether these are given by
        name or as a Series.

    Returns
    -------
    X : Sequences of length n_windows
        The windows, recording by recording, in the order in which these first appear.

    y : ndarray of shape (n_windows,), Sequences or None
        Their labels: one each, or with ``label_rule="step"`` one per step.

    groups : ndarray of shape (n_windows,)
        The recording of each window, for the ``groups`` of a splitter: overlapping windows on
        both sides of a split would leak. It is the value of ``by``; a number, where ``by`` is
        several columns or None.

    index : Sequences of int, aligned with X
        The row that the label of each step belongs to: without ``gap``, the row of the step.
        `merge_windows` needs it.

    Raises
    ------
    ValueError
        If the arrays do not align, a column is unknown or there are two of its name, a cell,
        label or time is missing, or there is no window.
    TypeError
        If ``time`` is text.

    See Also
    --------
    merge_windows : The way back.
    skseq.SequenceTagger : Reads a whole recording and needs no windows.

    Notes
    -----
    The windows carry no ``origin``: they are originals, not resampled. Split them by ``groups``.

    Examples
    --------
    >>> import numpy as np
    >>> from skseq.preprocessing import make_windows, merge_windows
    >>> series = np.arange(7.0)
    >>> labels = np.array(["a", "a", "b", "a", "a", "a", "c"])
    >>> X, y, groups, index = make_windows(series, labels, length=3, label_rule="majority")
    >>> X.tolist()
    [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0]]
    >>> y
    array(['a', 'a', 'c'], dtype='<U1')
    >>> merge_windows(y, index, n_rows=7)
    array(['a', 'a', 'a', 'a', 'a', 'a', 'c'], dtype='<U1')
    """
    values, labels, recording_of_row, names, time = read_rows_of_series(
        series, labels, by, time, columns
    )
    order, offsets = _sort_rows(recording_of_row, len(names), time)
    recording, start, stop = _cut(
        np.maximum(np.diff(offsets) - gap, 0), length, stride or length, padding
    )
    if not len(recording):
        raise ValueError(
            f"series gives no window: the longest recording has {np.diff(offsets).max(initial=0)} "
            f"rows, length={length}, gap={gap}; lower them, or use padding='short'"
        )
    first, lengths = offsets[recording] + start, stop - start
    rows = take_steps(order, first, lengths)
    labelled = take_steps(order, first + gap, lengths) if gap else rows
    index = Sequences(labelled, offsets_from_lengths(lengths))
    X = Sequences(values[rows], index.offsets)
    y = None if labels is None else _label_windows(labels, index, label_rule)
    return Windows(X, y, names[recording], index)


@validate_params(
    {
        "predictions": "no_validation",
        "index": [Sequences],
        "n_rows": [Interval(Integral, 0, None, closed="left")],
        "how": [StrOptions({"auto", "mean", "vote", "first", "last"})],
        "fill_value": "no_validation",
    },
    prefer_skip_nested_validation=True,
)
def merge_windows(predictions, index, n_rows, *, how="auto", fill_value=None):
    """Merge predictions for windows, or for their steps, back into the rows of the series.

    Parameters
    ----------
    predictions : ndarray of shape (n_windows,) or (n_windows, n_classes), Sequences or list
        The prediction for a window goes to all of its rows: labels, or numbers such as
        probabilities. `Sequences` that align with ``index``, or a list of lists, hold one
        prediction per step.

    index : Sequences of int of length n_windows
        The row of each step, from `make_windows`; after a split, the part that was predicted:
        ``index[test]``.

    n_rows : int
        Rows of the series.

    how : {"auto", "mean", "vote", "first", "last"}, default="auto"
        What a row in several windows gets:

        - "mean": the mean;
        - "vote": the commonest label; of several, the one that is predicted more rarely overall;
        - "first": the prediction of the first of them, which has read most of what came before the
          row. This undoes ``label_rule="last"``: it is the window that ends with the row, or
          soonest after it;
        - "last": the prediction of the last of them, which has read most of what comes after the
          row;
        - "auto": "mean" for floats and for several columns, else "vote".

    fill_value : scalar, default=None
        What rows in no window get. None raises an error if there are any.

    Returns
    -------
    ndarray of shape (n_rows,) or (n_rows, n_classes)

    Raises
    ------
    ValueError
        If predictions and index do not align, a row lies outside the series or is in no window,
        or labels are to be averaged.

    See Also
    --------
    make_windows : Cuts the windows and gives ``index``.

    Examples
    --------
    >>> from skseq.preprocessing import make_windows, merge_windows
    >>> X, _, _, index = make_windows([0.1, 0.2, 0.3, 0.4], length=2, stride=1)
    >>> index.tolist()
    [[0, 1], [1, 2], [2, 3]]
    >>> merge_windows([[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]], index, n_rows=4)
    array([0. , 0.5, 1. , 0. ])
    """
    said = _said_by_step(predictions, index)
    rows = index.values
    _check_rows(rows, n_rows)
    is_covered = np.bincount(rows, minlength=n_rows) > 0
    if fill_value is None and not is_covered.all():
        raise ValueError(
            f"{np.count_nonzero(~is_covered)} of {n_rows} rows are in no window, the first of them "
            f"row {np.argmin(is_covered)}; say what they get with fill_value, or make windows with "
            "padding='short' and no stride above length"
        )
    if how == "auto":
        how = "mean" if said.ndim == 2 or said.dtype.kind == "f" else "vote"
    merged = _MERGES[how](said, rows, n_rows)
    if not is_covered.all():
        dtype = np.result_type(merged.dtype, np.asarray(fill_value).dtype)
        merged = merged.astype(dtype)
        merged[~is_covered] = fill_value
    return merged


# -- cutting and labelling ---------------------------------------------------------------------


def _sort_rows(recording, n_recordings, time):
    """Rows sorted by recording and time, and where each recording starts."""
    keys = (recording,) if time is None else (time, recording)
    return np.lexsort(keys), offsets_from_lengths(np.bincount(recording, minlength=n_recordings))


def _cut(n_steps, length, stride, padding):
    """Recording, start and stop of each window, from the steps of each recording."""
    if padding == "drop":
        n_windows = np.where(n_steps >= length, (n_steps - length) // stride + 1, 0)
    else:
        n_windows = -(-n_steps // stride)
    if padding == "short":  # those after the first one that reaches the end are not needed
        n_windows = np.minimum(n_windows, 1 + -(np.minimum(length - n_steps, 0) // stride))
    recording = np.repeat(np.arange(len(n_steps)), n_windows)
    number = np.arange(len(recording)) - np.repeat(np.cumsum(n_windows) - n_windows, n_windows)
    if padding == "short-start":
        stop = n_steps[recording] - (n_windows[recording] - 1 - number) * stride
        return recording, np.maximum(stop - length, 0), stop
    start = number * stride
    return recording, start, np.minimum(start + length, n_steps[recording])


def _label_windows(labels, index, rule):
    by_step = labels[index.values]
    if rule == "step":
        return Sequences(by_step, index.offsets)
    if rule == "last":
        return by_step[index.offsets[1:] - 1]
    check_classification_targets(labels)
    classes, rank = _rarest_first(labels)
    rank = rank[index.values]
    if rule == "majority":
        return classes[_commonest(index.sequence_index(), rank, len(index), len(classes))]
    return classes[np.minimum.reduceat(rank, index.offsets[:-1])]


def _rarest_first(labels):
    """Classes, rarest first, and the position of each label among them."""
    classes, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    by_rarity = np.argsort(counts, kind="stable")
    rank = np.empty_like(by_rarity)
    rank[by_rarity] = np.arange(len(rank))
    return classes[by_rarity], rank[codes]


def _commonest(place, codes, n_places, n_classes):
    """The commonest code at each place; of several, the smallest."""
    counts = np.bincount(place * n_classes + codes, minlength=n_places * n_classes)
    return counts.reshape(n_places, n_classes).argmax(axis=1)


# -- merging -----------------------------------------------------------------------------------


def _said_by_step(predictions, index):
    """The prediction for each step of the windows, flat."""
    if _is_ragged(predictions):
        steps = as_sequences(predictions, name="predictions")
        check_consistent_length(steps, index)
        if not steps.aligns_with(index):
            window = int(np.argmax(steps.lengths != index.lengths))
            raise ValueError(
                f"predictions[{window}] has {steps.lengths[window]} steps but index[{window}] has "
                f"{index.lengths[window]}; both must come from the same windows"
            )
        return steps.values
    windows = np.asarray(predictions)
    if windows.ndim not in (1, 2):
        raise ValueError(
            "predictions must have shape (n_windows,) or (n_windows, n_classes), or be Sequences; "
            f"got shape {windows.shape}"
        )
    check_consistent_length(windows, index)
    return np.repeat(windows, index.lengths, axis=0)


def _is_ragged(predictions):
    if isinstance(predictions, Sequences):
        return True
    if not isinstance(predictions, (list, tuple)):
        predictions = np.asarray(predictions)
        if predictions.dtype != object:
            return False
    return len(predictions) > 0 and np.ndim(predictions[0]) > 0


def _check_rows(rows, n_rows):
    if rows.dtype.kind not in "iu" or rows.ndim != 1:
        raise ValueError("index must hold the row of each step, one integer; make_windows gives it")
    if len(rows) and (rows.min() < 0 or rows.max() >= n_rows):
        raise ValueError(
            f"index reaches from row {rows.min()} to row {rows.max()}, but n_rows={n_rows}"
        )


def _mean(said, rows, n_rows):
    if said.dtype.kind not in "fiub":
        raise ValueError(
            f"how='mean' needs numbers, but predictions are of type {said.dtype}; use 'vote'"
        )
    counts = np.maximum(np.bincount(rows, minlength=n_rows), 1)
    columns = [
        np.bincount(rows, weights=column, minlength=n_rows) / counts
        for column in said.reshape(len(said), -1).T
    ]
    return columns[0] if said.ndim == 1 else np.stack(columns, axis=1)


def _vote(said, rows, n_rows):
    if said.ndim == 2:
        raise ValueError("how='vote' needs labels, but predictions have columns; use 'mean'")
    classes, rank = _rarest_first(said)
    return classes[_commonest(rows, rank, n_rows, len(classes))]


def _first(said, rows, n_rows):
    return _last(said[::-1], rows[::-1], n_rows)


def _last(said, rows, n_rows):
    merged = np.zeros((n_rows, *said.shape[1:]), dtype=said.dtype)
    merged[rows] = said  # of several values for a row, the last one stays
    return merged


_MERGES = {"mean": _mean, "vote": _vote, "first": _first, "last": _last}
