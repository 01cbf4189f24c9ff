"""Parameters that change between trainings of one net: followed, or refused."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from skorch.callbacks import Callback

from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    SequenceTagger,
)
from skseq.exceptions import DivergenceError
from skseq.losses import FocalLoss

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

rng = np.random.default_rng(0)
X = [rng.normal(size=n) for n in rng.integers(2, 7, 24)]
Y = {
    SequenceClassifier: [0, 0, 1] * 8,
    SequenceOrdinalClassifier: [0, 1, 2] * 8,
    SequenceRegressor: [float(x.sum()) for x in X],
    SequenceTagger: [(np.arange(len(x)) % 2).tolist() for x in X],
}
every_estimator = pytest.mark.parametrize("kind", Y)


def fitted(kind, **parameters):
    small = {"hidden_size": 4, "max_epochs": 2, "random_state": 0, "device": "cpu"}
    return kind(**small, warm_start=True, **parameters).fit(X, Y[kind])


def outputs(model):
    return np.concatenate([np.ravel(output) for output in model.predict_proba(X)])


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    "change", [{"lr": 0.3}, {"weight_decay": 5.0}, {"batch_size": 4}, {"gradient_clip_value": 1e-5}]
)
def test_what_steers_learning_is_followed(method, change):
    as_before, changed = fitted(SequenceClassifier), fitted(SequenceClassifier)
    for model in (as_before, changed.set_params(**change)):
        getattr(model, method)(X, Y[SequenceClassifier])
    assert not np.array_equal(outputs(as_before), outputs(changed))


def test_a_learning_rate_that_is_set_again_is_that_of_a_schedule_too():
    model = fitted(SequenceClassifier, lr_schedule="linear").set_params(lr=0.2, max_epochs=1)
    model.fit(X, Y[SequenceClassifier])
    (group,) = model.net_.optimizer_.param_groups
    assert group["initial_lr"] == group["lr"] == 0.2  # one batch, at the beginning


@every_estimator
@pytest.mark.parametrize("change", [{"hidden_size": 8}, {"encoder": "cnn"}, {"optimizer": "sgd"}])
def test_what_a_net_cannot_change_is_refused(kind, change):
    model = fitted(kind)
    before = model.predict(X)
    for method in (model.fit, model.partial_fit):
        model.set_params(**change)
        with pytest.raises(ValueError, match=f"{next(iter(change))} has changed since the net was"):
            method(X, Y[kind])
    for now, then in zip(model.predict(X), before, strict=True):
        np.testing.assert_array_equal(now, then)
    model.set_params(warm_start=False).fit(X, Y[kind])


@pytest.mark.parametrize(
    "change",
    [
        {"loss": FocalLoss(gamma=3)},
        {"loss": FocalLoss},
        {"mixup": "mixup"},
        {"scale": None},
        {"n_seeds": 2},
    ],
)
def test_what_was_settled_before_training_is_refused(change):
    model = fitted(SequenceClassifier).set_params(**change)
    with pytest.raises(ValueError, match=f"{next(iter(change))} has changed since the net was"):
        model.fit(X, Y[SequenceClassifier])


@pytest.mark.parametrize("loss", [FocalLoss(gamma=3), "focal", FocalLoss])
def test_the_same_loss_in_another_object_is_no_change(loss):
    model = fitted(SequenceClassifier, loss=loss)
    model.set_params(**clone(model).get_params(deep=False)).fit(X, Y[SequenceClassifier])
    assert len(model.history_) == 4
    assert len(pickle.loads(pickle.dumps(model)).fit(X, Y[SequenceClassifier]).history_) == 6


@every_estimator
@pytest.mark.parametrize("scoring", ["loss", "f1_macro"])
def test_early_stopping_comes_and_goes(kind, scoring):
    scored = {"scoring": scoring} if "scoring" in kind().get_params() else {}
    model = fitted(kind, early_stopping="best", validation_fraction=0.3, **scored)
    watched = [key for key in model.history_[-1] if key.startswith("valid_")]
    assert watched
    model.partial_fit(X, Y[kind])
    assert not any(key.startswith("valid_") for key in model.history_[-1])
    model.set_params(early_stopping=False).fit(X, Y[kind])
    assert not any(key.startswith("valid_") for key in model.history_[-1])
    model.set_params(early_stopping="best").fit(X, Y[kind])
    assert all(key in model.history_[-1] for key in watched)


@pytest.mark.parametrize(
    "change",
    [
        {"decision": {1: 50.0}},
        {"target_prior": [0.01, 0.99]},
        {"class_weight": {1: 99.0}, "target_prior": "data"},
        {"class_weight": "balanced", "class_weight_start": 0.5},
    ],
)
def test_held_out_rows_are_judged_as_by_a_net_that_was_built_so(change):
    # At this rate all nets stay as they were built: what differs is what is made of their scores.
    settings = {"lr": 1e-12, "early_stopping": "best", "validation_fraction": 0.5}
    gone_on = fitted(SequenceClassifier, **settings)
    gone_on.set_params(**change).fit(X, Y[SequenceClassifier])
    as_new = fitted(SequenceClassifier, **settings, **change)
    np.testing.assert_array_equal(
        gone_on.history_[2:, "valid_f1_macro"], as_new.history_[:, "valid_f1_macro"]
    )
    stopping = [dict(model.net_.callbacks_)["early_stopping"] for model in (gone_on, as_new)]
    assert stopping[0].watch_from == stopping[1].watch_from


def test_early_stopping_may_begin_with_a_warm_start_that_draws_progressively():
    model = fitted(SequenceClassifier).set_params(
        early_stopping="best", batch_balance="progressive"
    )
    model.set_params(validation_fraction=0.3, max_epochs=4).fit(X, Y[SequenceClassifier])
    assert "valid_f1_macro" in model.history_[-1]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")
@every_estimator
def test_a_device_that_is_not_there_is_refused(kind):
    model = fitted(kind)
    before = model.predict(X)
    with pytest.raises(ValueError, match="torch sees no CUDA"):
        model.set_params(device="cuda").fit(X, Y[kind])
    for now, then in zip(model.predict(X), before, strict=True):
        np.testing.assert_array_equal(now, then)
    model.set_params(device="cpu").fit(X, Y[kind])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_a_net_learns_on_where_it_is_moved_to():
    model = fitted(SequenceClassifier).set_params(device="cuda").fit(X, Y[SequenceClassifier])
    there_and_back = model.set_params(device="cpu").fit(X, Y[SequenceClassifier])
    stayed = fitted(SequenceClassifier)
    for _ in range(2):
        stayed.fit(X, Y[SequenceClassifier])
    np.testing.assert_allclose(outputs(there_and_back), outputs(stayed), atol=1e-3)


def test_a_training_that_fails_leaves_the_settings_as_they_were():
    model = fitted(SequenceClassifier)
    model.set_params(lr=1e38, batch_size=4)
    with pytest.raises(DivergenceError):
        model.fit(X, Y[SequenceClassifier])
    model.set_params(lr=0.01, batch_size=32).fit(X, Y[SequenceClassifier])
    as_if_never = fitted(SequenceClassifier).fit(X, Y[SequenceClassifier])
    np.testing.assert_array_equal(outputs(model), outputs(as_if_never))


def test_callbacks_of_the_user_are_followed():
    class Counter(Callback):
        n_epochs = 0

        def on_epoch_end(self, net, **kwargs):
            self.n_epochs += 1

    counter = Counter()
    model = fitted(SequenceClassifier).set_params(callbacks=[counter])
    model.fit(X, Y[SequenceClassifier])
    model.set_params(callbacks=None).fit(X, Y[SequenceClassifier])
    assert counter.n_epochs == 2
