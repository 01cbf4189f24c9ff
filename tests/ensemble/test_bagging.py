"""Balanced bagging: what members see, what they say together, and scikit-learn's conventions."""

import warnings

import numpy as np
import pytest
from imblearn.ensemble import BalancedBaggingClassifier
from imblearn.pipeline import make_pipeline
from joblib import parallel_config
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import SequenceClassifier
from skseq.data import original_groups
from skseq.ensemble import SequenceBalancedBaggingClassifier
from skseq.preprocessing import TokenEncoder
from skseq.samplers import SequenceOverSampler


def bagging(member, **parameters):
    parameters = {"n_estimators": 4, "random_state": 0} | parameters
    return SequenceBalancedBaggingClassifier(member, **parameters)


def counts_of(labels):
    return np.unique(labels, return_counts=True)[1].tolist()


# -- what members see ----------------------------------------------------------------------------


def test_every_member_sees_all_classes_equally_often(member, three_classes):
    model = bagging(member).fit(*three_classes)
    assert [counts_of(fitted[-1].y_) for fitted in model] == [[5, 5, 5]] * 4


def test_a_bootstrap_has_as_many_sequences_of_each_class_as_there_are(member, three_classes):
    X, y = three_classes
    for bag in bagging(member).fit(X, y).estimators_samples_:
        assert counts_of(y[bag]) == [42, 13, 5]
        assert len(np.unique(bag)) < len(y)


@pytest.mark.parametrize(("max_samples", "sizes"), [(0.5, [21, 6, 2]), (6, [4, 1, 1])])
@pytest.mark.parametrize("bootstrap", [True, False])
def test_smaller_bootstraps_keep_every_class(max_samples, sizes, bootstrap, member, three_classes):
    X, y = three_classes
    model = bagging(member, max_samples=max_samples, bootstrap=bootstrap).fit(X, y)
    for bag in model.estimators_samples_:
        assert counts_of(y[bag]) == sizes
        assert bootstrap or len(np.unique(bag)) == len(bag)


def test_sequences_come_whole_with_their_label_weight_and_original(member, three_classes):
    X, y = three_classes
    X = X.replace(weight=np.arange(1.0, 61.0), origin=np.arange(100, 160))
    for fitted in bagging(member).fit(X, y):
        seen, labels = fitted[-1].X_, fitted[-1].y_
        rows = seen.origin.values - 100
        assert seen == X[rows]
        np.testing.assert_array_equal(labels, y[rows])
        np.testing.assert_array_equal(seen.weight, rows + 1)


def test_copies_in_a_bootstrap_are_known_as_copies(member, three_classes):
    X, y = three_classes
    for fitted in bagging(member, sampling_strategy={"a": 30}).fit(X, y):
        seen = fitted[-1].X_
        _, first, content = np.unique(original_groups(seen), return_index=True, return_inverse=True)
        assert seen == seen[first][content]
        assert len(first) < len(seen)


def test_another_sampler_balances_in_another_way(member, three_classes):
    model = bagging(member, sampler=SequenceOverSampler()).fit(*three_classes)
    assert [counts_of(fitted[-1].y_) for fitted in model] == [[42, 42, 42]] * 4


def test_members_differ_in_their_seeds_and_draws(member, three_classes):
    model = bagging(member).fit(*three_classes)
    assert len({fitted[-1].random_state for fitted in model}) == 4
    assert len({fitted[-1].X_.origin.values.tobytes() for fitted in model}) == 4


def test_many_members_see_nearly_all_of_the_common_class(member, three_classes):
    X, y = three_classes
    model = bagging(member, n_estimators=30).fit(X, y)
    seen = np.unique(np.concatenate([fitted[-1].X_.origin.values for fitted in model]))
    assert np.mean(np.isin(np.flatnonzero(y == "a"), seen)) > 0.9


def test_a_class_of_one_sequence_is_in_every_member(member, three_classes):
    X, y = three_classes
    y = y.copy()
    y[0] = "d"
    model = bagging(member).fit(X, y)
    assert [counts_of(fitted[-1].y_) for fitted in model] == [[1, 1, 1, 1]] * 4


