"""From a model's probabilities to decisions: calibration, class prior, decision rule."""

from dataclasses import dataclass, replace

import numpy as np

from skseq._validation import check_choice
from skseq.decisions._calibration import scale_scores
from skseq.decisions._priors import check_prior, estimate_prior, shift_prior
from skseq.decisions._rules import DecisionRule, make_rule


@dataclass(frozen=True)
class Posterior:
    """From the log probabilities of a model to those under the target prior, and to a class.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The labels, as dicts call them.

    train_prior : ndarray of shape (n_classes,)
        Class prior that the model's probabilities stand for.

    data_prior : ndarray of shape (n_classes,) or None
        Class prior of the data before samplers and weights; None if it is unknown.

    calibration : ndarray of shape (2, n_classes) or None
        As `fit_scaling` gives it.

    target_prior : {"train", "data", "uniform", "em"}, dict or array-like of shape (n_classes,)
        Class prior that the probabilities are corrected to.

    decision : {"argmax", "balanced", "median"}, dict or array-like
        As `make_rule` takes it; "median" is for classes with an order.

    rank : ndarray of int of shape (n_classes,), default=None
        Place of each class in an order.

    are_all_classes : bool, default=False
        Whether there are no other classes, so that a dict may name no other.
    """

    classes: np.ndarray
    train_prior: np.ndarray
    data_prior: np.ndarray | None
    calibration: np.ndarray | None
    target_prior: object
    decision: object
    rank: np.ndarray | None = None
    are_all_classes: bool = False

    def while_training(self):
        """The posterior before the calibration is known, which does not look at X."""
        is_em = isinstance(self.target_prior, str) and self.target_prior == "em"
        known = "train" if self.data_prior is None else "data"
        target = known if is_em else self.target_prior
        return replace(self, calibration=None, target_prior=target)

    def log_proba(self, log_proba):
        """Log probabilities (n, n_classes) under the target prior, from those of the model."""
        return self._at_target(log_proba)[0]

    def scores(self, log_proba):
        """Scores (n, n_classes), the largest of which is predicted."""
        log_proba, target = self._at_target(log_proba)
        return self._rule(target)(log_proba)

    def codes(self, log_proba):
        """Class that is predicted in each row: ndarray of int (n,)."""
        return self.scores(log_proba).argmax(axis=1)

    def check(self):
        """Raise ValueError where the prior or the decision does not fit the classes."""
        asked = self.while_training()
        asked._rule(asked._target(None))

    def _at_target(self, log_proba):
        log_proba = scale_scores(log_proba, self.calibration)
        target = self._target(log_proba)
        return shift_prior(log_proba, self.train_prior, target), target

    def _target(self, log_proba):
        """The target prior; "em" finds it in these log probabilities."""
        if not isinstance(self.target_prior, str):
            return check_prior(
                self.target_prior, self.classes, are_all_classes=self.are_all_classes
            )
        # A parameter that was set after fit has not been checked yet.
        check_choice("target_prior", self.target_prior, ("train", "data", "uniform", "em"))
        if self.target_prior == "uniform":
            return np.full(len(self.classes), 1 / len(self.classes))
        if self.target_prior == "em":
            return estimate_prior(log_proba, self.train_prior)
        if self.target_prior == "train":
            return self.train_prior
        if self.data_prior is None:
            raise ValueError(
                'target_prior="data" needs the class counts of the data, but X was resampled under '
                f"other labels than {self.classes.tolist()}; give target_prior as an array of "
                "shares, or put skseq.meta.PriorCorrector around the pipeline"
            )
        return self.data_prior

    def _rule(self, target):
        if isinstance(self.decision, str):
            ordered = () if self.rank is None else ("median",)
            check_choice("decision", self.decision, ("argmax", "balanced", *ordered))
        if isinstance(self.decision, str) and self.decision == "median":
            distance = np.abs(np.subtract.outer(self.rank, self.rank))
            return DecisionRule(cost=distance.astype(np.float64))
        return make_rule(self.decision, self.classes, target, are_all_classes=self.are_all_classes)
