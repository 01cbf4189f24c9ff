"""Poolings of padded batches against numpy on one sequence at a time."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from skseq.nn import POOLINGS, make_pooling

N_STATES = 6


def last(states, pooling, bidirectional):
    """The last step of the first half, the first step of the second half if there are two."""
    half = N_STATES // 2 if bidirectional else N_STATES
    return np.concatenate([states[-1, :half], states[0, half:]])


def attention(states, pooling, bidirectional):
    hidden, _, scores = pooling.relevance
    weight, bias = hidden.weight.detach().numpy(), hidden.bias.detach().numpy()
    relevance = np.tanh(states @ weight.T + bias) @ scores.weight.detach().numpy()[0]
    share = np.exp(relevance) / np.exp(relevance).sum()
    return share @ states


# Each takes the states of one sequence, (time, N_STATES).
EXPECTED = {
    "attention": attention,
    "last": last,
    "max": lambda states, *_: states.max(axis=0),
    "mean": lambda states, *_: states.mean(axis=0),
}


def test_every_pooling_has_a_numpy_twin_here():
    assert set(EXPECTED) == set(POOLINGS)


@pytest.mark.parametrize("bidirectional", [True, False], ids=["both", "ahead"])
@pytest.mark.parametrize("name", POOLINGS)
@given(lengths=st.lists(st.integers(1, 7), min_size=1, max_size=5), extra_padding=st.integers(0, 2))
def test_a_pooling_equals_numpy_on_each_sequence(name, bidirectional, lengths, extra_padding):
    torch.manual_seed(0)
    pooling = make_pooling(name, N_STATES, bidirectional=bidirectional).double()
    states = torch.randn(len(lengths), max(lengths) + extra_padding, N_STATES, dtype=torch.float64)
    pooled = pooling(states, torch.tensor(lengths)).detach().numpy()
    assert pooled.shape == (len(lengths), pooling.output_size)
    for row, length in enumerate(lengths):
        expected = EXPECTED[name](states[row, :length].numpy(), pooling, bidirectional)
        np.testing.assert_allclose(pooled[row], expected, atol=1e-12)


@pytest.mark.parametrize("name", POOLINGS)
def test_padding_gets_no_gradient(name):
    pooling = make_pooling(name, N_STATES, bidirectional=True)
    states = torch.randn(2, 5, N_STATES).requires_grad_()
    pooling(states, torch.tensor([2, 5])).square().sum().backward()
    assert states.grad[0, :2].abs().sum() > 0
    assert states.grad[0, 2:].abs().max() == 0


def test_joined_poolings_stand_side_by_side():
    torch.manual_seed(0)
    states, lengths = torch.randn(3, 4, N_STATES), torch.tensor([1, 4, 2])
    joined = make_pooling("mean + max", N_STATES, bidirectional=True)
    parts = [
        make_pooling(name, N_STATES, bidirectional=True)(states, lengths)
        for name in ("mean", "max")
    ]
    assert joined.output_size == 2 * N_STATES
    assert torch.equal(joined(states, lengths), torch.cat(parts, dim=-1))


def test_an_unknown_pooling_is_named_with_the_nearest_one():
    with pytest.raises(ValueError, match=r"pooling must be one of .*'maximum'. Did you mean 'max'"):
        make_pooling("mean+maximum", N_STATES, bidirectional=True)


def test_a_pooling_of_ones_own_is_a_class():
    class FirstStep(torch.nn.Module):
        def __init__(self, input_size, *, bidirectional):
            super().__init__()
            self.output_size = input_size

        def forward(self, states, lengths):
            return states[:, 0]

    assert isinstance(make_pooling(FirstStep, N_STATES, bidirectional=False), FirstStep)
