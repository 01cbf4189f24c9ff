"""Decision rules: from log probabilities to scores, the largest of which is predicted."""

from numbers import Real

import numpy as np

from skseq._class_keys import check_class_keys


class DecisionRule:
    """Adds an offset to each class's log probability, or weighs probabilities by their costs.

    Parameters
    ----------
    offsets : ndarray of shape (n_classes,), default=None
        What is added; -inf for a class that is never predicted. None adds nothing.

    cost : ndarray of shape (n_classes, n_classes), default=None
        Cost of each prediction (column) for each truth (row). The scores are then expected
        costs, negated, and the offsets play no part.
    """

    def __init__(self, offsets=None, cost=None):
        self.offsets = offsets
        self.cost = cost

    def __call__(self, log_proba):
        """Score each class: ndarray of shape (n, n_classes), the largest of a row decides."""
        if self.cost is not None:
            return -np.exp(log_proba) @ self.cost
        return log_proba if self.offsets is None else log_proba + self.offsets


def make_rule(decision, classes, prior, *, are_all_classes=False):
    """Make the rule that a parameter ``decision`` stands for.

    "balanced" subtracts the log prior, which minimises the balanced error (post-hoc logit
    adjustment, Menon et al. 2021, https://arxiv.org/abs/2007.07314). A class whose prior is zero
    is then never predicted.

    Parameters
    ----------
    decision : {"argmax", "balanced"}, float in [0, 1], dict, array-like of shape (n_classes,) or \
            (n_classes, n_classes)
        A number subtracts that much of the log prior, from 0 ("argmax") to 1 ("balanced"). A dict
        or a vector holds offsets, a matrix costs.

    classes : ndarray of shape (n_classes,)
        The labels.

    prior : ndarray of shape (n_classes,)
        Class prior that the probabilities stand for.

    are_all_classes : bool, default=False
        Whether there are no other classes than ``classes``, so that a dict may name no other one.

    Returns
    -------
    DecisionRule

    Raises
    ------
    ValueError
        If the shape is wrong, a dict names a class that is misspelt or of another type than
        the classes, or an entry is not finite.
    """
    if isinstance(decision, Real):
        return DecisionRule(_strength_of(decision, prior))
    if isinstance(decision, str):
        return DecisionRule(_minus_log(prior) if decision == "balanced" else None)
    if isinstance(decision, dict):
        return DecisionRule(_offsets_of_dict(decision, classes, are_all_classes))
    array, n_classes = np.asarray(decision, dtype=np.float64), len(classes)
    if array.shape == (n_classes,):
        return DecisionRule(_check_offsets(array))
    if array.shape == (n_classes, n_classes):
        if not np.isfinite(array).all():
            raise ValueError("a cost matrix as decision must hold finite costs")
        return DecisionRule(cost=array)
    raise ValueError(
        f"decision must be offsets of shape ({n_classes},) or costs of shape "
        f"({n_classes}, {n_classes}), cost[true, predicted], for the {n_classes} classes "
        f"{classes.tolist()}; got shape {array.shape}. Where a fold may lack a class, name all of "
        "them with the parameter classes of the estimator, or give offsets as a dict by class"
    )


def _strength_of(strength, prior):
    """Offsets between those of "argmax" (0) and of "balanced" (1)."""
    return None if strength == 0 else strength * _minus_log(prior)


def _minus_log(prior):
    seen = prior > 0
    return np.where(seen, -np.log(np.where(seen, prior, 1.0)), -np.inf)


def _offsets_of_dict(offset_of, classes, are_all):
    labels = check_class_keys(offset_of, classes, name="decision", are_all=are_all)
    return _check_offsets(np.array([float(offset_of.get(label, 0.0)) for label in labels]))


def _check_offsets(offsets):
    if np.isnan(offsets).any() or (offsets == np.inf).any() or not np.isfinite(offsets).any():
        raise ValueError(
            "offsets as decision must be finite, or -inf for a class that is never predicted "
            f"(not for all of them); got {offsets.tolist()}"
        )
    return offsets
