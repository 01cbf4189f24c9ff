"""Input layers: from the values of padded batches to vectors, one for each step."""

from collections.abc import Sequence

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn import functional

from skseq.data import Channel, CharacterChannel, IdChannel, NumberChannel, column_spans
from skseq.nn._dropout import LockedDropout, StepDropout
from skseq.nn._sized import SizedModule


class TokenInput(SizedModule):
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
        n_tokens: int,
        embedding_dim: int,
        channel_dropout: float = 0.0,
        pretrained: ArrayLike | None = None,
        *,
        std: float | None = None,
        step_dropout: float = 0.0,
    ) -> None:
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

    @property
    def vectors(self) -> Tensor:
        """What ``pretrained`` gave the start of: (n_tokens, embedding_dim)."""
        return self.embedding.weight

    def forward(self, values: Tensor) -> Tensor:
        """Look up values (batch, time): (batch, time, output_size)."""
        return self.step_dropout(self.dropout(self.embedding(values)))


class ValueInput(SizedModule):
    """Measurements as they are; dropout takes whole features of a sequence."""

    def __init__(self, n_features: int, channel_dropout: float = 0.0) -> None:
        super().__init__()
        self.output_size = n_features
        self.dropout = LockedDropout(channel_dropout)

    def forward(self, values: Tensor) -> Tensor:
        """Give values (batch, time[, n_features]) a feature axis."""
        if values.ndim == 2:
            values = values.unsqueeze(-1)
        return self.dropout(values)


