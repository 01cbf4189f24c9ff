"""Areas under precision-recall and ROC curves, each class against the rest, for labels and tags.

They judge how well probabilities rank, whatever threshold turns them into labels: the half of the
truth about a model on imbalanced data that its predictions do not show.
"""

from typing import Any, Literal

from numpy.typing import ArrayLike
from sklearn.metrics import average_precision_score, roc_auc_score

from skseq.metrics._flat import as_labels, flat_tag_scores
from skseq.metrics._one_vs_rest import score_one_vs_rest
from skseq.metrics._types import Score, StepValues, Tags, Unseen


def macro_average_precision_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    classes: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    unseen: Unseen = "raise",
    average: Literal["macro"] | None = "macro",
    sample_weight: ArrayLike | None = None,
) -> Score:
    """Mean area under the precision-recall curves of each class against the rest.

    Parameters
    ----------
    y_true : array-like of shape (n_sequences,)
        True labels.

    y_score : array-like of shape (n_sequences, n_classes) or (n_sequences,)
        Probabilities, or any scores that rank, with a column for each class. One column is the
        second of two classes, as ``decision_function`` gives it.

    classes : array-like of shape (n_classes,), default=None
        The label of each column, such as ``estimator.classes_``. None means the sorted labels of
        ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out; "majority" is the commonest label in ``y_true``.

    unseen : {"raise", "zero"}, default="raise"
        How to treat labels in ``y_true`` that ``classes`` lacks: an error, or a column of
        zeros, as from a model that never saw them in training. Scorers use "zero".

    average : {"macro"} or None, default="macro"
        The mean over classes, or the score of each class in the order of ``classes`` (then of
        the unseen ones).

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence counts.

    Returns
    -------
    float or ndarray of shape (n_scored,)
        Between 0 and 1, higher is better. A class that no sequence has, or every sequence, ranks
        nothing: its score is NaN, and the mean leaves it out (NaN if none remains).

    See Also
    --------
    sklearn.metrics.average_precision_score : The same for one class.

    Examples
    --------
    >>> from skseq.metrics import macro_average_precision_score
    >>> y_score = [[0.8, 0.1, 0.1], [0.5, 0.4, 0.1], [0.2, 0.6, 0.2], [0.6, 0.1, 0.3]]
    >>> macro_average_precision_score(["O", "O", "A", "B"], y_score, classes=["O", "A", "B"])
    0.944...
    """
    return score_one_vs_rest(
        average_precision_score,
        as_labels(y_true, "y_true"),
        y_score,
        classes=classes,
        exclude=exclude,
        unseen=unseen,
        average=average,
        sample_weight=sample_weight,
    )


def macro_roc_auc_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    classes: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    unseen: Unseen = "raise",
    average: Literal["macro"] | None = "macro",
    sample_weight: ArrayLike | None = None,
) -> Score:
    """Mean area under the ROC curves of each class against the rest.

    Parameters
    ----------
    y_true : array-like of shape (n_sequences,)
        True labels.

    y_score : array-like of shape (n_sequences, n_classes) or (n_sequences,)
        Probabilities, or any scores that rank, with a column for each class. One column is the
        second of two classes, as ``decision_function`` gives it.

    classes : array-like of shape (n_classes,), default=None
        The label of each column, such as ``estimator.classes_``. None means the sorted labels of
        ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out; "majority" is the commonest label in ``y_true``.

    unseen : {"raise", "zero"}, default="raise"
        How to treat labels in ``y_true`` that ``classes`` lacks: an error, or a column of
        zeros, as from a model that never saw them in training. Scorers use "zero".

    average : {"macro"} or None, default="macro"
        The mean over classes, or the score of each class in the order of ``classes`` (then of
        the unseen ones).

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence counts.

    Returns
    -------
    float or ndarray of shape (n_scored,)
        Between 0 and 1, chance is 0.5. A class that no sequence has, or every sequence, ranks
        nothing: its score is NaN, and the mean leaves it out (NaN if none remains).

    See Also
    --------
    sklearn.metrics.roc_auc_score : The same for one class.

    Examples
    --------
    >>> from skseq.metrics import macro_roc_auc_score
    >>> y_score = [[0.8, 0.1, 0.1], [0.5, 0.4, 0.1], [0.2, 0.6, 0.2], [0.6, 0.1, 0.3]]
    >>> macro_roc_auc_score(["O", "O", "A", "B"], y_score, classes=["O", "A", "B"])
    0.916...
    """
    return score_one_vs_rest(
        roc_auc_score,
        as_labels(y_true, "y_true"),
        y_score,
        classes=classes,
        exclude=exclude,
        unseen=unseen,
        average=average,
        sample_weight=sample_weight,
    )


