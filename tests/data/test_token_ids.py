"""Token ids that are negative, too large, sparse, outside the vocabulary or padded with zeros."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator

from skseq import Sequences
from skseq.data import check_sequences, check_vocabulary
from skseq.data._token_ids import looks_padded


@pytest.fixture
def estimator():
    return BaseEstimator()


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[3], [1, -1]], r'token ids must not be negative, got -1 \(X\[1\], step 1\).*"values"'),
        ([[1700000000, 1700000060], [1700000120]], r'X\[1\], step 0 holds 1700000120.*"values"'),
        ([[2**31, 1], [2]], r'X\[0\], step 0 holds 2147483648.*input="values".*np\.unique'),
        ([[1], [2, 2**62]], r'X\[1\], step 1 holds 4611686018427387904.*input="values"'),
        ([np.array([2**63 + 1, 1], dtype=np.uint64)], r"X\[0\], step 0 holds 9223372036854775809"),
        ([np.array([2**63], dtype=np.uint64), np.array([1])], r"holds 9223372036854775808"),
        ([[20240101, 20240102]] * 1000, r'holds 20240102.*input="values".*n_tokens='),
        (Sequences.from_list([[1]], n_tokens=2**33), r"table of 8589934592 rows"),
        (Sequences.from_list([[1, 7]], n_tokens=5), r"7 is outside the vocabulary of 5 tokens"),
    ],
)
def test_ids_that_cannot_be_such_are_located(estimator, X, message):
    with pytest.raises(ValueError, match=message):
        check_sequences(estimator, X, input="auto")


@pytest.mark.parametrize(
    "X",
    [
        [[250_000, 3], [7]],  # of a large vocabulary that few sequences use
        [[2**20 - 1]],  # hashed to 20 bits
        Sequences.from_list([[5_000_000]], n_tokens=6_000_000),
        Sequences.from_list([np.arange(2_000_000)]),
    ],
    ids=["few of many", "hashed", "said so", "all occur"],
)
def test_large_vocabularies_pass(estimator, X):
    check_sequences(estimator, X, input="auto")
    assert estimator.input_kind_ == "tokens"


def test_large_integers_pass_as_values(estimator):
    check_sequences(estimator, [[1700000000, 2**62], [-3]], input="values")
    assert estimator.input_kind_ == "values"


def test_the_vocabulary_of_fit_is_compared_with_the_cure():
    X = Sequences.from_list([[1], [2, 9]])
    check_vocabulary(X, 10, "Model")
    message = (
        r"token id 9 is outside the vocabulary of 9 tokens \(ids 0 to 8\) that Model was fitted "
        r'on: X\[1\], step 1.*n_tokens=.*input="values".*TokenEncoder'
    )
    with pytest.raises(ValueError, match=message):
        check_vocabulary(X, 9, "Model")


# -- padding --------------------------------------------------------------------------------------

PADDED = np.array([[5, 9, 0], [7, 0, 0], [3, 4, 8]])


def test_ids_padded_with_zeros_look_so_on_either_side():
    assert looks_padded(PADDED)
    assert looks_padded(PADDED[:, ::-1])
    assert looks_padded(PADDED[:2])  # none fills its row, as pad_sequences(maxlen=) leaves it


@pytest.mark.parametrize(
    "X",
    [
        PADDED.astype(float),
        PADDED - 1,
        np.array([[5, 0, 9], [7, 0, 0], [3, 4, 8]]),
        np.array([[0, 5, 0], [7, 9, 0], [3, 4, 8]]),
        np.array([[5, 9, 0], [7, 3, 0]]),
        np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0]]),
        np.array([[9, 5, 0], [7, 0, 0], [8, 4, 3]]),
        np.array([[0, 2, 5], [0, 0, 7], [3, 4, 8]]),
        np.array([[5, 9, 1], [7, 2, 2]]),
        np.zeros((3, 4), dtype=int),
        np.zeros((0, 4), dtype=int),
        np.zeros((3, 0), dtype=int),
    ],
    ids=[
        "floats",
        "negative",
        "zeros amid",
        "zeros on both sides",
        "one length",
        "yes and no",
        "only falling",
        "only growing",
        "no zeros",
        "all zeros",
        "no rows",
        "no steps",
    ],
)
def test_other_integer_tables_do_not_look_padded(X):
    assert not looks_padded(X)


@given(st.lists(st.lists(st.integers(1, 50), min_size=1, max_size=6), min_size=2, max_size=8))
def test_what_is_padded_from_ragged_ids_looks_so_unless_it_may_be_something_else(rows):
    X = Sequences.from_list(rows)
    padded, lengths = X.to_padded()
    rises = any(a < b for row in rows for a, b in itertools.pairwise(row))
    expected = len(set(lengths.tolist())) > 1 and rises and len(set(X.values.tolist())) > 2
    assert looks_padded(padded) == expected
    assert looks_padded(padded[:, ::-1]) == expected


@pytest.mark.parametrize("input", ["auto", "tokens"])
def test_padded_ids_are_warned_of_with_the_cure(estimator, input):
    with pytest.warns(UserWarning, match=r'padded with 0.*from_padded.*input="tokens"'):
        check_sequences(estimator, PADDED, input=input)


def test_padded_ids_are_silent_where_the_user_said_values_or_nobody_was_asked(estimator):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_sequences(estimator, PADDED, input="values")
        check_sequences(estimator, PADDED)
        check_sequences(estimator, PADDED, reset=False, input="values")
