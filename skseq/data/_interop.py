"""Sequences from and to pandas frames and Arrow lists; neither library is imported until needed."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from skseq.data._not_numbers import refuse_dates

if TYPE_CHECKING:
    import pandas as pd

    from skseq.data._sequences import Sequences


def from_frame(
    cls: type[Sequences],
    /,
    frame: pd.DataFrame,
    *,
    by: str | list[str],
    columns: str | list[str],
    **kwargs: Any,
) -> Sequences:
    """Build from a long frame with one row per step.

    Groups stand in the order in which they first appear; inside a group the order of the rows
    is kept, also where the rows of several groups are interleaved.

    Parameters
    ----------
    frame : pandas.DataFrame or polars.DataFrame
        One row per step.

    by : str or list of str
        The column or columns that say which sequence a row belongs to.

    columns : str or list of str
        What a step holds: one name gives flat values of shape (n_steps_total,), a list gives
        (n_steps_total, n_features).

    **kwargs : dict
        ``weight``, ``origin``, ``n_tokens``, ``label_counts``, ``vocabulary`` and ``channels`` of
        `Sequences`.

    Returns
    -------
    Sequences

    Raises
    ------
    ValueError
        If the frame lacks a column, or ``by`` is missing in a row.

    Examples
    --------
    >>> import pandas as pd
    >>> from skseq import Sequences
    >>> frame = pd.DataFrame({"id": ["b", "b", "a"], "x": [1.0, 2.0, 3.0]})
    >>> Sequences.from_frame(frame, by="id", columns="x").tolist()
    [[1.0, 2.0], [3.0]]
    """
    from pandas.api.types import infer_dtype

    if not hasattr(frame, "groupby"):
        frame = frame.to_pandas()
    wanted = [by] if isinstance(by, str) else list(by)
    wanted += [columns] if isinstance(columns, str) else list(columns)
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise ValueError(
            f"frame has no column {missing[0]!r}; its columns are {list(frame.columns)}"
        )
    without_key = frame[[by] if isinstance(by, str) else list(by)].isna().any(axis=1).to_numpy()
    if without_key.any():
        raise ValueError(
            f"by={by!r} is missing in {without_key.sum()} of {len(frame)} rows, the first of them "
            f"row {without_key.argmax()}; fill it, with .ffill() where only the first row of a "
            "sequence has it, or drop these rows"
        )
    codes = frame.groupby(by, sort=False).ngroup().to_numpy()
    order = np.argsort(codes, kind="stable")
    values = frame[columns].to_numpy()
    if values.dtype == object and infer_dtype(values.ravel(), skipna=False) == "string":
        values = values.astype(str)
    if not np.array_equal(order, np.arange(len(order))):
        values = values[order]
    return cls.from_lengths(values, np.bincount(codes), **kwargs)


def from_arrow(cls: type[Sequences], /, array: Any, **kwargs: Any) -> Sequences:
    """Build from an Arrow list array; the values are not copied.

    Parameters
    ----------
    array : pyarrow.ListArray, LargeListArray or ChunkedArray of them
        One list per sequence, of numbers or text; decimals become floats. Lists of lists of one
        size give (n_steps_total, n_features). A chunked array of several chunks is combined
        first, which copies.

    **kwargs : dict
        ``weight``, ``origin``, ``n_tokens``, ``label_counts``, ``vocabulary`` and ``channels`` of
        `Sequences`.

    Returns
    -------
    Sequences

    Raises
    ------
    ImportError
        If pyarrow is not installed.
    TypeError
        If ``array`` does not hold lists, or what they hold is neither numbers nor text.
    ValueError
        If a list or a value is missing, or steps differ in their number of features.
    """
    pa = _import_pyarrow()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()
    if not isinstance(array, (pa.ListArray, pa.LargeListArray)):
        raise TypeError(
            f"array must be an Arrow list array, got {getattr(array, 'type', type(array))}"
        )
    if array.null_count:
        raise ValueError("array has missing lists; drop or fill them first (array.drop_null())")
    offsets = array.offsets.to_numpy().astype(np.int64, copy=False)
    steps = array.values.slice(offsets[0], offsets[-1] - offsets[0])
    _refuse_missing(steps)
    steps, width = _flatten_features(steps, pa)
    _refuse_missing(steps)
    values = _steps_to_numpy(steps, pa)
    if width is not None:
        values = values.reshape(-1, width)
    if offsets[0]:  # a slice of a longer array
        offsets = offsets - offsets[0]
    return cls(values, offsets, **kwargs)


def _refuse_missing(steps: Any) -> None:
    if steps.null_count:
        raise ValueError("array has missing values inside its lists; fill them first")


def _flatten_features(steps: Any, pa: ModuleType) -> tuple[Any, int | None]:
    """Features of all steps in one row, and how many a step has (None where it is not a list)."""
    if isinstance(steps, pa.FixedSizeListArray):
        return steps.flatten(), steps.type.list_size
    if not isinstance(steps, (pa.ListArray, pa.LargeListArray)):
        return steps, None
    widths = np.diff(steps.offsets.to_numpy())
    if len(widths) and (widths != widths[0]).any():
        step = int(np.argmax(widths != widths[0]))
        raise ValueError(
            f"step {step} of array's values has {widths[step]} features, but the first step has "
            f"{widths[0]}; all must have the same number"
        )
    return steps.flatten(), int(widths[0]) if len(widths) else None


def _steps_to_numpy(steps: Any, pa: ModuleType) -> np.ndarray:
    type_ = steps.type
    if pa.types.is_temporal(type_):
        raise refuse_dates("array", type_)
    if pa.types.is_decimal(type_):
        steps = steps.cast(pa.float64())
    elif pa.types.is_nested(type_) or pa.types.is_binary(type_) or pa.types.is_large_binary(type_):
        raise TypeError(
            f"array has steps of type {type_}, neither numbers nor text; take a field out of "
            "structs (pyarrow.compute.struct_field), and decode bytes (cast to pyarrow.string())"
        )
    # Numbers are taken as they lie in memory; text has another layout there and is copied.
    values = steps.to_numpy(zero_copy_only=False)
    return values.astype(str) if values.dtype == object else values


def to_arrow(self: Sequences) -> Any:
    """Give an Arrow list array; the values are not copied.

    Weight, origin, the vocabulary and its size, and channels are not part of it.

    Returns
    -------
    pyarrow.LargeListArray
        One list per sequence; a step with several features is a fixed-size list.

    Raises
    ------
    ImportError
        If pyarrow is not installed.
    """
    pa = _import_pyarrow()
    flat = np.ascontiguousarray(self.values).reshape(-1)
    steps = pa.array(flat)
    if self.values.ndim == 2:
        steps = pa.FixedSizeListArray.from_arrays(steps, self.n_features)
    return pa.LargeListArray.from_arrays(pa.array(self.offsets), steps)


def _import_pyarrow() -> ModuleType:
    try:
        import pyarrow
    except ImportError:
        raise ImportError(
            "Arrow lists need pyarrow; install it with: pip install pyarrow"
        ) from None
    return pyarrow
