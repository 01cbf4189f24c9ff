"""Keys of dicts by class: those that data lack, those that are slips, those of another type."""

import json

import numpy as np
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.model_selection import KFold, cross_val_predict, cross_val_score

from skseq import (
    ClassWeightTransformer,
    SequenceClassifier,
    SequenceOrdinalClassifier,
    Sequences,
    SequenceTagger,
)
from skseq._class_keys import check_class_keys, is_mistyped
from skseq.decisions import check_prior, make_rule
from skseq.exceptions import SmallClassWarning
from skseq.weights import class_weights

SMALL = {"hidden_size": 4, "max_epochs": 2, "random_state": 0}

# What scikit-learn and skseq say about folds that lack a class, and nets this small.
ignore_small_data = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture
def X():
    rng = np.random.default_rng(0)
    return Sequences.from_list([rng.normal(size=n) for n in rng.integers(2, 7, 24)])


LAST_FOLD_ALONE_HAS_C = np.array(["a", "b"] * 11 + ["c", "c"])


# -- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("rar", "rare"), ("raree", "rare"), ("rrae", "rare"), ("positve", "positive"),
        ("posotive", "positive"), ("Positive", "positive"), ("POS", "pos"), (" a", "a"),
        ("not_rain", "not rain"), ("I-PRE", "I-PER"),
    ],
)  # fmt: skip
def test_one_slip_is_seen(word, label):
    assert is_mistyped(word, label)
    assert is_mistyped(label, word)


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("a", "b"), ("ab", "ac"), ("class_1", "class_2"), ("class_1", "class_10"), ("v1_x", "v2_x"),
        ("B-PER", "I-PER"), ("grade_A", "grade_B"), ("male", "female"), ("happy", "unhappy"),
        ("normal", "abnormal"), ("anger", "danger"), ("positive", "negative"), (1, 2), ("1", 1),
    ],
)  # fmt: skip
def test_classes_that_look_alike_are_no_slips(word, label):
    assert not is_mistyped(word, label)
    assert not is_mistyped(label, word)


def test_keys_of_classes_that_the_data_lack_are_fine():
    classes = np.array(["common", "rare"])
    assert check_class_keys({"rare": 2, "rarest": 9}, classes, name="x") == ["common", "rare"]


def test_a_class_that_is_named_itself_is_not_what_a_near_one_means():
    classes = np.array(["anguish", "anger"])
    check_class_keys({"angr": 2, "anger": 3}, classes, name="x")
    with pytest.raises(ValueError, match=r"x names the class 'angr', .* Did you mean 'anger'"):
        check_class_keys({"angr": 2, "anguish": 3}, classes, name="x")


def test_a_dict_of_which_nothing_applies_is_warned_of():
    with pytest.warns(SmallClassWarning, match=r"x names \['c'\], but the data have none of these"):
        check_class_keys({"c": 7}, np.array(["a", "b"]), name="x")
    check_class_keys({}, np.array(["a", "b"]), name="x")


def test_where_all_classes_are_known_no_other_may_be_named():
    with pytest.raises(ValueError, match=r"names the class 'c', but the classes are \['a', 'b'\]"):
        check_class_keys({"a": 1, "c": 7}, np.array(["a", "b"]), name="x", are_all=True)


@pytest.mark.parametrize(
    ("key", "classes", "message"),
    [
        ("1", [0, 1], "the key '1' is a str, but the class 1 is an int"),
        ("7", [0, 1], "the key '7' is a str, but the class 0 is an int"),
        (1, ["0", "1"], "the key 1 is an int, but the class '1' is a str"),
        ("1", [0.0, 1.0], "the key '1' is a str, but the class 1.0 is a float"),
        ("True", [False, True], "the class True is a bool.*json.loads\\(key.lower"),
        (None, ["a", "b"], "the key None is a NoneType, but the class 'a' is a str"),
    ],
)
def test_keys_of_another_type_are_told_from_classes_that_are_missing(key, classes, message):
    with pytest.raises(ValueError, match=message):
        check_class_keys({key: 5}, np.array(classes), name="x")


def test_numbers_of_any_type_are_the_same_keys():
    classes = np.array([0, 1])
    for key in (1, 1.0, np.int32(1), np.float64(1), True):
        assert check_class_keys({key: 2}, classes, name="x") == [0, 1]


# -- wherever a dict goes -------------------------------------------------------------------------


@ignore_small_data
@pytest.mark.parametrize(
    "parameters",
    [
        {"class_weight": {"c": 7}},
        {"class_weight": {"a": 2, "c": 7}},
        {"decision": {"c": 1.5}},
        {"target_prior": {"a": 0.4, "b": 0.4, "c": 0.2}},
        {"target_prior": {"a": 40, "b": 40, "c": 2}, "decision": "balanced"},
    ],
)
@pytest.mark.parametrize("estimator", [SequenceClassifier, SequenceOrdinalClassifier])
def test_a_fold_may_lack_a_class_that_a_dict_names(X, estimator, parameters):
    model = estimator(**SMALL, **parameters)
    scores = cross_val_score(model, X, LAST_FOLD_ALONE_HAS_C, cv=KFold(3))
    assert np.isfinite(scores).all()


@ignore_small_data
def test_a_fold_may_lack_a_tag_that_a_dict_names(X):
    tags = X.replace(values=np.where(X.values > 0, "a", "b"))
    last = tags.replace(values=np.where(X.sequence_index() >= 22, "c", tags.values))
    for parameters in ({"class_weight": {"c": 7}}, {"decision": {"c": 1.0}}):
        scores = cross_val_score(SequenceTagger(**SMALL, **parameters), X, last, cv=KFold(3))
        assert np.isfinite(scores).all()
        ClassWeightTransformer({"c": 7}).fit(X, tags)


