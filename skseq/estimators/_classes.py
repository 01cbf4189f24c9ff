"""What the estimators of classes share: from targets to a net, and to decisions."""

from copy import deepcopy
from numbers import Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from skseq._sample_weight import row_weight
from skseq._validation import HasMethods, Interval, StrOptions, check_labels, check_parameters
from skseq.decisions import Posterior, fit_scaling, read_constraints
from skseq.estimators._base import BaseSequenceEstimator
from skseq.estimators._types import Bias, Calibration, Constraints, Mixing, Stage
from skseq.losses import LOSSES
from skseq.losses._base import floored_log_prior
from skseq.losses._table import make_loss
from skseq.mixup import make_mixer
from skseq.nn import make_head
from skseq.stages import SECOND_STAGES, make_second_stage
from skseq.training import (
    RowTargets,
    Schedule,
    ValidationScore,
    check_two_classes_count,
    encode_labels,
    find_classes,
    first_classes,
    keeping_nets,
    log_probabilities,
    names_of_classes,
    raw_scores,
    refit_last_layer,
    starts_at_prior,
    transaction,
    warn_if_collapsed,
    warn_if_missed,
    warn_if_rows_are_steps,
)
from skseq.weights import WEIGHT_STRATEGIES, class_weights

# Rows, or steps, whose predictions are looked at for a collapse.
_COLLAPSE_SAMPLE = 10_000


