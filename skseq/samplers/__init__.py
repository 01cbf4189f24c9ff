"""Samplers of whole sequences: the order of steps inside a sequence is never touched."""

from skseq.samplers._random import SequenceOverSampler, SequenceUnderSampler
from skseq.samplers._tags import TagOverSampler

__all__ = ["SequenceOverSampler", "SequenceUnderSampler", "TagOverSampler"]
