import pickle

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, clone
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KernelDensity, LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import SequenceClassifier, Sequences, SequenceTagger
from skseq.datasets import make_imbalanced_sequences
from skseq.meta import AnomalyClassifier, ClassMerger, ThresholdTuner
from skseq.model_selection import compare_strategies
from skseq.preprocessing import SequenceSummarizer, TokenEncoder


@parametrize_with_checks([AnomalyClassifier(OneClassSVM(), cv=3)])
def test_estimator_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


SUMMARY = make_pipeline(SequenceSummarizer("statistics"), StandardScaler())
DETECTORS = [
    IsolationForest(n_estimators=30, random_state=0),
    OneClassSVM(),
    LocalOutlierFactor(novelty=True),
    EllipticEnvelope(support_fraction=1.0, random_state=0),
    GaussianMixture(random_state=0),
    KernelDensity(),
]


@pytest.fixture
def y():
    """90 "fine" and 10 "odd", shuffled."""
    return np.random.default_rng(0).permutation(np.repeat(["fine", "odd"], [90, 10]))


@pytest.fixture
def X(y):
    """Series of 4 to 8 steps of noise; the rare ones lie up or down, beside the others."""
    rng = np.random.default_rng(1)
    lengths = rng.integers(4, 9, size=len(y))
    level = np.where(y == "odd", rng.choice([-2.0, 2.0], size=len(y)), 0)
    return Sequences.from_lengths(
        np.repeat(level, lengths) + rng.normal(size=lengths.sum()), lengths
    )


def auc(scores, is_rare):
    """Share of the pairs of a rare and a normal row in which the rare one is higher."""
    return np.mean(scores[is_rare][:, None] > scores[~is_rare])


# -- scores ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: type(detector).__name__)
@pytest.mark.parametrize("names", [("fine", "odd"), ("z", "a"), (1, 0)], ids=str)
def test_rare_rows_score_higher_whatever_the_detector_and_the_order_of_labels(
    X, y, detector, names
):
    is_rare = y == "odd"
    labels = np.where(is_rare, names[1], names[0])
    model = AnomalyClassifier(detector, transformer=SUMMARY, cv=3).fit(X, labels)
    assert model.normal_class_ == names[0]
    assert auc(model.anomaly_scores(X), is_rare) > 0.9
    rare = model.classes_.tolist().index(names[1])
    assert auc(model.predict_proba(X)[:, rare], is_rare) > 0.9
    # As in scikit-learn, the decision is for the second of the classes.
    assert auc(model.decision_function(X), labels == model.classes_[1]) > 0.9


def test_the_detector_learns_from_the_normal_rows_what_all_rows_are_scored_by(X, y):
    model = AnomalyClassifier(
        IsolationForest(n_estimators=30, random_state=0), transformer=SUMMARY
    ).fit(X, y)
    features = clone(SUMMARY).fit(X).transform(X)
    by_hand = IsolationForest(n_estimators=30, random_state=0).fit(features[y == "fine"])
    np.testing.assert_array_equal(model.anomaly_scores(X), -by_hand.score_samples(features))


def test_a_detector_at_the_end_of_a_pipeline_reads_sequences_itself(X, y):
    inside = make_pipeline(SequenceSummarizer("statistics"), OneClassSVM())
    outside = AnomalyClassifier(OneClassSVM(), transformer=SequenceSummarizer("statistics"))
    np.testing.assert_array_equal(
        AnomalyClassifier(inside).fit(X, y).predict_proba(X), outside.fit(X, y).predict_proba(X)
    )


class ByPyod(BaseEstimator):
    """Distance to the mean; a larger decision is an outlier, as PyOD has it."""

    def fit(self, X, y=None):
        self.mean_ = X.mean(axis=0)
        return self

    def decision_function(self, X):
        return np.abs(X - self.mean_).sum(axis=1)


def test_a_decision_alone_is_read_as_pyod_means_it(X, y):
    model = AnomalyClassifier(ByPyod(), transformer=SUMMARY).fit(X, y)
    assert auc(model.anomaly_scores(X), y == "odd") > 0.9


def test_a_detector_of_pyod_works():
    pyod = pytest.importorskip("pyod.models.ecod")
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [60, 6])
    X = rng.normal(size=(66, 3)) * np.where(y, 5, 1)[:, None]
    model = AnomalyClassifier(pyod.ECOD()).fit(X, y)
    assert auc(model.predict_proba(X)[:, 1], y == 1) > 0.8


