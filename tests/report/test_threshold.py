"""At each threshold the scores are scikit-learn's of what is predicted from there on."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import fbeta_score, precision_score, recall_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from skseq import Sequences
from skseq.meta import ThresholdTuner
from skseq.metrics import span_fbeta_score, span_precision_recall_curve
from skseq.report import ThresholdDisplay

TRUE = [["B-A", "O", "B-A", "B-B"], ["B-A", "O"]]
PREDICTED = [["B-A", "B-A", "O", "B-B"], ["B-A", "B-B"]]
CLASSES = ["B-A", "B-B", "O"]
PROBA = [
    [[0.9, 0.0, 0.1], [0.6, 0.0, 0.4], [0.3, 0.0, 0.7], [0.1, 0.7, 0.2]],
    [[0.8, 0.0, 0.2], [0.0, 0.55, 0.45]],
]


def check_scores(display, is_positive, probability):
    assert (np.diff(display.thresholds) > 0).all()
    for index, threshold in enumerate(display.thresholds):
        predicted = probability >= threshold
        theirs = {
            "precision": precision_score(is_positive, predicted, zero_division=0),
            "recall": recall_score(is_positive, predicted),
        } | {
            f"f{beta}": fbeta_score(is_positive, predicted, beta=float(beta))
            for beta in ("0.5", "1", "2")
        }
        for name, score in display.scores.items():
            assert score[index] == pytest.approx(theirs[name])


def test_scores_of_a_class_are_those_of_scikit_learn_at_each_threshold():
    rng = np.random.default_rng(0)
    y, proba = rng.choice([*"aab"], size=25), rng.dirichlet([1, 1], size=25)
    metrics = ["f2", "precision", "recall", "f0.5", "f1"]
    display = ThresholdDisplay.from_predictions(y, proba, metrics=metrics, in_use=0.4)
    check_scores(display, y == "b", proba[:, 1])  # the rarest
    f2 = [fbeta_score(y == "b", proba[:, 1] >= t, beta=2) for t in display.thresholds]
    assert display.best_score_ == pytest.approx(max(f2))
    at_best = proba[:, 1] >= display.best_threshold_
    assert fbeta_score(y == "b", at_best, beta=2) == pytest.approx(max(f2))
    for line, score in zip(display.lines_, display.scores.values(), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.c_[display.thresholds, score])
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts[:2] == ["F2", "precision"]
    assert texts[-1] == "in use: 0.4"
    assert display.ax_.get_xlabel() == "Threshold of the probability of b"


def test_tags_are_steps_end_to_end_without_those_that_have_none():
    flat, proba = np.concatenate(TRUE), np.concatenate(PROBA)
    display = ThresholdDisplay.from_predictions(TRUE, PROBA, label="B-A", classes=CLASSES)
    check_scores(display, flat == "B-A", proba[:, 0])
    marked = [[None, *TRUE[0][1:]], TRUE[1]]
    display = ThresholdDisplay.from_predictions(
        marked, PROBA, label="B-A", classes=CLASSES, ignore=[None]
    )
    check_scores(display, flat[1:] == "B-A", proba[1:, 0])


@pytest.mark.parametrize("label", [None, "A", "B"])
def test_spans_are_kept_if_they_are_probable_enough(label):
    display = ThresholdDisplay.from_predictions(
        TRUE, PROBA, y_pred=PREDICTED, classes=CLASSES, per="type", label=label, metrics=["f2"]
    )
    *_, thresholds = span_precision_recall_curve(
        TRUE, PREDICTED, PROBA, classes=CLASSES, label=label
    )
    np.testing.assert_array_equal(display.thresholds, thresholds)
    for index, threshold in enumerate(thresholds):
        kept = [
            [tag if max(row) >= threshold else "O" for tag, row in zip(tags, rows, strict=True)]
            for tags, rows in zip(PREDICTED, PROBA, strict=True)
        ]
        labels = None if label is None else [label]
        theirs = span_fbeta_score(TRUE, kept, beta=2, average="micro", labels=labels)
        assert display.scores["f2"][index] == pytest.approx(theirs)


def test_folds_give_probabilities_of_what_was_not_seen():
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b"], [40, 10])
    X = rng.normal(size=(50, 2)) + (y == "b")[:, None]
    display = ThresholdDisplay.from_estimator(LogisticRegression(), X, y, cv=5)
    proba = cross_val_predict(
        LogisticRegression(), X, y, cv=StratifiedKFold(5), method="predict_proba"
    )
    check_scores(display, y == "b", proba[:, 1])
    fitted = LogisticRegression().fit(X, y)
    display = ThresholdDisplay.from_estimator(fitted, X, y, label="a")
    check_scores(display, y == "a", fitted.predict_proba(X)[:, 0])
    assert display.in_use is None


def test_a_class_that_a_fold_never_saw_has_no_probability_there():
    y = np.array([*"aabbc"])
    X = np.arange(5.0)[:, None]
    splits = [([0, 1, 2, 3], [4]), ([0, 2, 4], [1, 3])]
    display = ThresholdDisplay.from_estimator(LogisticRegression(), X, y, label="c", cv=splits)
    assert display.thresholds[0] == 0.0
    assert display.scores["recall"].tolist() == [1.0, 0.0, 0.0]


def test_a_tuned_threshold_is_the_one_that_decides():
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b"], [80, 20])
    X = rng.normal(size=(100, 2)) + (y == "b")[:, None]
    tuner = ThresholdTuner(LogisticRegression(), scoring="f1_macro").fit(X, y)
    for column, label in enumerate(["a", "b"]):
        display = ThresholdDisplay.from_estimator(tuner, X, y, label=label)
        above = tuner.predict_proba(X)[:, column] >= display.in_use
        np.testing.assert_array_equal(above, tuner.predict(X) == label)


class Counting(BaseEstimator):
    """Tags each token as it was tagged most often; half of its probability is the tags' own."""

    def fit(self, X, y):
        self.classes_, codes = np.unique(y.values, return_inverse=True)
        counts = np.zeros((20, len(self.classes_)))
        np.add.at(counts, (X.values, codes), 1)
        self.proba_ = counts + counts.sum(axis=0) / counts.sum()
        self.proba_ /= self.proba_.sum(axis=1, keepdims=True)
        return self

    def predict_proba(self, X):
        return Sequences(self.proba_[X.values], X.offsets)

    def predict(self, X):
        return Sequences(self.classes_[self.proba_[X.values].argmax(axis=1)], X.offsets)


