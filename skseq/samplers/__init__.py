"""Samplers of sequences: the order of steps inside a sequence is never touched."""

from skseq.samplers._cleaning import SequenceEditedNearestNeighbours, SequenceTomekLinks
from skseq.samplers._context import ContextUnderSampler
from skseq.samplers._random import SequenceOverSampler, SequenceUnderSampler
from skseq.samplers._smote import SequenceSMOTE
from skseq.samplers._tag_under import TagUnderSampler
from skseq.samplers._tags import TagOverSampler

__all__ = [
    "ContextUnderSampler",
    "SequenceEditedNearestNeighbours",
    "SequenceOverSampler",
    "SequenceSMOTE",
    "SequenceTomekLinks",
    "SequenceUnderSampler",
    "TagOverSampler",
    "TagUnderSampler",
]
