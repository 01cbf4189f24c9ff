"""Thresholds on the expected place make a classifier of ordered classes of any other."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, f1_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import SequenceClassifier, SequenceTagger
from skseq.exceptions import ClassOrderWarning, CollapseWarning
from skseq.meta import OrdinalThresholdClassifier

LEVELS = ["low", "middle", "high", "top"]
SHARES = [0.05, 0.55, 0.37, 0.03]
LINEAR = LogisticRegression()
SMALL = {"hidden_size": 4, "max_epochs": 3, "random_state": 0}


EXPECTED_FAILURES = {
    "check_classifiers_train": "predictions follow the thresholds, not the largest probability"
}


@pytest.mark.filterwarnings("ignore::skseq.exceptions.ClassOrderWarning")
@parametrize_with_checks(
    [OrdinalThresholdClassifier(LogisticRegression())],
    expected_failed_checks=lambda _: EXPECTED_FAILURES,
)
def test_estimator_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


def levels(n, seed=0, noise=1.5):
    """Rows of three numbers, the first of which tells a level, more or less."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    score = X[:, 0] + noise * rng.normal(size=n)
    codes = np.searchsorted(np.quantile(score, np.cumsum(SHARES)[:-1]), score)
    return X, np.array(LEVELS)[codes]


def test_held_out_rows_get_the_shares_of_the_classes():
    X, y = levels(600)
    folds = StratifiedKFold(4, shuffle=True, random_state=1)
    model = OrdinalThresholdClassifier(LINEAR, classes=LEVELS, cv=folds).fit(X, y)
    proba = cross_val_predict(LINEAR, X, y, cv=folds, method="predict_proba")
    place = proba @ [LEVELS.index(label) for label in model.classes_]
    predicted = np.array(LEVELS)[np.searchsorted(model.thresholds_, place)]
    assert [np.sum(predicted == level) for level in LEVELS] == [np.sum(y == lv) for lv in LEVELS]


class Collapsing(LogisticRegression):
    """Warns of its decisions, as nets do."""

    def fit(self, X, y):
        warnings.warn(f"{len(X)} rows", CollapseWarning, stacklevel=2)
        return super().fit(X, y)


def test_decisions_that_nobody_reads_do_not_warn_in_each_fold():
    X, y = levels(300)
    with pytest.warns(CollapseWarning) as caught:
        OrdinalThresholdClassifier(Collapsing(), classes=LEVELS, cv=3).fit(X, y)
    assert [str(warning.message) for warning in caught] == ["300 rows"]


def test_prediction_cuts_the_expected_place():
    X, y = levels(300)
    model = OrdinalThresholdClassifier(LINEAR, classes=LEVELS).fit(X, y)
    assert model.classes_.tolist() == sorted(LEVELS)
    assert model.ordered_classes_.tolist() == LEVELS
    alone = clone(LINEAR).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), alone.predict_proba(X))
    place = alone.predict_proba(X) @ [LEVELS.index(label) for label in alone.classes_]
    np.testing.assert_allclose(model.predict_intensity(X), place)
    expected = [LEVELS[np.sum(model.thresholds_ < one)] for one in place]
    assert model.predict(X).tolist() == expected
    assert (model.decision_function(X).max(axis=1) == 0).all()


@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_kappa_and_macro_f1_are_above_those_of_the_most_probable_class(class_weight):
    linear = LogisticRegression(class_weight=class_weight)
    gains = []
    for seed in range(5):
        (X, y), (X_test, y_test) = levels(800, seed), levels(2000, seed + 100)
        model = OrdinalThresholdClassifier(linear, classes=LEVELS).fit(X, y)
        cut, probable = model.predict(X_test), linear.fit(X, y).predict(X_test)
        gains.append([of(y_test, cut) - of(y_test, probable) for of in (kappa, macro_f1)])
    assert (np.mean(gains, axis=0) > 0.02).all()


def kappa(y, predicted):
    return cohen_kappa_score(y, predicted, weights="quadratic", labels=LEVELS)


def macro_f1(y, predicted):
    return f1_score(y, predicted, average="macro")


def test_weight_is_as_good_as_copies():
    X, y = levels(200)
    fitted = clone(LINEAR).fit(X, y)
    weight = np.random.default_rng(0).integers(0, 4, len(y))
    copies = np.repeat(np.arange(len(y)), weight)
    ours = OrdinalThresholdClassifier(fitted, classes=LEVELS, cv="prefit")
    weighted = clone(ours, safe=False).set_params(estimator=fitted)
    weighted.fit(X, y, sample_weight=weight)
    ours.fit(X[copies], y[copies])
    np.testing.assert_allclose(weighted.thresholds_, ours.thresholds_)
    assert weighted.estimator_ is fitted


def test_a_search_tunes_what_is_inside():
    X, y = levels(300)
    model = OrdinalThresholdClassifier(LINEAR, classes=LEVELS, cv=3)
    search = GridSearchCV(model, {"estimator__C": [1e-4, 1.0]}, scoring="f1_macro", cv=3).fit(X, y)
    assert search.best_params_["estimator__C"] in (1e-4, 1.0)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_sequences_and_their_steps_are_cut_alike():
    rng = np.random.default_rng(0)
    X = [rng.normal(size=n) for n in rng.integers(4, 8, 60)]
    y = np.array([int(np.searchsorted([-0.5, 0.5], row.mean())) for row in X])
    model = OrdinalThresholdClassifier(SequenceClassifier(**SMALL), cv=0.3, random_state=0)
    assert set(model.fit(X, y).predict(X)) <= {0, 1, 2}
    tags = [np.searchsorted([-1, 1.5], row).tolist() for row in X]
    tagger = OrdinalThresholdClassifier(SequenceTagger(**SMALL), cv=3).fit(X, tags)
    found, places = tagger.predict(X), tagger.predict_intensity(X)
    assert [len(row) for row in found] == [len(row) for row in X]
    steps = np.concatenate(found)
    np.testing.assert_array_equal(steps, np.searchsorted(tagger.thresholds_, places.values))
    shares = np.bincount(np.concatenate(tags), minlength=3) / len(steps)
    np.testing.assert_allclose(np.bincount(steps, minlength=3) / len(steps), shares, atol=0.1)


def test_labels_without_a_known_order_are_named():
    X, y = levels(100)
    with pytest.warns(ClassOrderWarning, match="sorted order") as caught:
        OrdinalThresholdClassifier(LINEAR, cv=3).fit(X, y)
    assert caught[0].filename == __file__
    with pytest.raises(ValueError, match="classes must name each label once"):
        OrdinalThresholdClassifier(LINEAR, classes=LEVELS[:3]).fit(X, y)


def test_a_column_may_bring_the_order_along():
    X, y = levels(100)
    column = pd.Series(pd.Categorical(y, categories=LEVELS, ordered=True))
    model = OrdinalThresholdClassifier(LINEAR, cv=3).fit(X, column)
    assert model.ordered_classes_.tolist() == LEVELS
