"""What the columns of a step are: ids of several kinds, characters and numbers, side by side.

Ids and numbers stand in one array, so that whatever takes, repeats or moves steps needs to know
nothing of channels: indexing, samplers, batches. Where there are numbers it is an array of floats,
which hold ids exactly: `MAX_IDS` keeps them below what single precision, in which nets compute,
tells apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, ClassVar, TypeGuard, get_args

import numpy as np

from skseq._typing import BoolArray
from skseq.data._not_numbers import place_of_step

if TYPE_CHECKING:
    from skseq.data._sequences import Sequences

MAX_IDS = 2**24


@dataclass(frozen=True)
class IdChannel:
    """Columns of ids that share one table of vectors; the vectors of a step are summed.

    Id 0 stands for nothing: its vector is 0, so that steps may have fewer ids than columns.

    Parameters
    ----------
    name : str
        What it is called.

    n_ids : int
        Ids lie in ``range(n_ids)``.

    n_columns : int, default=1
        Columns of a step.

    dim : int, default=None
        Length of the vectors. None is the ``embedding_dim`` of the estimator: all channels without
        a ``dim`` of their own are summed to one vector, beside which the others stand.

    unknown : int, default=None
        The id of whatever was not known when ids were given. ``step_dropout`` of an estimator puts
        it in the place of other ids. None leaves the ids as they are.

    Examples
    --------
    >>> from skseq import Sequences
    >>> from skseq.preprocessing import IdChannel, NumberChannel
    >>> channels = [IdChannel("word", n_ids=5), NumberChannel("duration")]
    >>> Sequences([[2, 0.5], [4, 1.5], [3, 0.25]], [0, 2, 3], channels=channels)
    Sequences: 2 sequences, 3 steps (1 to 2 each), float64, channels word, duration
      [0] [2.  0.5] [4.  1.5]
      [1] [3.   0.25]
    """

    name: str
    n_ids: int
    n_columns: int = 1
    dim: int | None = None
    unknown: int | None = None

    holds_ids: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _check_sizes(self, "n_ids", "n_columns", *["dim"] * (self.dim is not None))
        _check_n_ids(self)
        if self.unknown is not None and not 0 < self.unknown < self.n_ids:
            raise ValueError(
                f"unknown of channel {self.name!r} must be an id from 1 to {self.n_ids - 1}, got "
                f"{self.unknown!r}"
            )


@dataclass(frozen=True)
class CharacterChannel:
    """Columns that spell a step, character by character, read by a convolution.

    The vectors of the characters go through filters, of whose outputs the largest is kept (Ma &
    Hovy, "End-to-end Sequence Labeling via Bi-directional LSTM-CNNs-CRF", 2016, section 2.1,
    https://arxiv.org/abs/1603.01354). The defaults are the paper's.

    Parameters
    ----------
    name : str
        What it is called.

    n_ids : int
        Ids of characters lie in ``range(n_ids)``; 0 stands where a word has ended.

    n_columns : int
        Most characters of a step.

    dim : int, default=30
        Length of the vector of a character.

    n_filters : int, default=30
        Filters, and so numbers that a step gets.

    kernel_size : int, default=3
        Characters that a filter sees.

    Examples
    --------
    >>> from skseq import Sequences
    >>> from skseq.preprocessing import CharacterChannel
    >>> spelling = [[1, 2, 2, 0], [2, 1, 0, 0], [1, 2, 1, 3]]  # "abb", "ba" and "abac"
    >>> channels = [CharacterChannel("letters", n_ids=4, n_columns=4)]
    >>> Sequences(spelling, [0, 2, 3], channels=channels)
    Sequences: 2 sequences, 3 steps (1 to 2 each), int64, channels letters
      [0] [1 2 2 0] [2 1 0 0]
      [1] [1 2 1 3]
    """

    name: str
    n_ids: int
    n_columns: int
    dim: int = 30
    n_filters: int = 30
    kernel_size: int = 3

    holds_ids: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _check_sizes(self, "n_ids", "n_columns", "dim", "n_filters", "kernel_size")
        _check_n_ids(self)


@dataclass(frozen=True)
class NumberChannel:
    """Columns of numbers, which a net reads as they are, or as ``scale`` of its estimator has them.

    Parameters
    ----------
    name : str
        What it is called.

    n_columns : int, default=1
        Numbers of a step.

    Examples
    --------
    >>> from skseq import Sequences
    >>> from skseq.preprocessing import NumberChannel
    >>> channels = [NumberChannel("degrees"), NumberChannel("speed", n_columns=2)]
    >>> X = Sequences([[20.5, 0.1, 0.2], [21.0, 0.4, 0.3]], [0, 2], channels=channels)
    >>> X[:1].channels[1]
    NumberChannel(name='speed', n_columns=2)
    """

    name: str
    n_columns: int = 1

    holds_ids: ClassVar[bool] = False

    def __post_init__(self) -> None:
        _check_sizes(self, "n_columns")


Channel = IdChannel | CharacterChannel | NumberChannel


def as_channels(
    channels: Iterable[Channel] | None, values: np.ndarray
) -> tuple[Channel, ...] | None:
    """Channels as a tuple, or None; TypeError or ValueError where they do not fit the values."""
    if channels is None:
        return None
    channels = tuple(channels)
    for channel in channels:
        if not isinstance(channel, Channel):
            kinds = ", ".join(kind.__name__ for kind in get_args(Channel))
            raise TypeError(f"channels must hold any of {kinds}; got {channel!r}")
    names = [channel.name for channel in channels]
    if len(set(names)) < len(names):
        raise ValueError(f"channels need different names, got {names}")
    n_columns = sum(channel.n_columns for channel in channels)
    if values.ndim != 2 or values.shape[1] != n_columns:
        raise ValueError(
            f"channels {names} have {n_columns} column(s) together, so values must have shape "
            f"(n_steps_total, {n_columns}); got {values.shape}"
        )
    return channels


def column_spans(channels: Sequence[Channel]) -> list[slice]:
    """The columns of each channel: list of slice."""
    stops = np.cumsum([channel.n_columns for channel in channels]).tolist()
    return [
        slice(stop - channel.n_columns, stop) for channel, stop in zip(channels, stops, strict=True)
    ]


def number_columns(channels: Sequence[Channel]) -> BoolArray:
    """Mask of the columns that hold numbers: ndarray of bool (n_columns,)."""
    return np.repeat(
        [not channel.holds_ids for channel in channels],
        [channel.n_columns for channel in channels],
    )


def numbers_of(X: Sequences) -> Sequences:
    """Only the numbers of `Sequences` with channels; others as they are."""
    if X.channels is None:
        return X
    return X.replace(values=X.values[:, number_columns(X.channels)], channels=None)


def first_ids(channels: Sequence[Channel]) -> int | None:
    """Position of the first channel of ids without a ``dim`` of its own; None if there is none.

    It is the one that a vocabulary and pretrained vectors belong to.
    """
    return next((i for i, channel in enumerate(channels) if _is_summed(channel)), None)


def token_ids(X: Sequences) -> Sequences:
    """The first ids of `Sequences` with channels, as token ids; others as they are."""
    if X.channels is None:
        return X
    for channel, columns in zip(X.channels, column_spans(X.channels), strict=True):
        if _is_summed(channel):
            return X.replace(
                values=X.values[:, columns.start].astype(np.int64),
                channels=None,
                n_tokens=channel.n_ids,
                vocabulary=X.vocabulary,
            )
    raise _one_kind_only("what reads token ids")


def refuse_channels(X: Sequences, reader: str) -> None:
    """Raise TypeError where `Sequences` have channels, but what reads them knows one kind only."""
    if X.channels is not None:
        raise _one_kind_only(reader)


def check_ids(X: Sequences) -> None:
    """Raise ValueError for an id that is not one of its channel in `Sequences` with channels."""
    channels = X.channels or ()
    for channel, columns in zip(channels, column_spans(channels), strict=True):
        if isinstance(channel, NumberChannel):
            continue
        ids = X.values[:, columns]
        with np.errstate(invalid="ignore"):
            wrong = ~((ids >= 0) & (ids < channel.n_ids))
        if ids.dtype.kind == "f":
            wrong |= ids != np.trunc(ids)
        if wrong.any():
            step, column = np.argwhere(wrong)[0].tolist()
            raise ValueError(
                f"channel {channel.name!r} has ids 0 to {channel.n_ids - 1}, got "
                f"{ids[step, column]} ({place_of_step(X, step)})"
            )


def _is_summed(channel: Channel) -> TypeGuard[IdChannel]:
    return isinstance(channel, IdChannel) and channel.dim is None


def _one_kind_only(reader: str) -> TypeError:
    return TypeError(
        f"X has channels, but {reader} reads steps of one kind; give it one of their columns, "
        "such as the first: X.replace(values=X.values[:, 0], channels=None)"
    )


def _check_sizes(channel: Channel, *names: str) -> None:
    if not isinstance(channel.name, str):
        raise TypeError(f"name of a channel must be text, got {channel.name!r}")
    for name in names:
        size = getattr(channel, name)
        if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
            raise ValueError(
                f"{name} of channel {channel.name!r} must be an integer of at least 1, got {size!r}"
            )


def _check_n_ids(channel: IdChannel | CharacterChannel) -> None:
    if channel.n_ids > MAX_IDS:
        raise ValueError(
            f"channel {channel.name!r} has n_ids={channel.n_ids}, but at most {MAX_IDS} ids are "
            "told apart; number those that occur, or hash them"
        )
