"""The curves are scikit-learn's, one class at a time, for labels and for ragged tags."""

import builtins

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve

from skseq import Sequences
from skseq.metrics import macro_average_precision_score, tag_average_precision_score
from skseq.report import ClassPrecisionRecallDisplay, ClassRocDisplay


@pytest.fixture
def step_scores(tags):
    """Scores of "O" and "X" for each step of ``tags``, right more often than not."""
    rng = np.random.default_rng(0)
    towards_x = (tags.values == "X") + rng.normal(scale=0.8, size=tags.n_steps)
    return tags.replace(values=np.column_stack([-towards_x, towards_x]))


def test_the_curve_of_a_tag_is_the_one_of_its_flat_steps(tags, step_scores):
    display = ClassPrecisionRecallDisplay.from_predictions(tags, step_scores, classes=["O", "X"])
    for code, label in enumerate(["O", "X"]):
        precision, recall, _ = precision_recall_curve(
            tags.values == label, step_scores.values[:, code], drop_intermediate=True
        )
        np.testing.assert_array_equal(display.precision[code], precision)
        np.testing.assert_array_equal(display.recall[code], recall)
        np.testing.assert_array_equal(display.lines_[code].get_ydata(), precision)
    assert display.average_precision.mean() == pytest.approx(
        tag_average_precision_score(tags, step_scores, classes=["O", "X"])
    )
    assert display.prevalence == pytest.approx([np.mean(tags.values == t) for t in ["O", "X"]])


def test_tags_in_any_form_give_the_same_curves(tags, step_scores):
    as_sequences = ClassPrecisionRecallDisplay.from_predictions(tags, step_scores)
    as_lists = ClassPrecisionRecallDisplay.from_predictions(tags.tolist(), step_scores.tolist())
    np.testing.assert_array_equal(as_sequences.average_precision, as_lists.average_precision)


def test_labels_with_weights_agree_with_the_metric(labels):
    rng = np.random.default_rng(0)
    scores, weight = rng.random((len(labels), 2)), rng.random(len(labels))
    display = ClassPrecisionRecallDisplay.from_predictions(labels, scores, sample_weight=weight)
    assert display.average_precision.mean() == pytest.approx(
        macro_average_precision_score(labels, scores, sample_weight=weight)
    )


def test_excluded_classes_and_those_that_never_occur_have_no_curve():
    y_true = [["O", "A"], ["O"]]
    scores = [[[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]], [[0.5, 0.2, 0.3]]]
    display = ClassPrecisionRecallDisplay.from_predictions(
        y_true, scores, classes=["O", "A", "absent"], exclude="majority"
    )
    assert display.classes.tolist() == ["A"]
    with pytest.raises(ValueError, match="no class left to draw"):
        ClassPrecisionRecallDisplay.from_predictions(
            y_true, scores, classes=["O", "A", "absent"], exclude=["O", "A"]
        )


def test_an_estimator_that_never_met_a_class_is_drawn_as_blind_to_it():
    model = LogisticRegression().fit([[0.0], [1.0]], ["a", "b"])
    display = ClassPrecisionRecallDisplay.from_estimator(model, [[0.0], [1.0], [2.0]], [*"abc"])
    assert dict(zip(display.classes, display.average_precision, strict=True))["c"] == (
        pytest.approx(1 / 3)
    )
    with pytest.raises(ValueError, match="has labels"):
        ClassPrecisionRecallDisplay.from_predictions(
            [*"abc"], model.predict_proba([[0.0], [1.0], [2.0]]), classes=model.classes_
        )


def test_scores_that_do_not_align_are_refused(tags, step_scores):
    with pytest.raises(ValueError, match="y_score has 29 sequences but y_true has 30"):
        ClassPrecisionRecallDisplay.from_predictions(tags, step_scores[:-1])


def test_the_picture_says_what_it_shows(tags, step_scores):
    _, ax = plt.subplots()
    display = ClassPrecisionRecallDisplay.from_predictions(
        tags, step_scores, ax=ax, chance_level=True, linewidth=3
    )
    assert display.ax_ is ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Recall", "Precision")
    assert [line.get_linewidth() for line in display.lines_] == [3, 3]
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == [
        f"{label} (AP {area:.2f})"
        for label, area in zip(display.classes, display.average_precision, strict=True)
    ]
    levels = [line.get_ydata()[0] for line in ax.get_lines() if len(line.get_xdata()) == 2]
    assert set(np.round(display.prevalence, 9)) <= set(np.round(levels, 9))


@pytest.mark.parametrize("display", [ClassPrecisionRecallDisplay, ClassRocDisplay])
def test_many_classes_are_told_apart_by_colour_and_dash_and_named_beside(display, check_layout):
    labels = np.array([f"class {i:02} of quite a long name" for i in range(18)])
    drawn = display.from_predictions(labels, np.eye(18))
    looks = {(line.get_color(), line.get_linestyle()) for line in drawn.lines_}
    assert len(looks) == 18
    check_layout(drawn.figure_)
    axes, legend = drawn.ax_.get_window_extent(), drawn.ax_.get_legend().get_window_extent()
    assert legend.x0 > axes.x1


def test_a_missing_matplotlib_says_what_to_install(tags, step_scores, monkeypatch):
    real_import = builtins.__import__

    def without_matplotlib(name, *args, **kwargs):
        if name.partition(".")[0] == "matplotlib":
            raise ModuleNotFoundError(f"No module named {name!r}", name="matplotlib")
        return real_import(name, *args, **kwargs)

    def import_module(name):
        return without_matplotlib(name)

    monkeypatch.setattr("skseq._optional.importlib.import_module", import_module)
    with pytest.raises(ImportError, match=r'pip install "skseq\[plot\]"'):
        ClassPrecisionRecallDisplay.from_predictions(
            Sequences.from_list([["O", "X"]]), [[[0.9, 0.1], [0.2, 0.8]]]
        )
