"""Kinds of steps, and values that cannot be computed with: their place and the cure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator

from skseq import Sequences
from skseq.data import check_kind, check_sequences
from skseq.data._steps import check_finite


@pytest.fixture
def estimator():
    return BaseEstimator()


# -- tokens or values -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("X", "input", "known", "kind"),
    [
        ([[1, 2]], "auto", None, "tokens"),
        ([[1, 2]], "auto", "values", "values"),
        ([[1, 2]], None, None, "tokens"),
        ([[-1, 2]], None, None, "values"),
        ([[-1, 2]], "auto", None, "tokens"),
        ([[-1, 2]], "values", "tokens", "values"),
        ([[1, 2]], "tokens", "values", "tokens"),
        ([[1.0, 2]], "auto", "tokens", "values"),
        ([[[1, 2]]], "auto", "tokens", "values"),
        ([[True, False]], "auto", None, "values"),
    ],
)
def test_the_rule_of_kinds(X, input, known, kind):
    assert check_kind(Sequences.from_list(X), input, known=known) == kind


def test_a_size_of_the_vocabulary_says_tokens_whatever_fit_saw():
    X = Sequences.from_list([[1, 2]], n_tokens=3)
    assert check_kind(X, known="values") == "tokens"
    assert check_kind(X, "values") == "values"


@pytest.mark.parametrize(
    ("fitted", "given"),
    [
        ([[0.5, 1.0], [2.0]], [[1, 2, 3]]),
        (np.ones((2, 3)), [[1, 2]]),
        ([[1, 2], [3]], np.array([[1, 2, 3]])),
        ([[-1, 2], [3]], [[1, 2, 3]]),
    ],
    ids=["floats then integers", "table then list", "list then table", "negative then not"],
)
def test_integers_at_prediction_are_what_fit_took_them_for(estimator, fitted, given):
    input = "values" if isinstance(fitted, list) and fitted[0][0] == -1 else "auto"
    check_sequences(estimator, fitted, input=input)
    kind = estimator.input_kind_
    checked = check_sequences(estimator, given, reset=False, input=input)
    assert checked.tolist() == [list(row) for row in given]
    assert estimator.input_kind_ == kind


@pytest.mark.parametrize(
    ("fitted", "given"),
    [
        ([[1, 2], [3]], [[-1, 2]]),
        ([[-1, 2], [3]], [[1, 2]]),
        ([[1, 2], [3]], [[0.5]]),
        ([[0.5]], [[1]]),
        ([[1, 2], [3]], [[2**40]]),
    ],
)
def test_what_has_no_input_leaves_integers_to_the_estimator_behind_it(estimator, fitted, given):
    assert check_sequences(estimator, fitted).tolist() == fitted
    assert check_sequences(estimator, given, reset=False).tolist() == given


# -- values ---------------------------------------------------------------------------------------


def with_value(X, value):
    """X with its value at sequence 1, step 2 (feature 0) exchanged."""
    if isinstance(X, list):
        return [[*X[0]], [*X[1][:2], value, *X[1][3:]]]
    X = X.copy()
    X[(1, 2) if X.ndim == 2 else (1, 2, 0)] = value
    return X


FORMS = {
    "list": [[1.0, 2.0], [1.0, 2.0, 3.0, 4.0]],
    "rectangular list": [[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]],
    "2-D": np.ones((3, 4)),
    "3-D": np.ones((3, 4, 2)),
}


@pytest.mark.parametrize("X", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("value", [1e39, -np.finfo(np.float64).max, 3.5e38])
def test_values_that_float32_cannot_hold_are_located(estimator, X, value):
    bad = with_value(X, value)
    assert check_sequences(estimator, bad).n_steps  # float64 holds them
    message = (
        rf"too large for float32.*\({value:.3g}\): sequence 1, step 2.*missing, fill it".replace(
            "+", r"\+"
        )
    )
    with pytest.raises(ValueError, match=message):
        check_sequences(estimator, bad, fits=np.float32)


@pytest.mark.parametrize("X", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("value", [3.4e38, -1e30, 7.4e-243, 0.0])
def test_values_that_float32_holds_or_rounds_to_nothing_pass(estimator, X, value):
    check_sequences(estimator, with_value(X, value), fits=np.float32)


@given(
    st.lists(
        st.lists(st.floats(width=64, allow_nan=True, allow_infinity=True), min_size=1, max_size=4),
        min_size=1,
        max_size=4,
    )
)
def test_just_what_is_not_finite_in_float32_is_refused(rows):
    X = Sequences.from_list(rows)
    with np.errstate(over="ignore"):
        bad = ~np.isfinite(X.values.astype(np.float32))
    # Between the largest float32 and half a step above it, rounding would still be finite.
    bad |= np.abs(X.values) > np.finfo(np.float32).max
    if bad.any():
        row = X.sequence_index()[np.argmax(bad)]
        step = np.argmax(bad) - X.offsets[row]
        with pytest.raises(ValueError, match=rf"sequence {row}, step {step} \({bad.sum()} such"):
            check_finite(X, np.float32)
    else:
        check_finite(X, np.float32)


def test_the_feature_of_a_bad_value_is_named(estimator):
    X = np.ones((2, 3, 4))
    X[1, 2, 3] = np.nan
    with pytest.raises(ValueError, match=r"contains NaN: sequence 1, step 2, feature 3"):
        check_sequences(estimator, X)


# -- NaN that is padding --------------------------------------------------------------------------


def nan_padded(shape, lengths):
    X = np.ones(shape)
    for row, length in enumerate(lengths):
        X[row, length:] = np.nan
    return X


@pytest.mark.parametrize(
    ("shape", "steps"), [((3, 4), "X"), ((3, 4, 2), "X[:, :, 0]")], ids=["2-D", "3-D"]
)
def test_nan_at_the_ends_of_an_array_is_answered_by_from_padded(estimator, shape, steps):
    X = nan_padded(shape, [4, 2, 3])
    cure = f"Sequences.from_padded(X, lengths), lengths=(~np.isnan({steps})).sum(axis=1)"
    with pytest.raises(ValueError, match="contains NaN: sequence 1, step 2") as caught:
        check_sequences(estimator, X)
    assert cure in str(caught.value)
    assert "HistGradientBoosting" not in str(caught.value)
    lengths = eval(cure.partition("lengths=")[2])  # what the message says works
    assert check_sequences(estimator, Sequences.from_padded(X, lengths)).lengths.tolist() == [
        4,
        2,
        3,
    ]


def test_nan_at_the_ends_of_a_ragged_list_is_answered_by_cutting_it_off(estimator):
    X = [np.array([1.0, np.nan]), np.array([1.0, 2.0, np.nan, np.nan]), np.array([1.0])]
    with pytest.raises(ValueError, match=r"contains NaN.*ends of sequences") as caught:
        check_sequences(estimator, X)
    cut = eval(str(caught.value).partition("pass ")[2])
    assert check_sequences(estimator, cut).lengths.tolist() == [1, 2, 1]


def test_nan_at_the_beginnings_is_named_as_such(estimator):
    X = nan_padded((3, 4), [4, 2, 3])[:, ::-1]
    with pytest.raises(ValueError, match=r"beginnings of sequences.*at the end.*from_padded"):
        check_sequences(estimator, X)


@pytest.mark.parametrize("place", [(1, 1), (1, 1, 0), (1, 3, 0)])
def test_nan_amid_the_steps_or_the_features_is_no_padding(estimator, place):
    X = np.ones((3, 4) if len(place) == 2 else (3, 4, 2))
    X[place] = np.nan
    with pytest.raises(ValueError, match=r"contains NaN: sequence 1.*Fill or drop") as caught:
        check_sequences(estimator, X)
    assert "from_padded" not in str(caught.value)
    assert "HistGradientBoosting" not in str(caught.value)
