"""From whatever holds one sequence per entry to an array of its cells; tables stay as they are.

Requirements this file meets:

- no library is imported: frames, columns, tensors and sparse matrices are told by what they can
  do, so that those of pandas, polars, Arrow, Hugging Face, torch and scipy are all welcome and
  none is required;
- a column, a lazy column, a deque or a tensor means what the list of its cells means;
- a missing cell is refused with its place, and what is not a collection of sequences (a dict, a
  set, a generator) at once, with the cure; the data are never printed;
- lists of numbers that a CSV file has turned into text are read back; other text is for encoders.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from numbers import Real
from typing import Any

import numpy as np

from skseq.data._sequences import Sequences

# Usual names of the part of a dict or table that holds the sequences.
_LIKELY_NAMES = ("text", "texts", "input_ids", "tokens", "words", "data", "X")
_MOST_NAMES_SHOWN = 8
_NUMBERS = re.compile(
    r"[\s(]*-?[\d.]+(e[+-]?\d+)?([\s,;]+-?[\d.]+(e[+-]?\d+)?)*[\s,)]*", re.IGNORECASE
)
# Also what str makes of arrays and of their numbers, which is refused with a better cure.
_NUMBER_LIST = re.compile(
    r"\s*((np\.)?(array|tensor)\()?\[\s*(\[\s*)?"
    r"(-?[\d.]|-?(Infinity|inf|nan|null|None)\b|np\.float|\])",
    re.IGNORECASE,
)


def to_cells(X: Any, *, name: str = "X") -> Any:
    """Give an array with one cell for each sequence, if X is a column of them in any form.

    Parameters
    ----------
    X : object
        A column (list, tuple, Series, one-column frame, Arrow array, object array, deque, lazy
        sequence), a tensor, or anything else.

    name : str, default="X"
        Its name in error messages.

    Returns
    -------
    object
        A 1-D object array of cells for a column, an array of numbers for a tensor; X itself where
        it is `Sequences`, one text, a list without surprises, or a table.

    Raises
    ------
    TypeError
        If X is a dict, a set, an iterator or a frame of several columns of which some hold cells,
        or a cell is a dict or a set.
    ValueError
        If a cell is missing.
    """
    if isinstance(X, (Sequences, str, bytes)) or is_sparse(X):
        return X
    _check_is_collection(X, name)
    if is_frame(X):
        column = cell_column(X)
        if column is None:
            _check_is_table(X, name)
            return X
        X = X[column]
    if _is_tensor(X):
        X = _array_of_tensor(X)
    cells = X if isinstance(X, (list, tuple)) else _cells_of_column(X)
    if cells is None:
        return X
    types = set(map(type, cells))
    _check_no_mapping(cells, types, name)
    _check_no_missing(cells, types, name)
    if any(hasattr(cls, "detach") for cls in types):
        cells = [_array_of_tensor(cell) if _is_tensor(cell) else cell for cell in cells]
    # Equally long lists of floats may be a table for scikit-learn, but cells never are.
    is_list = isinstance(X, (list, tuple))
    return cells if is_list else np.fromiter(cells, dtype=object, count=len(cells))


def is_frame(X: object) -> bool:
    """Whether X has named columns: a frame, an Arrow table or a Hugging Face data set."""
    return hasattr(X, "column_names") or hasattr(X, "columns")


def is_sparse(X: object) -> bool:
    """Whether X is a sparse matrix or array of scipy."""
    return hasattr(X, "tocsr")


def cell_column(frame: Any) -> str | None:
    """Name of the one column of a frame, if it holds a sequence or a text in each cell.

    Returns
    -------
    str or None
        None for frames of numbers, or of several columns.
    """
    names = column_names(frame)
    return names[0] if len(names) == 1 and _holds_cells(frame[names[0]]) else None


def has_mixed_columns(X: object) -> bool:
    """Whether X is a frame of several columns, not all of numbers, so neither table nor column."""
    return is_frame(X) and len(column_names(X)) > 1 and bool(_names_of_cells(X))


def holds_number_lists(cells: object) -> bool:
    """Whether X is cells of text of which the first is written as a list of numbers is."""
    first = _first_cell(cells)
    return isinstance(first, str) and bool(_NUMBER_LIST.match(first))


def read_number_lists(texts: Sequence[str], *, name: str = "X") -> list[list[Any]]:
    """Read cells such as "[0.1, 0.2]", as a CSV file has them, into lists of numbers.

    Parameters
    ----------
    texts : list of str
        What `holds_number_lists` is true for.

    name : str, default="X"
        Its name in error messages.

    Returns
    -------
    list of list

    Raises
    ------
    ValueError
        If a text is not a list in JSON; its place is named.
    """
    try:  # all at once, which is ten times faster than one by one
        lists = json.loads(f"[{','.join(texts)}]")
        if len(lists) == len(texts) and set(map(type, lists)) == {list}:
            return lists
    except (TypeError, ValueError):
        pass
    return [_read_number_list(text, index, name) for index, text in enumerate(texts)]


def check_no_numbers_as_text(cells: object, *, name: str = "X") -> None:
    """Refuse cells such as "0.1 0.2" or "(0.1, 0.2)", whose cure is not an encoder of words.

    Raises
    ------
    TypeError
        If the first cell is such a text.
    """
    first = _first_cell(cells)
    if isinstance(first, str) and _NUMBERS.fullmatch(first):
        raise TypeError(
            f"{name} holds numbers as text. Lists in brackets are read, as json.loads reads them; "
            "make lists of these: [[float(step) for step in cell.strip('()').replace(',', ' ')"
            f".split()] for cell in {name}]. If they are words, "
            "skseq.preprocessing.TokenEncoder turns them into token ids"
        )


def _first_cell(cells: object) -> Any:
    """First entry of a list or of a 1-D array; None if there is none, or it is neither."""
    if isinstance(cells, (list, tuple)) or (isinstance(cells, np.ndarray) and cells.ndim == 1):
        return next(iter(cells), None)
    return None


def _read_number_list(text: str, index: int, name: str) -> list[Any]:
    try:
        numbers = json.loads(text)
    except (TypeError, ValueError):
        numbers = None
    if isinstance(numbers, list):
        return numbers
    raise ValueError(
        f"{name}[{index}] is not a list of numbers such as '[0.1, 0.2]' that json.loads reads, as "
        "the first cell seems to be. Where arrays were written to a file as text, write "
        "array.tolist() instead; or make lists of the cells yourself: "
        f"[json.loads(cell) for cell in {name}]"
    )


# -- what is refused ---------------------------------------------------------------------------


def _check_is_collection(X: object, name: str) -> None:
    type_name = type(X).__name__
    if isinstance(X, Mapping):
        raise TypeError(f"{name} is a {type_name}, {_cure_for_mapping(X, name)}")
    if isinstance(X, Set) and not hasattr(X, "__getitem__"):
        raise TypeError(
            f"{name} is a {type_name}, whose entries have no order that y could follow; pass a list"
        )
    if isinstance(X, Iterator):
        raise TypeError(
            f"{name} is a {type_name}, which can be read only once; pass a list: list({name})"
        )
    if hasattr(X, "ngroup"):
        raise TypeError(
            f"{name} is grouped rows; skseq.Sequences.from_frame(frame, by=..., columns=...) makes "
            "sequences of them"
        )
    if hasattr(type(X), "collect"):
        raise TypeError(f"{name} is a {type_name}, which holds no data yet; pass {name}.collect()")


def _cure_for_mapping(X: Mapping[Any, Any], name: str) -> str:
    keys = list(X)
    if not keys or not all(isinstance(key, str) for key in keys):
        return f"not a list of sequences; pass its values: list({name}.values())"
    return f"not a list of sequences; {_pick_one(keys, name)}"


def _pick_one(names: list[str], name: str) -> str:
    likely = next((key for key in _LIKELY_NAMES if key in names), names[0])
    if len(names) == 1:
        return f"pass {name}[{likely!r}]"
    shown = f" of {names}" if len(names) <= _MOST_NAMES_SHOWN else ""
    return f"pass the one{shown} that holds them, such as {name}[{likely!r}]"


def _check_is_table(frame: Any, name: str) -> None:
    """Refuse frames that scikit-learn's checks could only call "no numbers"."""
    names = column_names(frame)
    cells = _names_of_cells(frame) if len(names) > 1 else []
    if cells:
        raise TypeError(
            f"{name} is a frame of {len(names)} columns, of which {cells[0]!r} holds texts or "
            f"sequences; {_pick_one(cells, name)}"
        )


