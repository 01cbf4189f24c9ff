"""A bare estimator takes part as a pipeline does, and who names no classes is refused."""

import numpy as np
import pytest
from imblearn.pipeline import make_pipeline as make_sampling_pipeline
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    SequenceTagger,
)
from skseq.model_selection import compare_strategies, make_plain_pipeline
from skseq.model_selection._candidates import (
    _strategies_by_name,
    baseline_candidates,
    last_step,
)
from skseq.model_selection._tuned import Tuned
from skseq.preprocessing import SequenceScaler, TokenEncoder
from skseq.samplers import SequenceOverSampler

SMALL = {"hidden_size": 4, "max_epochs": 2, "random_state": 0}
NAMES = ["weight balanced", "loss focal"]

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")


def compare(estimator, X, y, strategies=NAMES, **kwargs):
    return compare_strategies(estimator, X, y, strategies, **{"cv": 2, "baselines": False} | kwargs)


@pytest.mark.parametrize("kind", ["values", "tokens", "value tags", "tags"])
def test_a_bare_estimator_does_what_it_does_in_the_named_steps(kind, toy_data):
    X, y = toy_data(kind)
    model = SequenceTagger if "tags" in kind else SequenceClassifier
    steps = make_plain_pipeline(kind, **SMALL)
    if "scale" in steps.named_steps:
        steps.set_params(scale="passthrough")
    bare, named = (compare(each, X, y) for each in (model(**SMALL), steps))
    assert list(bare.scores_) == list(named.scores_)
    for name, scores in named.scores_.items():
        np.testing.assert_array_equal(bare.scores_[name], scores)


def test_an_ordinal_classifier_is_compared_bare(toy_data):
    X, y = toy_data("values")
    found = compare(SequenceOrdinalClassifier(**SMALL), X, y, ["weight balanced"])
    assert np.isfinite(found.table["mean"]).all()
    with pytest.raises(ValueError, match=r"'loss focal' sets 'loss', which SequenceOrdinalClass"):
        compare(SequenceOrdinalClassifier(**SMALL), X, y, ["loss focal"])
    names = _strategies_by_name(SequenceOrdinalClassifier(), "all", "values", 0)
    assert {"weight balanced", "SequenceSMOTE", "mixup remix"} <= set(names)
    assert not any(name.startswith("loss") for name in names)


def test_steps_with_names_of_ones_own_get_those_that_strategies_change(toy_data):
    X, y = toy_data("tokens")
    mine = make_pipeline(TokenEncoder(), SequenceClassifier(**SMALL))
    ours = make_plain_pipeline("tokens", **SMALL)
    one, other = (compare(pipe, X, y) for pipe in (mine, ours))
    for name, scores in other.scores_.items():
        np.testing.assert_array_equal(one.scores_[name], scores)


@pytest.mark.parametrize("is_bare", [True, False])
def test_parameters_of_the_estimator_as_it_was_are_taken_too(toy_data, is_bare):
    X, y = toy_data("values")
    model = SequenceClassifier(**SMALL)
    pipe = model if is_bare else make_pipeline(SequenceScaler(), model)
    old = "" if is_bare else "sequenceclassifier__"
    changes = {"mine": {f"{old}hidden_size": 5, "weight__strategy": "balanced"}}
    grid = {f"{old}max_epochs": [1, 2]}
    found = compare(pipe, X, y, changes, param_grid=grid, inner_cv=2)
    assert np.isfinite(found.table["mean"]).all()
    assert set(found.predictions_["mine"][0].best_params) == {"model__max_epochs"}
    # What needs no step is changed where it stands.
    found = compare(pipe, X, y, {"mine": {f"{old}hidden_size": 5}}, param_grid=[grid], inner_cv=2)
    assert set(found.predictions_["mine"][0].best_params) == {f"{old}max_epochs"}


def test_a_sampler_of_ones_own_must_be_named(toy_data):
    X, y = toy_data("values")
    pipe = make_sampling_pipeline(SequenceOverSampler(), SequenceClassifier(**SMALL))
    with pytest.raises(ValueError, match="Name its steps 'sample', 'weight' and 'model'"):
        compare(pipe, X, y)


