"""Ensembles whose members each learn from a balanced draw of whole sequences."""

from skseq.ensemble._bagging import SequenceBalancedBaggingClassifier
from skseq.ensemble._boosting import SequenceAdaBoostClassifier
from skseq.ensemble._easy_ensemble import SequenceEasyEnsembleClassifier

__all__ = [
    "SequenceAdaBoostClassifier",
    "SequenceBalancedBaggingClassifier",
    "SequenceEasyEnsembleClassifier",
]
