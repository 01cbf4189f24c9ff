"""Plain functions of the flat layout: offsets, positions of steps, and checks of both."""

import numpy as np


def offsets_from_lengths(lengths):
    """Offsets of sequences with these lengths: ``[0, l_0, l_0 + l_1, ...]``, int64."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def step_mask(lengths, max_length):
    """Boolean (n_sequences, max_length), True on real steps."""
    return np.arange(max_length) < np.asarray(lengths)[:, None]


def gather_steps(offsets, indices):
    """New offsets, and the flat position of each step, of the sequences at ``indices``."""
    starts = offsets[indices]
    lengths = offsets[indices + 1] - starts
    return offsets_from_lengths(lengths), step_positions(starts, lengths)


def step_positions(starts, lengths):
    """Flat position of each step of sequences with these starts and lengths."""
    offsets = offsets_from_lengths(lengths)
    positions = np.arange(offsets[-1])
    positions += np.repeat(starts - offsets[:-1], lengths)
    return positions


def take_steps(flat, starts, lengths):
    """Entries of ``flat``, one for each step, of sequences with these starts and lengths."""
    flat = np.asarray(flat)  # what is picked lies in memory, also from a memory-mapped file
    length = lengths[0] if len(lengths) else 0
    if length and (lengths == length).all() and not (starts % length).any():
        # Equal lengths: each is a row of the flat array cut into rows, which copies in one piece.
        rows = flat[: len(flat) // length * length].reshape(-1, length, *flat.shape[1:])
        return rows.take(starts // length, axis=0).reshape(-1, *flat.shape[1:])
    return flat.take(step_positions(starts, lengths), axis=0)


def as_indices(key, n_sequences):
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


def as_offsets(offsets):
    """Give int64 offsets; TypeError if they are not integers."""
    offsets = np.asarray(offsets)
    if offsets.size and offsets.dtype.kind not in "iu":
        raise TypeError(f"offsets must be integers, got {offsets.dtype}")
    return offsets.astype(np.int64, copy=False)


def check_layout(values, offsets):
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
