"""The whole network: input layer, encoder, pooling for one label per sequence, head."""

import torch
from torch import Tensor, nn

from skseq.nn._branches import JoinedEncoder
from skseq.nn._dropout import LockedDropout, StepDropout
from skseq.nn._encoders import make_encoder
from skseq.nn._pooling import BranchPooling, make_pooling


class SequenceNetwork(nn.Module):
    """Scores of sequences, or of their steps, from padded batches.

    Parameters
    ----------
    input_layer : TokenInput or ValueInput
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

    def forward(self, values: Tensor, lengths: Tensor) -> Tensor:
        """Score values (batch, time[, n_features]): (batch[, time], n_classes)."""
        return self.head(self.states(values, lengths))

    def states(self, values: Tensor, lengths: Tensor) -> Tensor:
        """Give what the head reads: (batch[, time], width)."""
        states = self.encoder(self.input_layer(values), lengths)
        if self.pooling is None:
            return states
        if hasattr(self.encoder, "output_lengths"):
            lengths = self.encoder.output_lengths(lengths)
        return self.pooling(states, lengths)

    @property
    def last_layer(self) -> nn.Module:
        """The layer of the `Head`."""
        return self.head[-1]

    @property
    def last_input_size(self) -> int:
        """Numbers in a row of `last_inputs`."""
        return self.last_layer.in_features

    def last_inputs(self, values: Tensor, lengths: Tensor) -> Tensor:
        """Give what the last layer reads: (batch[, time], width)."""
        return self.head[:-1](self.states(values, lengths))


class TokenInput(nn.Module):
    """Token ids to vectors.

    Parameters
    ----------
    n_tokens : int
        Size of the vocabulary.

    embedding_dim : int
        Features of a vector.

    channel_dropout : float, default=0.0
        Share of the channels of a sequence that are dropped at all its steps.

    pretrained : array-like of shape (n_tokens, embedding_dim), default=None
        Vectors to start from.

    std : float, default=None
        Standard deviation of vectors that are not pretrained; None is that of torch, 1. With a
        small one, what is learnt about a token soon outweighs its random start.

    step_dropout : float, default=0.0
        Share of the steps that are dropped: their vectors are 0.
    """

    def __init__(
        self,
        n_tokens,
        embedding_dim,
        channel_dropout=0.0,
        pretrained=None,
        *,
        std=None,
        step_dropout=0.0,
    ):
        super().__init__()
        self.embedding = nn.Embedding(n_tokens, embedding_dim)
        with torch.no_grad():
            if pretrained is not None:
                self.embedding.weight.copy_(torch.as_tensor(pretrained))
            elif std is not None:
                self.embedding.weight.mul_(std)
        self.output_size = embedding_dim
        self.dropout = LockedDropout(channel_dropout)
        self.step_dropout = StepDropout(step_dropout)

    def forward(self, values: Tensor) -> Tensor:
        """Look up values (batch, time): (batch, time, output_size)."""
        return self.step_dropout(self.dropout(self.embedding(values)))


class ValueInput(nn.Module):
    """Measurements as they are; dropout takes whole features of a sequence."""

    def __init__(self, n_features, channel_dropout=0.0):
        super().__init__()
        self.output_size = n_features
        self.dropout = LockedDropout(channel_dropout)

    def forward(self, values: Tensor) -> Tensor:
        """Give values (batch, time[, n_features]) a feature axis."""
        if values.ndim == 2:
            values = values.unsqueeze(-1)
        return self.dropout(values)


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
):
    """Build a `SequenceNetwork`; ``n_tokens`` None means values, ``pooling`` None means tags.

    Raises
    ------
    ValueError
        If the encoder is not known, gives fewer steps than are to be tagged, or looks ahead and,
        being ``causal``, must not.
    """
    if n_tokens is None:
        input_layer = ValueInput(n_features, embedding_dropout)
    else:
        width = embedding_dim if embedding is None else embedding.shape[1]
        input_layer = TokenInput(
            n_tokens,
            width,
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
    width = body.output_size if tags else pooling.output_size
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
