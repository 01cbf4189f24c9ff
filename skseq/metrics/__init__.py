"""Metrics that imbalance cannot flatter: for one label a sequence, and for one label a step.

Names that start with ``tag_`` take tags: list of lists, object array or `Sequences`. For labels,
`sklearn.metrics` has the rest. Nothing here imports torch.
"""

from skseq.metrics._labels import (
    balanced_accuracy_score,
    geometric_mean_score,
    minority_f1_score,
    minority_recall_score,
)
from skseq.metrics._ranking import (
    macro_average_precision_score,
    macro_roc_auc_score,
    tag_average_precision_score,
    tag_roc_auc_score,
)
from skseq.metrics._scorers import get_scorer, get_scorer_names, get_scorers
from skseq.metrics._tags import (
    tag_accuracy_score,
    tag_balanced_accuracy_score,
    tag_f1_score,
    tag_fbeta_score,
    tag_geometric_mean_score,
    tag_matthews_corrcoef,
    tag_minority_f1_score,
    tag_minority_recall_score,
    tag_precision_score,
    tag_recall_score,
)

__all__ = [
    "balanced_accuracy_score",
    "geometric_mean_score",
    "get_scorer",
    "get_scorer_names",
    "get_scorers",
    "macro_average_precision_score",
    "macro_roc_auc_score",
    "minority_f1_score",
    "minority_recall_score",
    "tag_accuracy_score",
    "tag_average_precision_score",
    "tag_balanced_accuracy_score",
    "tag_f1_score",
    "tag_fbeta_score",
    "tag_geometric_mean_score",
    "tag_matthews_corrcoef",
    "tag_minority_f1_score",
    "tag_minority_recall_score",
    "tag_precision_score",
    "tag_recall_score",
    "tag_roc_auc_score",
]
