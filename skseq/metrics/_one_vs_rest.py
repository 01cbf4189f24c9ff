"""One-against-the-rest problems of many classes, and averages of a ranking metric over them."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from skseq._typing import BoolArray
from skseq._validation import check_choice, check_fit_weight
from skseq.metrics._pairs import check_comparable_labels, distinct, excluded_codes, positions
from skseq.metrics._types import Floats, Score, Unseen


def score_one_vs_rest(
    metric: Callable[..., Any],
    y_true: np.ndarray,
    y_score: ArrayLike,
    *,
    classes: ArrayLike | None,
    exclude: ArrayLike | None,
    unseen: Unseen,
    average: Literal["macro"] | None,
    sample_weight: ArrayLike | None,
) -> Score:
    """Score each class against all others, and average.

    Parameters
    ----------
    metric : callable
        ``metric(is_positive, score, sample_weight=)`` of flat arrays.

    y_true : ndarray of shape (n,)
        Labels.

    y_score : array-like of shape (n, n_classes) or (n,)
        A column for each class; one column is the second of two classes.

    classes : array-like of shape (n_classes,) or None
        Label of each column; None means the sorted labels of ``y_true``.

    exclude : None, "majority", label or list of labels
        Classes that are left out.

    unseen : {"raise", "zero"}
        How to treat labels that have no column: an error, or a column of zeros.

    average : {"macro"} or None
        The mean over classes, or a score for each of them.

    sample_weight : array-like of shape (n,) or None
        Weight of each entry.

    Returns
    -------
    float or ndarray of shape (n_scored,)
        A class with no positive or no negative entry has no rank order: its score is NaN, and
        the mean leaves it out.
    """
    if average is not None:
        check_choice("average", average, ("macro",))
    scores = np.array(
        [
            _score_class(metric, is_positive, score, weight)
            for _, is_positive, score, weight in one_vs_rest(
                y_true,
                y_score,
                classes=classes,
                exclude=exclude,
                unseen=unseen,
                sample_weight=sample_weight,
            )
        ]
    )
    if average is None:
        return scores
    ranked = scores[~np.isnan(scores)]
    return float(ranked.mean()) if len(ranked) else np.nan


def one_vs_rest(
    y_true: np.ndarray,
    y_score: ArrayLike,
    *,
    classes: ArrayLike | None,
    exclude: ArrayLike | None,
    unseen: Unseen,
    sample_weight: ArrayLike | None,
) -> list[tuple[Any, BoolArray, Floats, Floats | None]]:
    """Check labels and scores, and pose the problem of each class against all others.

    Parameters and errors are those of `score_one_vs_rest`.

    Returns
    -------
    list of (label, is_positive, score, weight)
        For each class that is not excluded, its label and three flat arrays: where it is true,
        its column of scores, and the weights (None if all are equal).
    """
    check_choice("unseen", unseen, ("raise", "zero"))
    if not len(y_true):
        raise ValueError("y_true is empty; a score needs at least one label")
    labels = distinct(y_true, "y_true")
    classes = labels if classes is None else check_classes(classes)
    columns = _check_scores(y_score, y_true, classes)
    classes, columns = resolve_unseen(labels, classes, columns, unseen)
    codes = positions(y_true, classes)
    excluded = excluded_codes(exclude, classes, np.bincount(codes, minlength=len(classes)))
    weight = None
    if sample_weight is not None:
        weight = check_fit_weight(sample_weight, y_true)
        counts = weight > 0
        codes, columns, weight = codes[counts], columns[counts], weight[counts]
    return [
        (label, codes == code, columns[:, code], weight)
        for code, label in enumerate(classes)
        if code not in excluded
    ]


def _score_class(
    metric: Callable[..., Any],
    is_positive: BoolArray,
    score: Floats,
    weight: np.ndarray | None,
) -> float:
    if is_positive.all() or not is_positive.any():
        return np.nan
    return metric(is_positive, score, sample_weight=weight)


def check_classes(classes: ArrayLike) -> np.ndarray:
    """Give classes as an array, or raise ValueError if one of them is named twice."""
    classes = np.asarray(classes)
    if len(distinct(classes, "classes")) != len(classes):
        raise ValueError(f"classes must name each class once, got {classes.tolist()}")
    # Text in an object array sorts and compares as text from here on.
    return np.array(classes.tolist())


def _check_scores(y_score: ArrayLike, y_true: np.ndarray, classes: np.ndarray) -> Floats:
    # Only the order within a column matters, so the first of two classes ranks by the negative.
    columns = check_columns("y_score", y_score, y_true, classes, np.negative)
    if not np.isfinite(columns).all():
        raise ValueError("y_score contains NaN or infinity")
    return columns


def check_columns(
    name: str,
    columns: ArrayLike,
    y_true: np.ndarray,
    classes: np.ndarray,
    other_of_two: Callable[[Any], Any],
) -> Floats:
    """Give columns as float64 of shape (n, n_classes), or raise ValueError if they do not fit.

    Of two classes, a flat array is the second; ``other_of_two`` makes the first of it.
    """
    try:
        columns = np.asarray(columns, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} must hold numbers, a column for each of the {len(classes)} classes, such as "
            f"predict_proba gives, not labels; got {np.asarray(columns).dtype}"
        ) from None
    if columns.ndim == 1 and len(classes) == 2:
        columns = np.column_stack([other_of_two(columns), columns])
    if columns.ndim != 2 or columns.shape[1] != len(classes):
        got = columns.shape[1] if columns.ndim == 2 else 1
        raise ValueError(
            f"{name} has {got} column(s) but there are {len(classes)} classes "
            f"{classes.tolist()}; name the label of each column with classes=, for example "
            "classes=estimator.classes_"
        )
    if len(columns) != len(y_true):
        raise ValueError(f"{name} has {len(columns)} rows but y_true has {len(y_true)} labels")
    return columns


def resolve_unseen(
    labels: np.ndarray, classes: np.ndarray, columns: Floats, unseen: Unseen
) -> tuple[np.ndarray, Floats]:
    """Add a column of zeros for each label that has none, or raise ValueError."""
    check_comparable_labels(y_true=labels, classes=classes)
    extra = labels[positions(labels, classes) < 0]
    if not len(extra):
        return classes, columns
    if unseen == "raise":
        raise ValueError(
            f"y_true has labels {extra.tolist()} that classes {classes.tolist()} lacks; add their "
            'columns, or pass unseen="zero" to score them as never given any probability'
        )
    zeros = np.zeros((len(columns), len(extra)))
    return np.concatenate([classes, extra]), np.hstack([columns, zeros])
