"""The padded encoder equals torch's packed bidirectional networks: values and gradients."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from skseq.nn import RecurrentEncoder, reverse_by_length, step_mask

INPUT_SIZE, HIDDEN_SIZE = 3, 4
CELLS = {"lstm": nn.LSTM, "gru": nn.GRU}

lengths_of_batches = st.lists(st.integers(1, 9), min_size=1, max_size=6).map(torch.tensor)
every_cell = pytest.mark.parametrize("cell", CELLS)
one_or_two_layers = pytest.mark.parametrize("num_layers", [1, 2])
both_directions = pytest.mark.parametrize("bidirectional", [True, False], ids=["both", "ahead"])


def make_pair(cell, num_layers, bidirectional=True, dtype=torch.float64):
    """Our encoder, torch's network with the same weights, and (ours, theirs) of every weight."""
    ours = RecurrentEncoder(
        INPUT_SIZE, HIDDEN_SIZE, num_layers, cell=cell, bidirectional=bidirectional
    ).to(dtype)
    theirs = CELLS[cell](
        INPUT_SIZE, HIDDEN_SIZE, num_layers, batch_first=True, bidirectional=bidirectional
    ).to(dtype)
    pairs = [
        (weight, getattr(theirs, f"{name.removesuffix('_l0')}_l{layer}{suffix}"))
        for networks, suffix in [(ours.ahead, ""), (ours.back, "_reverse")]
        for layer, network in enumerate(networks)
        for name, weight in network.named_parameters()
    ]
    with torch.no_grad():
        for weight, their_weight in pairs:
            their_weight.copy_(weight)
    return ours, theirs, pairs


def run_packed(network, x, lengths):
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    states, _ = network(packed)
    return pad_packed_sequence(states, batch_first=True, total_length=x.shape[1])[0]


def random_batch(lengths, dtype=torch.float64, extra_padding=0):
    return torch.randn(
        len(lengths),
        int(lengths.max()) + extra_padding,
        INPUT_SIZE,
        dtype=dtype,
        generator=torch.Generator().manual_seed(0),
    )


def real_steps(states, lengths):
    return states[step_mask(lengths, states.shape[1])].detach().numpy()


@every_cell
@one_or_two_layers
@both_directions
@settings(max_examples=30)
@given(lengths=lengths_of_batches, extra_padding=st.integers(0, 3))
def test_values_and_gradients_equal_torchs_packed_network(
    cell, num_layers, bidirectional, lengths, extra_padding
):
    ours, theirs, weights = make_pair(cell, num_layers, bidirectional)
    x = random_batch(lengths, extra_padding=extra_padding)
    our_x, their_x = x.clone().requires_grad_(), x.clone().requires_grad_()
    our_states, their_states = ours(our_x, lengths), run_packed(theirs, their_x, lengths)
    np.testing.assert_allclose(
        real_steps(our_states, lengths), real_steps(their_states, lengths), atol=1e-10
    )

    # Any scalar of the real steps: here each state counts by a random amount.
    mask = step_mask(lengths, x.shape[1]).unsqueeze(-1)
    share = torch.randn(our_states.shape, generator=torch.Generator().manual_seed(1)) * mask
    (our_states * share).sum().backward()
    (their_states * share).sum().backward()
    np.testing.assert_allclose(our_x.grad.numpy(), their_x.grad.numpy(), atol=1e-10)
    assert len(weights) == len(list(ours.parameters())) == len(list(theirs.parameters()))
    for our_weight, their_weight in weights:
        np.testing.assert_allclose(our_weight.grad, their_weight.grad, atol=1e-10)


@every_cell
def test_in_single_precision_it_equals_torchs_packed_network_too(cell):
    lengths = torch.tensor([7, 1, 30, 12])
    ours, theirs, _ = make_pair(cell, 2, dtype=torch.float32)
    x = random_batch(lengths, dtype=torch.float32)
    np.testing.assert_allclose(
        real_steps(ours(x, lengths), lengths),
        real_steps(run_packed(theirs, x, lengths), lengths),
        atol=1e-5,
    )


@given(lengths=lengths_of_batches, extra_padding=st.integers(0, 3))
def test_reversing_turns_each_sequence_and_leaves_padding(lengths, extra_padding):
    x = random_batch(lengths, extra_padding=extra_padding)
    expected = x.clone()
    for row, length in enumerate(lengths):
        expected[row, :length] = x[row, :length].flip(0)
    reversed_x = reverse_by_length(x, lengths)
    assert torch.equal(reversed_x, expected)
    assert torch.equal(reverse_by_length(reversed_x, lengths), x)


def test_the_gradient_of_reversing_is_right():
    lengths = torch.tensor([3, 1, 4])
    x = random_batch(lengths).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: reverse_by_length(x, lengths), x)


def test_the_forget_gate_starts_open():
    encoder = RecurrentEncoder(INPUT_SIZE, HIDDEN_SIZE, num_layers=2)
    forget = slice(HIDDEN_SIZE, 2 * HIDDEN_SIZE)
    for network in [*encoder.ahead, *encoder.back]:
        bias = network.bias_ih_l0 + network.bias_hh_l0
        assert torch.equal(bias[forget], torch.ones(HIDDEN_SIZE))


@both_directions
def test_the_output_has_a_state_for_each_direction(bidirectional):
    encoder = RecurrentEncoder(INPUT_SIZE, HIDDEN_SIZE, bidirectional=bidirectional)
    lengths = torch.tensor([2, 5])
    states = encoder(random_batch(lengths, torch.float32), lengths)
    assert states.shape == (2, 5, encoder.output_size)
    assert encoder.output_size == HIDDEN_SIZE * (1 + bidirectional)


def test_dropout_stands_between_the_layers_and_only_in_training():
    lengths = torch.tensor([4, 6])
    x = random_batch(lengths, torch.float32)
    deep = RecurrentEncoder(INPUT_SIZE, HIDDEN_SIZE, num_layers=2, dropout=0.5)
    flat = RecurrentEncoder(INPUT_SIZE, HIDDEN_SIZE, num_layers=1, dropout=0.5)
    assert not torch.equal(deep(x, lengths), deep(x, lengths))
    assert torch.equal(deep.eval()(x, lengths), deep(x, lengths))
    assert torch.equal(flat.train()(x, lengths), flat(x, lengths))
