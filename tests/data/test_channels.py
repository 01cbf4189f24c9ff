import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from skseq import Sequences
from skseq.data import check_sequences, column_spans, number_columns, numbers_of
from skseq.preprocessing import CharacterChannel, IdChannel, NumberChannel

CHANNELS = [IdChannel("word", 6), NumberChannel("size", 2), CharacterChannel("letters", 4, 3)]


def make(n_sequences=5, seed=0):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 5, n_sequences)
    n = lengths.sum()
    values = np.column_stack(
        [rng.integers(0, 6, n), rng.normal(size=(n, 2)), rng.integers(0, 4, (n, 3))]
    )
    return Sequences.from_lengths(values, lengths, channels=CHANNELS)


def test_columns_of_channels_stand_side_by_side():
    assert column_spans(CHANNELS) == [slice(0, 1), slice(1, 3), slice(3, 6)]
    assert number_columns(CHANNELS).tolist() == [False, True, True, False, False, False]
    X = make()
    np.testing.assert_array_equal(numbers_of(X).values, X.values[:, 1:3])


@pytest.mark.parametrize(
    "follow",
    [
        lambda X: X[[2, 0]],
        lambda X: X[1:3],
        lambda X: X[np.arange(len(X)) % 2 == 0],
        lambda X: Sequences.concatenate([X[:2], X[2:]]),
        lambda X: X.replace(weight=np.ones(len(X))),
        lambda X: pickle.loads(pickle.dumps(X)),
    ],
)
def test_channels_follow_the_sequences(follow):
    assert follow(make()).channels == tuple(CHANNELS)


def test_other_columns_have_no_channels():
    X = make()
    assert X.replace(values=np.zeros(X.n_steps)).channels is None
    assert X.replace(values=np.zeros((X.n_steps, 2))).channels is None


def test_parts_of_other_channels_do_not_go_together():
    X = make()
    other = X.replace(channels=[NumberChannel("all", 6)])
    with pytest.raises(ValueError, match=r"parts\[1\] has other channels than parts\[0\]"):
        Sequences.concatenate([X, other])


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        ([NumberChannel("a")], r"have 1 column\(s\) together, so values must have shape"),
        ([NumberChannel("a", 3), NumberChannel("a", 3)], "channels need different names"),
    ],
)
def test_channels_must_fit_the_values(channels, message):
    with pytest.raises(ValueError, match=message):
        make().replace(channels=channels)


def test_what_is_no_channel_is_refused():
    with pytest.raises(TypeError, match="must hold any of IdChannel, CharacterChannel, Number"):
        make().replace(channels=["word"])


@pytest.mark.parametrize(
    ("make_channel", "message"),
    [
        (lambda: IdChannel("word", 0), "n_ids of channel 'word' must be an integer of at least 1"),
        (lambda: IdChannel("word", 5, dim=0), "dim of channel 'word'"),
        (lambda: IdChannel("word", 5, unknown=5), "must be an id from 1 to 4, got 5"),
        (lambda: IdChannel("word", 2**25), "at most 16777216 ids are told apart"),
        (lambda: CharacterChannel("letters", 5, 1.5), "n_columns of channel 'letters'"),
        (lambda: NumberChannel("size", True), "n_columns of channel 'size'"),
    ],
)
def test_sizes_of_channels_are_checked(make_channel, message):
    with pytest.raises(ValueError, match=message):
        make_channel()


@pytest.mark.parametrize("wrong", [-1, 6, 2.5, np.nan])
def test_an_id_that_is_none_of_its_channel_is_named_with_its_place(wrong):
    X = make()
    values = X.values.copy()
    step = int(X.offsets[2])
    values[step, 0] = wrong
    with pytest.raises(
        ValueError, match=rf"'word' has ids 0 to 5, got {float(wrong)} \(X\[2\], step 0\)"
    ):
        check_sequences(BaseEstimator(), X.replace(values=values))


def test_numbers_must_be_finite():
    X = make()
    values = X.values.copy()
    values[0, 1] = np.inf
    with pytest.raises(ValueError, match="Input X contains infinity"):
        check_sequences(BaseEstimator(), X.replace(values=values), fits=np.float32)


def test_channels_are_a_kind_of_their_own():
    estimator = BaseEstimator()
    checked = check_sequences(estimator, make(), input="auto")
    assert estimator.input_kind_ == "channels"
    assert checked == make()
    with pytest.raises(ValueError, match="X has channels, which say what its columns are"):
        check_sequences(BaseEstimator(), make(), input="values")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_hold_every_id_exactly(dtype):
    largest = IdChannel("word", 2**24).n_ids - 1
    assert int(dtype(largest)) == largest
    assert dtype(largest) != dtype(largest - 1)