def test_a_misspelt_parameter_of_a_bare_estimator_gets_a_hint(toy_data):
    X, y = toy_data("values")
    with pytest.raises(ValueError, match=r"sets 'hiden_size'.*Did you mean 'hidden_size'"):
        compare(SequenceClassifier(**SMALL), X, y, {"mine": {"hiden_size": 5}})


@pytest.mark.parametrize(
    "regressor",
    [
        SequenceRegressor(),
        make_pipeline(SequenceScaler(), SequenceRegressor()),
        GridSearchCV(SequenceRegressor(), {"lr": [0.1]}),
        RandomForestRegressor(),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_regressor_is_refused_by_name(regressor, toy_data):
    X, y = toy_data("values")
    for target in (y, y.astype(float) + 0.5):
        with pytest.raises(ValueError, match=r"'pipeline' ends in a regressor.*cross_val_score"):
            compare(regressor, X, target, {})
    plain = make_plain_pipeline("values", **SMALL)
    with pytest.raises(ValueError, match=r"'numbers' ends in a regressor.*SequenceOrdinalClass"):
        compare(plain, X, y, {"numbers": {"model": SequenceRegressor()}})
    with pytest.raises(ValueError, match="'forest' ends in a regressor"):
        compare(plain, X, y, {}, baselines={"forest": regressor, "none": DummyClassifier()}) if (
            isinstance(regressor, RandomForestRegressor)
        ) else compare(plain, X, y, {}, baselines={"forest": SequenceRegressor()})


def test_texts_reach_our_baselines_as_they_are_and_ones_own_encoded(toy_data):
    X, y = toy_data("tokens")
    seen = []

    class Kept(DummyClassifier):
        def fit(self, X, y):
            seen.append(X)
            return super().fit(X, y)

    compare(make_plain_pipeline("tokens", **SMALL), X, y, {}, baselines={"mine": Kept()})
    assert all(each.vocabulary is not None for each in seen)
    found = compare(make_plain_pipeline("tokens", **SMALL), X, y, {}, baselines=True)
    model = found.predictions_["TF-IDF + logistic regression"][0]
    assert {"classifier__C"} <= set(model.best_params)


@pytest.mark.parametrize("kind", ["tokens", "values"])
def test_beside_an_ordinal_classifier_the_last_baseline_is_cut_by_shares_too(toy_data, kind):
    X, y = toy_data(kind)
    levels = sorted(set(y), reverse=True)
    asked = {"kind": kind, "scoring": None, "inner_cv": 2, "random_state": 0}
    plain = make_plain_pipeline(kind)
    usual = baseline_candidates(plain, True, X, **asked)
    plain.set_params(model=SequenceOrdinalClassifier(classes=levels, **SMALL))
    found = baseline_candidates(plain, True, X, **asked)
    *others, last, cut = found
    assert [*others, last] == list(usual)
    assert cut == f"{last}, cut by shares"
    assert last_step(last_step(found[cut].fit(X, y))).ordered_classes_.tolist() == levels
    assert np.isfinite(compare(plain, X, y, {}, baselines=True).scores_[cut]).all()


def test_the_crf_gets_lists_of_tokens_as_they_are_and_texts_encoded(toy_data):
    pytest.importorskip("sklearn_crfsuite")
    X, _ = toy_data("tags")
    pipe = make_plain_pipeline("tags", **SMALL)
    asked = {"kind": "tags", "scoring": None, "inner_cv": 2, "random_state": 0}
    by_tokens = baseline_candidates(pipe, True, X, **asked)
    by_texts = baseline_candidates(pipe, True, [" ".join(row) for row in X], **asked)
    assert list(by_tokens["window + logistic regression"].named_steps) == ["encode", "model"]
    assert isinstance(by_tokens["CRF"], Tuned)
    assert list(by_texts["CRF"].named_steps) == ["encode", "model"]
