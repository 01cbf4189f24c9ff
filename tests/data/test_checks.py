"""Conversions and checks of X."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator

from skseq import Sequences
from skseq.data import (
    as_sequences,
    check_kind,
    check_sequences,
)


@pytest.fixture
def estimator():
    return BaseEstimator()


# -- conversion of X ------------------------------------------------------------------------------


def objects(*entries):
    out = np.empty(len(entries), dtype=object)
    out[:] = entries
    return out


@pytest.mark.parametrize(
    "X",
    [
        [[1, 2], [3]],
        ([1, 2], (3,)),
        [np.array([1, 2]), np.array([3])],
        objects([1, 2], [3]),
        pd.Series([[1, 2], [3]]),
        Sequences.from_list([[1, 2], [3]]),
    ],
    ids=["lists", "tuples", "arrays", "object array", "object Series", "Sequences"],
)
def test_every_ragged_form_gives_the_same_sequences(X):
    assert as_sequences(X) == Sequences.from_list([[1, 2], [3]])


def test_two_and_three_dimensions_are_series_of_equal_length():
    rng = np.random.default_rng(0)
    table, volume = rng.normal(size=(4, 3)), rng.normal(size=(4, 3, 2))
    assert as_sequences(table).tolist() == table.tolist()
    assert as_sequences(pd.DataFrame(table)).tolist() == table.tolist()
    assert as_sequences(volume).tolist() == volume.tolist()


def test_sequences_come_back_as_themselves():
    X = Sequences.from_list([[1]])
    assert as_sequences(X) is X


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ("one text", TypeError, r"X is one text; pass a list of texts.*TokenEncoder"),
        (["a text", "more"], TypeError, r"sequence 0 is text \('a text'\).*TokenEncoder"),
        (np.array(["a text"]), TypeError, r"X holds text.*TokenEncoder"),
        (pd.Series(["a text"]), TypeError, r"text.*TokenEncoder"),
        (sparse.csr_array(np.eye(2)), TypeError, r"X is sparse.*X\.toarray\(\)"),
        ([0.1, 0.2], ValueError, r"sequence 0 .* one value \(float\), .*pass \[X\]"),
        ([iter([1.0])], ValueError, r"sequence 0 .*\(list_iterator\).*pass a list"),
        ([[1.0], 2.0], ValueError, r"sequence 1 has shape \(\): it is one value"),
        ([[[1.0], [2.0, 3.0]]], ValueError, r"sequence 0 has steps of different sizes"),
        (
            [np.array(["2020-01-01"], dtype="datetime64[D]"), [1.5]],
            TypeError,
            r"X\[1\] has steps of type float64 but X\[0\] has datetime64\[D\]",
        ),
        (np.arange(3.0), ValueError, r"Expected 2D array, got 1D array instead.*reshape"),
        (np.zeros((1, 1, 1, 1)), ValueError, r"X.reshape\(\*X.shape\[:2\], -1\)"),
    ],
)
def test_what_is_no_collection_of_sequences_is_refused_with_a_cure(X, error, message):
    with pytest.raises(error, match=message):
        as_sequences(X)


# -- checks of X ----------------------------------------------------------------------------------


def test_integer_steps_are_tokens_and_others_are_values():
    assert check_kind(Sequences.from_list([[1, 2]])) == "tokens"
    assert check_kind(Sequences.from_list([[1.0, 2]])) == "values"
    assert check_kind(Sequences.from_list([[[1], [2]]])) == "values"
    assert check_kind(Sequences.from_list([[1, 2]]), "values") == "values"
    with pytest.raises(ValueError, match=r'input="tokens" needs one integer per step, got float64'):
        check_kind(Sequences.from_list([[1.0]]), "tokens")
    with pytest.raises(TypeError, match=r"steps of type <U1, not numbers.*TokenEncoder"):
        check_kind(Sequences.from_list([["a"]]))


@pytest.mark.parametrize("dtype", [np.int64, np.uint8])
def test_integer_tables_are_values_as_scikit_learn_reads_them(estimator, dtype):
    check_sequences(estimator, np.ones((3, 2), dtype=dtype))
    assert estimator.input_kind_ == "values"
    check_sequences(estimator, np.ones((3, 2), dtype=dtype), input="tokens")
    assert estimator.input_kind_ == "tokens"


def test_integer_values_of_a_table_are_told_from_tokens_wherever_they_go(estimator):
    X = check_sequences(estimator, np.arange(6).reshape(2, 3))
    assert estimator.input_kind_ == "values"
    assert check_kind(X) == "values"


@pytest.mark.parametrize(
    ("X", "n_features_in", "n_step_features", "kind"),
    [
        ([[1, 2], [3]], 1, 1, "tokens"),
        ([[1.0, 2], [3]], 1, 1, "values"),
        ([[[1.0, 2]], [[3.0, 4]]], 2, 2, "values"),
        (np.ones((2, 3, 2)), 2, 2, "values"),
        (np.ones((2, 3)), 3, 1, "values"),
    ],
)
def test_fit_sets_the_attributes_of_its_input(estimator, X, n_features_in, n_step_features, kind):
    check_sequences(estimator, X)
    assert estimator.n_features_in_ == n_features_in
    assert estimator.n_step_features_ == n_step_features
    assert estimator.input_kind_ == kind
    again = check_sequences(estimator, X, reset=False)
    assert again == as_sequences(X)


def test_names_of_a_frame_are_kept_and_forgotten(estimator):
    check_sequences(estimator, pd.DataFrame({"t0": [1.0], "t1": [2.0]}))
    assert estimator.feature_names_in_.tolist() == ["t0", "t1"]
    with pytest.raises(ValueError, match="feature names"):
        check_sequences(estimator, pd.DataFrame({"t1": [1.0], "t0": [2.0]}), reset=False)
    check_sequences(estimator, [[1.0]])
    assert not hasattr(estimator, "feature_names_in_")


def test_values_become_the_asked_type_and_carry_their_parts(estimator):
    X = Sequences.from_list([[1.0, 2.0], [3.0]], weight=[1, 2], origin=[0, 1])
    checked = check_sequences(estimator, X, dtype=np.float32)
    assert checked.dtype == np.float32
    assert checked.weight is X.weight
    assert checked.origin is X.origin
    assert X.dtype == np.float64


def test_checked_values_of_the_right_type_are_not_copied(estimator):
    X = Sequences(np.ones((4, 2), dtype=np.float32), [0, 1, 4])
    assert np.shares_memory(check_sequences(estimator, X, dtype=np.float32).values, X.values)
    tokens = Sequences.from_list([[1, 2], [3]])
    assert check_sequences(estimator, tokens, dtype=np.float32) is tokens


def test_a_table_at_prediction_fits_an_estimator_of_ragged_series(estimator):
    check_sequences(estimator, [[1.0, 2.0], [3.0]])
    assert check_sequences(estimator, np.ones((2, 5)), reset=False).lengths.tolist() == [5, 5]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([], r"0 sample\(s\).*X holds no sequences"),
        ([[]], r"X\[0\] is empty"),
        ([[], []], r"X\[0\] is empty"),
        ([[1.0], []], r"X\[1\] is empty \(1 empty sequence\(s\) in all\).*X\[X\.lengths > 0\]"),
        ([[1.0], []], r"\[x for x in X if len\(x\)\] from a list"),
        ([[1.0], [2.0, np.nan, np.nan]], r"contains NaN: sequence 1, step 1 \(2 such step\(s\)"),
        ([[1.0, np.inf], [1.0]], r"contains infinity .*: sequence 0, step 1"),
        ([[[1.0, -np.inf]]], r"contains infinity .*: sequence 0, step 0"),
        ([[1j]], r"Complex data not supported"),
        (np.zeros((2, 3, 0)), r"0 feature\(s\)"),
        (
            Sequences.from_list([[1, 7]], n_tokens=5),
            r"token id 7 is outside the vocabulary of 5 tokens \(ids 0 to 4\)",
        ),
    ],
)
def test_bad_values_are_named_with_their_place(estimator, X, message):
    with pytest.raises(ValueError, match=message):
        check_sequences(estimator, X)


def test_values_that_cancel_to_nan_in_their_sum_are_still_told_apart(estimator):
    with pytest.raises(ValueError, match="contains infinity"):
        check_sequences(estimator, [[np.inf, -np.inf], [1.0]])
    huge = [[1e308, 1e308], [1e308]]  # finite, though their sum is not
    assert check_sequences(estimator, huge).tolist() == huge


def test_a_value_too_large_for_the_asked_type_is_named(estimator):
    with pytest.raises(ValueError, match=r"too large for dtype\('float32'\): sequence 1, step 0"):
        check_sequences(estimator, [[1.0], [1e300, 1.0]], dtype=np.float32)


@pytest.mark.parametrize(
    ("fitted", "given", "message"),
    [
        ([[1, 2]], [[0.5]], r"X holds values \(float64\) but BaseEstimator was fitted on tokens"),
        ([[[1.0, 2.0]]], [[[1.0]]], r"X has 1 features, but .* expecting 2 features"),
        (np.ones((2, 3)), np.ones((2, 4)), r"X has 4 features, but .* expecting 3 features"),
    ],
)
def test_prediction_input_unlike_that_of_fit_is_refused(estimator, fitted, given, message):
    check_sequences(estimator, fitted, input="auto")
    with pytest.raises(ValueError, match=message):
        check_sequences(estimator, given, reset=False, input="auto")


def test_one_sequence_of_several_features_on_its_own_is_answered_by_a_list(estimator):
    check_sequences(estimator, np.ones((4, 6, 3)))
    X = np.ones((6, 3))
    with pytest.raises(ValueError, match=r"X has 1 features, but .*one sequence of 6 steps.*\[X\]"):
        check_sequences(estimator, X, reset=False)
    assert check_sequences(estimator, [X], reset=False).lengths.tolist() == [6]
    with pytest.raises(ValueError, match=r"expecting 3 features as input$"):
        check_sequences(estimator, np.ones((6, 4)), reset=False)


def test_the_values_of_a_dict_are_steps_like_a_list():
    steps = {"a": 1.0, "b": 2.0}.values()
    assert as_sequences([steps, [3.0]]).tolist() == [[1.0, 2.0], [3.0]]
