"""Plain functions of the flat layout: offsets, positions of steps, and checks of both."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skseq._typing import BoolArray, IntArray


def unmasked(array: ArrayLike, name: str) -> np.ndarray:
    """Give an array that hides nothing; ValueError if it is a masked one that does."""
    if np.ma.is_masked(array):
        raise ValueError(
            f"{name} is a masked array, whose mask would be lost; cut what it hides off with "
            ".compressed(), fill it with .filled(value), or make Sequences.from_padded(X) of a "
            "padded and masked X"
        )
    if isinstance(array, np.ma.MaskedArray):
        return np.asarray(array)
    return array if isinstance(array, np.ndarray) else np.asarray(array)


def are_rounded_integers(array: np.ndarray, given: ArrayLike) -> bool:
    """Whether numpy made floats of integers only because one of them does not fit into int64."""
    if array.dtype.kind != "f" or array is given or not array.max(initial=0) >= 2**63:
        return False
    return all(isinstance(number, int) for number in np.asarray(given, dtype=object).flat)


def as_lengths(lengths: ArrayLike) -> NDArray[np.int64]:
    """Give int64 lengths; errors if they are not integers, or negative."""
    lengths = np.asarray(lengths)
    if lengths.size and lengths.dtype.kind not in "iu":
        raise TypeError(
            f"lengths must be integers, got {lengths.dtype}; convert whole numbers with "
            "lengths.astype(int)"
        )
    if lengths.ndim != 1:
        raise ValueError(f"lengths must have shape (n_sequences,), got {lengths.shape}")
    if lengths.size and lengths.min() < 0:
        row = int(lengths.argmin())
        raise ValueError(f"lengths[{row}] is {lengths[row]}; a length cannot be negative")
    return lengths.astype(np.int64, copy=False)


def offsets_from_lengths(lengths: IntArray | list[int]) -> NDArray[np.int64]:
    """Offsets of sequences with these lengths: ``[0, l_0, l_0 + l_1, ...]``, int64."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def step_mask(lengths: ArrayLike, max_length: int) -> BoolArray:
    """Boolean (n_sequences, max_length), True on real steps."""
    return np.arange(max_length) < np.asarray(lengths)[:, None]


def lengths_of_padded(missing: BoolArray) -> IntArray | None:
    """True lengths where what is missing stands at the ends of rows only.

    Parameters
    ----------
    missing : ndarray of bool of shape (n_sequences, max_length)
        True on what is not a step.

    Returns
    -------
    ndarray of int64 of shape (n_sequences,), or None
        None if something is missing before a true step.
    """
    if (missing[:, :-1] & ~missing[:, 1:]).any():
        return None
    return missing.shape[1] - missing.sum(axis=1)


def gather_steps(offsets: IntArray, indices: IntArray) -> tuple[IntArray, IntArray]:
    """New offsets, and the flat position of each step, of the sequences at ``indices``."""
    starts = offsets[indices]
    lengths = offsets[indices + 1] - starts
    return offsets_from_lengths(lengths), step_positions(starts, lengths)


def step_positions(starts: IntArray, lengths: IntArray) -> IntArray:
    """Flat position of each step of sequences with these starts and lengths."""
    offsets = offsets_from_lengths(lengths)
    positions = np.arange(offsets[-1])
    positions += np.repeat(starts - offsets[:-1], lengths)
    return positions


def take_steps(flat: np.ndarray, starts: IntArray, lengths: IntArray) -> np.ndarray:
    """Entries of ``flat``, one for each step, of sequences with these starts and lengths."""
    flat = np.asarray(flat)  # what is picked lies in memory, also from a memory-mapped file
    length = lengths[0] if len(lengths) else 0
    if length and (lengths == length).all() and not (starts % length).any():
        # Equal lengths: each is a row of the flat array cut into rows, which copies in one piece.
        n_rows = len(flat) // length
        rows = flat[: n_rows * length].reshape(n_rows, length, *flat.shape[1:])
        return rows.take(starts // length, axis=0).reshape(len(starts) * length, *flat.shape[1:])
    return flat.take(step_positions(starts, lengths), axis=0)


def as_indices(key: ArrayLike, n_sequences: int) -> IntArray:
    """Positions, none negative, from a mask or an array of positions; IndexError if outside."""
    indices = np.asarray(key)
    if indices.ndim != 1:
        raise IndexError(f"an index of sequences must be 1-dimensional, got shape {indices.shape}")
    if indices.dtype == bool:
        if len(indices) != n_sequences:
            raise IndexError(
                f"a mask needs one entry for each of the {n_sequences} sequences, "
                f"got {len(indices)}"
            )
        return np.flatnonzero(indices)
    if indices.size == 0:
        return indices.astype(np.int64)
    if indices.dtype.kind not in "iu":
        raise IndexError(f"sequences are indexed by integers or a mask, got {indices.dtype}")
    if indices.min() < -n_sequences or indices.max() >= n_sequences:
        raise IndexError(
            f"index {indices.min() if indices.min() < -n_sequences else indices.max()} is out of "
            f"bounds for {n_sequences} sequences"
        )
    indices = indices.astype(np.int64, copy=False)  # a narrow type would overflow below
    return np.where(indices < 0, indices + n_sequences, indices)


def as_offsets(offsets: ArrayLike) -> NDArray[np.int64]:
    """Give int64 offsets; TypeError if they are not integers."""
    offsets = np.asarray(offsets)
    if offsets.size and offsets.dtype.kind not in "iu":
        raise TypeError(f"offsets must be integers, got {offsets.dtype}")
    return offsets.astype(np.int64, copy=False)


def check_layout(values: np.ndarray, offsets: IntArray) -> None:
    """Raise ValueError unless the offsets cut exactly these values into sequences."""
    if values.ndim not in (1, 2):
        raise ValueError(
            f"values must have shape (n_steps,) or (n_steps, n_features), got {values.shape}"
        )
    if offsets.ndim != 1 or not len(offsets):
        raise ValueError(
            f"offsets must have shape (n_sequences + 1,), at least [0]; got shape {offsets.shape}"
        )
    if offsets[0] != 0 or offsets[-1] != len(values):
        raise ValueError(
            f"offsets must start at 0 and end at the number of steps, {len(values)}; "
            f"they start at {offsets[0]} and end at {offsets[-1]}"
        )
    if np.any(offsets[1:] < offsets[:-1]):
        row = int(np.argmax(offsets[1:] < offsets[:-1]))
        raise ValueError(
            f"offsets must never decrease, but offsets[{row + 1}]={offsets[row + 1]} follows "
            f"offsets[{row}]={offsets[row]}"
        )
