"""A blend is made of predictions that are there, and no fold decides on itself."""

import pickle
from collections import Counter

import numpy as np
import pytest
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from skseq import Sequences, load, save
from skseq.data import cut_steps
from skseq.decisions import fit_pool
from skseq.model_selection import baselines, compare_strategies, make_plain_pipeline
from skseq.model_selection._tuned import Tuned


class OnColumn(ClassifierMixin, BaseEstimator):
    """A logistic regression that sees one column of a table."""

    def __init__(self, column, C=1.0):
        self.column = column
        self.C = C

    def fit(self, X, y):
        self.model_ = LogisticRegression(C=self.C).fit(X[:, [self.column]], y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X):
        return self.model_.predict(X[:, [self.column]])

    def predict_proba(self, X):
        return self.model_.predict_proba(X[:, [self.column]])


@pytest.fixture(scope="module")
def halves():
    """Two columns, each of which knows half of what there is to know of three classes."""
    rng = np.random.default_rng(0)
    y = rng.choice(3, 240, p=[0.6, 0.3, 0.1])
    return y[:, None] + rng.normal(size=(240, 2)), y


@pytest.fixture(scope="module")
def found(halves):
    strategies = {"stiff": {"C": 1e-3}}
    others = {"second": OnColumn(1), "commonest": DummyClassifier()}
    return compare_strategies(OnColumn(0), *halves, strategies, cv=4, baselines=others)


def by_hand(found, y, fold):
    """The blend of the better ones of the other folds, on one fold, and how it was chosen."""
    train, test = found.splits_[fold]
    others = [other for other in range(4) if other != fold]
    net, baseline = (
        max(names, key=lambda name: found.scores_[name][others].mean())
        for names in (["plain", "stiff"], ["commonest", "second"])
    )
    prior = np.bincount(y[train]) / len(train)
    proba = np.zeros((2, len(y), 3))
    for member, name in enumerate((net, baseline)):
        for part in found.predictions_[name]:
            proba[member, part.rows] = part.proba
    logs = np.log(proba)
    weights = fit_pool(logs[:, train], y[train], prior)
    pooled = log_softmax(np.tensordot(weights[:2], logs, 1) + weights[2] * np.log(prior), axis=1)
    decide = lambda strength, rows: (pooled[rows] - strength * np.log(prior)).argmax(axis=1)  # noqa: E731
    scores = [
        np.mean(
            [
                f1_score(y[rows], decide(strength, rows), average="macro")
                for _, rows in (found.splits_[other] for other in others)
            ]
        )
        for strength in (0, 0.25, 0.5, 0.75, 1)
    ]
    strength = int(np.argmax(scores)) / 4
    return np.exp(pooled[test]), decide(strength, test), weights, strength


@pytest.mark.parametrize("fold", range(4))
def test_each_fold_is_blended_by_what_the_others_say(found, halves, fold):
    part = found.predictions_["blend"][fold]
    proba, labels, weights, strength = by_hand(found, halves[1], fold)
    np.testing.assert_allclose(part.proba, proba, atol=1e-6)
    np.testing.assert_array_equal(part.labels, labels)
    np.testing.assert_allclose(part.best_params["weights"], weights)
    assert part.best_params["decision"] == strength
    assert part.best_params["net"] == "plain"
    assert part.best_params["baseline"] == "second"


def test_it_is_better_than_halves_and_wins(found, halves):
    X, y = halves
    assert found.table["name"][0] == "blend"
    assert found.table["role"][0] == "blend"
    assert found.verdict.startswith("The blend of 'plain' and 'second' has the highest f1_macro")
    assert "tuned" not in repr(found)
    means = dict(zip(found.table["name"], found.table["mean"], strict=True))
    assert means["blend"] > max(means["plain"], means["second"]) + 0.02
    assert found.table["fit_seconds"][0] == pytest.approx(
        sum(found.table["fit_seconds"][found.table["name"].index(n)] for n in ("plain", "second"))
    )
    assert found.best_estimator_.score(X, y) > 0.75


