"""Conversions and checks of tags."""

import numpy as np
import pandas as pd
import pytest

from skseq import Sequences
from skseq.data import as_tags, check_tags, like_input


def objects(*entries):
    out = np.empty(len(entries), dtype=object)
    out[:] = entries
    return out


@pytest.mark.parametrize(
    "y",
    [
        [["O", "B"], ["O"]],
        objects(["O", "B"], ["O"]),
        objects(np.array(["O", "B"]), np.array(["O"])),
        pd.Series([["O", "B"], ["O"]]),
        Sequences.from_list([["O", "B"], ["O"]]),
    ],
    ids=["lists", "object array", "object array of arrays", "object Series", "Sequences"],
)
def test_every_form_of_tags_gives_the_same_sequences(y):
    assert as_tags(y) == Sequences.from_list([["O", "B"], ["O"]])


def test_a_table_of_tags_is_taken_row_by_row():
    table = np.array([["O", "B"], ["B", "O"]])
    assert as_tags(table).tolist() == table.tolist()


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([0, 1], TypeError, r"y must hold one label for each step.*y\[0\] is 0"),
        (["ab", "c"], TypeError, r"one label a sequence: y\[0\] is 'ab'"),
        (np.array([0, 1]), TypeError, r"one label a sequence"),
        (np.zeros((1, 2, 3)), ValueError, r"y must have one label a step, got 3 columns"),
        ([[[0, 1]]], ValueError, r"one label a step, got 2 columns"),
    ],
)
def test_what_is_no_tags_is_refused(y, error, message):
    with pytest.raises(error, match=message):
        as_tags(y)


def test_tags_align_with_x():
    X = Sequences.from_list([[1.0, 2.0], [3.0]])
    assert check_tags([["O", "B"], ["O"]], X).aligns_with(X)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, r"requires y to be passed, but the target y is None"),
        ([["O", "B"]], r"inconsistent numbers of samples: \[2, 1\]"),
        ([["O", "B"], ["O", "O"]], r"y\[1\] has 2 labels but X\[1\] has 1 steps"),
        ([["O"], ["B", "O"]], r"y\[0\] has 1 labels but X\[0\] has 2 steps"),
        ([[0.0, np.nan], [1.0]], r"Input y contains NaN"),
        ([["O", None], ["O"]], r"missing labels \(None\)"),
        ([["O", np.nan], ["O"]], r"Input y contains NaN"),
    ],
)
def test_tags_that_do_not_align_or_are_missing_are_refused(y, message):
    with pytest.raises(ValueError, match=message):
        check_tags(y, Sequences.from_list([[1.0, 2.0], [3.0]]))


def test_predictions_come_back_in_the_form_x_came():
    tags = Sequences.from_list([["O", "B"], ["O"]])
    assert like_input(tags, [[1, 2], [3]]) == [["O", "B"], ["O"]]
    assert like_input(tags, Sequences.from_list([[1, 2], [3]])) is tags
    assert like_input(tags, objects([1, 2], [3])) is tags
