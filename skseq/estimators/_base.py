"""What the estimators share: from checked sequences to a trained net, and back to scores.

`fit` of a subclass checks its data and then calls `_fit_codes`; prediction starts at `_log_proba`.
A subclass says how rows are cut from its sequences (`_spans`), which classes a split should
spread (`_strata`), and how its target is checked.
"""

from functools import partial
from numbers import Integral, Real

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skseq._validation import HasMethods, Interval, StrOptions
from skseq.data import check_sequences, split_originals
from skseq.estimators._collapse import warn_if_collapsed
from skseq.estimators._decisions import DecisionMixin
from skseq.estimators._net import (
    OPTIMIZERS,
    FixedSplit,
    build_net,
    isolated_torch_seed,
    resolve_device,
)
from skseq.losses import LOSSES
from skseq.losses._base import floored_log_prior
from skseq.losses._table import make_loss
from skseq.nn import ENCODERS, make_network, scoring_plan
from skseq.weights import (
    class_masses,
    class_weights,
    earlier_corrections,
    warn_if_double_counted,
)

# Rows, or steps, whose predictions are looked at for a collapse.
_COLLAPSE_SAMPLE = 10_000


class BaseSequenceEstimator(DecisionMixin, BaseEstimator):
    """Shared engine of the estimators; not for direct use."""

    _parameter_constraints: dict = {
        "encoder": [StrOptions(set(ENCODERS)), callable],
        "hidden_size": [Interval(Integral, 1, None, closed="left")],
        "num_layers": [Interval(Integral, 1, None, closed="left")],
        "embedding_dim": [Interval(Integral, 1, None, closed="left")],
        "embedding": ["array-like", None],
        "dense_sizes": ["array-like"],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "embedding_dropout": [Interval(Real, 0, 1, closed="left")],
        "loss": [StrOptions(set(LOSSES)), HasMethods(["fit", "per_step"]), type],
        "class_weight": [
            StrOptions({"balanced", "sqrt", "effective", "median_frequency"}),
            dict,
            callable,
            None,
        ],
        **DecisionMixin._decision_constraints,
        "classes": ["array-like", None],
        "input": [StrOptions({"auto", "tokens", "values"})],
        "optimizer": [StrOptions(set(OPTIMIZERS)), callable],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "gradient_clip_value": [Interval(Real, 0, None, closed="neither"), None],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "early_stopping": ["boolean"],
        "scoring": [StrOptions({"f1_macro", "loss"})],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "callbacks": [list, None],
        "device": [str, torch.device],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
        "skorch_params": [dict, None],
    }

    # -- training ---------------------------------------------------------------------------

    def _check_X(self, X, *, reset):
        X = check_sequences(self, X, reset=reset, input=self.input)
        if self.input_kind_ == "tokens":
            if reset:
                self.n_tokens_ = X.n_tokens or int(X.values.max()) + 1
            elif X.values.max() >= self.n_tokens_:
                raise ValueError(
                    f"token id {X.values.max()} is outside the vocabulary of {self.n_tokens_} "
                    f"tokens that {type(self).__name__} was fitted on; encode X with the "
                    "TokenEncoder that was fitted with it"
                )
        elif reset:
            self.n_tokens_ = None
        return X

    def _fit_codes(self, X, codes, weight):
        """Train from the start, or on from where the last fit ended (``warm_start``)."""
        weight, prior = self._weigh(X, codes, weight)
        if not (self.warm_start and hasattr(self, "net_")):
            self._start(X, codes, prior)
        train, validation = self._split(X, codes)
        target = {"target": codes, "weight": weight}
        spans = self._spans(X, train, **target)
        held_out = self._spans(X, validation, **target) if self.early_stopping else None
        self._train(spans, held_out, self.max_epochs)
        if self._calibration_kind() is not None:
            self._calibrate(X, codes, validation)
        self._look_for_collapse(X, codes, validation)

    def _partial_fit_codes(self, X, codes, weight):
        """Train one epoch more."""
        weight, prior = self._weigh(X, codes, weight)
        if not hasattr(self, "net_"):
            self._start(X, codes, prior)
        self._train(self._spans(X, None, target=codes, weight=weight), None, epochs=1)

    def _weigh(self, X, codes, weight):
        """Weights of rows (mean 1, None if all equal) and each class's share of them."""
        n_classes = len(self.classes_)
        masses = class_masses(codes, n_classes, weight)
        self.class_weight_ = np.ones(n_classes)
        if self.class_weight is not None:
            counts = class_masses(codes, n_classes)
            self.class_weight_ = class_weights(self.class_weight, counts, classes=self.classes_)
            warn_if_double_counted(
                masses,
                masses * self.class_weight_,
                earlier=earlier_corrections(X),
                later=f"class_weight={self.class_weight!r}",
            )
            weight = self.class_weight_[codes] * (1.0 if weight is None else weight)
            masses = masses * self.class_weight_
        if weight is not None:
            even = np.all(weight == weight[0])
            weight = None if even else (weight / weight.mean()).astype(np.float32)
        return weight, masses / masses.sum()

    def _start(self, X, codes, prior):
        """Build the net anew, its last bias at the log prior."""
        # None is fresh entropy rather than numpy's global state, which stays as the caller left it.
        chance = np.random.RandomState() if self.random_state is None else self.random_state
        self._random_state = check_random_state(chance)
        counts = class_masses(codes, len(self.classes_))
        loss = make_loss(self.loss).fit(counts, prior)
        self._learn_priors(X, codes, prior, loss)
        self.net_ = build_net(
            module=partial(make_network, **self._network_parameters(counts.sum(), loss)),
            loss=loss,
            optimizer=self.optimizer,
            lr=self.lr,
            weight_decay=self.weight_decay,
            batch_size=self.batch_size,
            max_epochs=self.max_epochs,
            gradient_clip_value=self.gradient_clip_value,
            early_stopping=self.early_stopping,
            scoring=self.scoring,
            n_iter_no_change=self.n_iter_no_change,
            rule=self._validation_rule(),
            n_classes=len(self.classes_),
            callbacks=self.callbacks,
            device=resolve_device(self.device),
            verbose=int(self.verbose),
            label=type(self).__name__,
            rng=np.random.default_rng(self._random_state.randint(2**31)),
            skorch_params=self.skorch_params,
        )
        with self._seeded():
            self.net_.initialize()

    def _network_parameters(self, n_samples, loss):
        return {
            "n_tokens": self.n_tokens_,
            "n_features": self.n_step_features_,
            "log_prior": floored_log_prior(self.train_prior_, n_samples),
            "encoder": self.encoder,
            "hidden_size": self.hidden_size,
            "num_layers": self.num_layers,
            "embedding_dim": self.embedding_dim,
            "embedding": self._check_embedding(),
            "pooling": getattr(self, "pooling", None),
            "dense_sizes": self._check_dense_sizes(),
            "dropout": self.dropout,
            "embedding_dropout": self.embedding_dropout,
            "cosine_scale": getattr(loss, "cosine_scale", None),
        }

    def _check_dense_sizes(self):
        for size in self.dense_sizes:
            if not isinstance(size, Integral) or size < 1:
                raise ValueError(
                    f"dense_sizes must hold integers of at least 1, got {self.dense_sizes!r}"
                )
        return tuple(self.dense_sizes)

    def _check_embedding(self):
        if self.embedding is None:
            return None
        if self.n_tokens_ is None:
            raise ValueError("embedding is for token ids, but X holds values")
        vectors = np.asarray(self.embedding, dtype=np.float32)
        if vectors.ndim != 2 or len(vectors) != self.n_tokens_:
            raise ValueError(
                f"embedding must have one row for each of the {self.n_tokens_} token ids, got "
                f"shape {vectors.shape}"
            )
        return vectors

    def _train(self, spans, validation, epochs):
        # The split is taken back afterwards, or a pickled model would carry its validation data.
        self.net_.train_split = None if validation is None else FixedSplit(validation)
        try:
            with self._seeded():
                self.net_.partial_fit(spans, epochs=epochs)
        finally:
            self.net_.train_split = None
        self.history_ = self.net_.history
        self.n_iter_ = len(self.history_)

    def _seeded(self):
        # The net knows best: a pickle from a machine with CUDA may have come to one without.
        return isolated_torch_seed(self._random_state.randint(2**31), self.net_.device)

    def _split(self, X, codes):
        """Rows of X to train on and rows to validate on, both None where nothing is held out."""
        if not self.early_stopping and self._calibration_kind() is None:
            return None, None
        if len(X) < 2:
            asked = "early_stopping=True" if self.early_stopping else "calibration"
            raise ValueError(
                f"{asked} needs at least 2 sequences, one of them to validate on; got 1. Use "
                "early_stopping=False and calibration=None, or cut the recording into several "
                "sequences"
            )
        rng = np.random.default_rng(self._random_state.randint(2**31))
        train, validation = split_originals(
            X, self._strata(X, codes), self.validation_fraction, rng, self.classes_
        )
        return train, validation

    def _look_for_collapse(self, X, codes, validation):
        rows = np.arange(len(X)) if validation is None else validation
        # Evenly spread rows, with about as many answers as the sample has.
        size = max(1, min(len(rows), _COLLAPSE_SAMPLE * len(X) // len(codes)))
        rows = rows[np.linspace(0, len(rows) - 1, size).astype(np.int64)]
        predicted = self._codes(self._log_proba_of_rows(X, rows))
        warn_if_collapsed(predicted, self._codes_of_rows(X, codes, rows), self.classes_)

    # -- prediction -------------------------------------------------------------------------

    def _log_proba(self, X):
        """Log probabilities, float64, of each row or step of checked X: (n, n_classes).

        They are calibrated and stand for ``train_prior_``; `_at_target` corrects the prior.
        """
        spans = self._spans(X, None)
        return self._log_proba_of_spans(spans, X.n_steps if spans.per_step else len(X))

    def _log_proba_of_spans(self, spans, n_answers):
        scores = np.empty((n_answers, len(self.classes_)), dtype=np.float32)
        self.net_.module_.eval()
        with torch.inference_mode():
            for rows in scoring_plan(spans.lengths, max(256, self.batch_size)):
                inputs, _ = spans.batch(rows)
                answer = self.net_.infer(inputs).cpu()
                if spans.per_step:
                    rows, core = spans.answers(rows)
                    answer = answer[core]
                scores[rows] = answer.numpy()
        return self._scaled(scores.astype(np.float64))

    def _checked_for_prediction(self, X):
        check_is_fitted(self)
        return self._check_X(X, reset=False)
