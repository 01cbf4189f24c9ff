"""One number for all tags: what is common to their recalls, their correlation, their accuracy.

Tags and the classes that count are those of `skseq.metrics._tags`.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import accuracy_score, matthews_corrcoef, recall_score

from skseq.metrics._flat import flat_tags
from skseq.metrics._labels import geometric_mean, index_balanced_accuracy
from skseq.metrics._pairs import count_pairs, score_pairs
from skseq.metrics._types import StepValues, Tags


def tag_balanced_accuracy_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    labels: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> float:
    """Mean recall of all tags, each counting alike however rare it is.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    labels : array-like of shape (n_labels,), default=None
        Classes to average over; one that ``y_true`` lacks has recall 0. None means the
        classes in ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out of the average, such as the background tag; "majority" is the commonest
        tag in ``y_true``.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts. Weights that ``y_true`` carries for
        training are not used.

    Returns
    -------
    float
        Between 0 and 1, higher is better; NaN if no class is left to average over.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``.

    See Also
    --------
    sklearn.metrics.balanced_accuracy_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_balanced_accuracy_score
    >>> y_true = [["O", "O", "A"], ["B", "O", "A", "O"]]
    >>> y_pred = [["O", "O", "A"], ["O", "O", "O", "O"]]
    >>> tag_balanced_accuracy_score(y_true, y_pred)
    0.5
    """
    pairs = count_pairs(*flat_tags(y_true, y_pred, sample_weight, ignore), labels)
    return score_pairs(recall_score, pairs, average="macro", labels=labels, exclude=exclude)


def tag_geometric_mean_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    labels: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    correction: float = 0.0,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> float:
    """Geometric mean of the recalls of all tags; 0 as soon as one tag is never found.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    labels : array-like of shape (n_labels,), default=None
        Classes to average over; one that ``y_true`` lacks has recall 0. None means the
        classes in ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out of the average, such as the background tag; "majority" is the commonest
        tag in ``y_true``.

    correction : float, default=0.0
        Recall of a tag that is never found, so that one such tag does not hide the others.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts. Weights that ``y_true`` carries for
        training are not used.

    Returns
    -------
    float
        Between 0 and 1, higher is better; NaN if no class is left to average over.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``.

    See Also
    --------
    geometric_mean_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_geometric_mean_score
    >>> y_true = [["O", "O", "A"], ["B", "O", "A", "O"]]
    >>> y_pred = [["O", "O", "A"], ["O", "O", "O", "O"]]
    >>> tag_geometric_mean_score(y_true, y_pred)
    0.0
    >>> tag_geometric_mean_score(y_true, y_pred, correction=0.01)
    0.170...
    """
    pairs = count_pairs(*flat_tags(y_true, y_pred, sample_weight, ignore), labels)
    return geometric_mean(pairs, labels=labels, exclude=exclude, correction=correction)


def tag_index_balanced_accuracy_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    alpha: float = 0.1,
    squared: bool = True,
    labels: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> float:
    """Mean over the tags of recall times specificity, corrected by which of them is higher.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    alpha : float, default=0.1
        How much the difference counts.

    squared : bool, default=True
        As in `index_balanced_accuracy_score`.

    labels : array-like of shape (n_labels,), default=None
        Classes to average over; one that ``y_true`` lacks has recall 0. None means the
        classes in ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out of the average, such as the background tag.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts.

    Returns
    -------
    float
        At least 0, higher is better; NaN if no class is left to average over.

    See Also
    --------
    index_balanced_accuracy_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_index_balanced_accuracy_score
    >>> y_true, y_pred = [["O", "O", "O"], ["O", "A"]], [["O", "O", "O"], ["A", "A"]]
    >>> tag_index_balanced_accuracy_score(y_true, y_pred)
    0.75
    """
    pairs = count_pairs(*flat_tags(y_true, y_pred, sample_weight, ignore), labels)
    return index_balanced_accuracy(
        pairs, alpha=alpha, squared=squared, labels=labels, exclude=exclude
    )


def tag_matthews_corrcoef(
    y_true: Tags,
    y_pred: Tags,
    *,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> float:
    """Matthews correlation coefficient of tags.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts. Weights that ``y_true`` carries for
        training are not used.

    Returns
    -------
    float
        Between -1 and 1, higher is better; 0 is chance, also where there is one tag only.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``.

    See Also
    --------
    sklearn.metrics.matthews_corrcoef : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_matthews_corrcoef
    >>> y_true = [["O", "O", "A"], ["B", "O", "A", "O"]]
    >>> y_pred = [["O", "O", "A"], ["O", "O", "O", "O"]]
    >>> tag_matthews_corrcoef(y_true, y_pred)
    0.490...
    """
    pairs = count_pairs(*flat_tags(y_true, y_pred, sample_weight, ignore))
    if min(len(np.unique(pairs.true)), len(np.unique(pairs.predicted))) == 1:
        # Nothing to correlate. scikit-learn warns, and weights can round its 0 / 0 to NaN.
        return 0.0
    return matthews_corrcoef(pairs.true, pairs.predicted, sample_weight=pairs.weight)


def tag_accuracy_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> float:
    """Share of steps whose tag is right; on imbalanced tags little more than a sanity check.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts. Weights that ``y_true`` carries for
        training are not used.

    Returns
    -------
    float
        Between 0 and 1, higher is better.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``.

    See Also
    --------
    sklearn.metrics.accuracy_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_accuracy_score
    >>> y_true = [["O", "O", "A"], ["B", "O", "A", "O"]]
    >>> y_pred = [["O", "O", "A"], ["O", "O", "O", "O"]]
    >>> tag_accuracy_score(y_true, y_pred)
    0.714...
    """
    pairs = count_pairs(*flat_tags(y_true, y_pred, sample_weight, ignore))
    return accuracy_score(pairs.true, pairs.predicted, sample_weight=pairs.weight)
