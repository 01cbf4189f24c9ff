"""The name of a scorer, with its arguments, and the bounds of its scores."""

import reprlib
from collections.abc import Callable
from typing import Any

import numpy as np

from skseq.metrics._scorers import METRICS, metrics_of

_SHORT = reprlib.Repr()
_SHORT.maxother = _SHORT.maxstring = 40

# By name of the function; scores of ours that are in neither go from 0 to 1.
_BOUNDS = {
    "brier_score": (0, 2),
    "cohen_kappa_score": (-1, 1),
    "macro_mean_absolute_error": (0, np.inf),
    "matthews_corrcoef": (-1, 1),
    "quadratic_weighted_kappa_score": (-1, 1),
}
_THEIRS_IN_UNIT = {
    "accuracy_score",
    "average_precision_score",
    "balanced_accuracy_score",
    "f1_score",
    "fbeta_score",
    "jaccard_score",
    "precision_score",
    "recall_score",
    "roc_auc_score",
    "top_k_accuracy_score",
}


def scorer_name(scorer: Callable[..., Any]) -> str:
    """Give the name that `get_scorer` knows a scorer by, with the arguments.

    Parameters
    ----------
    scorer : callable
        Such as `get_scorer` or `sklearn.metrics.make_scorer` gives, or any function.

    Returns
    -------
    str
        Such as "tag_f1_macro(exclude='O')"; the name of the function where no name stands for it.
    """
    name, arguments = name_and_arguments(scorer)
    if name is None:
        sign = "neg_" if getattr(scorer, "_sign", 1) < 0 else ""
        name = sign + getattr(getattr(scorer, "_score_func", scorer), "__name__", "score")
    listed = ", ".join(f"{key}={_SHORT.repr(value)}" for key, value in arguments.items())
    return f"{name}({listed})" if listed else name


def without_arguments(name: str) -> str:
    """What `scorer_name` gives, less the arguments, which take room."""
    return name.partition("(")[0]


def name_and_arguments(scorer: Callable[..., Any]) -> tuple[str | None, dict[str, Any]]:
    """Give what to call `get_scorer` with to have a scorer again.

    Returns
    -------
    name : str or None
        None where `get_scorer` has no metric of its own for it.

    arguments : dict of str to object
        All of the scorer's that the name does not imply.
    """
    function = getattr(scorer, "_score_func", scorer)
    arguments = dict(getattr(scorer, "_kwargs", {}))
    named = metrics_of(function, arguments)
    if not named:
        return None, arguments
    name = max(named, key=lambda each: len(named[each].arguments))
    return name, {k: v for k, v in arguments.items() if k not in named[name].arguments}


def score_bounds(scorer: Callable[..., Any]) -> tuple[float, float]:
    """Give the lowest and the highest possible score.

    Parameters
    ----------
    scorer : callable
        Such as `get_scorer` gives.

    Returns
    -------
    low, high : float
        Infinite where nothing is known.
    """
    function = getattr(scorer, "_score_func", None)
    low, high = _bounds(function, getattr(scorer, "_kwargs", {}))
    return (-high, -low) if getattr(scorer, "_sign", 1) < 0 else (low, high)


def _bounds(function: Callable[..., Any] | None, arguments: dict[str, Any]) -> tuple[float, float]:
    name = getattr(function, "__name__", "").removeprefix("tag_")
    if name in _BOUNDS:
        return _BOUNDS[name]
    is_ours = any(metric.function is function for metric in METRICS.values())
    is_known = is_ours or name in _THEIRS_IN_UNIT
    # Scikit-learn's adjusted=True shifts the score of chance to 0, and others below.
    return (0, 1) if is_known and not arguments.get("adjusted") else (-np.inf, np.inf)
