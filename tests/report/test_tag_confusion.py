import matplotlib.pyplot as plt
import numpy as np
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
        assert ours.get_text() == other.get_text()
    names = [text.get_text() for text in drawn.ax_.get_xticklabels()]
    assert names == ["O", "X"]


def test_labels_marks_and_names_are_those_of_the_caller():
    y_true, y_pred = [["O", "A", None], ["B"]], [["O", "A", "A"], ["A"]]
    display = TagConfusionDisplay.from_predictions(
        y_true, y_pred, labels=["B", "A"], ignore=[None], display_labels=["b", "a"], colorbar=False
    )
    assert display.confusion_matrix.tolist() == [[0, 1], [0, 1]]
    assert [text.get_text() for text in display.ax_.get_yticklabels()] == ["b", "a"]
