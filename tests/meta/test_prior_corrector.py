"""Probabilities of any classifier, corrected to another prior."""

import numpy as np
import pytest
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from scipy.stats import norm
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import SequenceClassifier, Sequences, SequenceTagger
from skseq.decisions import estimate_prior, shift_prior
from skseq.meta import PriorCorrector
from skseq.preprocessing import SequenceSummarizer
from skseq.samplers import SequenceUnderSampler, TagOverSampler

SMALL = {"hidden_size": 4, "embedding_dim": 4, "max_epochs": 3, "device": "cpu", "random_state": 0}
pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")


@parametrize_with_checks([PriorCorrector(LogisticRegression())])
def test_estimator_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


PRIOR = np.array([0.8, 0.15, 0.05])
CENTRES = np.array([-1.0, 0.5, 2.0])


def gaussians(n, seed=0, prior=PRIOR):
    """Rows of one number, their labels and the true probability of each."""
    rng = np.random.default_rng(seed)
    y = rng.choice(3, size=n, p=prior)
    x = rng.normal(CENTRES[y])
    joint = norm.pdf(x[:, None], CENTRES) * prior
    return x[:, None], np.array(["a", "b", "c"])[y], joint / joint.sum(axis=1, keepdims=True)


def error(model, X, truth):
    return np.abs(model.predict_proba(X) - truth).mean()


# -- what the estimator saw -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "estimator",
    [
        make_pipeline(RandomOverSampler(random_state=0), LogisticRegression()),
        make_pipeline(RandomUnderSampler(random_state=0), LogisticRegression()),
        make_pipeline(RandomUnderSampler(random_state=0), GaussianNB()),
        LogisticRegression(class_weight="balanced"),
        LogisticRegression(),
        GaussianNB(priors=[0.2, 0.2, 0.6]),
    ],
)
def test_any_pipeline_gets_back_to_the_probabilities_of_the_data(estimator):
    X, y, _ = gaussians(3000)
    X_test, _, truth = gaussians(1000, seed=1)
    model = PriorCorrector(estimator).fit(X, y)
    assert error(model, X_test, truth) < 0.02
    uncorrected = clone(estimator).fit(X, y)
    if not isinstance(estimator, LogisticRegression) or estimator.class_weight:
        assert error(uncorrected, X_test, truth) > 0.1


def test_the_estimated_prior_is_the_one_that_the_classifier_had():
    X, y, _ = gaussians(4000)
    model = PriorCorrector(GaussianNB(priors=[0.2, 0.2, 0.6])).fit(X, y)
    np.testing.assert_allclose(model.train_prior_, [0.2, 0.2, 0.6], atol=0.05)
    np.testing.assert_allclose(model.data_prior_, np.unique(y, return_counts=True)[1] / 4000)


def test_the_estimate_makes_mean_held_out_probabilities_the_shares():
    X, y, _ = gaussians(2000)
    fitted = GaussianNB(priors=[0.2, 0.2, 0.6]).fit(X[:1000], y[:1000])
    model = PriorCorrector(fitted, cv="prefit").fit(X[1000:], y[1000:])
    mean = model.predict_proba(X[1000:]).mean(axis=0)
    np.testing.assert_allclose(mean, model.data_prior_, atol=5e-3)
    assert model.estimator_ is fitted


def test_a_prior_that_is_known_is_taken():
    X, y, _ = gaussians(300)
    model = PriorCorrector(GaussianNB(), train_prior={"a": 1, "b": 1, "c": 2}).fit(X, y)
    expected = model.estimator_.predict_proba(X) * model.data_prior_ / [0.25, 0.25, 0.5]
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), expected)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), expected)


# -- what is asked for ----------------------------------------------------------------------------


def test_the_target_may_be_even_or_given_or_found_by_em():
    X, y, _ = gaussians(3000)
    model = PriorCorrector(LogisticRegression(class_weight="balanced"), target_prior="uniform")
    raw = model.fit(X, y).estimator_.predict_log_proba(X)
    given = [0.3, 0.3, 0.4]
    expected = shift_prior(raw, model.train_prior_, np.array(given))
    model.set_params(target_prior=given)
    np.testing.assert_allclose(model.predict_log_proba(X), expected)

    other = np.array([0.2, 0.2, 0.6])
    X_other, _, truth = gaussians(3000, seed=1, prior=other)
    model.set_params(target_prior="em")
    found = estimate_prior(model.estimator_.predict_log_proba(X_other), model.train_prior_)
    np.testing.assert_allclose(found, other, atol=0.06)
    assert error(model, X_other, truth) < 0.03


