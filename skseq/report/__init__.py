"""An audit of imbalanced data; displays for many classes and ragged tags, as scikit-learn has them.

For a learning curve scikit-learn's own does: give ``LearningCurveDisplay.from_estimator`` a scorer
from `skseq.metrics`.
"""

from skseq.report._audit import ImbalanceReport, imbalance_report
from skseq.report._audit_advice import Advice
from skseq.report._calibration import ClassCalibrationDisplay
from skseq.report._dendrogram import ClassDendrogramDisplay
from skseq.report._html_report import html_report
from skseq.report._imbalance import ImbalanceDisplay
from skseq.report._precision_recall import ClassPrecisionRecallDisplay
from skseq.report._roc import ClassRocDisplay
from skseq.report._span_precision_recall import SpanPrecisionRecallDisplay
from skseq.report._strategy_comparison import StrategyComparisonDisplay
from skseq.report._tag_confusion import TagConfusionDisplay
from skseq.report._tag_strip import TagStripDisplay
from skseq.report._threshold import ThresholdDisplay
from skseq.report._training_history import TrainingHistoryDisplay

__all__ = [
    "Advice",
    "ClassCalibrationDisplay",
    "ClassDendrogramDisplay",
    "ClassPrecisionRecallDisplay",
    "ClassRocDisplay",
    "ImbalanceDisplay",
    "ImbalanceReport",
    "SpanPrecisionRecallDisplay",
    "StrategyComparisonDisplay",
    "TagConfusionDisplay",
    "TagStripDisplay",
    "ThresholdDisplay",
    "TrainingHistoryDisplay",
    "html_report",
    "imbalance_report",
]
