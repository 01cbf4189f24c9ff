"""Arrays that look padded with zeros are warned of, and others are not."""

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator

from skseq import Sequences
from skseq.data import check_sequences
from skseq.data._padding import looks_padded


@pytest.fixture
def estimator():
    return BaseEstimator()


PADDED = np.array([[5, 9, 0], [7, 0, 0], [3, 4, 8]])


def test_ids_padded_with_zeros_look_so_on_either_side():
    assert looks_padded(PADDED)
    assert looks_padded(PADDED[:, ::-1])
    assert looks_padded(PADDED[:2])  # none fills its row, as pad_sequences(maxlen=) leaves it


@pytest.mark.parametrize("turn", [1, -1])
def test_measurements_padded_with_zeros_look_so_on_either_side(turn):
    signals = (PADDED * np.array([0.5, -0.25, 2.0]))[:, ::turn]
    assert looks_padded(signals)
    assert looks_padded(signals[:, :, None])
    # One feature may be 0 at a step that is none of padding.
    assert looks_padded(np.stack([signals, (signals > 0) * 1.5], axis=2))
    assert not looks_padded(np.stack([signals, np.ones((3, 3))], axis=2))


@pytest.mark.parametrize(
    "X",
    [
        np.vstack([PADDED, PADDED[[2, 2]]]) / 2,
        PADDED / 2 > 1,
        PADDED - 3,
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
        "floats that seldom end in 0",
        "bools",
        "zeros at the beginning and amid",
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
def test_other_arrays_do_not_look_padded(X):
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


@pytest.mark.parametrize("make", [np.asarray, pd.DataFrame, np.ndarray.tolist, torch.tensor])
def test_padded_measurements_are_warned_of_with_the_cure(estimator, make):
    for signals in (PADDED / 2, (PADDED / 2)[:, :, None]):
        if signals.ndim == 2 or make in (np.asarray, torch.tensor):
            with pytest.warns(UserWarning, match=r"padded with 0.*from_padded\(X, lengths\)"):
                check_sequences(estimator, make(signals), input="values")


def test_measurements_whose_end_is_hidden_or_told_are_silent(estimator):
    signals = (PADDED / 2)[:, :, None]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_sequences(estimator, Sequences.from_padded(signals), input="auto")
        check_sequences(estimator, np.ma.masked_equal(signals, 0), input="auto")


def test_padded_ids_are_silent_where_the_user_said_values_or_nobody_was_asked(estimator):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_sequences(estimator, PADDED, input="values")
        check_sequences(estimator, PADDED)
        check_sequences(estimator, PADDED, reset=False, input="values")
