"""Networks and batches; the only place, with the estimators' net, that handles tensors."""

from skseq.nn._batches import (
    ScoringBatches,
    SequenceDataset,
    TrainingBatches,
    training_plan,
)
from skseq.nn._branches import BagEncoder, JoinedEncoder
from skseq.nn._chain import Chain
from skseq.nn._convolution import ConvolutionEncoder
from skseq.nn._dilated import DilatedEncoder
from skseq.nn._dropout import LockedDropout, StepDropout
from skseq.nn._encoders import CAUSAL_ENCODERS, ENCODERS, make_encoder
from skseq.nn._heads import (
    HEADS,
    TAG_HEADS,
    CrfHead,
    Head,
    LinearHead,
    NumberHead,
    OrdinalHead,
    make_head,
    make_tag_head,
)
from skseq.nn._inputs import ChannelInput, TokenInput, ValueInput
from skseq.nn._masks import step_mask
from skseq.nn._network import SequenceNetwork, make_network
from skseq.nn._pooling import POOLINGS, make_pooling
from skseq.nn._recurrent import RecurrentEncoder, reverse_by_length
from skseq.nn._residual import MaskedBatchNorm, ResidualEncoder, mean_of_pairs

__all__ = [
    "CAUSAL_ENCODERS",
    "ENCODERS",
    "HEADS",
    "POOLINGS",
    "TAG_HEADS",
    "BagEncoder",
    "Chain",
    "ChannelInput",
    "ConvolutionEncoder",
    "CrfHead",
    "DilatedEncoder",
    "Head",
    "JoinedEncoder",
    "LinearHead",
    "LockedDropout",
    "MaskedBatchNorm",
    "NumberHead",
    "OrdinalHead",
    "RecurrentEncoder",
    "ResidualEncoder",
    "ScoringBatches",
    "SequenceDataset",
    "SequenceNetwork",
    "StepDropout",
    "TokenInput",
    "TrainingBatches",
    "ValueInput",
    "make_encoder",
    "make_head",
    "make_network",
    "make_pooling",
    "make_tag_head",
    "mean_of_pairs",
    "reverse_by_length",
    "step_mask",
    "training_plan",
]
