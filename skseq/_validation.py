"""Checks of parameters and plain arrays, and the only entry of scikit-learn's private names.

Every other file imports `Interval`, `StrOptions` and friends from here, so that a scikit-learn
release that moves them is handled in one place.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import is_regressor
from sklearn.metrics._scorer import _BaseScorer as BaseScorer
from sklearn.model_selection._split import GroupsConsumerMixin
from sklearn.model_selection._split import _BaseKFold as BaseKFold
from sklearn.pipeline import _name_estimators
from sklearn.utils import _safe_indexing
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    InvalidParameterError,
    Options,
    RealNotInt,
    StrOptions,
)
from sklearn.utils._param_validation import validate_params as _validate_params
from sklearn.utils.metadata_routing import _routing_enabled
from sklearn.utils.metaestimators import _BaseComposition as BaseComposition
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_feature_names_in,
    _check_method_params,
    _check_sample_weight,
    _check_y,
    _num_samples,
    check_consistent_length,
)

from skseq._plain_checks import check_choice, check_label_types, did_you_mean, is_missing

__all__ = [
    "BaseComposition",
    "BaseKFold",
    "BaseScorer",
    "GroupsConsumerMixin",
    "HasMethods",
    "Interval",
    "InvalidParameterError",
    "Options",
    "RealNotInt",
    "StrOptions",
    "check_choice",
    "check_classifies",
    "check_feature_names_in",
    "check_finite_rows",
    "check_fit_weight",
    "check_label_types",
    "check_labels",
    "check_method_params",
    "check_numeric_y",
    "check_parameters",
    "did_you_mean",
    "has_step_labels",
    "is_missing",
    "name_estimators",
    "num_samples",
    "predicts_numbers",
    "refuse_mask",
    "routing_enabled",
    "safe_indexing",
    "validate_params",
]

num_samples = _num_samples
check_feature_names_in = _check_feature_names_in
check_method_params = _check_method_params
name_estimators = _name_estimators
routing_enabled = _routing_enabled
safe_indexing = _safe_indexing

Function = TypeVar("Function", bound=Callable[..., Any])


def validate_params(constraints: dict[str, Any], **options: Any) -> Callable[[Function], Function]:
    """Scikit-learn's decorator, which leaves the type of a function as it is."""
    return _validate_params(constraints, **options)


def check_parameters(estimator: Any) -> None:
    """Check an estimator's parameters against its ``_parameter_constraints``.

    Raises
    ------
    InvalidParameterError
        A ValueError that names the parameter, the rule and what came, and offers the likely
        intended word where a string was misspelt.
    """
    try:
        estimator._validate_params()
    except InvalidParameterError as error:
        hint = _misspelling_hint(estimator, str(error))
        if not hint:
            raise
        raise InvalidParameterError(f"{error}{hint}") from None


def check_classifies(owner: object, estimator: object, *, name: str = "estimator") -> None:
    """Check that what an estimator trains inside is not a regressor.

    Raises
    ------
    InvalidParameterError
        A ValueError that names both.
    """
    if predicts_numbers(estimator):
        raise InvalidParameterError(
            f"The {name!r} parameter of {type(owner).__name__} must be a classifier. Got "
            f"{estimator!r} instead, a regressor, whose numbers are not labels; for classes that "
            "have an order take SequenceOrdinalClassifier"
        )


def predicts_numbers(estimator: object) -> bool:
    """Whether an estimator, or what stands at the end of a pipeline or search, is a regressor."""
    return hasattr(estimator, "__sklearn_tags__") and is_regressor(estimator)


def _misspelling_hint(estimator: Any, message: str) -> str:
    for name, constraints in estimator._parameter_constraints.items():
        value = getattr(estimator, name, None)
        if isinstance(value, str) and f"The {name!r} parameter" in message:
            words = [
                word
                for constraint in constraints
                if isinstance(constraint, StrOptions)
                for word in constraint.options
            ]
            return did_you_mean(value, words)
    return ""


def check_finite_rows(table: np.ndarray, name: str) -> None:
    """Check that a 2-D array of float32 holds neither NaN nor infinity, naming the first bad row.

    Raises
    ------
    ValueError
        If it does.
    """
    bad = ~np.isfinite(table).all(axis=1)
    if bad.any():
        row = int(np.argmax(bad))
        what = "NaN" if np.isnan(table[row]).any() else "infinity, or a value too large for float32"
        raise ValueError(
            f"{name}[{row}] contains {what} ({int(bad.sum())} such row(s) in all); give it zeros, "
            "or the mean of the other rows"
        )


