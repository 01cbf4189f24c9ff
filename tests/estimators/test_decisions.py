"""Decisions, class priors and calibration of the estimators."""

import pickle
from copy import deepcopy
from itertools import product

import numpy as np
import pytest
from imblearn.pipeline import Pipeline
from scipy.special import log_softmax
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV

from skseq import ClassWeightTransformer, SequenceClassifier, Sequences, SequenceTagger
from skseq.datasets import make_imbalanced_sequences
from skseq.decisions import estimate_prior, fit_scaling, shift_prior
from skseq.samplers import SequenceOverSampler, SequenceUnderSampler, TagOverSampler

SMALL = {"hidden_size": 4, "embedding_dim": 4, "max_epochs": 3, "device": "cpu", "random_state": 0}
# Nets of three epochs may well collapse: it is their probabilities that are looked at here.
pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")


def classifier(**parameters):
    return SequenceClassifier(**SMALL, **parameters)


@pytest.fixture(scope="module")
def three_classes():
    X, y = make_imbalanced_sequences(
        120, n_classes=3, weights=[0.6, 0.3, 0.1], length=(3, 6), random_state=0
    )
    return X, y


@pytest.fixture(scope="module")
def balanced(three_classes):
    """A net that was trained on weights that balance the classes."""
    return classifier(class_weight="balanced").fit(*three_classes)


# -- decisions ------------------------------------------------------------------------------------


def test_costs_and_offsets_decide_on_the_probabilities_of_the_data(three_classes, balanced):
    X, _ = three_classes
    cost = np.array([[0, 1, 1], [2, 0, 1], [5, 5, 0]])
    model = clone(balanced).set_params(decision=cost, target_prior="data").fit(*three_classes)
    p = model.predict_proba(X)
    np.testing.assert_array_equal(model.predict(X), (p @ cost).argmin(axis=1))
    np.testing.assert_allclose(model.decision_function(X), -(p @ cost))

    model.set_params(decision={2: 1.0})
    np.testing.assert_array_equal(
        model.predict(X), (np.log(p) + np.array([0, 0, 1])).argmax(axis=1)
    )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"decision": "balance"}, "decision must be one of .*did you mean 'balanced'"),
        ({"decision": "median"}, "decision must be one of"),
        ({"target_prior": "unifrm"}, "target_prior must be one of .*did you mean 'uniform'"),
    ],
)
def test_a_name_that_is_set_after_fit_is_checked_too(three_classes, balanced, parameters, message):
    model = deepcopy(balanced).set_params(**parameters)
    with pytest.raises(ValueError, match=f"(?i){message}"):
        model.predict(three_classes[0])


def test_a_balanced_decision_is_the_same_under_every_prior(three_classes, balanced):
    X, _ = three_classes
    model = pickle.loads(pickle.dumps(balanced)).set_params(decision="balanced")
    expected = model.predict(X)
    for target in ("data", "uniform", "em", [0.2, 0.3, 0.5]):
        np.testing.assert_array_equal(model.set_params(target_prior=target).predict(X), expected)


def test_the_decision_function_of_two_classes_is_positive_where_the_second_costs_less(
    ragged_values, labels
):
    model = classifier(decision=[[0, 1], [3, 0]]).fit(ragged_values, labels)
    scores = model.decision_function(ragged_values)
    assert scores.shape == (30,)
    np.testing.assert_array_equal(scores > 0, model.predict(ragged_values) == "rare")
    p = model.predict_proba(ragged_values)
    np.testing.assert_allclose(scores, 3 * p[:, 1] - p[:, 0])


@pytest.mark.parametrize("decision", ["argmax", "balanced", [[0, 1], [9, 0]], {"rare": 1.0}])
@pytest.mark.parametrize("target_prior", ["train", "data", "em"])
def test_early_stopping_scores_the_decisions_that_will_be_taken(
    ragged_values, labels, decision, target_prior
):
    model = classifier(
        decision=decision,
        target_prior=target_prior,
        early_stopping="best",
        validation_fraction=0.5,
        class_weight="balanced",
    ).fit(ragged_values, labels)
    (callback,) = (c for name, c in model.net_.callbacks if name == "validation_score")
    scores = np.random.default_rng(0).normal(size=(40, 2))
    if target_prior == "em":  # its validation takes the data's prior
        model.set_params(target_prior="data")
    decided = callback.posterior.codes(log_softmax(scores, 1))
    np.testing.assert_array_equal(decided, model._posterior().codes(log_softmax(scores, 1)))


def test_a_decision_of_the_wrong_shape_is_refused_when_fit_starts(ragged_values, labels):
    with pytest.raises(ValueError, match=r"offsets of shape \(2,\) or costs of shape \(2, 2\)"):
        classifier(decision=[0.0, 1.0, 2.0]).fit(ragged_values, labels)
    with pytest.raises(ValueError, match=r"target_prior must have one share for each of the 2"):
        classifier(target_prior=[0.2, 0.2, 0.6]).fit(ragged_values, labels)
    with pytest.raises(ValueError, match=r"Did you mean 'uniform'"):
        classifier(target_prior="unifrom").fit(ragged_values, labels)


