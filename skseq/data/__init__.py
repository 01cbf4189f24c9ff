"""Ragged sequences, their checks and conversions. Numpy only: nothing here imports torch."""

from skseq.data._checks import (
    as_sequences,
    as_tags,
    check_kind,
    check_sequences,
    check_tags,
    like_input,
)
from skseq.data._sequences import Sequences, gather_steps, offsets_from_lengths, step_mask

__all__ = [
    "Sequences",
    "as_sequences",
    "as_tags",
    "check_kind",
    "check_sequences",
    "check_tags",
    "gather_steps",
    "like_input",
    "offsets_from_lengths",
    "step_mask",
]
