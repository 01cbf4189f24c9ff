"""Metrics of ordered labels, where a miss by two levels is worse than one by one."""

from typing import Any

import numpy as np
import sklearn.metrics
from numpy.typing import ArrayLike

from skseq.metrics._flat import flat_labels, flat_tags
from skseq.metrics._pairs import LabelPairs, count_pairs, positions
from skseq.metrics._types import StepValues, Tags


def macro_mean_absolute_error(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Mean over the classes of how far predictions for their members are off.

    Each class counts alike, however rare, so a model that always predicts the middle of the scale
    is not rewarded because the middle is common.

    Parameters
    ----------
    y_true : array-like of shape (n_sequences,)
        True labels.

    y_pred : array-like of shape (n_sequences,)
        Predicted labels.

    labels : array-like of shape (n_labels,), default=None
        All labels in their order; distances then count places in it. None takes numbers as they
        are.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence counts.

    Returns
    -------
    float
        At least 0, lower is better.

    Raises
    ------
    ValueError
        If labels are text and ``labels`` does not give their order, or it lacks one of them.

    References
    ----------
    .. [1] S. Baccianella, A. Esuli, F. Sebastiani, "Evaluation measures for ordinal regression",
       ISDA 2009.

    Examples
    --------
    >>> from skseq.metrics import macro_mean_absolute_error
    >>> macro_mean_absolute_error([1, 1, 1, 3], [1, 1, 1, 1])
    1.0
    >>> order = ["low", "middle", "high"]
    >>> macro_mean_absolute_error(["low", "high"], ["low", "middle"], labels=order)
    0.5
    """
    return _mean_absolute_error(*flat_labels(y_true, y_pred), sample_weight, labels)


def tag_macro_mean_absolute_error(
    y_true: Tags,
    y_pred: Tags,
    *,
    labels: ArrayLike | None = None,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> float:
    """Mean over the tags of how far predictions for their steps are off.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    labels : array-like of shape (n_labels,), default=None
        All tags in their order; distances then count places in it. None takes numbers as they are.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts.

    Returns
    -------
    float
        At least 0, lower is better.

    See Also
    --------
    macro_mean_absolute_error : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_macro_mean_absolute_error
    >>> tag_macro_mean_absolute_error([[0, 0, 2], [1]], [[0, 0, 0], [1]])
    0.666...
    """
    y_true, y_pred, sample_weight = flat_tags(y_true, y_pred, sample_weight, ignore)
    return _mean_absolute_error(y_true, y_pred, sample_weight, labels)


def quadratic_weighted_kappa_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Agreement beyond chance, where a miss costs the square of its distance.

    Parameters
    ----------
    y_true : array-like of shape (n_sequences,)
        True labels.

    y_pred : array-like of shape (n_sequences,)
        Predicted labels.

    labels : array-like of shape (n_labels,), default=None
        All labels in their order. None takes the sorted numbers that occur; name them all where a
        level in between may be missing, or it will not count as a step.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence counts.

    Returns
    -------
    float
        1 for full agreement, 0 for chance; NaN if there is one label only.

    See Also
    --------
    sklearn.metrics.cohen_kappa_score : With other weights.

    Examples
    --------
    >>> from skseq.metrics import quadratic_weighted_kappa_score
    >>> quadratic_weighted_kappa_score([1, 2, 3, 3], [1, 2, 3, 2])
    0.8
    """
    return _kappa(*flat_labels(y_true, y_pred), sample_weight, labels)


def tag_quadratic_weighted_kappa_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    labels: ArrayLike | None = None,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> float:
    """Agreement beyond chance of ordered tags, where a miss costs the square of its distance.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    labels : array-like of shape (n_labels,), default=None
        All tags in their order. None takes the sorted numbers that occur.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts.

    Returns
    -------
    float
        1 for full agreement, 0 for chance; NaN if there is one tag only.

    See Also
    --------
    quadratic_weighted_kappa_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_quadratic_weighted_kappa_score
    >>> tag_quadratic_weighted_kappa_score([[1, 2], [3, 3]], [[1, 2], [3, 2]])
    0.8
    """
    y_true, y_pred, sample_weight = flat_tags(y_true, y_pred, sample_weight, ignore)
    return _kappa(y_true, y_pred, sample_weight, labels)


def _mean_absolute_error(
    y_true: np.ndarray,
    y_pred: np.ndarray,
    sample_weight: ArrayLike | None,
    labels: ArrayLike | None,
) -> float:
    pairs, values = _ordered_pairs(y_true, y_pred, sample_weight, labels)
    miss = np.abs(values[pairs.true] - values[pairs.predicted])
    misses = np.bincount(pairs.true, weights=pairs.weight * miss)
    totals = np.bincount(pairs.true, weights=pairs.weight)
    occurs = totals > 0
    return float(np.mean(misses[occurs] / totals[occurs]))


def _kappa(
    y_true: np.ndarray,
    y_pred: np.ndarray,
    sample_weight: ArrayLike | None,
    labels: ArrayLike | None,
) -> float:
    pairs, values = _ordered_pairs(y_true, y_pred, sample_weight, labels, by_place=True)
    scale = np.arange(values.max() + 1 if labels is None else len(np.asarray(labels)))
    if len(np.union1d(pairs.true, pairs.predicted)) < 2:
        return np.nan
    return float(
        sklearn.metrics.cohen_kappa_score(
            values[pairs.true],
            values[pairs.predicted],
            labels=scale,
            weights="quadratic",
            sample_weight=pairs.weight,
        )
    )


def _ordered_pairs(
    y_true: np.ndarray,
    y_pred: np.ndarray,
    sample_weight: ArrayLike | None,
    labels: ArrayLike | None,
    by_place: bool = False,
) -> tuple[LabelPairs, np.ndarray]:
    """Counted pairs, and where on the scale each of their classes lies."""
    pairs = count_pairs(y_true, y_pred, sample_weight)
    if labels is not None:
        order = np.asarray(labels)
        values = positions(pairs.classes, order)
        if (values < 0).any():
            raise ValueError(
                f"labels must name every label in its order, but {order.tolist()} lacks "
                f"{pairs.classes[values < 0].tolist()}"
            )
        return pairs, values
    if by_place and pairs.classes.dtype.kind in "biuf":
        return pairs, np.arange(len(pairs.classes))
    if pairs.classes.dtype.kind not in "biuf":
        raise ValueError(
            f"the labels {pairs.classes.tolist()} are text, whose order is not known; give all of "
            "them in their order with labels=[...]"
        )
    return pairs, pairs.classes.astype(np.float64)
