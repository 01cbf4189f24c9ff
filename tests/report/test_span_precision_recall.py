import numpy as np
import pytest

from skseq import SequenceTagger
from skseq.metrics import span_average_precision_score, span_precision_recall_curve
from skseq.report import SpanPrecisionRecallDisplay

CLASSES = ["A", "B", "O"]


@pytest.fixture
def scored(tags):
    """True plain tags of two types, predicted ones, and probabilities."""
    rng = np.random.default_rng(0)
    truth = np.where(tags.values == "O", 2, rng.integers(2, size=tags.n_steps))
    scores = np.exp(rng.normal(size=(tags.n_steps, 3)) + 2 * np.eye(3)[truth])
    proba = scores / scores.sum(axis=1, keepdims=True)
    names = np.array(CLASSES)
    return [tags.replace(values=v) for v in (names[truth], names[proba.argmax(axis=1)], proba)]


def test_curves_are_those_of_the_metric_after_one_of_all_types(scored):
    display = SpanPrecisionRecallDisplay.from_predictions(
        *scored, classes=CLASSES, scheme="plain", linewidth=3
    )
    assert display.types == ["all types", "A", "B"]
    for label, line in zip([None, "A", "B"], display.lines_, strict=True):
        precision, recall, _ = span_precision_recall_curve(
            *scored, classes=CLASSES, scheme="plain", label=label
        )
        np.testing.assert_array_equal(line.get_xydata(), np.column_stack([recall, precision]))
        assert line.get_linewidth() == 3
    assert display.average_precision[1:].mean() == pytest.approx(
        span_average_precision_score(*scored, classes=CLASSES, scheme="plain")
    )
    one = SpanPrecisionRecallDisplay.from_predictions(
        *scored, classes=CLASSES, scheme="plain", labels=["B"], ax=display.ax_
    )
    np.testing.assert_array_equal(one.recall[0], display.recall[2])


def test_a_tagger_is_drawn_by_its_predictions(ragged_values, tags):
    model = SequenceTagger(hidden_size=4, max_epochs=3, decision="balanced", random_state=0)
    model.fit(ragged_values, tags)
    drawn = SpanPrecisionRecallDisplay.from_estimator(model, ragged_values, tags, scheme="plain")
    expected = SpanPrecisionRecallDisplay.from_predictions(
        tags,
        model.predict(ragged_values),
        model.predict_proba(ragged_values),
        classes=model.classes_,
        scheme="plain",
    )
    np.testing.assert_array_equal(drawn.recall[0], expected.recall[0])
    assert drawn.types == ["X"]
