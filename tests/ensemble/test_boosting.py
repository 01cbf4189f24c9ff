"""AdaBoost, against that of scikit-learn on tables, and by its own laws on sequences."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.ensemble import AdaBoostClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import Sequences
from skseq.ensemble import SequenceAdaBoostClassifier
from skseq.samplers import SequenceUnderSampler

STUMP = DecisionTreeClassifier(max_depth=1, max_features=2)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_on_tables_it_is_that_of_scikit_learn(n_classes):
    X, y = make_classification(
        300, n_classes=n_classes, n_informative=5, flip_y=0.2, random_state=0
    )
    options = {"n_estimators": 10, "learning_rate": 0.7, "random_state": 0}
    ours = SequenceAdaBoostClassifier(STUMP, **options).fit(X, y)
    theirs = AdaBoostClassifier(STUMP, **options).fit(X, y)
    np.testing.assert_allclose(ours.estimator_weights_, theirs.estimator_weights_)
    np.testing.assert_allclose(ours.estimator_errors_, theirs.estimator_errors_)
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), atol=1e-12)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X))
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


def test_weights_of_a_round_make_the_one_before_a_guess(member, three_classes):
    X, y = three_classes
    model = SequenceAdaBoostClassifier(member, n_estimators=4, random_state=0).fit(X, y)
    assert len(model) > 1
    for before, after in pairwise(model):
        is_wrong = before.predict(X) != y
        assert after.sample_weight_[is_wrong].sum() == pytest.approx(1 - 1 / 3)


def test_weights_that_sequences_carry_are_those_of_the_first_round(member, three_classes):
    X, y = three_classes
    weight = np.random.default_rng(0).uniform(1, 3, len(y))
    model = SequenceAdaBoostClassifier(member, n_estimators=3)
    carried = model.fit(X.replace(weight=weight), y).predict_proba(X)
    given = model.fit(X, y, sample_weight=weight).predict_proba(X)
    np.testing.assert_array_equal(carried, given)
    np.testing.assert_allclose(model[0].sample_weight_, weight / weight.sum())


def test_a_round_without_errors_is_the_last(member):
    X = Sequences.from_list([[0.0], [0.1, 0.0], [5.0], [5.0, 4.9]])
    model = SequenceAdaBoostClassifier(member).fit(X, [0, 0, 1, 1])
    assert len(model) == 1
    assert model.estimator_errors_.tolist() == [0]


class AlwaysFirst(ClassifierMixin, BaseEstimator):
    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def test_a_first_round_no_better_than_chance_stays_alone_with_a_warning():
    X = np.zeros((4, 1))
    with pytest.warns(UserWarning, match="wrong about 50% of the weight, no better than chance"):
        model = SequenceAdaBoostClassifier(AlwaysFirst()).fit(X, [0, 0, 1, 1])
    assert len(model) == 1
    assert model.predict(X).tolist() == [0, 0, 0, 0]


# As scikit-learn has it for its own.
EXPECTED_FAILURES = {
    f"check_sample_weight_equivalence_on_{kind}_data": (
        "weights and repeats differ in the last digit, and so in which of two equal splits it takes"
    )
    for kind in ("dense", "sparse")
}


@parametrize_with_checks(
    [SequenceAdaBoostClassifier(DecisionTreeClassifier(max_depth=1))],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_on_tables_it_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


def test_weights_of_the_first_round_that_are_all_zero_are_refused(member, three_classes):
    X, y = three_classes
    boosted = SequenceAdaBoostClassifier(member, n_estimators=1)
    with pytest.raises(ValueError, match="weights that X carries are all zero"):
        boosted.fit(X.replace(weight=np.zeros(len(y))), y)
    first = (np.arange(len(y)) < 5).astype(float)
    with pytest.raises(ValueError, match="zero wherever the weights that X carries are not"):
        boosted.fit(X.replace(weight=first), y, sample_weight=1 - first)


def test_rounds_weigh_rows_that_a_sampler_has_put_in_another_order(net, three_classes):
    X, y = three_classes
    rows = np.ravel([np.flatnonzero(y == "a")[:8], np.flatnonzero(y == "b")[:8]], order="F")
    X, y = SequenceUnderSampler(random_state=0).fit_resample(X[rows], y[rows])
    assert len(X) == X.origin.n_tokens  # the net alone would ask whose weights these are
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        SequenceAdaBoostClassifier(net, n_estimators=2, random_state=0).fit(X, y)
