"""Spans that tags spell step by step: "B-PER", "I-PER", "O" and their relatives.

Requirements that this file meets:

- one rule of what a prefix is, for samplers, augmenters and metrics;
- all schemes in one pass over flat arrays, without a loop over sequences or steps;
- spans never reach from one sequence into the next;
- a tag that says nothing about spans is refused, never guessed at; where tags have no prefixes,
  "plain" says so.
"""

import re
from typing import Any, NamedTuple

import numpy as np

from skseq._plain_checks import check_choice
from skseq._typing import BoolArray, IntArray

OUTSIDE = "O"

_PREFIXED = re.compile(r"([BIMESLU])-(.+)", flags=re.DOTALL)

# BILOU and BMES write the same places in a span by other letters.
_ROLES = {"B": "B", "I": "I", "M": "I", "E": "E", "L": "E", "S": "S", "U": "S"}

# Type of spans whose tags are prefixes alone.
_BARE_TYPE = "_"

# Letters that each scheme has.
SPAN_SCHEMES = {
    "IOB1": "BI",
    "IOB2": "BI",
    "IOE1": "IE",
    "IOE2": "IE",
    "IOBES": "BIES",
    "BILOU": "BILU",
}

# Tags without prefixes: a span is a run of one tag.
PLAIN = "plain"


class Spans(NamedTuple):
    """Spans in order of their start, each array of shape (n_spans,).

    Positions are flat: they count the steps of all sequences laid end to end.
    """

    start: IntArray
    stop: IntArray  # one past the last step
    type: np.ndarray  # type of each, PER for B-PER


def split_prefix(tag: object) -> tuple[str, str] | None:
    """Give ("B", "PER") for "B-PER", and None for what has no prefix of a span."""
    part = _PREFIXED.fullmatch(tag) if isinstance(tag, str) else None
    return (part[1], part[2]) if part else None


def find_spans(
    codes: IntArray,
    offsets: IntArray,
    classes: np.ndarray,
    scheme: str | None = None,
    outside: object = OUTSIDE,
) -> Spans:
    """Find the spans of tags, relaxed or strictly by a scheme.

    A step continues the span of the step before it if both have one type, that one is B or I
    and this one I or E (L and M, U count as E and I, S). This gives chains of steps. Relaxed,
    each chain is a span, as conlleval and seqeval's default have it. Strictly, only those are
    that the scheme could have written.

    Parameters
    ----------
    codes : ndarray of int of shape (n_steps_total,)
        Position in ``classes`` of each step's tag.

    offsets : ndarray of int64 of shape (n_sequences + 1,)
        Where sequences start, and where the last one ends.

    classes : ndarray of shape (n_classes,)
        Tags, each "O" or a prefix, a hyphen and a type. A bare prefix, as in "B" and "I" where
        there is one type only, has the type "_", as for seqeval.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
        The scheme that spans must keep; None is relaxed. "plain" is for tags without prefixes:
        neighbours of one tag are a span.

    outside : scalar or None, default="O"
        The tag of steps that lie in no span. Only "plain" may have another one than "O", or none.

    Returns
    -------
    Spans
        The type of a plain span is its tag, whatever that is.

    Raises
    ------
    ValueError
        If a tag has no prefix, or one that the scheme lacks.

    Examples
    --------
    >>> import numpy as np
    >>> from skseq.data import find_spans
    >>> classes = np.array(["B-PER", "I-PER", "O"])
    >>> codes, offsets = np.array([0, 1, 2, 1]), np.array([0, 4])
    >>> find_spans(codes, offsets, classes).stop
    array([2, 4])
    >>> find_spans(codes, offsets, classes, "IOB2").stop
    array([2])
    """
    if scheme == PLAIN:
        return _find_runs(codes, offsets, classes, outside)
    roles, types = tag_roles(classes, scheme)
    type_names, type_codes = np.unique(types, return_inverse=True)
    step_types = type_codes[codes]

    def has_role(letters: str) -> BoolArray:
        return np.isin(roles, list(letters))[codes]

    inside = has_role("BIES")
    like_previous = np.zeros(len(codes) + 1, dtype=bool)  # False after the last step as well
    like_previous[1:-1] = inside[1:] & inside[:-1] & (step_types[1:] == step_types[:-1])
    like_previous[offsets] = False
    goes_on = like_previous.copy()
    goes_on[1:-1] &= has_role("BI")[:-1] & has_role("IE")[1:]

    first = np.flatnonzero(inside & ~goes_on[:-1])
    last = np.flatnonzero(inside & ~goes_on[1:])
    kept = _is_well_formed(
        scheme,
        opens=roles[codes[first]],
        closes=roles[codes[last]],
        touches_before=like_previous[first],
        touches_after=like_previous[last + 1],
    )
    first, last = first[kept], last[kept]
    return Spans(first, last + 1, type_names[step_types[first]])


