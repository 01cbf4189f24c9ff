"""Augmenters of sequences: signals, tokens and tagged sequences, with the labels of their steps."""

from skseq.augment._barycentre import Barycentre
from skseq.augment._base import Augmenter, NewSteps
from skseq.augment._combine import Compose, OneOf
from skseq.augment._corruption import CharacterNoise, SpanMasking, TokenDropout
from skseq.augment._noise import ChannelDropout, Jitter, MagnitudeWarp, Scaling, TimeDropout
from skseq.augment._spawner import Spawner
from skseq.augment._table import AUGMENTERS, make_augmenter
from skseq.augment._tagged import (
    LabelwiseTokenReplacement,
    MentionReplacement,
    ShuffleWithinSegments,
)
from skseq.augment._time import Permutation, TimeWarp, WindowSlice, WindowWarp
from skseq.augment._words import RandomDeletion, RandomInsertion, RandomSwap, SynonymReplacement

__all__ = [
    "AUGMENTERS",
    "Augmenter",
    "Barycentre",
    "ChannelDropout",
    "CharacterNoise",
    "Compose",
    "Jitter",
    "LabelwiseTokenReplacement",
    "MagnitudeWarp",
    "MentionReplacement",
    "NewSteps",
    "OneOf",
    "Permutation",
    "RandomDeletion",
    "RandomInsertion",
    "RandomSwap",
    "Scaling",
    "ShuffleWithinSegments",
    "SpanMasking",
    "Spawner",
    "SynonymReplacement",
    "TimeDropout",
    "TimeWarp",
    "TokenDropout",
    "WindowSlice",
    "WindowWarp",
    "make_augmenter",
]
