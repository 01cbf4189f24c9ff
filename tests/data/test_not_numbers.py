"""Steps that are not numbers: the hint is the right one."""

import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from skseq import Sequences
from skseq.data import check_kind, check_sequences


@pytest.fixture
def estimator():
    return BaseEstimator()


DAY = datetime.datetime(2020, 1, 1)
STAMPS = np.array(["2020-01-01", "2020-01-02"], dtype="datetime64[s]")


@pytest.mark.parametrize(
    "X",
    [
        [[DAY, DAY], [DAY]],
        [[DAY.date()]],
        [[datetime.timedelta(seconds=1)]],
        [[pd.Timestamp(DAY)]],
        [STAMPS, STAMPS[:1]],
        [STAMPS - STAMPS[0]],
        np.array([STAMPS, STAMPS]),
        np.array([STAMPS, STAMPS]) - STAMPS[0],
        np.array([STAMPS, STAMPS])[:, :, None],
        pd.DataFrame({"a": STAMPS, "b": [1.0, 2.0]}),
        pd.DataFrame({"a": [DAY.date(), DAY.date()], "b": [1.0, 2.0]}),
        [pd.period_range("2020", periods=2, freq="Y")],
        pd.Series([STAMPS, STAMPS[:1]]),
        STAMPS,
    ],
)
def test_dates_and_spans_of_time_are_answered_by_seconds(estimator, X):
    with pytest.raises(TypeError, match=r"steps of type .*numbers.*seconds since the first"):
        check_sequences(estimator, X)


def test_the_cure_for_dates_gives_seconds():
    assert ((STAMPS - STAMPS[0]) / np.timedelta64(1, "s")).tolist() == [0, 86400]


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([["1.5", "2"], ["3"]], TypeError, r"not numbers but text; .*float\(v\)"),
        ([["a", "b"]], TypeError, r"not numbers; .*TokenEncoder turns text into token ids"),
        ([["a", 1.5]], TypeError, r"type str.*X\[0\], step 0.*TokenEncoder"),
        ([[1.0], [{"x": 1}]], TypeError, r"type dict, not numbers \(X\[1\], step 0\); take the"),
        ([[1.0, None], [2.0]], TypeError, r"X\[0\], step 1 is missing \(None\); fill or drop"),
        ([[1.0], [2.0, pd.NA]], TypeError, r"X\[1\], step 1 is missing \(<NA>\)"),
        ([[2**63, 1]], ValueError, r"X\[0\], step 0 holds \d+, too large for a token id"),
        ([[0.5], [10**400]], ValueError, r"too large for float64"),
        ([[1, 2**70], [3]], ValueError, r'too large for a token id; .*input="values"'),
    ],
)
def test_what_is_no_number_gets_its_own_hint(estimator, X, error, message):
    with pytest.raises(error, match=message):
        check_sequences(estimator, X)


def test_only_text_is_sent_to_the_token_encoder(estimator):
    for X in ([["1.5"]], [[{"x": 1}]], [[DAY]], [[1.0, None]]):
        with pytest.raises(TypeError) as caught:
            check_sequences(estimator, X)
        assert "TokenEncoder" not in str(caught.value)


@pytest.mark.parametrize(
    ("X", "dtype"),
    [
        ([[Decimal("0.5"), Decimal(2)], [Decimal(1)]], np.float64),
        ([[Fraction(1, 2), 2], [1]], np.float64),
        ([np.array([0.5, 2], dtype=object), np.array([1], dtype=object)], np.float64),
        ([[2**70, 1], [0.5]], np.float64),
        ([np.array([5, 2], dtype=object), np.array([1], dtype=object)], np.int64),
    ],
    ids=["decimals", "fractions", "large", "float objects", "integer objects"],
)
def test_numbers_that_come_as_objects_become_numbers(estimator, X, dtype):
    checked = check_sequences(estimator, X)
    assert checked.dtype == dtype
    assert checked.tolist() == [[float(step) for step in x] for x in X]


def test_integers_beyond_int64_are_values_where_the_user_says_so(estimator):
    checked = check_sequences(estimator, [[2**70, 1], [3]], input="values")
    assert checked.tolist() == [[float(2**70), 1.0], [3.0]]


def test_kinds_of_what_is_no_number():
    with pytest.raises(TypeError, match="TokenEncoder"):
        check_kind(Sequences.from_list([["a"]]))
