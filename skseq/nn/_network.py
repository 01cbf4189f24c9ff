"""The whole network: input layer, encoder, pooling for one label per sequence, head."""

import torch
from torch import Tensor, nn

from skseq.nn._branches import JoinedEncoder
from skseq.nn._dropout import LockedDropout
from skseq.nn._encoders import make_encoder
from skseq.nn._inputs import ChannelInput, TokenInput, ValueInput
from skseq.nn._pooling import BranchPooling, make_pooling


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

    def __init__(self, input_layer, encoder, pooling, head):
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
        if hasattr(self.encoder, "output_lengths"):
            lengths = self.encoder.output_lengths(lengths)
        pooled = self.pooling(states, lengths)
        return pooled if summary is None else torch.cat([pooled, summary], dim=1)

    @property
    def last_layer(self) -> nn.Module:
        """The layer of the `Head`."""
        return self.head[-1]

    @property
    def last_input_size(self) -> int:
        """Numbers in a row of `last_inputs`."""
        return self.last_layer.in_features

    def last_inputs(self, values: Tensor, lengths: Tensor, summary: Tensor | None = None) -> Tensor:
        """Give what the last layer reads: (batch[, time], width)."""
        return self.head[:-1](self.states(values, lengths, summary))


def make_scorer(input_size, dense_sizes, dropout, head, start, *, locked=False):
    """Dense layers, and the layer of a head, whose scores start at the given values.

    Dropout of states (batch, time, width) may be ``locked``, the same at all steps of a sequence.
    """
    layers = [LockedDropout(dropout) if locked else nn.Dropout(dropout)]
    for size in dense_sizes:
        layers += [nn.Linear(input_size, size), nn.ReLU(), nn.Dropout(dropout)]
        input_size = size
    return nn.Sequential(*layers, head.make_layer(input_size, start))


def make_network(
    *,
    n_tokens,
    n_features,
    head,
    start,
    encoder,
    hidden_size,
    num_layers,
    embedding_dim,
    embedding,
    pooling,
    dense_sizes,
    dropout,
    embedding_dropout,
    embedding_std=None,
    step_dropout=0.0,
    locked_dropout=False,
    causal=False,
    channels=None,
    n_summaries=0,
):
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
    if channels is None and n_tokens is None:
        input_layer = ValueInput(n_features, embedding_dropout)
    else:
        make_input, content = (
            (TokenInput, n_tokens) if channels is None else (ChannelInput, channels)
        )
        input_layer = make_input(
            content,
            embedding_dim if embedding is None else embedding.shape[1],
            embedding_dropout,
            embedding,
            std=embedding_std,
            step_dropout=step_dropout,
        )
    body = make_encoder(
        encoder, input_layer.output_size, hidden_size, num_layers, dropout, causal=causal
    )
    tags = pooling is None
    if tags and hasattr(body, "output_lengths"):
        raise ValueError(
            f"encoder {encoder!r} gives fewer steps than it gets, so it cannot label each "
            "step; take one that keeps them, such as 'bilstm' or 'tcn'"
        )
    pooling = None if tags else _make_pooling_for(body, pooling)
    width = body.output_size if tags else pooling.output_size + n_summaries
    scorer = make_scorer(width, dense_sizes, dropout, head, start, locked=tags and locked_dropout)
    return SequenceNetwork(input_layer, body, pooling, scorer)


def _make_pooling_for(encoder, pooling):
    """Pooling of the states of an encoder; of encoders side by side, each has its own."""
    if isinstance(encoder, JoinedEncoder):
        branches = encoder.branches
        return BranchPooling(
            [_make_pooling_for(branch, pooling) for branch in branches],
            [branch.output_size for branch in branches],
        )
    bidirectional = getattr(encoder, "bidirectional", False)
    return make_pooling(pooling, encoder.output_size, bidirectional=bidirectional)
