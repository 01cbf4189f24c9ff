"""EasyEnsemble: balanced under-samples of all rows, boosted."""

import warnings

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq.ensemble import SequenceAdaBoostClassifier, SequenceEasyEnsembleClassifier


def test_every_member_gets_the_whole_rarest_class_and_as_many_of_the_others(member, three_classes):
    X, y = three_classes
    model = SequenceEasyEnsembleClassifier(4, member, random_state=0).fit(X, y)
    for fitted in model:
        rows = fitted[-1].X_.origin.values
        assert np.unique(y[rows], return_counts=True)[1].tolist() == [5, 5, 5]
        assert set(np.flatnonzero(y == "c")) <= set(rows)
        assert len(np.unique(rows)) == 15
    assert len({fitted[-1].X_.origin.values.tobytes() for fitted in model}) == 4


def test_sequences_of_weight_zero_are_in_no_bag(member, three_classes):
    X, y = three_classes
    weight = np.ones(len(y))
    weight[np.flatnonzero(y == "c")[2:]] = 0
    model = SequenceEasyEnsembleClassifier(4, member, random_state=0)
    for fitted in model.fit(X.replace(weight=weight), y):
        assert np.unique(fitted[-1].y_, return_counts=True)[1].tolist() == [2, 2, 2]
        assert fitted[-1].X_.weight.all()
    with pytest.raises(ValueError, match="weights that X carries are all zero"):
        model.fit(X.replace(weight=np.zeros(len(y))), y)


def test_probabilities_are_the_mean_of_those_of_boosted_members(member, three_classes):
    X, y = three_classes
    boosted = SequenceAdaBoostClassifier(member, n_estimators=3)
    model = SequenceEasyEnsembleClassifier(3, boosted, random_state=0).fit(X, y)
    assert max(len(fitted[-1]) for fitted in model) > 1
    by_hand = np.mean([fitted.predict_proba(X) for fitted in model], axis=0)
    np.testing.assert_allclose(model.predict_proba(X), by_hand)


def test_seeds_reach_into_boosted_members(member, three_classes):
    X, y = three_classes
    boosted = SequenceAdaBoostClassifier(member, n_estimators=3)
    model = SequenceEasyEnsembleClassifier(3, boosted, random_state=0).fit(X, y)
    seeds = [each.random_state for fitted in model for each in fitted[-1]]
    assert len(set(seeds)) == len(seeds)


def test_the_default_boosts_nets():
    default = SequenceEasyEnsembleClassifier()._member()
    assert isinstance(default, SequenceAdaBoostClassifier)


def test_nets_are_boosted_on_ragged_tokens(net, ragged_tokens, labels):
    model = SequenceEasyEnsembleClassifier(
        2, SequenceAdaBoostClassifier(net, n_estimators=2), random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # three epochs may collapse, or be no better than chance
        model.fit(ragged_tokens, labels)
    assert model.predict_proba(ragged_tokens).sum(axis=1) == pytest.approx(1)


@parametrize_with_checks(
    [
        SequenceEasyEnsembleClassifier(
            2, SequenceAdaBoostClassifier(DecisionTreeClassifier(max_depth=1)), random_state=0
        )
    ]
)
def test_on_tables_it_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)
