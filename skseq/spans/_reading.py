"""Flat spans of tags, whatever scheme they keep, and what to do with those that keep none.

Requirements that this file meets:

- a scheme that is not named is told from the tags, and tags that do not tell are refused;
- tags that their scheme could not have written are repaired, dropped or refused, as is asked for;
- an error names the sequence, the step and the tag.
"""

from typing import Any, Literal

import numpy as np

from skseq._typing import BoolArray, IntArray
from skseq._validation import check_choice
from skseq.data import (
    OUTSIDE,
    PLAIN,
    SPAN_SCHEMES,
    Sequences,
    Spans,
    cut_steps,
    find_spans,
    known_steps,
    split_prefix,
)

SCHEMES = (*SPAN_SCHEMES, PLAIN)
_POLICIES = ("repair", "drop", "error")
Invalid = Literal["repair", "drop", "error"]

# The scheme that prefixes are taken for, the first that has them all.
_LIKELY_SCHEMES = ("IOB2", "IOE2", "IOBES", "BILOU")


def read_spans(
    tags: Sequences,
    *,
    scheme: str | None = None,
    invalid: Invalid = "repair",
    outside: Any = OUTSIDE,
    ignore: Any = None,
    classes: np.ndarray | None = None,
    name: str = "y",
) -> Spans:
    """Find the spans of tags.

    Parameters
    ----------
    tags : Sequences
        One tag per step.

    scheme : str or None, default=None
        A scheme of `SPAN_SCHEMES` or "plain"; None tells plain from prefixed tags.

    invalid : {"repair", "drop", "error"}, default="repair"
        What to do with spans that the scheme could not have written.

    outside : scalar or None, default="O"
        The tag of steps that lie in no span.

    ignore : scalar or list, default=None
        Marks in place of a tag: these steps are left out, and positions stay.

    classes : ndarray of shape (n_classes,), default=None
        All tags there are, where the scheme is to be told from more than those that occur.

    name : str, default="y"
        Name of the tags in messages.

    Returns
    -------
    Spans
        Flat positions of the steps of ``tags``.

    Raises
    ------
    ValueError
        If the scheme cannot be told, a tag lies outside it, or, with ``invalid="error"``, a span
        breaks its rules.
    """
    check_choice("invalid", invalid, _POLICIES)
    if scheme is not None:
        check_choice("scheme", scheme, SCHEMES)
    known = known_steps(tags, ignore, name=name)
    kept = cut_steps(tags, known)
    found, codes = _distinct(kept.values)
    scheme = scheme or likely_scheme(found if classes is None else classes, outside)
    if scheme == PLAIN:
        _check_outside(found, outside)
        spans = find_spans(codes, kept.offsets, found, PLAIN, outside)
    else:
        spans = _read_prefixed(codes, kept, found, scheme, invalid, name)
    return spans if known is None else back_to_all_steps(spans, known)


def likely_scheme(classes: np.ndarray, outside: Any = OUTSIDE) -> str | None:
    """The scheme that these tags most likely keep.

    Returns
    -------
    str or None
        "plain" for tags without prefixes, None for prefixes that no scheme has together, such as
        those of BMES.

    Raises
    ------
    ValueError
        If some tags have a prefix and others don't.
    """
    names = [tag for tag in classes.tolist() if tag != outside]
    if names and all(tag in {*"BIMESLU"} for tag in names):
        letters = set(names)
    else:
        parts = [split_prefix(tag) for tag in names]
        letters = {part[0] for part in parts if part}
        prefixed = [tag for tag, part in zip(names, parts, strict=True) if part]
        others = [tag for tag, part in zip(names, parts, strict=True) if not part]
        if not prefixed:
            return PLAIN
        if others:
            raise ValueError(
                f"some tags have the prefix of a span, such as {prefixed[0]!r}, and others do "
                f'not, such as {others[0]!r}; name their scheme: scheme="plain" takes all of them '
                "as they are"
            )
    return next((scheme for scheme in _LIKELY_SCHEMES if letters <= {*SPAN_SCHEMES[scheme]}), None)


def _distinct(values: np.ndarray) -> tuple[np.ndarray, IntArray]:
    """Sorted distinct tags, and the place of each step's among them."""
    if values.dtype == object:
        values = np.array(values.tolist())
    return np.unique(values, return_inverse=True)


def _check_outside(found: np.ndarray, outside: Any) -> None:
    """Raise ValueError for numbers where text is to say which of them is outside."""
    if isinstance(outside, str) and found.dtype.kind in "biuf" and len(found):
        raise ValueError(
            f"outside={outside!r}, but tags are numbers such as {found[0].item()!r}; name the one "
            "of steps that lie in no span, for example outside=0, or pass outside=None if every "
            "step lies in one"
        )


def _read_prefixed(
    codes: IntArray,
    tags: Sequences,
    classes: np.ndarray,
    scheme: str | None,
    invalid: Invalid,
    name: str,
) -> Spans:
    if invalid != "repair" and scheme is None:
        raise ValueError(
            f"invalid={invalid!r} needs a scheme, and the prefixes of the tags do not tell which; "
            f"name one of {sorted(SPAN_SCHEMES)}"
        )
    strict = None if scheme is None else find_spans(codes, tags.offsets, classes, scheme)
    if strict is not None and invalid == "drop":
        return strict
    relaxed = find_spans(codes, tags.offsets, classes)
    if strict is not None and invalid == "error" and len(strict.start) < len(relaxed.start):
        start = int(np.setdiff1d(relaxed.start, strict.start)[0])
        row = int(np.searchsorted(tags.offsets, start, side="right") - 1)
        raise ValueError(
            f"{name}[{row}] breaks {scheme} at step {start - tags.offsets[row]}: a span cannot be "
            f'written as {_excerpt(tags, start, relaxed, row)}; invalid="repair" takes it for '
            'one, invalid="drop" leaves it out'
        )
    return relaxed


def _excerpt(tags: Sequences, start: int, spans: Spans, row: int) -> list[Any]:
    """The tags of a span with one neighbour on either side."""
    stop = spans.stop[np.searchsorted(spans.start, start)]
    low, high = max(start - 1, tags.offsets[row]), min(stop + 1, tags.offsets[row + 1])
    return tags.values[low:high].tolist()


def back_to_all_steps(spans: Spans, known: BoolArray) -> Spans:
    """Positions among all steps, of spans found in those that have a tag."""
    places = np.flatnonzero(known)
    return Spans(places[spans.start], places[spans.stop - 1] + 1, spans.type)
