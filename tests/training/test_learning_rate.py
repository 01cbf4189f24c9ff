"""Learning rates over the course of training: what each batch is trained with."""

import numpy as np
import pytest
from skorch.callbacks import Callback

from skseq import SequenceClassifier, SequenceRegressor, SequenceTagger
from skseq.training import LR_SCHEDULES

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

X = [[1, 2], [3], [2, 4, 3]] * 8
Y = [0, 1, 0] * 8
SMALL = {"hidden_size": 2, "embedding_dim": 2, "batch_size": 8, "random_state": 0}  # 3 batches


class Rates(Callback):
    """Keeps the learning rate of every training batch."""

    def __init__(self):
        self.seen = []

    def on_batch_end(self, net, training=None, **kwargs):
        if training:
            self.seen.append(net.optimizer_.param_groups[0]["lr"])


def rates(schedule, estimator=SequenceClassifier, y=Y, **params):
    spy = Rates()
    estimator(lr=0.1, lr_schedule=schedule, callbacks=[spy], **(SMALL | params)).fit(X, y)
    return np.array(spy.seen)


def test_a_constant_rate_is_what_lr_says():
    np.testing.assert_array_equal(rates("constant", max_epochs=2), np.full(6, 0.1))


def test_linear_goes_down_by_equal_steps_to_zero():
    np.testing.assert_allclose(rates("linear", max_epochs=4), 0.1 * (1 - np.arange(12) / 12))


def test_cosine_follows_the_cosine():
    expected = 0.05 * (1 + np.cos(np.pi * np.arange(12) / 12))
    np.testing.assert_allclose(rates("cosine", max_epochs=4), expected)


def test_the_history_has_the_rate_that_an_epoch_ends_with():
    spy = Rates()
    params = SMALL | {"lr_schedule": "linear", "max_epochs": 4, "callbacks": [spy]}
    model = SequenceClassifier(**params).fit(X, Y)
    np.testing.assert_array_equal(model.history_[:, "event_lr"], spy.seen[2::3])


def test_one_cycle_goes_up_to_the_full_rate_and_down_again():
    seen = rates("one_cycle", max_epochs=4)
    assert seen.argmax() == 3  # a quarter of the way
    assert seen[3] == pytest.approx(0.1)
    assert (np.diff(seen[:4]) > 0).all()
    assert (np.diff(seen[3:]) < 0).all()
    assert seen[0] == pytest.approx(0.004)


@pytest.mark.parametrize("name", LR_SCHEDULES)
def test_every_schedule_stays_between_zero_and_the_full_rate(name):
    shares = [LR_SCHEDULES[name](progress) for progress in np.linspace(0, 1, 101)]
    assert min(shares) >= 0
    assert max(shares) == pytest.approx(1)


@pytest.mark.parametrize(
    ("estimator", "y"),
    [(SequenceTagger, [[0] * len(x) for x in X[:-1]] + [[1, 0, 1]]), (SequenceRegressor, Y)],
)
def test_every_estimator_has_them(estimator, y):
    seen = rates("linear", estimator, y, max_epochs=2)
    np.testing.assert_allclose(seen, 0.1 * (1 - np.arange(6) / 6))


def test_chunks_that_are_augmented_are_trained_at_the_rates_of_chunks_that_are_not():
    values, tags = [np.arange(9.0)] * 12, [[0, 1, 0] * 3] * 12  # 36 chunks, 5 batches of 8
    expected = 0.1 * (1 - np.arange(10) / 10)
    for augment in (None, "jitter"):
        spy = Rates()
        SequenceTagger(
            lr=0.1,
            lr_schedule="linear",
            max_epochs=2,
            chunk_length=3,
            chunk_context=0,
            augment=augment,
            callbacks=[spy],
            **SMALL,
        ).fit(values, tags)
        np.testing.assert_allclose(spy.seen, expected)


def test_partial_fit_goes_through_the_schedule_call_by_call_and_stays_at_its_end():
    spy = Rates()
    model = SequenceClassifier(lr=0.1, lr_schedule="linear", max_epochs=2, callbacks=[spy], **SMALL)
    for _ in range(2):
        model.partial_fit(X, Y, classes=[0, 1])
    with pytest.warns(UserWarning, match="rate of 0 after max_epochs=2 epochs.*no longer learns"):
        model.partial_fit(X, Y)
    expected = 0.1 * np.maximum(0, 1 - np.arange(9) / 6)
    np.testing.assert_allclose(spy.seen, expected, atol=1e-12)


@pytest.mark.parametrize("schedule", sorted(set(LR_SCHEDULES) - {"constant"}))
def test_partial_fit_says_that_the_schedule_of_the_fit_before_has_ended(schedule):
    model = SequenceClassifier(lr_schedule=schedule, max_epochs=2, **SMALL).fit(X, Y)
    learnt = model.predict_proba(X)
    with pytest.warns(UserWarning, match=f"lr_schedule='{schedule}' has come to"):
        model.partial_fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), learnt)
    model.set_params(lr_schedule="auto").partial_fit(X, Y)
    assert not np.array_equal(model.predict_proba(X), learnt)


def test_a_warm_start_begins_its_schedule_anew():
    spy = Rates()
    model = SequenceClassifier(
        lr=0.1, lr_schedule="linear", max_epochs=2, warm_start=True, callbacks=[spy], **SMALL
    )
    model.fit(X, Y).fit(X, Y)
    np.testing.assert_allclose(spy.seen[6:], spy.seen[:6])
    assert spy.seen[0] == pytest.approx(0.1)


def test_an_unknown_schedule_is_named_with_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'cosine'"):
        SequenceClassifier(lr_schedule="cosin").fit(X, Y)
