"""Folds of sequences by tags, by windows, by groups; users meet them in `skseq.model_selection`."""

from skseq.folds._default import default_folds
from skseq.folds._tags import TagStratifiedKFold
from skseq.folds._windows import WindowKFold, as_groups

__all__ = ["TagStratifiedKFold", "WindowKFold", "as_groups", "default_folds"]
