"""The one table of losses by name: a new loss is a class in a file and a line here."""

from skseq._validation import check_choice
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

LOSSES = {
    "asymmetric": AsymmetricLoss,
    "balanced_softmax": BalancedSoftmaxLoss,
    "class_balanced": ClassBalancedLoss,
    "cross_entropy": CrossEntropyLoss,
    "dice": DiceLoss,
    "focal": FocalLoss,
    "ldam": LDAMLoss,
    "logit_adjusted": LogitAdjustedLoss,
    "majority_or_minority": MajorityOrMinorityLoss,
    "self_adjusting_dice": SelfAdjustingDiceLoss,
}


# What is asked of a loss; `SequenceLoss` has all of it but ``per_step``.
_METHODS = ("fit", "per_step", "prior_of_scores", "get_params", "__call__")


def make_loss(loss):
    """Give a new, unfitted loss from a name, a class or an instance.

    Raises
    ------
    ValueError
        If the name is not in `LOSSES`.
    TypeError
        If the object lacks a method of `SequenceLoss`.
    """
    if isinstance(loss, str):
        check_choice("loss", loss, LOSSES)
        return LOSSES[loss]()
    if isinstance(loss, type):
        loss = loss()
    missing = [name for name in _METHODS if not hasattr(loss, name)]
    if missing:
        raise TypeError(
            f"loss must be one of {sorted(LOSSES)} or a SequenceLoss; {loss!r} lacks the "
            f"method(s) {', '.join(missing)}. Derive it from skseq.losses.SequenceLoss"
        )
    return loss.__class__(**loss.get_params())
