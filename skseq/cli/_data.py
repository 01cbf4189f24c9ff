"""From a frame and how to read it to sequences, labels and groups."""

from typing import Any, NamedTuple

import numpy as np

from skseq.cli._checks import check_labels, check_steps
from skseq.cli._columns import as_numbers, first_that_is_no_number, kind_of, sortable
from skseq.cli._errors import InputError, no_such_column
from skseq.data import Sequences
from skseq.datasets._jsonl import tag_records
from skseq.preprocessing import make_windows

# Cells that are not one label, or one name.
_MANY = (list, tuple, dict, np.ndarray)


class Data(NamedTuple):
    """What a file holds, for estimators.

    Attributes
    ----------
    X : list or Sequences
        The sequences.

    y : ndarray, Sequences, list or None
        Their labels.

    groups : ndarray of shape (n_sequences,), Sequences or None
        What has to stay on one side of a split.

    names : list of length n_sequences
        What the file calls each sequence: its id, or the number of its row, from 1.

    index : Sequences or None
        The row of each step, where a row is a step.

    texts : list of str or None
        The text of each sequence whose steps are its characters or words with spans.
    """

    X: Any
    y: Any
    groups: Any
    names: list
    index: Any = None
    texts: list | None = None


def make_data(frame, reading, *, with_labels=True):
    """Make sequences of the rows of a frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Its lists parsed.

    reading : Reading
        How to read it.

    with_labels : bool, default=True
        Whether to read labels and groups.

    Returns
    -------
    Data
    """
    _check_columns(frame, reading, with_labels)
    read = _of_steps if reading.row_is == "step" else _of_rows
    data = read(frame, reading, with_labels)
    check_steps(data, reading)
    if with_labels:
        check_labels(data, reading)
    return data


def _check_columns(frame, reading, with_labels):
    wanted = {"--text": reading.text, "--sequence": reading.sequence, "--order": reading.order}
    if with_labels:
        wanted |= {"--label": reading.label, "--group": reading.group}
    pairs = [*wanted.items(), *(("--values", name) for name in reading.values or ())]
    for option, name in pairs:
        if name is None:
            continue
        if name not in frame.columns:
            raise no_such_column(option, name, list(frame.columns))
        missing = np.flatnonzero(frame[name].isna())
        is_padding = len(reading.values or ()) > 1 and name in reading.values
        if len(missing) and not (is_padding and reading.row_is == "sequence"):
            raise InputError(
                f"column {name} is empty in row {missing[0] + 1}, and in {len(missing)} of "
                f"{len(frame)} rows in all; fill these cells, or leave the rows out"
            )


# -- a row is a sequence --------------------------------------------------------------------------


def _of_rows(frame, reading, with_labels):
    names = [*range(1, len(frame) + 1)]
    groups = _column(frame, reading.group) if with_labels and reading.group else None
    has_spans = reading.tags and reading.text and reading.unit == "text"
    if has_spans or (reading.unit == "character" and reading.tags):
        return _of_marked_texts(frame, reading, with_labels, groups, names)
    if reading.text is not None:
        X = _texts(frame, reading)
    else:
        X = _values_of_rows(frame, reading.values)
    y = None
    if with_labels:
        y = _tags(frame[reading.label]) if reading.tags else _column(frame, reading.label)
    return Data(X, y, groups, names)


def _of_marked_texts(frame, reading, with_labels, groups, names):
    """Texts in which spans are marked, or with a tag for each character."""
    texts, key = _texts(frame, reading), reading.label
    level = "char" if reading.unit == "character" else "word"
    marks = frame[key].tolist() if with_labels else [[]] * len(texts)
    if with_labels and level == "char" and [*map(len, marks)] == [*map(len, texts)]:
        return Data(texts, _tags(frame[key]), groups, names, texts=texts)
    found = tag_records(
        [{"text": text, key: list(cells)} for text, cells in zip(texts, marks, strict=True)],
        [f"column {key}, row {row}" for row in names],
        level=level,
        spans=key,
        scheme="plain" if level == "char" else "IOB2",
        alignment="expand",
    )
    return Data(found.data, found.target if with_labels else None, groups, names, texts=texts)


def _values_of_rows(frame, columns):
    """Cells that hold a series each, or a series in the columns of a row."""
    if len(columns) == 1 and _check_numbers(frame[columns[0]]) != "number":
        return Sequences.from_list(frame[columns[0]].tolist())
    table = _table(frame, columns)
    # Series of unequal length end in empty cells.
    lengths = table.shape[1] - np.argmax(~np.isnan(table[:, ::-1]), axis=1)
    lengths[np.isnan(table).all(axis=1)] = 0
    inside = np.arange(table.shape[1]) < lengths[:, None]
    if np.isnan(table[inside]).any():
        row, place = np.argwhere(np.isnan(table) & inside)[0]
        raise InputError(
            f"column {columns[place]} is empty in row {row + 1}, in the middle of a series; fill "
            "the cell"
        )
    return Sequences.from_padded(table, lengths=lengths)


