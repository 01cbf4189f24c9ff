"""What parameters left at "auto" become."""

import numpy as np
import pytest
from sklearn.base import clone

from skseq import SequenceClassifier, SequenceRegressor, Sequences, SequenceTagger
from skseq.nn import CAUSAL_ENCODERS
from skseq.training import LR_SCHEDULES, RowTargets, StepTargets, choose_recipe
from skseq.training._recipe import encoder_for

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

TINY = {"hidden_size": 2, "embedding_dim": 2, "random_state": 0}


def targets(n_rows=64, length=20, *, tokens=False, per_step=False, n_classes=2):
    values = np.zeros(n_rows * length, dtype=int if tokens else float)
    X = Sequences(values, np.arange(n_rows + 1) * length)
    classes = np.arange(n_classes) if n_classes else None
    return (StepTargets if per_step else RowTargets)(X, tokens, classes=classes)


def recipe(data, n_tokens=None, *, estimator=SequenceClassifier, per_step=False, **params):
    model = estimator(**params)
    model.n_tokens_ = n_tokens
    return choose_recipe(model, data, per_step=per_step)


def epochs(n_rows, **kwargs):
    return recipe(targets(n_rows, **kwargs))["max_epochs"]


@pytest.mark.parametrize(
    ("encoder", "about"),
    [
        ("bilstm+bag", {"tokens": True, "n_rows": 199}),
        ("bilstm", {"tokens": True, "n_rows": 200}),
        ("bilstm", {"tokens": True, "n_rows": 199, "n_classes": 0}),  # a regression
        ("bilstm", {"tokens": True, "per_step": True}),
        ("resnet", {}),
        ("bilstm", {"length": 15}),
        ("tcn", {"per_step": True}),
        ("bilstm", {"per_step": True, "length": 15}),
    ],
)
def test_the_encoder_suits_the_data(encoder, about):
    per_step = about.get("per_step", False)
    assert encoder_for(targets(**about), per_step=per_step) == encoder
    names = encoder_for(targets(**about), per_step=per_step, causal=True).split("+")
    assert set(names) <= set(CAUSAL_ENCODERS)


def test_the_learning_rate_suits_the_encoder():
    def rate(encoder, **params):
        return recipe(targets(tokens=True), encoder=encoder, **params)["lr"]

    assert rate("bilstm") == rate("bag") == rate("auto") == rate(SequenceClassifier) == 0.01
    assert rate("resnet") == 0.002
    assert rate("bilstm + tcn") == 0.004  # what the most delicate one needs
    assert rate("resnet", lr=0.5) == 0.5


def test_a_bag_has_long_vectors_that_start_small():
    for encoder in ("bag", "bilstm+bag"):
        chosen = recipe(targets(tokens=True), 5000, encoder=encoder)
        assert chosen["embedding_dim"] == 128
        assert chosen["embedding_std"] == 0.1
        assert chosen["pooling"] == "mean"
        assert chosen["dropout"] == 0.2
    chosen = recipe(targets(tokens=True), encoder="bilstm")
    assert (chosen["embedding_dim"], chosen["embedding_std"]) == (64, 1)
    assert chosen["pooling"] == "mean+max"


def test_many_words_are_dropped_more_than_few_characters():
    for n_tokens, dropout in ((999, (0.2, 0)), (1000, (0.5, 0.2)), (None, (0.2, 0))):
        chosen = recipe(targets(tokens=True), n_tokens, encoder="bilstm")
        assert (chosen["dropout"], chosen["embedding_dropout"]) == dropout


def test_epochs_are_thirty_between_bounds_on_updates_and_steps():
    assert epochs(32 * 100) == 30
    assert epochs(32 * 16) == 50  # 800 updates
    assert epochs(32) == 100
    assert epochs(32 * 600) == 10  # 6,000 updates
    assert epochs(32 * 6000, length=1) == 3
    assert epochs(32 * 100, length=625) == 5  # ten million steps


def test_chunks_of_long_sequences_count_as_rows():
    long = targets(2, 512 * 80, tokens=True, per_step=True)
    cut = StepTargets(long.X, True, chunk_length=512, chunk_context=64)
    tagger = {"estimator": SequenceTagger, "per_step": True, "batch_size": 4}
    whole, pieces = (recipe(each, **tagger) for each in (long, cut))
    assert whole["max_epochs"] == 100
    assert pieces["max_epochs"] == 30


def stopping(n_rows=999, *, may_refit=True, n_chunks=1, **params):
    data = targets(n_rows, 512 * n_chunks, tokens=True, per_step=True)
    cut = StepTargets(data.X, True, classes=data.classes, chunk_length=512)
    model = SequenceTagger(max_epochs=30, **params)
    model.n_tokens_ = None
    chosen = choose_recipe(model, cut, per_step=True, may_refit=may_refit)
    return chosen["early_stopping"], chosen["validation_fraction"], chosen["n_iter_no_change"]


@pytest.mark.parametrize(
    ("chosen", "about"),
    [
        (("refit", 0.2, 30), {"early_stopping": True}),
        (("refit", 0.2, 30), {"early_stopping": np.True_}),
        (("best", 0.1, 30), {"early_stopping": True, "n_rows": 1000}),
        (("best", 0.1, 30), {"early_stopping": True, "n_rows": 500, "n_chunks": 2}),
        (("best", 0.1, 30), {"early_stopping": True, "warm_start": True}),
        (("best", 0.1, 30), {"early_stopping": True, "may_refit": False}),
        (("best", 0.1, 30), {"early_stopping": "best"}),
        (("refit", 0.2, 30), {"early_stopping": "refit", "n_rows": 1000}),
        (("refit", 0.4, 30), {"early_stopping": True, "validation_fraction": 0.4}),
        (("refit", 0.2, 3), {"early_stopping": True, "n_iter_no_change": 3}),
        ((False, 0.1, 30), {"early_stopping": False}),
    ],
)  # fmt: skip
def test_few_rows_are_all_trained_on_in_the_end(chosen, about):
    assert stopping(**about) == chosen


