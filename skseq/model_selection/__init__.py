"""Splits without leaks, and every strategy against imbalance, in one grid or compared."""

from skseq.folds import Leak, TagStratifiedKFold, WindowKFold, check_leakage
from skseq.model_selection._baselines import baselines
from skseq.model_selection._compare import compare_strategies
from skseq.model_selection._comparison import StrategyComparison
from skseq.model_selection._fold_fits import FoldPrediction
from skseq.model_selection._held_out import HeldOut
from skseq.model_selection._strategies import make_plain_pipeline, strategies, strategy_grid

__all__ = [
    "FoldPrediction",
    "HeldOut",
    "Leak",
    "StrategyComparison",
    "TagStratifiedKFold",
    "WindowKFold",
    "baselines",
    "check_leakage",
    "compare_strategies",
    "make_plain_pipeline",
    "strategies",
    "strategy_grid",
]
