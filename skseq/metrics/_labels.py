"""Metrics of one label per sequence that scikit-learn does not have in this form.

For everything else (`f1_score`, `recall_score`, `matthews_corrcoef`, ...) use `sklearn.metrics`.
Lists, arrays and Series are taken alike. Classes that a fold lacks never raise nor warn: an
average runs over the classes that ``y_true`` has, or over those that the caller names.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import gmean
from sklearn.metrics import f1_score, recall_score

from skseq._typing import BoolArray
from skseq.metrics._flat import flat_labels
from skseq.metrics._pairs import LabelPairs, averaged_codes, count_pairs, score_pairs
from skseq.metrics._types import Floats


def balanced_accuracy_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Mean recall of all classes, each counting alike however rare it is.

    It equals `sklearn.metrics.balanced_accuracy_score`, can leave classes out, and does not warn
    where a fold lacks a class that is predicted.

    Parameters
    ----------
    y_true : array-like of shape (n_sequences,)
        True labels.

    y_pred : array-like of shape (n_sequences,)
        Predicted labels.

    labels : array-like of shape (n_labels,), default=None
        Classes to average over; a class that ``y_true`` lacks has recall 0. None means the
        classes in ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out of the average; "majority" is the commonest label in ``y_true``.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence counts.

    Returns
    -------
    float
        Between 0 and 1, higher is better; NaN if no class is left to average over.

    Examples
    --------
    >>> from skseq.metrics import balanced_accuracy_score
    >>> balanced_accuracy_score(["O", "O", "O", "O", "A"], ["O", "O", "O", "A", "A"])
    0.875
    """
    pairs = count_pairs(*flat_labels(y_true, y_pred), sample_weight, labels)
    return score_pairs(recall_score, pairs, average="macro", labels=labels, exclude=exclude)