def test_the_class_to_learn_may_be_named(X, y):
    model = AnomalyClassifier(OneClassSVM(), transformer=SUMMARY, normal="odd").fit(X, y)
    features = clone(SUMMARY).fit(X).transform(X)
    by_hand = OneClassSVM().fit(features[y == "odd"])
    np.testing.assert_array_equal(model.anomaly_scores(X), -by_hand.score_samples(features))
    with pytest.raises(ValueError, match=r"normal='never' is not a label of y, which has \['fine'"):
        AnomalyClassifier(OneClassSVM(), transformer=SUMMARY, normal="never").fit(X, y)


# -- probabilities ---------------------------------------------------------------------------------


def test_probabilities_are_calibrated_on_rows_that_no_detector_learned_from(X, y):
    """The folds, the scores and the penalised likelihood by hand."""
    view = make_pipeline(SequenceSummarizer("statistics"), GaussianMixture(random_state=0))
    model = AnomalyClassifier(view, cv=4).fit(X, y)

    is_rare, held_out = y == "odd", np.empty(len(y))
    for train, test in StratifiedKFold(4).split(y, y):
        normal = train[~is_rare[train]]
        held_out[test] = -clone(view).fit(X[normal]).score_samples(X[test])
    low, centre, high = np.quantile(held_out, [0.25, 0.5, 0.75])
    prior = np.log(is_rare.mean() / (1 - is_rare.mean()))

    def log_odds(parameters, scores):
        log_factor, shift_normal, shift_rare = parameters
        margin = np.arcsinh((scores - centre) / (high - low))
        return np.exp(log_factor) * margin + shift_rare - shift_normal + prior

    def loss(parameters):
        odds = log_odds(parameters, held_out)
        likelihood = np.logaddexp(0, np.where(is_rare, -odds, odds)).sum()
        return likelihood + parameters @ parameters / 2

    best = minimize(loss, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-9})
    scores = -clone(view).fit(X[~is_rare]).score_samples(X)
    expected = expit(log_odds(best.x, scores))
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], expected, atol=1e-4)
    np.testing.assert_allclose(model.decision_function(X), log_odds(best.x, scores), atol=1e-3)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), model.predict_proba(X))
    np.testing.assert_array_equal(model.predict(X), np.where(expected > 0.5, "odd", "fine"))


def test_probabilities_come_near_the_true_ones():
    """Rare ones have twice the spread: their density is known."""
    rng = np.random.default_rng(0)
    y = (rng.uniform(size=4000) < 0.1).astype(int)
    X = rng.normal(size=(4000, 2)) * np.where(y, 3, 1)[:, None]
    squares = (X**2).sum(axis=1)
    odds = 0.1 / 0.9 * np.exp(-squares / 18 + squares / 2) / 9
    model = AnomalyClassifier(GaussianMixture(random_state=0)).fit(X[:2000], y[:2000])
    proba = model.predict_proba(X[2000:])[:, 1]
    off = proba - (odds / (1 + odds))[2000:]
    assert np.abs(off).mean() < 0.03
    assert abs(off.mean()) < 0.01


