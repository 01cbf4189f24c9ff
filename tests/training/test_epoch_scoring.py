"""skorch's EpochScoring scores what the estimator would predict, by any scorer of scikit-learn."""

import pickle

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, log_loss, r2_score
from skorch.callbacks import EarlyStopping, EpochScoring

from skseq import SequenceClassifier, SequenceRegressor, SequenceTagger

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

RNG = np.random.default_rng(0)
X = [RNG.integers(2, 9, 3 + row % 4).tolist() for row in range(40)]
LABELS = np.array([["no", "yes"][2 in row] for row in X])
TAGS = [["hit" if step > 6 else "O" for step in row] for row in X]
SMALL = {"encoder": "bag", "hidden_size": 4, "max_epochs": 3, "lr": 0.05, "random_state": 0}
HELD_OUT = {"early_stopping": "best", "validation_fraction": 0.4, "n_iter_no_change": 9}


def history_of(model, y, *callbacks, **params):
    return model(callbacks=list(callbacks), **(SMALL | params)).fit(X, y).history_


class Seen:
    """A scorer that keeps what it sees, to compute the score a second way."""

    def __call__(self, model, X, y):
        self.truth, self.said = y, model.predict(X)
        if hasattr(model, "predict_proba"):
            self.proba, self.classes = model.predict_proba(X), model.classes_
        return 0.0


@pytest.mark.parametrize(("model", "y"), [(SequenceClassifier, LABELS), (SequenceTagger, TAGS)])
def test_scores_are_those_of_held_out_labels(model, y):
    seen = Seen()
    history = history_of(
        model, y,
        EpochScoring("accuracy", lower_is_better=False),
        EpochScoring("f1_macro", lower_is_better=False),
        EpochScoring("neg_log_loss", lower_is_better=False),
        ("mine", EpochScoring(seen, name="mine")),
        **HELD_OUT,
    )  # fmt: skip
    last = history[-1]
    assert last["f1_macro"] == pytest.approx(last["valid_f1_macro"])
    assert last["accuracy"] == pytest.approx(accuracy_score(seen.truth, seen.said))
    assert last["f1_macro"] == pytest.approx(f1_score(seen.truth, seen.said, average="macro"))
    assert last["neg_log_loss"] == pytest.approx(
        -log_loss(seen.truth, seen.proba, labels=seen.classes)
    )
    assert set(seen.classes) == set(np.concatenate([np.atleast_1d(labels) for labels in y]))
    assert "accuracy_best" in last


def test_a_chain_decides_whole_sequences():
    history = history_of(
        SequenceTagger, TAGS, EpochScoring("f1_macro", lower_is_better=False),
        head="crf", **HELD_OUT,
    )  # fmt: skip
    np.testing.assert_allclose(history[:, "f1_macro"], history[:, "valid_f1_macro"])


def test_scores_of_training_and_without_held_out_rows():
    training = EpochScoring("accuracy", name="train_acc", on_train=True, lower_is_better=False)
    history = history_of(SequenceClassifier, LABELS, training, EpochScoring("accuracy"))
    assert len(history[:, "train_acc"]) == 3
    assert "accuracy" not in history[-1]


def test_numbers_are_scored():
    y, seen = (LABELS == "yes") * 1.0 + np.arange(40) % 3, Seen()
    r2 = EpochScoring("r2", lower_is_better=False)
    history = history_of(SequenceRegressor, y, r2, EpochScoring(seen, name="mine"), **HELD_OUT)
    assert history[-1, "r2"] == pytest.approx(r2_score(seen.truth, seen.said), rel=1e-5)
    steps = [[step * 1.0 for step in row] for row in X]
    assert "r2" in history_of(SequenceRegressor, steps, EpochScoring("r2"), **HELD_OUT)[-1]


def test_a_score_may_stop_training_and_the_model_is_pickled():
    score = EpochScoring("balanced_accuracy", lower_is_better=False)
    stop = EarlyStopping("balanced_accuracy", lower_is_better=False, patience=2, threshold=9)
    model = SequenceClassifier(callbacks=[score, stop], **(SMALL | HELD_OUT | {"max_epochs": 9}))
    model.fit(X, LABELS)
    assert model.n_iter_ == 3
    assert pickle.loads(pickle.dumps(model)).predict(X).tolist() == model.predict(X).tolist()