def _check_no_mapping(cells: Sequence[Any], types: set[type], name: str) -> None:
    if not any(issubclass(cls, (Mapping, Set)) for cls in types):
        return
    index, cell = next(
        (i, cell) for i, cell in enumerate(cells) if isinstance(cell, (Mapping, Set))
    )
    keys = [key for key in cell if isinstance(key, str)] if isinstance(cell, Mapping) else []
    likely = next((key for key in _LIKELY_NAMES if key in keys), keys[0] if keys else None)
    cure = f"; pass [row[{likely!r}] for row in {name}]" if keys else ""
    raise TypeError(f"{name}[{index}] is a {type(cell).__name__}, not a sequence of steps{cure}")


def _check_no_missing(cells: Sequence[Any], types: set[type], name: str) -> None:
    doubtful = {cls for cls in types if not hasattr(cls, "__len__")}
    if not doubtful or all(issubclass(cls, Real) for cls in types):
        return
    missing = [
        index for index, cell in enumerate(cells) if type(cell) in doubtful and is_missing(cell)
    ]
    if not missing:
        return
    fill = "fill them with '', or " if str in types else ""
    raise ValueError(
        f"{name}[{missing[0]}] is missing ({cells[missing[0]]}), {len(missing)} of {len(cells)} "
        f"cells in all; {fill}drop these rows, from y as well (for a Series: "
        f"keep = {name}.notna(); {name}[keep], y[keep])"
    )


