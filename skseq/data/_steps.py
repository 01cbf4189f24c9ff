"""What the steps are, token ids or values, and whether they can be used as such."""

import numpy as np
from sklearn.utils.validation import check_array

USE_ENCODER = "skseq.preprocessing.TokenEncoder turns text into token ids"


def check_kind(X, input="auto"):
    """Decide whether the steps of X are "tokens" or "values".

    Raises
    ------
    TypeError
        If they are not numbers.
    ValueError
        If ``input="tokens"`` and the steps are not single integers.
    """
    if X.dtype.kind not in "biufc":
        raise TypeError(f"X has steps of type {X.dtype}, not numbers; {USE_ENCODER}")
    integral = X.values.ndim == 1 and X.dtype.kind in "iu"
    if input == "tokens" and not integral:
        raise ValueError(
            f'input="tokens" needs one integer a step, got {X.dtype} steps of shape '
            f"{X.values.shape[1:]}"
        )
    if input == "auto":
        return "tokens" if integral else "values"
    return input


def told_from_tokens(X, kind):
    """Give values a type that nobody takes for token ids, where they have left their table.

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


def check_values(estimator, X, dtype):
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
    if checked.dtype.kind == "f":
        _check_finite(X)
    return X


def _check_finite(X):
    # A finite sum means finite terms: one pass without a boolean copy of a large array.
    with np.errstate(all="ignore"):
        if np.isfinite(X.values.sum(dtype=np.float64)):
            return
    bad = ~np.isfinite(X.values.reshape(len(X.values), -1)).all(axis=1)
    if not bad.any():
        return
    step = int(np.argmax(bad))
    row = int(np.searchsorted(X.offsets, step, side="right") - 1)
    too_large = f"infinity or a value too large for {X.dtype!r}"
    what = "NaN" if np.isnan(X.values[step]).any() else too_large
    raise ValueError(
        f"Input X contains {what}: sequence {row}, step {step - X.offsets[row]} "
        f"({int(bad.sum())} such step(s) in all). Fill or drop them before fitting."
    )


def check_tokens(X):
    lowest, highest = int(X.values.min()), int(X.values.max())
    if lowest < 0:
        raise ValueError(f"token ids must not be negative, got {lowest}")
    if X.n_tokens is not None and highest >= X.n_tokens:
        raise ValueError(
            f"token id {highest} is outside the vocabulary of {X.n_tokens} tokens "
            f"(ids 0 to {X.n_tokens - 1})"
        )