def test_a_tagger_has_thresholds_of_steps_and_spans_in_folds_or_fitted(ragged_tokens, tags):
    model = Counting().fit(ragged_tokens, tags)
    display = ThresholdDisplay.from_estimator(model, ragged_tokens, tags)
    proba = model.predict_proba(ragged_tokens)
    check_scores(display, tags.values == "X", proba.values[:, 1])
    spans = {"per": "type", "label": "X", "scheme": "plain"}
    of_spans = ThresholdDisplay.from_estimator(model, ragged_tokens, tags, **spans)
    predicted = model.predict(ragged_tokens)
    theirs = ThresholdDisplay.from_predictions(
        tags, proba, y_pred=predicted, classes=model.classes_, **spans
    )
    np.testing.assert_array_equal(of_spans.scores["f1"], theirs.scores["f1"])
    half = np.arange(15)
    splits = [(half, half + 15), (half + 15, half)]
    folds = [
        Counting().fit(ragged_tokens[train], tags[train]).predict_proba(ragged_tokens[test])
        for train, test in splits
    ]
    display = ThresholdDisplay.from_estimator(Counting(), ragged_tokens, tags, cv=splits)
    proba = Sequences.concatenate(folds[::-1]).values[:, 1]
    check_scores(display, tags.values == "X", proba)
    ThresholdDisplay.from_estimator(Counting(), ragged_tokens, tags, cv=2, **spans)


def test_what_cannot_be_drawn_is_refused():
    y, proba = ["a", "b"], np.eye(2)
    with pytest.raises(ValueError, match=r"label='x' is none of the classes \['a', 'b'\]"):
        ThresholdDisplay.from_predictions(y, proba, label="x")
    with pytest.raises(ValueError, match="y has no label 'b', so nothing can be recalled"):
        ThresholdDisplay.from_predictions(["a", "a"], proba, label="b", classes=["a", "b"])
    for metric in ("f", "f0", "accuracy"):
        with pytest.raises(ValueError, match="metrics must be 'precision', 'recall', or F-beta"):
            ThresholdDisplay.from_predictions(y, proba, metrics=[metric])
    with pytest.raises(ValueError, match="needs y_pred, which says where spans are"):
        ThresholdDisplay.from_predictions(TRUE, PROBA, classes=CLASSES, per="type")
    nothing = [["O"] * 4, ["O"] * 2]
    with pytest.raises(ValueError, match="no span is predicted"):
        ThresholdDisplay.from_predictions(TRUE, PROBA, y_pred=nothing, classes=CLASSES, per="type")


def test_the_picture_has_room_for_all_it_says(check_layout):
    rng = np.random.default_rng(0)
    y = rng.choice(["a class of quite a long name", "b"], size=300, p=[0.1, 0.9])
    display = ThresholdDisplay.from_predictions(
        y, rng.random(300), metrics=["f0.5", "f1", "f2", "precision", "recall"], in_use=0.3
    )
    check_layout(display.figure_)


def test_of_many_thresholds_some_are_drawn_and_the_best_is_found_among_all():
    rng = np.random.default_rng(0)
    y = rng.random(5000) < 0.3
    display = ThresholdDisplay.from_predictions(y, rng.random(5000), label=True)
    assert len(display.thresholds) == 5000
    xs = display.lines_[0].get_xdata()
    assert len(xs) <= 2002
    assert display.best_threshold_ in xs
    assert display.best_score_ == display.scores["f1"].max()
