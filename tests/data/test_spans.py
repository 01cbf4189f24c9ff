"""Spans that tags spell, against a definition that tries every stretch of steps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq import Sequences
from skseq.data import SPAN_SCHEMES, find_spans, split_prefix

schemes = pytest.mark.parametrize("scheme", [None, *SPAN_SCHEMES])


def spans_of(y, scheme=None):
    """What `find_spans` finds, as (sequence, start, stop, type) counted within sequences."""
    tags = Sequences.from_list([np.array(row, dtype=str) for row in y])
    classes, codes = np.unique(tags.values, return_inverse=True)
    spans = find_spans(codes, tags.offsets, classes, scheme)
    sequence = np.searchsorted(tags.offsets, spans.start, side="right") - 1
    begin = tags.offsets[sequence]
    parts = (sequence, spans.start - begin, spans.stop - begin, spans.type)
    return list(zip(*(part.tolist() for part in parts), strict=True))


def written(scheme, length, touches_before, touches_after):
    """How a scheme writes the prefixes of a span."""
    if scheme == "IOB1":
        return ("B" if touches_before else "I") + "I" * (length - 1)
    if scheme == "IOE1":
        return "I" * (length - 1) + ("E" if touches_after else "I")
    if scheme == "IOB2":
        return "B" + "I" * (length - 1)
    if scheme == "IOE2":
        return "I" * (length - 1) + "E"
    single, end = ("U", "L") if scheme == "BILOU" else ("S", "E")
    return single if length == 1 else "B" + "I" * (length - 2) + end


def parts_of(tag):
    return tag.split("-") if tag != "O" else ("O", None)


def joins(before, after):
    """Whether two neighbouring steps can be in one span."""
    (first, kind), (second, other) = parts_of(before), parts_of(after)
    return kind == other and first in "BI" and second in "IEL"


def brute_force(row, scheme):
    """Every stretch of a sequence whose ends are free and which the scheme could have written."""
    found = []
    for start in range(len(row)):
        for stop in range(start + 1, len(row) + 1):
            prefixes, kinds = zip(*map(parts_of, row[start:stop]), strict=True)
            if kinds[0] is None or len(set(kinds)) > 1:
                continue
            left = row[start - 1] if start else "O"
            right = row[stop] if stop < len(row) else "O"
            inner = zip(row[start : stop - 1], row[start + 1 : stop], strict=True)
            if joins(left, row[start]) or joins(row[stop - 1], right):
                continue
            if not all(joins(a, b) for a, b in inner):
                continue
            spelled = "".join(prefixes)
            before, after = (parts_of(tag)[1] == kinds[0] for tag in (left, right))
            choices = {before, False} if scheme == "IOB1" else {before}
            endings = {after, False} if scheme == "IOE1" else {after}
            if scheme is None or spelled in {
                written(scheme, stop - start, b, a) for b in choices for a in endings
            }:
                found.append((start, stop, kinds[0]))
    return found


def rows_of(scheme):
    letters = SPAN_SCHEMES.get(scheme, "BIES")
    tags = ["O", *(f"{letter}-{kind}" for letter in letters for kind in "XY")]
    return st.lists(st.lists(st.sampled_from(tags), max_size=8), min_size=1, max_size=4)


@schemes
@settings(max_examples=50)
@given(data=st.data())
def test_spans_equal_those_of_every_stretch_tried(scheme, data):
    rows = data.draw(rows_of(scheme).filter(lambda rows: any(rows)))
    expected = [(i, *span) for i, row in enumerate(rows) for span in brute_force(row, scheme)]
    assert spans_of(rows, scheme) == expected


@schemes
@settings(max_examples=30)
@given(
    pieces=st.lists(
        st.tuples(st.integers(1, 3), st.sampled_from([None, "X", "Y"])), min_size=1, max_size=6
    )
)
def test_what_a_scheme_writes_is_read_back(scheme, pieces):
    row, expected = [], []
    for i, (length, kind) in enumerate(pieces):
        start = len(row)
        if kind is None:
            row += ["O"] * length
            continue
        before = i > 0 and pieces[i - 1][1] == kind
        after = i + 1 < len(pieces) and pieces[i + 1][1] == kind
        prefixes = written(scheme or "IOBES", length, before, after)
        row += [f"{prefix}-{kind}" for prefix in prefixes]
        expected.append((0, start, len(row), kind))
    assert spans_of([row], scheme) == expected
    assert spans_of([row]) == expected


def test_a_span_ends_with_its_sequence():
    assert spans_of([["B-A", "I-A"], ["I-A"], [], ["I-A"], []]) == [
        (0, 0, 2, "A"),
        (1, 0, 1, "A"),
        (3, 0, 1, "A"),
    ]


def test_a_hyphen_in_a_type_is_part_of_it():
    assert spans_of([["B-A-B", "I-A-B"]]) == [(0, 0, 2, "A-B")]
    assert split_prefix("B-A-B") == ("B", "A-B")
    assert split_prefix("O") is split_prefix("B-") is split_prefix(3) is None


@schemes
def test_prefixes_alone_are_spans_of_one_type(scheme):
    row = list("OBIOBE") if scheme is None else list(f"O{SPAN_SCHEMES[scheme][0]}O")
    typed = [tag if tag == "O" else f"{tag}-_" for tag in row]
    assert spans_of([row], scheme) == spans_of([typed], scheme)
    assert spans_of([["B", "I", "O", "B"]]) == [(0, 0, 2, "_"), (0, 3, 4, "_")]


@pytest.mark.parametrize("bare", ["PER", "X", "B-", "X-PER"])
def test_a_tag_without_prefix_is_refused(bare):
    with pytest.raises(ValueError, match=f"tag '{bare}' does not say where a span starts"):
        spans_of([["O", bare]])


def test_a_prefix_that_the_scheme_lacks_is_named():
    with pytest.raises(ValueError, match=r"tag 'S-A' has the prefix 'S', but IOB2 has only"):
        spans_of([["S-A"]], "IOB2")
    with pytest.raises(ValueError, match=r"scheme must be .* got 'IOB3'\. Did you mean 'IOB"):
        spans_of([["B-A"]], "IOB3")