def _find_runs(codes: IntArray, offsets: IntArray, classes: np.ndarray, outside: object) -> Spans:
    """Runs of equal tags within a sequence, except those of the outside tag."""
    starts = np.zeros(len(codes) + 1, dtype=bool)
    starts[1:-1] = codes[1:] != codes[:-1]
    starts[offsets] = True
    bounds = np.flatnonzero(starts)
    is_outside = np.array([tag == outside for tag in classes.tolist()], dtype=bool)
    inside = ~is_outside[codes[bounds[:-1]]]
    first = bounds[:-1][inside]
    return Spans(first, bounds[1:][inside], classes[codes[first]])


def _is_well_formed(
    scheme: str | None,
    *,
    opens: np.ndarray,
    closes: np.ndarray,
    touches_before: BoolArray,
    touches_after: BoolArray,
) -> BoolArray:
    """Which chains a scheme could have written, by their ends and their neighbours of one type."""
    if scheme is None:
        return np.ones(len(opens), dtype=bool)
    if scheme == "IOB1":  # B only parts a span from one of the same type before it
        return (opens == "I") | touches_before
    if scheme == "IOB2":
        return opens == "B"
    if scheme == "IOE1":  # E only parts a span from one of the same type after it
        return (closes == "I") | touches_after
    if scheme == "IOE2":
        return closes == "E"
    return ((opens == "B") & (closes == "E")) | (opens == "S")


def tag_roles(classes: np.ndarray, scheme: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Role and type of each tag.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        Tags as `find_spans` takes them.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU"} or None, default=None
        The scheme that they must be of.

    Returns
    -------
    roles, types : ndarray of str of shape (n_classes,)
        "B", "I", "E" or "S", by whatever letter, and the type; both "" for the outside tag.

    Raises
    ------
    ValueError
        If a tag has no prefix, or one that the scheme lacks.
    """
    prefixes, types = _read_tags(classes, scheme)
    return np.array([_ROLES.get(prefix, "") for prefix in prefixes]), types


def _read_tag(tag: Any) -> tuple[str, str] | None:
    """Prefix and type of a tag, None where it has no prefix."""
    if tag == OUTSIDE:
        return "", ""
    return (tag, _BARE_TYPE) if tag in _ROLES else split_prefix(tag)


def _read_tags(classes: np.ndarray, scheme: str | None) -> tuple[list[str], np.ndarray]:
    """Prefix and type of each tag, both "" for the outside one."""
    if scheme is not None:
        check_choice("scheme", scheme, (*SPAN_SCHEMES, PLAIN))
    prefixes, types = [], []
    for tag in classes.tolist():
        part = _read_tag(tag)
        if part is None:
            raise ValueError(
                f"tag {tag!r} does not say where a span starts or ends; spans need "
                f"{OUTSIDE!r}, or a prefix such as 'B-{tag}' and 'I-{tag}'. For tags without "
                'prefixes pass scheme="plain", or use the metrics whose name starts with tag_'
            )
        prefix, type_ = part
        if scheme is not None and prefix and prefix not in SPAN_SCHEMES[scheme]:
            raise ValueError(
                f"tag {tag!r} has the prefix {prefix!r}, but {scheme} has only "
                f"{sorted(SPAN_SCHEMES[scheme])}; name the scheme that the tags keep, or "
                "None for a relaxed reading"
            )
        prefixes.append(prefix)
        types.append(type_)
    return prefixes, np.array(types, dtype=str)
