"""Metrics of spans: a mention counts as found if its start, its end and its type are all right.

Tags come as for the metrics of steps, written "B-PER", "I-PER", "O" or by another scheme. Spans are
counted once, as (true type, predicted type) with "no span" as one more type, and scikit-learn
scores the counts.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import f1_score, fbeta_score, precision_score, recall_score

from skseq._typing import BoolArray, IntArray
from skseq._validation import check_choice, check_fit_weight
from skseq.data import Sequences, Spans, find_spans
from skseq.metrics._flat import aligned_tags
from skseq.metrics._pairs import check_comparable_labels, distinct, positions
from skseq.metrics._types import Average, Floats, Score, Tags, ZeroDivision


def span_f1_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    scheme: str | None = None,
    labels: ArrayLike | None = None,
    average: Average = "micro",
    zero_division: ZeroDivision = 0.0,
    ignore: Any = None,
    sample_weight: ArrayLike | None = None,
) -> Score:
    """F1 of spans: the harmonic mean of precision and recall over whole mentions.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step: "O", or a prefix, a hyphen and a type. Prefixes alone, "B" and "I",
        are spans of one type, "_".

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
        With a scheme, only spans that it could have written count; a mention that lacks its B, say,
        does not count in IOB2. None is relaxed and takes any of them: a span starts wherever the
        type changes or a prefix says so. "plain" is for tags without prefixes: neighbours of one
        tag, except "O", are a span.

    labels : array-like of shape (n_labels,), default=None
        Types to average over, such as "PER". None means those with a span in ``y_true`` or
        ``y_pred``.

    average : {"micro", "macro", "weighted"} or None, default="micro"
        As in scikit-learn; None gives a score for each type, in the order of ``labels``, or else
        sorted.

    zero_division : {"warn", 0.0, 1.0, np.nan}, default=0.0
        Score where there is nothing to divide by, as in scikit-learn.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence, and so each of its spans, counts. Weights that ``y_true`` carries
        for training are not used.

    Returns
    -------
    float or ndarray of shape (n_labels,)
        Between 0 and 1, higher is better.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``, a tag has no prefix, or one
        that the scheme lacks.

    See Also
    --------
    tag_f1_score : F1 of single steps.

    Examples
    --------
    >>> from skseq.metrics import span_f1_score
    >>> y_true = [["B-PER", "I-PER", "O"], ["B-LOC", "O", "B-PER"]]
    >>> y_pred = [["B-PER", "I-PER", "O"], ["B-LOC", "I-LOC", "O"]]
    >>> span_f1_score(y_true, y_pred)
    0.4
    >>> span_f1_score(y_true, y_pred, average=None)  # LOC, PER
    array([0.        , 0.66666667])
    """
    return _score_spans(
        f1_score,
        y_true,
        y_pred,
        scheme=scheme,
        labels=labels,
        average=average,
        zero_division=zero_division,
        ignore=ignore,
        sample_weight=sample_weight,
    )


def span_fbeta_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    beta: float,
    scheme: str | None = None,
    labels: ArrayLike | None = None,
    average: Average = "micro",
    zero_division: ZeroDivision = 0.0,
    ignore: Any = None,
    sample_weight: ArrayLike | None = None,
) -> Score:
    """F-beta of spans: recall counts ``beta`` times as much as precision.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step: "O", or a prefix, a hyphen and a type. Prefixes alone, "B" and "I",
        are spans of one type, "_".

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    beta : float
        Weight of recall against precision; 2 suits rare spans that must not be missed.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
        With a scheme, only spans that it could have written count; a mention that lacks its B, say,
        does not count in IOB2. None is relaxed and takes any of them: a span starts wherever the
        type changes or a prefix says so. "plain" is for tags without prefixes: neighbours of one
        tag, except "O", are a span.

    labels : array-like of shape (n_labels,), default=None
        Types to average over, such as "PER". None means those with a span in ``y_true`` or
        ``y_pred``.

    average : {"micro", "macro", "weighted"} or None, default="micro"
        As in scikit-learn; None gives a score for each type, in the order of ``labels``, or else
        sorted.

    zero_division : {"warn", 0.0, 1.0, np.nan}, default=0.0
        Score where there is nothing to divide by, as in scikit-learn.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence, and so each of its spans, counts. Weights that ``y_true`` carries
        for training are not used.

    Returns
    -------
    float or ndarray of shape (n_labels,)
        Between 0 and 1, higher is better.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``, a tag has no prefix, or one
        that the scheme lacks.

    See Also
    --------
    tag_fbeta_score : F-beta of single steps.

    Examples
    --------
    >>> from skseq.metrics import span_fbeta_score
    >>> y_true = [["B-PER", "I-PER", "O"], ["B-LOC", "O", "B-PER"]]
    >>> y_pred = [["B-PER", "I-PER", "O"], ["B-LOC", "I-LOC", "O"]]
    >>> span_fbeta_score(y_true, y_pred, beta=2)
    0.357...
    """
    return _score_spans(
        fbeta_score,
        y_true,
        y_pred,
        scheme=scheme,
        labels=labels,
        average=average,
        zero_division=zero_division,
        ignore=ignore,
        sample_weight=sample_weight,
        beta=beta,
    )


def span_precision_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    scheme: str | None = None,
    labels: ArrayLike | None = None,
    average: Average = "micro",
    zero_division: ZeroDivision = 0.0,
    ignore: Any = None,
    sample_weight: ArrayLike | None = None,
) -> Score:
    """Precision of spans: the share of predicted mentions that are true.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step: "O", or a prefix, a hyphen and a type. Prefixes alone, "B" and "I",
        are spans of one type, "_".

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
        With a scheme, only spans that it could have written count; a mention that lacks its B, say,
        does not count in IOB2. None is relaxed and takes any of them: a span starts wherever the
        type changes or a prefix says so. "plain" is for tags without prefixes: neighbours of one
        tag, except "O", are a span.

    labels : array-like of shape (n_labels,), default=None
        Types to average over, such as "PER". None means those with a span in ``y_true`` or
        ``y_pred``.

    average : {"micro", "macro", "weighted"} or None, default="micro"
        As in scikit-learn; None gives a score for each type, in the order of ``labels``, or else
        sorted.

    zero_division : {"warn", 0.0, 1.0, np.nan}, default=0.0
        Score where there is nothing to divide by, as in scikit-learn.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence, and so each of its spans, counts. Weights that ``y_true`` carries
        for training are not used.

    Returns
    -------
    float or ndarray of shape (n_labels,)
        Between 0 and 1, higher is better.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``, a tag has no prefix, or one
        that the scheme lacks.

    See Also
    --------
    tag_precision_score : Precision of single steps.

    Examples
    --------
    >>> from skseq.metrics import span_precision_score
    >>> y_true = [["B-PER", "I-PER", "O"], ["B-LOC", "O", "B-PER"]]
    >>> y_pred = [["B-PER", "I-PER", "O"], ["B-LOC", "I-LOC", "O"]]
    >>> span_precision_score(y_true, y_pred)
    0.5
    """
    return _score_spans(
        precision_score,
        y_true,
        y_pred,
        scheme=scheme,
        labels=labels,
        average=average,
        zero_division=zero_division,
        ignore=ignore,
        sample_weight=sample_weight,
    )


def span_recall_score(
    y_true: Tags,
    y_pred: Tags,
    *,
    scheme: str | None = None,
    labels: ArrayLike | None = None,
    average: Average = "micro",
    zero_division: ZeroDivision = 0.0,
    ignore: Any = None,
    sample_weight: ArrayLike | None = None,
) -> Score:
    """Recall of spans: the share of true mentions that are predicted.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step: "O", or a prefix, a hyphen and a type. Prefixes alone, "B" and "I",
        are spans of one type, "_".

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
        With a scheme, only spans that it could have written count; a mention that lacks its B, say,
        does not count in IOB2. None is relaxed and takes any of them: a span starts wherever the
        type changes or a prefix says so. "plain" is for tags without prefixes: neighbours of one
        tag, except "O", are a span.

    labels : array-like of shape (n_labels,), default=None
        Types to average over, such as "PER". None means those with a span in ``y_true`` or
        ``y_pred``.

    average : {"micro", "macro", "weighted"} or None, default="micro"
        As in scikit-learn; None gives a score for each type, in the order of ``labels``, or else
        sorted.

    zero_division : {"warn", 0.0, 1.0, np.nan}, default=0.0
        Score where there is nothing to divide by, as in scikit-learn.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence, and so each of its spans, counts. Weights that ``y_true`` carries
        for training are not used.

    Returns
    -------
    float or ndarray of shape (n_labels,)
        Between 0 and 1, higher is better.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``, a tag has no prefix, or one
        that the scheme lacks.

    See Also
    --------
    tag_recall_score : Recall of single steps.

    Examples
    --------
    >>> from skseq.metrics import span_recall_score
    >>> y_true = [["B-PER", "I-PER", "O"], ["B-LOC", "O", "B-PER"]]
    >>> y_pred = [["B-PER", "I-PER", "O"], ["B-LOC", "I-LOC", "O"]]
    >>> span_recall_score(y_true, y_pred)
    0.333...
    """
    return _score_spans(
        recall_score,
        y_true,
        y_pred,
        scheme=scheme,
        labels=labels,
        average=average,
        zero_division=zero_division,
        ignore=ignore,
        sample_weight=sample_weight,
    )


def _score_spans(
    metric: Callable[..., Any],
    y_true: Tags,
    y_pred: Tags,
    *,
    scheme: str | None,
    labels: ArrayLike | None,
    average: Average,
    zero_division: ZeroDivision,
    ignore: Any,
    sample_weight: ArrayLike | None,
    **kwargs: Any,
) -> Score:
    if average is not None:
        check_choice("average", average, ("macro", "micro", "weighted"))
    pairs = pair_spans(
        y_true, y_pred, scheme=scheme, labels=labels, ignore=ignore, sample_weight=sample_weight
    )
    codes = pairs.codes
    if not len(codes):
        if average is None:
            return np.empty(0)
        # Nothing to find and nothing found: scikit-learn judges a type that never occurs.
        codes, average = np.array([0]), "micro"
    return metric(
        pairs.true,
        pairs.predicted,
        sample_weight=pairs.weight,
        labels=codes,
        average=average,
        zero_division=zero_division,
        **kwargs,
    )


class SpanPairs(NamedTuple):
    """Spans as pairs of (true type, predicted type), for metrics of labels; -1 is no span."""

    types: np.ndarray  # (n_types,)
    codes: np.ndarray  # (n_labels,), positions in types of those that count
    true: np.ndarray  # (n_pairs,)
    predicted: np.ndarray  # (n_pairs,)
    weight: np.ndarray  # (n_pairs,), how many there are, or what they weigh


def pair_spans(
    y_true: Tags,
    y_pred: Tags,
    *,
    scheme: str | None = None,
    labels: ArrayLike | None = None,
    ignore: Any = None,
    sample_weight: ArrayLike | None = None,
) -> SpanPairs:
    """Count the spans that were found, those that were missed and those that are wrong.

    Parameters
    ----------
    y_true, y_pred, scheme, labels, ignore, sample_weight : as for `span_f1_score`
        What is compared, and how.

    Returns
    -------
    SpanPairs
    """
    types, hits, n_true, n_predicted = _count_spans(y_true, y_pred, scheme, ignore, sample_weight)
    if labels is not None:
        wanted = np.asarray(labels)
        check_comparable_labels(tags=np.array([""]), labels=distinct(wanted, "labels"))
        # Types that do not occur get places of their own behind the others.
        absent = np.setdiff1d(wanted, types)
        types = np.concatenate([types, absent])
        hits, n_true, n_predicted = (
            np.pad(counts, (0, len(absent))) for counts in (hits, n_true, n_predicted)
        )
    codes = np.arange(len(types)) if labels is None else positions(wanted, types)
    # scikit-learn wants some weight, so one pair of "no span" comes first; no type counts it.
    every, none = np.arange(len(types)), np.full(len(types), -1)
    return SpanPairs(
        types,
        codes,
        np.concatenate([[-1], every, every, none]),
        np.concatenate([[-1], every, none, every]),
        np.concatenate([[1.0], hits, n_true - hits, n_predicted - hits]),
    )


def _count_spans(
    y_true: Tags, y_pred: Tags, scheme: str | None, ignore: Any, sample_weight: ArrayLike | None
) -> tuple[np.ndarray, Floats, Floats, Floats]:
    """Give the sorted types, and for each the weight of spans found, true and predicted."""
    tags, predicted = aligned_tags(y_true, y_pred, ignore)
    if not tags.n_steps:
        raise ValueError("y_true is empty; a score needs at least one label")
    weight = np.ones(len(tags)) if sample_weight is None else check_fit_weight(sample_weight, tags)
    true, guessed = spans_of(tags, "y_true", scheme), spans_of(predicted, "y_pred", scheme)
    types = np.union1d(true.type, guessed.type)
    true_codes, guessed_codes = (np.searchsorted(types, spans.type) for spans in (true, guessed))

    hit = find_hits(true, guessed, tags.n_steps)

    def total(spans: Spans, codes: IntArray) -> np.ndarray:
        sequence = np.searchsorted(tags.offsets, spans.start, side="right") - 1
        return np.bincount(codes, weights=weight[sequence], minlength=len(types))

    found = type(guessed)(*(part[hit] for part in guessed))
    n_hits = total(found, guessed_codes[hit])
    n_true, n_predicted = total(true, true_codes), total(guessed, guessed_codes)
    counts = n_true + n_predicted > 0  # sequences of weight 0 are left out
    return types[counts], n_hits[counts], n_true[counts], n_predicted[counts]


def find_hits(true: Spans, guessed: Spans, n_steps: int) -> BoolArray:
    """Which predicted spans are true, in start, end and type: ndarray of bool."""
    # At most one true span starts at a step, so a guess is compared with that one alone.
    starting_at = np.full(n_steps, -1)
    starting_at[true.start] = np.arange(len(true.start))
    place = starting_at[guessed.start]
    if not len(true.start):
        return place >= 0
    return (place >= 0) & (true.stop[place] == guessed.stop) & (true.type[place] == guessed.type)


def spans_of(tags: Sequences, name: str, scheme: str | None) -> Spans:
    """Flat spans of checked tags, as `skseq.data.find_spans` gives them."""
    classes = distinct(tags.values, name)
    return find_spans(positions(tags.values, classes), tags.offsets, classes, scheme)
