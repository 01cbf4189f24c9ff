"""A residual network for series, whose statistics and scores do not depend on padding."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from skseq.nn._convolution import StepConvolution
from skseq.nn._masks import step_mask
from skseq.nn._sized import SizedModule


class ResidualEncoder(SizedModule):
    """Residual blocks of convolutions and batch normalisation; each next block sees half the steps.

    The network of Wang et al. ("Time Series Classification from Scratch with Deep Neural Networks:
    A Strong Baseline", 2017), half as wide, with the steps averaged in pairs between blocks, so
    that long series cost less. It is for one label per sequence: three blocks give a quarter of the
    steps, which a pooling then makes one vector of; "mean" is that of the paper.

    Parameters
    ----------
    input_size : int
        Features of a step.

    hidden_size : int
        Channels of a block; the first of several has half of them.

    num_layers : int, default=3
        Blocks, of three convolutions each (of 7, 5 and 3 steps); n of them give a sequence of
        length L ``ceil(L / 2 ** (n - 1))`` steps.

    dropout : float, default=0.0
        Share of activations dropped between blocks.
    """

    bidirectional = False
    causal = False

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 3, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.output_size = hidden_size
        first = hidden_size if num_layers == 1 else max(1, hidden_size // 2)
        sizes = [input_size, first] + [hidden_size] * (num_layers - 1)
        self.blocks = nn.ModuleList(ResidualBlock(*pair) for pair in pairwise(sizes))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Encode x (batch, time, input_size) to (batch, n_steps, output_size).

        ``n_steps`` is `output_lengths` of ``time``.
        """
        mask = step_mask(lengths, x.shape[1])
        x = (x * mask.unsqueeze(-1)).transpose(1, 2)
        for index, block in enumerate(self.blocks):
            if index:
                x = mean_of_pairs(self.dropout(x), lengths)
                lengths = _half(lengths)
                mask = step_mask(lengths, x.shape[-1])
            x = block(x, mask)
        return x.transpose(1, 2)

    def output_lengths(self, lengths: Tensor) -> Tensor:
        """Steps that sequences of ``lengths`` (batch,) are given: (batch,)."""
        for _ in self.blocks[1:]:
            lengths = _half(lengths)
        return lengths


class ResidualBlock(nn.Module):
    """Three convolutions, each followed by batch normalisation, and a shortcut.

    Takes and gives (batch, channels, time) with zeros in the padding.
    """

    def __init__(
        self, input_size: int, output_size: int, kernel_sizes: Sequence[int] = (7, 5, 3)
    ) -> None:
        super().__init__()
        sizes = [input_size] + [output_size] * len(kernel_sizes)
        self.layers = nn.ModuleList(
            StepConvolution(before, after, kernel_size, bias=False)
            for (before, after), kernel_size in zip(pairwise(sizes), kernel_sizes, strict=True)
        )
        self.norms = nn.ModuleList(MaskedBatchNorm(output_size) for _ in kernel_sizes)
        is_as_wide = input_size == output_size
        self.shortcut: nn.Module = (
            nn.Identity() if is_as_wide else StepConvolution(input_size, output_size, 1, bias=False)
        )
        self.shortcut_norm = MaskedBatchNorm(output_size)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Convolve x (batch, input_size, time) to (batch, output_size, time).

        mask (batch, time) is True on real steps.
        """
        shortcut = self.shortcut_norm(self.shortcut(x), mask)
        for layer, norm in zip(self.layers[:-1], self.norms[:-1], strict=True):
            x = functional.relu(norm(layer(x), mask))
        return functional.relu(self.norms[-1](self.layers[-1](x), mask) + shortcut)


class MaskedBatchNorm(nn.BatchNorm1d):
    """Batch normalisation of (batch, channels, time) that knows real steps only.

    On these it does what torch's does to them in a batch without padding, running statistics
    included; padding becomes 0. Where a batch in training has one real step in all, of which there
    is no variance, the running statistics are used, and stay unchanged.
    """

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:  # type: ignore[override]
        """Normalise x (batch, channels, time) where mask (batch, time) is True."""
        if self.training and mask.sum() == 1:
            normal = functional.batch_norm(
                x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
            )
            return normal * mask.unsqueeze(1)
        if mask.all():
            return super().forward(x)
        x = x.transpose(1, 2)
        normal = x.new_zeros(x.shape)
        normal[mask] = super().forward(x[mask])  # of (n_real_steps, channels)
        return normal.transpose(1, 2).contiguous()


def mean_of_pairs(x: Tensor, lengths: Tensor) -> Tensor:
    """Means of steps 0 and 1, 2 and 3, ... of x (batch, channels, time), 0 in the padding.

    The last step of a sequence of odd length stays as it is. Gives (batch, channels,
    ceil(time / 2)).
    """
    pairs = functional.pad(x, (0, x.shape[-1] % 2)).unflatten(-1, (-1, 2))
    is_single = ~step_mask(lengths // 2, pairs.shape[2])  # or padding, which stays 0
    return pairs.sum(-1) * (0.5 + 0.5 * is_single.unsqueeze(1).to(x.dtype))


def _half(lengths: Tensor) -> Tensor:
    return (lengths + 1) // 2
