"""What counts as a 2-D table, scikit-learn's own ground; arrays that look like mistakes."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from skseq.data._cells import cell_column, is_frame, is_sparse, to_cells
from skseq.data._layout import are_rounded_integers
from skseq.data._not_numbers import is_date, refuse_dates
from skseq.data._sequences import Sequences
from skseq.data._steps import check_finite

# A time axis so much shorter than that of the features is taken for a mistake.
_FEATURES_A_STEP = 100


def is_table(X: Any) -> bool:
    """Whether X is 2-D (array or frame): univariate series of equal length, a row each.

    A frame of one column that holds a sequence or a text in each cell is not a table.
    """
    if isinstance(X, (Sequences, list, tuple)) or np.ma.is_masked(X):
        return False
    if is_sparse(X):
        return True
    if is_frame(X):
        return cell_column(X) is None
    X = to_cells(X)  # a tensor, or a column of arrays of one length, which is not a table
    return hasattr(X, "__array__") and np.asarray(X).ndim == 2


def is_list_table(X: Any) -> bool:
    """Whether X is a list of equally long lists of floats, which scikit-learn takes for 2-D.

    Its checks, and those of imbalanced-learn, require a table in two places: what returns X in the
    form it came in (samplers, `SequenceScaler`) returns a table for it, and what was fitted on it
    refuses an array of another width. At prediction such a list is sequences like any other.
    """
    if not isinstance(X, (list, tuple)) or not all(isinstance(row, (list, tuple)) for row in X):
        return False
    if len({len(row) for row in X}) != 1 or not len(X[0]):
        return False
    try:
        array = np.asarray(X)
    except ValueError:  # steps of different numbers of features
        return False
    return array.ndim == 2 and array.dtype.kind == "f" and not are_rounded_integers(array, X)


def check_table(
    estimator: Any,
    X: Any,
    *,
    reset: bool = True,
    dtype: DTypeLike = "numeric",
    fits: DTypeLike | None = None,
    accept_sparse: bool | list[str] = False,
) -> Any:
    """Check a table as scikit-learn does, but locate NaN, infinity and what is too large.

    Parameters
    ----------
    estimator : estimator
        Whose fitted attributes are set.

    X : array, sparse matrix or frame of shape (n_sequences, n_steps)
        The table.

    reset : bool, default=True
        Whether this is the X of ``fit``.

    dtype : dtype or "numeric", default="numeric"
        What it is converted to.

    fits : dtype, default=None
        A type that has to hold the values besides.

    accept_sparse : bool or list of str, default=False
        Formats that may stay sparse.

    Returns
    -------
    ndarray or sparse matrix of shape (n_sequences, n_steps)
    """
    from sklearn.utils.validation import check_array

    _refuse_dates(X)
    checks = {
        "dtype": dtype,
        "accept_sparse": accept_sparse,
        "ensure_all_finite": is_sparse(X),  # others are checked below
    }
    # A table that meets an estimator of ragged series has nothing to compare its width with.
    if reset or getattr(estimator, "_fitted_on_table", True):
        X = _validate(estimator, X, reset=reset, **checks)
    else:
        X = check_array(X, estimator=estimator, input_name="X", **checks)
    if not is_sparse(X):
        check_finite(Sequences.from_padded(X), fits)
    return X


def warn_of_channels_first(X: np.ndarray) -> None:
    """Warn where the axes of a 3-D array look like (n, channels, time).

    That is where each sequence has one step, or a hundred times as many features as steps.
    """
    n_steps, n_features = X.shape[1:]
    if (n_steps == 1 and n_features > 2) or n_features >= _FEATURES_A_STEP * n_steps > 0:
        warnings.warn(
            f"X of shape {X.shape} is read with the axes (n, time, features): {n_steps} step(s) "
            f"of {n_features} features each. If the axes are (n, channels, time), pass "
            "X.swapaxes(1, 2); Sequences.from_padded(X) says that they are right",
            UserWarning,
            stacklevel=5,
        )


def _validate(estimator: Any, X: Any, *, reset: bool, **checks: Any) -> Any:
    from sklearn.utils.validation import validate_data

    try:
        return validate_data(estimator, X, reset=reset, **checks)
    except TypeError:
        entries = np.asarray(X, dtype=object).ravel()
        first = next(filter(is_date, entries), None)
        if first is None:
            raise
        raise refuse_dates("X", type(first).__name__) from None
    except ValueError as error:
        if reset or "features, but" not in str(error):
            raise
        raise ValueError(
            f"{error} Sequences of another length than those of fit go as a list, list(X)."
        ) from None


def _refuse_dates(X: Any) -> None:
    dtypes = X.dtypes if hasattr(X, "dtypes") else [getattr(X, "dtype", None)]
    for dtype in dtypes:
        if getattr(dtype, "kind", "") in ("m", "M"):
            raise refuse_dates("X", dtype)
