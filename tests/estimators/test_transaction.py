"""A fit that fails leaves the estimator as it was; what cannot be gone on from is refused."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from skorch.callbacks import Callback

from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    Sequences,
    SequenceTagger,
)
from skseq.exceptions import DivergenceError

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

SMALL = {"hidden_size": 4, "max_epochs": 2, "lr_schedule": "constant", "random_state": 0}
ESTIMATORS = [SequenceClassifier, SequenceOrdinalClassifier, SequenceTagger, SequenceRegressor]
TOKENS = [[1, 2], [3], [2, 2, 3]] * 8


def target_for(estimator, X=TOKENS):
    if estimator is SequenceTagger:
        return [[int(step > 1) for step in row] for row in X]
    return np.array([0, 1, 0, 1] * 6) * 1.0 if estimator is SequenceRegressor else [0, 1, 0, 1] * 6


def outputs(model, X=TOKENS):
    said = model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)
    return said.values if isinstance(said, Sequences) else said


def state_of(model):
    weights = model.net_.module_.state_dict().values()
    return [weight.cpu().numpy().copy() for weight in weights], len(model.history_), model.n_iter_


def assert_same_state(ours, theirs):
    for one, other in zip(ours[0], theirs[0], strict=True):
        assert_array_equal(one, other)
    assert ours[1:] == theirs[1:]


@pytest.mark.parametrize("warm_start", [False, True])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_refit_on_bad_data_leaves_the_old_model(estimator, warm_start):
    model = estimator(warm_start=warm_start, **SMALL).fit(TOKENS, target_for(estimator))
    before, said, attributes = state_of(model), outputs(model), dict(vars(model))
    with pytest.raises(ValueError, match="NaN"):
        model.fit([[np.nan, 1.0], [2.0]] * 12, target_for(estimator))
    assert vars(model) == attributes
    assert_same_state(state_of(model), before)
    assert_array_equal(outputs(model), said)


@pytest.mark.parametrize("again", ["fit", "partial_fit"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_training_on_that_diverges_leaves_the_old_model(estimator, again):
    y = target_for(estimator)
    model = estimator(warm_start=True, **SMALL).fit(TOKENS, y)
    before, said = state_of(model), outputs(model)
    model.net_.optimizer_.param_groups[0]["lr"] = 1e38
    with pytest.raises(DivergenceError):
        getattr(model, again)(TOKENS, y)
    assert model.net_.optimizer_.param_groups[0]["lr"] == 1e38
    assert_same_state(state_of(model), before)
    assert_array_equal(outputs(model), said)


def test_training_goes_on_after_a_failure_as_if_there_had_been_none():
    y = target_for(SequenceClassifier)
    ours = SequenceClassifier(warm_start=True, **SMALL).fit(TOKENS, y)
    theirs = SequenceClassifier(warm_start=True, **SMALL).fit(TOKENS, y)
    ours.set_params(callbacks=None)
    ours.net_.callbacks_.append(("crash", Crash()))
    with pytest.raises(RuntimeError, match="in the middle"):
        ours.fit(TOKENS, y)
    ours.net_.callbacks_.pop()
    assert_array_equal(
        ours.fit(TOKENS, y).predict_proba(TOKENS), theirs.fit(TOKENS, y).predict_proba(TOKENS)
    )


class Crash(Callback):
    """Ends the second epoch of a training by an error."""

    def on_train_begin(self, net, **kwargs):
        self.left = 2

    def on_epoch_end(self, net, **kwargs):
        self.left -= 1
        if not self.left:
            raise RuntimeError("in the middle")


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_first_fit_that_fails_leaves_nothing(estimator):
    model = estimator(callbacks=[Crash()], **SMALL)
    before = dict(vars(model))
    with pytest.raises(RuntimeError, match="in the middle"):
        model.fit(TOKENS, target_for(estimator))
    assert vars(model) == before


OTHERS = {
    "new ids": ([[9, 2], [3], [2, 2, 3]] * 8, "token id 9 is outside the vocabulary"),
    "values": ([[0.5, 2], [3.0], [2, 2, 3]] * 8, "holds values .* fitted on tokens"),
    "features": ([np.ones((2, 3)), np.ones((1, 3)), np.ones((3, 3))] * 8, "fitted on tokens"),
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_warm_start_refuses_what_the_net_does_not_know(estimator, other):
    model = estimator(warm_start=True, **SMALL).fit(TOKENS, target_for(estimator))
    before, said = dict(vars(model)), outputs(model)
    X, message = OTHERS[other]
    with pytest.raises(ValueError, match=message):
        model.fit(X, target_for(estimator))
    assert vars(model) == before
    assert_array_equal(outputs(model), said)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_warm_start_refuses_another_number_of_features(estimator):
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(len(row), 2)) for row in TOKENS]
    wider = [rng.normal(size=(len(row), 3)) for row in TOKENS]
    model = estimator(warm_start=True, **SMALL).fit(X, target_for(estimator))
    said = outputs(model, X)
    with pytest.raises(ValueError, match=r"X has 3 features, but .* is expecting 2"):
        model.fit(wider, target_for(estimator))
    assert model.n_step_features_ == 2
    assert_array_equal(outputs(model, X), said)


def test_a_warm_start_refuses_labels_that_the_net_does_not_know():
    model = SequenceClassifier(warm_start=True, **SMALL).fit(TOKENS, [0, 1, 0, 1] * 6)
    with pytest.raises(ValueError, match="2"):
        model.fit(TOKENS, [0, 1, 2, 1] * 6)
    assert model.classes_.tolist() == [0, 1]
    model.fit(TOKENS, [0, 1, 0, 1] * 6)
