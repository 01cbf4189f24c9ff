"""Precision, recall and F scores of one label per step, over the true steps of ragged sequences.

Tags come as list of lists, object array, 2-D array or `Sequences`; steps of all sequences count
alike, so the order of sequences and the places where they are cut change nothing. Classes that a
fold lacks never raise nor warn: an average runs over the classes that ``y_true`` has, or over
those that the caller names, less those that ``exclude`` names (the background tag, say).
"""

from typing import Any

from numpy.typing import ArrayLike
from sklearn.metrics import f1_score, fbeta_score, precision_score, recall_score

from skseq.metrics._flat import flat_tags
from skseq.metrics._pairs import count_pairs, score_pairs
from skseq.metrics._types import Average, Score, StepValues, Tags


def tag_f1_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    labels: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    average: Average = "macro",
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> Score:
    """F1 of tags: the harmonic mean of precision and recall over true steps.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    labels : array-like of shape (n_labels,), default=None
        Classes to average over; one that ``y_true`` lacks has F1 0. None means the
        classes in ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out of the average, such as the background tag; "majority" is the commonest
        tag in ``y_true``.

    average : {"macro", "micro", "weighted"} or None, default="macro"
        As in scikit-learn; None gives a score for each class, in the order of ``labels``, or
        else of the sorted classes in ``y_true``. Only "micro" also counts steps predicted as a
        class that ``y_true`` lacks.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts. Weights that ``y_true`` carries for
        training are not used.

    Returns
    -------
    float or ndarray of shape (n_averaged,)
        Between 0 and 1, higher is better; NaN if no class is left to average over.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``.

    See Also
    --------
    sklearn.metrics.f1_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_f1_score
    >>> y_true = [["O", "O", "A"], ["B", "O", "A", "O"]]
    >>> y_pred = [["O", "O", "A"], ["O", "O", "O", "O"]]
    >>> tag_f1_score(y_true, y_pred)
    0.488...
    >>> tag_f1_score(y_true, y_pred, exclude="O")
    0.333...
    >>> tag_f1_score(y_true, y_pred, average=None)
    array([0.66666667, 0.        , 0.8       ])
    """
    return score_pairs(
        f1_score,
        count_pairs(*flat_tags(y_true, y_pred, sample_weight, ignore), labels),
        average=average,
        labels=labels,
        exclude=exclude,
    )


def tag_fbeta_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    beta: float,
    labels: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    average: Average = "macro",
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> Score:
    """F-beta of tags: recall counts ``beta`` times as much as precision.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    beta : float
        Weight of recall against precision; 2 suits rare tags that must not be missed.

    labels : array-like of shape (n_labels,), default=None
        Classes to average over; one that ``y_true`` lacks has a score of 0. None means the
        classes in ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out of the average, such as the background tag; "majority" is the commonest
        tag in ``y_true``.

    average : {"macro", "micro", "weighted"} or None, default="macro"
        As in scikit-learn; None gives a score for each class, in the order of ``labels``, or
        else of the sorted classes in ``y_true``. Only "micro" also counts steps predicted as a
        class that ``y_true`` lacks.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts. Weights that ``y_true`` carries for
        training are not used.

    Returns
    -------
    float or ndarray of shape (n_averaged,)
        Between 0 and 1, higher is better; NaN if no class is left to average over.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``.

    See Also
    --------
    sklearn.metrics.fbeta_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_fbeta_score
    >>> y_true = [["O", "O", "A"], ["B", "O", "A", "O"]]
    >>> y_pred = [["O", "O", "A"], ["O", "O", "O", "O"]]
    >>> tag_fbeta_score(y_true, y_pred, beta=2)
    0.488...
    """
    return score_pairs(
        fbeta_score,
        count_pairs(*flat_tags(y_true, y_pred, sample_weight, ignore), labels),
        average=average,
        labels=labels,
        exclude=exclude,
        beta=beta,
    )


