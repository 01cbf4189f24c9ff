"""Tags in every form, and marks that stand where there is no label."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skseq import Sequences
from skseq.data import as_tags, check_tags, cut_steps, fill_marks, known_steps, like_input

NAN = float("nan")


def objects(*entries):
    array = np.empty(len(entries), dtype=object)
    array[:] = entries
    return array


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


@pytest.mark.parametrize(
    "y",
    [
        np.array([[[0], [1]], [[1], [0]]]),
        [np.array([[0], [1]]), np.array([[1], [0]])],
        Sequences.from_padded(np.array([[[0], [1]], [[1], [0]]])),
        pd.Series(["[0, 1]", "[1, 0]"]),
    ],
    ids=["3-D", "columns", "Sequences", "texts of a CSV file"],
)
def test_a_single_column_or_lists_as_text_are_taken_for_their_entries(y):
    assert as_tags(y).tolist() == [[0, 1], [1, 0]]


def test_a_table_of_tags_is_taken_row_by_row():
    table = np.array([["O", "B"], ["B", "O"]])
    for form in (table, pd.DataFrame(table), pl.DataFrame(table)):
        assert as_tags(form).tolist() == table.tolist()


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([0, 1], TypeError, r"y must hold one label for each step.*y\[0\] is 0"),
        (["ab", "c"], TypeError, r"one label per sequence: y\[0\] is 'ab'"),
        ([None, [0, 1]], ValueError, r"y\[0\] is missing \(None\)"),
        (np.array([0, 1]), TypeError, r"one label per sequence"),
        (np.zeros((1, 2, 3)), ValueError, r"y must have one label per step, got 3 columns[^.]*$"),
        (
            [[[0, 1]]],
            ValueError,
            r"got 2 columns.*one-hot, pass \[np.argmax\(row, axis=1\) for row",
        ),
        ([[["O", "B"]]], ValueError, r"got 2 columns[^.]*$"),
        (["O B", "O"], TypeError, r"pass \[list\(text\) for text in y\], or text.split\(\)"),
        (["O" * 99], TypeError, r"y\[0\] is 'OOO[O.]{,30}'\. Seq"),
        (["['O', 'B']"], TypeError, r"\[ast.literal_eval\(text\) for text in y\]"),
        (['["O", "B"]'], TypeError, r"\[ast.literal_eval\(text\) for text in y\]"),
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


# -- text and numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "y",
    [
        [["a", 1], ["b"]],
        [["a"], [1]],
        [[1, 2], ["a"]],
        [["a", 0.5]],
        [np.array(["a", 1], dtype=object)],
        np.array([["a", 1], ["b", "c"]], dtype=object),
        pd.Series([["a"], [1]]),
        Sequences(np.array(["a", 1], dtype=object), [0, 2]),
    ],
)
def test_text_and_numbers_are_never_mixed(y):
    with pytest.raises(TypeError, match=r"y mixes text and numbers, such as 'a' and (1|2|0\.5) \("):
        as_tags(y)


def test_text_of_numpy_and_of_python_is_text():
    assert as_tags([[np.str_("a"), "b"], np.array(["c"])]).values.tolist() == ["a", "b", "c"]


# -- marks --------------------------------------------------------------------------------------

MARKED = [
    ([[-100, 1], [0]], -100),
    ([[-100.0, 1.0], [0.0]], -100),
    (np.array([[-100, 1], [0, 1]]), [-100]),
    ([[None, 1], [0]], [None]),
    ([[None, "a"], ["b"]], [None]),
    ([[NAN, 1.0], [0.0]], NAN),
    ([[NAN, "a"], ["b"]], np.nan),
    ([[NAN, "a"], ["b"]], [None]),
    ([[pd.NA, 1], [0]], [None]),
    ([pd.array([None, 1]), pd.array([0])], NAN),
    (np.ma.masked_array([[7, 1], [0, 1]], mask=[[True, False], [False, False]]), [None]),
]


@pytest.mark.parametrize(("y", "ignore"), MARKED)
def test_marks_are_refused_with_the_cure(y, ignore):
    X = Sequences.from_lengths(np.zeros(as_tags(y).n_steps), as_tags(y).lengths)
    with pytest.raises(ValueError, match=r"not a label: step 0 of y\[0\], 1 such .* ignore="):
        check_tags(y, X)
    assert check_tags(y, X, ignore=ignore).aligns_with(X)


@pytest.mark.parametrize(("y", "ignore"), MARKED)
def test_named_marks_are_told_from_labels(y, ignore):
    tags = as_tags(y)
    known = known_steps(tags, ignore)
    assert known.tolist() == [False] + [True] * (tags.n_steps - 1)
    kept = cut_steps(tags, known)
    assert kept.lengths.tolist() == [1, *tags.lengths[1:]]
    assert kept.values.tolist() == tags.values.tolist()[1:]
    assert kept.dtype.kind in "iufU"
    filled = fill_marks(tags, known)
    assert filled[1:].tolist() == kept.values.tolist()
    assert filled[0] in kept.values


@pytest.mark.parametrize("y", [[["a", "b"], ["a"]], [[0, 1], [2]], [[0.0, 1.0]], [[True, False]]])
def test_labels_without_marks_stay_as_they_are(y):
    tags = as_tags(y)
    for ignore in (None, -100, [-100, None], "b-", [NAN, "-"]):
        assert known_steps(tags, ignore) is None
    assert cut_steps(tags, None) is tags
    assert fill_marks(tags, None) is tags.values


def test_text_can_be_a_mark():
    known = known_steps(as_tags([["_", "a"], ["b"]]), "_")
    assert known.tolist() == [False, True, True]


def test_an_empty_list_of_marks_takes_every_number_for_a_label():
    assert known_steps(as_tags([[-100, 1]]), []) is None
    with pytest.raises(ValueError, match="contains NaN"):
        known_steps(as_tags([[NAN, 1.0]]), [])


def test_a_mark_that_is_not_named_is_refused_beside_one_that_is():
    with pytest.raises(ValueError, match=r"contains NaN, which is not a label: step 1 of y\[0\]"):
        known_steps(as_tags([[-100.0, NAN, 1.0]]), -100)


def test_tags_of_marks_only_are_refused():
    with pytest.raises(ValueError, match="y has no label: ignore=-100 leaves out every step"):
        known_steps(as_tags([[-100], [-100]]), -100)


def test_tags_of_other_tokens_than_the_encoder_makes_are_answered_by_tokens():
    X = Sequences.from_list([[2, 3, 4], [2]], vocabulary={"Hello": 2, ",": 3, "world": 4})
    with pytest.raises(ValueError, match=r'steps; every.*pass lists of the tokens.*level="char"'):
        check_tags([["O", "B"], ["O"]], X)


def test_padded_tags_of_ragged_sequences_are_answered_by_from_padded():
    X = Sequences.from_list([[1.0, 2.0], [3.0]])
    y = np.array([["O", "B"], ["O", "O"]])
    with pytest.raises(ValueError, match=r"y\[1\] has 2 labels .*from_padded\(y, X\.lengths\)"):
        check_tags(y, X)
    assert check_tags(Sequences.from_padded(y, X.lengths), X).tolist() == [["O", "B"], ["O"]]
    with pytest.raises(ValueError, match=r"every step needs one label$"):
        check_tags([["O"], ["O"]], X)
