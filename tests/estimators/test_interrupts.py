"""Ctrl-C reaches the caller, and the estimator is usable with what it has learnt so far."""

import os
import pickle
import signal

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, KFold
from skorch.callbacks import Callback, EarlyStopping

from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    Sequences,
    SequenceTagger,
)
from skseq.model_selection import compare_strategies, make_plain_pipeline

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

# A schedule would make the epochs of a longer training others than those of a shorter one.
SMALL = {
    "hidden_size": 4,
    "max_epochs": 8,
    "batch_size": 8,
    "lr_schedule": "constant",
    "random_state": 0,
}
ESTIMATORS = [SequenceClassifier, SequenceOrdinalClassifier, SequenceTagger, SequenceRegressor]
TOKENS = [np.random.default_rng(seed).integers(0, 9, 3 + seed % 4).tolist() for seed in range(24)]
LABELS = np.array([0, 1, 0, 1] * 6)


def target_for(estimator):
    if estimator is SequenceTagger:
        return [[int(step > 1) for step in row] for row in TOKENS]
    return LABELS * 1.0 if estimator is SequenceRegressor else LABELS


def outputs(model):
    said = model.predict_proba(TOKENS) if hasattr(model, "predict_proba") else model.predict(TOKENS)
    return said.values if isinstance(said, Sequences) else said


class CtrlC(Callback):
    """Presses Ctrl-C in the middle of an epoch, after its first batch; counts trainings."""

    n_trainings = 0

    def __init__(self, epoch=4, how="signal"):
        self.epoch = epoch
        self.how = how

    def on_train_begin(self, net, **kwargs):
        CtrlC.n_trainings += 1

    def on_batch_end(self, net, training=None, **kwargs):
        if training and len(net.history) == self.epoch:
            if self.how == "signal":
                signal.raise_signal(signal.SIGINT)
            else:
                raise KeyboardInterrupt


class Weights(Callback):
    """Keeps the weights of each epoch."""

    def on_train_begin(self, net, **kwargs):
        self.kept = {}

    def on_epoch_end(self, net, **kwargs):
        state = net.module_.state_dict()
        self.kept[len(net.history)] = {name: weight.clone() for name, weight in state.items()}

    def assert_are_of(self, model, epoch):
        for name, weight in model.net_.module_.state_dict().items():
            assert_array_equal(weight.cpu().numpy(), self.kept[epoch][name].cpu().numpy())


