"""The residual network and its parts, against torch and numpy on real steps alone."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from skseq.nn import MaskedBatchNorm, ResidualEncoder, mean_of_pairs, step_mask

batch_lengths = st.lists(st.integers(1, 9), min_size=1, max_size=5)


def random_batch(lengths, n_channels, extra_padding=0):
    """A batch (batch, time, channels) with garbage in its padding."""
    generator = torch.Generator().manual_seed(0)
    shape = len(lengths), max(lengths) + extra_padding, n_channels
    return 3 + torch.randn(shape, generator=generator, dtype=torch.float64)


# -- batch norm ----------------------------------------------------------------------------------


def make_norms(n_channels=3):
    torch.manual_seed(1)
    ours, theirs = MaskedBatchNorm(n_channels).double(), nn.BatchNorm1d(n_channels).double()
    nn.init.normal_(ours.weight)
    nn.init.normal_(ours.bias)
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


@settings(max_examples=40)
@given(lengths=batch_lengths.filter(lambda lengths: sum(lengths) > 1), extra=st.integers(0, 3))
def test_batch_norm_equals_torchs_on_the_real_steps(lengths, extra):
    ours, theirs = make_norms()
    mask = step_mask(torch.tensor(lengths), max(lengths) + extra)
    for training in (True, True, False):  # running statistics move twice, then serve
        ours.train(training)
        theirs.train(training)
        x = random_batch(lengths, 3, extra).transpose(1, 2)
        our_x, their_x = x.clone().requires_grad_(), x.clone().requires_grad_()
        normal = ours(our_x, mask)
        expected = theirs(their_x.transpose(1, 2)[mask])
        real = normal.transpose(1, 2)[mask]
        torch.testing.assert_close(real, expected)
        assert (normal.transpose(1, 2)[~mask] == 0).all()
        share = torch.randn(real.shape, dtype=torch.float64)
        (real * share).sum().backward()
        (expected * share).sum().backward()
        torch.testing.assert_close(our_x.grad, their_x.grad)
        for (name, ours_of), theirs_of in zip(
            ours.state_dict().items(), theirs.state_dict().values(), strict=True
        ):
            torch.testing.assert_close(ours_of, theirs_of, msg=name)
        torch.testing.assert_close(ours.weight.grad, theirs.weight.grad)


def test_a_single_step_is_normalised_by_the_running_statistics():
    ours, theirs = make_norms()
    lengths = torch.tensor([4, 2])
    ours(random_batch([4, 2], 3).transpose(1, 2), step_mask(lengths, 4))
    theirs.load_state_dict(ours.state_dict())
    before = copy.deepcopy(ours.state_dict())
    x = torch.randn(1, 3, 2, dtype=torch.float64)
    normal = ours.train()(x, torch.tensor([[True, False]]))
    torch.testing.assert_close(normal[..., 0], theirs.eval()(x)[..., 0])
    assert (normal[..., 1] == 0).all()
    for name, value in ours.state_dict().items():
        assert torch.equal(value, before[name])


# -- halving -------------------------------------------------------------------------------------


@given(lengths=batch_lengths, extra=st.integers(0, 3))
def test_pairs_are_averaged_over_real_steps(lengths, extra):
    x = random_batch(lengths, 2, extra)
    mask = step_mask(torch.tensor(lengths), x.shape[1])
    x[~mask] = 0
    halved = mean_of_pairs(x.transpose(1, 2), torch.tensor(lengths)).transpose(1, 2)
    assert halved.shape[1] == -(-x.shape[1] // 2)
    for row, length in enumerate(lengths):
        sequence = x[row, :length].numpy()
        expected = [sequence[step : step + 2].mean(axis=0) for step in range(0, length, 2)]
        np.testing.assert_allclose(halved[row, : len(expected)], expected)
        assert (halved[row, len(expected) :] == 0).all()


# -- the encoder ---------------------------------------------------------------------------------


def convolve(layer, x):
    half = layer.kernel_size[0] // 2
    return functional.conv1d(functional.pad(x, (half, half)), layer.weight)


def frozen_norm(norm, x):
    shape = (1, -1, 1)
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return (x - norm.running_mean.view(shape)) * scale.view(shape) + norm.bias.view(shape)


def one_at_a_time(encoder, sequence):
    """States of one sequence (time, features) after training: no batch, no mask."""
    x = sequence.T.unsqueeze(0)
    for index, block in enumerate(encoder.blocks):
        if index:
            pairs = [x[..., step : step + 2].mean(-1) for step in range(0, x.shape[-1], 2)]
            x = torch.stack(pairs, dim=-1)
        shortcut = x if isinstance(block.shortcut, nn.Identity) else convolve(block.shortcut, x)
        shortcut = frozen_norm(block.shortcut_norm, shortcut)
        for layer, norm in zip(block.layers[:2], block.norms[:2], strict=True):
            x = frozen_norm(norm, convolve(layer, x)).relu()
        x = (frozen_norm(block.norms[2], convolve(block.layers[2], x)) + shortcut).relu()
    return x.squeeze(0).T


@pytest.mark.parametrize("num_layers", [1, 2, 3])
def test_a_batch_equals_its_sequences_one_at_a_time(num_layers):
    torch.manual_seed(0)
    encoder = ResidualEncoder(3, 4, num_layers).double()
    lengths = [1, 14, 7, 4]
    for _ in range(3):
        encoder(random_batch(lengths, 3), torch.tensor(lengths))  # moves running statistics
    x = random_batch(lengths, 3, extra_padding=3)
    states = encoder.eval()(x, torch.tensor(lengths)).detach()
    steps = encoder.output_lengths(torch.tensor(lengths))
    assert steps.tolist() == [-(-length // 2 ** (num_layers - 1)) for length in lengths]
    assert states.shape == (4, encoder.output_lengths(torch.tensor(17)), encoder.output_size)
    for row, length in enumerate(lengths):
        expected = one_at_a_time(encoder, x[row, :length]).detach()
        torch.testing.assert_close(states[row, : steps[row]], expected)


@settings(max_examples=20)
@given(lengths=batch_lengths, extra=st.integers(1, 5))
def test_padding_changes_nothing_in_training_either(lengths, extra):
    torch.manual_seed(0)
    one = ResidualEncoder(2, 4).double()
    other = copy.deepcopy(one)
    x = random_batch(lengths, 2, extra)
    lengths = torch.tensor(lengths)
    steps = one.output_lengths(lengths)
    for encoder, values in ((one, x[:, : -extra or None]), (other, x)):
        states = encoder(values, lengths)
        states[step_mask(steps, states.shape[1])].square().sum().backward()
    for ours, theirs in zip(one.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, atol=1e-8, rtol=1e-6)
    for ours, theirs in zip(one.buffers(), other.buffers(), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_a_batch_of_one_step_survives_training():
    encoder = ResidualEncoder(2, 4)
    states = encoder(torch.randn(1, 1, 2), torch.tensor([1]))
    states.sum().backward()
    assert states.shape == (1, 1, 4)
    assert states.isfinite().all()


def test_the_first_of_several_blocks_is_half_as_wide():
    widths = [block.layers[0].out_channels for block in ResidualEncoder(1, 64).blocks]
    assert widths == [32, 64, 64]
    kernels = [layer.kernel_size[0] for layer in ResidualEncoder(1, 64).blocks[0].layers]
    assert kernels == [7, 5, 3]
    assert [b.layers[0].out_channels for b in ResidualEncoder(1, 64, 1).blocks] == [64]
    assert [b.layers[0].out_channels for b in ResidualEncoder(3, 1, 2).blocks] == [1, 1]


def test_dropout_stands_between_the_blocks_and_only_in_training():
    lengths, x = torch.tensor([4, 6]), torch.randn(2, 6, 3)
    torch.manual_seed(0)
    deep = ResidualEncoder(3, 8, num_layers=2, dropout=0.5)
    assert not torch.equal(deep(x, lengths), deep(x, lengths))
    flat = ResidualEncoder(3, 8, num_layers=1, dropout=0.5)
    assert torch.equal(flat(x, lengths), flat(x, lengths))
    assert torch.equal(deep.eval()(x, lengths), deep(x, lengths))
