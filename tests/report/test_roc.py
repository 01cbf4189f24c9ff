"""The curves are scikit-learn's, one class at a time, for labels and for ragged tags."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_curve

from skseq import Sequences
from skseq.metrics import macro_roc_auc_score, tag_roc_auc_score
from skseq.report import ClassPrecisionRecallDisplay, ClassRocDisplay


@pytest.fixture
def step_scores(tags):
    """Scores of "O" and "X" for each step of ``tags``, right more often than not."""
    rng = np.random.default_rng(0)
    towards_x = (tags.values == "X") + rng.normal(scale=0.8, size=tags.n_steps)
    return tags.replace(values=np.column_stack([-towards_x, towards_x]))


def test_the_curve_of_a_tag_is_the_one_of_its_flat_steps(tags, step_scores):
    display = ClassRocDisplay.from_predictions(tags.tolist(), step_scores, chance_level=True)
    for code, label in enumerate(["O", "X"]):
        fpr, tpr, _ = roc_curve(tags.values == label, step_scores.values[:, code])
        np.testing.assert_array_equal(display.fpr[code], fpr)
        np.testing.assert_array_equal(display.lines_[code].get_ydata(), tpr)
    assert display.roc_auc.mean() == pytest.approx(
        tag_roc_auc_score(tags, step_scores, classes=["O", "X"])
    )
    assert len(display.ax_.lines) == 3


def test_labels_of_an_estimator_have_curves_too(labels):
    X = np.random.default_rng(0).normal(size=(len(labels), 3))
    model = LogisticRegression().fit(X, labels)
    display = ClassRocDisplay.from_estimator(model, X, labels, exclude="common", ax=plt.gca())
    assert display.classes.tolist() == ["rare"]
    assert display.roc_auc.mean() == pytest.approx(
        macro_roc_auc_score(labels, model.predict_proba(X), exclude="common")
    )


@pytest.mark.parametrize("display", [ClassRocDisplay, ClassPrecisionRecallDisplay])
def test_tags_of_one_type_are_one_curve_of_their_sum(display):
    rng = np.random.default_rng(0)
    classes = np.array(["B-A", "B-B", "I-A", "O"])
    y_true = Sequences(classes[rng.integers(4, size=90)], [0, 40, 90])
    y_score = y_true.replace(values=rng.dirichlet(np.ones(4), size=90))
    types = y_true.replace(values=np.array([tag[-1] for tag in y_true.values]))
    sums = y_score.values @ np.array([[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]])
    kwargs = {"exclude": "O", "sample_weight": rng.random(90)}
    by_type = display.from_predictions(y_true, y_score, classes=classes, by_type=True, **kwargs)
    expected = display.from_predictions(types, y_score.replace(values=sums), **kwargs)
    assert by_type.classes.tolist() == ["A", "B"]
    for ours, theirs in zip(by_type.lines_, expected.lines_, strict=True):
        np.testing.assert_allclose(ours.get_xydata(), theirs.get_xydata())


@pytest.mark.parametrize("display", [ClassRocDisplay, ClassPrecisionRecallDisplay])
def test_steps_with_a_mark_are_left_out(display, tags, step_scores):
    marked = tags.values.astype(object)
    marked[::4] = None
    got = display.from_predictions(tags.replace(values=marked), step_scores, ignore=[None])
    kept = np.arange(tags.n_steps) % 4 > 0
    flat = display.from_predictions(tags.values[kept], step_scores.values[kept])
    for ours, theirs in zip(got.lines_, flat.lines_, strict=True):
        np.testing.assert_array_equal(ours.get_xydata(), theirs.get_xydata())


def test_a_class_without_negatives_has_no_curve():
    with pytest.raises(ValueError, match="no negatives to draw a curve of"):
        ClassRocDisplay.from_predictions([["X", "X"]], [[[0.1, 0.9]] * 2], classes=["O", "X"])