def is_missing(cell: Any) -> bool:
    """Whether a cell is None, NaN, pandas' NA or NaT."""
    if cell is None or type(cell).__name__ == "NAType":
        return True
    return np.ndim(cell) == 0 and not isinstance(cell, str) and bool(cell != cell)


# -- columns -----------------------------------------------------------------------------------


def column_names(frame: Any) -> list[str]:
    """List the names of the columns of what `is_frame` is true for."""
    return list(frame.column_names if hasattr(frame, "column_names") else frame.columns)


def _names_of_cells(frame: Any) -> list[str]:
    """Names of the columns that hold texts or sequences; cheap for a frame of numbers."""
    names = column_names(frame)
    dtypes = getattr(frame, "dtypes", None)
    if dtypes is not None and all(_is_numeric(dtype) for dtype in set(dtypes)):
        return []
    if len(set(names)) < len(names):
        return []
    return [name for name in names if _holds_cells(frame[name])]


def _is_numeric(dtype: object) -> bool:
    return str(dtype).lower().startswith(("int", "uint", "float", "bool", "sparse", "complex"))


def _holds_cells(column: object) -> bool:
    if not hasattr(column, "__array__"):
        return True  # a lazy column
    array = np.asarray(column)
    if array.ndim > 1 or array.dtype.kind != "O":
        return array.ndim > 1 or array.dtype.kind in "UST"
    first = next((cell for cell in array if not is_missing(cell)), None)
    return hasattr(first, "__len__")


def _cells_of_column(X: Any) -> list[Any] | None:
    """List of the cells, or None if it is not a column of sequences or texts."""
    if hasattr(X, "__array__"):
        return _cells_of_array(X)
    if hasattr(X, "__len__") and hasattr(X, "__getitem__"):
        # Without __iter__, Python would read items until one is refused, which not all do.
        return list(X) if hasattr(X, "__iter__") else [X[index] for index in range(len(X))]
    if hasattr(X, "__len__") and hasattr(X, "__iter__"):
        return list(X)  # the view of a dict's values
    return None


def _cells_of_array(X: Any) -> list[Any] | None:
    if getattr(X, "ndim", 1) != 1:
        return None
    array = np.asarray(X)
    if array.ndim > 1 and any(hasattr(X, method) for method in ("to_list", "to_pylist")):
        return list(array)  # a column of arrays of one length
    if array.ndim != 1 or array.dtype.kind not in "OUST":
        return None
    # Lists of lists come as arrays of arrays, which numpy would leave so.
    return [
        cell.tolist() if isinstance(cell, np.ndarray) and cell.dtype == object else cell
        for cell in array.tolist()
    ]


def _is_tensor(X: object) -> bool:
    return hasattr(X, "detach") and hasattr(X, "cpu")


def _array_of_tensor(X: Any) -> np.ndarray | list[Any]:
    if getattr(X, "is_nested", False):
        return [_array_of_tensor(cell) for cell in X.unbind()]
    X = X.detach().cpu()
    try:
        return X.numpy()
    except TypeError:  # bfloat16, which numpy lacks
        return X.float().numpy()
