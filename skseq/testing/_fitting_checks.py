"""What holds for every kind: what fit leaves behind, and what may not change its result."""

import pickle
import tempfile
from pathlib import Path

import joblib
import numpy as np
from sklearn import config_context
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from skseq.data import Sequences
from skseq.testing._compare import (
    PREDICTION_METHODS,
    assert_same_outputs,
    fitted,
    learn,
    must,
    must_raise,
    outputs_of,
    prediction_outputs,
    seeded,
)
from skseq.testing._examples import OF_LISTS, as_lists, as_object_array


def fitting_checks(estimator, kind):
    """Yield the checks of this file that fit an estimator."""
    yield check_fit_returns_self
    yield check_fit_leaves_parameters_alone
    yield check_fit_sets_only_learnt_attributes
    if get_tags(estimator).requires_fit:
        yield check_is_fitted_after_fit_only
    yield check_input_is_not_modified
    yield check_readonly_memmap_input
    yield check_input_forms
    if kind not in OF_LISTS:
        yield check_arrays_of_equal_length
        yield check_n_features_in
    yield check_fit_is_repeatable
    yield check_global_random_state_is_untouched
    yield check_pickle
    if kind not in {"sampler", "tag_sampler"}:
        if get_tags(estimator).requires_fit:
            yield check_unfitted
        yield check_predicting_changes_nothing
        yield check_pipeline
        yield check_sample_order_invariance
        yield check_subset_invariance
        if has_fit_parameter(estimator, "sample_weight"):
            yield check_metadata_routing


def check_fit_returns_self(estimator, example):
    """Fit gives the estimator itself, so that calls can be chained."""
    estimator = seeded(estimator)
    returned = estimator.fit(example.X, example.y)
    must(returned is estimator, f"fit must return self, got {type(returned).__name__}")


def check_fit_leaves_parameters_alone(estimator, example):
    """Fit neither sets nor mutates a parameter, or a clone would be another estimator."""
    estimator = seeded(estimator)
    before = {name: joblib.hash(value) for name, value in estimator.get_params().items()}
    learn(estimator, example.X, example.y)
    changed = [
        name for name, value in estimator.get_params().items() if joblib.hash(value) != before[name]
    ]
    must(not changed, f"fit must not change parameters, but changed {changed}")


def check_fit_sets_only_learnt_attributes(estimator, example):
    """What fit learns has a name that ends or starts with an underscore."""
    estimator = seeded(estimator)
    before = set(vars(estimator))
    learn(estimator, example.X, example.y)
    new = sorted(set(vars(estimator)) - before)
    public = [name for name in new if not name.startswith("_") and not name.endswith("_")]
    must(not public, f"names of what fit learns must end in an underscore, but it set {public}")


def check_is_fitted_after_fit_only(estimator, example):
    """scikit-learn's check_is_fitted tells a fitted estimator from another."""
    estimator = seeded(estimator)
    with must_raise(NotFittedError, "", "check_is_fitted before fit"):
        check_is_fitted(estimator)
    learn(estimator, example.X, example.y)
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        raise AssertionError("check_is_fitted must pass after fit; set an attribute_") from None


def check_unfitted(estimator, example):
    """Every prediction method of an unfitted estimator raises NotFittedError."""
    for method in filter(lambda name: hasattr(estimator, name), PREDICTION_METHODS):
        with must_raise(NotFittedError, "fit", f"{method} before fit"):
            getattr(seeded(estimator), method)(example.X)


def check_predicting_changes_nothing(estimator, example):
    """Prediction methods leave the estimator as it was."""
    model = fitted(estimator, example)
    before = dict(vars(model))
    for method in filter(lambda name: hasattr(model, name), PREDICTION_METHODS):
        getattr(model, method)(example.X)
        after = vars(model)
        changed = sorted(name for name in before | after if before.get(name) is not after.get(name))
        must(not changed, f"{method} must not change the estimator, but changed {changed}")


def check_input_is_not_modified(estimator, example):
    """Neither fit nor a prediction writes into X or y."""
    before = joblib.hash(_parts(example))
    model = fitted(estimator, example)
    must(joblib.hash(_parts(example)) == before, "fit must not modify X or y")
    outputs_of(model, example)
    must(joblib.hash(_parts(example)) == before, "predicting must not modify X")


def check_readonly_memmap_input(estimator, example):
    """Read-only memory-mapped steps, which joblib gives to workers, are as good as others."""
    expected = outputs_of(fitted(estimator, example), example)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "example.joblib"
        joblib.dump((example.X, example.y), path)
        X, y = joblib.load(path, mmap_mode="r")
        mapped = example.replace(X=X, y=y)
        got = outputs_of(fitted(estimator, mapped), mapped)
        assert_same_outputs(got, expected, "must be the same for read-only memory-mapped input")


def check_input_forms(estimator, example):
    """Lists, object arrays and object Series of the same sequences give the same result."""
    expected = outputs_of(fitted(estimator, example), example)
    for name, convert in _input_forms().items():
        y = convert(example.y) if example.per_step else example.y.tolist()
        other = example.replace(X=convert(example.X), y=y)
        got = outputs_of(fitted(estimator, other), other)
        given = "a list" if isinstance(example.X, list) else "Sequences"
        assert_same_outputs(got, expected, f"must be the same for {name} as for {given}")


