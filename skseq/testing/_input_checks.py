"""Bad input: an error that says what is wrong, from fit and, where it applies, from predict."""

import numpy as np
from sklearn.utils import get_tags
from sklearn.utils.validation import has_fit_parameter

from skseq.data import Sequences
from skseq.testing._compare import (
    PREDICTION_METHODS,
    assert_same_outputs,
    fitted,
    flatten,
    learn,
    must,
    must_raise,
    outputs_of,
    seeded,
)
from skseq.testing._examples import OF_LISTS

# What scikit-learn's check_requires_y_none accepts as a graceful failure.
_Y_IS_MISSING = (
    "requires y to be passed, but the target y is None"
    r"|Expected array-like \(array or non-string sequence\), got None"
    "|y should be a 1d array"
)

_NEEDS_TEXT = "text|str|token"


def input_checks(estimator, kind):
    """Yield the checks of this file that fit an estimator."""
    yield check_empty_input
    yield check_one_sequence
    if kind == "text_transformer":
        yield check_rows_that_are_no_text
    if kind not in OF_LISTS:
        yield check_empty_sequence
        yield check_step_dtypes
        yield check_nan_and_infinity
        yield check_complex_steps
        yield check_sequences_of_different_features
        yield check_features_that_change
        yield check_negative_tokens
    if kind in {"classifier", "tagger", "regressor", "step_regressor", "transformer"}:
        yield check_text_is_refused
    if _needs_y(estimator):
        yield check_y_is_required
        yield check_y_is_aligned
        yield check_y_without_nan
    if has_fit_parameter(estimator, "sample_weight"):
        yield check_sample_weight_forms
        yield check_sample_weight_is_not_modified
        yield check_sample_weight_shape
        yield check_sample_weight_all_zero
        yield check_equal_sample_weights_change_nothing


def check_empty_input(estimator, example):
    """No sequences at all are an error."""
    with must_raise(ValueError, r"0 sample|empty|no sequences|no texts", "fit of an empty X"):
        learn(seeded(estimator), example.X[:0], example.y[:0])


def check_empty_sequence(estimator, example):
    """A sequence without steps is an error, which says where it is."""
    lengths = example.X.lengths.copy()
    lengths[1] += lengths[0]
    lengths[0] = 0
    X = Sequences.from_lengths(example.X.values, lengths)
    y = Sequences.from_lengths(example.y.values, lengths) if example.per_step else example.y
    with must_raise(ValueError, "empty|no steps", "fit of an X with an empty sequence"):
        learn(seeded(estimator), X, y)
    for method, ask in _prediction_methods(fitted(estimator, example)):
        with must_raise(ValueError, "empty|no steps", f"{method} of an X with an empty sequence"):
            ask(X)


def check_one_sequence(estimator, example):
    """One sequence is predicted, or refused for a reason."""
    try:
        learn(seeded(estimator), example.X[:1], example.y[:1])
    except ValueError as error:
        reasons = ("1 sample", "n_samples", "one class", "1 class", "single class", "one tag")
        must(
            any(reason in str(error).lower() for reason in (*reasons, "at least")),
            f"fit of one sequence must say that one is too few, got: {error}",
        )


def check_step_dtypes(estimator, example):
    """Every integer type holds token ids, every float type values."""
    dtypes = "int8 uint8 int32 int64" if example.form == "tokens" else "float16 float32 float64"
    for dtype in dtypes.split():
        typed = example.replace(X=_with_values(example.X, example.X.values.astype(dtype)))
        for method, output in outputs_of(fitted(estimator, typed), typed).items():
            flat, _ = flatten(output)
            must(
                flat.dtype.kind != "f" or np.isfinite(flat).all(),
                f"{method} must be finite for {dtype} steps",
            )


