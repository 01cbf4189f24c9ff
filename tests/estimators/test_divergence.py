"""Training that ends in NaN or infinity is an error, and leaves no model behind."""

import numpy as np
import pytest
import torch
from sklearn.exceptions import FitFailedWarning, NotFittedError
from sklearn.model_selection import GridSearchCV

from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    SequenceTagger,
)
from skseq.exceptions import DivergenceError
from skseq.losses import CrossEntropyLoss

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

SMALL = {"hidden_size": 4, "max_epochs": 4, "random_state": 0}
WILD = {"optimizer": "sgd", "lr_schedule": "constant", "gradient_clip_value": None}


@pytest.fixture
def X():
    rng = np.random.default_rng(0)
    return [rng.normal(size=n) for n in rng.integers(2, 7, 64)]


@pytest.fixture
def y():
    return np.array([0, 0, 1, 2] * 16)


def steps_of(X):
    return [(row > 0).astype(int).tolist() for row in X]


def test_a_regressor_that_diverges_names_epoch_batch_and_lr(X):
    y = [row.sum() for row in X]
    model = SequenceRegressor(lr=10, **WILD, **(SMALL | {"max_epochs": 200}))
    with pytest.raises(
        DivergenceError, match=r"loss became (nan|inf) in epoch \d+, batch \d, at lr=10"
    ):
        model.fit(X, y)
    with pytest.raises(DivergenceError, match=r"lr=10.*set gradient_clip_value=1.0"):
        model.fit(X, y)


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop", "adamw"])
@pytest.mark.parametrize(
    "estimator", [SequenceClassifier, SequenceTagger, SequenceOrdinalClassifier, SequenceRegressor]
)
def test_an_absurd_learning_rate_is_an_error_and_leaves_the_estimator_unfitted(
    X, y, estimator, optimizer
):
    target = steps_of(X) if estimator is SequenceTagger else y
    model = estimator(lr=1e38, optimizer=optimizer, **SMALL)
    before = dict(vars(model))
    with pytest.raises(DivergenceError, match="learning rate is too high"):
        model.fit(X, target)
    assert vars(model) == before
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_the_last_step_is_looked_at_although_no_loss_follows_it(X, y):
    model = SequenceClassifier(lr=1e38, **(SMALL | {"max_epochs": 1, "batch_size": 64}))
    with pytest.raises(DivergenceError, match="predictions are no longer finite"):
        model.fit(X, y)
    with pytest.raises(DivergenceError):
        model.partial_fit(X, y, classes=[0, 1, 2])
    assert not hasattr(model, "net_")


class SoonNaN(CrossEntropyLoss):
    """A loss of one's own that divides by zero once the scores have moved."""

    def per_step(self, scores, target):
        return super().per_step(scores, target) * (0.0 / torch.zeros(()))


def test_a_loss_of_ones_own_that_becomes_nan_is_an_error(X, y):
    with pytest.raises(
        DivergenceError, match=r"loss became nan in epoch 1, batch 1, .* loss of your own"
    ):
        SequenceClassifier(loss=SoonNaN(), **SMALL).fit(X, y)


def test_it_is_an_arithmetic_error():
    assert issubclass(DivergenceError, ArithmeticError)
    assert issubclass(DivergenceError, FloatingPointError)


@pytest.mark.filterwarnings("ignore:One or more of the test scores:UserWarning")
def test_a_diverging_candidate_fails_and_does_not_win_a_grid(X, y):
    search = GridSearchCV(
        SequenceClassifier(**SMALL), {"lr": [0.01, 1e38]}, cv=2, scoring="accuracy"
    )
    with pytest.warns(FitFailedWarning, match="DivergenceError"):
        search.fit(X, y)
    assert search.best_params_ == {"lr": 0.01}
    assert np.isnan(search.cv_results_["mean_test_score"]).tolist() == [False, True]


def test_nothing_of_the_watch_is_kept(X, y):
    model = SequenceClassifier(**SMALL).fit(X, y)
    for _, callback in model.net_.callbacks_:
        assert not any(
            isinstance(value, (dict, tuple)) and value for value in vars(callback).values()
        )