@pytest.fixture(autouse=True)
def python_handles_ctrl_c():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    CtrlC.n_trainings = 0
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("how", ["signal", "raise"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_interrupt_reaches_the_caller_and_the_last_whole_epoch_is_kept(estimator, how):
    y = target_for(estimator)
    model = estimator(callbacks=[CtrlC(4, how)], **SMALL)
    with pytest.raises(
        KeyboardInterrupt, match=r"interrupted after 3 epoch\(s\).*last whole epoch"
    ):
        model.fit(TOKENS, y)
    assert model.n_iter_ == len(model.history_) == 3
    assert all("train_loss" in row for row in model.history_)
    theirs = estimator(**(SMALL | {"max_epochs": 3})).fit(TOKENS, y)
    assert_array_equal(outputs(model), outputs(theirs))


def test_with_early_stopping_the_best_epoch_is_kept():
    weights = Weights()
    model = SequenceClassifier(
        early_stopping="best",
        scoring="loss",
        n_iter_no_change=10,
        validation_fraction=0.3,
        callbacks=[weights, CtrlC(6)],
        **(SMALL | {"lr": 0.3}),
    )
    with pytest.raises(KeyboardInterrupt, match="best epoch so far"):
        model.fit(TOKENS, LABELS)
    assert model.n_iter_ == 5
    weights.assert_are_of(model, epoch=1 + int(np.argmin(model.history_[:, "valid_loss"])))


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_in_the_first_half_which_is_not_judged_the_last_epoch_is_kept(estimator):
    weights = Weights()
    model = estimator(
        early_stopping="best", validation_fraction=0.3, callbacks=[weights, CtrlC(4)], **SMALL
    )
    with pytest.raises(KeyboardInterrupt, match=r"after 3 epoch\(s\).*last whole epoch"):
        model.fit(TOKENS, target_for(estimator))
    weights.assert_are_of(model, epoch=3)


class InTraining(CtrlC):
    """Presses Ctrl-C in one of several trainings of a fit."""

    def __init__(self, number, epoch):
        super().__init__(epoch)
        self.number = number

    def on_batch_end(self, net, training=None, **kwargs):
        if self.n_trainings == self.number:
            super().on_batch_end(net, training, **kwargs)


@pytest.mark.parametrize("epoch", [1, 3])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_interrupted_training_on_all_rows_leaves_what_early_stopping_found(estimator, epoch):
    y = target_for(estimator)
    # The best epoch is one of the second half.
    settings = SMALL | {"max_epochs": 4, "validation_fraction": 0.3, "n_seeds": 2}
    found = estimator(early_stopping="best", **settings).fit(TOKENS, y)
    model = estimator(early_stopping="refit", callbacks=[InTraining(4, epoch)], **settings)
    with pytest.raises(KeyboardInterrupt, match=r"after 4 epoch\(s\).*best epoch so far"):
        model.fit(TOKENS, y)
    assert_array_equal(outputs(model), outputs(found))
    assert model.n_iter_ == len(model.history_) == 4
    assert vars(model).keys() == vars(found).keys()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_interrupt_in_the_first_epoch_leaves_the_estimator_as_it_was(estimator):
    model = estimator(callbacks=[CtrlC(1)], **SMALL)
    with pytest.raises(KeyboardInterrupt, match="in its first epoch"):
        model.fit(TOKENS, target_for(estimator))
    with pytest.raises(NotFittedError):
        model.predict(TOKENS)


def test_an_interrupted_refit_in_its_first_epoch_leaves_the_old_model():
    model = SequenceClassifier(**SMALL).fit(TOKENS, LABELS)
    said = model.predict_proba(TOKENS)
    model.set_params(callbacks=[CtrlC(1)])
    with pytest.raises(KeyboardInterrupt):
        model.fit(TOKENS, LABELS)
    assert_array_equal(model.predict_proba(TOKENS), said)


def test_an_interrupted_partial_fit_leaves_the_model_of_before():
    model = SequenceClassifier(callbacks=[CtrlC(3)], **SMALL)
    for _ in range(2):
        model.partial_fit(TOKENS, LABELS, classes=[0, 1])
    said = model.predict_proba(TOKENS)
    with pytest.raises(KeyboardInterrupt):
        model.partial_fit(TOKENS, LABELS)
    assert model.n_iter_ == 2
    assert_array_equal(model.predict_proba(TOKENS), said)


def test_the_interrupted_estimator_is_whole():
    model = SequenceClassifier(
        callbacks=[CtrlC(4)],
        loss="focal",
        target_prior="data",
        second_stage="tau",
        batch_balance="progressive",
        **SMALL,
    )
    with pytest.raises(KeyboardInterrupt):
        model.fit(TOKENS, LABELS)
    assert model.calibration_ is not None
    assert model.second_stage_ is not None
    assert pickle.loads(pickle.dumps(model)).predict(TOKENS).shape == LABELS.shape
    assert model.set_params(warm_start=True, callbacks=None).net_.callbacks_ is not None


def test_priors_are_those_of_the_epoch_that_was_reached():
    y = np.array([0] * 18 + [1] * 6)
    settings = {"batch_balance": "progressive", "early_stopping": False}
    model = SequenceClassifier(callbacks=[CtrlC(4)], **settings, **SMALL)
    with pytest.raises(KeyboardInterrupt):
        model.fit(TOKENS, y)
    # The third of eight epochs has gone 2 of 7 of the way from 1/4 to 1/2.
    np.testing.assert_allclose(model.train_prior_[1], 0.25 + 0.25 * 2 / 7)


def test_early_stopping_is_no_interrupt():
    for callbacks in (None, [EarlyStopping(monitor="train_loss", patience=1, threshold=10)]):
        model = SequenceClassifier(
            early_stopping=callbacks is None,
            n_iter_no_change=1,
            validation_fraction=0.3,
            callbacks=callbacks,
            **SMALL,
        ).fit(TOKENS, LABELS)
        assert model.n_iter_ < 8


def test_one_interrupt_stops_a_grid_search():
    search = GridSearchCV(
        SequenceClassifier(callbacks=[CtrlC(2)], **SMALL), {"lr": [0.01, 0.02]}, cv=3
    )
    with pytest.raises(KeyboardInterrupt):
        search.fit(TOKENS, LABELS)
    assert CtrlC.n_trainings == 1


def test_a_comparison_keeps_no_fit_that_was_cut_short(tmp_path):
    pipeline = make_plain_pipeline(
        "tokens", hidden_size=4, max_epochs=3, random_state=0, callbacks=[CtrlC(2)]
    )
    texts = ["a b", "c", "b b c"] * 8
    with pytest.raises(KeyboardInterrupt):
        compare_strategies(
            pipeline,
            texts,
            LABELS,
            ["weight balanced"],
            cv=KFold(2),
            baselines=False,
            directory=tmp_path,
        )
    assert not os.listdir(tmp_path)