def check_nan_and_infinity(estimator, example):
    """NaN and infinity are errors, in fit and in prediction."""
    if get_tags(estimator).input_tags.allow_nan or example.form == "tokens":
        return
    model = None if example.is_sampled else fitted(estimator, example)
    for value, name in ((np.nan, "nan"), (np.inf, "inf"), (-np.inf, "inf")):
        values = example.X.values.copy()
        values[len(values) // 2, 0] = value
        X = _with_values(example.X, values)
        with must_raise(ValueError, name, f"fit of an X with {value}"):
            learn(seeded(estimator), X, example.y)
        for method, ask in _prediction_methods(model):
            with must_raise(ValueError, name, f"{method} of an X with {value}"):
                ask(X)


def check_complex_steps(estimator, example):
    """Complex numbers are refused rather than cut to their real part."""
    X = _with_values(example.X, example.X.values.astype(np.complex128))
    with must_raise((ValueError, TypeError), "complex", "fit of complex steps"):
        learn(seeded(estimator), X, example.y)


def check_sequences_of_different_features(estimator, example):
    """Sequences of a list must have the same number of features."""
    X = [np.atleast_2d(steps.T).T for steps in example.X]
    X[2] = np.hstack([X[2], X[2]])
    y = example.y.tolist() if example.per_step else example.y
    with must_raise(ValueError, "features", "fit of sequences that differ in their features"):
        learn(seeded(estimator), X, y)


def check_features_that_change(estimator, example):
    """Predicting, or fitting on, with another number of features is an error that says both."""
    table = example.X.values.reshape(example.X.n_steps, -1)
    wide = _with_values(example.X, np.hstack([table, table, table]).astype(np.float64))
    if example.is_sampled:
        return
    for method, ask in _prediction_methods(fitted(estimator, example)):
        with must_raise(ValueError, "features|values", f"{method} of an X with more features"):
            ask(wide)
    if hasattr(estimator, "partial_fit"):
        model, named = seeded(estimator), _names_classes(estimator, example)
        model.partial_fit(example.X, example.y, **named)
        with must_raise(ValueError, "features|values", "a second partial_fit with more features"):
            model.partial_fit(wide, example.y)


def check_negative_tokens(estimator, example):
    """A negative integer is not a token id; who takes integers for measurements may accept it."""
    if example.form != "tokens":
        return
    X = _with_values(example.X, -example.X.values)
    try:
        learn(seeded(estimator), X, example.y)
    except ValueError as error:
        must(
            "negative" in str(error),
            f"fit of negative token ids must say that they are negative, got: {error}",
        )
    else:
        kind = getattr(learn(seeded(estimator), X, example.y), "input_kind_", "values")
        must(kind == "values", "fit must refuse negative token ids")


def check_text_is_refused(estimator, example):
    """Texts where numbers are needed are an error that says so."""
    texts = ["to be" for _ in range(len(example.X))]
    with must_raise((TypeError, ValueError), "text|string|token", "fit of texts"):
        learn(seeded(estimator), texts, example.y)


def check_rows_that_are_no_text(estimator, example):
    """A number among the texts is an error, in fit and in transform; so is one bare text."""
    for X in ([*example.X[:-1], 3.0], "to be or not to be"):
        with must_raise((TypeError, ValueError), _NEEDS_TEXT, f"fit of {_abridged(X)}"):
            learn(seeded(estimator), X, example.y)
        for method, ask in _prediction_methods(fitted(estimator, example)):
            with must_raise((TypeError, ValueError), _NEEDS_TEXT, f"{method} of {_abridged(X)}"):
                ask(X)


def check_y_is_required(estimator, example):
    """A missing y is an error that says so."""
    with must_raise(ValueError, _Y_IS_MISSING, "fit without y"):
        learn(seeded(estimator), example.X, None)


def check_y_is_aligned(estimator, example):
    """y has one entry for each sequence; tags, one for each step."""
    deed = "fit of a y that is one sequence short"
    with must_raise(ValueError, "inconsistent|align|number|length", deed):
        learn(seeded(estimator), example.X, example.y[:-1])
    if example.per_step:
        lengths = example.y.lengths.copy()
        lengths[-2:] += (-1, 1) if lengths[-2] > 1 else (1, -1)
        moved = Sequences.from_lengths(example.y.values, lengths)
        row = len(lengths) - 2
        deed = f"fit of a y whose sequence {row} has another length than that of X"
        with must_raise(ValueError, rf"\b{row}\b", deed):
            learn(seeded(estimator), example.X, moved)


def check_y_without_nan(estimator, example):
    """A label, or number, that is NaN is an error."""
    numbered = example if example.is_numeric else example.relabelled([0.0, 1.0, 2.0])
    flat = (numbered.y.values if numbered.per_step else numbered.y).copy()
    flat[0] = np.nan
    y = numbered.y.replace(values=flat) if numbered.per_step else flat
    with must_raise(ValueError, "nan", "fit of a y with NaN"):
        learn(seeded(estimator), numbered.X, y)


# -- sample weights -----------------------------------------------------------------------------


def check_sample_weight_forms(estimator, example):
    """Weights may be an array, a list or a Series."""
    weight = _weights(example)
    expected = outputs_of(fitted(estimator, example, sample_weight=weight), example)
    for name, other in _weight_forms(weight).items():
        got = outputs_of(fitted(estimator, example, sample_weight=other), example)
        assert_same_outputs(got, expected, f"must be the same for sample_weight as {name}")


def check_sample_weight_is_not_modified(estimator, example):
    """Fit does not write into sample_weight."""
    weight = _weights(example)
    fitted(estimator, example, sample_weight=weight)
    must(np.array_equal(weight, _weights(example)), "fit must not modify sample_weight")


def check_sample_weight_shape(estimator, example):
    """Weights of another number, or in two columns, are an error."""
    n_sequences = len(example.X)
    for shape in ((2 * n_sequences + 1,), (n_sequences, 2)):
        with must_raise(ValueError, "weight", f"fit with sample_weight of shape {shape}"):
            fitted(estimator, example, sample_weight=np.ones(shape))


def check_sample_weight_all_zero(estimator, example):
    """If nothing counts there is nothing to learn."""
    with must_raise(ValueError, "weight.*zero|zero.*weight", "fit with zero weights only"):
        fitted(estimator, example, sample_weight=np.zeros(len(example.X)))


def check_equal_sample_weights_change_nothing(estimator, example):
    """A weight of 1 for every sequence changes nothing."""
    expected = outputs_of(fitted(estimator, example), example)
    got = outputs_of(fitted(estimator, example, sample_weight=np.ones(len(example.X))), example)
    assert_same_outputs(got, expected, "must be the same for weights of 1 as without weights")


# -- helpers ------------------------------------------------------------------------------------


def _needs_y(estimator):
    tags = get_tags(estimator)
    return tags.target_tags.required or hasattr(estimator, "fit_resample")


def _with_values(X, values):
    return Sequences(values, X.offsets)


def _prediction_methods(model):
    return [(name, getattr(model, name)) for name in PREDICTION_METHODS if hasattr(model, name)]


def _names_classes(estimator, example):
    if not hasattr(estimator, "predict") or example.is_numeric:
        return {}
    return {"classes": np.unique(flatten(example.y)[0])}


def _weights(example):
    return np.random.default_rng(5).integers(1, 4, size=len(example.X)).astype(np.float64)


def _weight_forms(weight):
    forms = {"a list": weight.tolist()}
    try:
        import pandas as pd
    except ImportError:
        return forms
    return forms | {"a Series": pd.Series(weight)}


def _abridged(X):
    return "one bare text" if isinstance(X, str) else f"a list whose last row is {X[-1]!r}"
