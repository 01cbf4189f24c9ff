"""The inputs themselves as states, and encoders that read the same inputs side by side."""

from collections.abc import Sequence
from itertools import product

import torch
from torch import Tensor, nn

from skseq.nn._sized import SizedModule


class BagEncoder(SizedModule):
    """The inputs as they are, step by step; a pooling then ignores their order.

    Of tokens, with mean pooling, that is a bag of embeddings (Joulin et al., "Bag of Tricks for
    Efficient Text Classification", 2017), hard to beat on a few hundred texts.

    Parameters
    ----------
    input_size : int
        Features of a step, and of a state.

    hidden_size, num_layers, dropout
        No effect: there is nothing to learn.
    """

    bidirectional = False
    causal = True

    def __init__(
        self, input_size: int, hidden_size: int = 1, num_layers: int = 1, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.output_size = input_size

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Give x (batch, time, input_size) as it is."""
        return x


class JoinedEncoder(SizedModule):
    """States of several encoders of the same inputs, side by side.

    In training, *branch dropout* drops the whole output of a branch for a sequence, at random, so
    that each branch learns to stand alone, the quick learner and the slow one. At least one branch
    is always left, and what is left is scaled, so that expectations stay.

    Parameters
    ----------
    branches : list of nn.Module
        Encoders of the same ``input_size``, none of which shortens sequences.

    branch_dropout : float or sequence of float, default=None
        Probability that a branch is dropped, for all or for each. Cases in which nothing would be
        left are excluded. None is .5, and 0 for a `BagEncoder`.

    Attributes
    ----------
    output_size : int
        The sum of theirs; features come in the order of the branches.

    causal : bool
        Whether no branch looks ahead.
    """

    _scale: Tensor
    _probability: Tensor

    def __init__(
        self, branches: Sequence[SizedModule], branch_dropout: float | Sequence[float] | None = None
    ) -> None:
        super().__init__()
        for branch in branches:
            if hasattr(branch, "output_lengths"):
                raise ValueError(
                    f"{type(branch).__name__} gives fewer steps than it gets, so it "
                    "cannot be joined with other encoders; use it alone"
                )
        self.branches = nn.ModuleList(branches)
        self.output_size = sum(branch.output_size for branch in branches)
        self.causal = all(getattr(branch, "causal", False) for branch in branches)
        kept, probability = _patterns(_each(branch_dropout, branches))
        # One row per pattern: the factor of each branch, 0 where it is dropped.
        self.register_buffer("_scale", (kept / (probability @ kept)).float(), persistent=False)
        self.register_buffer("_probability", probability.float(), persistent=False)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Encode x (batch, time, input_size) to (batch, time, output_size)."""
        states = [branch(x, lengths) for branch in self.branches]
        if self.training and len(self._probability) > 1:
            drawn = torch.multinomial(self._probability, len(x), replacement=True)
            scale = self._scale[drawn].T[:, :, None, None].to(x.dtype)  # (branch, batch, 1, 1)
            states = [state * each for state, each in zip(states, scale, strict=True)]
        return torch.cat(states, dim=-1)


def _each(
    branch_dropout: float | Sequence[float] | None, branches: Sequence[SizedModule]
) -> list[float]:
    """Probability that each branch is dropped, checked."""
    if branch_dropout is None:
        each = [0.0 if isinstance(branch, BagEncoder) else 0.5 for branch in branches]
    elif isinstance(branch_dropout, (int, float)):
        each = [branch_dropout] * len(branches)
    else:
        each = list(branch_dropout)
    if len(each) != len(branches) or not all(0 <= p < 1 for p in each):
        raise ValueError(
            "branch_dropout must be a number in [0, 1), or one for each of the "
            f"{len(branches)} branches, got {branch_dropout!r}"
        )
    return each


def _patterns(branch_dropout: list[float]) -> tuple[Tensor, Tensor]:
    """Which branches may be left together, and how likely: (n, n_branches) and (n,)."""
    dropout = torch.tensor(branch_dropout, dtype=torch.float64)
    kept = torch.tensor(list(product([1.0, 0.0], repeat=len(dropout))), dtype=torch.float64)
    kept = kept[:-1]  # never none
    probability = torch.where(kept > 0, 1 - dropout, dropout).prod(dim=1)
    is_possible = probability > 0
    return kept[is_possible], probability[is_possible] / probability.sum()
