"""Losses for imbalanced classes, one small class each.

A loss is called with scores (before softmax) of shape (batch, n_classes), or (batch, time,
n_classes) with a mask that is True on real steps. It writes one method, ``per_step``; mask, class
weights, sample weights and the mean come from `SequenceLoss`. `LOSSES` is the table of names.

A loss of numbers instead of classes is a `RegressionLoss`, and `REGRESSION_LOSSES` their table.
"""

from skseq.losses._base import SequenceLoss
from skseq.losses._entropy import (
    BalancedSoftmaxLoss,
    ClassBalancedLoss,
    CrossEntropyLoss,
    LogitAdjustedLoss,
    MajorityOrMinorityLoss,
)
from skseq.losses._focal import AsymmetricLoss, FocalLoss
from skseq.losses._margin import LDAMLoss
from skseq.losses._overlap import DiceLoss, SelfAdjustingDiceLoss
from skseq.losses._regression import (
    REGRESSION_LOSSES,
    AbsoluteLoss,
    HuberLoss,
    QuantileLoss,
    RegressionLoss,
    SquaredLoss,
)
from skseq.losses._table import LOSSES

__all__ = [
    "LOSSES",
    "REGRESSION_LOSSES",
    "AbsoluteLoss",
    "AsymmetricLoss",
    "BalancedSoftmaxLoss",
    "ClassBalancedLoss",
    "CrossEntropyLoss",
    "DiceLoss",
    "FocalLoss",
    "HuberLoss",
    "LDAMLoss",
    "LogitAdjustedLoss",
    "MajorityOrMinorityLoss",
    "QuantileLoss",
    "RegressionLoss",
    "SelfAdjustingDiceLoss",
    "SequenceLoss",
    "SquaredLoss",
]