class BaseClassEstimator(BaseSequenceEstimator):
    """Base of the estimators of classes, one per sequence or one per step.

    There is one label for each sequence, unless a face overrides `_read_y` and `_targets`; one that
    does not train with ``loss`` overrides `_make_head`.
    """

    _parameter_constraints: dict = {
        **BaseSequenceEstimator._parameter_constraints,
        "class_weight": [
            StrOptions(set(WEIGHT_STRATEGIES)),
            dict,
            callable,
            None,
        ],
        "class_weight_start": [Interval(Real, 0, 1, closed="left")],
        "batch_balance": [Interval(Real, 0, 1, closed="both"), StrOptions({"progressive"})],
        "augment": [str, list, tuple, callable, None],
        "decision": [
            StrOptions({"argmax", "balanced"}),
            Interval(Real, 0, 1, closed="both"),
            "array-like",
            dict,
        ],
        "target_prior": [StrOptions({"train", "data", "uniform", "em"}), "array-like", dict],
        "classes": ["array-like", None],
        "scoring": [StrOptions({"f1_macro", "loss"})],
    }

    # Of the faces that have a loss to choose, and a linear layer for each class.
    _loss_constraints: dict = {
        "loss": [StrOptions(set(LOSSES)), HasMethods(["fit", "per_step"]), type],
        "initial_bias": [StrOptions({"auto", "zero", "prior"})],
        "calibration": [StrOptions({"auto", "temperature", "vector"}), None],
        "second_stage": [StrOptions(set(SECOND_STAGES)), HasMethods(["refit"]), None],
    }

    # What a face does not offer as a parameter is off.
    mixup: Mixing = None
    second_stage: Stage = None
    calibration: Calibration = None
    constraints: Constraints = None
    initial_bias: Bias = "prior"

    calibration_: np.ndarray | None

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on sequences and their labels.

        Parameters
        ----------
        X : Sequences, list of array-like, 1-D object array, array of shape (n_sequences, n_steps) \
                or (n_sequences, n_steps, n_features)
            The sequences. `Sequences` may carry weights, which count in training.

        y : array-like of shape (n_sequences,); of a tagger Sequences, list of list, or 1-D object \
                array, aligned with ``X``
            The label of each sequence, or of each step.

        sample_weight : array-like of shape (n_sequences,); of a tagger in the layout of ``y``, \
                too, or of shape (n_steps_total,), default=None
            How much each sequence, or step, counts; multiplied with weights in ``X`` and
            ``class_weight``. A weight of k is k copies; what has weight 0 is read, but nothing is
            learnt from its label. Behind a sampler, weights of the sequences before it follow
            their origin; those that fit both ways are refused.

        Returns
        -------
        self : object
            The instance itself.

        Raises
        ------
        ValueError
            If a parameter, ``X`` or ``y`` breaks a rule; the message says which and where.
        TypeError
            If ``X`` holds text, or anything else that is not numbers.
        DivergenceError
            If the loss or the predictions become NaN or infinite.
        KeyboardInterrupt
            If Ctrl-C cut training short. The estimator is fitted then, with the weights of its best
            epoch (early stopping) or its last complete one; after any other error it is as it was.

        Warns
        -----
        UserWarning
            If ``X`` looks like the rows of one recording, which
            `skseq.preprocessing.make_windows` makes sequences of.
        """
        check_parameters(self)
        goes_on = self._goes_on()
        with transaction(self, goes_on):
            given, X = X, self._check_X(X, reset=not goes_on)
            labels, weight = self._read_y(y, X, sample_weight)
            if not self._per_step:
                warn_if_rows_are_steps(given, labels)
            if not goes_on:
                self.classes_ = find_classes(labels, self.classes)
            codes = encode_labels(labels, self.classes_)
            self._fit_targets(self._targets(X, codes, weight), goes_on)
        return self

    def partial_fit(
        self, X: Any, y: Any, classes: ArrayLike | None = None, sample_weight: Any = None
    ) -> Self:
        """Train for one more epoch, on these sequences alone.

        After a `fit` without ``warm_start`` the optimizer starts anew: its state was not kept.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        y : as for `fit`
            The labels.

        classes : array-like of shape (n_classes,), default=None
            Every label that may ever occur; needed at the first call, unless the parameter
            ``classes`` names them.

        sample_weight : as for `fit`, default=None
            How much each sequence, or step, counts.

        Returns
        -------
        self : object
            The instance itself.
        """
        check_parameters(self)
        is_first = not hasattr(self, "net_")
        with transaction(self, goes_on=not is_first):
            X = self._check_X(X, reset=is_first)
            labels, weight = self._read_y(y, X, sample_weight)
            if is_first:
                self.classes_ = first_classes(classes, self.classes)
            codes = encode_labels(labels, self.classes_)
            self._partial_fit_targets(self._targets(X, codes, weight), is_first)
        return self

    def predict(self, X: Any) -> Any:
        """Predict the label of each sequence, or of each step.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences,); of a tagger Sequences of labels aligned with ``X``, or a \
                list of lists if ``X`` is a list
        """
        targets = self._targets_to_predict(X)
        return targets.predictions(self.classes_[self._codes(targets)], X)

    def predict_proba(self, X: Any) -> Any:
        """Predict the probability of each class.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes); of a tagger Sequences with values of shape \
                (n_steps_total, n_classes)
            Columns in the order of ``classes_``; rows sum to 1.
        """
        targets = self._targets_to_predict(X)
        return targets.like_these(np.exp(self._asked_log_proba(targets)))

    def predict_log_proba(self, X: Any) -> Any:
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes); of a tagger Sequences with values of shape \
                (n_steps_total, n_classes)
        """
        targets = self._targets_to_predict(X)
        return targets.like_these(self._asked_log_proba(targets))

    def decision_function(self, X: Any) -> Any:
        """Scores whose largest entry is the predicted class.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes), or (n_sequences,) for two classes; of a tagger \
                Sequences with values of shape (n_steps_total, n_classes)
            Log probabilities shifted by the decision rule, or expected costs negated; for two
            classes of sequences, the score of the second: positive where it is predicted. Where the
            tags of a sequence are decided together, how far the best sequence with a tag at a step
            is behind the best of all.
        """
        targets = self._targets_to_predict(X)
        log_proba = log_probabilities(self.nets_, targets)
        scores = self._posterior().scores(log_proba, targets.X.offsets)
        return targets.like_decisions(scores)

    # -- training -----------------------------------------------------------------------------

    def _read_y(self, y, X, sample_weight):
        """Flat labels, and their weights or None."""
        return check_labels(y, X, self), row_weight(X, sample_weight)

    def _targets(self, X, codes=None, weight=None):
        """Join X with codes and weights; without them, with what is to be predicted."""
        return RowTargets(X, self._reads_ids, codes, weight, self.classes_, self._batch_scale)

    def _fit_targets(self, targets, goes_on):
        """Train from scratch, or from where the last fit ended (``warm_start``)."""
        head = self._head if goes_on else self._make_head()
        head_of_refit = deepcopy(head)  # not fitted yet
        self._check_what_follows(head)
        self._check_refit()
        targets = targets.without_absent()
        if not self._per_step:
            check_two_classes_count(targets.values, targets.weight, self.classes_)
        if not goes_on:
            self._take_seeds()
        self._choose_recipe(targets, goes_on, may_refit=not head.needs_held_out)
        train, validation = self._split(targets, head)
        if not goes_on:
            targets = self._learn_scale(targets, train)
        schedule = self._make_schedule(targets)
        if goes_on:
            self._follow(schedule)
        else:
            self._start(head, schedule)
        n_before = len(self.net_.history)
        self._train(
            schedule.of_rows(train, first_epoch=n_before),
            targets.dataset(validation, self.class_weight_) if self.early_stopping else None,
            self.recipe_["max_epochs"],
            first_epoch=n_before,
        )
        self._forget_moments()
        if not schedule.is_fixed:
            self._learn_priors(schedule, self._best_epochs()[0] - n_before - 1)
        if self.second_stage is not None:
            self._refit_last_layer(targets if train is None else targets.take(train))
        if validation is not None:
            self._learn_what_scores_mean(targets.take(validation))
        self._look_for_collapse(targets, validation)
        if self._refits:
            with keeping_nets(self):
                self._train_on_all(head_of_refit, schedule)

    def _train_on_all(self, head, schedule):
        """Train new nets on what was held out, too, each for as many epochs as were best."""
        n_epochs, history, calibration = self._best_epochs(), self.history_, self.calibration_
        self._start(head, schedule)
        self._train(schedule.of_rows(), None, n_epochs)
        self._forget_moments()
        self._learn_priors(schedule, self.n_iter_ - 1)
        if self.second_stage is not None:
            self._refit_last_layer(schedule.targets)
        self.history_, self.calibration_ = history, calibration

    def _partial_fit_targets(self, targets, is_first):
        """Train for one more epoch."""
        targets = targets.without_absent()
        self._choose_recipe(targets, goes_on=not is_first, one_epoch=True)
        if is_first:
            self._take_seeds()
            targets = self._learn_scale(targets)
        schedule = self._make_schedule(targets)
        if is_first:
            self._start(self._make_head(), schedule)
        n_done = len(self.net_.history)
        self._train(schedule.of_rows(), None, n_epochs=1)
        if not schedule.is_fixed or hasattr(self, "second_stage_"):
            self._learn_priors(schedule, n_done)

    def _make_schedule(self, targets):
        """Learn ``class_weight_``; warn if one imbalance is corrected twice."""
        self.class_weight_ = np.ones(targets.n_classes)
        weighted_from = 0
        if self.class_weight is not None:
            self.class_weight_ = class_weights(
                self.class_weight,
                targets.counts(),
                classes=self._class_names,
                are_all_classes=self.classes is not None,
            )
            n_epochs = self.recipe_["max_epochs"]
            weighted_from = min(round(self.class_weight_start * n_epochs), n_epochs - 1)
        mixer = None if self.mixup is None else make_mixer(self.mixup).fit(targets.counts())
        schedule = Schedule(
            targets,
            self._seeds,
            n_epochs=self.recipe_["max_epochs"],
            class_weight=None if self.class_weight is None else self.class_weight_,
            weighted_from=weighted_from,
            balance=self.batch_balance,
            augment=self.augment,
            mixer=mixer,
        )
        schedule.warn_if_double_counted(f"class_weight={self.class_weight!r}")
        return schedule

    def _start(self, head, schedule):
        """Build new nets, whose scores start where ``initial_bias`` says."""
        self._learn_shares([head], schedule)
        prior = head.prior_of_scores(schedule.prior_at(0))
        n_updates = self.recipe_["max_epochs"] * -(-schedule.targets.n_rows() // self.batch_size)
        per_step = self._per_step
        if not starts_at_prior(self.initial_bias, head, prior, n_updates, per_step=per_step):
            # All alike, except for a class without rows: training need not unlearn it first.
            prior = prior > 0
        self._build(
            head,
            head.start(floored_log_prior(prior, schedule.targets.counts().sum())),
            validation_score=self._make_validation_score(head),
            watch_from=schedule.weighted_from,
            mixer=schedule.mixer,
        )

    def _follow(self, schedule):
        """Have nets that are trained further judged by the data and the parameters as they are."""
        heads = [net.criterion_.head for net in self.nets_]
        self._learn_shares(heads, schedule)
        score = self._make_validation_score(heads[0])
        for net in self.nets_:
            callbacks = dict(net.callbacks_)
            callbacks["validation_score"].set_params(**score.get_params(deep=False))
            callbacks["early_stopping"].set_params(watch_from=schedule.weighted_from)

    def _make_validation_score(self, head):
        posterior = self._posterior(head).while_training()
        return ValidationScore(posterior, self._rules, self.class_weight_)

    def _make_head(self):
        """The head of a new net, with its loss."""
        return make_head(make_loss(self.loss))

    @property
    def _head(self):
        """The head of the trained net: it says what scores mean, also once parameters change."""
        return self.net_.criterion_.head

    def _learn_shares(self, heads, schedule):
        """Tell losses and priors how frequent the classes are in the last epoch."""
        for head in heads:
            head.loss.fit(schedule.targets.counts(), schedule.last_prior)
        self._learn_priors(schedule, schedule.n_epochs - 1, heads[0])
        self._posterior(heads[0]).check()

    def _learn_priors(self, schedule, epoch, head=None):
        """Set the priors from the class shares of an epoch."""
        # No second stage has seen what the net is trained on from here on.
        self.__dict__.pop("second_stage_", None)
        counts = schedule.targets.original_counts()
        self.class_prior_ = schedule.prior_at(epoch)
        self.train_prior_ = (head or self._head).prior_of_scores(self.class_prior_)
        self.data_prior_ = None if counts is None else counts / counts.sum()
        self.calibration_ = None

    def _split(self, targets, head):
        """Rows to train on and rows to validate on, both None where nothing is held out."""
        if self.early_stopping:
            wanted_by = f"early_stopping={self.early_stopping!r}"
        elif self._calibration_method(head) is not None:
            wanted_by = "calibration"
        elif head.needs_held_out:
            wanted_by = f"head={self.head!r}"
        else:
            return None, None
        return self._hold_out(targets.X, targets.strata(), self.classes_, wanted_by)

    # -- after training -----------------------------------------------------------------------

    def _check_what_follows(self, head):
        """Raise ValueError where what is to follow training does not fit the last layer."""
        if self.second_stage is not None and not head.is_linear:
            raise ValueError(
                f"second_stage={self.second_stage!r} needs a linear last layer and nothing more, "
                f"but the net has a {type(head).__name__}; use another loss or head with it"
            )
        if self.early_stopping == "refit" and head.needs_held_out:
            raise ValueError(
                f"head={self.head!r} learns from held-out sequences what its scores mean, and "
                'early_stopping="refit" trains on them in the end; use early_stopping=True'
            )
        if self.calibration not in ("auto", None) and not head.can_be_calibrated:
            raise ValueError(
                f"calibration={self.calibration!r} scales the scores of single steps, which a "
                'chain of tags joins; use calibration=None, or head="auto"'
            )

    def _refit_last_layer(self, targets):
        rng = self._seeds.random_state("second stage")
        for net in self.nets_:
            self.second_stage_ = refit_last_layer(net, self.second_stage, targets, rng)
        self.train_prior_ = self.second_stage_.prior_

    @property
    def _gives_probabilities(self):
        """Whether log probabilities of the fitted last layer need no calibration."""
        return self._is_proper(self._head)

    def _is_proper(self, head):
        stage = self.second_stage
        return (head if stage is None else make_second_stage(stage)).is_proper

    def _calibration_method(self, head):
        if self.calibration != "auto":
            return self.calibration
        as_trained = isinstance(self.target_prior, str) and self.target_prior == "train"
        is_needed = not (as_trained or self._is_proper(head))
        return "vector" if is_needed and head.can_be_calibrated else None

    def _learn_what_scores_mean(self, held_out):
        """Learn from held-out rows what their scores mean, and how to scale them."""
        head, counting = self._head, held_out.counting()
        codes = held_out.values[counting]
        if head.needs_held_out:
            # Weighted to the prior that the net saw.
            counts = np.bincount(codes, minlength=held_out.n_classes)
            share = self.train_prior_ / np.maximum(counts, 1)
            weight = share[codes] / max(share[codes].mean(), np.finfo(float).tiny)
            scores = raw_scores(self.nets_, held_out)[counting]
            for net in self.nets_:  # which share a head, but not those of a pickle
                net.criterion_.head.fit_held_out(scores, codes, weight)
        method = self._calibration_method(head)
        if method is not None:
            log_proba = log_probabilities(self.nets_, held_out)[counting]
            self.calibration_ = fit_scaling(log_proba, codes, self.train_prior_, method=method)

    def _look_for_collapse(self, targets, validation):
        rows = np.arange(len(targets.X)) if validation is None else validation
        # Evenly spread rows, with about as many predictions as the sample has.
        size = max(1, min(len(rows), _COLLAPSE_SAMPLE * len(targets.X) // targets.n_outputs))
        sample = targets.take(rows[np.linspace(0, len(rows) - 1, size).astype(np.int64)])
        counting = sample.counting()
        predicted = self._codes(sample)[counting]
        truth = sample.values[counting]
        if not warn_if_collapsed(predicted, truth, self.classes_):
            warn_if_missed(predicted, truth, self.classes_)

    # -- prediction ---------------------------------------------------------------------------

    def _posterior(self, head=None):
        """Calibration, prior and decision, as the parameters are now; of nets to be, by head."""
        chain = None
        if head is None:
            head, layers = self._head, [net.module_.last_layer for net in self.nets_]
            chain = head.chain(layers, self._rules)
        return Posterior(
            self._class_names,
            self.train_prior_,
            self.data_prior_,
            self.calibration_,
            self.target_prior,
            self.decision,
            rank=head.rank,
            are_all_classes=self.classes is not None,
            chain=chain,
        )

    @property
    def _rules(self):
        """Which tag may follow which, as the parameters are now, or None."""
        are_all = self.classes is not None
        return read_constraints(self.constraints, self._class_names, are_all_classes=are_all)

    @property
    def _class_names(self):
        """The names of the classes in dicts."""
        return names_of_classes(self.classes_, self.classes)

    def _asked_log_proba(self, targets):
        """Log probabilities of each row or step under the target prior: (n, n_classes)."""
        log_proba = log_probabilities(self.nets_, targets)
        return self._posterior().log_proba(log_proba, targets.X.offsets)

    def _codes(self, targets):
        """Class that is predicted for each row or step: ndarray of int (n,)."""
        log_proba = log_probabilities(self.nets_, targets)
        return self._posterior().codes(log_proba, targets.X.offsets)
