"""The padded convolutions equal convolutions of each sequence alone."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from skseq.nn import ConvolutionEncoder


def one_at_a_time(encoder, sequence):
    """States of one sequence (time, features): zeros beyond both ends, no batch, no mask."""
    x = sequence.T.unsqueeze(0)
    for layer in encoder.layers:
        half = layer.kernel_size[0] // 2
        x = functional.conv1d(functional.pad(x, (half, half)), layer.weight, layer.bias).relu()
    return x.squeeze(0).T


@pytest.mark.parametrize("num_layers", [1, 3])
@pytest.mark.parametrize("kernel_size", [1, 5])
def test_a_batch_equals_its_sequences_one_at_a_time(num_layers, kernel_size):
    torch.manual_seed(0)
    encoder = ConvolutionEncoder(3, 4, num_layers, kernel_size=kernel_size)
    lengths = torch.tensor([1, 9, 4])
    x = torch.randn(3, 11, 3)
    states = encoder(x, lengths)
    assert states.shape == (3, 11, encoder.output_size)
    for row, length in enumerate(lengths):
        np.testing.assert_allclose(
            states[row, :length].detach(),
            one_at_a_time(encoder, x[row, :length]).detach(),
            atol=1e-6,
        )


def test_dropout_stands_between_the_layers_and_only_in_training():
    lengths, x = torch.tensor([4, 6]), torch.ones(2, 6, 3)
    torch.manual_seed(0)
    deep = ConvolutionEncoder(3, 8, num_layers=2, dropout=0.5)
    assert not torch.equal(deep(x, lengths), deep(x, lengths))
    assert torch.equal(deep.eval()(x, lengths), deep(x, lengths))