def refuse_mask(array: Any, name: str) -> None:
    """Raise ValueError for a masked array that hides entries: they would count as if seen."""
    if np.ma.is_masked(array):
        place = int(np.argmax(np.ma.getmaskarray(array).ravel()))
        raise ValueError(
            f"{name} is a masked array that hides {name}[{place}]; leave such samples out, of X "
            f"as well, with ~np.ma.getmaskarray({name})"
        )


def check_labels(y: Any, X: Any, estimator: Any) -> np.ndarray:
    """Check labels of ``X``, one per sequence: present, finite, discrete, as many as sequences.

    Returns
    -------
    ndarray of shape (n_sequences,)

    Raises
    ------
    ValueError
        If they are not.
    """
    if y is None:
        raise ValueError(
            f"This {type(estimator).__name__} estimator requires y to be passed, but the target y "
            "is None"
        )
    if has_step_labels(y):
        raise ValueError(
            "y must have one label for each sequence, got one for each step; use "
            f"skseq.SequenceTagger, which learns a label for each step{_one_hot_hint(y)}"
        )
    check_label_types(y, "y")
    refuse_mask(y, "y")
    _refuse_missing(y)
    y = _check_y(y, estimator=estimator)
    check_consistent_length(X, y)
    check_classification_targets(y)
    return y


def _one_hot_hint(y: Any) -> str:
    """A cure where each row of y is 0 but for a single 1."""
    try:
        table = np.asarray(y)
        is_one_hot = table.ndim == 2 and np.isin(table, (0, 1)).all() and (table.sum(1) == 1).all()
    except (TypeError, ValueError):  # rows of different lengths, or text
        return ""
    return ". If its rows are one-hot, pass np.argmax(y, axis=1)" if is_one_hot else ""


def _refuse_missing(y: Any) -> None:
    # In a list of texts numpy would make the text "nan" of NaN.
    labels = y if isinstance(y, (list, tuple)) else np.asarray(y)
    if isinstance(labels, np.ndarray) and (labels.dtype != object or labels.ndim != 1):
        return
    missing = [row for row, label in enumerate(labels) if np.ndim(label) == 0 and is_missing(label)]
    if missing:
        raise ValueError(
            f"Input y contains NaN or None: y[{missing[0]}] is missing, {len(missing)} of "
            f"{len(labels)} labels in all; drop these rows, from X as well"
        )


def has_step_labels(y: Any) -> bool:
    """Whether y holds one label for each step (ragged) rather than one for each sequence.

    Parameters
    ----------
    y : array-like of shape (n_sequences,), list of lists, object array, 2-D array or Sequences
        Labels. A 2-D array of one column is a column of labels, as for scikit-learn.

    Returns
    -------
    bool
    """
    if hasattr(y, "offsets"):
        return True
    if hasattr(y, "__len__") and not hasattr(y, "__array__"):
        y = list(y)  # a deque, or a lazy column
    entries = y if isinstance(y, (list, tuple)) else np.asarray(y)
    if isinstance(entries, np.ndarray) and entries.ndim > 1:
        return entries.shape[1] > 1
    return num_samples(entries) > 0 and np.ndim(entries[0]) > 0


def check_numeric_y(y: Any, estimator: Any) -> NDArray[np.float64]:
    """Check a target of numbers in one column: finite, and float64 from here on.

    Returns
    -------
    ndarray of float64 of shape (n,)

    Raises
    ------
    ValueError
        If it isn't.
    """
    refuse_mask(y, "y")
    return _check_y(y, y_numeric=True, estimator=estimator).astype(np.float64)


def check_fit_weight(sample_weight: ArrayLike, X: Any) -> NDArray[np.float64]:
    """Check a ``sample_weight`` with one entry for each sequence of ``X``.

    Returns
    -------
    ndarray of float64 of shape (n_sequences,)

    Raises
    ------
    ValueError
        If its shape is wrong, it is negative or not finite, or all of it is zero.
    """
    refuse_mask(sample_weight, "sample_weight")
    # scikit-learn's helper reads only the number of samples off X.
    rows = np.empty((num_samples(X), 0))
    weight = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
    if not weight.any():
        raise ValueError("sample_weight is zero for every sample; at least one must count")
    return weight
