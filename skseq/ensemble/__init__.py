"""Ensembles: members that each learn from a balanced draw, and blends of different models."""

from skseq.ensemble._bagging import SequenceBalancedBaggingClassifier
from skseq.ensemble._blender import SequenceBlender
from skseq.ensemble._boosting import SequenceAdaBoostClassifier
from skseq.ensemble._easy_ensemble import SequenceEasyEnsembleClassifier

__all__ = [
    "SequenceAdaBoostClassifier",
    "SequenceBalancedBaggingClassifier",
    "SequenceBlender",
    "SequenceEasyEnsembleClassifier",
]
