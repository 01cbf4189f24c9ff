import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.metrics import ConfusionMatrixDisplay

from skseq import SequenceTagger
from skseq.metrics import tag_confusion_matrix
from skseq.report import TagConfusionDisplay


def test_a_tagger_and_its_predictions_give_the_same_picture(ragged_values, tags):
    model = SequenceTagger(hidden_size=4, max_epochs=3, decision="balanced", random_state=0)
    model.fit(ragged_values, tags)
    drawn = TagConfusionDisplay.from_estimator(
        model, ragged_values, tags.tolist(), normalize="true", cmap="Blues"
    )
    predicted = model.predict(ragged_values)
    expected = tag_confusion_matrix(tags, predicted, normalize="true")
    np.testing.assert_array_equal(drawn.confusion_matrix, expected)
    theirs = ConfusionMatrixDisplay.from_predictions(
        tags.values, predicted.values, normalize="true", ax=plt.figure().gca()
    )
    for ours, other in zip(drawn.text_.ravel(), theirs.text_.ravel(), strict=True):
        assert ours.get_text() == f"{float(other.get_text()):.2f}"
    names = [text.get_text() for text in drawn.ax_.get_xticklabels()]
    assert names == ["O", "X"]


def test_labels_marks_and_names_are_those_of_the_caller():
    y_true, y_pred = [["O", "A", None], ["B"]], [["O", "A", "A"], ["A"]]
    display = TagConfusionDisplay.from_predictions(
        y_true, y_pred, labels=["B", "A"], ignore=[None], display_labels=["b", "a"], colorbar=False
    )
    assert display.confusion_matrix.tolist() == [[0, 1], [0, 1]]
    assert [text.get_text() for text in display.ax_.get_yticklabels()] == ["b", "a"]


@pytest.mark.parametrize(("n_classes", "normalize"), [(2, None), (18, "true")])
def test_the_picture_has_room_for_all_it_says(n_classes, normalize, check_layout):
    tags = [[f"tag {i:02} of quite a long name" for i in range(n_classes)] * 123]
    display = TagConfusionDisplay.from_predictions(tags, tags, normalize=normalize)
    check_layout(display.figure_)
    renderer = display.figure_.canvas.get_renderer()
    widths = [text.get_window_extent(renderer).width for text in display.text_.ravel()]
    assert max(widths) < display.ax_.get_window_extent().width / n_classes


def test_numbers_that_would_be_too_small_to_read_are_left_out():
    tags = [[f"{i:02}" for i in range(9)]]
    for size, is_read in [(1.5, False), (6.0, True)]:
        _, ax = plt.subplots(figsize=(size, size))
        display = TagConfusionDisplay.from_predictions(tags, tags, normalize="true", ax=ax)
        assert all(text.get_visible() == is_read for text in display.text_.ravel())


def test_names_lie_where_they_have_room_and_arguments_go_before():
    tags = [["O", "B-PER"]]
    display = TagConfusionDisplay.from_predictions(tags, tags)
    assert {label.get_rotation() for label in display.ax_.get_xticklabels()} == {0}
    display = TagConfusionDisplay.from_predictions(
        tags, tags, xticks_rotation="vertical", values_format=".1f", text_kw={"fontsize": 5}
    )
    assert {label.get_rotation() for label in display.ax_.get_xticklabels()} == {90}
    assert {text.get_text() for text in display.text_.ravel()} == {"0.0", "1.0"}
    assert {text.get_fontsize() for text in display.text_.ravel()} == {5}
    without = TagConfusionDisplay.from_predictions(tags, tags, include_values=False)
    assert without.text_ is None
    numbered = TagConfusionDisplay(display.confusion_matrix).plot()
    assert [label.get_text() for label in numbered.ax_.get_yticklabels()] == ["0", "1"]
