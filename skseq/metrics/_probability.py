"""How far probabilities can be believed: calibration error and Brier score, for labels and tags."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from skseq._typing import BoolArray, IntArray
from skseq._validation import check_choice, check_fit_weight
from skseq.metrics._flat import as_labels, flat_tag_scores
from skseq.metrics._one_vs_rest import check_classes, check_columns, resolve_unseen
from skseq.metrics._pairs import distinct, excluded_codes, positions
from skseq.metrics._types import Floats, Prior, Score, StepValues, Tags, Unseen

# Rows of probabilities that are off by more than rounding in float16 are not probabilities.
_TOLERANCE = 5e-3


def expected_calibration_error(
    y_true: ArrayLike,
    y_proba: ArrayLike,
    *,
    classes: ArrayLike | None = None,
    average: Literal["top", "macro"] | None = "top",
    n_bins: int = 15,
    exclude: ArrayLike | None = None,
    unseen: Unseen = "raise",
    class_prior: Prior = None,
    sample_weight: ArrayLike | None = None,
) -> Score:
    """Mean distance between how sure a model is and how often it is right.

    Probabilities are put into bins of equal width; in each, their mean is compared with the share
    of sequences for which they came true, and the bins count by how many they hold.

    Parameters
    ----------
    y_true : array-like of shape (n_sequences,)
        True labels.

    y_proba : array-like of shape (n_sequences, n_classes) or (n_sequences,)
        Probabilities, a column for each class; one column is the second of two classes.

    classes : array-like of shape (n_classes,), default=None
        The label of each column, such as ``estimator.classes_``. None means the sorted labels of
        ``y_true``.

    average : {"top", "macro"} or None, default="top"
        - "top": of the most probable class, whichever it is;
        - "macro": mean over the classes, each against the rest;
        - None: of each class against the rest, in the order of ``classes``. Under imbalance these
          are small for rare classes: their probability is rightly near 0 almost everywhere.

    n_bins : int, default=15
        Bins of equal width over [0, 1].

    exclude : None, "majority", label or list of labels, default=None
        Classes left out of "macro" and None; "majority" is the commonest label in ``y_true``.

    unseen : {"raise", "zero"}, default="raise"
        How to treat labels in ``y_true`` that ``classes`` lacks: an error, or a column of zeros,
        as from a model that never saw them in training. Scorers use "zero".

    class_prior : "uniform", dict or array-like of shape (n_classes,), default=None
        Class shares to measure under: each class then weighs as if it had that share of ``y_true``,
        which is right for probabilities that stand for it (``target_prior`` of an estimator). None
        takes the shares of ``y_true``.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence counts.

    Returns
    -------
    float or ndarray of shape (n_scored,)
        Between 0 and 1, lower is better.

    Raises
    ------
    ValueError
        If ``y_proba`` is not made of probabilities, or does not fit ``classes``.

    References
    ----------
    .. [1] C. Guo et al., "On calibration of modern neural networks", ICML 2017,
       https://arxiv.org/abs/1706.04599.
    .. [2] M. Kull et al., "Beyond temperature scaling: obtaining well-calibrated multi-class
       probabilities with Dirichlet calibration", NeurIPS 2019, https://arxiv.org/abs/1910.12656.

    Examples
    --------
    >>> from skseq.metrics import expected_calibration_error
    >>> y_proba = [[0.75, 0.25]] * 4
    >>> expected_calibration_error(["O", "O", "O", "A"], y_proba, classes=["O", "A"])
    0.0
    >>> expected_calibration_error(["O", "A", "O", "A"], y_proba, classes=["O", "A"])
    0.25
    """
    return _calibration_error(
        as_labels(y_true, "y_true"),
        y_proba,
        average,
        n_bins,
        exclude,
        classes=classes,
        unseen=unseen,
        class_prior=class_prior,
        sample_weight=sample_weight,
    )


def tag_expected_calibration_error(
    y_true: Tags,
    y_proba: StepValues,
    *,
    classes: ArrayLike | None = None,
    average: Literal["top", "macro"] | None = "top",
    n_bins: int = 15,
    exclude: ArrayLike | None = None,
    unseen: Unseen = "raise",
    class_prior: Prior = None,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> Score:
    """Mean distance between how sure a model is of tags and how often it is right, over steps.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_proba : Sequences of shape (n_steps_total, n_classes) values, or list of array-like of \
            shape (length_i, n_classes)
        Probabilities, a column for each class; its lengths are those of ``y_true``.

    classes : array-like of shape (n_classes,), default=None
        The tag of each column, such as ``estimator.classes_``. None means the sorted tags of
        ``y_true``.

    average : {"top", "macro"} or None, default="top"
        As in `expected_calibration_error`.

    n_bins : int, default=15
        Bins of equal width over [0, 1].

    exclude : None, "majority", label or list of labels, default=None
        Classes left out of "macro" and None, such as the background tag.

    unseen : {"raise", "zero"}, default="raise"
        How to treat tags in ``y_true`` that ``classes`` lacks: an error, or a column of zeros.

    class_prior : "uniform", dict or array-like of shape (n_classes,), default=None
        Class shares to measure under, see `expected_calibration_error`.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts.

    Returns
    -------
    float or ndarray of shape (n_scored,)
        Between 0 and 1, lower is better.

    Raises
    ------
    ValueError
        If ``y_proba`` is not made of probabilities, or does not fit ``y_true`` or ``classes``.

    See Also
    --------
    expected_calibration_error : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_expected_calibration_error
    >>> y_proba = [[[0.75, 0.25]] * 3, [[0.75, 0.25]]]
    >>> tag_expected_calibration_error([["O", "O", "O"], ["A"]], y_proba, classes=["O", "A"])
    0.0
    """
    y_true, y_proba, sample_weight = flat_tag_scores(y_true, y_proba, sample_weight, ignore)
    return _calibration_error(
        y_true,
        y_proba,
        average,
        n_bins,
        exclude,
        classes=classes,
        unseen=unseen,
        class_prior=class_prior,
        sample_weight=sample_weight,
    )


def brier_score(
    y_true: ArrayLike,
    y_proba: ArrayLike,
    *,
    classes: ArrayLike | None = None,
    unseen: Unseen = "raise",
    class_prior: Prior = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Mean squared distance between probabilities and outcomes.

    It rewards both calibration and sharpness.

    Parameters
    ----------
    y_true : array-like of shape (n_sequences,)
        True labels.

    y_proba : array-like of shape (n_sequences, n_classes) or (n_sequences,)
        Probabilities, a column for each class; one column is the second of two classes.

    classes : array-like of shape (n_classes,), default=None
        The label of each column, such as ``estimator.classes_``. None means the sorted labels of
        ``y_true``.

    unseen : {"raise", "zero"}, default="raise"
        How to treat labels in ``y_true`` that ``classes`` lacks: an error, or a column of zeros.

    class_prior : "uniform", dict or array-like of shape (n_classes,), default=None
        Class shares to measure under, see `expected_calibration_error`.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence counts.

    Returns
    -------
    float
        Between 0 and 2, or for two classes, of which one column counts, 1; lower is better.

    Raises
    ------
    ValueError
        If ``y_proba`` is not made of probabilities, or does not fit ``classes``.

    See Also
    --------
    sklearn.metrics.brier_score_loss : The same without unseen classes and other class shares.

    Examples
    --------
    >>> from skseq.metrics import brier_score
    >>> brier_score(["O", "A"], [[0.75, 0.25], [0.5, 0.5]], classes=["O", "A"])
    0.15625
    """
    return _brier(
        as_labels(y_true, "y_true"),
        y_proba,
        classes=classes,
        unseen=unseen,
        class_prior=class_prior,
        sample_weight=sample_weight,
    )


