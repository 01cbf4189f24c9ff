"""Strips cover what has a tag, in its colour; errors are where tags differ."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from sklearn.base import BaseEstimator

from skseq import Sequences
from skseq.preprocessing import TokenEncoder
from skseq.report import TagStripDisplay

TOKENS = [["Ada", "Lovelace", "met", "Charles"], ["In", "Rome"]]
TRUE = [["B-PER", "I-PER", "O", "B-PER"], ["O", "B-LOC"]]
PREDICTED = [["B-PER", "B-PER", "O", "O"], ["O", "B-LOC"]]


def areas(display):
    """The areas that are drawn: (colour, left, right, top, bottom) of each."""
    drawn = []
    for collection in display.ax_.collections:
        if isinstance(collection, PolyCollection):
            colour = to_hex(collection.get_facecolor()[0]) if len(collection.get_paths()) else None
            for path in collection.get_paths():
                (left, top), (right, bottom) = path.vertices.min(0), path.vertices.max(0)
                drawn.append((colour, left, right, top, bottom))
    return drawn


def steps_by_colour(display, strip):
    """Colour of each step of a single line: 0 true, 1 predicted, 2 errors."""
    tops = sorted({round(top, 6) for *_, top, _ in areas(display)})
    found = {}
    for colour, left, right, top, _ in areas(display):
        if round(top, 6) == tops[strip]:
            found |= dict.fromkeys(range(int(left), int(right)), colour)
    return found


def test_each_step_of_a_series_has_the_colour_of_its_type():
    rng = np.random.default_rng(0)
    names = np.array(["A", "B", "O"])
    y_true = Sequences(names[rng.integers(3, size=60)], [0, 60])
    y_pred = y_true.replace(values=names[rng.integers(3, size=60)])
    display = TagStripDisplay.from_predictions(y_true, y_pred, X=rng.normal(size=(1, 60)))
    handles, labels = display.ax_.get_legend_handles_labels()
    assert labels == ["O", "A", "B", "error"]
    colours = {
        label: to_hex(handle.get_facecolor()[0])
        for label, handle in zip(labels, handles, strict=True)
    }
    for strip, tags in enumerate([y_true, y_pred]):
        expected = {step: colours[tag] for step, tag in enumerate(tags.values)}
        assert steps_by_colour(display, strip) == expected
    wrong = np.flatnonzero(y_true.values != y_pred.values)
    assert steps_by_colour(display, 2) == dict.fromkeys(wrong.tolist(), "#000000")
    np.testing.assert_array_equal(np.flatnonzero(display.is_error_), wrong)
    assert len(display.ax_values_.lines) == 1


def test_a_text_has_its_words_in_lines_and_spans_of_one_type_are_told_apart():
    display = TagStripDisplay.from_predictions(
        TRUE, PREDICTED, X=TOKENS, rows=[0, 1], ax=plt.gca(), n_columns=12
    )
    words = [(text.get_text(), round(text.get_position()[1] / 3.2)) for text in display.ax_.texts]
    # Twelve letters have no room for a third word after the gap.
    assert words == [
        ("Ada", 0), ("Lovelace", 1), ("met", 2), ("Charles", 2), ("In", 3), ("Rome", 3)
    ]  # fmt: skip
    assert display.is_error_.tolist() == [False, True, False, True, False, False]
    first_lines = [a for a in areas(display) if a[3] < 3.2]
    assert len(first_lines) == 2  # "Ada" is right
    # B-PER after B-PER begins anew, I-PER after it does not.
    wide = TagStripDisplay.from_predictions(TRUE, PREDICTED, X=TOKENS)
    spans = [a for a in areas(wide) if a[0] not in ("#e6e6e6", "#000000")]
    assert sorted(right - left for _, left, right, *_ in spans) == [4, 8, 9, 13]


def test_characters_words_ids_and_numbers_are_shown_as_what_they_are():
    def texts(X, y):
        return [text.get_text() for text in TagStripDisplay.from_predictions(y, y, X=X).ax_.texts]

    assert texts(["a\n$b$"], [["O"] * 5]) == ["a", "↵", "$", "b", "$"]
    assert texts(["in Rome"], [["O", "LOC"]]) == ["in", "Rome"]
    ids = TokenEncoder().fit_transform(["in Rome", "in Bath"])
    assert texts(ids, [["O", "LOC"]] * 2) == ["in", "Rome"]
    ids = TokenEncoder("word+char").fit_transform(["in Rome", "in Bath"])
    assert texts(ids, [["O", "LOC"]] * 2) == ["in", "rome"]
    assert texts(Sequences([4, 2], [0, 2], n_tokens=5), [["O", "LOC"]]) == ["4", "2"]
    assert texts([[1.5, 2.5]], [["O", "LOC"]]) == []
    with pytest.raises(ValueError, match=r"X\[1\] has 3 steps but 2 tags"):
        TagStripDisplay.from_predictions(TRUE, TRUE, X=["a b c d", "a b c"], rows=1)


def test_a_step_without_a_tag_is_neither_drawn_nor_wrong():
    display = TagStripDisplay.from_predictions(
        [["A", None, "O", "O"]], [["O", "A", "O", "O"]], ignore=[None]
    )
    assert steps_by_colour(display, 0).keys() == {0, 2, 3}
    assert steps_by_colour(display, 1).keys() == {0, 1, 2, 3}
    assert display.is_error_.tolist() == [True, False, False, False]
    assert display.ax_values_ is None


class Threes(BaseEstimator):
    """Tags the ids 2 and 3."""

    def fit(self, X, y):
        return self

    def __sklearn_is_fitted__(self):
        return True

    def predict(self, X):
        return X.replace(values=np.where(X.values <= 3, "X", "O"))


def test_an_estimator_predicts_the_rows_that_are_drawn(ragged_tokens, tags):
    wrong = tags.replace(values=np.roll(tags.values, 1))
    display = TagStripDisplay.from_estimator(Threes(), ragged_tokens, wrong, rows=[4, -1])
    assert display.y_true == wrong[[4, -1]]
    assert display.y_pred == tags[[4, 29]]
    np.testing.assert_array_equal(display.is_error_, wrong[[4, -1]].values != tags[[4, -1]].values)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"y_pred\[0\] has 3 tags but y_true\[0\] has 4"):
        TagStripDisplay.from_predictions(TRUE, [PREDICTED[0][:3], PREDICTED[1]])
    with pytest.raises(ValueError, match="rows has 2, but there are 2 sequences"):
        TagStripDisplay.from_predictions(TRUE, PREDICTED, rows=2)
    with pytest.raises(ValueError, match="rows must be the place of a sequence"):
        TagStripDisplay.from_predictions(TRUE, PREDICTED, rows="all")


@pytest.mark.parametrize(("n_types", "is_text"), [(2, True), (5, False), (18, True), (18, False)])
def test_the_picture_has_room_for_all_it_says(n_types, is_text, check_layout):
    tags = [[f"B-type {i} of long name" for i in range(n_types)] + ["O"] * 30]
    X = [["word"] * len(tags[0])] if is_text else [[0.5] * len(tags[0])]
    display = TagStripDisplay.from_predictions(tags, [tags[0][::-1]], X=X)
    check_layout(display.figure_)
    if is_text:
        renderer = display.figure_.canvas.get_renderer()
        boxes = [text.get_window_extent(renderer) for text in display.ax_.texts]
        assert not any(a.overlaps(b) for a, b in pairwise(boxes))
