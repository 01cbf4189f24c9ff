"""What the steps are, token ids, values or channels, and whether values can be computed with.

The rule itself stands in `skseq.data._checks`.
"""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from skseq._typing import Input, Kind
from skseq.data._layout import lengths_of_padded
from skseq.data._not_numbers import check_numbers
from skseq.data._sequences import Sequences


def check_kind(X: Sequences, input: Input | None = "auto", *, known: Kind | None = None) -> Kind:
    """Decide whether the steps of X are "tokens", "values" or "channels".

    Parameters
    ----------
    X : Sequences
        The sequences.

    input : {"auto", "tokens", "values"} or None, default="auto"
        What the user says; None where there is no such parameter.

    known : {"tokens", "values"} or None, default=None
        What integers are taken for where ``input`` does not say and X has no ``n_tokens``. None
        means tokens; under ``input=None``, values if one is negative.

    Raises
    ------
    TypeError
        If they are not numbers.
    ValueError
        If ``input="tokens"`` and the steps are not single integers, or X has channels and
        ``input`` says otherwise.
    """
    check_numbers(X)
    if X.channels is not None:
        if input not in {"auto", None}:
            raise ValueError(
                f"X has channels, which say what its columns are, but this reads {input}; take one "
                'of X.values, or, of an estimator, set input="auto"'
            )
        return "channels"
    integral = X.values.ndim == 1 and X.dtype.kind in "iu"
    if input == "tokens" and not integral:
        raise ValueError(
            f'input="tokens" needs one integer per step, got {X.dtype} steps of shape '
            f"{X.values.shape[1:]}"
        )
    if input in {"tokens", "values"}:
        return input
    if not integral:
        return "values"
    if X.n_tokens is not None:
        return "tokens"
    if known is not None:
        return known
    return "values" if input is None and X.values.min(initial=0) < 0 else "tokens"


def told_from_tokens(X: Sequences, kind: Kind) -> Sequences:
    """Give values outside a table a type that cannot be mistaken for token ids.

    Integers of a 2-D array are values, but in `Sequences` they would mean token ids.

    Parameters
    ----------
    X : Sequences
        Checked sequences.

    kind : {"tokens", "values"}
        What its steps are.

    Returns
    -------
    Sequences
        X itself, or with float64 for integer values.
    """
    if kind == "values" and X.values.ndim == 1 and X.dtype.kind in "iu":
        return X.replace(values=X.values.astype(np.float64))
    return X


def check_values(
    estimator: Any, X: Sequences, dtype: DTypeLike, fits: DTypeLike | None = None
) -> Sequences:
    """Check values, and convert them.

    Parameters
    ----------
    estimator : estimator
        Named by errors.

    X : Sequences
        Values.

    dtype : dtype, list of dtype or "numeric"
        What they are converted to.

    fits : dtype, default=None
        A type that has to hold them besides.

    Returns
    -------
    Sequences
    """
    from sklearn.utils.validation import check_array

    table = X.values.reshape(len(X.values), -1)
    if table.shape[1] == 0:
        raise ValueError(
            f"Found array with 0 feature(s) (shape={table.shape}) while a minimum of 1 is required"
        )
    if table.dtype.kind == "c":
        raise ValueError("Complex data not supported")
    with np.errstate(over="ignore"):  # what a narrower type cannot hold is reported below
        checked = check_array(
            table, dtype=dtype, ensure_all_finite=False, estimator=estimator, input_name="X"
        )
    if checked is not table:
        X = X.replace(values=checked.reshape(X.values.shape))
    check_finite(X, fits)
    return X


def check_finite(X: Sequences, fits: DTypeLike | None = None) -> None:
    """Raise ValueError, with the place and the cure, for NaN, infinity and what is too large.

    Parameters
    ----------
    X : Sequences
        Values.

    fits : dtype, default=None
        The type that has to hold the values; None is that of X.
    """
    if X.dtype.kind != "f":
        return
    largest = np.finfo(X.dtype).max
    if fits is not None:
        largest = min(largest, np.finfo(fits).max)
    # Two passes without a copy; NaN makes the comparisons false.
    with np.errstate(invalid="ignore"):
        lowest, highest = X.values.min(initial=0), X.values.max(initial=0)
    if lowest >= -largest and highest <= largest:
        return
    table = X.values.reshape(len(X.values), -1)
    bad = ~(np.abs(table) <= largest)
    bad_steps = bad.any(axis=1)
    step = int(np.argmax(bad_steps))
    feature = int(np.argmax(bad[step]))
    value = float(table[step, feature])
    row = int(np.searchsorted(X.offsets, step, side="right") - 1)
    place = f"sequence {row}, step {step - X.offsets[row]}"
    if X.values.ndim == 2:
        place += f", feature {feature}"
    raise ValueError(
        f"Input X contains {_misfit(value, X.dtype, fits)}: {place} "
        f"({int(bad_steps.sum())} such step(s) in all). {_cure(X, value)}"
    )


def _misfit(value: float, dtype: np.dtype, fits: DTypeLike | None) -> str:
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return f"infinity or a value too large for {dtype!r}"
    return f"a value too large for {np.dtype(fits)}, in which networks compute ({value:.3g})"


def _cure(X: Sequences, value: float) -> str:
    """What to do about values that cannot be used, of which this is the first."""
    if np.isinf(value):
        return "Fill or drop them before fitting."
    if not np.isnan(value):
        return "If it marks what is missing, fill it or drop the step; else scale X down."
    table = np.isnan(X.values.reshape(len(X.values), -1))
    missing, _ = X.replace(values=table.all(axis=1), weight=None).to_padded(fill_value=True)
    if (table.any(axis=1) != table.all(axis=1)).any():
        return "Fill or drop them before fitting."
    is_array = (X.lengths == X.lengths[0]).all()
    if lengths_of_padded(missing) is not None:
        cure = "[x[~np.isnan(x).reshape(len(x), -1).any(axis=1)] for x in X]"
        if is_array:
            steps = "X" if X.values.ndim == 1 else "X[:, :, 0]"
            cure = f"Sequences.from_padded(X, lengths), lengths=(~np.isnan({steps})).sum(axis=1)"
        return f"All NaN stand at the ends of sequences; if they are padding, pass {cure}"
    if is_array and lengths_of_padded(missing[:, ::-1]) is not None:
        return (
            "All NaN stand at the beginnings of sequences; if they are padding, put it at the end "
            "and pass Sequences.from_padded(X, lengths)"
        )
    return "Fill or drop them before fitting."