def tag_precision_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    labels: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    average: Average = "macro",
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> Score:
    """Precision of tags: the share of steps given a tag that truly have it.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    labels : array-like of shape (n_labels,), default=None
        Classes to average over; one that ``y_true`` lacks has precision 0. None means the
        classes in ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out of the average, such as the background tag; "majority" is the commonest
        tag in ``y_true``.

    average : {"macro", "micro", "weighted"} or None, default="macro"
        As in scikit-learn; None gives a score for each class, in the order of ``labels``, or
        else of the sorted classes in ``y_true``. Only "micro" also counts steps predicted as a
        class that ``y_true`` lacks.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts. Weights that ``y_true`` carries for
        training are not used.

    Returns
    -------
    float or ndarray of shape (n_averaged,)
        Between 0 and 1, higher is better; NaN if no class is left to average over.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``.

    See Also
    --------
    sklearn.metrics.precision_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_precision_score
    >>> y_true = [["O", "O", "A"], ["B", "O", "A", "O"]]
    >>> y_pred = [["O", "O", "A"], ["O", "O", "O", "O"]]
    >>> tag_precision_score(y_true, y_pred, average=None)
    array([1.        , 0.        , 0.66666667])
    """
    return score_pairs(
        precision_score,
        count_pairs(*flat_tags(y_true, y_pred, sample_weight, ignore), labels),
        average=average,
        labels=labels,
        exclude=exclude,
    )


def tag_recall_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    labels: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    average: Average = "macro",
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> Score:
    """Recall of tags: the share of steps with a tag that are given it.

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

    average : {"macro", "micro", "weighted"} or None, default="macro"
        As in scikit-learn; None gives a score for each class, in the order of ``labels``, or
        else of the sorted classes in ``y_true``. Only "micro" also counts steps predicted as a
        class that ``y_true`` lacks.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts. Weights that ``y_true`` carries for
        training are not used.

    Returns
    -------
    float or ndarray of shape (n_averaged,)
        Between 0 and 1, higher is better; NaN if no class is left to average over.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``.

    See Also
    --------
    sklearn.metrics.recall_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_recall_score
    >>> y_true = [["O", "O", "A"], ["B", "O", "A", "O"]]
    >>> y_pred = [["O", "O", "A"], ["O", "O", "O", "O"]]
    >>> tag_recall_score(y_true, y_pred, average=None)
    array([0.5, 0. , 1. ])
    """
    return score_pairs(
        recall_score,
        count_pairs(*flat_tags(y_true, y_pred, sample_weight, ignore), labels),
        average=average,
        labels=labels,
        exclude=exclude,
    )


def tag_minority_recall_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> float:
    """Mean recall of all tags but the commonest in ``y_true``.

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
        training are not used. Which tag is the commonest does not depend on it.

    Returns
    -------
    float
        Between 0 and 1, higher is better; NaN if ``y_true`` has one tag only.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``.

    See Also
    --------
    minority_recall_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_minority_recall_score
    >>> y_true = [["O", "O", "A"], ["B", "O", "A", "O"]]
    >>> y_pred = [["O", "O", "A"], ["O", "O", "O", "O"]]
    >>> tag_minority_recall_score(y_true, y_pred)
    0.25
    """
    pairs = count_pairs(*flat_tags(y_true, y_pred, sample_weight, ignore))
    return score_pairs(recall_score, pairs, average="macro", exclude="majority")


def tag_minority_f1_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> float:
    """Mean F1 of all tags but the commonest in ``y_true``.

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
        training are not used. Which tag is the commonest does not depend on it.

    Returns
    -------
    float
        Between 0 and 1, higher is better; NaN if ``y_true`` has one tag only.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``.

    See Also
    --------
    minority_f1_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_minority_f1_score
    >>> y_true = [["O", "O", "A"], ["B", "O", "A", "O"]]
    >>> y_pred = [["O", "O", "A"], ["O", "O", "O", "O"]]
    >>> tag_minority_f1_score(y_true, y_pred)
    0.333...
    """
    pairs = count_pairs(*flat_tags(y_true, y_pred, sample_weight, ignore))
    return score_pairs(f1_score, pairs, average="macro", exclude="majority")