def test_the_winner_predicts_raw_data_and_survives_a_file(found, halves, tmp_path):
    X, y = halves
    best = pickle.loads(pickle.dumps(found)).best_estimator_
    save(found.best_estimator_, tmp_path / "winner")
    trusted = [f"{OnColumn.__module__}.OnColumn"]
    again = load(tmp_path / "winner", trusted=trusted)
    np.testing.assert_array_equal(again.predict(X), best.predict(X))
    members = [OnColumn(column).fit(X, y) for column in (0, 1)]
    logs = np.log([member.predict_proba(X) for member in members])
    weights, prior = best.weights_, np.bincount(y) / len(y)
    expected = np.exp(
        log_softmax(np.tensordot(weights[:2], logs, 1) + weights[2] * np.log(prior), axis=1)
    )
    np.testing.assert_allclose(best.predict_proba(X), expected, atol=1e-6)
    alike = found.candidates_["blend"].fit(X, y)
    np.testing.assert_allclose(alike.predict_proba(X), best.predict_proba(X))
    np.testing.assert_array_equal(alike.predict(X), best.predict(X))


def test_there_is_none_where_there_is_nothing_to_blend(halves):
    class Sure(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            self.classes_ = np.unique(y)
            return self

        def predict(self, X):
            return np.full(len(X), self.classes_[0])

    X, y = halves
    asked = {"cv": 2, "refit": False}
    for changed in (
        {"baselines": False},
        {"baselines": {"sure": Sure()}},
        {"baselines": {"commonest class": DummyClassifier()}},
        {"baselines": {"second": OnColumn(1)}, "blend": False},
        {"baselines": {"second": OnColumn(1)}, "cv": [(np.arange(120), np.arange(120, 240))]},
    ):
        found = compare_strategies(OnColumn(0), X, y, {}, **asked | changed)
        assert "blend" not in found.scores_
        assert not hasattr(found, "best_estimator_")
    with pytest.raises(ValueError, match="named 'blend'"):
        compare_strategies(OnColumn(0), X, y, {"blend": {}}, cv=2)


@pytest.mark.parametrize("kind", ["tokens", "value tags"])
def test_nets_and_our_baselines_are_blended_on_raw_data(kind, toy_data):
    X, y = toy_data(kind)
    pipe = make_plain_pipeline(kind, hidden_size=4, embedding_dim=4, max_epochs=2, random_state=0)
    name, model = list(baselines(kind, inner_cv=2, random_state=0).items())[1]
    if kind == "tokens":
        model.set_params(tuned__param_grid={"C": [10.0]})
    else:
        model = model.estimator.set_params(classifier=LogisticRegression(), radius=0)
    found = compare_strategies(pipe, X, y, [], cv=2, baselines={name: model}, refit=False)
    parts = found.predictions_["blend"]
    assert {part.best_params["baseline"] for part in parts} == {name}
    if kind == "value tags":
        assert all(part.proba.aligns_with(y[part.rows]) for part in parts)
        assert found.out_of_fold("blend").aligns_with(y)
    assert np.isfinite(found.scores_["blend"]).all()
    assert np.isfinite(found.table["calibration_error"]).all()


def test_steps_without_a_label_have_no_say():
    rng = np.random.default_rng(0)
    tags = rng.choice(["a", "b"], 120, p=[0.7, 0.3])
    X = Sequences((tags == "b")[:, None] + rng.normal(size=(120, 1)), np.arange(0, 121, 5))
    y = X.replace(values=np.where(np.arange(120) % 5 == 2, "?", tags))
    from skseq.model_selection._window_tagger import WindowTagger

    model = WindowTagger(LogisticRegression(), radius=0, ignore="?")
    other = WindowTagger(LogisticRegression(C=0.1), radius=1, ignore="?")
    found = compare_strategies(model, X, y, {}, cv=3, baselines={"other": other}, refit=False)
    assert found.predictions_["blend"][0].classes.tolist() == ["a", "b"]
    kept = y.values != "?"
    first = found.predictions_["blend"][0]
    is_known = kept[np.concatenate([np.arange(5 * row, 5 * row + 5) for row in first.rows])]
    assert Counter(cut_steps(first.labels, is_known).lengths.tolist()) == {4: len(first.rows)}


def test_groups_reach_searches_when_the_winner_is_fitted(halves):
    X, y = halves
    groups = np.arange(len(y)) // 4
    model = Tuned(OnColumn(1), {"C": [1e-4, 10.0]}, cv=2)
    found = compare_strategies(
        OnColumn(0), X, y, {}, cv=3, groups=groups, baselines={"tuned": model}
    )
    tuned = found.best_estimator_.named_estimators_["baseline"]
    assert tuned.best_params_ == model.fit(X, y, groups=groups).best_params_
