"""Steps that are not numbers: what they are, and how to make numbers of them."""

from __future__ import annotations

import datetime
import numbers
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from skseq._typing import Input

if TYPE_CHECKING:
    from skseq.data._sequences import Sequences

USE_ENCODER = "skseq.preprocessing.TokenEncoder turns text into token ids"

_AS_SECONDS = (
    "pass numbers, such as the seconds since the first step: "
    "(times - times[0]) / np.timedelta64(1, 's')"
)
_NUMBERS = (numbers.Real, Decimal)
_DATES = (datetime.date, datetime.time, datetime.timedelta, np.datetime64, np.timedelta64)


def as_numbers(X: Sequences, input: Input | None = None) -> Sequences:
    """Make int64 or float64 of numbers that came as Python objects, such as decimals.

    Parameters
    ----------
    X : Sequences
        Of any type.

    input : {"auto", "tokens", "values"} or None, default=None
        "values" lets integers become floats where they do not fit into int64.

    Returns
    -------
    Sequences
        X itself where its steps are not objects.

    Raises
    ------
    TypeError
        If a step is not a number.
    ValueError
        If all are integers, one of which does not fit into int64.
    """
    if X.dtype != object:
        return X
    steps = X.values.ravel().tolist()
    wrong = [index for index, step in enumerate(steps) if not isinstance(step, _NUMBERS)]
    if wrong:
        raise TypeError(_describe(X, wrong[0] // X.n_features, steps[wrong[0]]))
    integral = all(isinstance(step, numbers.Integral) for step in steps)
    large = [index for index, step in enumerate(steps) if abs(step) >= 2**63] if integral else []
    if large and input != "values":
        raise ValueError(
            f"{place_of_step(X, large[0] // X.n_features)} holds {steps[large[0]]}, too large for "
            'a token id; if the steps are numbers (times, counts), not ids, set input="values"'
        )
    dtype = np.int64 if integral and not large else np.float64
    try:
        values = np.array(steps, dtype=dtype)
    except OverflowError:
        raise ValueError("X contains an integer that is too large for float64") from None
    return X.replace(values=values.reshape(X.values.shape))


def check_numbers(X: Sequences) -> None:
    """Raise TypeError, with the cure, if the steps of X have a type that holds no numbers."""
    if X.dtype.kind not in "biufc":
        first = X.values.ravel()[0] if X.values.size else None
        raise TypeError(_describe(X, 0, first))


def place_of_step(X: Sequences, step: int) -> str:
    """Where a flat position lies: "X[3], step 0"."""
    row = int(np.searchsorted(X.offsets, step, side="right") - 1)
    return f"X[{row}], step {step - X.offsets[row]}"


def is_date(value: object) -> bool:
    """Whether a value is a date, a time or a span of time."""
    return isinstance(value, _DATES) or type(value).__name__ in {"Period", "NaTType"}


def refuse_dates(name: str, type_: object) -> TypeError:
    """Give the TypeError for steps that are dates or spans of time."""
    return TypeError(f"{name} has steps of type {type_}, which are not numbers; {_AS_SECONDS}")


def _describe(X: Sequences, step: int, value: object) -> str:
    type_ = X.dtype if X.dtype != object else type(value).__name__
    what = f"X has steps of type {type_}, not numbers"
    if is_date(value) or X.dtype.kind in "mM":
        return f"{what}; {_AS_SECONDS}"
    if X.dtype == object:
        what += f" ({place_of_step(X, step)})"
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return f"{place_of_step(X, step)} is missing ({value}); fill or drop it"
    if isinstance(value, (dict, set)):
        return f"{what}; take the numbers out of it, such as [step['value'] for step in X[0]]"
    if isinstance(value, (str, bytes)):
        if looks_numeric(value):
            return f"{what} but text; convert it, such as [[float(v) for v in x] for x in X]"
        return f"{what}; {USE_ENCODER}"
    return f"{what}; a step is one number, or a list of as many numbers as every other step has"


def looks_numeric(text: str | bytes) -> bool:
    """Whether a text reads as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
