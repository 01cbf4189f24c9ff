"""Spans as records, one list for each sequence."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_consistent_length

from skseq._typing import IntArray
from skseq.data import OUTSIDE, Sequences, Spans, as_sequences, as_tags, step_positions
from skseq.spans._offsets import check_offsets
from skseq.spans._reading import Invalid, read_spans


class Span(NamedTuple):
    """A stretch of steps, or of characters, and what it is.

    Parameters
    ----------
    start : int
        The first step, or character, counted from 0 in its sequence.

    end : int
        One past the last, so that ``text[start:end]`` is the span.

    type : object
        What it is: PER for B-PER.

    probability : float or None
        Geometric mean of the probabilities of its steps' tags; None where these are not known.

    text : str or None
        Its text; None where that is not known. Tokens are joined by a blank.

    Examples
    --------
    >>> from skseq.spans import Span
    >>> Span(0, 6, "PER").end
    6
    """

    start: int
    end: int
    type: Any
    probability: float | None = None
    text: str | None = None


def tags_to_spans(
    X: Any,
    y: Any,
    *,
    y_proba: Any = None,
    classes: ArrayLike | None = None,
    offsets: Iterable[Any] | None = None,
    scheme: str | None = None,
    invalid: Invalid = "repair",
    outside: Any = OUTSIDE,
    ignore: Any = None,
) -> list[list[Span]]:
    """Give the spans that tags spell.

    Parameters
    ----------
    X : list of str, list of lists of str or None
        What the tags are of: texts, whose steps are characters, or tokens. Where only positions are
        wanted, None or any other form of X, such as token ids.

    y : list of array-like of shape (length_i,), object array or Sequences
        Tags, one per step, such as a tagger predicts.

    y_proba : Sequences or list of array-like of shape (length_i, n_classes), default=None
        Probability of each tag, as ``predict_proba`` gives it.

    classes : array-like of shape (n_classes,), default=None
        The tag of each column of ``y_proba``, such as ``estimator.classes_``. The scheme is told
        from all of them.

    offsets : list of array-like of shape (length_i, 2), default=None
        Where the token of each step starts and ends in its text, as `token_offsets` gives it: X
        holds the texts then, and spans are in characters.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
        How tags spell spans. "plain" is for tags without prefixes: neighbours of one tag are a
        span. None looks: "plain" if no tag has a prefix, else the scheme that has the prefixes that
        occur, IOB2 for B and I.

    invalid : {"repair", "drop", "error"}, default="repair"
        What to do with tags that the scheme could not have written, such as I-PER after O in IOB2.
        "repair" starts a span wherever the type changes or a prefix says so, as conlleval and the
        relaxed metrics of `skseq.metrics` do; "drop" leaves such spans out, as the strict ones do.

    outside : scalar or None, default="O"
        The tag of steps that lie in no span; None if every step lies in one. Other than "O" only
        for plain tags.

    ignore : scalar or list, default=None
        Marks in ``y`` that stand where there is no tag, such as -100: these steps are left out.

    Returns
    -------
    list of n_sequences lists of Span
        By their start. ``pandas.DataFrame(spans[0])`` makes a table of those of a sequence.

    Raises
    ------
    ValueError
        If lengths do not fit, the scheme cannot be told, a tag lies outside it, or a span breaks it
        under ``invalid="error"``; sequence and step are named.

    See Also
    --------
    spans_to_tags : The way back.
    skseq.SequenceTagger.predict_spans : Spans of a tagger's predictions.

    Examples
    --------
    >>> from skseq.spans import tags_to_spans
    >>> tokens = [["Ada", "Lovelace", "met", "Babbage"]]
    >>> for span in tags_to_spans(tokens, [["B-PER", "I-PER", "O", "B-PER"]])[0]:
    ...     print(span.start, span.end, span.type, span.text)
    0 2 PER Ada Lovelace
    3 4 PER Babbage

    Characters, and tags without prefixes:

    >>> tags_to_spans(["R2D2"], [["O", "digit", "O", "digit"]])[0]
    [Span(start=1, end=2, type='digit', probability=None, text='2'),
     Span(start=3, end=4, type='digit', probability=None, text='2')]
    """
    tags = as_tags(y)
    texts, places = check_texts(X, offsets, tags)
    spans = read_spans(
        tags,
        scheme=scheme,
        invalid=invalid,
        outside=outside,
        ignore=ignore,
        classes=None if classes is None else np.asarray(classes),
    )
    probability = span_probability(spans, tags, y_proba, classes, ignore)
    row = np.searchsorted(tags.offsets, spans.start, side="right") - 1
    start, end = spans.start - tags.offsets[row], spans.stop - tags.offsets[row]
    if places is not None:
        start, end = places.values[spans.start, 0], places.values[spans.stop - 1, 1]
    words = _texts_of(texts, row, start, end)
    parts = (start.tolist(), end.tolist(), spans.type.tolist(), probability, words)
    records = list(map(Span._make, zip(*parts, strict=True)))
    bounds = np.searchsorted(row, np.arange(len(tags) + 1))
    return [records[low:high] for low, high in pairwise(bounds.tolist())]


def check_texts(
    X: Any, offsets: Iterable[Any] | None, tags: Sequences
) -> tuple[list[Any] | None, Sequences | None]:
    """Texts, or lists of tokens, or None; and offsets as `Sequences`, all fitting the tags."""
    if not _holds_text(X):
        if offsets is not None:
            raise ValueError("offsets are places in texts, so X must be a list of texts (str)")
        check_consistent_length(tags, X)
        return None, None
    texts = X.tolist() if hasattr(X, "tolist") else list(X)
    check_consistent_length(tags, texts)
    if offsets is not None:
        return texts, check_offsets(offsets, texts, tags)
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    wrong = np.flatnonzero(lengths != tags.lengths)
    if len(wrong):
        row = wrong[0]
        what = "characters" if isinstance(texts[row], str) else "tokens"
        hint = ""
        if what == "characters":
            hint = "; for tags of tokens pass the tokens as X, or offsets=token_offsets(X, tokens)"
        raise ValueError(
            f"X[{row}] has {lengths[row]} {what} but y[{row}] has {tags.lengths[row]} tags{hint}"
        )
    return texts, None


def _holds_text(X: Any) -> bool:
    if X is None or isinstance(X, str) or not len(X):
        return False
    if isinstance(X, Sequences):
        return X.dtype.kind in "UO"
    first = X.iloc[0] if hasattr(X, "iloc") else X[0]
    return isinstance(first, str) or (
        not hasattr(first, "dtype") and len(first) > 0 and isinstance(first[0], str)
    )


def _texts_of(
    texts: list[Any] | None, row: IntArray, start: IntArray, end: IntArray
) -> list[str] | list[None]:
    if texts is None:
        return [None] * len(row)
    cut = (
        texts[index][low:high]
        for index, low, high in zip(row.tolist(), start.tolist(), end.tolist(), strict=True)
    )
    return [piece if isinstance(piece, str) else " ".join(piece) for piece in cut]


def span_probability(
    spans: Spans, tags: Sequences, y_proba: Any, classes: ArrayLike | None, ignore: Any
) -> list[float] | list[None]:
    """Geometric mean of the probabilities of the tags of each span, or None for each.

    Parameters
    ----------
    spans : Spans
        Flat spans of the tags.

    tags : Sequences
        One tag per step.

    y_proba : Sequences or list of array-like of shape (length_i, n_classes), or None
        Probability of each tag.

    classes : array-like of shape (n_classes,)
        The tag of each column.

    ignore : scalar, list or None
        Marks in place of a tag; steps inside a span that have one are left out.

    Returns
    -------
    list of float or None
    """
    if y_proba is None:
        return [None] * len(spans.start)
    classes = np.zeros(0) if classes is None else np.asarray(classes)
    proba = _check_proba(y_proba, classes, tags)
    lengths = spans.stop - spans.start
    steps, span = step_positions(spans.start, lengths), np.repeat(np.arange(len(lengths)), lengths)
    column = {tag: index for index, tag in enumerate(classes.tolist())}
    codes = np.array([column.get(tag, -1) for tag in tags.values[steps].tolist()], dtype=np.intp)
    if ignore is None and (codes < 0).any():
        tag = tags.values[steps[codes < 0][0]].item()
        raise ValueError(f"y has the tag {tag!r}, but classes lacks it: {list(column)}")
    steps, span, codes = steps[codes >= 0], span[codes >= 0], codes[codes >= 0]
    with np.errstate(divide="ignore"):
        logs = np.log(proba[steps, codes], dtype=np.float64)
    sums = np.bincount(span, logs, minlength=len(lengths))
    return np.exp(sums / np.bincount(span, minlength=len(lengths))).tolist()


def _check_proba(y_proba: Any, classes: np.ndarray, tags: Sequences) -> np.ndarray:
    proba = as_sequences(y_proba, name="y_proba")
    if proba.values.ndim != 2 or proba.n_features != len(classes):
        raise ValueError(
            f"y_proba has {proba.n_features} column(s), and classes must name the tag of each, "
            f"such as estimator.classes_; got {classes.tolist()}"
        )
    if not proba.aligns_with(tags):
        raise ValueError("y_proba must have a row for each tag of y, but their lengths differ")
    return proba.values
