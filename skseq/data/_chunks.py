"""Where to cut long sequences into chunks with context, so that outputs join without a seam."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from skseq._typing import IntArray


class ChunkSpans(NamedTuple):
    """Spans of chunks, each array int64 of shape (n_chunks,), in order of sequence and start.

    Positions count from the start of the chunk's own sequence. A chunk reads the steps
    ``start:stop``; its output is kept for ``core_start:core_stop``.
    """

    sequence: IntArray
    start: IntArray
    stop: IntArray
    core_start: IntArray
    core_stop: IntArray


def chunk_spans(lengths: ArrayLike, chunk_length: int | None, context: int = 0) -> ChunkSpans:
    """Cut sequences longer than ``chunk_length`` into overlapping chunks.

    The cores of a sequence's chunks tile it: every step is in exactly one core. A chunk is its
    core and up to ``context`` steps on both sides, fewer only where the sequence begins or ends,
    and is never longer than ``chunk_length``. A sequence that fits is one chunk, whole.

    Parameters
    ----------
    lengths : array-like of int of shape (n_sequences,)
        Steps in each sequence.

    chunk_length : int or None
        Most steps in a chunk; more than ``2 * context``. None cuts nothing.

    context : int, default=0
        Steps that a chunk reads on each side of its core.

    Returns
    -------
    ChunkSpans
        ``sequence``, ``start``, ``stop``, ``core_start``, ``core_stop``.

    Raises
    ------
    ValueError
        If ``context`` is negative or ``chunk_length`` is not more than twice the context.

    Examples
    --------
    >>> spans = chunk_spans([3, 10], chunk_length=6, context=1)
    >>> for span in zip(*map(list, spans)):
    ...     print("sequence {} reads {}:{}, keeps {}:{}".format(*map(int, span)))
    sequence 0 reads 0:3, keeps 0:3
    sequence 1 reads 0:6, keeps 0:5
    sequence 1 reads 4:10, keeps 5:10
    """
    lengths = np.asarray(lengths, dtype=np.int64)
    if context < 0:
        raise ValueError(f"context must not be negative, got {context}")
    if chunk_length is None:
        n_chunks = np.ones(len(lengths), dtype=np.int64)
        stride = 0
    elif chunk_length <= 2 * context:
        raise ValueError(
            f"chunk_length={chunk_length} must be more than twice the context, {context}, or no "
            "step is left between the two sides; raise chunk_length or lower context"
        )
    else:
        # A core between two others; the first and the last need context on one side only, so
        # chunk j covers from j * stride, as plain overlapping windows do.
        stride = chunk_length - 2 * context
        n_chunks = 1 + np.maximum(0, -((chunk_length - lengths) // stride))

    sequence = np.repeat(np.arange(len(lengths)), n_chunks)
    number = np.arange(len(sequence)) - np.repeat(np.cumsum(n_chunks) - n_chunks, n_chunks)
    length = lengths[sequence]
    is_last = number == n_chunks[sequence] - 1
    core_start = np.where(number == 0, 0, context + number * stride)
    core_stop = np.where(is_last, length, context + (number + 1) * stride)
    return ChunkSpans(
        sequence,
        np.maximum(core_start - context, 0),
        np.minimum(core_stop + context, length),
        core_start,
        core_stop,
    )