# -- what they say together ----------------------------------------------------------------------


def test_probabilities_are_the_mean_of_those_of_the_members(net, ragged_values, labels):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # three epochs may collapse
        model = bagging(net).fit(ragged_values, labels)
    by_hand = np.mean([fitted.predict_proba(ragged_values) for fitted in model], axis=0)
    np.testing.assert_allclose(model.predict_proba(ragged_values), by_hand)
    np.testing.assert_allclose(model.predict_log_proba(ragged_values), np.log(by_hand))
    expected = model.classes_[by_hand.argmax(axis=1)]
    np.testing.assert_array_equal(model.predict(ragged_values), expected)


def test_members_without_probabilities_vote():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = np.where(X[:, 0] + rng.normal(size=60) > 1, "rare", "common")
    model = bagging(RidgeClassifier()).fit(X, y)
    votes = np.mean([fitted.predict(X) == "rare" for fitted in model], axis=0)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], votes)


def test_a_class_that_a_member_does_not_know_has_no_probability_from_it(member, three_classes):
    X, y = three_classes
    model = bagging(member).fit(X, y)
    model.estimators_[0].fit(X[y != "b"], y[y != "b"])
    by_hand = sum(fitted.predict_proba(X)[:, 1] for fitted in model.estimators_[1:]) / 4
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], by_hand)


# -- out of bag ----------------------------------------------------------------------------------


@pytest.mark.parametrize("per_original", [1, 2])
def test_out_of_bag_are_members_that_saw_no_sequence_of_the_original(
    per_original, member, three_classes
):
    X, y = three_classes
    original = np.arange(60) // per_original
    copies = X.replace(origin=original) if per_original > 1 else X
    model = bagging(member, n_estimators=50, oob_score=True).fit(copies, y)
    bags = model.estimators_samples_
    each = [fitted.predict_proba(X) for fitted in model]
    for row in range(60):
        unseen = [
            probability[row]
            for probability, bag in zip(each, bags, strict=True)
            if original[row] not in original[bag]
        ]
        np.testing.assert_allclose(model.oob_decision_function_[row], np.mean(unseen, axis=0))
    predicted = model.classes_[model.oob_decision_function_.argmax(axis=1)]
    assert model.oob_score_ == pytest.approx(np.mean(predicted == y))


def test_out_of_bag_score_takes_a_metric(member, three_classes):
    X, y = three_classes
    model = bagging(member, n_estimators=50, oob_score=balanced_accuracy_score).fit(X, y)
    predicted = model.classes_[model.oob_decision_function_.argmax(axis=1)]
    assert model.oob_score_ == pytest.approx(balanced_accuracy_score(y, predicted))


def test_sequences_that_all_members_saw_have_no_out_of_bag_prediction(member, three_classes):
    X, y = three_classes
    with pytest.warns(UserWarning, match="have no out-of-bag prediction"):
        model = bagging(member, n_estimators=1, oob_score=True).fit(X, y)
    is_seen = np.isin(np.arange(60), model.estimators_samples_[0])
    np.testing.assert_array_equal(np.isnan(model.oob_decision_function_).all(axis=1), is_seen)


# -- conventions ---------------------------------------------------------------------------------


@parametrize_with_checks([bagging(DecisionTreeClassifier(), n_estimators=3)])
def test_on_tables_it_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


def test_on_tables_it_does_as_well_as_that_of_imbalanced_learn():
    rng = np.random.default_rng(0)
    y = np.repeat(["common", "rare"], [270, 30])
    X = rng.normal(size=(300, 4)) + (y == "rare")[:, None]
    ours = bagging(LogisticRegression(), n_estimators=20)
    theirs = BalancedBaggingClassifier(LogisticRegression(), n_estimators=20, random_state=0)
    plain = LogisticRegression()
    ours, theirs, plain = (
        cross_val_score(model, X, y, scoring="balanced_accuracy").mean()
        for model in (ours, theirs, plain)
    )
    assert ours == pytest.approx(theirs, abs=0.02)
    assert ours > plain + 0.05


