"""Schemes say the same spans, whichever way they are written."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq import Sequences
from skseq.data import SPAN_SCHEMES
from skseq.spans import Span, convert_tags, spans_to_tags, tags_to_spans, token_offsets

schemes = sorted(SPAN_SCHEMES)


@st.composite
def span_lists(draw):
    """Lengths of sequences, and sorted spans of two types that may touch."""
    lengths = draw(st.lists(st.integers(1, 8), min_size=1, max_size=4))
    rows = []
    for length in lengths:
        cuts = sorted(draw(st.sets(st.integers(0, length), max_size=5)))
        spans = pairwise(cuts)
        kinds = draw(st.lists(st.sampled_from(["A", "B", None]), min_size=5, max_size=5))
        rows.append([Span(*s, k) for s, k in zip(spans, kinds, strict=False) if k])
    return lengths, rows


def bare(spans):
    return [[span[:3] for span in row] for row in spans]


@pytest.mark.parametrize("scheme", schemes)
@given(span_lists())
@settings(max_examples=30)
def test_spans_come_back_from_the_tags_of_every_scheme(scheme, drawn):
    lengths, spans = drawn
    tags = spans_to_tags(spans, [range(n) for n in lengths], scheme=scheme)
    assert list(map(len, tags)) == lengths
    assert bare(tags_to_spans(None, tags, scheme=scheme, invalid="error")) == bare(spans)


@pytest.mark.parametrize("target", schemes)
@pytest.mark.parametrize("source", schemes)
@given(span_lists())
@settings(max_examples=5)
def test_conversion_keeps_the_spans(source, target, drawn):
    lengths, spans = drawn
    tags = spans_to_tags(spans, [range(n) for n in lengths], scheme=source)
    assert convert_tags(tags, source, target) == spans_to_tags(
        spans, [range(n) for n in lengths], scheme=target
    )


def test_plain_tags_lose_only_the_border_of_spans_that_touch():
    y = [["B-A", "I-A", "B-A", "O", "B-B"]]
    plain = convert_tags(y, "IOB2", "plain")
    assert plain == [["A", "A", "A", "O", "B"]]
    assert convert_tags(plain, "plain", "IOB2") == [["B-A", "I-A", "I-A", "O", "B-B"]]


def test_bare_prefixes_stay_bare():
    assert convert_tags([["B", "I", "O", "B"]], None, "IOBES") == [["B", "E", "O", "S"]]


def test_stray_tags_are_repaired_dropped_or_refused():
    y = [["O", "I-A", "I-A"]]
    assert convert_tags(y) == [["O", "B-A", "I-A"]]
    assert convert_tags(y, invalid="drop") == [["O", "O", "O"]]
    with pytest.raises(ValueError, match=r"y\[0\] breaks IOB2 at step 1"):
        convert_tags(y, invalid="error")


def test_tags_come_back_in_their_form_with_their_marks():
    tags = Sequences.from_list([["B-A", "I-A"]])
    assert isinstance(convert_tags(tags, target="BILOU"), Sequences)
    assert convert_tags([["B-A", None, "I-A"]], target="IOBES", ignore=[None]) == [
        ["B-A", None, "E-A"]
    ]


def test_numbers_are_types_of_plain_tags_alone():
    y = [[0, 1, 1]]
    assert convert_tags(y, target="plain", outside=0) == y
    assert spans_to_tags([[(1, 3, 1)]], [range(3)], scheme="plain", outside=0) == y
    with pytest.raises(ValueError, match="both must be text, or both numbers"):
        spans_to_tags([[(1, 3, 1)]], [range(3)], scheme="plain")


def test_characters_become_tags_of_tokens():
    texts = ["Dr. Ada King left", "Rome"]
    offsets = token_offsets(texts, [["Dr", ".", "Ada", "King", "left"], ["Rome"]])
    spans = [[(4, 12, "PER")], [(0, 4, "LOC")]]
    tags = spans_to_tags(spans, texts, offsets=offsets)
    assert tags == [["O", "O", "B-PER", "I-PER", "O"], ["B-LOC"]]
    assert bare(tags_to_spans(texts, tags, offsets=offsets)) == spans


@pytest.mark.parametrize(
    ("span", "contracted", "expanded"),
    [
        ((0, 5), "A O O", "A A O"),
        ((1, 8), "O A O", "A A O"),
        ((1, 3), "O O O", "A O O"),
        ((4, 13), "O A A", "O A A"),
        ((3, 4), "O O O", "O O O"),
        ((4, 8), "O A O", "O A O"),
    ],
)
def test_spans_that_cut_tokens_shrink_grow_or_are_refused(span, contracted, expanded):
    texts, offsets = ["Ada King left"], [[(0, 3), (4, 8), (9, 13)]]
    spans = [[(*span, "A")]]

    def tags(alignment):
        found = spans_to_tags(spans, texts, offsets=offsets, scheme="plain", alignment=alignment)
        return " ".join(found[0])

    assert (tags("contract"), tags("expand")) == (contracted, expanded)
    if contracted == expanded != "O O O":
        assert tags("strict") == contracted
    else:
        with pytest.raises(ValueError, match=rf"from {span[0]} to {span[1]} that does not start"):
            tags("strict")


@pytest.mark.parametrize(
    ("spans", "message"),
    [
        ([[(0, 2, "A"), (1, 3, "B")]], r"spans\[0\] has spans that overlap"),
        ([[(1, 1, "A")]], "which is empty"),
        ([[(1, 4, "A")]], "lies outside its sequence of 3"),
        ([[], []], "inconsistent numbers of samples"),
        ([[{"start": 0, "end": 1, "label": "A"}]], r"a span must be \(start, end, type\), got {"),
        ([["A"]], r"a span must be \(start, end, type\), got 'A'"),
        ([[(0, 1)]], r"a span must be \(start, end, type\), got \(0, 1\)"),
    ],
)
def test_spans_that_cannot_be_tags_are_refused(spans, message):
    with pytest.raises(ValueError, match=message):
        spans_to_tags(spans, [range(3)])
