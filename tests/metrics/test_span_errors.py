"""Every span is right, or in exactly one error, and the counts are those of the metrics."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq.metrics import SpanError, span_classification_report, span_errors
from skseq.spans import tags_to_spans

TAGS = ["O", "B-A", "I-A", "B-B", "I-B"]
pairs_of_rows = st.lists(
    st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(TAGS)), min_size=1, max_size=9),
    min_size=1,
    max_size=3,
)


def as_pair(rows):
    return [[true for true, _ in row] for row in rows], [
        [guess for _, guess in row] for row in rows
    ]


@given(pairs_of_rows)
@settings(max_examples=60)
def test_hits_and_errors_add_up_to_all_spans(rows):
    y_true, y_pred = as_pair(rows)
    errors = span_errors(y_true, y_pred)
    true = {(i, *s[:3]) for i, row in enumerate(tags_to_spans(None, y_true)) for s in row}
    guessed = {(i, *s[:3]) for i, row in enumerate(tags_to_spans(None, y_pred)) for s in row}
    in_error = Counter((e.sequence, *e[2:5]) for e in errors if e.kind != "spurious")
    assert in_error == Counter(true - guessed)
    guesses = Counter((e.sequence, *e[5:8]) for e in errors if e.kind != "missed")
    assert guesses == Counter(guessed - true)
    if true:
        labels = ["A", "B"]
        report = span_classification_report(y_true, y_pred, labels=labels, output_dict=True)
        found = sum(round(report[name]["recall"] * report[name]["support"]) for name in labels)
        assert found + len(in_error) == len(true)


@given(pairs_of_rows)
@settings(max_examples=60)
def test_each_kind_is_what_it_says(rows):
    for error in span_errors(*as_pair(rows)):
        same_type = error.type == error.predicted_type
        same_bounds = error[2:4] == error[5:7]
        assert {
            "missed": error[5:] == (None, None, None),
            "spurious": error[2:5] == (None, None, None),
            "wrong type": same_bounds and not same_type,
            "wrong boundary": same_type and not same_bounds,
            "wrong both": not same_type and not same_bounds,
        }[error.kind]
        if error.kind.startswith("wrong"):
            assert error.start < error.predicted_end
            assert error.predicted_start < error.end


def test_a_guess_goes_with_the_span_that_it_shares_most_with():
    y_true = [["B-A", "I-A", "B-B", "O", "B-A"]]
    y_pred = [["O", "B-B", "I-B", "I-B", "O"]]
    assert span_errors(y_true, y_pred) == [
        SpanError(0, "missed", 0, 2, "A"),
        SpanError(0, "wrong boundary", 2, 3, "B", 1, 4, "B"),
        SpanError(0, "missed", 4, 5, "A"),
    ]


def test_positions_count_steps_without_a_label():
    y_true = [["O", "O"], [None, "B-A", None, "I-A"]]
    y_pred = [["O", "O"], ["B-B", "O", "B-B", "O"]]
    assert span_errors(y_true, y_pred, ignore=[None]) == [SpanError(1, "missed", 1, 4, "A")]


def test_plain_and_strict_readings():
    assert span_errors([["A", "A"]], [["A", "O"]], scheme="plain")[0].kind == "wrong boundary"
    assert span_errors([["B-A"]], [["I-A"]]) == []
    assert span_errors([["B-A"]], [["I-A"]], scheme="IOB2")[0].kind == "missed"
    with pytest.raises(ValueError, match="does not say where a span starts"):
        span_errors([["A"]], [["A"]])