def check_arrays_of_equal_length(estimator, example):
    """A 3-D array, or a list of arrays, holds the sequences that `Sequences` do."""
    n_sequences, length = len(example.X), 4
    steps = np.random.default_rng(0).normal(size=(n_sequences, length, 2))
    y = example.y
    if example.per_step:
        y = Sequences.from_padded(np.resize(np.unique(y.values), (n_sequences, length)))
    flat = example.replace(X=Sequences.from_padded(steps), y=y)
    expected = outputs_of(fitted(estimator, flat), flat)
    for name, X in {"a 3-D array": steps, "a list of arrays": list(steps)}.items():
        other = example.replace(X=X, y=y)
        got = outputs_of(fitted(estimator, other), other)
        assert_same_outputs(got, expected, f"must be the same for {name} as for Sequences")


def check_n_features_in(estimator, example):
    """n_features_in_ is there after fit only, and counts the features of a step."""
    must(not hasattr(seeded(estimator), "n_features_in_"), "n_features_in_ must wait for fit")
    got = getattr(fitted(estimator, example), "n_features_in_", None)
    must(
        got == example.X.n_features,
        f"n_features_in_ must be the {example.X.n_features} feature(s) of a step, got {got}",
    )


def check_fit_is_repeatable(estimator, example):
    """The same random_state gives the same result, in a clone and in a second fit."""
    model = fitted(estimator, example)
    expected = outputs_of(model, example)
    assert_same_outputs(
        outputs_of(fitted(estimator, example), example),
        expected,
        "of two clones with the same random_state must be the same",
    )
    learn(model, example.X, example.y)
    assert_same_outputs(outputs_of(model, example), expected, "must be the same after a second fit")


def check_global_random_state_is_untouched(estimator, example):
    """Randomness comes from random_state: the global states of numpy and torch are the caller's."""
    before = _global_random_states()
    outputs_of(fitted(estimator, example), example)
    for library, state in _global_random_states().items():
        must(
            np.array_equal(state, before[library]),
            f"fit and predict must leave the global random state of {library} alone",
        )


def check_pickle(estimator, example):
    """An estimator that was pickled, or dumped by joblib and memory-mapped, predicts the same."""
    model = fitted(estimator, example)
    expected = outputs_of(model, example)
    copy = pickle.loads(pickle.dumps(model))
    assert_same_outputs(outputs_of(copy, example), expected, "must be the same after pickling")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.joblib"
        joblib.dump(model, path)
        mapped = joblib.load(path, mmap_mode="r")
        got = outputs_of(mapped, example)
        assert_same_outputs(got, expected, "must be the same after joblib.load(mmap_mode='r')")


def check_pipeline(estimator, example):
    """In a pipeline an estimator predicts as it does alone."""
    expected = outputs_of(fitted(estimator, example), example)
    pipeline = make_pipeline(seeded(estimator)).fit(example.X, example.y)
    got = prediction_outputs(pipeline, example.X)
    assert_same_outputs(got, expected, "must be the same in a pipeline")


def check_sample_order_invariance(estimator, example):
    """Outputs go with their sequences when those are put in another order."""
    model = fitted(estimator, example)
    order = np.random.default_rng(1).permutation(len(example.X))
    whole = outputs_of(model, example)
    got = outputs_of(model, example.of(order))
    for method, output in whole.items():
        assert_same_outputs(
            {method: got[method]},
            {method: _take_rows(output, order)},
            "must give a sequence the same output in another order of sequences",
        )


def check_subset_invariance(estimator, example):
    """The output for a sequence does not depend on the others, nor on how they are padded."""
    model = fitted(estimator, example)
    whole = outputs_of(model, example)
    for row in range(len(example.X)):
        alone = outputs_of(model, example.of([row]))
        for method, output in whole.items():
            assert_same_outputs(
                {method: alone[method]},
                {method: _take_rows(output, [row])},
                f"must give sequence {row} the same output alone as among others",
            )


def check_metadata_routing(estimator, example):
    """sample_weight can be requested, so that scikit-learn routes it through meta-estimators."""
    with config_context(enable_metadata_routing=True):
        must(isinstance(estimator, BaseEstimator), "must derive from sklearn's BaseEstimator")
        requesting = seeded(estimator).set_fit_request(sample_weight=True)
        consumed = get_routing_for_object(requesting).consumes("fit", ["sample_weight"])
    must(consumed == {"sample_weight"}, "set_fit_request(sample_weight=True) must route it")


# -- helpers ------------------------------------------------------------------------------------


def _parts(example):
    """What joblib can hash of X and y."""
    return [
        (part.values, part.offsets, part.weight) if isinstance(part, Sequences) else part
        for part in (example.X, example.y)
    ]


def _input_forms():
    forms = {"a list": as_lists, "an object array": as_object_array}
    try:
        import pandas as pd
    except ImportError:
        return forms
    return forms | {"an object Series": lambda X: pd.Series(list(X), dtype=object)}


def _global_random_states():
    import torch

    legacy = np.random.get_state(legacy=True)  # noqa: NPY002 (it is the one to watch)
    return {"numpy": np.append(legacy[1], legacy[2:4]), "torch": torch.get_rng_state().numpy()}


def _take_rows(output, rows):
    return [output[row] for row in rows] if isinstance(output, list) else output[np.asarray(rows)]
