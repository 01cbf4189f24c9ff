"""Splits without leaks."""

from skseq.model_selection._leakage import Leak, check_leakage
from skseq.model_selection._tag_folds import TagStratifiedKFold
from skseq.model_selection._window_folds import WindowKFold

__all__ = ["Leak", "TagStratifiedKFold", "WindowKFold", "check_leakage"]