def tag_average_precision_score(
    y_true: Tags,
    y_score: StepValues,
    *,
    classes: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    unseen: Unseen = "raise",
    average: Literal["macro"] | None = "macro",
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> Score:
    """Mean area under the precision-recall curves of each tag against the rest.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_score : Sequences of shape (n_steps_total, n_classes) values, or list of array-like of \
            shape (length_i, n_classes)
        Probabilities, or any scores that rank, with a column for each class; its lengths are
        those of ``y_true``. One value per step is the score of the second of two classes.

    classes : array-like of shape (n_classes,), default=None
        The tag of each column, such as ``estimator.classes_``. None means the sorted tags of
        ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out, such as the background tag; "majority" is the commonest tag in
        ``y_true``.

    unseen : {"raise", "zero"}, default="raise"
        How to treat tags in ``y_true`` that ``classes`` lacks: an error, or a column of
        zeros, as from a model that never saw them in training. Scorers use "zero".

    average : {"macro"} or None, default="macro"
        The mean over classes, or the score of each class in the order of ``classes`` (then of
        the unseen ones).

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts. Weights that ``y_true`` carries for
        training are not used.

    Returns
    -------
    float or ndarray of shape (n_scored,)
        Between 0 and 1, higher is better. A tag that no step has, or every step, ranks nothing:
        its score is NaN, and the mean leaves it out (NaN if none remains).

    Raises
    ------
    ValueError
        If ``y_score`` does not have a row for each step of ``y_true``, or a column for each class.

    See Also
    --------
    macro_average_precision_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_average_precision_score
    >>> y_true = [["O", "A", "O"], ["A", "O"]]
    >>> y_score = [[[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], [[0.8, 0.2], [0.9, 0.1]]]
    >>> tag_average_precision_score(y_true, y_score, classes=["O", "A"])
    0.875
    """
    y_true, y_score, sample_weight = flat_tag_scores(y_true, y_score, sample_weight, ignore)
    return score_one_vs_rest(
        average_precision_score,
        y_true,
        y_score,
        classes=classes,
        exclude=exclude,
        unseen=unseen,
        average=average,
        sample_weight=sample_weight,
    )


def tag_roc_auc_score(
    y_true: Tags,
    y_score: StepValues,
    *,
    classes: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    unseen: Unseen = "raise",
    average: Literal["macro"] | None = "macro",
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> Score:
    """Mean area under the ROC curves of each tag against the rest.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_score : Sequences of shape (n_steps_total, n_classes) values, or list of array-like of \
            shape (length_i, n_classes)
        Probabilities, or any scores that rank, with a column for each class; its lengths are
        those of ``y_true``. One value per step is the score of the second of two classes.

    classes : array-like of shape (n_classes,), default=None
        The tag of each column, such as ``estimator.classes_``. None means the sorted tags of
        ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out, such as the background tag; "majority" is the commonest tag in
        ``y_true``.

    unseen : {"raise", "zero"}, default="raise"
        How to treat tags in ``y_true`` that ``classes`` lacks: an error, or a column of
        zeros, as from a model that never saw them in training. Scorers use "zero".

    average : {"macro"} or None, default="macro"
        The mean over classes, or the score of each class in the order of ``classes`` (then of
        the unseen ones).

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts. Weights that ``y_true`` carries for
        training are not used.

    Returns
    -------
    float or ndarray of shape (n_scored,)
        Between 0 and 1, chance is 0.5. A tag that no step has, or every step, ranks nothing:
        its score is NaN, and the mean leaves it out (NaN if none remains).

    Raises
    ------
    ValueError
        If ``y_score`` does not have a row for each step of ``y_true``, or a column for each class.

    See Also
    --------
    macro_roc_auc_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_roc_auc_score
    >>> y_true = [["O", "A", "O"], ["A", "O"]]
    >>> y_score = [[[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], [[0.8, 0.2], [0.9, 0.1]]]
    >>> tag_roc_auc_score(y_true, y_score, classes=["O", "A"])
    0.833...
    """
    y_true, y_score, sample_weight = flat_tag_scores(y_true, y_score, sample_weight, ignore)
    return score_one_vs_rest(
        roc_auc_score,
        y_true,
        y_score,
        classes=classes,
        exclude=exclude,
        unseen=unseen,
        average=average,
        sample_weight=sample_weight,
    )