class ChannelInput(SizedModule):
    """Steps with ids, characters and numbers side by side, as ``channels`` say.

    Parameters
    ----------
    channels : tuple of IdChannel, CharacterChannel or NumberChannel
        What the columns of a step are.

    embedding_dim : int
        Length of the vector that all channels of ids without a ``dim`` are summed to.

    channel_dropout : float, default=0.0
        Share of the features of a sequence that are dropped at all its steps.

    pretrained : array-like of shape (n_ids, embedding_dim), default=None
        Vectors that the first channel of ids without a ``dim`` starts from.

    std : float, default=None
        Standard deviation of other vectors at the start; None is 1. That of a step's sum is the
        same.

    step_dropout : float, default=0.0
        Share of the ids that are replaced by the ``unknown`` of their channel, if it has one.
    """

    def __init__(
        self,
        channels: Sequence[Channel],
        embedding_dim: int,
        channel_dropout: float = 0.0,
        pretrained: ArrayLike | None = None,
        *,
        std: float | None = None,
        step_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.columns = column_spans(channels)
        self.is_summed = [isinstance(c, IdChannel) and c.dim is None for c in channels]
        readers = [_make_reader(channel, embedding_dim, std, step_dropout) for channel in channels]
        self.readers = nn.ModuleList(readers)
        self.output_size = embedding_dim * any(self.is_summed) + sum(
            reader.output_size
            for reader, is_summed in zip(readers, self.is_summed, strict=True)
            if not is_summed
        )
        self.dropout = LockedDropout(channel_dropout)
        if pretrained is not None:
            with torch.no_grad():
                self.vectors.copy_(torch.as_tensor(pretrained))

    @property
    def vectors(self) -> Tensor:
        """What ``pretrained`` gave the start of: (n_ids, embedding_dim)."""
        reader = self.readers[self.is_summed.index(True)]
        assert isinstance(reader, IdReader)
        return reader.embedding.weight

    def forward(self, values: Tensor) -> Tensor:
        """Read values (batch, time, n_columns): (batch, time, output_size)."""
        steps = values.flatten(0, 1)
        summed, beside = None, []
        for columns, reader, is_summed in zip(
            self.columns, self.readers, self.is_summed, strict=True
        ):
            part = reader(steps[:, columns])
            if not is_summed:
                beside.append(part)
            else:
                summed = part if summed is None else summed + part
        if summed is not None:
            beside.insert(0, summed)
        return self.dropout(torch.cat(beside, dim=1).unflatten(0, values.shape[:2]))


class IdReader(SizedModule):
    """Sum of the vectors of a step's ids; that of id 0 is 0."""

    def __init__(
        self, channel: IdChannel, embedding_dim: int, std: float | None, step_dropout: float
    ) -> None:
        super().__init__()
        self.output_size = embedding_dim if channel.dim is None else channel.dim
        self.embedding = nn.EmbeddingBag(channel.n_ids, self.output_size, mode="sum", padding_idx=0)
        with torch.no_grad():
            self.embedding.weight.mul_((1 if std is None else std) / channel.n_columns**0.5)
        self.unknown = channel.unknown
        self.step_dropout = step_dropout

    def forward(self, ids: Tensor) -> Tensor:
        """Look up ids (n_steps, n_columns): (n_steps, output_size)."""
        ids = ids.long()
        if self.training and self.step_dropout and self.unknown is not None:
            dropped = torch.rand(ids.shape, device=ids.device) < self.step_dropout
            ids = ids.masked_fill(dropped & (ids != 0), self.unknown)
        return self.embedding(ids)


class CharacterReader(SizedModule):
    """Convolution over the characters of a step, and the largest output of each filter.

    Steps that are spelt alike are read once, and padding is not read: a step without characters
    gives 0.
    """

    def __init__(self, channel: CharacterChannel) -> None:
        super().__init__()
        self.output_size = channel.n_filters
        self.embedding = nn.Embedding(channel.n_ids, channel.dim, padding_idx=0)
        self.around = ((channel.kernel_size - 1) // 2, channel.kernel_size // 2)
        self.convolution = nn.Conv1d(channel.dim, channel.n_filters, channel.kernel_size)

    def forward(self, characters: Tensor) -> Tensor:
        """Read characters (n_steps, n_columns): (n_steps, output_size)."""
        words, place = _distinct(characters.long(), self.embedding.num_embeddings)
        is_spelt = words != 0
        used = is_spelt.any(dim=0).nonzero()
        if not len(used):
            return self.convolution.weight.new_zeros(len(characters), self.output_size)
        longest = int(used[-1]) + 1
        words, is_spelt = words[:, :longest], is_spelt[:, None, :longest]
        vectors = self.embedding(words).transpose(1, 2)  # (n_distinct, dim, n_characters)
        filtered = self.convolution(functional.pad(vectors, self.around))
        largest = filtered.masked_fill(~is_spelt, -torch.inf).amax(dim=2)
        return largest.masked_fill(~is_spelt.any(dim=2), 0.0)[place]


def _distinct(rows: Tensor, n_ids: int) -> tuple[Tensor, Tensor]:
    """Distinct rows of ids below ``n_ids`` in order, and the place of each row among them.

    As torch.unique of rows, which compares them one by one; here rows become numbers.
    """
    number, n_numbers = rows[:, 0], n_ids
    for column in rows.unbind(dim=1)[1:]:
        if n_numbers > torch.iinfo(torch.int64).max // n_ids:
            distinct, number = torch.unique(number, return_inverse=True)
            n_numbers = len(distinct)
        number, n_numbers = number * n_ids + column, n_numbers * n_ids
    distinct, place = torch.unique(number, return_inverse=True)
    of_each = torch.empty_like(distinct)
    of_each[place] = torch.arange(len(rows), device=rows.device)
    return rows[of_each], place


class NumberReader(SizedModule):
    """Numbers as they are."""

    def __init__(self, channel: NumberChannel) -> None:
        super().__init__()
        self.output_size = channel.n_columns

    def forward(self, numbers: Tensor) -> Tensor:
        """Give numbers (n_steps, n_columns) in single precision."""
        return numbers.float()


def _make_reader(
    channel: Channel, embedding_dim: int, std: float | None, step_dropout: float
) -> SizedModule:
    match channel:
        case IdChannel():
            return IdReader(channel, embedding_dim, std, step_dropout)
        case CharacterChannel():
            return CharacterReader(channel)
        case NumberChannel():
            return NumberReader(channel)