def test_a_rare_class_in_the_midst_of_the_normal_one_gets_its_share(y):
    """No anomaly at all: the score is not turned round, however few rows speak for it."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 3)) * np.where(y == "odd", 0.2, 1)[:, None]
    model = AnomalyClassifier(GaussianMixture(random_state=0)).fit(X, y)
    far, near = model.predict_proba([[3.0, 3.0, 3.0], [0.0, 0.0, 0.0]])[:, 1]
    assert near < far < 0.2


def test_few_rare_rows_are_enough_and_equal_scores_no_trouble():
    X, y = np.zeros((30, 2)), np.repeat([0, 1], [29, 1])
    model = AnomalyClassifier(KernelDensity()).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], 1 / 30, atol=0.01)


# -- nets, steps, and the tools around ------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_the_pooled_states_of_a_net_are_read(ragged_tokens, labels):
    net = SequenceClassifier(hidden_size=4, max_epochs=2, random_state=0)
    model = AnomalyClassifier(OneClassSVM(), transformer=net, cv=2).fit(ragged_tokens, labels)
    states = clone(net).fit(ragged_tokens, labels).transform(ragged_tokens)
    by_hand = OneClassSVM().fit(states[labels == "common"])
    np.testing.assert_allclose(
        model.anomaly_scores(ragged_tokens), -by_hand.score_samples(states), rtol=1e-6
    )
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(
        again.predict_proba(ragged_tokens), model.predict_proba(ragged_tokens)
    )


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize("ignore", [None, "?"])
def test_each_step_gets_a_score_where_steps_have_labels(ragged_values, ignore):
    tags = np.where(np.abs(ragged_values.values).max(axis=1) > 2, "X", "O")
    tags[:2] = "?" if ignore else tags[:2]
    tags = ragged_values.replace(values=tags)
    tagger = SequenceTagger(hidden_size=4, max_epochs=2, ignore=ignore, random_state=0)
    model = AnomalyClassifier(OneClassSVM(), transformer=tagger, cv=2).fit(ragged_values, tags)
    states = clone(tagger).fit(ragged_values, tags).transform(ragged_values).values
    by_hand = OneClassSVM().fit(states[tags.values == "O"])
    scores = model.anomaly_scores(ragged_values)
    np.testing.assert_array_equal(scores.offsets, ragged_values.offsets)
    np.testing.assert_allclose(scores.values, -by_hand.score_samples(states), rtol=1e-6)
    assert model.predict_proba(ragged_values).values.shape == (ragged_values.n_steps, 2)
    assert set(model.predict(ragged_values).values) <= {"O", "X"}


def test_steps_of_one_number_are_read_as_they_are():
    rng = np.random.default_rng(0)
    X = Sequences.from_lengths(rng.normal(size=400), np.full(20, 20))
    y = X.replace(values=(np.abs(X.values) > 2).astype(int))
    model = AnomalyClassifier(GaussianMixture(), cv=4).fit(X, y)
    assert auc(model.anomaly_scores(X).values, y.values == 1) > 0.95
    assert isinstance(model.predict(X.tolist()), list)


def test_a_threshold_is_tuned_where_the_rare_class_is_never_the_likelier_one(X, y):
    """Steps scaled down, so that rare rows are hard to tell: they are named all the same."""
    X = X.replace(values=np.where(np.repeat(y == "odd", X.lengths), X.values / 1.6, X.values))
    model = AnomalyClassifier(OneClassSVM(), transformer=SUMMARY, cv=3)
    tuned = ThresholdTuner(model, scoring="f1_macro", cv=3)
    plain, better = [cross_val_score(m, X, y, cv=3, scoring="f1_macro") for m in (model, tuned)]
    assert better.mean() > plain.mean() + 0.1


def test_the_detector_is_tuned_in_a_grid(X, y):
    grid = {"detector": [OneClassSVM(), GaussianMixture(random_state=0)]}
    model = AnomalyClassifier(KernelDensity(), transformer=SUMMARY, cv=3)
    search = GridSearchCV(model, grid, scoring="roc_auc", cv=3).fit(X, y)
    assert search.best_score_ > 0.8


def test_it_is_a_candidate_of_a_comparison(X, y):
    anomaly = AnomalyClassifier(OneClassSVM(), transformer=SUMMARY, cv=3)
    plain = SequenceClassifier(hidden_size=4, max_epochs=1, random_state=0)
    result = compare_strategies(
        plain, X, y, [], baselines={"anomaly": anomaly}, blend=False, cv=3, verbose=0
    )
    assert set(result.table["name"]) == {"plain", "anomaly"}


def test_texts_are_read_through_a_transformer():
    texts = ["a b", "a b b", "b a", "a a b"] * 5 + ["c d", "d c"]
    y = np.repeat(["fine", "odd"], [20, 2])
    words = make_pipeline(TokenEncoder(), SequenceSummarizer())
    model = AnomalyClassifier(OneClassSVM(), transformer=words, cv=2)
    assert auc(model.fit(texts, y).anomaly_scores(texts), y == "odd") == 1


def test_a_detector_of_tables_that_is_given_sequences_is_answered_by_a_transformer(X, y):
    for sequences in (X, list(X)):
        with pytest.raises((TypeError, ValueError)) as caught:
            AnomalyClassifier(IsolationForest()).fit(sequences, y)
        assert "transformer=SequenceSummarizer()" in caught.value.__notes__[0]


def test_several_classes_are_refused_and_told_what_to_do():
    X, y = make_imbalanced_sequences(120, n_classes=3, class_sep=3, random_state=0)
    model = AnomalyClassifier(OneClassSVM(), transformer=SUMMARY, cv=2)
    with pytest.raises(ValueError, match=r"classes \[0, 1, 2\]. Merge the rare ones with ClassM"):
        model.fit(X, y)
    each = OneVsRestClassifier(model).fit(X, y)
    assert each.predict_proba(X).shape == (120, 3)
    merged = ClassMerger(model, mapping={2: 1}, refine=make_pipeline(SUMMARY, GaussianNB()))
    assert set(merged.fit(X, y).predict(X)) <= {0, 1, 2}
