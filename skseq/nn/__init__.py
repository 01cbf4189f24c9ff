"""Networks and batches; the only place, with the estimators' net, that deals in tensors."""

from skseq.nn._batches import (
    ScoringBatches,
    SequenceDataset,
    TrainingBatches,
    scoring_plan,
    training_plan,
)
from skseq.nn._convolution import ConvolutionEncoder
from skseq.nn._heads import HEADS, Head, LinearHead, NumberHead, OrdinalHead, make_head
from skseq.nn._masks import step_mask
from skseq.nn._network import ENCODERS, SequenceNetwork, make_encoder, make_network
from skseq.nn._pooling import POOLINGS, make_pooling
from skseq.nn._recurrent import RecurrentEncoder, reverse_by_length

__all__ = [
    "ENCODERS",
    "HEADS",
    "POOLINGS",
    "ConvolutionEncoder",
    "Head",
    "LinearHead",
    "NumberHead",
    "OrdinalHead",
    "RecurrentEncoder",
    "ScoringBatches",
    "SequenceDataset",
    "SequenceNetwork",
    "TrainingBatches",
    "make_encoder",
    "make_head",
    "make_network",
    "make_pooling",
    "reverse_by_length",
    "scoring_plan",
    "step_mask",
    "training_plan",
]
