"""Targets that are numbers, one for each sequence or each step: checks, and their scale."""

from functools import partial

import numpy as np
from sklearn.utils.validation import check_consistent_length

from skseq._validation import check_numeric_y, has_step_labels
from skseq.data import as_tags, known_steps


def check_targets(y, X, estimator, ignore=None):
    """Check numbers as targets of ``X``.

    Parameters
    ----------
    y : array-like of shape (n_sequences,), list of lists, object array, 2-D array or Sequences
        One number for each sequence, or for each step.

    X : Sequences
        What they belong to.

    estimator : estimator
        Named in errors.

    ignore : scalar or list, default=None
        Marks in place of the number of a step, see `skseq.data.known_steps`; None names none.

    Returns
    -------
    values : ndarray of float64 of shape (n_sequences,) or (n_steps,)
        Those of all steps in one row, if there is one for each step.

    per_step : bool
        Whether there is.

    known : ndarray of bool of shape (n_steps,) or None
        Which steps have a number; the others have one of these in ``values``, too.

    Raises
    ------
    ValueError
        If there is none, or neither one for each sequence nor one for each step, or one is not
        finite.
    """
    if y is None:
        raise ValueError(
            f"This {type(estimator).__name__} estimator requires y to be passed, but the target y "
            "is None"
        )
    if not has_step_labels(y):
        values = _check_numbers(y, estimator, "y[{}]".format)
        check_consistent_length(X, values)
        return values, False, None
    y = _one_per_step(y, X)
    known = known_steps(y, [] if ignore is None else ignore)
    values = y.values if known is None else np.where(known, y.values, y.values[known][0])
    return _check_numbers(values, estimator, partial(_place, y)), True, known


def _check_numbers(y, estimator, place):
    """Finite numbers, or an error that says where there is none, by ``place(index)``."""
    try:
        return check_numeric_y(y, estimator)
    except ValueError as error:
        entries = np.asarray(y, dtype=object).ravel()
        wrong = [index for index, entry in enumerate(entries) if not _is_finite(entry)]
        if not wrong:
            raise
        raise ValueError(
            f"{str(error).rstrip('.')}: {place(wrong[0])} is {entries[wrong[0]]!r}, "
            f"{len(wrong)} of {len(entries)} in all. {type(estimator).__name__} learns finite "
            "numbers: leave the others out, of X as well; SequenceClassifier and SequenceTagger "
            "learn labels"
        ) from None


def _is_finite(entry):
    try:
        return np.isfinite(float(entry))
    except (TypeError, ValueError):
        return False


def _place(y, step):
    row = int(np.searchsorted(y.offsets, step, side="right")) - 1
    return f"y[{row}], step {step - y.offsets[row]},"


def _one_per_step(y, X):
    y = as_tags(y)
    check_consistent_length(X, y)
    if y.aligns_with(X):
        return y
    row = int(np.argmax(y.lengths != X.lengths))
    raise ValueError(
        f"y[{row}] has {y.lengths[row]} numbers but X[{row}] has {X.lengths[row]} steps. y must "
        "have one number for each sequence, or one for each step; for several targets per sequence "
        "fit one regressor each, with sklearn.multioutput.MultiOutputRegressor"
    )


def mean_and_scale(values, weight):
    """Weighted mean and standard deviation; 1 for the latter where all values are the same.

    Parameters
    ----------
    values : ndarray of shape (n,)
        The numbers.

    weight : ndarray of shape (n,) or None
        How much each counts.

    Returns
    -------
    mean, scale : float
    """
    with np.errstate(over="ignore"):
        mean = np.average(values, weights=weight)
        scale = np.sqrt(np.average((values - mean) ** 2, weights=weight))
    if not np.isfinite(scale):
        raise ValueError(
            f"y is too large to be squared, up to {np.abs(values).max():.3g} in size. If that "
            "marks what is missing, leave these samples out, of X as well; else scale y down"
        )
    # What rounding leaves of equal numbers is not a scale.
    is_constant = scale <= 10 * np.finfo(np.float64).eps * max(abs(mean), 1e-300)
    return float(mean), 1.0 if is_constant else float(scale)