def geometric_mean_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    correction: float = 0.0,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Geometric mean of the recalls of all classes.

    It is 0 as soon as one class is never found. `imblearn.metrics.geometric_mean_score` gives the
    same where every class occurs in ``y_true``, and 0 where one does not.

    Parameters
    ----------
    y_true : array-like of shape (n_sequences,)
        True labels.

    y_pred : array-like of shape (n_sequences,)
        Predicted labels.

    labels : array-like of shape (n_labels,), default=None
        Classes to average over; a class that ``y_true`` lacks has recall 0. None means the
        classes in ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out of the average; "majority" is the commonest label in ``y_true``.

    correction : float, default=0.0
        Recall of a class that is never found, so that one such class does not hide the others.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence counts.

    Returns
    -------
    float
        Between 0 and 1, higher is better; NaN if no class is left to average over.

    References
    ----------
    .. [1] Kubat, M., & Matwin, S. "Addressing the curse of imbalanced training sets: one-sided
       selection", ICML (1997), pp. 179-186.

    Examples
    --------
    >>> from skseq.metrics import geometric_mean_score
    >>> y_true = ["common", "common", "common", "common", "rare"]
    >>> geometric_mean_score(y_true, ["common", "common", "common", "rare", "rare"])
    0.866...
    >>> geometric_mean_score(y_true, ["common"] * 5)
    0.0
    """
    pairs = count_pairs(*flat_labels(y_true, y_pred), sample_weight, labels)
    return geometric_mean(pairs, labels=labels, exclude=exclude, correction=correction)


def geometric_mean(
    pairs: LabelPairs, *, labels: ArrayLike | None, exclude: ArrayLike | None, correction: float
) -> float:
    """Geometric mean of the recalls of counted pairs."""
    recalls = score_pairs(recall_score, pairs, average=None, labels=labels, exclude=exclude)
    if not recalls.size:
        return np.nan
    return float(gmean(np.where(recalls == 0, correction, recalls)))


def minority_recall_score(
    y_true: ArrayLike, y_pred: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float:
    """Mean recall of all classes but the commonest in ``y_true``.

    Parameters
    ----------
    y_true : array-like of shape (n_sequences,)
        True labels.

    y_pred : array-like of shape (n_sequences,)
        Predicted labels.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence counts; which class is the commonest does not depend on it.

    Returns
    -------
    float
        Between 0 and 1, higher is better; NaN if ``y_true`` has one class only.

    Examples
    --------
    >>> from skseq.metrics import minority_recall_score
    >>> minority_recall_score(["O", "O", "O", "A", "A", "B"], ["O", "O", "A", "A", "O", "B"])
    0.75
    """
    pairs = count_pairs(*flat_labels(y_true, y_pred), sample_weight)
    return score_pairs(recall_score, pairs, average="macro", exclude="majority")


def minority_f1_score(
    y_true: ArrayLike, y_pred: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float:
    """Mean F1 of all classes but the commonest in ``y_true``.

    Parameters
    ----------
    y_true : array-like of shape (n_sequences,)
        True labels.

    y_pred : array-like of shape (n_sequences,)
        Predicted labels.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence counts; which class is the commonest does not depend on it.

    Returns
    -------
    float
        Between 0 and 1, higher is better; NaN if ``y_true`` has one class only.

    Examples
    --------
    >>> from skseq.metrics import minority_f1_score
    >>> minority_f1_score(["O", "O", "O", "A", "A", "B"], ["O", "O", "A", "A", "O", "B"])
    0.75
    """
    pairs = count_pairs(*flat_labels(y_true, y_pred), sample_weight)
    return score_pairs(f1_score, pairs, average="macro", exclude="majority")


def index_balanced_accuracy_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    alpha: float = 0.1,
    squared: bool = True,
    labels: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    r"""Mean over the classes of recall times specificity, corrected by which of them is higher.

    .. math:: \text{IBA}_c = (1 + \alpha (r_c - s_c)) \, r_c s_c

    with the recall r and the specificity s of class c against the rest. So of two models with
    the same product, the one with the higher recall is ahead.

    Parameters
    ----------
    y_true : array-like of shape (n_sequences,)
        True labels.

    y_pred : array-like of shape (n_sequences,)
        Predicted labels.

    alpha : float, default=0.1
        How much the difference counts.

    squared : bool, default=True
        Whether it is the square of the geometric mean of recall and specificity that is
        corrected, as in the formula, or this mean itself.

    labels : array-like of shape (n_labels,), default=None
        Classes to average over; a class that ``y_true`` lacks has recall 0. None means the
        classes in ``y_true``.

    exclude : None, "majority", label or list of labels, default=None
        Classes left out of the average; "majority" is the commonest label in ``y_true``.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence counts.

    Returns
    -------
    float
        At least 0, higher is better; NaN if no class is left to average over.

    See Also
    --------
    imblearn.metrics.make_index_balanced_accuracy : Corrects other metrics so.

    References
    ----------
    .. [1] V. García, R. A. Mollineda, J. S. Sánchez, "Index of balanced accuracy: a performance
       measure for skewed class distributions", IbPRIA 2009.

    Examples
    --------
    >>> from skseq.metrics import index_balanced_accuracy_score
    >>> index_balanced_accuracy_score(["O", "O", "O", "O", "A"], ["O", "O", "O", "A", "A"])
    0.75
    """
    pairs = count_pairs(*flat_labels(y_true, y_pred), sample_weight, labels)
    return index_balanced_accuracy(
        pairs, alpha=alpha, squared=squared, labels=labels, exclude=exclude
    )


def index_balanced_accuracy(
    pairs: LabelPairs,
    *,
    alpha: float,
    squared: bool,
    labels: ArrayLike | None,
    exclude: ArrayLike | None,
) -> float:
    """Index balanced accuracy of counted pairs."""
    codes = averaged_codes(pairs, labels, exclude)
    if not len(codes):
        return np.nan
    recall, specificity = np.transpose([_recall_and_specificity(pairs, code) for code in codes])
    product = recall * specificity
    score = (1 + alpha * (recall - specificity)) * (product if squared else np.sqrt(product))
    return float(score.mean())


def _recall_and_specificity(pairs: LabelPairs, code: int) -> tuple[float, float]:
    """Share of a class that is given it, and of all others that are not."""
    true, named = pairs.true == code, pairs.predicted == code
    return _share(pairs.weight, named, true), _share(pairs.weight, ~named, ~true)


def _share(weight: Floats, part: BoolArray, whole: BoolArray) -> float:
    # What is left over after a subtraction would not be exactly 0, and its root far from it.
    return weight[part & whole].sum() / weight[whole].sum() if whole.any() else 0.0
