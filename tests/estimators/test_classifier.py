import copy
import pickle
import warnings

import numpy as np
import pytest
import torch
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_predict

from skseq import SequenceClassifier, Sequences
from skseq.exceptions import CollapseWarning, SmallClassWarning
from skseq.losses import LOSSES, FocalLoss, LDAMLoss, SequenceLoss
from skseq.nn import ENCODERS, POOLINGS


def quick(**params):
    """A small net: 4 states, 2 epochs, unless told otherwise."""
    return SequenceClassifier(**{"hidden_size": 4, "max_epochs": 2, "random_state": 0} | params)


@pytest.fixture(autouse=True)
def _collapse_is_no_failure_here():
    """Two epochs are too few to learn anything; that is not what these tests are about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollapseWarning)
        yield


def test_it_learns_a_token_that_decides_the_class(ragged_tokens, labels):
    model = quick(max_epochs=40, hidden_size=8).fit(ragged_tokens, labels)
    assert model.score(ragged_tokens, labels) == 1.0
    assert model.classes_.tolist() == ["common", "rare"]
    assert model.input_kind_ == "tokens"
    assert model.n_tokens_ == ragged_tokens.values.max() + 1


def test_it_learns_from_values(ragged_values, labels):
    model = quick(max_epochs=60, hidden_size=8).fit(ragged_values, labels)
    assert model.score(ragged_values, labels) > 0.9
    assert model.input_kind_ == "values"
    assert model.n_tokens_ is None


@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_encoder_fits_and_predicts(encoder, ragged_tokens, labels):
    model = quick(encoder=encoder, num_layers=2, dense_sizes=[5]).fit(ragged_tokens, labels)
    assert model.predict(ragged_tokens).shape == labels.shape


@pytest.mark.parametrize("pooling", [*POOLINGS, "mean+max", "last + attention"])
def test_every_pooling_fits_and_predicts(pooling, ragged_values, labels):
    model = quick(pooling=pooling).fit(ragged_values, labels)
    assert model.predict_proba(ragged_values).shape == (len(labels), 2)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_trains_and_lowers_itself(loss, ragged_tokens, labels):
    model = quick(loss=loss, max_epochs=15, hidden_size=8, lr=0.02).fit(ragged_tokens, labels)
    losses = [row["train_loss"] for row in model.history_]
    assert losses[-1] < 0.8 * losses[0]


def test_the_margin_loss_scores_cosines(ragged_tokens, labels):
    model = quick(loss=LDAMLoss(scale=3.0)).fit(ragged_tokens, labels)
    log_proba = model.predict_log_proba(ragged_tokens)
    # Two cosines differ by at most 2.
    assert np.abs(log_proba[:, 0] - log_proba[:, 1]).max() <= 6.0


def test_an_encoder_of_ones_own_is_a_class(ragged_values, labels):
    class Cumulative(torch.nn.Module):
        def __init__(self, input_size, hidden_size, num_layers, dropout):
            super().__init__()
            self.output_size = hidden_size
            self.linear = torch.nn.Linear(input_size, hidden_size)

        def forward(self, x, lengths):
            return self.linear(x).cumsum(dim=1)

    model = quick(encoder=Cumulative).fit(ragged_values, labels)
    assert isinstance(model.net_.module_.encoder, Cumulative)


def test_the_forms_of_x_give_the_same_result(ragged_values, labels):
    forms = [ragged_values, list(ragged_values), np.asarray(ragged_values)]
    probabilities = [quick().fit(X, labels).predict_proba(X) for X in forms]
    np.testing.assert_array_equal(probabilities[0], probabilities[1])
    np.testing.assert_array_equal(probabilities[0], probabilities[2])


def test_a_3d_array_is_sequences_of_equal_length(labels):
    X = np.random.default_rng(0).normal(size=(len(labels), 5, 3))
    model = quick().fit(X, labels)
    assert model.n_step_features_ == 3
    np.testing.assert_array_equal(
        model.predict_proba(X), model.predict_proba(Sequences.from_padded(X))
    )


def test_float64_and_float32_values_give_the_same_result(ragged_values, labels):
    single = ragged_values.replace(values=ragged_values.values.astype(np.float32))
    np.testing.assert_allclose(
        quick().fit(ragged_values, labels).predict_proba(ragged_values),
        quick().fit(single, labels).predict_proba(single),
        atol=1e-5,
    )


def test_predictions_fit_together(ragged_tokens, labels):
    model = quick(max_epochs=10).fit(ragged_tokens, labels)
    proba = model.predict_proba(ragged_tokens)
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.log(proba), model.predict_log_proba(ragged_tokens), atol=1e-9)
    predicted = model.predict(ragged_tokens)
    np.testing.assert_array_equal(predicted, model.classes_[proba.argmax(axis=1)])
    decision = model.decision_function(ragged_tokens)
    np.testing.assert_array_equal(predicted == "rare", decision > 0)
    np.testing.assert_allclose(decision, np.log(proba[:, 1] / proba[:, 0]))


def test_three_classes_have_a_score_each(ragged_tokens, labels):
    y = np.where(np.arange(len(labels)) % 5 == 0, "third", labels)
    model = quick().fit(ragged_tokens, y)
    scores = model.decision_function(ragged_tokens)
    assert scores.shape == (len(y), 3)
    np.testing.assert_array_equal(
        model.predict(ragged_tokens), model.classes_[scores.argmax(axis=1)]
    )


@pytest.mark.parametrize("kind", [bool, int, float, str, object])
def test_labels_of_any_type_come_back(kind, ragged_tokens, labels):
    y = (labels == "rare").astype(int).astype(kind)
    if kind is object:
        y = labels.astype(object)
    model = quick().fit(ragged_tokens, y)
    assert model.predict(ragged_tokens).dtype == model.classes_.dtype == y.dtype
    assert set(model.predict(ragged_tokens)) <= set(y)


@pytest.mark.parametrize(
    ("initial_bias", "loss", "wanted"),
    [
        ("zero", "dice", [0, 0]),
        ("prior", "cross_entropy", np.log([0.8, 0.2])),
        ("auto", "cross_entropy", [0, 0]),
        ("auto", "dice", np.log([0.8, 0.2])),
    ],
)
def test_scores_start_alike_or_at_the_class_frequencies(
    ragged_tokens, labels, initial_bias, loss, wanted
):
    model = quick(max_epochs=1, lr=1e-12, initial_bias=initial_bias, loss=loss)
    model.fit(ragged_tokens, labels)
    bias = model.net_.module_.head[-1].bias.detach().cpu().numpy()
    np.testing.assert_allclose(bias, wanted, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(model.class_prior_, [0.8, 0.2])


def test_balanced_decisions_take_the_prior_out(ragged_tokens, labels):
    plain = quick(max_epochs=3).fit(ragged_tokens, labels)
    balanced = quick(max_epochs=3, decision="balanced").fit(ragged_tokens, labels)
    proba = plain.predict_proba(ragged_tokens)
    np.testing.assert_array_equal(proba, balanced.predict_proba(ragged_tokens))
    np.testing.assert_array_equal(
        balanced.predict(ragged_tokens), plain.classes_[(proba / plain.train_prior_).argmax(axis=1)]
    )
    np.testing.assert_allclose(
        balanced.decision_function(ragged_tokens),
        np.log(proba[:, 1] / proba[:, 0]) - np.log(0.2 / 0.8),
    )


def test_logit_adjusted_training_is_balanced_decisions_when_the_bias_starts_at_the_prior(
    ragged_tokens, labels
):
    # Both move the same log prior, one before and one after training; the start is the same net.
    adjusted = quick(loss="logit_adjusted").fit(ragged_tokens, labels)
    balanced = quick(decision="balanced", initial_bias="prior").fit(ragged_tokens, labels)
    np.testing.assert_allclose(
        adjusted.decision_function(ragged_tokens),
        balanced.decision_function(ragged_tokens),
        atol=1e-5,
    )
    np.testing.assert_allclose(adjusted.train_prior_, [0.5, 0.5])


def test_class_weights_are_sample_weights_of_the_class(ragged_tokens, labels):
    weighted = quick(class_weight={"rare": 3.0}).fit(ragged_tokens, labels)
    sampled = quick().fit(ragged_tokens, labels, sample_weight=np.where(labels == "rare", 3, 1))
    carried = quick().fit(
        ragged_tokens.replace(weight=np.where(labels == "rare", 3.0, 1.0)), labels
    )
    expected = weighted.predict_proba(ragged_tokens)
    np.testing.assert_allclose(sampled.predict_proba(ragged_tokens), expected, atol=1e-6)
    np.testing.assert_allclose(carried.predict_proba(ragged_tokens), expected, atol=1e-6)
    np.testing.assert_allclose(weighted.class_prior_, [24 / 42, 18 / 42])


def test_weights_of_one_size_change_nothing(ragged_tokens, labels):
    plain = quick().fit(ragged_tokens, labels)
    weighted = quick().fit(ragged_tokens, labels, sample_weight=np.full(len(labels), 7.0))
    np.testing.assert_array_equal(
        plain.predict_proba(ragged_tokens), weighted.predict_proba(ragged_tokens)
    )


def test_the_optimum_with_weights_is_the_optimum_with_repeated_rows(ragged_values, labels):
    # The weaker law behind scikit-learn's sample-weight equivalence, which mini-batches break:
    # in one full batch, a step of the optimizer sees the same gradient either way.
    weight = np.random.default_rng(0).integers(1, 4, size=len(labels))
    repeated = np.repeat(np.arange(len(labels)), weight)
    settings = {"batch_size": 1000, "dropout": 0.0, "max_epochs": 15}
    ours = quick(**settings).fit(ragged_values, labels, sample_weight=weight)
    theirs = quick(**settings).fit(ragged_values[repeated], labels[repeated])
    np.testing.assert_allclose(
        ours.predict_proba(ragged_values), theirs.predict_proba(ragged_values), atol=1e-4
    )


def test_step_weights_of_x_are_averaged_over_each_sequence(ragged_tokens, labels):
    per_sequence = np.random.default_rng(0).uniform(0.5, 2, size=len(labels))
    steps = np.repeat(per_sequence, ragged_tokens.lengths)
    np.testing.assert_allclose(
        quick().fit(ragged_tokens.replace(weight=steps), labels).predict_proba(ragged_tokens),
        quick()
        .fit(ragged_tokens.replace(weight=per_sequence), labels)
        .predict_proba(ragged_tokens),
        atol=1e-6,
    )


def test_a_named_class_that_is_missing_has_a_column(ragged_tokens, labels):
    model = quick(classes=["absent", "common", "rare"]).fit(ragged_tokens, labels)
    proba = model.predict_proba(ragged_tokens)
    assert model.classes_.tolist() == ["absent", "common", "rare"]
    assert proba.shape == (len(labels), 3)
    assert proba[:, 0].max() < 0.1
    balanced = quick(classes=["absent", "common", "rare"], decision="balanced")
    assert "absent" not in balanced.fit(ragged_tokens, labels).predict(ragged_tokens)


def test_pretrained_vectors_are_where_training_starts(ragged_tokens, labels):
    vectors = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    model = quick(embedding=vectors, lr=1e-12, max_epochs=1).fit(
        ragged_tokens.replace(n_tokens=20), labels
    )
    learnt = model.net_.module_.input_layer.embedding.weight.detach().cpu().numpy()
    np.testing.assert_allclose(learnt, vectors, atol=1e-6)


def test_the_vocabulary_is_that_of_the_encoder_and_not_of_the_rows(ragged_tokens, labels):
    wide = ragged_tokens.replace(n_tokens=50)
    model = quick().fit(wide, labels)
    assert model.n_tokens_ == 50
    model.predict([[49, 2]])


def test_a_loss_can_be_an_object_and_its_parameters_are_tuned(ragged_tokens, labels):
    search = GridSearchCV(quick(loss=FocalLoss()), {"loss__gamma": [0.0, 4.0]}, cv=2)
    search.fit(ragged_tokens, labels)
    assert search.best_estimator_.loss.gamma == search.best_params_["loss__gamma"]
    np.testing.assert_allclose(
        quick(loss=FocalLoss(gamma=0.0)).fit(ragged_tokens, labels).predict_proba(ragged_tokens),
        quick().fit(ragged_tokens, labels).predict_proba(ragged_tokens),
        atol=1e-5,
    )


def test_a_loss_of_ones_own_is_a_class_with_one_method(ragged_tokens, labels):
    class Brier(SequenceLoss):
        def per_step(self, scores, target):
            hit = torch.softmax(scores, dim=-1).gather(1, target[:, None]).squeeze(1)
            return (1 - hit).square()

    model = quick(loss=Brier).fit(ragged_tokens, labels)
    assert isinstance(model.net_.criterion_.loss, Brier)


@pytest.mark.parametrize("encoder", ["bag", "bilstm+bag", "resnet", "tcn", "tcn + bag"])
def test_encoders_of_every_kind_learn_and_predict(ragged_values, ragged_tokens, labels, encoder):
    for X in (ragged_values, ragged_tokens):
        model = quick(encoder=encoder, decision="balanced").fit(X, labels)
        proba = model.predict_proba(X)
        np.testing.assert_allclose(proba.sum(axis=1), 1)
        np.testing.assert_allclose(model.predict_proba(X[[3]]), proba[[3]], atol=1e-5)


def test_the_start_of_the_embedding_and_dropped_steps_are_parameters(ragged_tokens, labels):
    frozen = {"lr": 1e-12, "max_epochs": 1, "decision": "balanced"}
    small = quick(embedding_std=0.01, step_dropout=0.5, **frozen).fit(ragged_tokens, labels)
    weight = small.net_.module_.input_layer.embedding.weight.detach().cpu().numpy()
    assert 0.005 < weight.std() < 0.02
    assert small.net_.module_.input_layer.step_dropout.p == 0.5
    plain = quick(encoder="bilstm", **frozen).fit(ragged_tokens, labels)
    assert plain.net_.module_.input_layer.embedding.weight.std() > 0.5


# -- training ------------------------------------------------------------------------------------


def test_history_has_a_row_an_epoch(ragged_tokens, labels):
    model = quick(max_epochs=3).fit(ragged_tokens, labels)
    assert model.history_ is model.net_.history
    assert model.n_iter_ == len(model.history_) == 3
    assert model.history_[-1]["train_loss"] > 0


def test_early_stopping_goes_back_to_the_best_epoch(ragged_tokens, labels):
    model = quick(
        early_stopping="best", max_epochs=60, n_iter_no_change=3, validation_fraction=0.4, lr=0.05
    ).fit(ragged_tokens, labels)
    scores = [row["valid_f1_macro"] for row in model.history_]
    assert len(scores) < 60
    assert len(scores) == int(np.argmax(scores)) + 1 + 3


@pytest.mark.parametrize("scoring", ["loss", "f1_macro"])
def test_the_kept_weights_are_those_of_the_best_epoch(scoring, ragged_tokens, labels):
    settings = {"early_stopping": "best", "scoring": scoring, "validation_fraction": 0.4, "lr": 0.1}
    settings["lr_schedule"] = "constant"
    long = quick(max_epochs=30, n_iter_no_change=4, **settings).fit(ragged_tokens, labels)
    key = "valid_loss" if scoring == "loss" else "valid_f1_macro"
    scores = np.array([row[key] for row in long.history_])
    best = int(scores.argmin() if scoring == "loss" else scores.argmax())
    short = quick(max_epochs=best + 1, n_iter_no_change=100, **settings).fit(ragged_tokens, labels)
    np.testing.assert_allclose(
        long.predict_proba(ragged_tokens), short.predict_proba(ragged_tokens), atol=1e-6
    )


def test_a_held_out_original_and_its_copies_do_not_train(ragged_tokens, labels):
    # Over-sampled random labels: whoever trains on copies of what it validates on looks clever.
    rng = np.random.default_rng(0)
    copies = np.concatenate([np.arange(len(labels)), rng.integers(0, len(labels), 120)])
    X = ragged_tokens.replace(origin=np.arange(len(labels)))[copies]
    seen = {}

    class Spy(SequenceClassifier):
        def _hold_out(self, *args):
            rows = super()._hold_out(*args)
            seen["validation"] = set(X[rows[1]].origin.values)
            return rows

        def _train(self, data, held_out, n_epochs, **kwargs):
            seen["train"] = set(X[data.rows].origin.values)
            super()._train(data, held_out, n_epochs, **kwargs)

    model = Spy(hidden_size=4, max_epochs=2, early_stopping="best", random_state=0)
    model.fit(X, rng.permutation(labels)[copies])
    assert seen["train"]
    assert seen["validation"]
    assert not seen["train"] & seen["validation"]


def test_a_class_with_one_member_stays_in_training(ragged_tokens, labels):
    y = labels.copy()
    y[0] = "single"
    with pytest.warns(SmallClassWarning, match="single"):
        model = quick(early_stopping="best").fit(ragged_tokens, y)
    assert "single" in model.classes_


def test_warm_start_goes_on_from_the_last_fit(ragged_tokens, labels):
    model = quick(warm_start=True).fit(ragged_tokens, labels)
    net = model.net_
    model.fit(ragged_tokens, labels)
    assert model.net_ is net
    assert model.n_iter_ == 4
    cold = quick().fit(ragged_tokens, labels)
    assert cold.fit(ragged_tokens, labels).n_iter_ == 2


@pytest.mark.parametrize("loss", ["cross_entropy", "logit_adjusted", "ldam", "class_balanced"])
def test_a_warm_start_on_other_data_knows_their_class_shares(ragged_tokens, labels, loss):
    rare = np.flatnonzero(labels == "rare")
    rows = np.r_[rare, np.flatnonzero(labels == "common")[: len(rare)]]
    warm = quick(warm_start=True, loss=loss).fit(ragged_tokens, labels)
    warm.fit(ragged_tokens[rows], labels[rows])
    cold = quick(loss=loss).fit(ragged_tokens[rows], labels[rows])
    for name in ("class_prior_", "train_prior_", "data_prior_"):
        np.testing.assert_allclose(getattr(warm, name), getattr(cold, name))
    ours, theirs = warm.net_.criterion_.loss, cold.net_.criterion_.loss
    np.testing.assert_allclose(ours.class_counts_, theirs.class_counts_)
    np.testing.assert_allclose(ours.log_prior_, theirs.log_prior_)


def test_partial_fit_trains_one_epoch_a_call(ragged_tokens, labels):
    model = quick()
    for _ in range(3):
        model.partial_fit(ragged_tokens[:20], labels[:20], classes=["common", "rare"])
    assert model.n_iter_ == 3
    assert model.partial_fit(ragged_tokens, labels).n_iter_ == 4


def test_partial_fit_takes_the_classes_from_the_parameter(ragged_tokens, labels):
    model = quick(classes=["common", "rare", "third"]).partial_fit(ragged_tokens, labels)
    assert model.classes_.tolist() == ["common", "rare", "third"]


def test_partial_fit_needs_the_classes_at_first(ragged_tokens, labels):
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        quick().partial_fit(ragged_tokens, labels)


def test_the_same_seed_gives_the_same_result(ragged_tokens, labels):
    models = [
        quick(early_stopping="best", dropout=0.5, embedding_dropout=0.2).fit(ragged_tokens, labels)
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*(model.predict_proba(ragged_tokens) for model in models))
    other = quick(random_state=1).fit(ragged_tokens, labels)
    assert not np.array_equal(
        models[0].predict_proba(ragged_tokens), other.predict_proba(ragged_tokens)
    )


def test_the_callers_random_state_is_untouched(ragged_tokens, labels):
    torch.manual_seed(7)
    before = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002
    quick(early_stopping="best", random_state=None).fit(ragged_tokens, labels).predict(
        ragged_tokens
    )
    assert torch.equal(before[0], torch.get_rng_state())
    for ours, theirs in zip(before[1], np.random.get_state(), strict=True):  # noqa: NPY002
        np.testing.assert_array_equal(ours, theirs)


def test_skorch_parameters_and_callbacks_pass_through(ragged_tokens, labels):
    from skorch.callbacks import Callback

    class Count(Callback):
        epochs = 0

        def on_epoch_end(self, net, **kwargs):
            self.epochs += 1

    counter = Count()
    model = quick(callbacks=[counter], skorch_params={"compile": False}, optimizer=torch.optim.SGD)
    model.fit(ragged_tokens, labels)
    assert counter.epochs == 2
    assert isinstance(model.net_.optimizer_, torch.optim.SGD)


@pytest.mark.parametrize(
    ("given", "cure"),
    [
        ({"max_epochs": 3}, "pass max_epochs=3 to SequenceClassifier itself"),
        ({"callbacks": None}, "pass callbacks=None to"),
        ({"train_split": None}, "which skseq sets; leave it out"),
        ({"module": torch.nn.Linear}, "which skseq sets; leave it out"),
    ],
)
def test_what_skorch_would_be_told_in_vain_is_refused(given, cure, ragged_tokens, labels):
    with pytest.raises(ValueError, match=f"skorch_params must hold.*{cure}"):
        quick(skorch_params=given).fit(ragged_tokens, labels)


def test_gradients_are_clipped(ragged_tokens, labels):
    free = quick(optimizer="sgd", lr=10.0, gradient_clip_value=None).fit(ragged_tokens, labels)
    clipped = quick(optimizer="sgd", lr=10.0, gradient_clip_value=1e-6).fit(ragged_tokens, labels)
    start = quick(optimizer="sgd", lr=1e-12).fit(ragged_tokens, labels)

    def moved(model):
        return np.abs(
            model.predict_log_proba(ragged_tokens) - start.predict_log_proba(ragged_tokens)
        ).max()

    assert moved(clipped) < 1e-3 < moved(free)


def test_a_progress_bar_is_shown_when_asked(ragged_tokens, labels, capsys):
    quick(verbose=1).fit(ragged_tokens, labels)
    assert "SequenceClassifier" in capsys.readouterr().err
    quick(verbose=2).fit(ragged_tokens, labels)
    assert "train_loss" in capsys.readouterr().out
    quick().fit(ragged_tokens, labels)
    output = capsys.readouterr()
    assert output.out == output.err == ""


# -- collapse ------------------------------------------------------------------------------------


def test_collapse_is_reported(ragged_values, labels):
    noise = ragged_values.replace(
        values=np.random.default_rng(5).normal(size=ragged_values.values.shape)
    )
    with pytest.warns(CollapseWarning, match=r"'common' for 100.0% .* 80.0% are true.*balanced"):
        quick().fit(noise, labels)


def test_a_net_that_finds_the_rare_class_has_not_collapsed(ragged_tokens, labels):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quick(max_epochs=40, hidden_size=8).fit(ragged_tokens, labels)


# -- as a scikit-learn object --------------------------------------------------------------------


def test_it_is_a_classifier_that_clones_and_copies(ragged_tokens, labels):
    model = quick(loss=FocalLoss(gamma=1), dense_sizes=[3])
    assert is_classifier(model)
    assert clone(model).get_params()["loss"].gamma == 1
    fitted = model.fit(ragged_tokens, labels)
    np.testing.assert_array_equal(
        copy.deepcopy(fitted).predict(ragged_tokens), fitted.predict(ragged_tokens)
    )


def test_a_pickled_model_carries_no_training_data(labels):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(len(labels), 5000))
    model = quick(encoder="cnn", early_stopping="best").fit(X, labels)
    blob = pickle.dumps(model)
    assert len(blob) < X.nbytes / 10
    np.testing.assert_array_equal(pickle.loads(blob).predict_proba(X), model.predict_proba(X))


def test_it_works_in_cross_validation_and_calibration(ragged_tokens, labels):
    predicted = cross_val_predict(quick(), ragged_tokens, labels, cv=3, method="predict_proba")
    assert predicted.shape == (len(labels), 2)
    calibrated = CalibratedClassifierCV(quick(), cv=2).fit(ragged_tokens, labels)
    np.testing.assert_allclose(calibrated.predict_proba(ragged_tokens).sum(axis=1), 1)


def test_an_unfitted_model_says_so(ragged_tokens):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        quick().predict(ragged_tokens)
