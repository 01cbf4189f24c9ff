"""The rows of one long series as arrays: values, labels, recordings and times.

Requirements this file meets:

- a frame of pandas or of polars, and an array, mean the same rows;
- a column whose cells hold lists of numbers, also as text from a CSV file, counts as a column for
  each of these numbers;
- labels, times and recordings that are columns of the frame are no measurements, whether they are
  given by name or as a Series; nor is a column that is the labels;
- what could only fail or mislead later is refused here: columns of one name, times as text,
  text among numbers, cells that are missing or of unequal length.
"""

from numbers import Number

import numpy as np
from sklearn.utils.validation import check_consistent_length

from skseq.data import Sequences, as_sequences, column_names, holds_number_lists, is_frame, to_cells
from skseq.data._cells import is_missing

_CURE_OF_KEYS = (
    "fill it, with .ffill() where only the first row of a recording has it, or drop these rows"
)


def read_rows_of_series(series, labels, by, time, columns):
    """Read the input of `make_windows`.

    Returns
    -------
    values : ndarray of shape (n_rows,) or (n_rows, n_features)
    labels : ndarray of shape (n_rows,) or None
    recording : ndarray of int of shape (n_rows,)
        Number of the recording that each row belongs to, in order of appearance.
    names : ndarray of shape (n_recordings,)
        What each number stands for.
    time : ndarray of shape (n_rows,) or None
        What sorts the rows of a recording.
    """
    for name, column in (("labels", labels), ("time", time)):
        if column is not None and np.ndim(column) == 0:
            _check_column(series, column, name)
    for column in by if isinstance(by, (list, tuple)) and is_frame(series) else [by]:
        if column is not None and np.ndim(column) == 0:
            _check_column(series, column, "by")
    if is_frame(series):
        values = _values_of_frame(series, labels, by, time, columns)
    elif columns is not None:
        raise ValueError("columns names columns of a frame, but series is an array")
    else:
        values = _values_of_array(series)
    if values.ndim not in (1, 2):
        raise ValueError(
            f"series must have shape (n_rows,) or (n_rows, n_features), got {values.shape}"
        )
    labels, time = _column(series, labels, "labels"), _column(series, time, "time")
    recording, names = _number_recordings(series, by, len(values))
    check_consistent_length(values, labels, time, recording)
    for name, column in (("labels", labels), ("time", time)):
        if column is not None:
            _check_no_missing(name, column)
    return values, labels, recording, names, None if time is None else _sortable(time)


# -- values ------------------------------------------------------------------------------------


def _values_of_array(series):
    series = series if isinstance(series, Sequences) else to_cells(series, name="series")
    array = np.asarray(series)
    return _rows_of_cells(array, "series") if array.dtype.kind in "OU" else array


def _values_of_frame(frame, labels, by, time, columns):
    if columns is None:
        given = [labels, time, *(by if isinstance(by, (list, tuple)) else [by])]
        named = list(map(_name_of, given))
        columns = [
            name
            for name in column_names(frame)
            if name not in named and not _holds(frame, name, labels)
        ]
    wanted = columns if isinstance(columns, (list, tuple)) else [columns]
    for name in wanted:
        _check_column(frame, name)
    parts = {name: _rows_of_cells(_array_of(frame, name), f"series[{name!r}]") for name in wanted}
    if wanted is not columns:
        return parts[columns]
    _check_no_text_beside_numbers(parts)
    return np.column_stack(list(parts.values())) if parts else np.empty((len(frame), 0))


def _name_of(column):
    """The name of a column that is given by name, as a Series or as a frame."""
    if np.ndim(column) == 0:
        return column
    names = column_names(column) if is_frame(column) else [getattr(column, "name", None)]
    return names[0]


def _holds(frame, name, labels):
    """Whether that column is the labels, which are given as an array: steps would tell them."""
    return np.ndim(labels) > 0 and np.array_equal(np.ravel(labels), _array_of(frame, name))


def _rows_of_cells(column, name):
    """A column as it is, or (n_rows, n_features) where its cells hold lists of numbers."""
    if column.ndim > 1 or column.dtype.kind not in "OU":
        return column
    cells = column.tolist()
    first = next((cell for cell in cells if not is_missing(cell)), None)
    is_listed = isinstance(first, (list, tuple, np.ndarray)) or holds_number_lists([first])
    if not is_listed:
        return column
    rows = as_sequences(to_cells(cells, name=name), name=name)
    width = rows.lengths[:1]
    if rows.values.ndim > 1 or (rows.lengths != width).any():
        row = int(np.argmax(rows.lengths != width))
        raise ValueError(
            f"{name} holds {rows.lengths[row]} numbers in row {row}, but {width[0]} in row "
            "0; a row is one step, with the same numbers in each. Where a row is a whole sequence, "
            "no windows are needed: pass the column to the estimator"
        )
    return rows.values.reshape(len(rows), width[0])


