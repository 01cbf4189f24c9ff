"""A blend is the weighted mean of log probabilities, and its weights saw no row that they judge."""

import pickle

import numpy as np
import pytest
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import make_classification
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import SequenceClassifier, Sequences
from skseq.decisions import fit_pool
from skseq.ensemble import SequenceBlender
from skseq.model_selection._window_tagger import WindowTagger


def members():
    return [
        ("linear", LogisticRegression(class_weight="balanced")),
        ("bayes", GaussianNB(var_smoothing=1e-6)),
    ]


@parametrize_with_checks(
    [SequenceBlender([("a", LogisticRegression()), ("b", LogisticRegression(C=0.1))], cv=2)]
)
def test_estimator_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def three():
    return make_classification(
        400, n_classes=3, n_informative=4, weights=[0.7, 0.2], class_sep=0.7, random_state=0
    )


def out_of_fold(X, y, cv):
    return np.log(
        [cross_val_predict(model, X, y, cv=cv, method="predict_proba") for _, model in members()]
    )


def pooled(logs, weights, prior):
    logs = np.maximum(logs, np.log(1e-6))
    return log_softmax(np.tensordot(weights[:-1], logs, 1) + weights[-1] * np.log(prior), axis=1)


def test_weights_and_probabilities_are_those_computed_by_hand(three):
    X, y = three
    cv, prior = StratifiedKFold(4), np.bincount(y) / len(y)
    blend = SequenceBlender(members(), cv=cv).fit(X, y)
    weights = fit_pool(out_of_fold(X, y, cv), y, prior)
    np.testing.assert_allclose(blend.weights_, weights, rtol=1e-5)
    logs = np.log([model.fit(X, y).predict_proba(X) for _, model in members()])
    expected = np.exp(pooled(logs, weights, prior))
    np.testing.assert_allclose(blend.predict_proba(X), expected, rtol=1e-5)
    np.testing.assert_allclose(np.exp(blend.predict_log_proba(X)), expected, rtol=1e-5)
    np.testing.assert_array_equal(blend.predict(X), expected.argmax(axis=1))


def test_the_strength_is_the_one_whose_held_out_predictions_score_best(three):
    X, y = three
    cv, prior = StratifiedKFold(4), np.bincount(y) / len(y)
    blend = SequenceBlender(members(), cv=cv, decision="tuned").fit(X, y)
    log_proba = pooled(out_of_fold(X, y, cv), blend.weights_, prior)
    scores = [
        np.mean(
            [
                f1_score(
                    y[test],
                    (log_proba[test] - strength * np.log(prior)).argmax(axis=1),
                    average="macro",
                )
                for _, test in cv.split(X, y)
            ]
        )
        for strength in (0, 0.25, 0.5, 0.75, 1)
    ]
    assert blend.decision_ == np.argmax(scores) / 4
    shifted = blend.predict_log_proba(X) - blend.decision_ * np.log(prior)
    np.testing.assert_array_equal(blend.predict(X), shifted.argmax(axis=1))


