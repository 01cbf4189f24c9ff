"""Classifiers around another estimator: fewer classes or more, other priors, decisions or views."""

from skseq.meta._anomaly_classifier import AnomalyClassifier
from skseq.meta._class_merger import ClassMerger
from skseq.meta._majority_splitter import MajoritySplitter
from skseq.meta._merged_scorer import make_merged_scorer
from skseq.meta._ordinal_threshold import OrdinalThresholdClassifier
from skseq.meta._prior_corrector import PriorCorrector
from skseq.meta._threshold_tuner import ThresholdTuner

__all__ = [
    "AnomalyClassifier",
    "ClassMerger",
    "MajoritySplitter",
    "OrdinalThresholdClassifier",
    "PriorCorrector",
    "ThresholdTuner",
    "make_merged_scorer",
]