def _check_no_text_beside_numbers(parts):
    text = [name for name, values in parts.items() if not _holds_numbers(values)]
    if len(parts) == 1 or not text:
        return
    kept = [name for name in parts if name not in text]
    raise ValueError(
        f"series[{text[0]!r}] holds no numbers, and there are other columns; say what a step "
        f"holds, with columns={kept or text[:1]!r}, or what {text[0]!r} is, with labels, by or time"
    )


def _holds_numbers(values):
    if values.dtype != object:
        return values.dtype.kind in "biufc"
    return all(isinstance(entry, Number) or entry is None for entry in values.ravel()[:10])


# -- columns -----------------------------------------------------------------------------------


def _column(series, column, name):
    """A column by its name, or an array as it is."""
    if column is None:
        return None
    if np.ndim(column) == 0:
        return _array_of(series, column)
    array = np.asarray(column)
    if array.ndim == 2 and array.shape[1] == 1:
        return array[:, 0]
    if array.ndim != 1:
        raise ValueError(f"{name} must have one entry per row, got shape {array.shape}")
    return array


def _array_of(frame, name):
    return np.asarray(frame[name])


def _check_column(series, column, name="columns"):
    if not is_frame(series):
        raise ValueError(
            f"{name}={column!r} names a column, but series is an array; pass an array of shape "
            "(n_rows,)"
        )
    names = column_names(series)
    if column not in names:
        raise ValueError(f"series has no column {column!r}; its columns are {names}")
    if names.count(column) > 1:
        raise ValueError(
            f"series has {names.count(column)} columns named {column!r}, so it is not known which "
            "is meant; rename them"
        )


def _number_recordings(series, by, n_rows):
    """Number of each row's recording, in order of appearance, and the name of each number."""
    if by is None:
        return np.zeros(n_rows, dtype=np.int64), np.zeros(1, dtype=np.int64)
    if isinstance(by, (list, tuple)) and is_frame(series):
        return _number_by_columns(series, list(by))
    keys = _column(series, by, "by")
    _check_no_missing("by", keys, _CURE_OF_KEYS)
    names, recording = _by_appearance(keys)
    return recording, names


def _number_by_columns(frame, by):
    for name in by:
        _check_no_missing(f"by={name!r}", _array_of(frame, name), _CURE_OF_KEYS)
    if hasattr(frame, "groupby"):
        recording = frame.groupby(by, sort=False).ngroup().to_numpy()
    else:
        codes = [np.unique(_array_of(frame, name), return_inverse=True)[1] for name in by]
        recording = _by_appearance(np.stack(codes, axis=1), axis=0)[1]
    return recording, np.arange(recording.max(initial=-1) + 1)


def _by_appearance(keys, axis=None):
    """Distinct keys in the order in which they first appear, and the place of each row's."""
    names, first, inverse = np.unique(keys, return_index=True, return_inverse=True, axis=axis)
    order = np.argsort(first)
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    return names[order], number[inverse.reshape(-1)]


def _sortable(time):
    """Times, or their ranks where they are objects such as dates with a time zone."""
    if time.dtype.kind in "UST" or any(isinstance(entry, str) for entry in time[:1].tolist()):
        raise TypeError(
            "time holds text, which would sort '10' before '9'; turn it into numbers "
            "(pandas.to_numeric) or dates (pandas.to_datetime)"
        )
    if time.dtype != object:
        return time
    try:
        return np.unique(time, return_inverse=True)[1]
    except TypeError:
        raise TypeError(
            "time holds values that cannot be compared with each other; make them all numbers or "
            "all dates"
        ) from None


def _check_no_missing(name, column, cure="fill it or drop these rows"):
    missing = np.not_equal(column, column).astype(bool)  # NaN and NaT differ from themselves
    if column.dtype == object:
        missing |= np.equal(column, None).astype(bool)
    if missing.any():
        raise ValueError(
            f"{name} is missing in {np.count_nonzero(missing)} row(s), the first of them row "
            f"{np.argmax(missing)}; {cure}"
        )
