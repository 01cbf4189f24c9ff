"""What the estimators of classes share: from checked sequences and codes to log probabilities.

`fit` of a subclass checks its data and then calls `_fit_codes`; prediction starts at `_log_proba`.
A subclass says how rows are cut from its sequences (`_spans`), which classes a split should
spread (`_strata`), and how its target is checked.
"""

from numbers import Real

import numpy as np
from sklearn.base import clone

from skseq._masses import class_masses, earlier_corrections, warn_if_double_counted, weighted_counts
from skseq._validation import HasMethods, Interval, StrOptions
from skseq.augment import make_augmenter
from skseq.estimators._absent import check_two_classes_count, without_absent
from skseq.estimators._collapse import warn_if_collapsed, warn_if_missed
from skseq.estimators._decisions import DecisionMixin
from skseq.estimators._engine import SequenceEngine
from skseq.estimators._epochs import class_rates, combined_weight, draw_by_class, drawn_masses
from skseq.estimators._interrupts import was_interrupted
from skseq.estimators._net import ValidationScore
from skseq.estimators._start import starts_at_prior
from skseq.losses import LOSSES
from skseq.losses._base import floored_log_prior
from skseq.losses._table import make_loss
from skseq.nn import ChangingSpans
from skseq.weights import class_weights

# Rows, or steps, whose predictions are looked at for a collapse.
_COLLAPSE_SAMPLE = 10_000


