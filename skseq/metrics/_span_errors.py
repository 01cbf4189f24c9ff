"""Which spans are wrong, and how."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from skseq._typing import BoolArray, IntArray
from skseq.data import Spans, as_tags, known_steps, step_positions
from skseq.metrics._flat import aligned_tags
from skseq.metrics._spans import find_hits, spans_of
from skseq.metrics._types import Tags
from skseq.spans._reading import back_to_all_steps

# Start, end and type of a span.
Place = tuple[int, int, Any]


class SpanError(NamedTuple):
    """A true span, a predicted one, or one of each that overlap, that is not right.

    Parameters
    ----------
    sequence : int
        Where it is.

    kind : {"missed", "spurious", "wrong type", "wrong boundary", "wrong both"}
        What is wrong.

    start, end : int or None
        Steps of the true span, ``end`` one past the last; None if it is spurious.

    type : object
        Type of the true span.

    predicted_start, predicted_end : int or None
        Steps of the predicted span; None if it was missed.

    predicted_type : object
        Type of the predicted span.

    Examples
    --------
    >>> from skseq.metrics import SpanError
    >>> SpanError(0, "missed", 2, 4, "PER").predicted_type is None
    True
    """

    sequence: int
    kind: str
    start: int | None = None
    end: int | None = None
    type: Any = None
    predicted_start: int | None = None
    predicted_end: int | None = None
    predicted_type: Any = None


def span_errors(
    y_true: Tags, y_pred: Tags, *, scheme: str | None = None, ignore: Any = None
) -> list[SpanError]:
    """List the spans that are wrong: missed, spurious, of a wrong type or with wrong boundaries.

    A predicted span that is not right is compared with the true one, of those not found, that it
    shares most steps with (of two alike, the one of its own type), each at most once. If
    they have the same boundaries the type is wrong, if they have the same type the boundary is,
    else both are. What is left over is missed or spurious.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
        With a scheme, only spans that it could have written count; None is relaxed. "plain" is for
        tags without prefixes. See `span_f1_score`.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    Returns
    -------
    list of SpanError
        By sequence and position. ``pandas.DataFrame`` makes a table of it, and
        ``pandas.crosstab(table.type, table.kind)`` counts.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``, or a tag lies outside the
        scheme.

    See Also
    --------
    span_classification_report : How many are right, by type.

    Examples
    --------
    >>> from skseq.metrics import span_errors
    >>> y_true = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-LOC"]]
    >>> y_pred = [["B-PER", "O", "O", "B-PER"], ["B-LOC", "O"]]
    >>> for error in span_errors(y_true, y_pred):
    ...     print(error.sequence, error.kind, error.type, error.predicted_type)
    0 wrong boundary PER PER
    0 wrong type LOC PER
    1 spurious None LOC
    1 missed LOC None
    """
    tags = as_tags(y_true, name="y_true")
    compared = aligned_tags(y_true, y_pred, ignore)
    known = known_steps(tags, ignore, name="y_true")
    true, guessed = (
        spans_of(each, name, scheme)
        for each, name in zip(compared, ("y_true", "y_pred"), strict=True)
    )
    hit = find_hits(true, guessed, compared[0].n_steps)
    found = np.isin(true.start, guessed.start[hit])
    true, guessed = _take(true, ~found), _take(guessed, ~hit)
    if known is not None:
        true, guessed = back_to_all_steps(true, known), back_to_all_steps(guessed, known)
    return _records(true, guessed, tags.offsets)


def _take(spans: Spans, chosen: BoolArray) -> Spans:
    return Spans(*(part[chosen] for part in spans))


def _records(true: Spans, guessed: Spans, offsets: IntArray) -> list[SpanError]:
    mistaken_for, is_spurious = np.full(len(true.start), -1), np.ones(len(guessed.start), bool)
    for one, other in _overlapping(true, guessed):
        if mistaken_for[one] < 0 and is_spurious[other]:
            mistaken_for[one], is_spurious[other] = other, False
    trues, guesses = _located(true, offsets), _located(guessed, offsets)
    errors = [
        _compare(*trues[one], guesses[other] if other >= 0 else None)
        for one, other in enumerate(mistaken_for.tolist())
    ]
    errors += [
        SpanError(row, "spurious", None, None, None, *span)
        for (row, span), is_alone in zip(guesses, is_spurious, strict=True)
        if is_alone
    ]
    return sorted(errors, key=_place)


def _overlapping(true: Spans, guessed: Spans) -> Iterable[tuple[int, int]]:
    """Pairs of a true and a predicted span that share steps, those that share most first."""
    first = np.searchsorted(true.stop, guessed.start, side="right")
    n_shared = np.searchsorted(true.start, guessed.stop) - first
    other = np.repeat(np.arange(len(first)), n_shared)
    one = step_positions(first, n_shared)
    shared = np.minimum(true.stop[one], guessed.stop[other])
    shared = shared - np.maximum(true.start[one], guessed.start[other])
    order = np.lexsort((true.type[one] != guessed.type[other], -shared))
    return zip(one[order].tolist(), other[order].tolist(), strict=True)


def _located(spans: Spans, offsets: IntArray) -> list[tuple[int, Place]]:
    """(sequence, (start, end, type)) of each span, counted within its sequence."""
    row = np.searchsorted(offsets, spans.start, side="right") - 1
    begin = offsets[row]
    start, end = (spans.start - begin).tolist(), (spans.stop - begin).tolist()
    places = zip(start, end, spans.type.tolist(), strict=True)
    return list(zip(row.tolist(), places, strict=True))


def _compare(row: int, span: Place, guess: tuple[int, Place] | None) -> SpanError:
    if guess is None:
        return SpanError(row, "missed", *span)
    _, guessed = guess
    if span[:2] == guessed[:2]:
        kind = "wrong type"
    else:
        kind = "wrong boundary" if span[2] == guessed[2] else "wrong both"
    return SpanError(row, kind, *span, *guessed)


def _place(error: SpanError) -> tuple[int, int | None]:
    return error.sequence, error.predicted_start if error.start is None else error.start
