"""Neural estimators of sequences."""

from skseq.estimators._classifier import SequenceClassifier
from skseq.estimators._tagger import SequenceTagger

__all__ = ["SequenceClassifier", "SequenceTagger"]