def test_a_grid_tunes_decision_and_prior(ragged_values, labels):
    grid = {"decision": ["argmax", [0.0, 3.0]], "target_prior": ["train", "uniform"]}
    search = GridSearchCV(classifier(), grid, scoring="f1_macro", cv=2).fit(ragged_values, labels)
    assert len(search.cv_results_["params"]) == 4
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


# -- priors ---------------------------------------------------------------------------------------


def test_probabilities_are_corrected_by_the_ratio_of_target_and_training_prior(
    three_classes, balanced
):
    X, y = three_classes
    model = pickle.loads(pickle.dumps(balanced))
    raw = model.predict_proba(X)
    np.testing.assert_allclose(model.train_prior_, 1 / 3)
    np.testing.assert_allclose(model.data_prior_, np.bincount(y) / len(y))
    for target, prior in [
        ("data", model.data_prior_),
        ({0: 1, 1: 2, 2: 1}, np.array([0.25, 0.5, 0.25])),
        ([7, 2, 1], np.array([0.7, 0.2, 0.1])),
        ("em", estimate_prior(np.log(raw), model.train_prior_)),
    ]:
        expected = raw * prior / model.train_prior_
        expected /= expected.sum(axis=1, keepdims=True)
        corrected = model.set_params(target_prior=target).predict_proba(X)
        np.testing.assert_allclose(corrected, expected, rtol=1e-6)


def test_the_default_is_the_prior_of_training(balanced):
    assert balanced.target_prior == "train"
    assert balanced.calibration_ is None


@pytest.mark.filterwarnings("ignore::skseq.exceptions.DoubleCountingWarning")
@pytest.mark.parametrize(
    "sampler", [SequenceOverSampler(random_state=0), SequenceUnderSampler(random_state=0)]
)
def test_an_estimator_behind_a_sampler_and_weights_knows_the_prior_of_the_data(
    sampler, ragged_values, labels
):
    pipe = Pipeline(
        [("sample", sampler), ("weight", ClassWeightTransformer({"rare": 2})), ("m", classifier())]
    ).fit(ragged_values, labels)
    np.testing.assert_allclose(pipe[-1].data_prior_, [24 / 30, 6 / 30])
    np.testing.assert_allclose(pipe[-1].train_prior_, [1 / 3, 2 / 3])


def test_a_tagger_behind_a_sampler_knows_the_prior_of_the_steps(ragged_tokens, tags):
    tagger = SequenceTagger(**SMALL, target_prior="data")
    pipe = Pipeline([("sample", TagOverSampler()), ("model", tagger)]).fit(ragged_tokens, tags)
    share = np.mean(tags.values == "X")
    np.testing.assert_allclose(pipe[-1].data_prior_, [1 - share, share])
    assert pipe[-1].train_prior_[1] > share
    proba = pipe.predict_proba(ragged_tokens)
    pipe[-1].set_params(target_prior="train")
    raw = pipe.predict_proba(ragged_tokens)
    expected = np.exp(shift_prior(np.log(raw.values), pipe[-1].train_prior_, pipe[-1].data_prior_))
    np.testing.assert_allclose(proba.values, expected, rtol=1e-6)


def test_counts_of_other_labels_are_no_prior_of_these(ragged_values, labels):
    X, y = SequenceUnderSampler(random_state=0).fit_resample(ragged_values, labels)
    renamed = np.where(y == "rare", "seldom", "often")
    assert classifier().fit(X, renamed).data_prior_ is None
    with pytest.raises(ValueError, match=r"resampled under other labels than \['often', 'seldom'"):
        classifier(target_prior="data").fit(X, renamed)


# -- calibration ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "target_prior", "calibrates"),
    [
        ("cross_entropy", "data", False),
        ("logit_adjusted", "data", False),
        ("balanced_softmax", "uniform", False),
        ("class_balanced", "data", False),
        ("majority_or_minority", "data", False),
        ("focal", "train", False),
        ("focal", "data", True),
        ("dice", "em", True),
        ("ldam", "data", True),
        ("asymmetric", [0.5, 0.5], True),
        ("self_adjusting_dice", "uniform", True),
    ],
)
def test_losses_that_are_no_proper_scores_are_calibrated_before_a_correction(
    loss, target_prior, calibrates, ragged_values, labels
):
    model = classifier(loss=loss, target_prior=target_prior).fit(ragged_values, labels)
    assert (model.calibration_ is not None) == calibrates
    proba = model.predict_proba(ragged_values)
    np.testing.assert_allclose(proba.sum(axis=1), 1)