class Sure(ClassifierMixin, BaseEstimator):
    """Right in most cases, and far too sure of itself in the others."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        proba = np.full((len(X), len(self.classes_)), 1e-6)
        proba[np.arange(len(X)), X[:, 0].astype(int)] = 1.0
        return proba / proba.sum(axis=1, keepdims=True)


class Shares(Sure):
    """Knows the class shares alone."""

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))


def test_a_member_alone_is_chosen_where_it_scores_better_than_the_blend():
    rng = np.random.default_rng(0)
    y = rng.choice(3, 300, p=[0.9, 0.05, 0.05])
    X = np.where(rng.random(300) < 0.35, rng.integers(0, 3, 300), y)[:, None]
    both = [("sure", Sure()), ("shares", Shares())]
    likely = SequenceBlender(both, cv=3).fit(X, y)
    tuned = SequenceBlender(both, cv=3, decision="tuned").fit(X, y)
    np.testing.assert_array_equal(likely.predict(X), np.zeros(300))  # the likelihood wants it so
    scores = [f1_score(y, model.predict(X), average="macro") for model in (tuned, likely)]
    assert scores[0] >= f1_score(y, X[:, 0], average="macro") > scores[1]


def test_the_mean_is_the_geometric_one_and_needs_no_folds(three):
    X, y = three
    blend = SequenceBlender(members(), weights="mean", cv=[]).fit(X, y)
    proba = [model.fit(X, y).predict_proba(X) for _, model in members()]
    expected = np.sqrt(np.prod(np.maximum(proba, 1e-6), axis=0))
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(blend.predict_proba(X), expected, rtol=1e-6)
    given = SequenceBlender(members(), weights=[0.5, 0.5]).fit(X, y)
    np.testing.assert_allclose(given.predict_proba(X), expected, rtol=1e-6)
    vote = VotingClassifier(members(), voting="soft").fit(X, y)
    assert np.mean(vote.predict(X) == blend.predict(X)) > 0.95


def test_members_that_are_fitted_already_are_judged_by_new_rows(three):
    X, y = three
    fitted = [(name, model.fit(X[:200], y[:200])) for name, model in members()]
    blend = SequenceBlender(fitted, cv="prefit").fit(X[200:], y[200:])
    logs = np.log([model.predict_proba(X[200:]) for _, model in fitted])
    prior = np.bincount(y[200:]) / 200
    np.testing.assert_allclose(blend.weights_, fit_pool(logs, y[200:], prior), rtol=1e-5)
    assert blend.estimators_ == [model for _, model in fitted]


class Rote(ClassifierMixin, BaseEstimator):
    """Knows the rows that it has seen, and guesses about others."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.known_ = {tuple(steps): label for steps, label in zip(X, y, strict=True)}
        return self

    def predict_proba(self, X):
        known = [self.known_.get(tuple(steps)) for steps in X]
        proba = np.full((len(known), len(self.classes_)), 1 / len(self.classes_))
        for row, label in enumerate(known):
            if label is not None:
                proba[row] = 0.01 / (len(self.classes_) - 1)
                proba[row, np.searchsorted(self.classes_, label)] = 0.99
        return proba

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class First(Rote):
    """Knows something: the first step."""

    def predict_proba(self, X):
        sure = np.array([0.8 if steps[0] > 0 else 0.2 for steps in X])
        return np.column_stack([1 - sure, sure])


@pytest.mark.parametrize("origin", [None, "pairs"])
def test_what_is_known_by_heart_counts_nothing_copies_included(origin):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(60, 4))
    y = (values[:, 0] + 0.5 * rng.normal(size=60) > 0).astype(int)
    X = Sequences.from_padded(values)
    if origin:
        twice = np.repeat(np.arange(60), 2)
        X, y = X[twice].replace(origin=twice), y[twice]
    blend = SequenceBlender([("rote", Rote()), ("first", First())]).fit(X, y)
    assert blend.weights_[1] > 0.5
    # It gives even odds on what it has not seen, so it stays where the mean has it.
    assert blend.weights_[0] == pytest.approx(0.5, abs=1e-3)


def test_weights_of_rows_count_as_copies(three):
    X, y = three
    copies = np.random.default_rng(0).integers(1, 4, size=len(y))
    rows = np.repeat(np.arange(len(y)), copies)
    cv = [(np.arange(200), np.arange(200, 400)), (np.arange(200, 400), np.arange(200))]
    many = [tuple(np.flatnonzero(np.isin(rows, part)) for part in split) for split in cv]
    weighted = SequenceBlender(members(), cv=cv).fit(X, y, sample_weight=copies)
    copied = SequenceBlender(members(), cv=many).fit(X[rows], y[rows])
    np.testing.assert_allclose(weighted.weights_, copied.weights_, rtol=1e-2)
    np.testing.assert_allclose(weighted.prior_, copied.prior_)