@ignore_small_data
def test_class_weights_of_a_pipeline_may_name_a_class_that_a_fold_lacks(X):
    pipe = make_pipeline(ClassWeightTransformer({"c": 7}), SequenceClassifier(**SMALL))
    scores = cross_val_score(pipe, X, LAST_FOLD_ALONE_HAS_C, cv=KFold(3))
    assert np.isfinite(scores).all()


def test_weights_of_the_classes_there_are_as_if_the_others_were_not_named():
    with_c = class_weights({"b": 2, "c": 7}, [6, 2], classes=["a", "b"])
    np.testing.assert_allclose(with_c, class_weights({"b": 2}, [6, 2], classes=["a", "b"]))
    classes = np.array(["a", "b"])
    prior = check_prior({"a": 3, "b": 1, "c": 4}, classes)
    np.testing.assert_allclose(prior, [0.75, 0.25])
    offsets = make_rule({"b": 1.0, "c": 2.0}, classes, prior).offsets
    np.testing.assert_allclose(offsets, [0, 1])


def test_a_prior_still_needs_a_share_for_each_class_there_is():
    with pytest.raises(ValueError, match=r"unknown \['neg'\], missing \['negative'\]"):
        check_prior({"neg": 1, "positive": 2}, np.array(["negative", "positive"]))


@pytest.mark.parametrize("parameter", ["class_weight", "decision", "target_prior"])
def test_keys_that_went_through_json_name_the_type(X, parameter):
    given = json.loads(json.dumps({parameter: {0: 1.0, 1: 5.0}}))
    with pytest.raises(ValueError, match="the key '0' is a str, but the class 0 is an int"):
        SequenceClassifier(**SMALL, **given).fit(X, [0, 0, 1] * 8)


def test_the_key_1_of_json_names_the_int(X):
    model = SequenceClassifier(class_weight={"1": 5}, **SMALL)
    with pytest.raises(ValueError, match="the key '1' is a str, but the class 1 is an int"):
        model.fit(X, [0, 0, 1] * 8)
    with pytest.raises(ValueError, match="the key '1' is a str, but the class 1 is an int"):
        ClassWeightTransformer({"1": 5}).fit(X, [0, 0, 1] * 8)
    with pytest.raises(ValueError, match="the key 1 is an int, but the class '1' is a str"):
        model.set_params(class_weight={1: 5}).fit(X, ["0", "0", "1"] * 8)


@pytest.mark.parametrize("parameter", ["class_weight", "decision", "target_prior"])
def test_a_dict_must_keep_to_the_classes_that_are_named(X, parameter):
    model = SequenceClassifier(classes=["a", "b"], **{parameter: {"a": 1, "b": 1, "zebra": 2}})
    with pytest.raises(ValueError, match="names the class 'zebra', but the classes are"):
        model.set_params(**SMALL).fit(X, ["a", "b", "b"] * 8)


@ignore_small_data
def test_costs_where_a_fold_lacks_a_class_ask_for_the_classes(X):
    costs = 1 - np.eye(3)
    model = SequenceClassifier(decision=costs, **SMALL)
    with pytest.raises(ValueError, match="name all of them with the parameter classes"):
        model.fit(X[:22], LAST_FOLD_ALONE_HAS_C[:22])
    model.set_params(classes=["a", "b", "c"])
    assert np.isfinite(cross_val_score(model, X, LAST_FOLD_ALONE_HAS_C, cv=KFold(3))).all()


# -- classes= and cross_val_predict ---------------------------------------------------------------


@ignore_small_data
@pytest.mark.parametrize("method", ["predict_proba", "predict_log_proba", "decision_function"])
def test_named_classes_are_the_columns_of_cross_val_predict(X, method):
    y = LAST_FOLD_ALONE_HAS_C
    model = SequenceClassifier(classes=["a", "b", "c"], class_weight={"b": 3}, **SMALL)
    found = cross_val_predict(model, X, y, cv=KFold(3), method=method)
    assert found.shape == (24, 3)
    for train, test in KFold(3).split(X):
        expected = getattr(model.fit(X[train], y[train]), method)(X[test])
        np.testing.assert_allclose(found[test], expected)


@ignore_small_data
def test_the_order_of_named_classes_holds_in_cross_val_predict(X):
    y = np.array(["low", "medium", "high"] * 8)
    model = SequenceOrdinalClassifier(classes=["low", "medium", "high"], **SMALL)
    found = cross_val_predict(model, X, y, cv=KFold(3), method="predict_proba")
    train, test = next(KFold(3).split(X))
    np.testing.assert_allclose(found[test], model.fit(X[train], y[train]).predict_proba(X[test]))


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_positions_of_classes_in_another_order_than_named_are_warned_of(X):
    model = SequenceOrdinalClassifier(classes=["low", "medium", "high"], **SMALL)
    with pytest.warns(UserWarning, match=r"positions in the sorted order \['high', 'low'"):
        model.fit(X, np.array([0, 1, 2] * 8))
    assert model.ordered_classes_.tolist() == [1, 2, 0]


def test_labels_that_may_be_positions_of_other_numbers_are_refused_with_the_cure(X):
    model = SequenceClassifier(classes=[1, 2, 3], **SMALL)
    with pytest.raises(ValueError, match=r"LabelEncoder.*classes=range\(3\)"):
        cross_val_predict(model, X, [1, 2, 3] * 8, cv=3, method="predict_proba")


def test_numbers_in_place_of_classes_that_are_numeric_text_are_no_positions(X):
    with pytest.raises(ValueError, match="not one of the classes"):
        SequenceClassifier(classes=["0", "1"], **SMALL).fit(X, [0, 0, 1] * 8)
