"""Token ids that are negative, too large, sparse or outside the vocabulary."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from skseq import Sequences
from skseq.data import check_sequences, check_vocabulary


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
