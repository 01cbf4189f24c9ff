"""Checks of parameters and plain arrays, and the one door to scikit-learn's private names.

Every other file imports `Interval`, `StrOptions` and friends from here, so that a scikit-learn
release that moves them is mended in one place.
"""

import difflib

import numpy as np
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
    validate_params,
)
from sklearn.utils.metadata_routing import _routing_enabled
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_feature_names_in,
    _check_method_params,
    _check_sample_weight,
    _check_y,
    _num_samples,
    check_consistent_length,
)

__all__ = [
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
    "check_feature_names_in",
    "check_fit_weight",
    "check_labels",
    "check_method_params",
    "check_numeric_y",
    "check_parameters",
    "did_you_mean",
    "name_estimators",
    "num_samples",
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


def check_parameters(estimator):
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


def _misspelling_hint(estimator, message):
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


def did_you_mean(word, choices):
    """Give ``" Did you mean 'x'?"`` for the nearest choice, or an empty string."""
    near = difflib.get_close_matches(str(word), [str(choice) for choice in choices], n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def check_choice(name, value, choices):
    """Check that ``value`` is one of ``choices``, naming the argument and the nearest choice.

    Raises
    ------
    ValueError
        If it is not.
    """
    if value not in choices:
        raise ValueError(
            f"{name} must be one of {sorted(choices)}, got {value!r}.{did_you_mean(value, choices)}"
        )


def check_labels(y, X, estimator):
    """Check labels of ``X``, one a sequence: present, finite, discrete, as many as sequences.

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
    y = _check_y(y, estimator=estimator)
    check_consistent_length(X, y)
    check_classification_targets(y)
    return y


def check_numeric_y(y, estimator):
    """Check a target of numbers in one column: finite, and float64 from here on.

    Returns
    -------
    ndarray of float64 of shape (n,)

    Raises
    ------
    ValueError
        If it isn't.
    """
    return _check_y(y, y_numeric=True, estimator=estimator).astype(np.float64)


def check_fit_weight(sample_weight, X):
    """Check a ``sample_weight`` with one entry for each sequence of ``X``.

    Returns
    -------
    ndarray of float64 of shape (n_sequences,)

    Raises
    ------
    ValueError
        If its shape is wrong, it is negative or not finite, or all of it is zero.
    """
    # scikit-learn's helper reads only the number of samples off X.
    rows = np.empty((num_samples(X), 0))
    weight = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
    if not weight.any():
        raise ValueError("sample_weight is zero for every sample; at least one must count")
    return weight
