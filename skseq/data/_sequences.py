"""The container of ragged sequences.

Requirements this file meets:

- flat and ragged: one ``values`` array and one ``offsets`` array, like Arrow's list layout;
- numpy only, and no Python loop over sequences once the flat arrays exist;
- indexes the way scikit-learn indexes (`_safe_indexing` calls ``X[indices, ...]``);
- what belongs to a sequence (weight, origin, the vocabulary and its size, counts of the labels
  before a sampler ran) or says what its columns are (channels) follows it through indexing,
  concatenation and pickling;
- a contiguous slice is a view, so a memory-mapped file is never read further than needed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import EllipsisType
from typing import Any, Self, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from skseq._typing import BoolArray, IntArray
from skseq.data import _interop, _views
from skseq.data._channels import Channel, as_channels
from skseq.data._entries import as_step_array, concatenate_steps
from skseq.data._layout import (
    as_indices,
    as_lengths,
    as_offsets,
    check_layout,
    lengths_of_padded,
    offsets_from_lengths,
    step_mask,
    take_steps,
    unmasked,
)
from skseq.data._parts import (
    check_label_counts,
    check_n_tokens,
    check_vocabulary,
    check_weight,
    common_channels,
    common_label_counts,
    common_n_tokens,
    common_vocabulary,
    concatenate_weights,
)

# Some of the sequences, as an index.
Rows = slice | Sequence[int] | Sequence[bool] | IntArray | BoolArray


class Sequences:
    """Sequences of unequal length, stored flat.

    Sequence ``i`` is ``values[offsets[i]:offsets[i + 1]]``.

    Parameters
    ----------
    values : array-like of shape (n_steps_total,) or (n_steps_total, n_features)
        The steps of all sequences, one sequence after the other: token ids, measurements, tags.
        An ndarray (also an ``np.memmap``) is kept as it is, without a copy.

    offsets : array-like of int, shape (n_sequences + 1,)
        Where each sequence starts, and where the last one ends: starts at 0, never decreases,
        ends at ``n_steps_total``.

    weight : array-like of shape (n_sequences,) or (n_steps_total,), default=None
        How much a sequence, or a step, counts in training. None means 1 everywhere.

    origin : array-like of int of shape (n_sequences,) or Sequences, default=None
        The ids of the original sequences that each row came from: one id each, or, as
        `Sequences` of ids, several (a synthetic sequence has two parents). None means that
        every row is an original.

    n_tokens : int, default=None
        Size of the vocabulary when the values are token ids, which then lie in
        ``range(n_tokens)``. None means unknown, or not tokens.

    label_counts : dict, default=None
        How many sequences had each label (steps had each tag) before a sampler changed that:
        label -> number. Samplers fill it in, so that an estimator behind them still knows the
        class prior of the data; parts of the sequences share it. None means that no sampler ran.

    vocabulary : dict of str to int, default=None
        Token -> its id, as `skseq.preprocessing.TokenEncoder` fills it in, so that augmenters find
        words in whatever vocabulary a fold learned. It is shared, never copied, so do not write to
        it. Of channels, it is that of the first of ids without ``dim``. None means unknown, or not
        tokens.

    channels : list of channels, default=None
        What the columns of ``values`` are where steps have several of different kinds, one after
        the other: `skseq.preprocessing.IdChannel`, `CharacterChannel` or `NumberChannel`. None
        means that all are of one kind.

    Attributes
    ----------
    lengths : ndarray of int64 of shape (n_sequences,)
        Steps in each sequence.

    has_step_weight : bool
        Whether ``weight`` has an entry for each step rather than each sequence. Where there are
        as many steps as sequences, a new weight is taken for one entry per sequence.

    Raises
    ------
    TypeError
        If ``offsets`` are not integers, or ``label_counts`` or ``vocabulary`` is not a dict.
    ValueError
        If ``offsets``, ``weight``, ``origin``, ``channels`` do not fit ``values``, or a count is
        negative.

    Examples
    --------
    >>> from skseq import Sequences
    >>> X = Sequences.from_list([[1, 2, 3], [4], [5, 6]])
    >>> X
    Sequences: 3 sequences, 6 steps (1 to 3 each), int64
      [0] 1 2 3
      [1] 4
      [2] 5 6
    >>> X[[2, 0]].tolist()
    [[5, 6], [1, 2, 3]]
    >>> X.values
    array([1, 2, 3, 4, 5, 6])
    """

    # numpy must not try to take binary operations over element by element.
    __array_ufunc__ = None
    # Content comparison without a content hash, as for ndarray.
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self,
        values: ArrayLike,
        offsets: ArrayLike,
        *,
        weight: ArrayLike | None = None,
        origin: ArrayLike | Sequences | None = None,
        n_tokens: int | None = None,
        label_counts: dict[Any, float] | None = None,
        vocabulary: Mapping[str, int] | None = None,
        channels: Iterable[Channel] | None = None,
    ) -> None:
        self.values = unmasked(values, "values")
        self.offsets = as_offsets(offsets)
        check_layout(self.values, self.offsets)
        self.weight = check_weight(weight, self)
        self.has_step_weight = self.weight is not None and len(self.weight) != len(self)
        self.origin = _check_origin(origin, self)
        self.n_tokens = check_n_tokens(n_tokens)
        self.label_counts = check_label_counts(label_counts)
        self.vocabulary = check_vocabulary(vocabulary)
        self.channels = as_channels(channels, self.values)

    # -- building ---------------------------------------------------------------------------

    @classmethod
    def from_lengths(cls, values: ArrayLike, lengths: ArrayLike, **kwargs: Any) -> Self:
        """Build from flat values and the length of each sequence.

        Parameters
        ----------
        values : array-like of shape (n_steps_total,) or (n_steps_total, n_features)
            The steps of all sequences, one sequence after the other.

        lengths : array-like of int of shape (n_sequences,)
            Steps in each sequence.

        **kwargs : dict
            ``weight``, ``origin``, ``n_tokens``, ``label_counts``, ``vocabulary`` and ``channels``
            of `Sequences`.

        Returns
        -------
        Sequences
        """
        return cls(values, offsets_from_lengths(as_lengths(lengths)), **kwargs)

    @classmethod
    def from_list(
        cls, sequences: Iterable[Any], *, dtype: DTypeLike | None = None, **kwargs: Any
    ) -> Self:
        """Build from a list with one array-like for each sequence.

        Parameters
        ----------
        sequences : iterable of array-like of shape (length_i,) or (length_i, n_features)
            One entry per sequence; also a 1-D object array or an object Series.

        dtype : dtype, default=None
            Type of the steps; None takes the narrowest that holds all of them.

        **kwargs : dict
            ``weight``, ``origin``, ``n_tokens``, ``label_counts``, ``vocabulary`` and ``channels``
            of `Sequences`.

        Returns
        -------
        Sequences

        Raises
        ------
        TypeError
            If an entry is text: `skseq.preprocessing.TokenEncoder` turns text into ids.
        ValueError
            If the entries have different numbers of features.
        """
        arrays = [as_step_array(entry, index, dtype) for index, entry in enumerate(sequences)]
        lengths = np.fromiter(map(len, arrays), dtype=np.int64, count=len(arrays))
        return cls.from_lengths(concatenate_steps(arrays, dtype), lengths, **kwargs)

    @classmethod
    def from_padded(
        cls, padded: ArrayLike, lengths: ArrayLike | None = None, **kwargs: Any
    ) -> Self:
        """Build from a padded array and the true lengths.

        Parameters
        ----------
        padded : array-like of shape (n_sequences, max_length) or \
                (n_sequences, max_length, n_features)
            Steps on the second axis; what lies beyond a sequence's length is ignored.

        lengths : array-like of int of shape (n_sequences,), default=None
            True steps in each sequence; None takes every step, except those at the ends of rows
            that the mask of a masked array hides.

        **kwargs : dict
            ``weight``, ``origin``, ``n_tokens``, ``label_counts``, ``vocabulary`` and ``channels``
            of `Sequences`.

        Returns
        -------
        Sequences
        """
        if not isinstance(padded, np.ma.MaskedArray):
            padded = np.asarray(padded)
        if padded.ndim not in (2, 3):
            raise ValueError(
                "padded must have shape (n_sequences, max_length[, n_features]), "
                f"got {padded.shape}"
            )
        if lengths is None and np.ma.is_masked(padded):
            lengths = _lengths_of_masked(padded)
        n_sequences, max_length = padded.shape[:2]
        if lengths is None:
            flat = padded.reshape(n_sequences * max_length, *padded.shape[2:])
            return cls.from_lengths(flat, np.full(n_sequences, max_length), **kwargs)
        lengths = as_lengths(lengths)
        if lengths.shape != (n_sequences,):
            raise ValueError(
                f"lengths must have one entry for each of the {n_sequences} rows of padded, "
                f"got shape {lengths.shape}"
            )
        if lengths.size and lengths.max() > max_length:
            row = int(lengths.argmax())
            raise ValueError(
                f"lengths[{row}] is {lengths[row]}, but padded has only {max_length} steps"
            )
        return cls.from_lengths(padded[step_mask(lengths, max_length)], lengths, **kwargs)

    from_frame = classmethod(_interop.from_frame)
    from_arrow = classmethod(_interop.from_arrow)

    @classmethod
    def concatenate(cls, parts: Iterable[Sequences]) -> Sequences:
        """Put several `Sequences` one after the other.

        Weights are kept (a part without has weight 1; per-sequence weights become per-step
        weights where another part has those). Origins are kept when every part has them. Counts
        of labels are kept where they are those of one data set, the same in every part, and
        added up where every part has its own. A vocabulary is kept where every part has it.
        Channels are those of every part.

        Parameters
        ----------
        parts : iterable of Sequences
            At least one, all with the same number of features.

        Returns
        -------
        Sequences

        Raises
        ------
        ValueError
            If there are no parts, if their features, vocabularies or channels differ, or if some
            know their origin and others do not: ids without a common meaning would let copies leak
            between splits.
        """
        parts = list(parts)
        if not parts:
            raise ValueError("parts must hold at least one Sequences, got none")
        shapes = [part.values.shape[1:] for part in parts]
        for index, shape in enumerate(shapes):
            if shape != shapes[0]:
                raise ValueError(
                    f"parts[{index}] has steps of shape {shape} but parts[0] has {shapes[0]}; "
                    "all must be the same"
                )
        return _trusted(
            np.concatenate([part.values for part in parts]),
            offsets_from_lengths(np.concatenate([part.lengths for part in parts])),
            *concatenate_weights(parts),
            _concatenate_origins(parts),
            common_n_tokens(parts),
            common_label_counts(parts),
            common_vocabulary(parts),
            common_channels(parts),
        )

    # -- going back -------------------------------------------------------------------------

    to_arrow = _interop.to_arrow

    def tolist(self) -> list[list[Any]]:
        """Give a list with one (nested) list of Python scalars for each sequence.

        Returns
        -------
        list of list
        """
        flat, offsets = self.values.tolist(), self.offsets.tolist()
        return [flat[start:stop] for start, stop in itertools.pairwise(offsets)]

    def to_padded(
        self, *, max_length: int | None = None, fill_value: Any = 0
    ) -> tuple[np.ndarray, NDArray[np.int64]]:
        """Give a padded array and the true lengths.

        Parameters
        ----------
        max_length : int, default=None
            Steps in the padded array, at least the longest length; None takes the longest.

        fill_value : scalar, default=0
            What stands after the end of a sequence; taken as text where the steps are text.

        Returns
        -------
        padded : ndarray of shape (n_sequences, max_length) or \
                (n_sequences, max_length, n_features)
            The sequences, each followed by ``fill_value``.

        lengths : ndarray of int64 of shape (n_sequences,)
            True steps in each sequence.
        """
        lengths = self.lengths
        longest = int(lengths.max(initial=0))
        max_length = longest if max_length is None else max_length
        if max_length < longest:
            raise ValueError(
                f"max_length={max_length} is shorter than the longest sequence, {longest} steps"
            )
        shape = (len(self), max_length, *self.values.shape[1:])
        dtype = self.dtype
        if dtype.kind == "U":  # or a short width would cut the filler
            fill_value = str(fill_value)
            dtype = np.promote_types(dtype, np.asarray(fill_value).dtype)
        padded = np.full(shape, fill_value, dtype=dtype)
        padded[step_mask(lengths, max_length)] = self.values
        return padded, lengths

    def __array__(
        self, dtype: DTypeLike | None = None, copy: bool | None = None
    ) -> NDArray[np.object_]:
        # One array for each sequence: scikit-learn then sees samples, not a matrix.
        if dtype is not None and np.dtype(dtype) != object:
            raise TypeError(
                f"Sequences of unequal length have no array of dtype {np.dtype(dtype)}; use "
                ".to_padded() for a padded array or skseq.preprocessing.SequenceSummarizer for "
                "one row of features per sequence"
            )
        out = np.empty(len(self), dtype=object)
        for index, steps in enumerate(self):
            out[index] = steps
        return out

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        # cross_val_predict joins the predictions of the folds with np.concatenate.
        if func is np.concatenate and not kwargs and all(isinstance(a, Sequences) for a in args[0]):
            return Sequences.concatenate(args[0])
        return func._implementation(*args, **kwargs)

    # -- what it looks like from outside ----------------------------------------------------

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def shape(self) -> tuple[int]:
        """tuple : ``(n_sequences,)``, the shape scikit-learn counts samples by."""
        return (len(self),)

    @property
    def ndim(self) -> int:
        """int : 1, the number of axes that can be indexed."""
        return 1

    @property
    def dtype(self) -> np.dtype:
        """dtype : the type of a step's values."""
        return self.values.dtype

    @property
    def lengths(self) -> NDArray[np.int64]:
        """ndarray of int64 of shape (n_sequences,) : steps in each sequence."""
        return np.diff(self.offsets)

    @property
    def n_steps(self) -> int:
        """int : steps in all sequences together."""
        return len(self.values)

    @property
    def n_features(self) -> int:
        """int : values in a step; 1 for flat values of shape (n_steps_total,)."""
        return 1 if self.values.ndim == 1 else self.values.shape[1]

    def step_weight(self) -> NDArray[np.float64]:
        """Weight of each step, whatever form the weight was given in.

        Returns
        -------
        ndarray of shape (n_steps_total,)
        """
        if self.weight is None:
            return np.ones(self.n_steps)
        return self.weight if self.has_step_weight else np.repeat(self.weight, self.lengths)

    def sequence_index(self) -> NDArray[np.int64]:
        """Which sequence each step belongs to.

        Returns
        -------
        ndarray of int64 of shape (n_steps_total,)
        """
        return np.repeat(np.arange(len(self)), self.lengths)

    def __iter__(self) -> Iterator[np.ndarray]:
        bounds = self.offsets.tolist()
        for start, stop in itertools.pairwise(bounds):
            yield self.values[start:stop]

    __repr__ = _views.as_text
    _repr_html_ = _views.as_html

    # -- comparing --------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequences):
            return NotImplemented
        return self.aligns_with(other) and _same_values(self.values, other.values)

    def aligns_with(self, other: Sequences) -> bool:
        """Whether another `Sequences` has the same lengths, so that steps correspond.

        Parameters
        ----------
        other : Sequences
            What to compare with.

        Returns
        -------
        bool
        """
        return np.array_equal(self.offsets, other.offsets)

    # -- indexing ---------------------------------------------------------------------------

    @overload
    def __getitem__(self, key: int | np.integer) -> np.ndarray: ...

    @overload
    def __getitem__(self, key: Rows | tuple[Rows, EllipsisType]) -> Sequences: ...

    def __getitem__(self, key: Any) -> Sequences | np.ndarray:
        if isinstance(key, tuple):
            if len(key) != 2 or key[1] is not Ellipsis:
                raise IndexError(
                    "Sequences has one axis; index the steps of one sequence as X[i][steps]"
                )
            key = key[0]
        if isinstance(key, (int, np.integer)) and not isinstance(key, (bool, np.bool_)):
            return self._sequence(int(key))
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step == 1:
                return self._contiguous(start, max(start, stop))
            return self.take(np.arange(start, stop, step))
        return self.take(key)

    def _sequence(self, index: int) -> np.ndarray:
        n_sequences = len(self)
        if not -n_sequences <= index < n_sequences:
            raise IndexError(f"index {index} is out of bounds for {n_sequences} sequences")
        index %= n_sequences
        return self.values[self.offsets[index] : self.offsets[index + 1]]

    def _contiguous(self, start: int, stop: int) -> Sequences:
        first, last = self.offsets[start], self.offsets[stop]
        weight = self.weight
        if weight is not None:
            weight = weight[first:last] if self.has_step_weight else weight[start:stop]
        return _trusted(
            self.values[first:last],
            self.offsets[start : stop + 1] - first,
            weight,
            self.has_step_weight,
            None if self.origin is None else self.origin[start:stop],
            self.n_tokens,
            self.label_counts,
            self.vocabulary,
            self.channels,
        )

    def take(self, indices: ArrayLike) -> Sequences:
        """Sequences at the given positions, in that order, repeats allowed.

        Parameters
        ----------
        indices : array-like of int of shape (n_taken,), or mask of shape (n_sequences,)
            Positions; negative ones count from the end.

        Returns
        -------
        Sequences
        """
        indices = as_indices(indices, len(self))
        starts = self.offsets[indices]
        lengths = self.offsets[indices + 1] - starts
        weight = self.weight
        if weight is not None:
            weight = (
                take_steps(weight, starts, lengths) if self.has_step_weight else weight[indices]
            )
        return _trusted(
            take_steps(self.values, starts, lengths),
            offsets_from_lengths(lengths),
            weight,
            self.has_step_weight,
            None if self.origin is None else self.origin.take(indices),
            self.n_tokens,
            self.label_counts,
            self.vocabulary,
            self.channels,
        )

    # -- changing one thing -----------------------------------------------------------------

    def replace(self, **changes: Any) -> Sequences:
        """Copy with some of the parts exchanged; the rest is shared, not copied.

        Parameters
        ----------
        **changes : dict
            Any of ``values``, ``offsets``, ``weight``, ``origin``, ``n_tokens``, ``label_counts``,
            ``vocabulary``, ``channels``.

        Returns
        -------
        Sequences
        """
        parts = {
            "values": self.values,
            "offsets": self.offsets,
            "weight": self.weight,
            "origin": self.origin,
            "n_tokens": self.n_tokens,
            "label_counts": self.label_counts,
            "vocabulary": self.vocabulary,
            "channels": self.channels,
        }
        unknown = changes.keys() - parts.keys()
        if unknown:
            raise TypeError(f"replace() takes {sorted(parts)}, got {sorted(unknown)}")
        if np.shape(changes.get("values", self.values))[1:] != self.values.shape[1:]:
            parts["channels"] = None  # other columns
        out = Sequences(**(parts | changes))
        if out.dtype.kind not in "iu" and out.channels is None and "vocabulary" not in changes:
            out.vocabulary = None  # what became of the tokens has no id any more
        if not changes.keys() & {"weight", "offsets"}:
            out.has_step_weight = self.has_step_weight
        return out

    def __getstate__(self) -> dict[str, Any]:
        return {slot: value for slot, value in self.__dict__.items() if value is not None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.weight = self.origin = self.n_tokens = self.label_counts = None
        self.vocabulary = self.channels = None
        self.__dict__.update(state)


# -- what needs the class itself ------------------------------------------------------------------


def _trusted(
    values: np.ndarray,
    offsets: NDArray[np.int64],
    weight: NDArray[np.float64] | None,
    has_step_weight: bool,
    origin: Sequences | None,
    n_tokens: int | None,
    label_counts: dict[Any, float] | None,
    vocabulary: Mapping[str, int] | None,
    channels: tuple[Channel, ...] | None,
) -> Sequences:
    # Parts of a checked Sequences need no second check: indexing stays cheap for small picks.
    out = Sequences.__new__(Sequences)
    out.values, out.offsets = values, offsets
    out.weight, out.has_step_weight = weight, has_step_weight
    out.origin, out.n_tokens, out.label_counts = origin, n_tokens, label_counts
    out.vocabulary, out.channels = vocabulary, channels
    return out


def _check_origin(origin: ArrayLike | Sequences | None, X: Sequences) -> Sequences | None:
    if origin is None:
        return None
    if not isinstance(origin, Sequences):
        ids = np.asarray(origin)
        if ids.ndim != 1:
            raise ValueError(
                f"origin must be one id per sequence, or Sequences of ids; got shape {ids.shape}"
            )
        origin = Sequences(ids, np.arange(len(ids) + 1))
    if len(origin) != len(X):
        raise ValueError(f"origin has {len(origin)} rows but there are {len(X)} sequences")
    if origin.values.size and origin.values.dtype.kind not in "iu":
        raise ValueError(f"origin must hold integer ids, got {origin.values.dtype}")
    return origin


def _concatenate_origins(parts: list[Sequences]) -> Sequences | None:
    origins = [part.origin for part in parts if part.origin is not None]
    if not origins:
        return None
    if len(origins) < len(parts):
        missing = next(index for index, part in enumerate(parts) if part.origin is None)
        raise ValueError(
            f"parts[{missing}] has no origin while others have one; give every part its origin "
            "(X.replace(origin=ids)) or none (X.replace(origin=None))"
        )
    return Sequences.concatenate(origins)


def _lengths_of_masked(padded: np.ndarray) -> IntArray:
    """True lengths of a masked array, where what it hides is not a step."""
    hidden = np.ma.getmaskarray(padded).reshape(*padded.shape[:2], -1)
    all_hidden = np.all(hidden, axis=2)
    lengths = lengths_of_padded(all_hidden)
    if lengths is None or (np.any(hidden, axis=2) != all_hidden).any():
        raise ValueError(
            "the mask hides values amid the steps, so it is not padding; fill them first, such as "
            "by X.filled(0)"
        )
    return lengths


def _same_values(ours: np.ndarray, theirs: np.ndarray) -> bool:
    floats = ours.dtype.kind in "fc" and theirs.dtype.kind in "fc"
    return np.array_equal(ours, theirs, equal_nan=floats)