def test_two_workers_give_what_one_gives(member, three_classes):
    X, y = three_classes
    one = bagging(member).fit(X, y)
    with parallel_config("threading"):  # processes take seconds to start
        two = bagging(member, n_jobs=2).fit(X, y)
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))


@pytest.mark.slow
def test_two_processes_train_the_same_nets_as_one(net, ragged_tokens, labels):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one = bagging(net, n_estimators=2).fit(ragged_tokens, labels)
        two = bagging(net, n_estimators=2, n_jobs=2).fit(ragged_tokens, labels)
    np.testing.assert_allclose(
        one.predict_proba(ragged_tokens), two.predict_proba(ragged_tokens), atol=1e-6
    )


def test_the_seed_decides(member, three_classes):
    X, y = three_classes
    first, again, other = (
        bagging(member, random_state=seed).fit(X, y).predict_proba(X) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_warm_start_adds_the_members_that_a_fit_of_all_would_have(member, three_classes):
    X, y = three_classes
    model = bagging(member, n_estimators=2, warm_start=True).fit(X, y)
    first = model.estimators_[0]
    model.set_params(n_estimators=5).fit(X, y)
    assert model.estimators_[0] is first
    assert len(model) == len(model.estimators_samples_) == 5
    with pytest.warns(UserWarning, match="all n_estimators=5 members are there already"):
        model.fit(X, y)
    at_once = bagging(member, n_estimators=5).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), at_once.predict_proba(X))


def test_members_are_tuned_from_a_grid(member, three_classes):
    X, y = three_classes
    grid = {"n_estimators": [1, 3], "estimator__random_state": [1, 2]}
    search = GridSearchCV(bagging(member), grid, scoring="f1_macro", cv=2).fit(X, y)
    assert len(search.cv_results_["params"]) == 4


def test_texts_are_encoded_by_each_member(net):
    texts = ["to be or not", "be", "not to be", "or not to"] * 6
    y = np.array(["rare", "common", "common", "common"] * 6)
    model = bagging(make_pipeline(TokenEncoder(), net), n_estimators=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert model.fit(texts, y).predict(texts).shape == (24,)


def test_lists_object_arrays_and_sequences_give_the_same(member, three_classes):
    X, y = three_classes
    expected = bagging(member).fit(X, y).predict_proba(X)
    lists = list(X)
    objects = np.fromiter(lists, dtype=object, count=len(lists))
    for form in (lists, objects):
        model = bagging(member).fit(form, y)
        np.testing.assert_array_equal(model.predict_proba(form), expected)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_estimators": 0}, "'n_estimators' parameter"),
        ({"max_samples": 1.5}, "'max_samples' parameter"),
        ({"sampling_strategy": "minority"}, "'sampling_strategy' parameter"),
        ({"bootstrap": False, "oob_score": True}, "oob_score needs bootstrap=True"),
        ({"bootstrap": False, "max_samples": 61}, "max_samples=61 must be at most the 60"),
        ({"sampler": "enn"}, "'sampler' parameter"),
    ],
)
def test_wrong_parameters_are_refused(parameters, message, member, three_classes):
    with pytest.raises(ValueError, match=message):
        bagging(member, **parameters).fit(*three_classes)


def test_warm_start_cannot_take_members_away_or_learn_new_classes(member, three_classes):
    X, y = three_classes
    model = bagging(member, warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match="n_estimators=2 must be at least the 4 members"):
        model.set_params(n_estimators=2).fit(X, y)
    with pytest.raises(ValueError, match=r"class\(es\) \['d'\], which the first fit did not see"):
        model.set_params(n_estimators=6).fit(X, np.where(y == "a", "d", y))


def test_without_an_estimator_members_are_sequence_classifiers():
    assert isinstance(SequenceBalancedBaggingClassifier()._member(), SequenceClassifier)
