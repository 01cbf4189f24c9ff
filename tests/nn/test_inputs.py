import numpy as np
import pytest
import torch

from skseq.data import CharacterChannel, IdChannel, NumberChannel
from skseq.nn import ChannelInput
from skseq.nn._inputs import _distinct

CHANNELS = (
    IdChannel("word", 7, unknown=1),
    NumberChannel("size", 2),
    IdChannel("affixes", 9, 3),
    IdChannel("case", 4, dim=2),
    CharacterChannel("letters", 6, 5, dim=3, n_filters=4, kernel_size=3),
)


def batch(seed=0):
    rng = np.random.default_rng(seed)
    shape = (3, 4)
    letters = rng.integers(1, 6, (*shape, 5))
    letters[np.arange(5) >= rng.integers(0, 6, (*shape, 1))] = 0  # some words without a letter
    columns = [
        rng.integers(0, 7, (*shape, 1)),
        rng.normal(size=(*shape, 2)),
        rng.integers(0, 9, (*shape, 3)),
        rng.integers(0, 4, (*shape, 1)),
        letters,
    ]
    return torch.from_numpy(np.concatenate(columns, axis=2).astype(np.float32))


def make(**params):
    torch.manual_seed(0)
    return ChannelInput(CHANNELS, 5, **params)


def read_by_hand(layer, step):
    """The vector of one step (n_columns,), channel by channel, with loops."""
    word, _, affixes, case, letters = layer.readers
    summed = word.embedding.weight[int(step[0])].clone()
    for index in step[3:6].long():
        summed += affixes.embedding.weight[index]
    spelling = [int(index) for index in step[7:] if index]
    read = torch.zeros(4)
    if spelling:
        vectors = torch.zeros(len(spelling) + 2, 3)  # one step of padding on either side
        vectors[1:-1] = letters.embedding.weight[spelling]
        outputs = [
            (letters.convolution.weight * vectors[at : at + 3].T).sum((1, 2))
            + letters.convolution.bias
            for at in range(len(spelling))
        ]
        read = torch.stack(outputs).amax(dim=0)
    return torch.cat([summed, step[1:3], case.embedding.weight[int(step[6])], read])


def test_each_step_is_read_channel_by_channel():
    layer = make().eval()
    values = batch()
    read = layer(values)
    assert read.shape == (3, 4, layer.output_size)
    for step, vector in zip(values.flatten(0, 1), read.flatten(0, 1), strict=True):
        torch.testing.assert_close(vector, read_by_hand(layer, step))


def test_id_0_and_no_characters_stand_for_nothing():
    layer = make()
    read = layer(torch.zeros(1, 2, 12))
    assert not read.any()
    read.sum().backward()
    assert all(
        parameter.grad is None or not parameter.grad.any() for parameter in layer.parameters()
    )


@pytest.mark.parametrize("padded", ["behind", "in front"])
def test_a_step_is_read_alike_whatever_stands_beside_it(padded):
    layer = make().eval()
    values = batch()
    if padded == "in front":  # which no encoder of ours does, but many tools do
        values[..., 7:] = values[..., 7:].flip(-1)
        values[0, :, 7:11] = 0  # a row of words of one letter
    together = layer(values)
    for row in range(len(values)):
        torch.testing.assert_close(layer(values[row : row + 1])[0], together[row])


def test_step_dropout_replaces_words_by_the_unknown_one_and_nothing_else():
    layer = make(step_dropout=0.5)
    values = batch().repeat(40, 1, 1)
    unknown = values.clone()
    unknown[..., 0] = torch.where(values[..., 0] == 0, 0, 1)
    read = layer(values).flatten(0, 1)
    layer.eval()
    as_it_is, without_word = (layer(v).flatten(0, 1) for v in (values, unknown))
    is_kept = torch.isclose(read, as_it_is).all(dim=1)
    is_dropped = torch.isclose(read, without_word).all(dim=1)
    assert (is_kept | is_dropped).all()
    differs = ~torch.isclose(as_it_is, without_word).all(dim=1)
    share = is_dropped[differs].float().mean()
    assert 0.4 < share < 0.6


def test_channel_dropout_is_the_same_at_all_steps():
    read = make(channel_dropout=0.5)(torch.ones(8, 6, 12))
    is_dropped = read == 0
    assert 0.3 < is_dropped.float().mean() < 0.7
    assert (is_dropped == is_dropped[:, :1]).all()


def test_pretrained_vectors_are_those_of_the_first_channel_of_ids():
    vectors = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    layer = make(pretrained=vectors)
    np.testing.assert_array_equal(layer.readers[0].embedding.weight.detach(), vectors)


@pytest.mark.parametrize("std", [None, 0.1])
def test_sums_of_vectors_start_with_the_standard_deviation_asked_for(std):
    torch.manual_seed(0)
    layer = ChannelInput((IdChannel("affixes", 2000, 8),), 50, std=std)
    read = layer(torch.randint(1, 2000, (10, 20, 8))).detach()
    assert float(read.std()) == pytest.approx(std or 1.0, rel=0.05)


def test_numbers_alone_and_characters_alone_are_read_too():
    numbers = ChannelInput((NumberChannel("size", 2),), 5)
    values = torch.randn(2, 3, 2, dtype=torch.float64)
    torch.testing.assert_close(numbers(values), values.float())
    letters = ChannelInput((CharacterChannel("letters", 6, 5, kernel_size=2),), 5)
    assert letters(torch.ones(2, 3, 5)).shape == (2, 3, 30)


@pytest.mark.parametrize(("n_ids", "n_columns"), [(3, 1), (4, 40), (2**20, 7), (2**40, 3)])
def test_distinct_rows_are_those_of_torch(n_ids, n_columns):
    drawn = torch.Generator().manual_seed(0)
    rows = torch.randint(0, n_ids, (60, n_columns), generator=drawn)
    rows = rows[torch.randint(0, 60, (200,), generator=drawn)]
    distinct, place = _distinct(rows, n_ids)
    expected, expected_place = torch.unique(rows, dim=0, return_inverse=True)
    assert torch.equal(distinct, expected)
    assert torch.equal(place, expected_place)