@pytest.mark.parametrize("estimator", [SequenceClassifier, SequenceRegressor])
def test_without_a_patience_the_best_epoch_of_the_second_half_is_taken(ragged_tokens, estimator):
    y = np.arange(len(ragged_tokens)) % 2
    model = estimator(max_epochs=7, early_stopping="best", **TINY).fit(ragged_tokens, y)
    scores = model.history_[:, "valid_loss" if estimator is SequenceRegressor else "valid_f1_macro"]
    sign = -1 if estimator is SequenceRegressor else 1
    best = 4 + int(np.argmax(sign * np.array(scores[3:])))
    assert len(scores) == 7
    assert dict(model.net_.callbacks_)["early_stopping"].best_epoch_ == best


@pytest.mark.parametrize("estimator", [SequenceClassifier, SequenceRegressor])
def test_what_is_given_is_used_and_what_is_used_is_said(ragged_values, estimator):
    y = np.arange(len(ragged_values)) % 2
    given = {
        "encoder": "cnn",
        "causal": True,
        "pooling": "max",
        "embedding_dim": 3,
        "embedding_std": 0.5,
        "dropout": 0.1,
        "embedding_dropout": 0.1,
        "lr": 0.03,
        "lr_schedule": "cosine",
        "max_epochs": 2,
        "early_stopping": "best",
        "validation_fraction": 0.3,
        "n_iter_no_change": 1,
    }
    model = estimator(**given, hidden_size=2, random_state=0).fit(ragged_values, y)
    assert model.recipe_ == given
    not_auto = {"max_epochs": 1, "early_stopping": False}
    again = clone(model).set_params(**(dict.fromkeys(given, "auto") | not_auto))
    assert again.fit(ragged_values, y).recipe_ == {
        "encoder": "bilstm",
        "causal": False,
        "pooling": "mean+max",
        "embedding_dim": 64,
        "embedding_std": 1.0,
        "dropout": 0.2,
        "embedding_dropout": 0.0,
        "lr": 0.01,
        "lr_schedule": "linear",
        "max_epochs": 1,
        "early_stopping": False,
        "validation_fraction": 0.1,
        "n_iter_no_change": 1,
    }
    assert again.lr == "auto"


def test_saying_what_auto_chose_changes_nothing(ragged_tokens, labels):
    model = SequenceClassifier(max_epochs=2, **TINY).fit(ragged_tokens, labels)
    said = clone(model).set_params(**model.recipe_).fit(ragged_tokens, labels)
    np.testing.assert_array_equal(
        said.predict_proba(ragged_tokens), model.predict_proba(ragged_tokens)
    )


@pytest.mark.parametrize("estimator", [SequenceClassifier, SequenceRegressor])
def test_training_by_calls_keeps_the_rate(ragged_tokens, estimator):
    y = np.arange(len(ragged_tokens)) % 2
    known = {"classes": [0, 1]} if estimator is SequenceClassifier else {}
    model = estimator(**TINY).partial_fit(ragged_tokens, y, **known)
    assert model.recipe_["lr_schedule"] == "constant"
    assert model.net_.optimizer_.param_groups[0]["lr"] == model.recipe_["lr"]


def test_training_goes_on_at_the_full_rate_after_a_schedule_has_ended(ragged_tokens, labels):
    model = SequenceClassifier(max_epochs=2, **TINY).fit(ragged_tokens, labels)
    assert model.net_.optimizer_.param_groups[0]["lr"] < 0.01
    before = model.predict_proba(ragged_tokens)
    model.partial_fit(ragged_tokens, labels)
    assert model.net_.optimizer_.param_groups[0]["lr"] == 0.01
    assert np.abs(model.predict_proba(ragged_tokens) - before).max() > 1e-3


def test_a_net_that_is_trained_further_keeps_its_encoder(ragged_tokens, labels):
    model = SequenceClassifier(max_epochs=1, warm_start=True, **TINY).fit(ragged_tokens, labels)
    short = ragged_tokens[labels != ""][:20]
    assert model.fit(short, labels[:20]).recipe_["encoder"] == "bilstm+bag"


@pytest.mark.parametrize("estimator", [SequenceClassifier, SequenceRegressor])
def test_a_net_that_is_trained_further_learns_at_a_rate_that_suits_it(estimator):
    long, short = np.zeros((40, 20, 1)), np.zeros((40, 5, 1))
    y = np.arange(40) % 2
    model = estimator(max_epochs=1, warm_start=True, hidden_size=2, random_state=0).fit(long, y)
    assert (model.recipe_["encoder"], model.recipe_["lr"]) == ("resnet", 0.002)
    model.fit(short, y)  # a BiLSTM's, by the recipe
    assert (model.recipe_["encoder"], model.recipe_["lr"]) == ("resnet", 0.002)
    assert model.partial_fit(short, y).net_.optimizer_.param_groups[0]["initial_lr"] == 0.002


@pytest.mark.parametrize(
    ("name", "value"),
    [("lr", "fast"), ("max_epochs", "many"), ("lr_schedule", "steps"), ("encoder", "transformer")],
)
def test_other_words_are_refused(ragged_tokens, labels, name, value):
    with pytest.raises(ValueError, match=name):
        SequenceClassifier(**{name: value}).fit(ragged_tokens, labels)
    assert value not in LR_SCHEDULES
