"""`transform` of the estimators: what the last layer reads, as features for anything else."""

import warnings

import imblearn.pipeline
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, log_softmax
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks

from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    Sequences,
    SequenceTagger,
)
from skseq.datasets import make_imbalanced_sequences
from skseq.preprocessing import TokenEncoder
from skseq.samplers import SequenceUnderSampler

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

SMALL = {"hidden_size": 4, "embedding_dim": 4, "max_epochs": 2, "random_state": 0}


@pytest.fixture
def numbers(ragged_tokens):
    """One number for each step."""
    rng = np.random.default_rng(0)
    return ragged_tokens.replace(values=rng.normal(size=ragged_tokens.n_steps), n_tokens=None)


@pytest.fixture
def fit(ragged_tokens, labels, tags, numbers):
    """Fit an estimator to a target that suits it."""

    def fit_to(estimator, *, steps=False):
        if isinstance(estimator, SequenceRegressor):
            y = numbers if steps else [series.mean() for series in numbers]
        elif isinstance(estimator, SequenceOrdinalClassifier):
            y = np.arange(len(ragged_tokens)) % 3
        else:
            y = tags if steps else labels
        return estimator.fit(ragged_tokens, y)

    return fit_to


def last_layer(model):
    """Parameters of the last layer by name."""
    named = model.net_.module_.head[-1].named_parameters()
    return {name: parameter.detach().cpu().numpy().astype(float) for name, parameter in named}


def linear_scores(model, states):
    last = last_layer(model)
    return states @ last["weight"].T + last["bias"]


# -- scores are made of them -----------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"dense_sizes": [5, 3]}, {"pooling": "attention"}])
def test_a_linear_layer_makes_log_probabilities_of_the_states(fit, ragged_tokens, settings):
    model = fit(SequenceClassifier(**SMALL, **settings))
    scores = linear_scores(model, model.transform(ragged_tokens))
    ours = model.predict_log_proba(ragged_tokens)
    np.testing.assert_allclose(ours, log_softmax(scores, axis=1), atol=1e-5)
    np.testing.assert_allclose(
        model.decision_function(ragged_tokens), scores[:, 1] - scores[:, 0], atol=1e-5
    )


def test_cosines_with_the_states_are_the_scores_of_ldam(fit, ragged_tokens):
    model = fit(SequenceClassifier(loss="ldam", **SMALL))
    states, directions = model.transform(ragged_tokens), last_layer(model)["weight"]
    cosines = states @ directions.T
    cosines /= np.outer(np.linalg.norm(states, axis=1), np.linalg.norm(directions, axis=1))
    scores = cosines * model.net_.module_.head[-1].scale
    ours = model.predict_log_proba(ragged_tokens)
    np.testing.assert_allclose(ours, log_softmax(scores, axis=1), atol=1e-5)


def test_one_slope_over_the_states_and_thresholds_order_the_classes(fit, ragged_tokens):
    model = fit(SequenceOrdinalClassifier(head="coral", **SMALL))
    last = last_layer(model)
    above = expit(model.transform(ragged_tokens) @ last["slope.weight"].T + last["bias"])
    lowest, highest = 1 - above[:, 0], above[:, 1]
    np.testing.assert_allclose(
        model.predict_proba(ragged_tokens)[:, [0, 2]],
        np.column_stack([lowest, highest]),
        atol=1e-5,
    )


@pytest.mark.parametrize("steps", [False, True])
def test_a_linear_layer_makes_numbers_of_the_states(fit, ragged_tokens, steps):
    model = fit(SequenceRegressor(dense_sizes=[5], **SMALL), steps=steps)
    states, predicted = model.transform(ragged_tokens), model.predict(ragged_tokens)
    if steps:
        states, predicted = states.values, predicted.values
    scores = linear_scores(model, states)[:, 0]
    np.testing.assert_allclose(
        predicted, scores * model.target_scale_ + model.target_mean_, atol=1e-5
    )


def test_a_tagger_has_states_for_each_step_also_where_it_reads_in_chunks(fit, ragged_tokens):
    model = fit(SequenceTagger(chunk_length=6, chunk_context=2, **SMALL), steps=True)
    states = model.transform(ragged_tokens)
    assert states.aligns_with(ragged_tokens)
    np.testing.assert_allclose(
        model.predict_log_proba(ragged_tokens).values,
        log_softmax(linear_scores(model, states.values), axis=1),
        atol=1e-5,
    )


def test_states_of_steps_keep_what_belongs_to_their_sequences(fit, ragged_tokens):
    model = fit(SequenceTagger(**SMALL), steps=True)
    n = len(ragged_tokens)
    X = ragged_tokens.replace(
        weight=np.arange(n) + 1.0, origin=np.arange(n)[::-1], n_tokens=20, label_counts={"X": 9}
    )
    states = model.transform(X)
    np.testing.assert_array_equal(states.weight, X.weight)
    assert states.origin == X.origin
    assert states.label_counts == X.label_counts
    assert states.n_tokens is None
    assert model.transform(X.tolist()).aligns_with(X)


# -- a sequence has its states in any company ------------------------------------------------------