def test_calibration_is_learnt_on_the_originals_that_early_stopping_holds_out(
    three_classes, monkeypatch
):
    model = classifier(calibration="temperature", early_stopping="best", validation_fraction=0.5)
    X, y = three_classes
    splits, split = [], model._split
    monkeypatch.setattr(model, "_split", lambda *data: splits.append(split(*data)) or splits[0])
    model.fit(X, y)
    plain = classifier(early_stopping="best", validation_fraction=0.5).fit(X, y)
    ((_, rows),) = splits
    raw = plain.predict_log_proba(X)[rows]
    expected = fit_scaling(raw, y[rows], plain.train_prior_, method="temperature")
    np.testing.assert_allclose(model.calibration_, expected, rtol=1e-3)


def test_a_temperature_changes_no_prediction(three_classes):
    X, y = three_classes
    model = classifier(calibration="temperature").fit(X, y)
    with_it, scaling = model.predict(X), model.calibration_
    model.calibration_ = None
    np.testing.assert_array_equal(model.predict(X), with_it)
    assert np.all(scaling[0] == scaling[0, 0])


def test_a_single_sequence_leaves_nothing_to_calibrate_on():
    X = Sequences.from_list([[0.0, 1.0, 0.5, 1.5]])
    with pytest.raises(ValueError, match=r"calibration needs at least 2 sequences"):
        SequenceTagger(**SMALL, calibration="vector").fit(X, [[0, 1, 0, 1]])


@pytest.mark.parametrize("method", ["sigmoid", "temperature"])
def test_scikit_learns_calibration_works_around_ours(method, ragged_values, labels):
    model = CalibratedClassifierCV(classifier(), method=method, cv=2).fit(ragged_values, labels)
    proba = model.predict_proba(ragged_values)
    assert proba.shape == (30, 2)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert set(model.predict(ragged_values)) <= {"common", "rare"}


# -- the bar: known posterior ---------------------------------------------------------------------


def calibration_error(proba, posterior, n_bins=10):
    """Mean over classes of the gap between mean prediction and mean posterior, bin by bin."""
    errors = []
    for p, t in zip(proba.T, posterior.T, strict=True):
        bins = np.minimum((p * n_bins).astype(int), n_bins - 1)
        gaps = np.bincount(bins, weights=p - t, minlength=n_bins)
        errors.append(np.abs(gaps).sum() / len(p))
    return np.mean(errors)


PLENTY = {
    "encoder": "bigru",
    "hidden_size": 8,
    "max_epochs": 8,
    "dropout": 0.0,
    "batch_size": 64,
    "lr": 0.01,
    "lr_schedule": "cosine",  # or the last batches would have a say in the probabilities
    "device": "cpu",
    "random_state": 0,
}


@pytest.fixture(scope="module")
def known_posterior():
    X, y, posterior = make_imbalanced_sequences(
        8000, n_classes=2, weights=[0.9, 0.1], length=(4, 8), class_sep=0.8, temporal=0.2,
        random_state=0, return_posterior=True,
    )  # fmt: skip
    return X[:4000], y[:4000], X[4000:], posterior[4000:]


@pytest.fixture(scope="module")
def plain_error(known_posterior):
    X, y, X_test, posterior = known_posterior
    return calibration_error(
        SequenceClassifier(**PLENTY).fit(X, y).predict_proba(X_test), posterior
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("over", "under", "weights", "adjusted"), list(product([False, True], repeat=4))[1:]
)
# The point is to correct back whatever was done, also twice.
@pytest.mark.filterwarnings("ignore::skseq.exceptions.DoubleCountingWarning")
def test_every_correction_of_imbalance_is_taken_out_of_the_probabilities(
    known_posterior, plain_error, over, under, weights, adjusted
):
    X, y, X_test, posterior = known_posterior
    steps = []
    if under:
        steps.append(("under", SequenceUnderSampler({0: 1200} if over else "auto", random_state=0)))
    if over:
        steps.append(("over", SequenceOverSampler(random_state=0)))
    if weights:
        strategy = {1: 3} if over or under else "balanced"
        steps.append(("weight", ClassWeightTransformer(strategy)))
    loss = "logit_adjusted" if adjusted else "cross_entropy"
    pipe = Pipeline([*steps, ("model", SequenceClassifier(**PLENTY, loss=loss))]).fit(X, y)

    uncorrected = calibration_error(pipe.predict_proba(X_test), posterior)
    pipe[-1].set_params(target_prior="data")
    corrected = calibration_error(pipe.predict_proba(X_test), posterior)
    assert uncorrected > plain_error + 0.1
    assert corrected < plain_error + 0.02


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["focal", "dice", "ldam", "asymmetric"])
def test_losses_that_are_no_proper_scores_are_as_well_calibrated(
    known_posterior, plain_error, loss
):
    X, y, X_test, posterior = known_posterior
    model = SequenceClassifier(**PLENTY, loss=loss, target_prior="data")
    pipe = Pipeline([("over", SequenceOverSampler(random_state=0)), ("model", model)]).fit(X, y)
    assert calibration_error(pipe.predict_proba(X_test), posterior) < plain_error + 0.02
