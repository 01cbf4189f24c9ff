"""What every estimator is: parameters of a net, checked sequences, a trained net and its states."""

import logging
from copy import deepcopy
from dataclasses import replace
from numbers import Integral, Real
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skseq._validation import Interval, StrOptions, check_finite_rows
from skseq.data import (
    check_sequences,
    check_vocabulary,
    first_ids,
    number_columns,
    split_originals,
)
from skseq.preprocessing import FeatureEncoder, WordVectors
from skseq.preprocessing._features import are_feature_dicts
from skseq.preprocessing._output import frames_where
from skseq.training import (
    FIXED_SETTINGS,
    LR_SCHEDULES,
    OPTIMIZERS,
    SCALE_CONSTRAINTS,
    BatchScale,
    NetSettings,
    Seeds,
    build_net,
    choose_recipe,
    follow,
    is_auto,
    last_states,
    learn_scaler,
    telling_end,
    train,
    warn_of_end,
    was_interrupted,
)

logger = logging.getLogger(__name__)


class BaseSequenceEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Base of the estimators: a plain scikit-learn estimator that holds a skorch net.

    A face, the class that a user meets, adds its parameters, its methods, and
    ``_targets(X, values=None, weight=None)``, which joins sequences with their
    targets, see `skseq.training.RowTargets`.
    """

    _parameter_constraints: dict = {
        "encoder": [str, callable],
        "hidden_size": [Interval(Integral, 1, None, closed="left")],
        "num_layers": [Interval(Integral, 1, None, closed="left"), None],
        "causal": ["boolean", StrOptions({"auto"})],
        "embedding_dim": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "embedding_std": [Interval(Real, 0, None, closed="neither"), StrOptions({"auto"}), None],
        "embedding": ["array-like", WordVectors, None],
        "embedding_frozen": ["boolean", Interval(Real, 0, 1, closed="both")],
        "dense_sizes": ["array-like"],
        "dropout": [Interval(Real, 0, 1, closed="left"), StrOptions({"auto"})],
        "embedding_dropout": [Interval(Real, 0, 1, closed="left"), StrOptions({"auto"})],
        "step_dropout": [Interval(Real, 0, 1, closed="left")],
        "input": [StrOptions({"auto", "tokens", "values"})],
        "scale": SCALE_CONSTRAINTS,
        "optimizer": [StrOptions(set(OPTIMIZERS)), callable],
        "lr": [Interval(Real, 0, None, closed="neither"), StrOptions({"auto"})],
        "lr_schedule": [StrOptions({"auto", *LR_SCHEDULES})],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "gradient_clip_value": [Interval(Real, 0, None, closed="neither"), None],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "early_stopping": ["boolean", StrOptions({"best", "refit"})],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither"), StrOptions({"auto"})],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "n_seeds": [Interval(Integral, 1, None, closed="left")],
        "callbacks": [list, None],
        "device": [str, torch.device],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose", StrOptions({"auto"})],
        "skorch_params": [dict, None],
    }

    recipe_: dict[str, Any]

    # -- sequences ----------------------------------------------------------------------------

    def _check_X(self, X, *, reset):
        X = self._encode_features(X, reset=reset)
        X = check_sequences(self, X, reset=reset, input=self.input, fits=np.float32)
        if reset:
            self.channels_, self._vocabulary = X.channels, X.vocabulary
            self.n_tokens_ = self._count_tokens(X)
        elif self.input_kind_ == "tokens":
            check_vocabulary(X, self.n_tokens_, type(self).__name__)
        elif X.channels != self.channels_:
            raise ValueError(
                f"X has other channels than those that {type(self).__name__} was fitted on; encode "
                "X with the encoder that was fitted with it"
            )
        return X

    def _encode_features(self, X, *, reset):
        """Ids and numbers of steps that are dicts of features; other X as they are."""
        are_dicts = are_feature_dicts(X)
        if reset:
            self._feature_encoder = FeatureEncoder().fit(X) if are_dicts else None
        return self._feature_encoder.transform(X) if are_dicts and self._feature_encoder else X

    def _count_tokens(self, X):
        """Ids that ``embedding`` has vectors for, or None where there are only numbers."""
        if self.input_kind_ == "tokens":
            return X.n_tokens or int(X.values.max()) + 1
        position = None if X.channels is None else first_ids(X.channels)
        return None if position is None else X.channels[position].n_ids

    @property
    def _reads_ids(self):
        """Whether a step holds ids only, no numbers."""
        if self.channels_ is None:
            return self.input_kind_ == "tokens"
        return not number_columns(self.channels_).any()

    def _targets_to_predict(self, X):
        check_is_fitted(self)
        return self._targets(self._check_X(X, reset=False))

    def _learn_scale(self, targets, rows=None):
        """Learn ``scaler_`` from the training rows; give the targets, read through it."""
        self.scaler_ = learn_scaler(self.scale, targets, rows)
        return replace(targets, scale=self._batch_scale)

    @property
    def _batch_scale(self):
        """What brings values to a common scale, or None."""
        scaler = getattr(self, "scaler_", None)
        if scaler is None:
            return None
        return BatchScale(
            scaler, None if self.channels_ is None else number_columns(self.channels_)
        )

    def _hold_out(self, X, strata, class_names, wanted_by):
        """Rows to train on and rows to validate on, of different originals."""
        if len(X) < 2:
            raise ValueError(
                f"{wanted_by} needs at least 2 sequences, one of them to validate on; got 1. Use "
                "another setting, or cut the recording into several sequences"
            )
        rng = self._seeds.generator("held-out rows")
        fraction = self.recipe_["validation_fraction"]
        parts = split_originals(X, strata, fraction, rng, class_names)
        sizes = type(self).__name__, *map(len, parts)
        logger.info("%s trains on %d sequences and holds out %d, for %s", *sizes, wanted_by)
        return parts

    # -- the net ------------------------------------------------------------------------------

    def _settings(self):
        checked = {"embedding": self._check_embedding(), "dense_sizes": self._check_dense_sizes()}
        if self._per_step:
            checked["pooling"] = None
        if is_auto(self.n_iter_no_change):
            checked["judged_from"] = self.recipe_["max_epochs"] // 2
        return NetSettings.of(self, **(self.recipe_ | checked))

    def _choose_recipe(self, targets, goes_on, **about):
        """Set ``recipe_``; a net that is trained further keeps what it was built with."""
        before = self.recipe_ if goes_on else {}
        kept = {name: before[name] for name in FIXED_SETTINGS & before.keys()}
        end = telling_end(targets) if is_auto(self.causal) and not goes_on else None
        recipe = choose_recipe(self, targets, per_step=self._per_step, end=end, kept=kept, **about)
        if end is not None:
            warn_of_end(end, causal=recipe["causal"])
        self.recipe_ = recipe
        chosen = [name for name in recipe if is_auto(getattr(self, name))]
        said = ", ".join(f"{name}={recipe[name]!r}" for name in chosen)
        logger.info("%s chooses %s", type(self).__name__, said or "nothing: all is given")

    def _build(self, head, start, *, validation_score, **options):
        """Build new nets, whose scores start at ``start``; the rest is as in `build_net`."""
        settings, scale = self._settings(), self._batch_scale
        self.nets_ = [
            build_net(
                settings,
                head,
                start,
                validation_score=deepcopy(validation_score),
                n_tokens=self.n_tokens_,
                n_features=self.n_step_features_,
                channels=self.channels_,
                n_summaries=0 if scale is None else scale.n_summaries(self.n_step_features_),
                seeds=self._seeds.of_net(number),
                **options,
            )
            for number in range(self.n_seeds)
        ]
        self.net_ = self.nets_[0]

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
        if isinstance(self.embedding, WordVectors):
            return self._vectors_of_words()
        if isinstance(self.embedding, dict):
            raise TypeError(
                "embedding must be an array with a row for each token id, or WordVectors, got a "
                "dict; pass skseq.preprocessing.WordVectors(list(embedding), "
                "list(embedding.values()))"
            )
        with np.errstate(over="ignore"):  # what float32 cannot hold is reported below
            vectors = np.asarray(self.embedding, dtype=np.float32)
        if vectors.ndim != 2 or len(vectors) != self.n_tokens_:
            raise ValueError(
                f"embedding must have one row for each of the {self.n_tokens_} token ids, got "
                f"shape {vectors.shape}"
            )
        check_finite_rows(vectors, "embedding")
        return vectors

    def _vectors_of_words(self):
        if self._vocabulary is None:
            raise ValueError(
                "embedding holds vectors of words, but X does not say which words its ids stand "
                "for; encode it with TokenEncoder, or pass an array with a row for each id"
            )
        rows = self.embedding.rows(self._vocabulary)[: self.n_tokens_]
        without_word = self.n_tokens_ - len(rows)
        return np.pad(rows, ((0, without_word), (0, 0)))

    def _goes_on(self):
        """Whether `fit` trains the net at hand further."""
        return self.warm_start and hasattr(self, "net_")

    def _take_seeds(self):
        self._seeds = Seeds.of(self.random_state)

    def _train(self, data, held_out, n_epochs, first_epoch=0):
        is_new = not len(self.net_.history)
        settings = None if is_new else self._settings()
        n_epochs_of = np.broadcast_to(n_epochs, len(self.nets_)).tolist()
        for number, net in enumerate(self.nets_):
            if settings is not None:
                follow(net, settings)
            if len(self.nets_) > 1:
                net.place = f" {number + 1} of {len(self.nets_)}"
            seeds = self._seeds.of_net(number)
            train(net, data, held_out, n_epochs_of[number], seeds, first_epoch)
            if was_interrupted(net):
                if is_new:  # nets that are yet to be trained know nothing
                    self.nets_ = self.nets_[: number + 1]
                break
        self.history_ = self.net_.history
        self.n_iter_ = len(self.history_)

    def _forget_moments(self):
        """End a `fit`: the state of the optimizer, twice as large as the net, has served."""
        if not self.warm_start:
            for net in self.nets_:
                net.optimizer_.state.clear()

    def _check_refit(self):
        """Raise ValueError where a net would be thrown away that was to be trained further."""
        if self.early_stopping == "refit" and self._goes_on():
            raise ValueError(
                'early_stopping="refit" trains new nets in the end, but warm_start=True is to go '
                "on with the net at hand; use early_stopping=True with it"
            )

    @property
    def _refits(self):
        """Whether new nets train on all rows, for as many epochs as early stopping has found."""
        is_whole = not any(map(was_interrupted, self.nets_))
        return self.recipe_["early_stopping"] == "refit" and is_whole

    def _best_epochs(self):
        """Epochs after which early stopping found each net best; all of them where it did not."""
        found = [dict(net.callbacks_)["early_stopping"].best_epoch_ for net in self.nets_]
        return [best or len(net.history) for best, net in zip(found, self.nets_, strict=True)]

    # Whether there is one prediction per step.
    _per_step = False

    # -- states: an estimator is a transformer, too ---------------------------------------------

    def transform(self, X: Any) -> Any:
        """Give the states that the last layer reads: features that the net has learnt.

        Scores are made of them by one linear layer, so sequences that lie close to each other
        look alike to the net. They are the output of the pooling, or of the last of
        ``dense_sizes`` where there are any. In `fit_transform`, and so in a pipeline that is
        fitted, they are of a net that has seen the labels of the same sequences.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of float32 of shape (n_sequences, n_states)
            Columns are named by `get_feature_names_out`. Where there is one prediction per step,
            `Sequences` that align with ``X`` and keep its weights and origins, their values of
            shape (n_steps_total, n_states).
        """
        targets = self._targets_to_predict(X)
        return targets.states_like_these(last_states(self.nets_, targets))

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> np.ndarray:
        """Names of the states: "sequenceclassifier0", "sequenceclassifier1", ....

        Parameters
        ----------
        input_features : array-like of str of shape (n_features,), default=None
            Names of the features of X, to be checked; for tokens the texts of their ids, which play
            no part.

        Returns
        -------
        ndarray of object of shape (n_states,)
        """
        check_is_fitted(self)
        is_checked = self.input_kind_ == "values"
        return super().get_feature_names_out(input_features if is_checked else None)

    @property
    def _n_features_out(self):
        return sum(net.module_.last_input_size for net in self.nets_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []  # nets compute in single precision
        return tags


# A frame has no place for the states of steps; what `transform` frames is not framed again.
BaseSequenceEstimator.transform = frames_where(  # type: ignore[method-assign]
    lambda self, X: not self._per_step, BaseSequenceEstimator.transform
)
BaseSequenceEstimator.fit_transform = BaseSequenceEstimator.fit_transform.__wrapped__
