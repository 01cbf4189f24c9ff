"""Recurrent encoders whose scores do not depend on padding.

torch's packed LSTM trains several times slower on a CPU than a padded one, because packed batches
miss the oneDNN kernel (``benchmarks/bench_epoch.py`` measures it). So each direction is a padded
one-way network, and the backward one reads its sequences reversed *by their own length*: it starts
at the true end, and padding, which then still comes last, is never read before a real step. The
mathematics is that of a packed bidirectional network.
"""

from typing import Any, Literal

import torch
from torch import Tensor, nn

from skseq.nn._sized import SizedModule

_CELLS: dict[str, type[nn.LSTM] | type[nn.GRU]] = {"lstm": nn.LSTM, "gru": nn.GRU}


class RecurrentEncoder(SizedModule):
    """Stacked LSTM or GRU, one-way or bidirectional, over padded batches.

    Parameters
    ----------
    input_size : int
        Features of a step.

    hidden_size : int
        Features of a hidden state, in each direction.

    num_layers : int, default=1
        Stacked layers.

    dropout : float, default=0.0
        Share of activations dropped between layers.

    cell : {"lstm", "gru"}, default="lstm"
        The kind of recurrence.

    bidirectional : bool, default=True
        Whether sequences are also read from their end.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        dropout: float = 0.0,
        *,
        cell: Literal["lstm", "gru"] = "lstm",
        bidirectional: bool = True,
    ) -> None:
        super().__init__()
        self.bidirectional = bidirectional
        self.causal = not bidirectional
        self.output_size = hidden_size * (2 if bidirectional else 1)
        sizes = [input_size] + [self.output_size] * (num_layers - 1)
        self.ahead = nn.ModuleList(_one_way(cell, size, hidden_size) for size in sizes)
        self.back = nn.ModuleList(
            _one_way(cell, size, hidden_size) for size in (sizes if bidirectional else [])
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Encode x (batch, time, input_size) to (batch, time, output_size)."""
        flip = _flip_index(lengths, x.shape[1]) if self.bidirectional else None
        for layer, ahead in enumerate(self.ahead):
            if layer:
                x = self.dropout(x)
            states, _ = ahead(x)
            if self.bidirectional:
                reversed_states, _ = self.back[layer](_Flip.apply(x, flip))
                states = torch.cat([states, _Flip.apply(reversed_states, flip)], dim=-1)
            x = states
        return x


def _one_way(cell: Literal["lstm", "gru"], input_size: int, hidden_size: int) -> nn.RNNBase:
    network = _CELLS[cell](input_size, hidden_size, batch_first=True)
    if cell == "lstm":
        # A forget gate that starts open lets gradients reach far steps (Jozefowicz et al. 2015).
        with torch.no_grad():
            network.get_parameter("bias_ih_l0")[hidden_size : 2 * hidden_size].fill_(1.0)
            network.get_parameter("bias_hh_l0")[hidden_size : 2 * hidden_size].fill_(0.0)
    return network


def reverse_by_length(x: Tensor, lengths: Tensor) -> Tensor:
    """Reverse the real steps of each sequence in x (batch, time, features); padding stays."""
    return _Flip.apply(x, _flip_index(lengths, x.shape[1]))


def _flip_index(lengths: Tensor, max_length: int) -> Tensor:
    """Flat row of (batch * time) that each step takes its values from."""
    time = torch.arange(max_length, device=lengths.device)
    mirrored = lengths[:, None] - 1 - time
    source = torch.where(mirrored >= 0, mirrored, time)
    first = torch.arange(len(lengths), device=lengths.device)[:, None] * max_length
    return (source + first).flatten()


class _Flip(torch.autograd.Function):
    """Reordering of steps that is its own inverse, hence its own gradient.

    torch's gather would scatter gradients with atomics or serially; here both ways are one
    row-wise selection.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, flip: Tensor) -> Tensor:
        ctx.flip = flip
        return x.reshape(-1, x.shape[-1]).index_select(0, flip).view(x.shape)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        flat = gradient.reshape(-1, gradient.shape[-1])
        return flat.index_select(0, ctx.flip).view(gradient.shape), None
