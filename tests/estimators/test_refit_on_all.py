"""Held-out rows may tell the number of epochs, and are then trained on: where there are few."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    Sequences,
    SequenceTagger,
)

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

RNG = np.random.default_rng(0)
X = [RNG.integers(2, 9, 3 + row % 4).tolist() for row in range(40)]
LABELS = [int(2 in row) + int(3 in row) for row in X]
TAGS = [[int(step > 6) for step in row] for row in X]
TARGETS = {
    SequenceClassifier: LABELS,
    SequenceOrdinalClassifier: LABELS,
    SequenceTagger: TAGS,
    SequenceRegressor: np.array(LABELS, dtype=float),
}
# Epochs are those of a shorter training only where the learning rate stays.
SMALL = {
    "encoder": "bag",
    "hidden_size": 4,
    "max_epochs": 12,
    "lr": 0.05,
    "lr_schedule": "constant",
    "random_state": 0,
}
REFIT = {"early_stopping": "refit", "validation_fraction": 0.3, "n_iter_no_change": 3}


def outputs(model):
    said = model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)
    return said.values if isinstance(said, Sequences) else said


@pytest.mark.parametrize("estimator", TARGETS)
def test_the_net_is_that_of_all_rows_after_the_best_number_of_epochs(estimator):
    y = TARGETS[estimator]
    model = estimator(**SMALL, **REFIT).fit(X, y)
    search = estimator(**SMALL, **(REFIT | {"early_stopping": "best"})).fit(X, y)
    best = dict(search.net_.callbacks_)["early_stopping"].best_epoch_
    theirs = estimator(**(SMALL | {"max_epochs": best})).fit(X, y)
    assert_array_equal(outputs(model), outputs(theirs))
    assert model.n_iter_ == best
    assert "valid_loss" in model.history_[0]
    assert len(model.history_) == len(search.history_)


@pytest.mark.parametrize("estimator", TARGETS)
def test_of_few_rows_none_is_spared(estimator):
    y = TARGETS[estimator]
    by_default = estimator(early_stopping=True, **SMALL).fit(X, y)
    said = estimator(early_stopping="refit", validation_fraction=0.2, **SMALL).fit(X, y)
    assert_array_equal(outputs(by_default), outputs(said))


@pytest.mark.parametrize(
    ("estimator", "params"),
    [
        (SequenceClassifier, {"warm_start": True}),
        (SequenceRegressor, {"warm_start": True}),
        (SequenceOrdinalClassifier, {"head": "regression"}),
    ],
)
def test_what_a_refit_would_throw_away_is_kept_where_it_is_not_asked_for(estimator, params):
    y = TARGETS[estimator]
    by_default = estimator(early_stopping=True, **params, **SMALL).fit(X, y)
    said = estimator(early_stopping="best", **params, **SMALL).fit(X, y)
    assert_array_equal(outputs(by_default), outputs(said))
    if "warm_start" in params:
        assert by_default.fit(X, y).recipe_["early_stopping"] == "best"


def test_each_of_several_nets_has_its_own_number_of_epochs():
    model = SequenceClassifier(n_seeds=3, **SMALL, **REFIT).fit(X, LABELS)
    search = SequenceClassifier(n_seeds=3, **SMALL, **(REFIT | {"early_stopping": "best"}))
    search.fit(X, LABELS)
    best = [dict(net.callbacks_)["early_stopping"].best_epoch_ for net in search.nets_]
    assert [len(net.history) for net in model.nets_] == best


def test_what_follows_training_is_learnt_too():
    model = SequenceClassifier(
        loss="focal", target_prior="data", second_stage="tau", batch_balance="progressive",
        **SMALL, **REFIT,
    ).fit(X, LABELS)  # fmt: skip
    assert model.calibration_ is not None
    assert_array_equal(model.train_prior_, model.second_stage_.prior_)
    assert model.predict_proba(X).sum(axis=1) == pytest.approx(1)


def test_what_a_refit_would_throw_away_is_refused():
    model = SequenceClassifier(**SMALL).fit(X, LABELS)
    with pytest.raises(ValueError, match=r'early_stopping="refit" trains new nets.*warm_start'):
        model.set_params(warm_start=True, **REFIT).fit(X, LABELS)
    with pytest.raises(ValueError, match=r"head='regression' learns from held-out sequences"):
        SequenceOrdinalClassifier(head="regression", **SMALL, **REFIT).fit(X, LABELS)