class BaseSequenceEstimator(DecisionMixin, SequenceEngine):
    """Shared part of the estimators of classes; not for direct use."""

    _parameter_constraints: dict = {
        **SequenceEngine._parameter_constraints,
        "loss": [StrOptions(set(LOSSES)), HasMethods(["fit", "per_step"]), type],
        "class_weight": [
            StrOptions({"balanced", "sqrt", "effective", "median_frequency"}),
            dict,
            callable,
            None,
        ],
        "initial_bias": [StrOptions({"auto", "zero", "prior"})],
        "class_weight_start": [Interval(Real, 0, 1, closed="left")],
        "batch_balance": [Interval(Real, 0, 1, closed="both"), StrOptions({"progressive"})],
        "augment": [str, list, tuple, callable, None],
        **DecisionMixin._decision_constraints,
        "classes": ["array-like", None],
        "scoring": [StrOptions({"f1_macro", "loss"})],
    }

    # -- training ---------------------------------------------------------------------------

    def _fit_codes(self, X, codes, weight):
        """Train from the start, or on from where the last fit ended (``warm_start``)."""
        self._check_second_stage()
        X, codes, weight = without_absent(X, codes, weight)
        if not self._answers_steps:
            check_two_classes_count(codes, weight, self.classes_)
        self._weigh(X, codes, weight)
        goes_on = self._goes_on()
        if not goes_on:
            self._start(X, codes, weight)
        else:
            self._go_on(X, codes, weight)
        train, validation = self._split(X, codes, weight)
        if not goes_on:
            self._learn_scale(X, train, weight)
        held_out = self._spans_of(X, validation, codes, weight) if self.early_stopping else None
        n_before = len(self.net_.history)
        self._train(self._epochs(X, train, codes, weight), held_out, self.max_epochs)
        if self.early_stopping and self.batch_balance == "progressive":
            best = dict(self.net_.callbacks_)["early_stopping"].best_epoch_ or self.n_iter_
            self._relearn_priors(X, codes, weight, best - n_before - 1)
        elif was_interrupted(self.net_):
            self._relearn_priors(X, codes, weight, self.n_iter_ - n_before - 1)
        self._refit_head(X, codes, weight, train)
        if self._calibration_kind() is not None:
            self._calibrate(X, codes, weight, validation)
        self._look_for_collapse(X, codes, weight, validation)

    def _partial_fit_codes(self, X, codes, weight):
        """Train one epoch more."""
        X, codes, weight = without_absent(X, codes, weight)
        self._weigh(X, codes, weight)
        if not hasattr(self, "net_"):
            self._start(X, codes, weight)
            self._learn_scale(X, None, weight)
        n_done = len(self.net_.history)
        self._train(self._epochs(X, None, codes, weight, n_done), None, epochs=1)
        is_scheduled = self.batch_balance == "progressive" or self._first_weighted_epoch()
        if is_scheduled or hasattr(self, "second_stage_"):
            self._relearn_priors(X, codes, weight, n_done)

    def _weigh(self, X, codes, weight):
        """Learn ``class_weight_``; warn if one imbalance is corrected twice."""
        n_classes = len(self.classes_)
        counts = weighted_counts(codes, n_classes, weight)
        masses = class_masses(codes, n_classes, weight)
        self.class_weight_ = np.ones(n_classes)
        earlier = earlier_corrections(X)
        if self.class_weight is not None:
            later = f"class_weight={self.class_weight!r}"
            self.class_weight_ = class_weights(
                self.class_weight,
                counts,
                classes=self._class_names,
                are_all_classes=self.classes is not None,
            )
            weighted = masses * self.class_weight_
            warn_if_double_counted(masses, weighted, earlier=earlier, later=later)
            masses = weighted
            earlier = " and ".join(filter(None, [earlier, later]))
        if self._is_drawn_evenly():
            drawn = self._drawn(self._spans_of(X, None, codes, weight), codes, weight, progress=1.0)
            warn_if_double_counted(
                masses,
                drawn_masses(drawn, n_classes),
                earlier=earlier,
                later=f"batch_balance={self.batch_balance!r}",
            )

    def _is_drawn_evenly(self):
        return self.batch_balance != 1

    def _drawn(self, spans, codes, weight, progress):
        """Spans with the rate at which each is drawn, ``progress`` of the schedule being over."""
        if not self._is_drawn_evenly():
            return spans
        counts = weighted_counts(codes, len(self.classes_), weight)
        return draw_by_class(spans, class_rates(counts, self.batch_balance, progress), weight)

    def _spans_of(self, X, rows, codes, weight, class_weight=True):
        """Spans of some rows with their targets and weights."""
        weight = combined_weight(codes, weight, self.class_weight_ if class_weight else None)
        return self._spans(X, rows, target=codes, weight=weight)

    def _epochs(self, X, rows, codes, weight, n_done=0):
        """Spans of the training rows, or `ChangingSpans` where epochs differ.

        ``n_done`` epochs of the schedule are over.
        """
        weighted_from = self._first_weighted_epoch()
        augmented = self._augmenter(X, rows, codes, weight)

        def make(epoch):
            data = (X, rows, codes, weight) if augmented is None else augmented()
            spans = self._spans_of(*data, class_weight=epoch >= weighted_from)
            return self._drawn(spans, *data[2:], self._done(epoch))

        first = make(n_done) if augmented is None else None
        if augmented is None and n_done >= weighted_from and self.batch_balance != "progressive":
            return first
        return ChangingSpans(make, n_done, len(X) if first is None else len(first))

    def _first_weighted_epoch(self):
        """Epoch, counted from 0, from which on ``class_weight`` counts."""
        if self.class_weight is None:
            return 0
        return min(round(self.class_weight_start * self.max_epochs), self.max_epochs - 1)

    def _done(self, epoch):
        """How much of the schedule is over in an epoch: 0 in the first, 1 in the last or only."""
        return min(1.0, epoch / (self.max_epochs - 1)) if self.max_epochs > 1 else 1.0

    def _augmenter(self, X, rows, codes, weight):
        """Give a function that augments the training rows anew at each call, or None."""
        if self.augment is None:
            return None
        X, labels = self._with_labels(X, codes, weight)
        if rows is not None:
            X, labels = X[rows], labels[rows]
        if self.input_kind_ == "values" and X.dtype.kind != "f":
            X = X.replace(values=X.values.astype(np.float32))
        augmenter = clone(make_augmenter(self.augment)).fit(X, labels)
        chance = np.random.RandomState(self._random_state.randint(2**31))

        def augmented():
            return self._without_labels(*augmenter(X, labels, random_state=chance))

        return augmented

    def _prior_at(self, X, codes, weight, epoch):
        """Share of each class in the weight of what is trained on in an epoch."""
        n_classes = len(self.classes_)
        late = epoch >= self._first_weighted_epoch()
        if self._is_drawn_evenly():
            spans = self._spans_of(X, None, codes, weight, class_weight=late)
            drawn = self._drawn(spans, codes, weight, self._done(epoch))
            masses = drawn_masses(drawn, n_classes)
        else:
            masses = class_masses(codes, n_classes, weight)
            masses = masses * self.class_weight_ if late else masses
        prior = masses / masses.sum()
        mixer = self._make_mixer(codes, weight)
        return prior if mixer is None else mixer.prior_of_labels(prior)

    def _relearn_priors(self, X, codes, weight, epoch):
        """Take the class shares of an epoch for those that the net's scores stand for."""
        prior = self._prior_at(*self._as_trained(X, codes, weight), epoch)
        self._learn_priors(X, codes, weight, prior, self.net_.criterion_.loss)

    def _start(self, X, codes, weight):
        """Build the net anew, its scores starting where ``initial_bias`` says."""
        self._take_chance()
        loss = self._make_loss()
        trained = self._as_trained(X, codes, weight)
        self._learn_shares(X, codes, weight, trained, loss)
        first_prior = loss.prior_of_scores(self._prior_at(*trained, 0))
        n_samples = weighted_counts(codes, len(self.classes_), weight).sum()
        self._build(
            loss,
            bias=self._first_scores(first_prior, n_samples, loss, self._spans(X, None)),
            validation_score=self._validation_score(),
            watch_from=self._first_weighted_epoch(),
            mixer=self._make_mixer(codes, weight),
        )

    def _go_on(self, X, codes, weight):
        """Keep the net, and let it know the data that it is trained on further."""
        trained = self._as_trained(X, codes, weight)
        self._learn_shares(X, codes, weight, trained, self.net_.criterion_.loss)

    def _learn_shares(self, X, codes, weight, trained, loss):
        """Let the loss and the priors take in how frequent the classes are in the last epoch."""
        prior = self._prior_at(*trained, self.max_epochs - 1)
        loss.fit(weighted_counts(codes, len(self.classes_), weight), prior)
        self._learn_priors(X, codes, weight, prior, loss)

    # -- what siblings may have besides -----------------------------------------------------

    def _as_trained(self, X, codes, weight):
        """X, codes and weights as an epoch has them, where ``augment`` changes the codes."""
        return X, codes, weight

    def _make_mixer(self, codes, weight):
        """What mixes pooled states while training, if anything does."""
        return None

    def _check_second_stage(self):
        """Refuse a second stage that the net cannot have."""

    def _refit_head(self, X, codes, weight, rows):
        """Follow training by a second stage, where there is one."""

    def _make_loss(self):
        return make_loss(self.loss)

    def _first_scores(self, prior, n_rows, loss, spans):
        """Scores to start from, where the classes have this prior in the first epoch."""
        n_updates = self.max_epochs * -(-len(spans) // self.batch_size)
        per_step = spans.per_step
        if not starts_at_prior(self.initial_bias, loss, prior, n_updates, per_step=per_step):
            # All alike, but for a class without rows: training need not unlearn it first.
            prior = prior > 0
        return floored_log_prior(prior, n_rows)

    def _validation_score(self):
        return ValidationScore(self._validation_rule(), self.class_weight_)

    def _split(self, X, codes, weight=None):
        """Rows of X to train on and rows to validate on, both None where nothing is held out."""
        if not self.early_stopping and self._calibration_kind() is None:
            return None, None
        return self._hold_out(X, self._strata(X, codes, weight), self.classes_)

    def _look_for_collapse(self, X, codes, weight, validation):
        rows = np.arange(len(X)) if validation is None else validation
        # Evenly spread rows, with about as many answers as the sample has.
        size = max(1, min(len(rows), _COLLAPSE_SAMPLE * len(X) // len(codes)))
        rows = rows[np.linspace(0, len(rows) - 1, size).astype(np.int64)]
        log_proba, truth = self._answers_of_rows(X, codes, weight, rows)
        predicted = self._codes(log_proba)
        if not warn_if_collapsed(predicted, truth, self.classes_):
            warn_if_missed(predicted, truth, self.classes_)

    def _answers_of_rows(self, X, codes, weight, rows):
        """Log probabilities and true codes of some rows, or of those of their steps that count."""
        log_proba, truth = self._log_proba_of_rows(X, rows), self._codes_of_rows(X, codes, rows)
        if weight is None:
            return log_proba, truth
        counts = self._codes_of_rows(X, weight, rows) > 0
        return log_proba[counts], truth[counts]

    # -- prediction -------------------------------------------------------------------------

    def _log_proba(self, X):
        """Log probabilities, float64, of each row or step of checked X: (n, n_classes).

        They are calibrated and stand for ``train_prior_``; `_at_target` corrects the prior.
        """
        spans = self._spans(X, None)
        return self._log_proba_of_spans(spans, X.n_steps if spans.per_step else len(X))

    def _log_proba_of_spans(self, spans, n_answers):
        return self._scaled(self._scores_of_spans(spans, n_answers))