def test_a_class_that_a_fold_lacks_is_no_obstacle():
    X, y = np.random.default_rng(0).normal(size=(41, 3)), np.array([0] * 25 + [1] * 15 + [2])
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    with pytest.warns(UserWarning, match="least populated class"):
        blend = SequenceBlender(members(), cv=cv).fit(X, y)
    assert np.isfinite(blend.weights_).all()
    assert blend.predict_proba(X).shape == (41, 3)


def test_taggers_are_blended_step_by_step():
    rng = np.random.default_rng(0)
    tags = rng.choice(["a", "b"], 200, p=[0.8, 0.2])
    X = Sequences((tags == "b")[:, None] + rng.normal(size=(200, 2)), np.arange(0, 201, 5))
    y = X.replace(values=np.where(np.arange(200) % 5 == 3, "?", tags))
    taggers = [
        ("near", WindowTagger(LogisticRegression(), radius=0, ignore="?")),
        ("wide", WindowTagger(GaussianNB(), radius=1, ignore="?")),
    ]
    blend = SequenceBlender(taggers, weights=[0.3, 0.6, 0.2], decision=0.5).fit(X, y)
    logs = np.log([model.fit(X, y).predict_proba(X).values for _, model in taggers])
    known = tags[np.arange(200) % 5 != 3]
    prior = np.array([np.mean(known == "a"), np.mean(known == "b")])
    log_proba = pooled(logs, np.array([0.3, 0.6, 0.2]), prior)
    proba = blend.predict_proba(X)
    assert proba.aligns_with(X)
    np.testing.assert_allclose(proba.values, np.exp(log_proba), rtol=1e-6)
    expected = np.array(["a", "b"])[(log_proba - 0.5 * np.log(prior)).argmax(axis=1)]
    np.testing.assert_array_equal(blend.predict(X).values, expected)
    fitted = SequenceBlender(taggers, cv=3, decision="tuned").fit(X, y)
    assert fitted.weights_.shape == (3,)
    assert fitted.score(X, y) > 0.5


def test_members_are_parameters(three):
    X, y = three
    blend = SequenceBlender(members(), cv=2)
    grid = {"linear__C": [0.1, 10.0], "weights": ["fit", "mean"], "bayes": [GaussianNB()]}
    search = GridSearchCV(blend, grid, cv=2, scoring="f1_macro").fit(X, y)
    assert set(search.best_params_) == set(grid)
    assert clone(blend).get_params()["linear__C"] == 1.0
    fitted = blend.fit(X, y)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))
    assert list(fitted.named_estimators_) == ["linear", "bayes"]


def test_a_net_and_a_table_are_blended_on_sequences():
    from sklearn.pipeline import make_pipeline

    from skseq.preprocessing import SequenceSummarizer

    rng = np.random.default_rng(0)
    y = np.repeat(["flat", "rising"], [30, 15])
    X = [rng.normal(size=n) + (label == "rising") * np.arange(n)
         for n, label in zip(rng.integers(4, 8, 45), y, strict=True)]  # fmt: skip
    net = SequenceClassifier(hidden_size=4, max_epochs=10, random_state=0, device="cpu")
    table = make_pipeline(SequenceSummarizer(), LogisticRegression(max_iter=1000))
    blend = SequenceBlender([("net", net), ("table", table)], cv=2).fit(X, y)
    assert blend.predict([np.zeros(6), np.arange(7.0)]).tolist() == ["flat", "rising"]


def test_bad_members_and_weights_are_refused_with_the_cure(three):
    X, y = three
    for wrong, message in (
        ({"estimators": []}, "at least one member"),
        ({"estimators": [("a", RidgeClassifier())]}, r"'a' must have.*CalibratedClassifierCV"),
        ({"estimators": [("a", GaussianNB()), ("a", GaussianNB())]}, "unique"),
        ({"weights": [1.0]}, "for each of the 2 members"),
        ({"weights": [1.0, np.nan]}, "a finite number"),
        ({"weights": "fitt"}, "Did you mean 'fit'"),
    ):
        with pytest.raises(ValueError, match=message):
            SequenceBlender(**{"estimators": members()} | wrong).fit(X, y)
