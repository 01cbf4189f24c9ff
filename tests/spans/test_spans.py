"""Spans as records, against the flat ones and against plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq import Sequences
from skseq.spans import Span, tags_to_spans

rows = st.lists(st.text("OAB", min_size=1, max_size=9), min_size=1, max_size=4)


def runs_of(text):
    """Runs of one letter but O, by a loop."""
    found, start = [], 0
    for place in range(1, len(text) + 1):
        if place == len(text) or text[place] != text[start]:
            if text[start] != "O":
                found.append((start, place, text[start]))
            start = place
    return found


@given(rows)
@settings(max_examples=50)
def test_plain_tags_give_their_runs(texts):
    found = tags_to_spans(texts, [list(text) for text in texts], scheme="plain")
    for text, spans in zip(texts, found, strict=True):
        assert [span[:3] for span in spans] == runs_of(text)
        assert all(span.text == text[span.start : span.end] for span in spans)


def test_tokens_of_a_span_are_joined_by_a_blank():
    tokens = [["Ada", "King", "left"], ["Rome"]]
    y = [["B-PER", "I-PER", "O"], ["B-LOC"]]
    assert tags_to_spans(tokens, y) == [
        [Span(0, 2, "PER", None, "Ada King")],
        [Span(0, 1, "LOC", None, "Rome")],
    ]


@pytest.mark.parametrize("convert", [Sequences.from_list, lambda y: np.array(y, dtype=object)])
def test_tags_in_any_form_give_the_same_spans(convert):
    y = [["B-X", "I-X", "O"], ["O", "B-Y"]]
    assert tags_to_spans(None, convert(y)) == tags_to_spans(None, y)
    assert tags_to_spans(Sequences.from_list([[4, 5, 6], [7, 8]]), y) == tags_to_spans(None, y)


def test_offsets_give_characters_of_the_text():
    y, offsets = [["B-PER", "I-PER", "O"]], [[(0, 3), (4, 8), (8, 9)]]
    assert tags_to_spans(["Ada King."], y, offsets=offsets)[0] == [
        Span(0, 8, "PER", None, "Ada King")
    ]


def test_the_probability_of_a_span_is_the_geometric_mean_of_its_tags():
    classes = ["O", "B-X", "I-X"]  # any order
    proba = [[[0.1, 0.8, 0.1], [0.5, 0.0, 0.5], [0.9, 0.1, 0.0]], [[0.7, 0.3, 0.0]]]
    y = [["B-X", "I-X", "O"], ["B-X"]]
    found = tags_to_spans(None, y, y_proba=proba, classes=classes)
    assert found[0][0].probability == pytest.approx(np.sqrt(0.8 * 0.5))
    assert found[1][0].probability == pytest.approx(0.3)


def test_the_scheme_is_told_from_all_classes():
    # Alone, "B" and "E" would be prefixes; beside "Q" they are dialogue acts.
    y = [["B", "B", "E"]]
    proba = np.full((1, 3, 3), 1 / 3)
    assert [span.type for span in tags_to_spans(None, y)[0]] == ["_", "_"]
    plain = tags_to_spans(None, y, y_proba=proba, classes=["B", "E", "Q"])[0]
    assert [span[:3] for span in plain] == [(0, 2, "B"), (2, 3, "E")]


def test_a_stray_inside_tag_is_repaired_dropped_or_refused():
    y = [["O", "I-X", "O"], ["B-X", "O", "O"]]
    assert tags_to_spans(None, y)[0] == [Span(1, 2, "X")]
    assert tags_to_spans(None, y, invalid="drop") == [[], [Span(0, 1, "X")]]
    with pytest.raises(ValueError, match=r"y\[0\] breaks IOB2 at step 1.*'O', 'I-X', 'O'"):
        tags_to_spans(None, y, invalid="error")
    assert tags_to_spans(None, y[1:], invalid="error") == [[Span(0, 1, "X")]]
    with pytest.raises(ValueError, match="invalid='drop' needs a scheme"):
        tags_to_spans(None, [["B-X", "M-X", "E-X"]], invalid="drop")


def test_tags_outside_the_scheme_are_refused():
    with pytest.raises(ValueError, match="'E-X' has the prefix 'E', but IOB2"):
        tags_to_spans(None, [["B-X", "E-X"]], scheme="IOB2")
    with pytest.raises(ValueError, match=r"some tags have the prefix.*'B-X'.*not, such as 'X'"):
        tags_to_spans(None, [["B-X", "X", "O"]])
    for other_name in ("IOB", "BIO", "iob2"):
        with pytest.raises(ValueError, match=r"scheme must be one of .*Did you mean 'IOB2'"):
            tags_to_spans(None, [["O"]], scheme=other_name)


def test_numbers_need_to_know_which_of_them_is_outside():
    y = [[0, 1, 1, 2]]
    assert [span[:3] for span in tags_to_spans(None, y, outside=0)[0]] == [(1, 3, 1), (3, 4, 2)]
    assert len(tags_to_spans(None, y, outside=None)[0]) == 3
    with pytest.raises(ValueError, match="outside='O', but tags are numbers"):
        tags_to_spans(None, y)


def test_steps_without_a_tag_are_left_out_and_positions_stay():
    y = [[None, "B-X", None, "I-X"], ["O", "B-X", None, "O"]]
    assert tags_to_spans(None, y, ignore=[None]) == [[Span(1, 4, "X")], [Span(1, 2, "X")]]
    proba = np.tile([0.2, 0.5, 0.3], (2, 4, 1))
    scored = tags_to_spans(None, y, ignore=[None], y_proba=proba, classes=["O", "B-X", "I-X"])
    assert scored[0][0].probability == pytest.approx(np.sqrt(0.5 * 0.3))


@pytest.mark.parametrize(
    ("X", "options", "message"),
    [
        (["abc"], {}, r"X\[0\] has 3 characters but y\[0\] has 2 tags; .*token_offsets"),
        ([["a"]], {}, r"X\[0\] has 1 tokens but y\[0\] has 2 tags"),
        ([["a", "b"], ["c"]], {}, "inconsistent numbers of samples"),
        (None, {"offsets": [[(0, 1), (1, 2)]]}, "X must be a list of texts"),
        (["ab"], {"offsets": [[(0, 1)]]}, "one .start, end. for each step"),
        (
            ["ab"],
            {"offsets": [[(0, 1), (1, 1)]]},
            r"offsets\[0\]\[1\].* has no characters",
        ),
        (["ab"], {"offsets": [[(0, 1), (1, 5)]]}, "lies outside its text"),
        (["ab"], {"offsets": [[(1, 2), (0, 1)]]}, "starts before the one before it"),
        (None, {"y_proba": [[[1.0], [1.0]]]}, "classes must name the tag of each"),
        (None, {"y_proba": [[[1.0], [1.0]]], "classes": ["O"]}, "tag 'B-X', but classes lacks it"),
        (None, {"y_proba": [[[1.0]]], "classes": ["B-X"]}, "their lengths differ"),
    ],
)
def test_what_does_not_fit_is_refused(X, options, message):
    with pytest.raises(ValueError, match=message):
        tags_to_spans(X, [["B-X", "O"]], **options)


def test_no_spans_and_no_sequences_are_fine():
    assert tags_to_spans(["ab"], [["O", "O"]]) == [[]]
    proba = [[[0.5, 0.5]]]
    assert tags_to_spans(None, [["O"]], y_proba=proba, classes=["O", "B-X"]) == [[]]
