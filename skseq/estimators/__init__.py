"""Neural estimators of sequences."""

from skseq.estimators._classifier import SequenceClassifier
from skseq.estimators._ordinal import SequenceOrdinalClassifier
from skseq.estimators._regressor import SequenceRegressor
from skseq.estimators._tagger import SequenceTagger

__all__ = ["SequenceClassifier", "SequenceOrdinalClassifier", "SequenceRegressor", "SequenceTagger"]
