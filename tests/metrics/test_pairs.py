"""Labels that are missing, mixed or misspelt are refused in words that name the cure."""

import numpy as np
import pytest

from skseq.metrics import tag_f1_score
from skseq.metrics._pairs import count_pairs, positions

TAGS = [["O", "O", "A"], ["B", "O"]]


def test_pairs_are_the_nonzero_cells_of_the_confusion_matrix():
    pairs = count_pairs(np.array([3, 3, 9, 3]), np.array([3, 3, 3, 5]))
    cells = zip(pairs.true, pairs.predicted, pairs.weight, strict=True)
    assert pairs.classes.tolist() == [3, 5, 9]
    assert set(cells) == {(0, 0, 2), (0, 1, 1), (2, 0, 1)}
    assert pairs.true_counts.tolist() == [3, 0, 1]


@pytest.mark.parametrize("dtype", [int, float, "U2", object])
def test_positions_find_labels_in_classes_of_any_order(dtype):
    classes = np.array([5, 1, 30]).astype(dtype)
    labels = np.array([30, 7, 1, 99, 5, 0]).astype(dtype)
    assert positions(labels, classes).tolist() == [2, -1, 1, -1, 0, -1]


@pytest.mark.parametrize("labels", [[0, 1, 1], [0.0, 0.5, 0.5], [True, False, False]])
def test_labels_may_be_any_numbers(labels):
    assert tag_f1_score([labels], [labels]) == 1


def test_text_of_different_width_is_compared_whole():
    y_true, y_pred = [["O", "DEFINITION"]], [["O", "D"]]
    assert tag_f1_score(y_true, y_pred, average=None, labels=["DEFINITION"]).tolist() == [0]


def test_a_tie_for_the_commonest_falls_to_the_first_in_order():
    y_true, y_pred = [["A", "A", "B", "B"]], [["A", "A", "A", "B"]]
    expected = tag_f1_score(y_true, y_pred, labels=["B"])
    assert tag_f1_score(y_true, y_pred, exclude="majority") == expected


def test_the_commonest_does_not_depend_on_weights():
    y_true, y_pred = [["O", "O", "A"]], [["O", "A", "A"]]
    weight = [[1.0, 1.0, 100.0]]
    score = tag_f1_score(y_true, y_pred, exclude="majority", sample_weight=weight)
    assert score == tag_f1_score(y_true, y_pred, labels=["A"], sample_weight=weight)


def test_exclude_takes_labels_away_from_labels():
    expected = tag_f1_score(TAGS, TAGS, labels=["A"])
    assert tag_f1_score(TAGS, TAGS, labels=["A", "O"], exclude="O") == expected


def test_a_misspelt_exclude_is_refused_with_the_likely_word():
    message = "exclude='majorty' is neither 'majority' nor one of the labels.*mean 'majority'"
    with pytest.raises(ValueError, match=message):
        tag_f1_score(TAGS, TAGS, exclude="majorty")


def test_a_listed_exclude_may_be_missing():
    assert tag_f1_score(TAGS, TAGS, exclude=["Z"]) == tag_f1_score(TAGS, TAGS)
    assert tag_f1_score(TAGS, TAGS, exclude=[]) == tag_f1_score(TAGS, TAGS)


def test_an_exclude_of_the_wrong_kind_is_refused():
    with pytest.raises(ValueError, match="exclude has labels such as 0 but y_true has labels such"):
        tag_f1_score(TAGS, TAGS, exclude=[0])


def test_text_against_numbers_is_refused():
    with pytest.raises(ValueError, match=r"y_pred has labels such as 1 but y_true .* 'A'"):
        tag_f1_score([["A"]], [[1]])


@pytest.mark.parametrize(
    ("y_true", "error", "message"),
    [
        ([[np.nan, 1.0]], ValueError, "y_true contains NaN"),
        (
            [np.array(["O", None], dtype=object)],
            ValueError,
            r"missing labels \(None\)",
        ),
        (
            [np.array(["O", 1], dtype=object)],
            TypeError,
            "mixes text and numbers, such as 'O' and 1",
        ),
        ([np.array([1j, 2j])], TypeError, "text or numbers, got complex128"),
    ],
)
def test_what_is_no_label_is_refused(y_true, error, message):
    with pytest.raises(error, match=message):
        tag_f1_score(y_true, [["O", "O"]])


def test_nothing_to_score_is_refused():
    with pytest.raises(ValueError, match="y_true is empty"):
        tag_f1_score([], [])


def test_a_misspelt_average_is_refused_with_the_likely_word():
    with pytest.raises(ValueError, match=r"average must be one of .* Did you mean 'macro'"):
        tag_f1_score(TAGS, TAGS, average="macroo")


def test_weights_that_are_all_zero_are_refused():
    with pytest.raises(ValueError, match="zero"):
        tag_f1_score(TAGS, TAGS, sample_weight=[0, 0])
