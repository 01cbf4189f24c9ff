"""Where long sequences are cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skseq.data import chunk_spans


@given(st.lists(st.integers(0, 60), max_size=6), st.integers(0, 5), st.integers(1, 12), st.data())
def test_cores_tile_and_chunks_have_their_context(lengths, context, core, data):
    chunk_length = 2 * context + core
    spans = chunk_spans(lengths, chunk_length, context)
    assert all(part.dtype == np.int64 for part in spans)
    covered = [[] for _ in lengths]
    for row, start, stop, core_start, core_stop in zip(*map(list, spans), strict=True):
        assert stop - start <= chunk_length
        assert start == max(core_start - context, 0)
        assert stop == min(core_stop + context, lengths[row])
        covered[row] += range(core_start, core_stop)
        if lengths[row]:
            assert core_start < core_stop
    # In order, each step once.
    assert covered == [list(range(length)) for length in lengths]
    n_chunks = np.bincount(spans.sequence, minlength=len(lengths))
    for count, length in zip(n_chunks, lengths, strict=True):
        assert (count == 1) == (length <= chunk_length)
        # No more chunks than needed: one fewer, all of full length, would not reach the end.
        assert count == 1 or chunk_length + (count - 2) * core < length


@given(st.lists(st.integers(0, 60), max_size=6), st.integers(0, 5))
def test_without_a_chunk_length_nothing_is_cut(lengths, context):
    spans = chunk_spans(lengths, None, context)
    assert spans.sequence.tolist() == list(range(len(lengths)))
    for begin, end in [(spans.start, spans.stop), (spans.core_start, spans.core_stop)]:
        assert begin.tolist() == [0] * len(lengths)
        assert end.tolist() == lengths


def test_outputs_of_a_local_filter_glue_without_a_seam():
    rng = np.random.default_rng(0)
    signal, kernel = rng.normal(size=500), rng.normal(size=7)  # reads 3 steps on each side
    whole = np.convolve(signal, kernel, mode="same")
    spans = chunk_spans([500], chunk_length=32, context=3)
    glued = [
        np.convolve(signal[start:stop], kernel, mode="same")[first - start : last - start]
        for _, start, stop, first, last in zip(*spans, strict=True)
    ]
    np.testing.assert_allclose(np.concatenate(glued), whole, atol=1e-12)


def test_a_context_that_leaves_no_core_is_refused():
    with pytest.raises(ValueError, match=r"chunk_length=6 must be more than twice the context, 3"):
        chunk_spans([10], 6, 3)
    with pytest.raises(ValueError, match=r"context must not be negative, got -1"):
        chunk_spans([10], 6, -1)
