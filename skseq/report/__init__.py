"""Displays for many classes and for ragged tags, in the manner of scikit-learn's.

For a confusion matrix or a learning curve scikit-learn's own displays do: give
``ConfusionMatrixDisplay.from_predictions`` the flat ``values`` of tags, and
``LearningCurveDisplay.from_estimator`` a scorer from `skseq.metrics`.
"""

from skseq.report._dendrogram import ClassDendrogramDisplay
from skseq.report._precision_recall import ClassPrecisionRecallDisplay

__all__ = ["ClassDendrogramDisplay", "ClassPrecisionRecallDisplay"]
