"""Precision against recall of spans, by the probability from which a predicted span is taken."""

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import precision_recall_curve

from skseq._validation import check_choice, did_you_mean
from skseq.data import Sequences, as_sequences, as_tags, known_steps
from skseq.metrics._flat import aligned_tags
from skseq.metrics._spans import find_hits, spans_of
from skseq.metrics._types import Floats, Score, StepValues, Tags
from skseq.spans._spans import span_probability


class ScoredSpans(NamedTuple):
    """Predicted spans and how sure they are, and the types of the true ones."""

    true_types: np.ndarray  # (n_true,)
    types: np.ndarray  # (n_predicted,)
    is_hit: np.ndarray  # (n_predicted,), whether it is right
    probability: np.ndarray  # (n_predicted,)


def span_precision_recall_curve(
    y_true: Tags,
    y_pred: Tags,
    y_proba: StepValues,
    *,
    classes: ArrayLike,
    label: str | None = None,
    scheme: str | None = None,
    ignore: Any = None,
) -> tuple[Floats, Floats, Floats]:
    """Precision and recall of spans where only those are kept that are probable enough.

    The probability of a span is that of `skseq.spans.Span`: the geometric mean of the
    probabilities of its steps' tags. A threshold only takes predicted spans away, so the curve
    ends at their recall. Lower the probability of the background before tags are predicted to see
    further, for example by ``decision={"O": -2}`` of `skseq.SequenceTagger`.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    y_proba : Sequences or list of array-like of shape (length_i, n_classes)
        Probability of each tag, as ``predict_proba`` gives it.

    classes : array-like of shape (n_classes,)
        The tag of each column of ``y_proba``, such as ``estimator.classes_``.

    label : str, default=None
        The type whose spans count, such as "PER"; None takes all.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
        With a scheme, only spans that it could have written count; None is relaxed. "plain" is for
        tags without prefixes. See `span_f1_score`.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    Returns
    -------
    precision : ndarray of shape (n_thresholds + 1,)
        Of the spans that are at least as probable as each threshold; the last is 1.

    recall : ndarray of shape (n_thresholds + 1,)
        Falling; the last is 0.

    thresholds : ndarray of shape (n_thresholds,)
        Rising probabilities.

    Raises
    ------
    ValueError
        If lengths or columns do not fit, or ``y_true`` has no span that counts.

    See Also
    --------
    span_average_precision_score : The area under it.
    skseq.report.SpanPrecisionRecallDisplay : Its picture.

    Examples
    --------
    >>> from skseq.metrics import span_precision_recall_curve
    >>> y_true, y_pred = [["B-A", "O", "B-A"]], [["B-A", "B-A", "O"]]
    >>> y_proba = [[[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]]
    >>> precision, recall, thresholds = span_precision_recall_curve(
    ...     y_true, y_pred, y_proba, classes=["B-A", "O"]
    ... )
    >>> precision, recall, thresholds
    (array([0.5, 1. , 1. ]), array([0.5, 0.5, 0. ]), array([0.6, 0.9]))
    """
    spans = score_spans(y_true, y_pred, y_proba, classes=classes, scheme=scheme, ignore=ignore)
    return curve_of(spans, label)


