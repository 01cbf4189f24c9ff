"""One number for each sequence, or for each step."""

from collections.abc import Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score

from skseq._densities import TARGET_WEIGHTS, target_weights
from skseq._sample_weight import row_weight, step_weight
from skseq._typing import Input
from skseq._validation import Interval, StrOptions, check_parameters
from skseq.estimators._base import BaseSequenceEstimator
from skseq.estimators._numbers import check_targets, mean_and_scale
from skseq.estimators._types import (
    Auto,
    Device,
    Embedding,
    Factory,
    NumberLoss,
    Optimizer,
    RandomState,
    RateSchedule,
    Scale,
    Stopping,
)
from skseq.losses._regression import REGRESSION_LOSS_CONSTRAINTS, make_regression_loss, start_of
from skseq.nn import NumberHead
from skseq.training import (
    IGNORE_CONSTRAINTS,
    RowTargets,
    StepTargets,
    keeping_nets,
    raw_scores,
    transaction,
    weight_of_known,
)


class SequenceRegressor(RegressorMixin, BaseSequenceEstimator):
    """Neural regressor of sequences: one number for each, or for each of their steps.

    A scikit-learn regressor that holds a skorch net. Token ids (integer steps) are embedded, values
    are read as they are; an encoder reads the steps, dense layers give the number. ``y`` tells
    whether there is one for each sequence or for each step. The net sees targets of mean 0 and
    standard deviation 1; predictions are in the units of ``y``.

    Parameters
    ----------
    encoder : {"auto", "bag", "bigru", "bilstm", "cnn", "lstm", "resnet", "tcn"} or callable, \
            default="auto"
        What reads the steps; names joined by ``+``, such as "bilstm+bag", read them side by side.
        "bag" is the inputs alone, "resnet" is for series with one target each. "auto" is
        "resnet" for values, "tcn" where each step has a target or ``causal``, else "bilstm", also
        for values in sequences of fewer than 16 steps on average; or "bilstm+bag" for one class a
        sequence of tokens, with fewer than 100 sequences for a class on average; the LSTM is
        one-way where ``causal``. A callable, such as a module class of your own, is called with
        ``(input_size, hidden_size, num_layers, dropout)`` and gives a torch module whose forward
        takes ``(x, lengths)``, x of shape (batch, time, input_size), and gives (batch, time,
        output_size); it has the attribute ``output_size``.

    hidden_size : int, default=64
        Features of a hidden state, in each direction.

    num_layers : int, default=None
        Stacked layers of the encoder; None is what suits it: 6 for "tcn", 3 for "resnet", else 1.

    causal : bool or "auto", default="auto"
        Whether a step must not look at later ones, for records that are cut off in use. "bag",
        "cnn", "lstm", "tcn" and sums of them can do so; others are refused. "auto" is False, but
        True, with a warning, where steps of values have a number each that counts down, or up, to
        the same one at the end of nearly all sequences, as the remaining life of machines that ran
        until they failed does, and the encoder can be causal.

    embedding_dim : int or "auto", default="auto"
        Length of a token's vector; not used for values, nor with ``embedding``. "auto" is 64, with
        a "bag" 128.

    embedding_std : float, "auto" or None, default="auto"
        Standard deviation of the token vectors at the start; None is torch's, 1. "auto" is 1, with
        a "bag" .1: where texts are few, what is learnt of a word should outweigh its start. Not
        used with ``embedding``.

    embedding : array-like of shape (n_tokens, embedding_dim) or WordVectors, default=None
        Pretrained token vectors to start from, row by token id, or an instance of
        `skseq.preprocessing.WordVectors`, in which `fit` looks up the words that X stands for; of
        channels, for the first of ids without ``dim``. None starts at random.

    embedding_frozen : bool or float, default=False
        Whether ``embedding`` stays as it is; a number is the share of ``max_epochs``, in [0, 1],
        for which it does so before it is trained with the rest.

    pooling : {"auto", "max", "mean", "last", "attention"} or callable, default="auto"
        How the states of the steps become one vector. Names joined by ``+``, such as
        ``"mean+max"``, stand side by side. "auto" is that, with a "bag" "mean". For one number per
        step nothing is pooled.

    chunk_length : int or None, default=512
        For one number per step: steps that are read at once. A longer sequence is cut into chunks,
        in training and in prediction, so that a recording of any length is predicted whole. None
        never cuts.

    chunk_context : int, default=64
        For one number per step: steps on either side of a chunk that are read for context but
        predicted by the neighbouring chunk, so that no seam shows; less than half of
        ``chunk_length``.

    dense_sizes : sequence of int, default=()
        Sizes of dense layers before the number that is predicted.

    dropout : float or "auto", default="auto"
        Share of activations dropped between layers and before every dense layer, in [0, 1). "auto"
        is .2, but .5 for a vocabulary of at least 1,000 tokens that no "bag" reads.

    embedding_dropout : float or "auto", default="auto"
        Share of channels of the input that are dropped for a whole sequence, in [0, 1). "auto" is
        0, but .2 where ``dropout="auto"`` would be .5.

    step_dropout : float, default=0.0
        Share of the tokens that are dropped in training, in [0, 1): their vectors are 0. Of
        channels, ids that have an ``unknown`` beside them become it.

    locked_dropout : bool, default=False
        Whether the dropout before the last layers is the same at all steps of a sequence.

    loss : {"squared", "absolute", "huber", "quantile"}, class or RegressionLoss, \
            default="squared"
        Which error counts, and so what is predicted: the mean of ``y``, its median, something
        between the two that outliers hardly move, or a quantile. Or a loss such as
        ``HuberLoss(delta=0.5)`` or ``QuantileLoss(quantile=0.9)``, whose parameters a grid reaches
        as ``loss__quantile``; lengths in it are in standard deviations of ``y``.

    target_weight : {"dense", "lds", "sqrt_lds"}, callable or None, default=None
        Makes rare regions of ``y`` count more, by a density estimate of it: DenseWeight [1]_, see
        `skseq.weights.dense_weight`, or label distribution smoothing [2]_, see
        `skseq.weights.lds_weight`, inverse or inverse square root. Or a function that takes the
        targets, ndarray of shape (n,), and gives their weights. Multiplied with sample weights.

    ignore : scalar or list, default=None
        For one number per step: marks in ``y`` that stand where there is no number, such as NaN
        (which is None, too) or -100. Steps with a mark have no part in the loss, in
        ``target_mean_`` and ``target_scale_``, as if their weight were 0; they are predicted. The
        default of None refuses NaN and takes -100 for a number.

    input : {"auto", "tokens", "values"}, default="auto"
        What the steps are. "auto" takes integer steps of a list or of `Sequences` for token ids,
        and everything else for values.

    scale : {"auto", "set", "series"}, transformer or None, default="auto"
        How values are brought to a common scale; token ids are left alone. It is learnt from the
        training sequences, without held-out ones and those of weight 0.

        - "auto": "series" where there is one target for each sequence and the sequences differ in
          size by orders of magnitude (the upper decile of their standard deviations is over 30
          times the lower one), else "set";
        - "series": each sequence to mean 0 and standard deviation 1, feature by feature. Mean,
          standard deviation, largest size and length go to the last layer;
        - "set": each feature to mean 0 and standard deviation 1, as it would be without its
          outermost 1 % of values. Where a few values lie so far out that the rest would all look
          alike, the rest is spread. Beyond 10, values grow by their logarithm;
        - a transformer: `skseq.preprocessing.SequenceScaler` or one of scikit-learn's, such as
          `sklearn.preprocessing.StandardScaler`, which reads the steps one below the other and
          keeps the number of features;
        - None: values are read as they are. A net learns little from values that are far from 1.

    optimizer : {"adam", "adamw", "rmsprop", "sgd"} or callable, default="adam"
        How the network learns; or a torch optimizer class.

    lr : float or "auto", default="auto"
        Learning rate. "auto" is .01, but .002 for "resnet" and .004 for "tcn".

    lr_schedule : {"auto", "constant", "linear", "cosine", "one_cycle"}, default="auto"
        How the learning rate changes from ``lr``, batch by batch, over ``max_epochs``: not at all;
        down to 0 along a line or a cosine; or first up to ``lr`` and then down to 0. "auto" is
        "linear", and "constant" in `partial_fit`.

    weight_decay : float, default=0.0
        Strength of weight decay, as the optimizer defines it.

    gradient_clip_value : float or None, default=1.0
        Largest norm of the gradient; a longer one is shortened.

    batch_size : int, default=32
        Sequences in a training batch.

    max_epochs : int or "auto", default="auto"
        Maximum number of passes over the training data. "auto" is 30, but more where these make
        fewer than 800 updates (up to 100 passes), and less where they make more than 6,000 or read
        more than ten million steps (down to 3).

    early_stopping : bool, "best" or "refit", default=False
        Whether to hold out some of the sequences, stop when the loss on them no longer improves,
        and go back to the "best" epoch; "refit" then trains anew on all sequences, for as many
        epochs. True is "refit" for fewer than 1,000 sequences (or chunks), but "best" with
        ``warm_start``. Held out are originals: copies and synthetic offspring of a held-out
        sequence, made by a sampler before, are not trained on either.

    validation_fraction : float or "auto", default="auto"
        Share of the original sequences that is held out. "auto" is .1, but .2 where early stopping
        trains on all of them in the end.

    n_iter_no_change : int or "auto", default="auto"
        Epochs without improvement before training stops early. "auto" trains to the end, and takes
        the best epoch of the second half: nets get better late, while the learning rate goes down.

    n_seeds : int, default=1
        Number of nets to train, which differ only in their seed; their outputs are averaged (log
        probabilities, or numbers). Takes so many times as long, but is steadier and often better.

    callbacks : list of skorch callbacks, default=None
        Called during training, after skseq's own. KeyboardInterrupt from one counts as Ctrl-C; to
        end training early, take skorch's `EarlyStopping` or a class of yours that is one.

    device : str or torch.device, default="auto"
        Where to compute; "auto" takes CUDA where there is one, else the CPU.

    warm_start : bool, default=False
        Whether `fit` goes on from the last fit's network instead of a new one. The net follows
        ``lr``, ``device`` and what else steers training; a changed size, say, is refused.

    random_state : int, RandomState instance or None, default=None
        Seed of weights, dropout, batches and the validation split. The same int gives the same
        result on the same machine; None gives another one each time. The global random states of
        numpy and torch are neither read nor moved.

    verbose : int or "auto", default="auto"
        "auto" shows a progress bar in a terminal or notebook once a fit has taken 10 seconds; 0 is
        silent, 1 shows the bar at once, 2 skorch's table of epochs.

    skorch_params : dict, default=None
        Passed on to `skorch.NeuralNet`, for what is not a parameter here; what is one is refused.

    Attributes
    ----------
    per_step_ : bool
        Whether there is one number for each step.

    target_mean_ : float
        Mean of ``y``, weighted by the sample weights.

    target_scale_ : float
        Standard deviation of ``y``, 1 where that is 0.

    net_ : skorch.NeuralNet
        The trained net.

    nets_ : list of n_seeds skorch.NeuralNet
        All trained nets; ``net_`` is the first.

    history_ : skorch.history.History
        Losses, scores and seconds of each epoch.

    n_iter_ : int
        Epochs trained.

    recipe_ : dict
        What the parameters that may be "auto" were in the last fit.

    input_kind_ : {"tokens", "values", "channels"}
        What the steps were read as.

    channels_ : tuple of channels or None
        Those of ``X``, if it had any: see `Sequences`.

    scaler_ : object with ``transform``, or None
        The fitted transformer that ``scale`` stands for: reads steps of shape (n_steps,
        n_step_features), or, with "series", padded batches. None for token ids, and with
        ``scale=None``.

    n_tokens_ : int or None
        Size of the vocabulary, of channels that of the first of ids without ``dim``; else None.

    n_step_features_ : int
        Values in a step.

    n_features_in_ : int
        Columns of a 2-D ``X``, else values in a step.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Columns of ``X``; only if it was a frame with string columns.

    See Also
    --------
    SequenceOrdinalClassifier : A few levels in an order, with probabilities.
    skseq.weights.dense_weight : Weights of rare targets.

    Notes
    -----
    A 2-D array as ``X`` is read as univariate series of equal length, one row each: (n_sequences,
    n_steps). Predictions never depend on the padding inside a batch.

    Dropout is noise that the net has in training and not in prediction. It does not shift the mean,
    but quantiles near 0 or 1 are learnt too far out: with such a loss, set ``dropout=0``.

    References
    ----------
    .. [1] M. Steininger et al., "Density-based weighting for imbalanced regression", Machine
       Learning 110, 2021. https://doi.org/10.1007/s10994-021-06023-5
    .. [2] Y. Yang et al., "Delving into Deep Imbalanced Regression", ICML 2021.
       https://arxiv.org/abs/2102.09554

    Examples
    --------
    >>> import numpy as np
    >>> from skseq import SequenceRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.normal(size=n) for n in rng.integers(5, 9, 80)]
    >>> y = [1000 + 100 * row.mean() for row in X]
    >>> model = SequenceRegressor(hidden_size=8, max_epochs=40, random_state=0).fit(X, y)
    >>> model.predict([np.full(6, -0.5), np.full(7, 0.5)]).round(-1)
    array([ 950., 1050.])

    One number for each step, here the sum of the step and the one before:

    >>> y = [row + np.append(0, row[:-1]) for row in X]
    >>> model = SequenceRegressor(hidden_size=8, max_epochs=40, random_state=0).fit(X, y)
    >>> [round(number) for number in model.predict([[0.0, 1.0, 1.0, 0.0]])[0]]
    [0, 1, 2, 1]
    """

    _parameter_constraints: dict = {
        **BaseSequenceEstimator._parameter_constraints,
        "pooling": [str, callable],
        "locked_dropout": ["boolean"],
        "chunk_length": [Interval(Integral, 1, None, closed="left"), None],
        "chunk_context": [Interval(Integral, 0, None, closed="left")],
        "loss": REGRESSION_LOSS_CONSTRAINTS,
        "ignore": IGNORE_CONSTRAINTS,
        "target_weight": [StrOptions(set(TARGET_WEIGHTS)), callable, None],
    }

    def __init__(
        self,
        encoder: str | Factory = "auto",
        *,
        hidden_size: int = 64,
        num_layers: int | None = None,
        causal: bool | Auto = "auto",
        embedding_dim: int | Auto = "auto",
        embedding_std: float | Auto | None = "auto",
        embedding: Embedding = None,
        embedding_frozen: bool | float = False,
        pooling: str | Factory = "auto",
        chunk_length: int | None = 512,
        chunk_context: int = 64,
        dense_sizes: Sequence[int] = (),
        dropout: float | Auto = "auto",
        embedding_dropout: float | Auto = "auto",
        step_dropout: float = 0.0,
        locked_dropout: bool = False,
        loss: NumberLoss = "squared",
        target_weight: str | Factory | None = None,
        ignore: Any = None,
        input: Input = "auto",
        scale: Scale = "auto",
        optimizer: Optimizer = "adam",
        lr: float | Auto = "auto",
        lr_schedule: RateSchedule = "auto",
        weight_decay: float = 0.0,
        gradient_clip_value: float | None = 1.0,
        batch_size: int = 32,
        max_epochs: int | Auto = "auto",
        early_stopping: Stopping = False,
        validation_fraction: float | Auto = "auto",
        n_iter_no_change: int | Auto = "auto",
        n_seeds: int = 1,
        callbacks: list[Any] | None = None,
        device: Device = "auto",
        warm_start: bool = False,
        random_state: RandomState = None,
        verbose: int | Auto = "auto",
        skorch_params: dict[str, Any] | None = None,
    ) -> None:
        self.encoder = encoder
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.causal = causal
        self.embedding_dim = embedding_dim
        self.embedding_std = embedding_std
        self.embedding = embedding
        self.embedding_frozen = embedding_frozen
        self.pooling = pooling
        self.chunk_length = chunk_length
        self.chunk_context = chunk_context
        self.dense_sizes = dense_sizes
        self.dropout = dropout
        self.embedding_dropout = embedding_dropout
        self.step_dropout = step_dropout
        self.locked_dropout = locked_dropout
        self.loss = loss
        self.target_weight = target_weight
        self.ignore = ignore
        self.input = input
        self.scale = scale
        self.optimizer = optimizer
        self.lr = lr
        self.lr_schedule = lr_schedule
        self.weight_decay = weight_decay
        self.gradient_clip_value = gradient_clip_value
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.n_seeds = n_seeds
        self.callbacks = callbacks
        self.device = device
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose
        self.skorch_params = skorch_params

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on sequences and their numbers.

        Parameters
        ----------
        X : Sequences, list of array-like, 1-D object array, array of shape (n_sequences, n_steps) \
                or (n_sequences, n_steps, n_features)
            The sequences. `Sequences` may carry weights, which count in training.

        y : array-like of shape (n_sequences,); or Sequences, list of lists, 1-D object array or \
                array of shape (n_sequences, n_steps), aligned with ``X``
            One number for each sequence, or one for each step.

        sample_weight : array-like of shape (n_sequences,) or, for one number per step, in the \
                layout of ``y`` or of shape (n_steps_total,), default=None
            How much each sequence, or step, counts; multiplied with weights in ``X`` and
            ``target_weight``. What has weight 0 plays no part.

        Returns
        -------
        self : SequenceRegressor

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
        """
        goes_on = self._goes_on()
        with transaction(self, goes_on):
            self._check_refit()
            targets = self._scaled_targets(X, y, sample_weight, goes_on)
            if not goes_on:
                self._take_seeds()
            train = validation = None
            if self.early_stopping:
                wanted_by = f"early_stopping={self.early_stopping!r}"
                train, validation = self._hold_out(targets.X, None, None, wanted_by)
            if not goes_on:
                targets = self._learn_scale(targets, train)
                self._start(targets)
            held_out = targets.dataset(validation) if self.early_stopping else None
            first_epoch = len(self.net_.history)
            n_epochs = self.recipe_["max_epochs"]
            self._train(targets.dataset(train), held_out, n_epochs, first_epoch)
            if self._refits:
                with keeping_nets(self):
                    n_epochs, history = self._best_epochs(), self.history_
                    self._start(targets)
                    self._train(targets.dataset(), None, n_epochs)
                    self.history_ = history
            self._forget_moments()
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one more epoch, on these sequences alone.

        After a `fit` without ``warm_start`` the optimizer starts anew: its state was not kept.

        The ``y`` of the first call sets the mean and the scale of the targets, so it should
        be typical.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        y : as for `fit`
            One number for each sequence, or one for each step.

        sample_weight : as for `fit`, default=None
            How much each sequence, or step, counts.

        Returns
        -------
        self : SequenceRegressor
        """
        goes_on = hasattr(self, "net_")
        with transaction(self, goes_on):
            targets = self._scaled_targets(X, y, sample_weight, goes_on, one_epoch=True)
            if not goes_on:
                self._take_seeds()
                targets = self._learn_scale(targets)
                self._start(targets)
            self._train(targets.dataset(), None, n_epochs=1)
        return self

    def predict(self, X: Any) -> Any:
        """Predict the number of each sequence, or of each step.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of float64 of shape (n_sequences,); for one number per step, Sequences \
                aligned with ``X``, or a list of lists if ``X`` is a list
        """
        targets = self._targets_to_predict(X)
        values = raw_scores(self.nets_, targets)[:, 0] * self.target_scale_ + self.target_mean_
        return targets.predictions(values, X)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Coefficient of determination, R2; over steps where there is one number for each.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        y : as for `fit`
            The true numbers.

        sample_weight : as for `fit`, default=None
            How much each sequence, or step, counts.

        Returns
        -------
        float
            At most 1; 0 for a model that always predicts the mean.
        """
        steps = self._targets_to_predict(X).X
        truth, per_step, known = check_targets(y, steps, self, self.ignore)
        self._check_same_targets(per_step)
        predicted = self.predict(steps)
        if per_step:
            predicted = predicted.values
        if sample_weight is not None:
            weigh = step_weight if per_step else row_weight
            sample_weight = weigh(steps.replace(weight=None), sample_weight)
        sample_weight = weight_of_known(known, sample_weight)
        return float(r2_score(truth, predicted, sample_weight=sample_weight))

    # -- from data to a net ---------------------------------------------------------------------

    def _scaled_targets(self, X, y, sample_weight, goes_on, *, one_epoch=False):
        """Check everything, and bring the targets to their scale."""
        check_parameters(self)
        X = self._check_X(X, reset=not goes_on)
        values, per_step, known = check_targets(y, X, self, self.ignore)
        if goes_on:
            self._check_same_targets(per_step)
        else:
            self.per_step_ = per_step
        weigh = step_weight if per_step else row_weight
        weight = weight_of_known(known, weigh(X, sample_weight))
        targets = self._targets(X, values, weight).without_absent()
        self._choose_recipe(targets, goes_on, one_epoch=one_epoch)
        counting = targets.counting()
        values = targets.values[counting]
        weight = None if targets.weight is None else targets.weight[counting]
        if not goes_on:
            self.target_mean_, self.target_scale_ = mean_and_scale(values, weight)
        if self.target_weight is not None:
            rarity = target_weights(self.target_weight, values, weight)
            weight = rarity if weight is None else rarity * weight
        return self._scaled_where(targets, counting, values, weight)

    def _scaled(self, values):
        return (values - self.target_mean_) / self.target_scale_

    def _scaled_where(self, targets, counting, values, weight):
        """Targets as the net sees them: those that do not count are 0, with weight 0."""
        scaled = np.zeros(len(targets.values), dtype=np.float32)
        scaled[counting] = self._scaled(values)
        if weight is not None:
            weight_of_all = np.zeros(len(scaled))
            weight_of_all[counting] = weight
            weight = weight_of_all
        return replace(targets, values=scaled, weight=weight)

    def _check_same_targets(self, per_step):
        if per_step != self.per_step_:
            forms = "one number for each sequence", "one number for each step"
            raise ValueError(
                f"y has {forms[per_step]}, but this {type(self).__name__} was fitted on "
                f"{forms[self.per_step_]}"
            )

    def _start(self, targets):
        """Build new nets, whose numbers start where the loss of a constant is least."""
        loss, counting = make_regression_loss(self.loss), targets.counting()
        weight = None if targets.weight is None else targets.weight[counting]
        self._build(
            NumberHead(loss),
            [start_of(loss, targets.values[counting].astype(np.float64), weight)],
            validation_score=None,
        )

    @property
    def _per_step(self):  # type: ignore[override]  # known once it is fitted
        return getattr(self, "per_step_", False)

    def _targets(self, X, values=None, weight=None):
        if not self.per_step_:
            return RowTargets(X, self._reads_ids, values, weight, scale=self._batch_scale)
        return StepTargets(
            X,
            self._reads_ids,
            values,
            weight,
            scale=self._batch_scale,
            chunk_length=self.chunk_length,
            chunk_context=self.chunk_context,
        )
