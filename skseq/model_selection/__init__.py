"""Splits without leaks, and every strategy against imbalance in one grid."""

from skseq.model_selection._baselines import baselines
from skseq.model_selection._leakage import Leak, check_leakage
from skseq.model_selection._strategies import make_plain_pipeline, strategies, strategy_grid
from skseq.model_selection._tag_folds import TagStratifiedKFold
from skseq.model_selection._window_folds import WindowKFold

__all__ = [
    "Leak",
    "TagStratifiedKFold",
    "WindowKFold",
    "baselines",
    "check_leakage",
    "make_plain_pipeline",
    "strategies",
    "strategy_grid",
]