@pytest.mark.parametrize("estimator", [SequenceClassifier, SequenceTagger])
def test_neither_padding_nor_order_changes_states(estimator, fit, ragged_tokens):
    model = fit(estimator(**SMALL), steps=estimator is SequenceTagger)

    def rows(X):
        states = model.transform(X)
        return list(states) if isinstance(states, Sequences) else states

    together = rows(ragged_tokens)
    order = np.random.default_rng(0).permutation(len(ragged_tokens))
    long = Sequences.from_list([np.full(90, 5)])
    for i, states in zip(order, rows(ragged_tokens[order]), strict=True):
        np.testing.assert_allclose(states, together[i], atol=1e-6)
        padded = rows(Sequences.concatenate([ragged_tokens[[i]], long]))[0]
        np.testing.assert_allclose(padded, together[i], atol=1e-6)


def test_many_sequences_are_read_in_batches(fit):
    model = fit(SequenceClassifier(**SMALL))
    lengths = np.random.default_rng(0).integers(1, 9, size=700)
    X = Sequences.from_lengths(np.random.default_rng(1).integers(2, 20, lengths.sum()), lengths)
    sizes = []
    hook = model.net_.module_.pooling.register_forward_hook(
        lambda module, args, pooled: sizes.append(len(pooled))
    )
    states = model.transform(X)
    hook.remove()
    assert sum(sizes) == 700
    assert max(sizes) <= 256
    assert states.dtype == np.float32
    np.testing.assert_allclose(states[::70], model.transform(X[::70]), atol=1e-6)


# -- scikit-learn's side ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "estimator", [SequenceClassifier, SequenceOrdinalClassifier, SequenceRegressor, SequenceTagger]
)
def test_an_estimator_that_was_not_fitted_has_no_states(estimator, ragged_tokens):
    for ask in (estimator().get_feature_names_out, lambda: estimator().transform(ragged_tokens)):
        with pytest.raises(NotFittedError, match=f"This {estimator.__name__} instance is not"):
            ask()


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_set_output_transform,
        estimator_checks.check_set_output_transform_pandas,
        estimator_checks.check_transformer_get_feature_names_out,
        estimator_checks.check_transformer_get_feature_names_out_pandas,
    ],
)
@pytest.mark.parametrize("estimator", [SequenceClassifier, SequenceRegressor])
def test_checks_that_scikit_learn_keeps_for_its_own_transformers(estimator, check):
    warnings.simplefilter("ignore")  # pytest puts the filters back after the test
    check(estimator.__name__, estimator(**SMALL))


@pytest.mark.parametrize(
    "model",
    [
        SequenceClassifier(dense_sizes=[3], **SMALL),
        SequenceClassifier(loss="ldam", **SMALL),
        SequenceOrdinalClassifier(head="cumulative", **SMALL),
    ],
    ids=["linear", "cosine", "thresholds"],
)
def test_states_are_named_and_fit_into_frames(model, fit, ragged_tokens):
    model = fit(clone(model))
    states = model.transform(ragged_tokens)
    name = type(model).__name__.lower()
    assert model.get_feature_names_out().tolist() == [f"{name}{i}" for i in range(states.shape[1])]
    frame = model.set_output(transform="pandas").transform(ragged_tokens)
    pd.testing.assert_frame_equal(
        frame, pd.DataFrame(states, columns=model.get_feature_names_out())
    )


@pytest.mark.parametrize("estimator", [SequenceTagger, SequenceRegressor])
def test_states_of_steps_stay_sequences_where_frames_are_asked_for(
    estimator, fit, ragged_tokens, tags, numbers
):
    plain = fit(estimator(**SMALL), steps=True).transform(ragged_tokens)
    y = tags if estimator is SequenceTagger else numbers
    with config_context(transform_output="pandas"):
        framed = estimator(**SMALL).fit_transform(ragged_tokens, y)
    np.testing.assert_array_equal(framed.values, plain.values)


def test_another_classifier_learns_from_the_states_in_a_pipeline(ragged_values, labels):
    net = SequenceClassifier(**SMALL)
    pipe = make_pipeline(net, LogisticRegression()).fit(ragged_values, labels)
    states = clone(net).fit(ragged_values, labels).transform(ragged_values)
    by_hand = LogisticRegression().fit(states, labels)
    np.testing.assert_array_equal(pipe.predict_proba(ragged_values), by_hand.predict_proba(states))
    folds = cross_val_predict(pipe, ragged_values, labels, cv=2)
    assert set(folds) <= {"common", "rare"}


def test_a_pipeline_with_a_sampler_gives_states_of_what_it_is_asked():
    texts = ["a b", "b a c", "c c", "a", "b b", "a c a"]
    y = ["x", "x", "x", "x", "y", "y"]
    pipe = imblearn.pipeline.make_pipeline(
        TokenEncoder(), SequenceUnderSampler(random_state=0), SequenceClassifier(**SMALL)
    ).fit(texts, y)
    states = pipe.transform(texts)
    np.testing.assert_array_equal(states, pipe[-1].transform(pipe[0].transform(texts)))
    assert states.shape == (6, len(pipe.get_feature_names_out()))


def test_sequences_of_a_class_lie_closer_in_the_states_than_those_of_others():
    X, y = make_imbalanced_sequences(200, class_sep=2, length=(4, 9), random_state=0)
    net = SequenceClassifier(hidden_size=8, max_epochs=10, random_state=0).fit(X[:120], y[:120])
    states, y = net.transform(X[120:]), y[120:]
    distance = np.linalg.norm(states[:, None] - states, axis=2)
    is_same = y[:, None] == y
    assert distance[is_same].mean() < 0.7 * distance[~is_same].mean()
