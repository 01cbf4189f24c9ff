"""A tuned baseline is the grid's best on inner folds, and groups stay together in them."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import Pipeline

from skseq import Sequences
from skseq.datasets import make_imbalanced_tags
from skseq.metrics import get_scorer
from skseq.model_selection import (
    WindowKFold,
    baselines,
    compare_strategies,
    make_plain_pipeline,
)
from skseq.model_selection._tuned import Tuned

GRID = {"C": [1e-4, 1e-2, 1.0, 100.0]}


class Kept(ClassifierMixin, BaseEstimator):
    """Keeps the rows that it was fitted on."""

    fitted_on = []

    def __init__(self, C=1):
        self.C = C

    def fit(self, X, y):
        self.fitted_on.append(set(np.asarray(X)[:, 0].astype(int).tolist()))
        self.classes_ = np.unique(y.values if isinstance(y, Sequences) else y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))


@pytest.fixture
def noisy():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 30))
    return X, (X[:, 0] + rng.normal(size=90) > 0.8).astype(int)


@pytest.mark.parametrize("scoring", [None, "accuracy", get_scorer("neg_brier_score")])
@pytest.mark.parametrize("grid", [GRID, [{"C": [1e-4]}, {"fit_intercept": [True, False]}]])
def test_it_is_the_grid_search_on_the_same_folds(noisy, grid, scoring):
    X, y = noisy
    ours = Tuned(LogisticRegression(), grid, scoring=scoring, random_state=0).fit(X, y)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    theirs = GridSearchCV(LogisticRegression(), grid, scoring=scoring or "f1_macro", cv=folds)
    theirs.fit(X, y)
    assert ours.best_params_ == theirs.best_params_
    np.testing.assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


@pytest.mark.parametrize("scoring", [None, "accuracy", "neg_log_loss"])
def test_the_strength_of_the_decision_is_chosen_with_the_parameters(scoring):
    rng = np.random.default_rng(1)
    y = rng.choice(3, 150, p=[0.75, 0.15, 0.1])
    X = rng.normal(size=(150, 8)) + np.eye(3, 8)[y]
    choices, strengths = [0.01, 1.0], (0.0, 0.5, 1.0)
    ours = Tuned(
        LogisticRegression(), {"C": choices}, scoring=scoring, random_state=0, strengths=strengths
    ).fit(X, y)

    def decide(model, strength, prior, X):
        return (model.predict_log_proba(X) - strength * np.log(prior)).argmax(axis=1)

    def score(C, strength):
        scores = []
        for train, test in StratifiedKFold(3, shuffle=True, random_state=0).split(X, y):
            model = LogisticRegression(C=C).fit(X[train], y[train])
            predicted = decide(model, strength, np.bincount(y[train]) / len(train), X[test])
            if scoring == "neg_log_loss":  # whatever is decided
                scores.append(-log_loss(y[test], model.predict_proba(X[test])))
            elif scoring == "accuracy":
                scores.append(accuracy_score(y[test], predicted))
            else:
                scores.append(f1_score(y[test], predicted, average="macro"))
        return np.mean(scores)

    best = max(((C, each) for C in choices for each in strengths), key=lambda pair: score(*pair))
    assert (ours.best_params_["C"], ours.strength_) == best
    alone = LogisticRegression(C=best[0]).fit(X, y)
    np.testing.assert_array_equal(
        ours.predict(X), decide(alone, best[1], np.bincount(y) / len(y), X)
    )
    np.testing.assert_array_equal(ours.predict_proba(X), alone.predict_proba(X))


def test_too_few_rows_to_tune_on_leave_the_parameters_as_they_are():
    X, y = np.arange(4.0)[:, None], ["a", "b", "c", "d"]
    tuned = Tuned(LogisticRegression(C=7), GRID).fit(X, y)
    assert tuned.best_params_ is None
    assert tuned.estimator_.C == 7
    with pytest.raises(ValueError, match="C"):
        Tuned(LogisticRegression(), {"C": [-1]}, cv=2).set_params(estimator__C=-1).fit(X, y)


@pytest.mark.parametrize("is_piped", [False, True])
@pytest.mark.parametrize("form", ["names", "windows"])
def test_groups_stay_together_in_inner_folds(is_piped, form):
    rows = np.arange(60)
    X, y = np.column_stack([rows, rows]), rows // 3 % 2
    groups = rows // 6
    if form == "windows":  # each overlaps with its neighbours
        groups = Sequences.from_list([[row, row + 1, row + 2] for row in rows])
    model = Tuned(Kept(), {"C": [1]}, cv=2)
    if is_piped:
        model = Pipeline([("nothing", "passthrough"), ("tuned", model)])
    Kept.fitted_on.clear()
    asked = {"cv": 3, "groups": groups, "baselines": {"tuned": model}, "refit": False}
    splits = compare_strategies(Kept(), X, y, {}, **asked).splits_
    fits = iter(Kept.fitted_on)
    for train, _ in splits:
        inner, whole, plain = [next(fits), next(fits)], next(fits), next(fits)
        assert whole == plain == set(train.tolist())
        if form == "names":
            held_out = [whole - each for each in inner]
            assert set.union(*held_out) == whole
            for each, others in zip(inner, held_out, strict=True):
                assert not {row // 6 for row in each} & {row // 6 for row in others}
        else:
            folds = WindowKFold(2).split(train, groups=groups[train])
            assert inner == [set(train[part].tolist()) for part, _ in folds]


@pytest.mark.parametrize("n_rows", [4_999, 5_000])
@pytest.mark.parametrize("groups", [None, np.arange(5_000) // 100])
def test_of_many_rows_only_the_first_fold_is_held_out(n_rows, groups):
    rows = np.arange(n_rows)
    X, y = rows[:, None], rows % 2
    groups = None if groups is None else groups[:n_rows]
    splitter = StratifiedKFold if groups is None else StratifiedGroupKFold
    parts = [
        set(train.tolist())
        for train, _ in splitter(3, shuffle=True, random_state=0).split(X, y, groups)
    ]
    Kept.fitted_on.clear()
    Tuned(Kept(), {"C": [1]}, random_state=0).fit(X, y, groups=groups)
    *inner, whole = Kept.fitted_on
    assert inner == (parts if n_rows < 5_000 else parts[:1])
    assert whole == set(rows.tolist())


@pytest.mark.parametrize("n_rows", [999, 1_000])
def test_steps_count_where_each_has_a_tag(n_rows):
    tags = Sequences(np.arange(20 * n_rows) % 2, np.arange(n_rows + 1) * 20)
    Kept.fitted_on.clear()
    Tuned(Kept(), {"C": [1]}, scoring=lambda *_: 0.0, random_state=0).fit(
        np.arange(n_rows)[:, None], tags
    )
    assert len(Kept.fitted_on) == (3 if n_rows < 1_000 else 1) + 1


def test_a_comparison_tunes_its_baselines_as_they_do_by_themselves(monkeypatch):
    asked = []
    monkeypatch.setattr(Tuned, "_choose", lambda self, X, y, groups: (asked.append(self), 0.0))
    X, y = make_imbalanced_tags(12, length=8, n_classes=2, weights=0.6, random_state=0)
    tags = Sequences(np.where(np.arange(X.n_steps) % 7, y.values, -1), y.offsets)
    net = make_plain_pipeline("value tags", hidden_size=2, max_epochs=1, random_state=0)
    net.set_params(model__ignore=-1)
    compare_strategies(net, X, tags, [], cv=2, inner_cv=4, refit=False, blend=False)
    assert {(each.cv, each.ignore) for each in asked} == {(4, -1)}


def test_an_estimator_that_can_do_so_goes_on_from_the_choice_before(noisy):
    X, y = noisy
    warm = LogisticRegression(warm_start=True)
    ours = Tuned(warm, GRID, scoring="neg_log_loss", random_state=0).fit(X, y)
    cold = Tuned(clone(warm).set_params(warm_start=False), GRID, scoring="neg_log_loss")
    cold.set_params(random_state=0).fit(X, y)
    assert ours.best_params_ == cold.best_params_
    np.testing.assert_array_equal(ours.predict_proba(X), cold.predict_proba(X))


def test_of_many_rows_a_splitter_holds_out_all_its_folds():
    rows = np.arange(5_000)
    Kept.fitted_on.clear()
    Tuned(Kept(), {"C": [1]}, cv=StratifiedKFold(3)).fit(rows[:, None], rows % 2)
    assert len(Kept.fitted_on) == 3 + 1


def test_many_rows_of_classes_too_small_for_folds_leave_the_parameters_as_they_are():
    rows = np.arange(5_000)
    assert Tuned(Kept(), {"C": [1]}).fit(rows[:, None], rows // 2).best_params_ is None


@pytest.mark.parametrize("kind", ["values", "tokens", "value tags", "tags"])
def test_baselines_choose_for_the_score_of_the_comparison(kind, toy_data):
    for model in baselines(kind, scoring="accuracy", inner_cv=4, random_state=3).values():
        last = model.steps[-1][1] if hasattr(model, "steps") else model
        if isinstance(last, Tuned):
            assert (last.scoring, last.cv, last.random_state) == ("accuracy", 4, 3)


def test_a_window_is_as_wide_as_the_tags_ask_for():
    """The tag of a step tells of the step ten before it, which a narrow window does not see."""
    rng = np.random.default_rng(0)
    X = Sequences.from_lengths(rng.integers(2, 6, 3000), [60] * 50)
    seen = np.where(np.arange(3000) % 60 < 10, 2, np.roll(X.values, 10))
    y = X.replace(values=np.array(["a", "b", "c", "d"])[seen - 2])
    model = baselines("tags", random_state=0)["window + logistic regression"].fit(X[:40], y[:40])
    assert model.best_params_["radius"] == 16
    score = get_scorer("tag_f1_macro")(model, X[40:], y[40:])
    assert score > 0.9
