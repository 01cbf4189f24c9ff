"""Each point of a curve is the score of the spans that reach its threshold."""

import numpy as np
import pytest

from skseq import Sequences
from skseq.metrics import (
    span_average_precision_score,
    span_precision_recall_curve,
    span_precision_score,
    span_recall_score,
)
from skseq.spans import spans_to_tags, tags_to_spans

CLASSES = np.array(["B-A", "B-B", "I-A", "I-B", "O"])


@pytest.fixture
def scored():
    """True tags, predicted ones and their probabilities."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(3, 15, size=30)
    truth = rng.choice(5, size=lengths.sum(), p=[0.15, 0.1, 0.15, 0.1, 0.5])
    scores = rng.normal(size=(len(truth), 5)) + 2.5 * np.eye(5)[truth]
    proba = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    y_true, y_pred, y_proba = (
        Sequences.from_lengths(values, lengths)
        for values in (CLASSES[truth], CLASSES[proba.argmax(axis=1)], proba)
    )
    return y_true, y_pred, y_proba


@pytest.mark.parametrize("label", [None, "A", "B"])
def test_a_point_is_what_the_metrics_say_of_the_spans_above_it(scored, label):
    y_true, y_pred, y_proba = scored
    precision, recall, thresholds = span_precision_recall_curve(
        y_true, y_pred, y_proba, classes=CLASSES, label=label
    )
    spans = tags_to_spans(None, y_pred, y_proba=y_proba, classes=CLASSES)
    only = {"labels": None if label is None else [label], "average": "micro"}
    for place in range(0, len(thresholds), 7):
        kept = [[s for s in row if s.probability >= thresholds[place]] for row in spans]
        tags = spans_to_tags(kept, y_true)
        assert precision[place] == pytest.approx(span_precision_score(y_true, tags, **only))
        assert recall[place] == pytest.approx(span_recall_score(y_true, tags, **only))
    assert (precision[-1], recall[-1]) == (1, 0)


def test_spans_that_are_never_found_have_an_area_of_0_without_a_sign():
    y_true = Sequences.from_lengths(CLASSES[[4, 0]], [2])
    y_pred = Sequences.from_lengths(CLASSES[[0, 4]], [2])
    y_proba = Sequences.from_lengths(np.eye(5)[[0, 4]], [2])
    area = span_average_precision_score(y_true, y_pred, y_proba, classes=CLASSES, average="micro")
    assert f"{area:.2f}" == "0.00"


def test_average_precision_is_the_area_of_its_steps(scored):
    y_true, y_pred, y_proba = scored
    by_type = span_average_precision_score(y_true, y_pred, y_proba, classes=CLASSES, average=None)
    for label, area in zip("AB", by_type, strict=True):
        precision, recall, _ = span_precision_recall_curve(
            y_true, y_pred, y_proba, classes=CLASSES, label=label
        )
        assert area == pytest.approx(-np.sum(np.diff(recall) * precision[:-1]))
    macro = span_average_precision_score(y_true, y_pred, y_proba, classes=CLASSES)
    assert macro == pytest.approx(by_type.mean())
    micro = span_average_precision_score(y_true, y_pred, y_proba, classes=CLASSES, average="micro")
    assert by_type.min() < micro < by_type.max()


def test_steps_without_a_label_are_left_out(scored):
    y_true, y_pred, y_proba = scored
    marked = y_true.values.astype(object)
    marked[::9] = None
    kept = np.flatnonzero([tag is not None for tag in marked])
    lengths = np.bincount(y_true.sequence_index()[kept], minlength=len(y_true))
    cut = [Sequences.from_lengths(part.values[kept], lengths) for part in scored]
    got = span_average_precision_score(
        y_true.replace(values=marked), y_pred, y_proba, classes=CLASSES, ignore=[None]
    )
    assert got == pytest.approx(span_average_precision_score(*cut, classes=CLASSES))


def test_nothing_right_nothing_predicted_and_nothing_true():
    y, proba = [["B-A", "O"]], [[[0.6, 0.4], [0.3, 0.7]]]
    classes = ["B-A", "O"]
    wrong = span_precision_recall_curve([["O", "B-A"]], y, proba, classes=classes)
    assert [part.tolist() for part in wrong] == [[0, 1], [0, 0], [0.6]]
    none = span_precision_recall_curve(y, [["O", "O"]], proba, classes=classes)
    assert [part.tolist() for part in none] == [[1], [0], []]
    with pytest.raises(ValueError, match=r"no span of type 'PER'.*its types are"):
        span_precision_recall_curve(y, y, proba, classes=classes, label="PER")
    with pytest.raises(ValueError, match="y_true has no span, so nothing can be recalled"):
        span_average_precision_score([["O", "O"]], y, proba, classes=classes)
    with pytest.raises(ValueError, match="classes must name the tag of each"):
        span_precision_recall_curve(y, y, proba, classes=["O"])