def _table(frame, columns):
    for name in columns:
        if _check_numbers(frame[name]) != "number":
            raise InputError(
                f"--values {name}: holds lists; several columns have to hold one number in each row"
            )
    table = np.column_stack([as_numbers(frame[name]) for name in columns]).astype(float)
    if np.isinf(table).any():
        row, place = np.argwhere(np.isinf(table))[0]
        raise InputError(
            f"column {columns[place]}, row {row + 1}: holds {table[row, place]}; mend the cell, or "
            "leave the row out"
        )
    return table


def _check_numbers(column):
    """The kind of a column that is to hold numbers, or lists of them."""
    kind = kind_of(column)
    if kind not in ("number", "numbers", "steps"):
        row = first_that_is_no_number(column)[0] if kind == "text" else 0
        raise InputError(
            f"--values {column.name}: row {row + 1} holds {str(column.iloc[row])[:30]!r}, which is "
            "neither a number nor a list of numbers; texts are named with --text"
        )
    return kind


def _texts(frame, reading):
    """Cells of the column of texts: lists of words, or texts, numbers among them."""
    cells = [
        cell if isinstance(cell, (str, list, tuple, np.ndarray)) else str(cell)
        for cell in frame[reading.text].tolist()
    ]
    wants_words = reading.unit == "words"
    for row, cell in enumerate(cells, start=1):
        if isinstance(cell, str) == wants_words:
            wanted = 'a list of words such as ["so", "late"]' if wants_words else "a text"
            raise InputError(
                f"column {reading.text}, row {row}: {str(cell)[:30]!r} is not {wanted}, which the "
                "model reads"
            )
    return cells


def _tags(column):
    return [list(cell) for cell in column.tolist()]


def _column(frame, name):
    """Cells as an array of numbers or of texts; whole numbers as such."""
    cells = frame[name].tolist()
    row = next((row for row, cell in enumerate(cells) if isinstance(cell, _MANY)), None)
    if row is not None:
        raise InputError(
            f"column {name}, row {row + 1}: {str(cells[row])[:30]!r} is neither a label nor a list "
            "of labels; name another column"
        )
    cells = np.asarray(cells)
    if cells.dtype == object:  # times, say
        return cells.astype(str)
    if cells.dtype.kind == "f" and (cells % 1 == 0).all():
        return cells.astype(np.int64)
    return cells


# -- a row is a step ------------------------------------------------------------------------------


def _of_steps(frame, reading, with_labels):
    order = _order(frame, reading)
    labels = _column(frame, reading.label) if with_labels else None
    series = np.zeros(len(frame)) if reading.text else frame[reading.values]
    if reading.values and {_check_numbers(frame[name]) for name in reading.values} == {"number"}:
        series = _table(frame, reading.values)
    windows = make_windows(
        series,
        labels,
        length=reading.window or len(frame),
        by=None if reading.sequence is None else _column(frame, reading.sequence),
        time=order,
        label_rule="step" if reading.tags else "last",
    )
    X, y, index = windows.X, windows.y, windows.index
    if reading.text is not None:
        cells = np.asarray(_texts(frame, reading), dtype=object)
        X = [cells[rows].tolist() for rows in index.tolist()]
    names = windows.groups.tolist()
    groups = _groups_of_steps(frame, reading, windows) if with_labels else None
    if reading.window is not None:
        names = [*range(1, len(index) + 1)]
    return Data(X, y, groups, names, index=index)


def _order(frame, reading):
    """Numbers that sort the steps of each sequence, or None."""
    if reading.order is None:
        return None
    order = sortable(frame[reading.order])
    if order is None:
        raise InputError(
            f"--order {reading.order}: holds neither numbers nor times, such as "
            f"{str(frame[reading.order].iloc[0])!r}"
        )
    steps = np.diff(order)
    if reading.sequence is None and (steps < 0).any() and len(np.unique(order)) < len(order):
        raise InputError(
            f"column {reading.order} orders the steps, but begins again, so there are several "
            "sequences; name their column with --sequence"
        )
    return order


def _groups_of_steps(frame, reading, windows):
    """Windows of one recording are kept apart by time, those of several by recording."""
    if reading.group is not None:
        first = windows.index.values[windows.index.offsets[:-1]]
        return _column(frame, reading.group)[first]
    if reading.window is None:
        return None
    return windows.groups if len(np.unique(windows.groups)) > 1 else windows.index
