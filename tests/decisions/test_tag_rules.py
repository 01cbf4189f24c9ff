"""Which tag may follow which."""

from itertools import product

import numpy as np
import pytest

from skseq.data import SPAN_SCHEMES, find_spans
from skseq.decisions import read_constraints

PAIRS = [("a", "a"), ("a", "b"), ("b", "b")]


def classes_of(scheme):
    return np.array(["O", *map("-".join, product(SPAN_SCHEMES[scheme], "XY"))])


@pytest.mark.parametrize("scheme", SPAN_SCHEMES)
def test_a_scheme_allows_the_tags_whose_spans_it_could_have_written(scheme):
    # Tags keep a scheme if every step that is not outside lies in one of its spans.
    classes = classes_of(scheme)
    rules = read_constraints(scheme, classes)
    for length in (1, 2, 3):
        paths = np.array(list(product(range(len(classes)), repeat=length)))
        codes, offsets = paths.ravel(), np.arange(len(paths) + 1) * length
        spans = find_spans(codes, offsets, classes, scheme)
        in_a_span = np.zeros(len(codes) + 1, dtype=int)
        np.add.at(in_a_span, spans.start, 1)
        np.add.at(in_a_span, spans.stop, -1)
        kept = (in_a_span.cumsum()[:-1] > 0) | (classes[codes] == "O")
        expected = kept.reshape(paths.shape).all(axis=1)
        broken = rules.broken_by(codes, offsets).reshape(paths.shape).any(axis=1)
        np.testing.assert_array_equal(~broken, expected)


def test_pairs_are_what_may_follow_and_any_tag_may_come_first_and_last():
    rules = read_constraints(PAIRS, np.array(["a", "b"]))
    np.testing.assert_array_equal(rules.follow, [[True, True], [False, True]])
    assert rules.first.all()
    assert rules.last.all()
    broken = rules.broken_by(np.array([1, 0, 0, 1]), np.array([0, 2, 4]))
    np.testing.assert_array_equal(broken, [False, True, False, False])


def test_pairs_may_name_a_tag_that_a_fold_lacks():
    rules = read_constraints(PAIRS, np.array(["a"]))
    np.testing.assert_array_equal(rules.follow, [[True]])
    with pytest.raises(ValueError, match="constraints names the class 'b'"):
        read_constraints(PAIRS, np.array(["a"]), are_all_classes=True)


def test_without_constraints_there_are_no_rules():
    assert read_constraints(None, np.array(["a"])) is None


@pytest.mark.parametrize(
    ("constraints", "classes", "message"),
    [
        ("IOB2", ["E-X", "O"], "constraints='IOB2' does not fit the tags: tag 'E-X' has"),
        ("IOB2", ["X", "O"], "does not say where a span starts"),
        ([("O",)], ["O", "X"], "list pairs of a tag and one that may follow it"),
        ([], ["O", "X"], "list pairs of a tag and one that may follow it"),
        ([("B-LOC", "I-LC")], ["B-LOC", "I-LOC"], "Did you mean 'I-LOC'"),
    ],
)
def test_what_does_not_fit_the_tags_is_refused(constraints, classes, message):
    with pytest.raises(ValueError, match=message):
        read_constraints(constraints, np.array(classes))