def span_average_precision_score(
    y_true: Tags,
    y_pred: Tags,
    y_proba: StepValues,
    *,
    classes: ArrayLike,
    average: Literal["micro", "macro"] | None = "macro",
    scheme: str | None = None,
    ignore: Any = None,
) -> Score:
    """Area under the precision-recall curve of spans.

    As scikit-learn's average precision: the sum over thresholds of precision times gain in recall.
    True spans that are not predicted, however improbable, are never found.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    y_proba : Sequences or list of array-like of shape (length_i, n_classes)
        Probability of each tag, as ``predict_proba`` gives it.

    classes : array-like of shape (n_classes,)
        The tag of each column of ``y_proba``, such as ``estimator.classes_``.

    average : {"micro", "macro"} or None, default="macro"
        "macro" is the mean over the types that ``y_true`` has, "micro" takes all spans as one type;
        None gives the score of each type, sorted.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
        As for `span_precision_recall_curve`.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label.

    Returns
    -------
    float or ndarray of shape (n_types,)
        Between 0 and 1, higher is better.

    Raises
    ------
    ValueError
        If lengths or columns do not fit, or ``y_true`` has no span.

    See Also
    --------
    span_precision_recall_curve : The curve.
    tag_average_precision_score : The same for single steps.

    Examples
    --------
    >>> from skseq.metrics import span_average_precision_score
    >>> y_true, y_pred = [["B-A", "O", "B-A"]], [["B-A", "B-A", "O"]]
    >>> y_proba = [[[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]]
    >>> span_average_precision_score(y_true, y_pred, y_proba, classes=["B-A", "O"])
    0.5
    """
    if average is not None:
        check_choice("average", average, ("macro", "micro"))
    spans = score_spans(y_true, y_pred, y_proba, classes=classes, scheme=scheme, ignore=ignore)
    labels = [None] if average == "micro" else np.unique(spans.true_types).tolist()
    areas = np.array([area_under(*curve_of(spans, label)[:2]) for label in labels or [None]])
    return areas if average is None else float(areas.mean())


def score_spans(
    y_true: Tags,
    y_pred: Tags,
    y_proba: StepValues,
    *,
    classes: ArrayLike,
    scheme: str | None = None,
    ignore: Any = None,
) -> ScoredSpans:
    """Find which predicted spans are right, and how probable each is.

    Parameters
    ----------
    y_true, y_pred, y_proba, classes, scheme, ignore : as for `span_precision_recall_curve`
        What is compared, and how.

    Returns
    -------
    ScoredSpans
    """
    tags, predicted = aligned_tags(y_true, y_pred, ignore)
    proba = as_sequences(y_proba, name="y_proba")
    known = known_steps(as_tags(y_true), ignore, name="y_true")
    if known is not None and len(known) == proba.n_steps:
        proba = Sequences(proba.values[known], tags.offsets)
    true, guessed = spans_of(tags, "y_true", scheme), spans_of(predicted, "y_pred", scheme)
    probability = span_probability(guessed, predicted, proba, classes, None)
    is_hit = find_hits(true, guessed, tags.n_steps)
    return ScoredSpans(true.type, guessed.type, is_hit, np.array(probability))


def curve_of(spans: ScoredSpans, label: str | None = None) -> tuple[Floats, Floats, Floats]:
    """Precision, recall and thresholds of the spans of one type, or of all.

    Parameters
    ----------
    spans : ScoredSpans
        Predicted spans.

    label : str, default=None
        A type; None takes all.

    Returns
    -------
    precision, recall, thresholds : ndarray
        As `span_precision_recall_curve` gives them.
    """
    true_types, chosen = spans.true_types, slice(None)
    if label is not None:
        true_types, chosen = true_types[true_types == label], spans.types == label
    if not len(true_types):
        known = np.unique(spans.true_types).tolist()
        raise ValueError(
            f"y_true has no span{'' if label is None else f' of type {label!r}'}, so nothing can "
            f"be recalled; its types are {known}.{did_you_mean(label, known)}"
        )
    is_hit = spans.is_hit[chosen]
    if not is_hit.any():
        # scikit-learn warns where nothing is right.
        thresholds = np.unique(spans.probability[chosen])
        precision = np.append(np.zeros(len(thresholds)), 1.0)
        return precision, np.zeros(len(thresholds) + 1), thresholds
    precision, recall, thresholds = precision_recall_curve(is_hit, spans.probability[chosen])
    return precision, recall * (is_hit.sum() / len(true_types)), thresholds


def area_under(precision: Floats, recall: Floats) -> float:
    """Sum over thresholds of precision times gain in recall."""
    return float(np.sum((recall[:-1] - recall[1:]) * precision[:-1]))
