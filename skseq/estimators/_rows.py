"""Rows of a net from sequences: one a sequence, or chunks of its steps; and what they weigh."""

import numpy as np

from skseq._validation import check_fit_weight
from skseq.data import chunk_spans
from skseq.nn import Spans
from skseq.weights import sequence_weight


def row_weight(X, sample_weight):
    """Weight of each sequence: what X carries times ``sample_weight``, None without either."""
    weight = None if sample_weight is None else check_fit_weight(sample_weight, X)
    if X.weight is None:
        return weight
    return sequence_weight(X) * (1.0 if weight is None else weight)


def step_weight(X, sample_weight):
    """Weight of each step, as `row_weight`; ``sample_weight`` may be of sequences or of steps."""
    carried = None if X.weight is None else X.step_weight()
    if sample_weight is None:
        return carried
    if np.shape(sample_weight) == (X.n_steps,):
        weight = check_fit_weight(sample_weight, X.values)
    else:
        weight = np.repeat(check_fit_weight(sample_weight, X), X.lengths)
    return weight if carried is None else carried * weight


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
