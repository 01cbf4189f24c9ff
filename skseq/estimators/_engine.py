"""What every estimator shares, whatever its target: from checked sequences to a net, and to scores.

A subclass gives the loss and where the scores start (`_build`), and how rows are cut from its
sequences (`Spans`). Scores are what the last layer gives: one a class, a threshold, or a number.
"""

from functools import partial
from numbers import Integral, Real

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted
from skorch.utils import to_tensor

from skseq._validation import Interval, StrOptions, check_finite_rows
from skseq.data import check_sequences, check_vocabulary, split_originals
from skseq.estimators._net import (
    OPTIMIZERS,
    FixedSplit,
    build_net,
    isolated_torch_seed,
    resolve_device,
)
from skseq.estimators._scale import ScaleMixin
from skseq.estimators._states import StatesMixin
from skseq.nn import ENCODERS, make_network, scoring_plan


class SequenceEngine(ScaleMixin, StatesMixin, BaseEstimator):
    """Shared engine of the estimators; not for direct use."""

    _parameter_constraints: dict = {
        **ScaleMixin._scale_constraints,
        "encoder": [StrOptions(set(ENCODERS)), callable],
        "hidden_size": [Interval(Integral, 1, None, closed="left")],
        "num_layers": [Interval(Integral, 1, None, closed="left")],
        "embedding_dim": [Interval(Integral, 1, None, closed="left")],
        "embedding": ["array-like", None],
        "dense_sizes": ["array-like"],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "embedding_dropout": [Interval(Real, 0, 1, closed="left")],
        "input": [StrOptions({"auto", "tokens", "values"})],
        "optimizer": [StrOptions(set(OPTIMIZERS)), callable],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "gradient_clip_value": [Interval(Real, 0, None, closed="neither"), None],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "callbacks": [list, None],
        "device": [str, torch.device],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
        "skorch_params": [dict, None],
    }

    def _check_X(self, X, *, reset):
        X = check_sequences(self, X, reset=reset, input=self.input, fits=np.float32)
        if self.input_kind_ == "tokens":
            if reset:
                self.n_tokens_ = X.n_tokens or int(X.values.max()) + 1
            else:
                check_vocabulary(X, self.n_tokens_, type(self).__name__)
        elif reset:
            self.n_tokens_ = None
        return X

    # The parameter, but for early stopping, that holds rows out.
    _held_out_for = "calibration"

    # -- the net ----------------------------------------------------------------------------

    def _goes_on(self):
        """Whether `fit` trains the net at hand further."""
        return self.warm_start and hasattr(self, "net_")

    def _take_chance(self):
        # None is fresh entropy rather than numpy's global state, which stays as the caller left it.
        chance = np.random.RandomState() if self.random_state is None else self.random_state
        self._random_state = check_random_state(chance)

    def _build(self, loss, *, bias, validation_score, watch_from=0, mixer=None):
        """Build the net anew, its scores starting at ``bias``."""
        self.net_ = build_net(
            module=partial(make_network, **self._network_parameters(bias, loss)),
            loss=loss,
            optimizer=self.optimizer,
            lr=self.lr,
            weight_decay=self.weight_decay,
            batch_size=self.batch_size,
            max_epochs=self.max_epochs,
            gradient_clip_value=self.gradient_clip_value,
            early_stopping=self.early_stopping,
            watch_from=watch_from,
            scoring=self.scoring,
            n_iter_no_change=self.n_iter_no_change,
            validation_score=validation_score,
            callbacks=self.callbacks,
            device=resolve_device(self.device),
            verbose=int(self.verbose),
            label=type(self).__name__,
            rng=np.random.default_rng(self._random_state.randint(2**31)),
            mixer=mixer,
            skorch_params=self.skorch_params,
        )
        with self._seeded():
            self.net_.initialize()

    def _network_parameters(self, bias, loss):
        return {
            "n_tokens": self.n_tokens_,
            "n_features": self.n_step_features_,
            "bias": bias,
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
            "thresholds": getattr(loss, "thresholds", None),
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
        with np.errstate(over="ignore"):  # what float32 cannot hold is reported below
            vectors = np.asarray(self.embedding, dtype=np.float32)
        if vectors.ndim != 2 or len(vectors) != self.n_tokens_:
            raise ValueError(
                f"embedding must have one row for each of the {self.n_tokens_} token ids, got "
                f"shape {vectors.shape}"
            )
        check_finite_rows(vectors, "embedding")
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

    def _hold_out(self, X, strata, class_names=None):
        """Rows to train on and rows to validate on, of different originals."""
        if len(X) < 2:
            asked = "early_stopping=True" if self.early_stopping else self._held_out_for
            raise ValueError(
                f"{asked} needs at least 2 sequences, one of them to validate on; got 1. Use "
                "another setting, or cut the recording into several sequences"
            )
        rng = np.random.default_rng(self._random_state.randint(2**31))
        return split_originals(X, strata, self.validation_fraction, rng, class_names)

    # -- prediction -------------------------------------------------------------------------

    def _scores_of_spans(self, spans, n_answers):
        """Scores, float64, of each row or step that the spans answer for: (n_answers, n_scores)."""
        return self._answers_of_spans(spans, n_answers, self.net_.infer).astype(np.float64)

    def _last_inputs_of_spans(self, spans, n_answers):
        """What the last layer reads of each row or step, float32: (n_answers, width)."""

        def last_inputs(inputs):
            return self.net_.module_.last_inputs(**to_tensor(inputs, device=self.net_.device))

        return self._answers_of_spans(spans, n_answers, last_inputs)

    def _answers_of_spans(self, spans, n_answers, forward):
        answers = None
        self.net_.module_.eval()
        with torch.inference_mode():
            for rows in scoring_plan(spans.lengths, max(256, self.batch_size)):
                inputs, target = spans.batch(rows)
                answer = forward(inputs).cpu()
                if spans.per_step:
                    rows, answer = spans.core_steps(rows), answer[target["mask"]]
                if answers is None:
                    answers = np.empty((n_answers, answer.shape[-1]), dtype=np.float32)
                answers[rows] = answer.numpy()
        return answers

    def _checked_for_prediction(self, X):
        check_is_fitted(self)
        return self._check_X(X, reset=False)
