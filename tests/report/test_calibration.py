"""The curves are scikit-learn's, class by class, and their errors those of the metric."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression

from skseq import Sequences
from skseq.metrics import expected_calibration_error, tag_expected_calibration_error
from skseq.report import ClassCalibrationDisplay


def draw_labels(n, n_classes, random_state=0):
    """Labels with names from "0" on, and probabilities that know something of them."""
    rng = np.random.default_rng(random_state)
    codes = rng.integers(n_classes, size=n)
    scores = rng.normal(size=(n, n_classes))
    scores[np.arange(n), codes] += 1
    proba = np.exp(2 * scores)
    return np.array([f"{code:02}" for code in codes]), proba / proba.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("n_bins", [5, 15])
def test_the_curve_of_a_class_is_that_of_scikit_learn(n_bins):
    y, proba = draw_labels(400, 3)
    display = ClassCalibrationDisplay.from_predictions(y, proba, n_bins=n_bins)
    for code, label in enumerate(["00", "01", "02"]):
        true, predicted = calibration_curve(y == label, proba[:, code], n_bins=n_bins)
        np.testing.assert_allclose(display.prob_true[code], true)
        np.testing.assert_allclose(display.prob_pred[code], predicted)
        np.testing.assert_allclose(display.lines_[code].get_xydata(), np.c_[predicted, true])
        assert display.counts[code].sum() == 400
    np.testing.assert_allclose(
        display.calibration_error, expected_calibration_error(y, proba, average=None, n_bins=n_bins)
    )


def test_the_top_class_has_one_curve_whose_error_is_the_metric():
    y, proba = draw_labels(300, 4)
    weight = np.random.default_rng(1).random(300)
    display = ClassCalibrationDisplay.from_predictions(y, proba, per="top", sample_weight=weight)
    assert display.classes.tolist() == ["most probable class"]
    assert display.calibration_error.item() == pytest.approx(
        expected_calibration_error(y, proba, sample_weight=weight)
    )
    right = np.array(["00", "01", "02", "03"])[proba.argmax(axis=1)] == y
    assert np.dot(*display.prob_true, *display.counts) == pytest.approx(weight @ right)


def test_tags_are_steps_end_to_end_and_types_are_sums(tags):
    rng = np.random.default_rng(0)
    names = np.array(["B-A", "I-A", "O"])
    y = tags.replace(values=names[rng.integers(3, size=tags.n_steps)])
    proba = tags.replace(values=rng.dirichlet(np.ones(3), size=tags.n_steps))
    display = ClassCalibrationDisplay.from_predictions(y.tolist(), proba, classes=names)
    np.testing.assert_allclose(
        display.calibration_error, tag_expected_calibration_error(y, proba, average=None)
    )
    by_type = ClassCalibrationDisplay.from_predictions(
        y, proba, classes=names, by_type=True, exclude="O"
    )
    true, predicted = calibration_curve(y.values != "O", proba.values[:, :2].sum(axis=1), n_bins=15)
    assert by_type.classes.tolist() == ["A"]
    np.testing.assert_allclose(by_type.prob_true[0], true)
    np.testing.assert_allclose(by_type.prob_pred[0], predicted)


def test_steps_with_a_mark_are_left_out(tags):
    proba = tags.replace(values=np.random.default_rng(0).dirichlet([1, 1], size=tags.n_steps))
    marked = tags.values.astype(object)
    marked[::3] = None
    kept = np.arange(tags.n_steps) % 3 > 0
    got = ClassCalibrationDisplay.from_predictions(
        tags.replace(values=marked), proba, ignore=[None], per="top"
    )
    flat = ClassCalibrationDisplay.from_predictions(
        tags.values[kept], proba.values[kept], per="top"
    )
    np.testing.assert_array_equal(got.prob_true[0], flat.prob_true[0])


def test_an_estimator_is_judged_on_classes_that_it_never_met(labels):
    X = np.random.default_rng(0).normal(size=(len(labels), 3))
    model = LogisticRegression().fit(X, labels)
    other = np.where(np.arange(len(labels)) == 0, "unseen", labels)
    display = ClassCalibrationDisplay.from_estimator(model, X, other, exclude="majority")
    assert display.classes.tolist() == ["rare", "unseen"]
    assert display.prob_pred[1].tolist() == [0.0]
    assert display.prob_true[1] == pytest.approx([1 / len(labels)])


def test_what_is_no_probability_and_unknown_words_are_refused():
    with pytest.raises(ValueError, match="y_proba must hold probabilities"):
        ClassCalibrationDisplay.from_predictions(["a", "b"], [[2.0, 1.0], [0.5, 0.5]])
    with pytest.raises(ValueError, match="per must be one of"):
        ClassCalibrationDisplay.from_predictions(["a", "b"], np.eye(2), per="klass")
    with pytest.raises(ValueError, match="n_bins must be an integer"):
        ClassCalibrationDisplay.from_predictions(["a", "b"], np.eye(2), n_bins=0)
    with pytest.raises(ValueError, match="has 1 sequences but y_true has 2"):
        ClassCalibrationDisplay.from_predictions(
            Sequences.from_list([["a"], ["b"]]), [[[0.5, 0.5]]], classes=["a", "b"]
        )


@pytest.mark.parametrize("n_classes", [2, 5, 18])
def test_the_picture_has_room_for_all_it_says(n_classes, check_layout):
    y, proba = draw_labels(500, n_classes)
    y = np.char.add("class of quite a long name, number ", y)
    display = ClassCalibrationDisplay.from_predictions(y, proba)
    check_layout(display.figure_)
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert len(texts) == n_classes
    assert texts[0].endswith(f"(ECE {display.calibration_error[0]:.3f})")
