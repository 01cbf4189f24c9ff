"""Tables, lists that scikit-learn takes for tables, masks, and axes in the wrong order."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from skseq import Sequences
from skseq.data import as_sequences, check_sequences, is_list_table, is_table

MASKED = np.ma.array(np.arange(12.0).reshape(3, 4), mask=np.arange(4) >= [[4], [2], [3]])


@pytest.fixture
def estimator():
    return BaseEstimator()


def test_the_rule_of_tables():
    assert is_table(np.ones((2, 3)))
    assert is_table(pd.DataFrame(np.ones((2, 3))))
    assert is_table(np.ma.array(np.ones((2, 3))))
    for X in ([[1.0, 2.0]], [[1, 2]], np.ones((2, 3, 1)), MASKED, Sequences.from_list([[1]])):
        assert not is_table(X)
    assert is_list_table([[1.0, 2.0], [3.0, 4]])
    for X in ([[1, 2], [3, 4]], [[1.0, 2.0], [3.0]], [np.ones(2), np.ones(2)], [["a"], ["b"]]):
        assert not is_list_table(X)


@pytest.mark.parametrize("fitted", [[[1.0, 2.0], [3.0, 4.0]], np.ones((2, 2))])
@pytest.mark.parametrize("input", ["auto", "values", None])
@pytest.mark.parametrize("given", [[[0.1, 0.2, 0.3]], [[0.1], [0.2, 0.3]], [np.ones(5)]])
def test_lists_of_other_lengths_are_sequences_after_any_fit(estimator, fitted, given, input):
    check_sequences(estimator, fitted, input=input)
    checked = check_sequences(estimator, given, reset=False, input=input)
    assert checked == Sequences.from_list(given)


def test_a_table_of_another_width_is_refused_as_scikit_learn_asks_with_the_cure(estimator):
    check_sequences(estimator, np.ones((2, 5)))
    X = np.ones((2, 3))
    message = r"X has 3 features, but .* is expecting 5 features as input.*list\(X\)"
    with pytest.raises(ValueError, match=message):
        check_sequences(estimator, X, reset=False)
    assert check_sequences(estimator, list(X), reset=False).lengths.tolist() == [3, 3]


# -- masks ----------------------------------------------------------------------------------------


def test_masked_ends_are_no_steps():
    expected = [[0.0, 1, 2, 3], [4.0, 5], [8.0, 9, 10]]
    assert as_sequences(MASKED).tolist() == expected
    assert Sequences.from_padded(MASKED).tolist() == expected
    volume = np.ma.array(np.ones((3, 4, 2)), mask=np.repeat(MASKED.mask[:, :, None], 2, axis=2))
    assert as_sequences(volume).lengths.tolist() == [4, 2, 3]


def test_lengths_that_are_given_go_before_the_mask():
    assert Sequences.from_padded(MASKED, [1, 2, 3]).lengths.tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="whose mask would be lost"):
        Sequences.from_padded(MASKED, [4, 4, 3])  # it hides steps that count


def test_a_mask_that_hides_nothing_is_none(estimator):
    X = np.ma.array(np.ones((2, 3)))
    checked = check_sequences(estimator, X)
    assert type(checked.values) is np.ndarray
    assert estimator.n_features_in_ == 3
    assert type(Sequences(np.ma.array([1.0]), [0, 1]).values) is np.ndarray


@pytest.mark.parametrize(
    "mask",
    [
        [[False, True, False]] * 2,
        [[True, False, False]] * 2,
        [[[True, False], [True, True]]] * 2,
    ],
    ids=["amid", "at the beginning", "a feature"],
)
def test_a_mask_amid_the_steps_is_refused(mask):
    X = np.ma.array(np.ones(np.shape(mask)), mask=mask)
    with pytest.raises(ValueError, match=r"mask hides values amid the steps.*filled"):
        as_sequences(X)


@pytest.mark.parametrize(
    "build",
    [
        lambda masked: Sequences(masked, [0, 3]),
        lambda masked: Sequences.from_lengths(masked, [3]),
        lambda masked: Sequences.from_list([np.ones(3), masked]),
        lambda masked: Sequences(np.ones(3), [0, 3], weight=masked),
        lambda masked: as_sequences([masked, masked]),
    ],
)
def test_a_mask_is_never_lost(build):
    with pytest.raises(ValueError, match=r"masked array, whose mask would be lost"):
        build(np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False]))


# -- axes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(24, 1, 50), (24, 3, 1000), (24, 1, 3)])
def test_channels_first_is_warned_of_with_the_axes(estimator, shape):
    with pytest.warns(UserWarning, match=r"\(n, time, features\).*\(n, channels, time\).*swapaxes"):
        check_sequences(estimator, np.ones(shape), input="auto")


@pytest.mark.parametrize("shape", [(24, 50, 1), (24, 1, 1), (24, 1, 2), (24, 10, 768), (24, 5, 40)])
def test_other_axes_are_taken_silently(estimator, shape):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_sequences(estimator, np.ones(shape), input="auto")
        check_sequences(estimator, Sequences.from_padded(np.ones((24, 1, 50))), input="auto")
