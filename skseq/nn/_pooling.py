"""From the states of a sequence's steps to one vector; padding is never looked at.

`POOLINGS` is the one table of names. Names joined by ``+`` ("mean+max") are concatenated.
"""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn

from skseq._validation import check_choice
from skseq.nn._masks import step_mask
from skseq.nn._sized import SizedModule


class LastPooling(SizedModule):
    """Each direction's state at its end: the last real step ahead, the first step backward."""

    def __init__(self, input_size: int, *, bidirectional: bool = False) -> None:
        super().__init__()
        self.output_size = input_size
        self.ahead_size = input_size // 2 if bidirectional else input_size

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        """Pool states (batch, time, input_size) to (batch, output_size)."""
        rows = torch.arange(len(lengths), device=lengths.device)
        ends = states[rows, lengths - 1]
        return torch.cat([ends[:, : self.ahead_size], states[:, 0, self.ahead_size :]], dim=-1)


class MeanPooling(SizedModule):
    """Mean over real steps."""

    def __init__(self, input_size: int, *, bidirectional: bool = False) -> None:
        super().__init__()
        self.output_size = input_size

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        """Pool states (batch, time, input_size) to (batch, output_size)."""
        mask = step_mask(lengths, states.shape[1]).unsqueeze(-1)
        return (states * mask).sum(dim=1) / lengths[:, None]


class MaxPooling(SizedModule):
    """Maximum over real steps, channel by channel."""

    def __init__(self, input_size: int, *, bidirectional: bool = False) -> None:
        super().__init__()
        self.output_size = input_size

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        """Pool states (batch, time, input_size) to (batch, output_size)."""
        mask = step_mask(lengths, states.shape[1]).unsqueeze(-1)
        return states.masked_fill(~mask, -torch.inf).amax(dim=1)


class AttentionPooling(SizedModule):
    """Mean over real steps weighted by a learnt relevance.

    The relevance of a step is a two-layer score of its state, softmaxed over the sequence (Yang et
    al., "Hierarchical Attention Networks for Document Classification", 2016).
    """

    def __init__(self, input_size: int, *, bidirectional: bool = False) -> None:
        super().__init__()
        self.output_size = input_size
        self.relevance = nn.Sequential(
            nn.Linear(input_size, input_size), nn.Tanh(), nn.Linear(input_size, 1, bias=False)
        )

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        """Pool states (batch, time, input_size) to (batch, output_size)."""
        mask = step_mask(lengths, states.shape[1]).unsqueeze(-1)
        relevance = self.relevance(states).masked_fill(~mask, -torch.inf)
        return (states * relevance.softmax(dim=1)).sum(dim=1)


class JoinedPooling(SizedModule):
    """Several poolings of the same states, side by side."""

    def __init__(self, poolings: Sequence[SizedModule]) -> None:
        super().__init__()
        self.poolings = nn.ModuleList(poolings)
        self.output_size = sum(pooling.output_size for pooling in poolings)

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        """Pool states (batch, time, input_size) to (batch, output_size)."""
        return torch.cat([pooling(states, lengths) for pooling in self.poolings], dim=-1)


class BranchPooling(SizedModule):
    """A pooling for each branch of a `JoinedEncoder`, side by side.

    So "last" ends where each branch ends, and "attention" is free to look elsewhere in each.
    """

    def __init__(self, poolings: Sequence[SizedModule], input_sizes: Iterable[int]) -> None:
        super().__init__()
        self.poolings = nn.ModuleList(poolings)
        self.input_sizes = list(input_sizes)
        self.output_size = sum(pooling.output_size for pooling in poolings)

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        """Pool states (batch, time, sum(input_sizes)) to (batch, output_size)."""
        parts = states.split(self.input_sizes, dim=-1)
        pooled = [
            pooling(part, lengths) for pooling, part in zip(self.poolings, parts, strict=True)
        ]
        return torch.cat(pooled, dim=-1)


MakesPooling = Callable[..., SizedModule]

POOLINGS: dict[str, MakesPooling] = {
    "attention": AttentionPooling,
    "last": LastPooling,
    "max": MaxPooling,
    "mean": MeanPooling,
}


def make_pooling(
    pooling: str | MakesPooling, input_size: int, *, bidirectional: bool
) -> SizedModule:
    """Give a pooling module from a name ("mean", "mean+max"), or a module class.

    Raises
    ------
    ValueError
        If a name is not in `POOLINGS`.
    """
    if not isinstance(pooling, str):
        return pooling(input_size, bidirectional=bidirectional)
    names = [name.strip() for name in pooling.split("+")]
    for name in names:
        check_choice("pooling", name, POOLINGS)
    parts = [POOLINGS[name](input_size, bidirectional=bidirectional) for name in names]
    return parts[0] if len(parts) == 1 else JoinedPooling(parts)
