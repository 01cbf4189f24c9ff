"""What estimators do with the net's probabilities: calibrate them, correct their prior, decide."""

from functools import partial

import numpy as np
from scipy.special import log_softmax

from skseq._validation import StrOptions
from skseq.decisions import (
    check_prior,
    count_originals,
    estimate_prior,
    fit_scaling,
    make_rule,
    scale_scores,
    shift_prior,
)
from skseq.estimators._labels import names_of_classes
from skseq.losses._table import make_loss


class DecisionMixin:
    """Parameters ``decision``, ``target_prior`` and ``calibration`` of an estimator."""

    _decision_constraints: dict = {
        "decision": [StrOptions({"argmax", "balanced"}), "array-like", dict],
        "target_prior": [StrOptions({"train", "data", "uniform", "em"}), "array-like", dict],
        "calibration": [StrOptions({"auto", "temperature", "vector"}), None],
    }

    @property
    def _class_names(self):
        """What dicts call the classes."""
        return names_of_classes(self.classes_, self.classes)

    def _learn_priors(self, X, codes, weight, class_prior, loss):
        counts = count_originals(X, codes, self.classes_, weight)
        self.class_prior_ = class_prior
        self.train_prior_ = loss.prior_of_scores(class_prior)
        self.data_prior_ = None if counts is None else counts / counts.sum()
        self.calibration_ = None

    def _validation_rule(self):
        """How validation scores decide: before the calibration, and for "em" as for "data"."""
        is_em = isinstance(self.target_prior, str) and self.target_prior == "em"
        known = self.train_prior_ if self.data_prior_ is None else self.data_prior_
        target = known if is_em else self._target(None)
        return PriorAwareRule(self.train_prior_, target, self._rule(target))

    def _rule(self, target):
        """The rule that ``decision`` asks for, for probabilities under a prior."""
        are_all = self.classes is not None
        return make_rule(self.decision, self._class_names, target, are_all_classes=are_all)

    # -- calibration ------------------------------------------------------------------------

    def _calibration_kind(self):
        if self.calibration != "auto":
            return self.calibration
        as_trained = isinstance(self.target_prior, str) and self.target_prior == "train"
        return None if as_trained or self._gives_probabilities() else "vector"

    def _gives_probabilities(self):
        """Whether softmax of the scores estimates probabilities."""
        return getattr(make_loss(self.loss), "is_proper", False)

    def _calibrate(self, X, codes, weight, rows):
        """Learn from held-out rows how to scale the net's scores."""
        self.calibration_ = None
        self.calibration_ = fit_scaling(
            *self._answers_of_rows(X, codes, weight, rows),
            self.train_prior_,
            kind=self._calibration_kind(),
        )

    # -- prediction -------------------------------------------------------------------------

    def _scaled(self, scores):
        """Log probabilities under ``train_prior_`` from the net's scores."""
        return scale_scores(log_softmax(scores, axis=1), self.calibration_)

    def _target(self, log_proba):
        """The class prior asked for; "em" finds it in these log probabilities."""
        if not isinstance(self.target_prior, str):
            are_all = self.classes is not None
            return check_prior(self.target_prior, self._class_names, are_all_classes=are_all)
        if self.target_prior == "uniform":
            return np.full(len(self.classes_), 1 / len(self.classes_))
        if self.target_prior == "em":
            return estimate_prior(log_proba, self.train_prior_)
        if self.target_prior == "train":
            return self.train_prior_
        if self.data_prior_ is None:
            raise ValueError(
                'target_prior="data" needs the class counts of the data, but X was resampled under '
                f"other labels than {self.classes_.tolist()}; give target_prior as an array of "
                "shares, or put skseq.meta.PriorCorrector around the pipeline"
            )
        return self.data_prior_

    def _at_target(self, log_proba):
        """Log probabilities under the prior asked for, from those under ``train_prior_``."""
        return shift_prior(log_proba, self.train_prior_, self._target(log_proba))

    def _decide(self, log_proba):
        """Score log probabilities under ``train_prior_``: the largest one is predicted."""
        target = self._target(log_proba)
        return self._rule(target)(shift_prior(log_proba, self.train_prior_, target))

    def _codes(self, log_proba):
        return self._decide(log_proba).argmax(axis=1)


class PriorAwareRule:
    """Decides on raw scores of a net as its estimator will; travels in the net's pickle."""

    def __init__(self, source, target, rule, log_proba=None):
        self.source = source
        self.target = target
        self.rule = rule
        self.log_proba = log_proba or partial(log_softmax, axis=1)

    def __call__(self, scores):
        """Give the predicted class of each row, ndarray of int of shape (n,)."""
        log_proba = self.log_proba(scores.astype(np.float64))
        return self.rule(shift_prior(log_proba, self.source, self.target)).argmax(axis=1)
