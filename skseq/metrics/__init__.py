"""Metrics that imbalance cannot flatter: for one label per sequence, and for one label per step.

Names that start with ``tag_`` take tags: list of lists, object array or `Sequences`. Names that
start with ``span_`` take tags that spell whole mentions ("B-PER", "I-PER"). For labels,
`sklearn.metrics` has the rest. Nothing here imports torch.
"""

from skseq.metrics._bootstrap import ConfidenceInterval, confidence_interval
from skseq.metrics._labels import (
    balanced_accuracy_score,
    geometric_mean_score,
    index_balanced_accuracy_score,
    minority_f1_score,
    minority_recall_score,
)
from skseq.metrics._ordinal import (
    macro_mean_absolute_error,
    quadratic_weighted_kappa_score,
    tag_macro_mean_absolute_error,
    tag_quadratic_weighted_kappa_score,
)
from skseq.metrics._probability import (
    brier_score,
    expected_calibration_error,
    tag_brier_score,
    tag_expected_calibration_error,
)
from skseq.metrics._ranking import (
    macro_average_precision_score,
    macro_roc_auc_score,
    tag_average_precision_score,
    tag_roc_auc_score,
)
from skseq.metrics._reports import (
    span_classification_report,
    tag_classification_report,
    tag_confusion_matrix,
)
from skseq.metrics._scorers import get_scorer, get_scorer_names, get_scorers
from skseq.metrics._span_curves import span_average_precision_score, span_precision_recall_curve
from skseq.metrics._span_errors import SpanError, span_errors
from skseq.metrics._spans import (
    span_f1_score,
    span_fbeta_score,
    span_precision_score,
    span_recall_score,
)
from skseq.metrics._tags import (
    tag_f1_score,
    tag_fbeta_score,
    tag_minority_f1_score,
    tag_minority_recall_score,
    tag_precision_score,
    tag_recall_score,
)
from skseq.metrics._tags_overall import (
    tag_accuracy_score,
    tag_balanced_accuracy_score,
    tag_geometric_mean_score,
    tag_index_balanced_accuracy_score,
    tag_matthews_corrcoef,
)

__all__ = [
    "ConfidenceInterval",
    "SpanError",
    "balanced_accuracy_score",
    "brier_score",
    "confidence_interval",
    "expected_calibration_error",
    "geometric_mean_score",
    "get_scorer",
    "get_scorer_names",
    "get_scorers",
    "index_balanced_accuracy_score",
    "macro_average_precision_score",
    "macro_mean_absolute_error",
    "macro_roc_auc_score",
    "minority_f1_score",
    "minority_recall_score",
    "quadratic_weighted_kappa_score",
    "span_average_precision_score",
    "span_classification_report",
    "span_errors",
    "span_f1_score",
    "span_fbeta_score",
    "span_precision_recall_curve",
    "span_precision_score",
    "span_recall_score",
    "tag_accuracy_score",
    "tag_average_precision_score",
    "tag_balanced_accuracy_score",
    "tag_brier_score",
    "tag_classification_report",
    "tag_confusion_matrix",
    "tag_expected_calibration_error",
    "tag_f1_score",
    "tag_fbeta_score",
    "tag_geometric_mean_score",
    "tag_index_balanced_accuracy_score",
    "tag_macro_mean_absolute_error",
    "tag_matthews_corrcoef",
    "tag_minority_f1_score",
    "tag_minority_recall_score",
    "tag_precision_score",
    "tag_quadratic_weighted_kappa_score",
    "tag_recall_score",
    "tag_roc_auc_score",
]
