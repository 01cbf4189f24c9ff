"""The whole network: input layer, encoder, pooling for one label per sequence, head."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from skseq.data import Channel
from skseq.nn._branches import JoinedEncoder
from skseq.nn._dropout import LockedDropout
from skseq.nn._encoders import MakesEncoder, make_encoder
from skseq.nn._heads import Head
from skseq.nn._inputs import ChannelInput, TokenInput, ValueInput
from skseq.nn._pooling import BranchPooling, MakesPooling, make_pooling
from skseq.nn._sized import SizedModule


class SequenceNetwork(nn.Module):
    """Scores of sequences, or of their steps, from padded batches.

    Parameters
    ----------
    input_layer : TokenInput, ValueInput or ChannelInput
        Gives (batch, time, features) from a batch.

    encoder : nn.Module
        Called with (x, lengths); has ``output_size``, and, if it gives fewer steps than it gets,
        ``output_lengths``.

    pooling : nn.Module or None
        Called with (states, lengths); None scores every step.

    head : nn.Sequential
        From states to scores: dense layers, and the layer of a `Head`.
    """

    def __init__(
        self,
        input_layer: SizedModule,
        encoder: SizedModule,
        pooling: SizedModule | None,
        head: nn.Sequential,
    ) -> None:
        super().__init__()
        self.input_layer = input_layer
        self.encoder = encoder
        self.pooling = pooling
        self.head = head

    def forward(self, values: Tensor, lengths: Tensor, summary: Tensor | None = None) -> Tensor:
        """Score values (batch, time[, n_features]): (batch[, time], n_classes)."""
        return self.head(self.states(values, lengths, summary))

    def states(self, values: Tensor, lengths: Tensor, summary: Tensor | None = None) -> Tensor:
        """Give what the head reads: (batch[, time], width).

        A ``summary`` (batch, n) of sequences goes there as it is, beside their pooled states.
        """
        states = self.encoder(self.input_layer(values), lengths)
        if self.pooling is None:
            return states
        output_lengths = getattr(self.encoder, "output_lengths", None)
        if output_lengths is not None:
            lengths = output_lengths(lengths)
        pooled = self.pooling(states, lengths)
        return pooled if summary is None else torch.cat([pooled, summary], dim=1)

    @property
    def last_layer(self) -> Any:
        """The layer of the `Head`."""
        return self.head[-1]

    @property
    def last_input_size(self) -> int:
        """Numbers in a row of `last_inputs`."""
        return self.last_layer.in_features

    def last_inputs(self, values: Tensor, lengths: Tensor, summary: Tensor | None = None) -> Tensor:
        """Give what the last layer reads: (batch[, time], width)."""
        return self.head[:-1](self.states(values, lengths, summary))


def make_scorer(
    input_size: int,
    dense_sizes: Sequence[int],
    dropout: float,
    head: Head,
    start: NDArray[np.float64],
    *,
    locked: bool = False,
) -> nn.Sequential:
    """Dense layers, and the layer of a head, whose scores start at the given values.

    Dropout of states (batch, time, width) may be ``locked``, the same at all steps of a sequence.
    """
    layers: list[nn.Module] = [LockedDropout(dropout) if locked else nn.Dropout(dropout)]
    for size in dense_sizes:
        layers += [nn.Linear(input_size, size), nn.ReLU(), nn.Dropout(dropout)]
        input_size = size
    return nn.Sequential(*layers, head.make_layer(input_size, start))


def make_network(
    *,
    n_tokens: int | None,
    n_features: int,
    head: Head,
    start: NDArray[np.float64],
    encoder: str | MakesEncoder,
    hidden_size: int,
    num_layers: int | None,
    embedding_dim: int,
    embedding: np.ndarray | None,
    pooling: str | MakesPooling | None,
    dense_sizes: Sequence[int],
    dropout: float,
    embedding_dropout: float,
    embedding_std: float | None = None,
    step_dropout: float = 0.0,
    locked_dropout: bool = False,
    causal: bool = False,
    channels: Sequence[Channel] | None = None,
    n_summaries: int = 0,
) -> SequenceNetwork:
    """Build a `SequenceNetwork`; ``pooling`` None means tags.

    It reads ``channels`` if there are any, else ids below ``n_tokens``, or, where that is None,
    values.

    ``n_summaries`` is the width of the ``summary`` that its head reads beside the pooled states.

    Raises
    ------
    ValueError
        If the encoder is not known, gives fewer steps than are to be tagged, or looks ahead and,
        being ``causal``, must not.
    """
    dim = embedding_dim if embedding is None else embedding.shape[1]
    input_layer: SizedModule
    if channels is not None:
        input_layer = ChannelInput(
            channels,
            dim,
            embedding_dropout,
            embedding,
            std=embedding_std,
            step_dropout=step_dropout,
        )
    elif n_tokens is not None:
        input_layer = TokenInput(
            n_tokens,
            dim,
            embedding_dropout,
            embedding,
            std=embedding_std,
            step_dropout=step_dropout,
        )
    else:
        input_layer = ValueInput(n_features, embedding_dropout)
    body = make_encoder(
        encoder, input_layer.output_size, hidden_size, num_layers, dropout, causal=causal
    )
    tags = pooling is None
    if tags and hasattr(body, "output_lengths"):
        raise ValueError(
            f"encoder {encoder!r} gives fewer steps than it gets, so it cannot label each "
            "step; take one that keeps them, such as 'bilstm' or 'tcn'"
        )
    pool = None if pooling is None else _make_pooling_for(body, pooling)
    width = body.output_size if pool is None else pool.output_size + n_summaries
    scorer = make_scorer(width, dense_sizes, dropout, head, start, locked=tags and locked_dropout)
    return SequenceNetwork(input_layer, body, pool, scorer)


def _make_pooling_for(encoder: Any, pooling: str | MakesPooling) -> SizedModule:
    """Pooling of the states of an encoder; of encoders side by side, each has its own."""
    if isinstance(encoder, JoinedEncoder):
        branches: Sequence[Any] = list(encoder.branches)
        return BranchPooling(
            [_make_pooling_for(branch, pooling) for branch in branches],
            [branch.output_size for branch in branches],
        )
    bidirectional = getattr(encoder, "bidirectional", False)
    return make_pooling(pooling, encoder.output_size, bidirectional=bidirectional)
