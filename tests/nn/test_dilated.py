"""Dilated convolutions against loops in numpy, one sequence and one step at a time."""

import numpy as np
import pytest
import torch

from skseq.nn import DilatedEncoder


def numpy_of(parameter):
    return parameter.detach().numpy()


def naive_states(encoder, sequence, causal):
    """States of one sequence (time, features), step by step."""
    x = sequence @ numpy_of(encoder.project.weight).T + numpy_of(encoder.project.bias)
    for index, (layer, norm) in enumerate(zip(encoder.layers, encoder.norms, strict=True)):
        weight, bias = numpy_of(layer.weight), numpy_of(layer.bias)  # (out, in, kernel)
        kernel_size = weight.shape[2]
        centre = kernel_size - 1 if causal else kernel_size // 2
        added = np.zeros_like(x)
        for step in range(len(x)):
            total = bias.copy()
            for tap in range(kernel_size):
                source = step + (tap - centre) * 2**index
                if 0 <= source < len(x):
                    total += weight[:, :, tap] @ x[source]
            total = (total - total.mean()) / np.sqrt(total.var() + norm.eps)
            added[step] = np.maximum(total * numpy_of(norm.weight) + numpy_of(norm.bias), 0)
        x = x + added
    return x


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize(("num_layers", "kernel_size"), [(1, 3), (4, 3), (2, 5)])
def test_a_batch_equals_loops_over_each_sequence(num_layers, kernel_size, causal):
    torch.manual_seed(0)
    encoder = DilatedEncoder(3, 4, num_layers, kernel_size=kernel_size, causal=causal).double()
    for parameter in encoder.parameters():
        torch.nn.init.normal_(parameter)  # norms too
    lengths, x = torch.tensor([1, 19, 6]), torch.randn(3, 21, 3, dtype=torch.float64)
    states = encoder(x, lengths).detach().numpy()
    assert states.shape == (3, 21, encoder.output_size)
    for row, length in enumerate(lengths):
        expected = naive_states(encoder, x[row, :length].numpy(), causal)
        np.testing.assert_allclose(states[row, :length], expected, atol=1e-10)


def test_dropout_takes_whole_channels_of_what_a_layer_adds_and_only_in_training():
    lengths, x = torch.tensor([4, 6]), torch.randn(2, 6, 3)
    torch.manual_seed(0)
    encoder = DilatedEncoder(3, 8, num_layers=1, dropout=0.5)
    added = (encoder(x, lengths) - encoder.project(x)).detach()
    full = (encoder.eval()(x, lengths) - encoder.project(x)).detach()
    is_dropped = (added == 0).all(dim=1, keepdim=True)
    torch.testing.assert_close(added, torch.where(is_dropped, 0, 2 * full))
    assert is_dropped.any()
    assert not is_dropped.all()
    assert torch.equal(encoder(x, lengths), encoder(x, lengths))
