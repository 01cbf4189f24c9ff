"""The whole network: input layer, encoder, pooling for one label a sequence, head."""

from functools import partial

import torch
from torch import Tensor, nn

from skseq._validation import check_choice
from skseq.nn._convolution import ConvolutionEncoder
from skseq.nn._pooling import make_pooling
from skseq.nn._recurrent import RecurrentEncoder

# One line a kind of encoder: called with (input_size, hidden_size, num_layers, dropout).
ENCODERS = {
    "bigru": partial(RecurrentEncoder, cell="gru"),
    "bilstm": RecurrentEncoder,
    "cnn": ConvolutionEncoder,
    "lstm": partial(RecurrentEncoder, bidirectional=False),
}


class SequenceNetwork(nn.Module):
    """Scores of sequences, or of their steps, from padded batches.

    Parameters
    ----------
    input_layer : TokenInput or ValueInput
        Gives (batch, time, features) from a batch.

    encoder : nn.Module
        Called with (x, lengths); has ``output_size``.

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
        return states if self.pooling is None else self.pooling(states, lengths)

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
    """Token ids to vectors; dropout takes whole channels of a sequence.

    Dropping a channel at every step of a sequence, rather than here and there, cannot be undone
    by looking at the neighbouring steps.
    """

    def __init__(self, n_tokens, embedding_dim, channel_dropout=0.0, pretrained=None):
        super().__init__()
        self.embedding = nn.Embedding(n_tokens, embedding_dim)
        if pretrained is not None:
            with torch.no_grad():
                self.embedding.weight.copy_(torch.as_tensor(pretrained))
        self.output_size = embedding_dim
        self.dropout = nn.Dropout1d(channel_dropout)

    def forward(self, values: Tensor) -> Tensor:
        """Look up values (batch, time): (batch, time, output_size)."""
        return self.dropout(self.embedding(values).transpose(1, 2)).transpose(1, 2)


class ValueInput(nn.Module):
    """Measurements as they are; dropout takes whole features of a sequence."""

    def __init__(self, n_features, channel_dropout=0.0):
        super().__init__()
        self.output_size = n_features
        self.dropout = nn.Dropout1d(channel_dropout)

    def forward(self, values: Tensor) -> Tensor:
        """Give values (batch, time[, n_features]) a feature axis."""
        if values.ndim == 2:
            values = values.unsqueeze(-1)
        return self.dropout(values.transpose(1, 2)).transpose(1, 2)


def make_encoder(encoder, input_size, hidden_size, num_layers, dropout):
    """Give an encoder module from a name in `ENCODERS`, or a module class.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If the module lacks ``output_size``.
    """
    if isinstance(encoder, str):
        check_choice("encoder", encoder, ENCODERS)
        encoder = ENCODERS[encoder]
    module = encoder(input_size, hidden_size, num_layers, dropout)
    if not hasattr(module, "output_size"):
        raise TypeError(
            f"encoder {type(module).__name__} must have the attribute output_size, the number of "
            "features that it gives for each step"
        )
    return module


def make_scorer(input_size, dense_sizes, dropout, head, start):
    """Dense layers, and the layer of a head, whose scores start where they are told."""
    layers = [nn.Dropout(dropout)]
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
):
    """Build a `SequenceNetwork`; ``n_tokens`` None means values, ``pooling`` None means tags."""
    if n_tokens is None:
        input_layer = ValueInput(n_features, embedding_dropout)
    else:
        width = embedding_dim if embedding is None else embedding.shape[1]
        input_layer = TokenInput(n_tokens, width, embedding_dropout, embedding)
    body = make_encoder(encoder, input_layer.output_size, hidden_size, num_layers, dropout)
    width = body.output_size
    if pooling is not None:
        bidirectional = getattr(body, "bidirectional", False)
        pooling = make_pooling(pooling, width, bidirectional=bidirectional)
        width = pooling.output_size
    scorer = make_scorer(width, dense_sizes, dropout, head, start)
    return SequenceNetwork(input_layer, body, pooling, scorer)