def test_predictions_follow_the_decision():
    X, y, _ = gaussians(400)
    cost = np.array([[0, 1, 1], [1, 0, 1], [9, 9, 0]])
    model = PriorCorrector(LogisticRegression(), decision=cost).fit(X, y)
    cheapest = (model.predict_proba(X) @ cost).argmin(axis=1)
    np.testing.assert_array_equal(model.predict(X), model.classes_[cheapest])
    with pytest.raises(ValueError, match=r"costs of shape \(3, 3\)"):
        PriorCorrector(LogisticRegression(), decision=cost[:2]).fit(X, y)


# -- calibration ----------------------------------------------------------------------------------


class Overconfident(LogisticRegression):
    """Takes its own probabilities to the third power."""

    def predict_proba(self, X):
        p = super().predict_proba(X) ** 3
        return p / p.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("kind", ["temperature", "vector"])
def test_scores_are_calibrated_on_held_out_rows(kind):
    X, y, _ = gaussians(3000)
    X_test, _, truth = gaussians(1000, seed=1)
    plain = PriorCorrector(Overconfident(), train_prior=PRIOR).fit(X, y)
    calibrated = clone(plain).set_params(calibration=kind).fit(X, y)
    assert error(plain, X_test, truth) > 0.04
    assert error(calibrated, X_test, truth) < 0.02


@pytest.mark.parametrize(("loss", "calibrates"), [("cross_entropy", False), ("focal", True)])
def test_losses_that_are_no_proper_scores_are_calibrated(loss, calibrates, ragged_values, labels):
    net = SequenceClassifier(**SMALL, loss=loss)
    model = PriorCorrector(net, cv=2).fit(ragged_values, labels)
    assert (model.calibration_ is not None) == calibrates


# -- sequences and tags ---------------------------------------------------------------------------


def test_our_classifier_tells_what_it_was_trained_on(ragged_values, labels):
    pipe = make_pipeline(SequenceUnderSampler(random_state=0), SequenceClassifier(**SMALL))
    model = PriorCorrector(pipe).fit(ragged_values, labels)
    assert model.train_prior_.tolist() == [0.5, 0.5]
    assert model.data_prior_.tolist() == [0.8, 0.2]
    own = clone(pipe).set_params(sequenceclassifier__target_prior="data")
    expected = own.fit(ragged_values, labels).predict_proba(ragged_values)
    np.testing.assert_allclose(model.predict_proba(ragged_values), expected, rtol=1e-5)


def test_a_sampler_that_ran_before_has_left_word(ragged_values, labels):
    X, y = SequenceUnderSampler(random_state=0).fit_resample(ragged_values, labels)
    model = PriorCorrector(SequenceClassifier(**SMALL)).fit(X, y)
    assert model.data_prior_.tolist() == [0.8, 0.2]
    with pytest.raises(ValueError, match=r"resampled under other labels"):
        PriorCorrector(SequenceClassifier(**SMALL)).fit(X, y == "rare")


def test_tables_of_sequences_behind_a_search_are_corrected(ragged_values, labels):
    search = GridSearchCV(
        make_pipeline(SequenceSummarizer(), LogisticRegression(class_weight="balanced")),
        {"logisticregression__C": [0.1]},
        cv=2,
    )
    model = PriorCorrector(search, cv=3).fit(ragged_values, labels)
    assert (
        model.predict_proba(ragged_values)[:, 1].mean()
        < search.fit(ragged_values, labels).predict_proba(ragged_values)[:, 1].mean()
    )


def test_a_tagger_is_corrected_step_by_step(ragged_tokens, tags):
    pipe = make_pipeline(TagOverSampler(), SequenceTagger(**SMALL))
    model = PriorCorrector(pipe).fit(ragged_tokens, tags)
    proba = model.predict_proba(ragged_tokens)
    assert isinstance(proba, Sequences)
    assert proba.aligns_with(tags)
    np.testing.assert_allclose(proba.values.sum(axis=1), 1)
    share = np.mean(tags.values == "X")
    np.testing.assert_allclose(model.data_prior_, [1 - share, share])
    predicted = model.predict(ragged_tokens)
    np.testing.assert_array_equal(predicted.values, model.classes_[proba.values.argmax(axis=1)])


def test_two_corrections_of_one_prior_are_refused(ragged_values, labels):
    inner = SequenceClassifier(**SMALL, target_prior="data")
    with pytest.raises(ValueError, match=r"corrects its probabilities itself"):
        PriorCorrector(inner).fit(ragged_values, labels)
    # What it gives can be found out all the same.
    estimated = PriorCorrector(inner, train_prior="estimate", cv=2).fit(ragged_values, labels)
    assert estimated.train_prior_.sum() == pytest.approx(1)


def test_a_frozen_estimator_can_be_corrected_too():
    X, y, _ = gaussians(500)
    frozen = FrozenEstimator(GaussianNB(priors=[0.2, 0.2, 0.6]).fit(X, y))
    model = PriorCorrector(frozen).fit(X, y)
    np.testing.assert_allclose(model.train_prior_, [0.2, 0.2, 0.6], atol=0.1)
