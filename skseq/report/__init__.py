"""Displays for many classes and for ragged tags, in the manner of scikit-learn's.

For a learning curve scikit-learn's own does: give ``LearningCurveDisplay.from_estimator`` a scorer
from `skseq.metrics`.
"""

from skseq.report._dendrogram import ClassDendrogramDisplay
from skseq.report._precision_recall import ClassPrecisionRecallDisplay
from skseq.report._roc import ClassRocDisplay
from skseq.report._span_precision_recall import SpanPrecisionRecallDisplay
from skseq.report._tag_confusion import TagConfusionDisplay

__all__ = [
    "ClassDendrogramDisplay",
    "ClassPrecisionRecallDisplay",
    "ClassRocDisplay",
    "SpanPrecisionRecallDisplay",
    "TagConfusionDisplay",
]
