"""What the cells of a column hold, and lists that a file has turned into text."""

import ast
import contextlib
import json
import re
import warnings

import numpy as np

from skseq.cli._errors import InputError

# Cells that are looked at to tell a kind.
_SAMPLE = 50

# Numbers as people write them: "1,200", "5 %".
_WRITTEN = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?\s*%?")


def parse_lists(frame):
    """Give the frame with lists where cells of text are lists: "[0.1, 0.2]", "['EU', 'rejects']".

    Parameters
    ----------
    frame : pandas.DataFrame
        As it was read.

    Returns
    -------
    pandas.DataFrame
    """
    parsed = {name: _parsed(frame[name], name) for name in frame.columns}
    changed = {name: cells for name, cells in parsed.items() if cells is not None}
    return frame.assign(**changed) if changed else frame


def kind_of(column):
    """Tell what a column holds.

    Parameters
    ----------
    column : pandas.Series
        Its lists parsed.

    Returns
    -------
    {"number", "text", "numbers", "steps", "words", "spans", "other"}
        In a cell: a number, a text; a list of numbers, of lists of numbers, of texts, or of spans.
    """
    if column.dtype.kind in "iufb":
        return "number"
    cells = column[column.notna()].tolist()[:_SAMPLE]
    if cells and all(isinstance(cell, str) for cell in cells):
        return "number" if _are_written_numbers(cells) else "text"
    if not cells or not all(isinstance(cell, (list, tuple, np.ndarray)) for cell in cells):
        return "other"
    items = [item for cell in cells for item in cell]
    if all(isinstance(item, str) for item in items) and items:
        return "words"
    if all(isinstance(item, dict) or _is_span(item) for item in items):
        return "spans"
    if all(isinstance(item, (list, tuple, np.ndarray)) for item in items):
        return "steps"
    are_numbers = all(np.isscalar(item) and not isinstance(item, str) for item in items)
    return "numbers" if are_numbers else "other"


def as_numbers(column):
    """Give the numbers of a column of the kind "number".

    Parameters
    ----------
    column : pandas.Series
        Numbers, or texts such as "1,200" and "5%": 1200 and 5.

    Returns
    -------
    ndarray
        Of any numbers; NaN in empty cells.

    Raises
    ------
    InputError
        If a cell is filled, but not by a number.
    """
    if column.dtype.kind in "iufb":
        return column.to_numpy()
    import pandas

    cells = column.str.strip()
    wrong = (
        column.notna() & ~cells.str.fullmatch(_WRITTEN.pattern).fillna(True).astype(bool)
    ).to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(
            f"column {column.name}, row {row + 1}: {column.iloc[row]!r} is no number, as most of "
            "its cells are; mend or empty the cell, or name the columns to read with --values"
        )
    return pandas.to_numeric(cells.str.replace(",", "").str.rstrip("% ")).to_numpy(dtype=float)


def _are_written_numbers(cells):
    are_plain = not any("," in cell or "%" in cell for cell in cells)
    return not are_plain and all(map(_WRITTEN.fullmatch, map(str.strip, cells)))


def first_that_is_no_number(column):
    """Look for a cell that is filled, but not by a number.

    Parameters
    ----------
    column : pandas.Series
        Numbers or texts.

    Returns
    -------
    row : int
        Counted from 0; 0 if there is none.

    share : float
        Of such cells among those that are filled.
    """
    import pandas

    wrong = (pandas.to_numeric(column, errors="coerce").isna() & column.notna()).to_numpy()
    return int(np.argmax(wrong)), wrong.sum() / max(column.notna().sum(), 1)


def sortable(column):
    """Give numbers that sort a column.

    Parameters
    ----------
    column : pandas.Series
        Numbers, or times in whatever way they are written.

    Returns
    -------
    ndarray or None
        None if the cells are neither.
    """
    if kind_of(column) == "number":
        return as_numbers(column)
    import pandas

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that they are written unusually
        for is_day_first in (False, True):
            with contextlib.suppress(ValueError, TypeError):
                times = pandas.to_datetime(column, dayfirst=is_day_first)
                return times.astype("int64").to_numpy()
    return None


def _is_span(item):
    return isinstance(item, (list, tuple)) and len(item) == 3 and isinstance(item[2], str)


def _parsed(column, name):
    """Lists, or None where the column holds something else."""
    known = column[column.notna()]
    if not len(known) or not isinstance(known.iloc[0], str) or _parse(known.iloc[0]) is None:
        return None
    try:  # all at once, which is ten times faster than one by one
        cells = json.loads(f"[{','.join(known)}]")
        if len(cells) != len(known) or not all(isinstance(cell, list) for cell in cells):
            raise ValueError
    except (TypeError, ValueError):
        cells = [_parse_row(cell, row, name) for row, cell in known.items()]
    lists = column.astype(object)
    lists.loc[known.index] = np.fromiter(cells, dtype=object, count=len(cells))
    return lists


def _parse_row(cell, row, name):
    found = _parse(cell)
    if found is None:
        raise InputError(
            f"column {name}, row {row + 1}: {cell[:30]!r} is not a list such as the one in the "
            "first row"
        )
    return found


def _parse(cell):
    """The list that a text is, as JSON or as Python writes it; None if it is none."""
    if not (cell.startswith("[") and cell.endswith("]")):
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(cell)
        except (ValueError, SyntaxError, RecursionError):
            continue
        return found if isinstance(found, list) else None
    return None
