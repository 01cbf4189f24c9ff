"""The lines are the columns of the history; recall is that of scikit-learn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from skorch.callbacks import Callback

from skseq import SequenceClassifier, SequenceOrdinalClassifier, SequenceRegressor, SequenceTagger
from skseq.meta import ThresholdTuner
from skseq.report import TrainingHistoryDisplay

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

X = [[i, i % 4, i % 5][: 1 + i % 3] for i in range(32)]
Y = ["a", "b", "c", "b"] * 8
SMALL = {"input": "values", "hidden_size": 2, "max_epochs": 4, "random_state": 0}


def test_each_panel_draws_its_columns_of_the_history():
    model = SequenceClassifier(early_stopping="best", n_iter_no_change=10, **SMALL).fit(X, Y)
    display = TrainingHistoryDisplay.from_estimator(model)
    drawn = {
        name: [line.get_ydata().tolist() for line in lines]
        for name, lines in display.lines_.items()
    }
    history = model.history_
    assert drawn == {
        "loss": [history[:, "train_loss"], history[:, "valid_loss"]],
        "score": [history[:, "valid_f1_macro"]],
        "learning_rate": [history[:, "event_lr"]],
        "recall": [history[:, f"valid_recall_{label}"] for label in "abc"],
    }
    assert display.lines_["loss"][0].get_xdata().tolist() == [1, 2, 3, 4]
    assert display.best_epoch == 1 + np.argmax(history[:, "valid_f1_macro"])


def test_without_held_out_rows_there_are_neither_scores_nor_recalls():
    model = SequenceClassifier(lr_schedule="constant", **SMALL).fit(X, Y)
    display = TrainingHistoryDisplay.from_estimator(model)
    assert display.axes_.keys() == {"loss"}
    assert display.best_epoch is None
    with pytest.raises(ValueError, match=r"axes for \['recall'\].* need early_stopping=True"):
        display.plot({"recall": plt.gca()})


@pytest.mark.parametrize(
    "wrap",
    [
        lambda model: make_pipeline(FunctionTransformer(), model),
        lambda model: GridSearchCV(model, {"max_epochs": [2]}, cv=2),
        lambda model: ThresholdTuner(model, cv=2),
    ],
)
def test_the_trained_estimator_is_found_inside_others(wrap):
    model = wrap(SequenceClassifier(early_stopping=True, **SMALL)).fit(X, Y)
    assert TrainingHistoryDisplay.from_estimator(model).recall.keys() == {"a", "b", "c"}


def test_every_kind_of_estimator_has_a_history_to_draw():
    order = SequenceOrdinalClassifier(early_stopping=True, classes=[*"abc"], **SMALL).fit(X, Y)
    display = TrainingHistoryDisplay.from_estimator(order)
    assert display.scores.keys() == {"macro F1", "macro absolute error"}
    numbers = SequenceRegressor(early_stopping=True, **SMALL).fit(X, np.arange(32.0))
    assert TrainingHistoryDisplay.from_estimator(numbers).axes_.keys() >= {"loss"}
    tags = [["O" if step < 3 else "X" for step in steps] for steps in X]
    tagger = SequenceTagger(early_stopping=True, **SMALL).fit(X, tags)
    assert TrainingHistoryDisplay.from_estimator(tagger).recall.keys() == {"O", "X"}


def test_scores_that_a_callback_of_ones_own_records_are_drawn_too():
    class Norm(Callback):
        def on_epoch_end(self, net, **kwargs):
            net.history.record("train_norm", 1.5)
            net.history.record("note", "of no use here")

    model = SequenceClassifier(callbacks=[Norm()], **SMALL).fit(X, Y)
    display = TrainingHistoryDisplay.from_estimator(model)
    assert display.scores.keys() == {"train_norm"}
    np.testing.assert_array_equal(display.scores["train_norm"], np.full(4, 1.5))


def test_panels_are_drawn_on_the_axes_of_the_caller():
    _, ax = plt.subplots()
    display = TrainingHistoryDisplay({"train": [2.0, 1.0]}, recall={"a": [0.1, 0.2]})
    assert display.plot({"recall": ax}, linewidth=3).axes_ == {"recall": ax}
    assert display.lines_["recall"][0].get_linewidth() == 3
    with pytest.raises(TypeError, match="ax must be a dict from panels"):
        display.plot(ax)


def test_what_has_no_history_is_refused():
    with pytest.raises(ValueError, match="LogisticRegression has no history_ of training"):
        TrainingHistoryDisplay.from_estimator(LogisticRegression().fit([[0], [1]], [0, 1]))


@pytest.mark.parametrize("n_classes", [2, 18])
def test_the_picture_has_room_for_all_it_says(n_classes, check_layout):
    epochs = np.arange(30)
    display = TrainingHistoryDisplay(
        {"train": 1 / (1 + epochs), "valid": 1 / (1 + epochs)},
        scores={"macro F1": epochs / 30},
        recall={f"class {i} of quite a long name": epochs / (30 + i) for i in range(n_classes)},
        learning_rate=0.01 * epochs,
        best_epoch=9,
    )
    check_layout(display.plot().figure_)


def test_a_net_that_was_trained_anew_on_all_rows_marks_the_epoch_that_was_best():
    X, y = [[i, i % 3] for i in range(30)], ["a", "b", "b"] * 10
    model = SequenceClassifier(max_epochs=4, early_stopping="refit", random_state=0).fit(X, y)
    display = TrainingHistoryDisplay.from_estimator(model)
    assert display.best_epoch == model.n_iter_
    assert len(display.recall["a"]) >= model.n_iter_
