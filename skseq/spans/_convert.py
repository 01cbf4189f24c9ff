"""From spans to tags, and from one scheme of tags to another."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Literal

import numpy as np
from sklearn.utils import check_consistent_length

from skseq._typing import IntArray
from skseq._validation import check_choice
from skseq.data import (
    OUTSIDE,
    PLAIN,
    Sequences,
    Spans,
    as_tags,
    known_steps,
    like_input,
    offsets_from_lengths,
    step_positions,
)
from skseq.spans._offsets import check_offsets, lengths_of
from skseq.spans._reading import SCHEMES, Invalid, read_spans

_BARE_TYPE = "_"


def convert_tags(
    y: Any,
    source: str | None = None,
    target: str = "IOB2",
    *,
    invalid: Invalid = "repair",
    outside: Any = OUTSIDE,
    ignore: Any = None,
) -> Sequences | list[list[Any]]:
    """Write the spans of tags by another scheme.

    Parameters
    ----------
    y : list of array-like of shape (length_i,), object array or Sequences
        Tags, one per step.

    source : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
        The scheme they keep; None looks, as `tags_to_spans` does. IOB1 and IOE1 have the letters of
        IOB2 and IOE2, so name them.

    target : one of these schemes, default="IOB2"
        The scheme to write. "plain" leaves out prefixes, and with them the border between two spans
        of one type that touch.

    invalid : {"repair", "drop", "error"}, default="repair"
        What to do with tags that the source could not have written, as for `tags_to_spans`.

    outside : scalar or None, default="O"
        The tag of steps that lie in no span, in ``y`` and in what is written.

    ignore : scalar or list, default=None
        Marks in ``y`` that stand where there is no tag, such as -100. They stay where they are.

    Returns
    -------
    list of lists of str if ``y`` is a list, else Sequences
        The tags.

    Raises
    ------
    ValueError
        As for `tags_to_spans`.

    Examples
    --------
    >>> from skseq.spans import convert_tags
    >>> convert_tags([["B-PER", "I-PER", "O", "B-LOC"]], "IOB2", "IOBES")
    [['B-PER', 'E-PER', 'O', 'S-LOC']]
    >>> convert_tags([["I-PER", "I-PER", "B-PER"]], "IOB1", "IOB2")
    [['B-PER', 'I-PER', 'B-PER']]
    """
    check_choice("target", target, SCHEMES)
    tags = as_tags(y)
    spans = read_spans(tags, scheme=source, invalid=invalid, outside=outside, ignore=ignore)
    written = write_tags(spans, tags.offsets, target, OUTSIDE if outside is None else outside)
    if ignore is not None:
        written = _with_marks(written, tags, ignore)
    return like_input(Sequences(written, tags.offsets), y)


def spans_to_tags(
    spans: Sequence[Sequence[Sequence[Any]]],
    X: Any,
    *,
    offsets: Iterable[Any] | None = None,
    scheme: str = "IOB2",
    outside: Any = OUTSIDE,
    alignment: Literal["strict", "contract", "expand"] = "strict",
) -> list[list[Any]]:
    """Write spans as tags.

    Parameters
    ----------
    spans : list of n_sequences lists of Span, or of (start, end, type)
        In steps, or in characters of the texts if ``offsets`` are given. They may come in any
        order, but must not overlap.

    X : list of str, list of lists or Sequences
        What the steps are of: characters of texts, tokens, or anything else with a length.

    offsets : list of array-like of shape (length_i, 2), default=None
        Where each token starts and ends in its text, as `token_offsets` gives it: X holds the texts
        then, and each token gets a tag.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"}, default="IOB2"
        How tags spell spans.

    outside : scalar, default="O"
        The tag of steps that lie in no span.

    alignment : {"strict", "contract", "expand"}, default="strict"
        What to do where a span in characters starts or ends inside a token: an error, or the tokens
        that lie wholly in it, or all that it touches. A span without a token is left out.

    Returns
    -------
    list of n_sequences lists
        One tag per step.

    Raises
    ------
    ValueError
        If spans overlap, lie outside their sequence, are empty, or do not fit the tokens.

    See Also
    --------
    tags_to_spans : The way back.

    Examples
    --------
    >>> from skseq.spans import spans_to_tags, token_offsets
    >>> spans_to_tags([[(1, 3, "PER")]], [["Dear", "Ada", "Lovelace", "!"]])
    [['O', 'B-PER', 'I-PER', 'O']]
    >>> texts, tokens = ["Dear Ada!"], [["Dear", "Ada", "!"]]
    >>> spans_to_tags([[(5, 8, "PER")]], texts, offsets=token_offsets(texts, tokens))
    [['O', 'B-PER', 'O']]
    """
    check_choice("scheme", scheme, SCHEMES)
    check_choice("alignment", alignment, ("strict", "contract", "expand"))
    check_consistent_length(spans, X)
    lengths = lengths_of(X)
    row, start, stop, types = _flatten(spans)
    _check_inside(row, start, stop, lengths)
    sequence_ends = offsets_from_lengths(lengths)
    start, stop = start + sequence_ends[row], stop + sequence_ends[row]
    if offsets is not None:
        tokens = check_offsets(offsets, list(X))
        places = tokens.values + sequence_ends[tokens.sequence_index()][:, None]
        begins, ends = places.T
        start, stop = _to_tokens(start, stop, begins, ends, alignment, sequence_ends)
        sequence_ends = tokens.offsets
    order = np.argsort(start, kind="stable")
    order = order[start[order] < stop[order]]  # not those without a token
    flat = Spans(start[order], stop[order], types[order])
    overlaps = flat.start[1:] < flat.stop[:-1]
    if overlaps.any():
        index = row[order][1:][overlaps][0]
        raise ValueError(f"spans[{index}] has spans that overlap; a step has one tag")
    return Sequences(write_tags(flat, sequence_ends, scheme, outside), sequence_ends).tolist()


def write_tags(spans: Spans, offsets: IntArray, scheme: str, outside: Any = OUTSIDE) -> np.ndarray:
    """Tags, flat, of spans that are sorted and do not overlap.

    Parameters
    ----------
    spans : Spans
        Flat positions.

    offsets : ndarray of int64 of shape (n_sequences + 1,)
        Where sequences start, and where the last one ends.

    scheme : str
        How tags spell spans.

    outside : scalar, default="O"
        The tag of all other steps.

    Returns
    -------
    ndarray of shape (n_steps_total,)
    """
    lengths = spans.stop - spans.start
    steps = step_positions(spans.start, lengths)
    types = np.repeat(spans.type, lengths)
    if scheme == PLAIN:
        return _fill(steps, types, int(offsets[-1]), outside)
    letters = _letters(scheme, spans, offsets, steps)
    return _fill(steps, _join(letters, types), int(offsets[-1]), outside)


def _letters(scheme: str, spans: Spans, offsets: IntArray, steps: IntArray) -> np.ndarray:
    """The prefix of each step of all spans, laid end to end."""
    lengths = spans.stop - spans.start
    letters = np.full(len(steps), "I")
    is_first = steps == np.repeat(spans.start, lengths)
    is_last = steps == np.repeat(spans.stop, lengths) - 1
    if scheme in {"IOBES", "BILOU"}:
        letters[is_first] = "B"
        letters[is_last] = "E" if scheme == "IOBES" else "L"
        letters[is_first & is_last] = "S" if scheme == "IOBES" else "U"
        return letters
    if scheme == "IOB2":
        letters[is_first] = "B"
    elif scheme == "IOE2":
        letters[is_last] = "E"
    else:  # IOB1 and IOE1 mark only where two spans of one type touch
        touches = np.zeros(len(spans.start) + 1, dtype=bool)
        touches[1:-1] = (
            (spans.start[1:] == spans.stop[:-1])
            & (spans.type[1:] == spans.type[:-1])
            & ~np.isin(spans.start[1:], offsets)
        )
        if scheme == "IOB1":
            letters[is_first & np.repeat(touches[:-1], lengths)] = "B"
        else:
            letters[is_last & np.repeat(touches[1:], lengths)] = "E"
    return letters


def _join(letters: np.ndarray, types: np.ndarray) -> np.ndarray:
    names, place = np.unique(types, return_inverse=True)
    suffixes = np.array(["" if name == _BARE_TYPE else f"-{name}" for name in names.tolist()])
    return np.char.add(letters, suffixes[place]) if len(names) else letters


def _fill(steps: IntArray, tags: np.ndarray, n_steps: int, outside: Any) -> np.ndarray:
    """The tags of some steps, and the outside one of all others."""
    if len(tags) == n_steps:
        outside = tags[:1].tolist()[0] if n_steps else outside  # none is left, whatever its type
    if isinstance(outside, str) != (tags.dtype.kind in "UO") and len(tags):
        raise ValueError(
            f"outside={outside!r}, but types are such as {tags[0].item()!r}; both must be text, or "
            "both numbers"
        )
    outside = np.asarray(outside)
    dtype = np.promote_types(tags.dtype, outside.dtype) if len(tags) else outside.dtype
    filled = np.full(n_steps, outside, dtype=dtype)
    filled[steps] = tags
    return filled


def _with_marks(written: np.ndarray, tags: Sequences, ignore: Any) -> np.ndarray:
    known = known_steps(tags, ignore)
    if known is None:
        return written
    marked = tags.values.astype(object)
    marked[known] = written[known]
    return marked


# -- spans that users have ----------------------------------------------------------------------


def _flatten(
    spans: Sequence[Sequence[Sequence[Any]]],
) -> tuple[IntArray, IntArray, IntArray, np.ndarray]:
    """Row, start, end and type of all spans."""
    counts = np.fromiter(map(len, spans), dtype=np.int64, count=len(spans))
    records = list(chain.from_iterable(spans))
    if not records:
        nowhere = np.zeros(0, dtype=np.int64)
        return nowhere, nowhere, nowhere, np.zeros(0, dtype=str)
    for record in records:
        if isinstance(record, (str, Mapping)) or len(record) < 3:
            raise ValueError(f"a span must be (start, end, type), got {record!r}")
    start, stop, types = zip(*(record[:3] for record in records), strict=True)
    row = np.repeat(np.arange(len(spans)), counts)
    return row, np.array(start, dtype=np.int64), np.array(stop, dtype=np.int64), np.array(types)


def _check_inside(row: IntArray, start: IntArray, stop: IntArray, lengths: IntArray) -> None:
    for wrong, rule in (
        (start >= stop, "is empty: its end must come after its start"),
        ((start < 0) | (stop > lengths[row]), "lies outside its sequence"),
    ):
        if wrong.any():
            place = int(wrong.argmax())
            raise ValueError(
                f"spans[{row[place]}] has a span from {start[place]} to {stop[place]}, which {rule}"
                f" of {lengths[row[place]]}"
            )


def _to_tokens(
    start: IntArray,
    stop: IntArray,
    begins: IntArray,
    ends: IntArray,
    alignment: str,
    sequence_ends: IntArray,
) -> tuple[IntArray, IntArray]:
    """The first token of each span, and one past its last; all positions are flat."""
    if alignment == "contract":
        return np.searchsorted(begins, start), np.searchsorted(ends, stop, side="right")
    first, last = np.searchsorted(ends, start, side="right"), np.searchsorted(begins, stop)
    if alignment == "strict":
        # Bounds of no token at all are those of no span.
        fits = np.isin(start, begins) & np.isin(stop, ends)
        if not fits.all():
            place = int(np.argmin(fits))
            index = int(np.searchsorted(sequence_ends, start[place], side="right") - 1)
            low, high = (int(at[place] - sequence_ends[index]) for at in (start, stop))
            raise ValueError(
                f"spans[{index}] has a span from {low} to {high} that does not start and end with "
                'a token; alignment="expand" takes every token that it touches, "contract" only '
                "those that lie in it"
            )
    return first, last
