"""Several nets that differ by their seed, and speak with one voice."""

import pickle

import numpy as np
import pytest
from scipy.special import log_softmax

from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    SequenceTagger,
)
from skseq.training import log_probabilities, raw_scores

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

RNG = np.random.default_rng(0)
X = [RNG.normal(size=length) for length in RNG.integers(2, 6, 30)]
Y = np.array([0, 1, 0, 2, 1] * 6)
TAGS = [(steps > 0).astype(int) for steps in X]
SMALL = {"hidden_size": 3, "max_epochs": 2, "random_state": 0}

NETS = [
    (SequenceClassifier, Y),
    (SequenceTagger, TAGS),
    (SequenceOrdinalClassifier, Y),
    (SequenceRegressor, Y),
]
every_estimator = pytest.mark.parametrize(("estimator", "y"), NETS)


@every_estimator
def test_the_first_net_is_the_one_there_would_be_alone(estimator, y):
    one = estimator(**SMALL).fit(X, y)
    three = estimator(n_seeds=3, **SMALL).fit(X, y)
    assert len(one.nets_) == 1
    assert len(three.nets_) == 3
    assert three.net_ is three.nets_[0]
    targets = one._targets_to_predict(X)
    alone, first, second = (raw_scores([net], targets) for net in (one.net_, *three.nets_[:2]))
    np.testing.assert_array_equal(first, alone)
    assert np.abs(second - alone).max() > 1e-3


@pytest.mark.parametrize(("estimator", "y"), NETS[:3])
def test_log_probabilities_are_averaged_and_normalised(estimator, y):
    model = estimator(n_seeds=3, **SMALL).fit(X, y)
    targets = model._targets_to_predict(X)
    each = [log_probabilities([net], targets) for net in model.nets_]
    expected = log_softmax(np.mean(each, axis=0), axis=1)
    ours = model.predict_log_proba(X)
    np.testing.assert_allclose(getattr(ours, "values", ours), expected, atol=1e-12)


def test_numbers_are_averaged():
    model = SequenceRegressor(n_seeds=3, **SMALL).fit(X, Y)
    targets = model._targets_to_predict(X)
    each = [raw_scores([net], targets)[:, 0] for net in model.nets_]
    expected = np.mean(each, axis=0) * model.target_scale_ + model.target_mean_
    np.testing.assert_allclose(model.predict(X), expected)


@every_estimator
def test_all_nets_go_on_and_are_kept(estimator, y):
    model = estimator(n_seeds=2, warm_start=True, **SMALL).fit(X, y).fit(X, y)
    assert [len(net.history) for net in model.nets_] == [4, 4]
    model.partial_fit(X, y)
    assert [len(net.history) for net in model.nets_] == [5, 5]
    again = pickle.loads(pickle.dumps(model))
    states = model.transform(X)
    np.testing.assert_array_equal(
        getattr(again.transform(X), "values", again.transform(X)), getattr(states, "values", states)
    )
    width = getattr(states, "values", states).shape[1]
    assert width == len(model.get_feature_names_out())
    assert width == 2 * model.net_.module_.last_input_size
    np.testing.assert_array_equal(again.predict(X[:3])[0], model.predict(X[:3])[0])


@pytest.mark.parametrize(
    ("estimator", "y", "params"),
    [
        *[(estimator, y, {}) for estimator, y in NETS],
        (SequenceClassifier, Y, {"loss": "logit_adjusted", "early_stopping": "best"}),
        (SequenceOrdinalClassifier, Y, {"head": "regression"}),
    ],
)
def test_nets_from_a_pickle_go_on_as_they_would_have(estimator, y, params):
    model = estimator(n_seeds=2, warm_start=True, **SMALL, **params).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    expected, found = (each.fit(X, y).predict(X) for each in (model, again))
    np.testing.assert_array_equal(np.hstack(found), np.hstack(expected))
    if hasattr(model, "predict_proba"):
        expected, found = (each.predict_proba(X) for each in (model, again))
        np.testing.assert_array_equal(
            getattr(found, "values", found), getattr(expected, "values", expected)
        )


@pytest.mark.parametrize("params", [
    {"early_stopping": "best", "validation_fraction": 0.3},
    {"second_stage": "crt"},
    {"loss": "focal", "target_prior": "data"},
    {"augment": "jitter", "batch_balance": "progressive"},
])  # fmt: skip
def test_what_follows_training_goes_with_several_nets(params):
    model = SequenceClassifier(n_seeds=2, **(SMALL | params)).fit(X, Y)
    proba = model.predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    np.testing.assert_array_equal(SequenceClassifier(n_seeds=2, **(SMALL | params)).fit(X, Y)
                                  .predict_proba(X), proba)  # fmt: skip


def test_a_failed_fit_puts_all_nets_back():
    model = SequenceClassifier(n_seeds=2, warm_start=True, **SMALL).fit(X, Y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="label 7"):
        model.fit(X, np.where(Y == 2, 7, Y))
    np.testing.assert_array_equal(model.predict_proba(X), before)
    assert [len(net.history) for net in model.nets_] == [2, 2]
