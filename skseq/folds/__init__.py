"""Folds, and a search for leaks between them; users meet them in `skseq.model_selection`."""

from skseq.folds._default import default_folds
from skseq.folds._leakage import Leak, check_leakage, content_groups, is_text
from skseq.folds._tags import TagStratifiedKFold
from skseq.folds._windows import WindowKFold, as_groups

__all__ = [
    "Leak",
    "TagStratifiedKFold",
    "WindowKFold",
    "as_groups",
    "check_leakage",
    "content_groups",
    "default_folds",
    "is_text",
]
