"""From labels or ragged tags, in any form that users have them, to checked flat arrays."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from skseq.data import Sequences, as_sequences, as_tags, cut_steps, known_steps
from skseq.metrics._types import StepValues, Tags


def flat_labels(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Check two arrays of one label per sequence.

    Returns
    -------
    y_true, y_pred : ndarray of shape (n_sequences,)

    Raises
    ------
    TypeError
        If one of them has a label for each step.
    ValueError
        If they differ in length.
    """
    y_true, y_pred = as_labels(y_true, "y_true"), as_labels(y_pred, "y_pred")
    if len(y_true) != len(y_pred):
        raise ValueError(f"y_pred has {len(y_pred)} labels but y_true has {len(y_true)}")
    return y_true, y_pred


def flat_tags(
    y_true: Tags, y_pred: Tags, sample_weight: StepValues | None = None, ignore: Any = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Check that two sets of tags align, and lay their steps end to end.

    Parameters
    ----------
    y_true, y_pred : list of lists, object array, 2-D array or Sequences
        One tag per step.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), ragged, or None
        Weight of each sequence or step.

    ignore : scalar or list, default=None
        Marks in ``y_true`` in place of a label, see `skseq.data.known_steps`.

    Returns
    -------
    y_true, y_pred : ndarray of shape (n_steps,)
        Of the steps that have a label.

    sample_weight : ndarray of shape (n_steps,) or None

    Raises
    ------
    ValueError
        If a length differs, naming the sequence and both lengths.
    """
    tags, predicted = _aligned(y_true, y_pred)
    return _of_known(tags, predicted.values, _step_weight(sample_weight, tags), ignore)


def aligned_tags(y_true: Tags, y_pred: Tags, ignore: Any = None) -> tuple[Sequences, Sequences]:
    """Check that two sets of tags align; give both as `Sequences` of the steps with a label."""
    tags, predicted = _aligned(y_true, y_pred)
    known = known_steps(tags, ignore, name="y_true")
    return cut_steps(tags, known), cut_steps(predicted, known)


def _aligned(y_true: Tags, y_pred: Tags) -> tuple[Sequences, Sequences]:
    tags, predicted = as_tags(y_true, name="y_true"), as_tags(y_pred, name="y_pred")
    check_aligned(tags, predicted, "y_pred", "tags")
    return tags, predicted


def _of_known(
    tags: Sequences, predictions: np.ndarray, weight: np.ndarray | None, ignore: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Labels, predictions and weights, flat, of the steps that have a label."""
    known = known_steps(tags, ignore, name="y_true")
    if known is None:
        return tags.values, predictions, weight
    weight = None if weight is None else weight[known]
    return cut_steps(tags, known).values, predictions[known], weight


def flat_tag_scores(
    y_true: Tags, y_score: StepValues, sample_weight: StepValues | None = None, ignore: Any = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Check that scores of each step align with tags, and lay the steps end to end.

    Parameters and errors are those of `flat_tags`.

    Returns
    -------
    y_true : ndarray of shape (n_steps,)

    y_score : ndarray of shape (n_steps, n_classes) or (n_steps,)

    sample_weight : ndarray of shape (n_steps,) or None
    """
    tags, y_score = as_tags(y_true, name="y_true"), as_sequences(y_score, name="y_score")
    check_aligned(tags, y_score, "y_score", "rows")
    return _of_known(tags, y_score.values, _step_weight(sample_weight, tags), ignore)


def as_labels(y: Any, name: str) -> np.ndarray:
    """Give labels as an array, or raise TypeError if they are tags."""
    if not isinstance(y, (Sequences, list, tuple)):
        y = without_column_axis(np.asarray(y))
    if isinstance(y, Sequences) or np.ndim(_first(y)):
        raise TypeError(
            f"{name} must hold one label for each sequence, got several; for labels per step use "
            "the metrics whose name starts with tag_"
        )
    return np.asarray(y)


def without_column_axis(y: np.ndarray) -> np.ndarray:
    """Labels in a column of shape (n, 1), as of a frame, flat; other arrays as they are."""
    return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y


def check_aligned(tags: Sequences, other: Sequences, name: str, what: str) -> None:
    """Raise ValueError unless ``other``, which is called ``name``, has one of ``what`` a step."""
    if len(other) != len(tags):
        raise ValueError(f"{name} has {len(other)} sequences but y_true has {len(tags)}")
    if not other.aligns_with(tags):
        row = int(np.argmax(other.lengths != tags.lengths))
        raise ValueError(
            f"{name}[{row}] has {other.lengths[row]} {what} but y_true[{row}] has "
            f"{tags.lengths[row]} steps; every step needs one"
        )


def _step_weight(sample_weight: StepValues | None, tags: Sequences) -> np.ndarray | None:
    if sample_weight is None:
        return None
    if isinstance(sample_weight, Sequences) or np.ndim(_first(sample_weight)):
        weight = as_sequences(sample_weight, name="sample_weight")
        check_aligned(tags, weight, "sample_weight", "weights")
        return weight.values
    return tags.replace(weight=sample_weight).step_weight()


def _first(collection: Any) -> Any:
    return next(iter(collection), 0)