def tag_brier_score(
    y_true: Tags,
    y_proba: StepValues,
    *,
    classes: ArrayLike | None = None,
    unseen: Unseen = "raise",
    class_prior: Prior = None,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> float:
    """Mean squared distance between probabilities of tags and outcomes, over steps.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_proba : Sequences of shape (n_steps_total, n_classes) values, or list of array-like of \
            shape (length_i, n_classes)
        Probabilities, a column for each class; its lengths are those of ``y_true``.

    classes : array-like of shape (n_classes,), default=None
        The tag of each column, such as ``estimator.classes_``. None means the sorted tags of
        ``y_true``.

    unseen : {"raise", "zero"}, default="raise"
        How to treat tags in ``y_true`` that ``classes`` lacks: an error, or a column of zeros.

    class_prior : "uniform", dict or array-like of shape (n_classes,), default=None
        Class shares to measure under, see `expected_calibration_error`.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts.

    Returns
    -------
    float
        Between 0 and 2, or for two classes, of which one column counts, 1; lower is better.

    Raises
    ------
    ValueError
        If ``y_proba`` is not made of probabilities, or does not fit ``y_true`` or ``classes``.

    See Also
    --------
    brier_score : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_brier_score
    >>> tag_brier_score([["O", "A"]], [[[0.75, 0.25], [0.5, 0.5]]], classes=["O", "A"])
    0.15625
    """
    y_true, y_proba, sample_weight = flat_tag_scores(y_true, y_proba, sample_weight, ignore)
    return _brier(
        y_true,
        y_proba,
        classes=classes,
        unseen=unseen,
        class_prior=class_prior,
        sample_weight=sample_weight,
    )


# -- what they share ----------------------------------------------------------------------------


def _calibration_error(
    y_true: np.ndarray,
    y_proba: ArrayLike,
    average: Literal["top", "macro"] | None,
    n_bins: int,
    exclude: ArrayLike | None,
    **aligning: Any,
) -> Score:
    if average is not None:
        check_choice("average", average, ("top", "macro"))
    check_n_bins(n_bins)
    classes, codes, proba, weight = align_proba(y_true, y_proba, **aligning)
    if average == "top":
        top = proba.argmax(axis=1)
        return _binned_gap(top == codes, proba.max(axis=1), weight, n_bins)
    excluded = excluded_codes(exclude, classes, np.bincount(codes, minlength=len(classes)))
    gaps = np.array(
        [
            _binned_gap(codes == code, proba[:, code], weight, n_bins)
            for code in range(len(classes))
            if code not in excluded
        ]
    )
    if average is None:
        return gaps
    return float(gaps.mean()) if len(gaps) else np.nan


def check_n_bins(n_bins: int) -> None:
    """Raise ValueError unless it is a number of bins."""
    if not isinstance(n_bins, (int, np.integer)) or n_bins < 1:
        raise ValueError(f"n_bins must be an integer of at least 1, got {n_bins!r}")


def _binned_gap(came_true: BoolArray, proba: Floats, weight: Floats, n_bins: int) -> float:
    """Distance of mean probability and share that came true, bin by bin, weighted by bin."""
    place = place_in_bins(proba, n_bins)
    gap = np.bincount(place, weights=weight * (proba - came_true), minlength=n_bins)
    return float(np.abs(gap).sum() / weight.sum())


def place_in_bins(proba: Floats, n_bins: int) -> IntArray:
    """Which of the bins of equal width over [0, 1] each probability lies in."""
    # The borders of `sklearn.calibration.calibration_curve`, to the last digit.
    return np.searchsorted(np.linspace(0, 1, n_bins + 1)[1:-1], proba)


def _brier(y_true: np.ndarray, y_proba: ArrayLike, **aligning: Any) -> float:
    classes, codes, proba, weight = align_proba(y_true, y_proba, **aligning)
    distance = np.square(proba).sum(axis=1) + 1 - 2 * proba[np.arange(len(codes)), codes]
    score = weight @ distance / weight.sum()
    return float(score / 2 if len(classes) == 2 else score)


def align_proba(
    y_true: np.ndarray,
    y_proba: ArrayLike,
    *,
    classes: ArrayLike | None,
    unseen: Unseen,
    class_prior: Prior,
    sample_weight: ArrayLike | None,
) -> tuple[np.ndarray, IntArray, Floats, Floats]:
    """Classes, code of each label, probabilities with one column per class, weights."""
    check_choice("unseen", unseen, ("raise", "zero"))
    if not len(y_true):
        raise ValueError("y_true is empty; a score needs at least one label")
    labels = distinct(y_true, "y_true")
    classes = labels if classes is None else check_classes(classes)
    proba = _check_proba(y_proba, y_true, classes)
    classes, proba = resolve_unseen(labels, classes, proba, unseen)
    codes = positions(y_true, classes)
    weight = np.ones(len(codes))
    if sample_weight is not None:
        weight = check_fit_weight(sample_weight, y_true)
    if class_prior is not None:
        weight = weight * _factor_of_class(class_prior, classes, codes, weight)[codes]
    return classes, codes, proba, weight


def _check_proba(y_proba: ArrayLike, y_true: np.ndarray, classes: np.ndarray) -> Floats:
    proba = check_columns("y_proba", y_proba, y_true, classes, lambda second: 1 - second)
    off = ~(np.abs(proba.sum(axis=1) - 1) <= _TOLERANCE) | ~(proba >= 0).all(axis=1)
    if off.any():
        row = int(np.argmax(off))
        raise ValueError(
            "y_proba must hold probabilities, none negative and each row summing to 1; row "
            f"{row} is {proba[row].tolist()}. For scores that only rank, use average precision"
        )
    return proba


def _factor_of_class(
    class_prior: Prior,
    classes: np.ndarray,
    codes: IntArray,
    weight: Floats,
) -> Floats:
    """What brings the share of each class to that of the prior."""
    if isinstance(class_prior, str):
        check_choice("class_prior", class_prior, ("uniform",))
        wanted = np.ones(len(classes))
    elif isinstance(class_prior, dict):
        wanted = np.array([class_prior.get(label, 0.0) for label in classes.tolist()], float)
    else:
        wanted = np.asarray(class_prior, dtype=np.float64)
    if wanted.shape != (len(classes),) or not (wanted >= 0).all() or not wanted.any():
        raise ValueError(
            f"class_prior must give a share, none negative, for each of the {len(classes)} classes "
            f"{classes.tolist()}; got {class_prior!r}"
        )
    totals = np.bincount(codes, weights=weight, minlength=len(classes))
    return np.divide(wanted, totals, out=np.zeros(len(classes)), where=totals > 0)
