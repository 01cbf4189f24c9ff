"""Rows of a net from sequences: one a sequence, or chunks of its steps."""

from skseq.data import chunk_spans
from skseq.nn import Spans


def sequence_spans(X, rows, **options):
    """`Spans` of whole sequences, those at ``rows`` or (None) all, with one answer each."""
    spans = Spans(X.values, X.offsets[:-1], X.offsets[1:], **options)
    return spans if rows is None else spans.rows(rows)


def step_spans(X, rows, chunk_length, chunk_context, **options):
    """`Spans` of chunks of sequences, those at ``rows`` or (None) all, with an answer a step."""
    lengths = X.lengths if rows is None else X.lengths[rows]
    first = X.offsets[:-1] if rows is None else X.offsets[rows]
    chunks = chunk_spans(lengths, chunk_length, chunk_context)
    first = first[chunks.sequence]
    return Spans(
        X.values,
        first + chunks.start,
        first + chunks.stop,
        core_start=first + chunks.core_start,
        core_stop=first + chunks.core_stop,
        per_step=True,
        **options,
    )
