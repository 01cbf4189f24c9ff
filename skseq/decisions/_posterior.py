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

    chain : Chain, default=None
        How the tags of steps depend on each other, see `skseq.nn.Chain`. The model's log
        probabilities are then of each step by itself; priors and offsets are added to them before
        the chain joins them.
    """

    classes: np.ndarray
    train_prior: np.ndarray
    data_prior: np.ndarray | None
    calibration: np.ndarray | None
    target_prior: object
    decision: object
    rank: np.ndarray | None = None
    are_all_classes: bool = False
    chain: object | None = None

    def while_training(self):
        """The posterior before the calibration is known, which does not look at X."""
        is_em = isinstance(self.target_prior, str) and self.target_prior == "em"
        known = "train" if self.data_prior is None else "data"
        target = known if is_em else self.target_prior
        return replace(self, calibration=None, target_prior=target)

    def log_proba(self, log_proba, offsets=None):
        """Log probabilities (n, n_classes) under the target prior, from those of the model.

        With a chain, ``offsets`` (n_sequences + 1,) say where the sequences of the steps start.
        """
        return self._joined(self._at_target(log_proba, offsets)[0], offsets)

    def scores(self, log_proba, offsets=None):
        """Scores (n, n_classes), the largest of which is predicted.

        With a chain, of the best path through each class; where costs decide, of single steps.
        """
        log_proba, target = self._at_target(log_proba, offsets)
        rule = self._rule(target)
        if self._decides_paths(rule):
            return self.chain.best_scores(rule(log_proba), offsets)
        return rule(self._joined(log_proba, offsets))

    def codes(self, log_proba, offsets=None):
        """Class that is predicted in each row: ndarray of int (n,)."""
        log_proba, target = self._at_target(log_proba, offsets)
        rule = self._rule(target)
        if self._decides_paths(rule):  # where two are as good, scores do not tell one path
            return self.chain.best_path(rule(log_proba), offsets)
        return rule(self._joined(log_proba, offsets)).argmax(axis=1)

    def _decides_paths(self, rule):
        return self.chain is not None and rule.cost is None

    def _joined(self, log_proba, offsets):
        """Log probabilities of steps by themselves, joined by the chain."""
        return log_proba if self.chain is None else self.chain.log_marginals(log_proba, offsets)

    def check(self):
        """Raise ValueError where the prior or the decision does not fit the classes."""
        asked = self.while_training()
        asked._rule(asked._target())

    def of_any_data(self):
        """The target prior and the decision rule, where neither depends on the data at hand."""
        target = self._target()
        return target, self._rule(target)

    def _at_target(self, log_proba, offsets):
        log_proba = scale_scores(log_proba, self.calibration)
        target = self._target(log_proba, offsets)
        return shift_prior(log_proba, self.train_prior, target), target

    def _target(self, log_proba=None, offsets=None):
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
            return estimate_prior(self._joined(log_proba, offsets), self.train_prior)
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
