"""One of several ordered classes for each sequence."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassifierMixin

from skseq._class_order import order_classes, ordered_categories, rank_of
from skseq._typing import Input
from skseq._validation import HasMethods, StrOptions
from skseq.estimators._accuracy import score
from skseq.estimators._classes import BaseClassEstimator
from skseq.estimators._types import (
    Augment,
    Auto,
    ClassWeight,
    Decision,
    Device,
    Embedding,
    Factory,
    Mixing,
    Optimizer,
    Prior,
    RandomState,
    RateSchedule,
    Scale,
    Scoring,
    Stopping,
)
from skseq.losses._ordinal import ORDINAL_LOSSES, IntensityLoss
from skseq.mixup import MIXERS
from skseq.nn import OrdinalHead
from skseq.training import raw_scores


class SequenceOrdinalClassifier(ClassifierMixin, BaseClassEstimator):
    """Neural classifier of sequences into ordered classes, such as levels or intensities.

    A `SequenceClassifier` whose last layer knows that "low" is nearer to "medium" than to "high".
    Whatever makes rare classes count more (class weights, samplers, priors, decisions) works the
    same way.

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

    head : {"corn", "coral", "cumulative", "regression"}, default="corn"
        How the order is used:

        - "corn": the probability of going on from each class to the next one up, each with weights
          of its own [1]_;
        - "coral": one binary decision for each threshold between two classes, all with the same
          weights [2]_;
        - "cumulative": proportional odds: one slope, ordered thresholds, the likelihood of the
          class [3]_;
        - "regression": the net learns one number, the place in the order; then thresholds are
          learnt on held-out originals (``validation_fraction`` of them), with which it is rounded.

    hidden_size : int, default=64
        Features of a hidden state, in each direction.

    num_layers : int, default=None
        Stacked layers of the encoder; None is what suits it: 6 for "tcn", 3 for "resnet", else 1.

    causal : bool or "auto", default="auto"
        Whether a step must not look at later ones, for records that are cut off in use. "bag",
        "cnn", "lstm", "tcn" and sums of them can do so; others are refused. "auto" is False, but
        True, with a warning, for a tag a step of values where nearly all sequences end in a
        stretch of one tag that is rare before, as records of machines that ran until they failed
        do, and the encoder can be causal.

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
        ``"mean+max"``, stand side by side. "auto" is that, with a "bag" "mean".

    dense_sizes : sequence of int, default=()
        Sizes of dense layers between the pooled vector and the scores.

    dropout : float or "auto", default="auto"
        Share of activations dropped between layers and before every dense layer, in [0, 1). "auto"
        is .2, but .5 for a vocabulary of at least 1,000 tokens that no "bag" reads.

    embedding_dropout : float or "auto", default="auto"
        Share of channels of the input that are dropped for a whole sequence, in [0, 1). "auto" is
        0, but .2 where ``dropout="auto"`` would be .5.

    step_dropout : float, default=0.0
        Share of the tokens that are dropped in training, in [0, 1): their vectors are 0. Of
        channels, ids that have an ``unknown`` beside them become it.

    class_weight : {"balanced", "sqrt", "effective"}, dict, callable or None, default=None
        How much each class counts in the loss; a dict goes from labels to weights, and see
        `skseq.weights.class_weights` for the rest. Multiplied with sample weights.

    class_weight_start : float, default=0.0
        Share of ``max_epochs`` that is trained before ``class_weight`` counts, in [0, 1): deferred
        re-weighting [4]_, for which 0.8 is usual. The last epoch always counts it. Early stopping
        watches from there on.

    batch_balance : float in [0, 1] or "progressive", default=1.0
        How evenly the classes are drawn into batches: the share of a class is proportional to its
        count to this power, so 1 leaves it as it is and 0 draws all alike, rows of rare
        classes several times in an epoch. "progressive" goes from the one to the other over
        ``max_epochs``, calls of `partial_fit` counting as one each [5]_; a single epoch is the last
        and draws all alike.

    augment : Augmenter, str or list of them, default=None
        Changes the training sequences afresh in every epoch, an instance from `skseq.augment`
        or a name in its `AUGMENTERS`. Held-out sequences, and those to predict, stay as they are.

    mixup : {"mixup", "remix"}, class or Mixup, default=None
        Trains on mixtures of two pooled states and of their labels, "remix" with labels in favour
        of the rarer class. See `skseq.mixup`.

    decision : {"argmax", "median", "balanced"}, float, dict, or array-like of shape \
            (n_classes,) or (n_classes, n_classes), default="argmax"
        The class that is predicted, in view of the probabilities that `predict_proba` gives:

        - "argmax": the most probable one;
        - "median": the one with the least expected absolute error in places of the order; with
          ``target_prior="uniform"``, with the least macro-averaged one;
        - "balanced": the one whose probability exceeds its prior most, which minimises the
          balanced error;
        - a number from 0 to 1: between these two, p / prior ** number decides;
        - a matrix: costs, ``cost[true, predicted]``, rows and columns as in ``classes_``; the one
          with the least expected cost;
        - a vector, or a dict label -> number: offsets that are added to the log probabilities
          before the largest decides.

    target_prior : {"train", "data", "uniform", "em"}, dict or array-like of shape (n_classes,), \
            default="train"
        The class prior that probabilities stand for. Weights, samplers and some losses make the
        net see other class shares than the data has; p(c | x) is then multiplied with target /
        training share and scaled to sum to 1.

        - "train": as the net was trained, ``train_prior_``;
        - "data": the shares of the classes before samplers and weights, ``data_prior_``;
        - "uniform": all classes alike;
        - an array or a dict label -> share: shares or counts of your own;
        - "em": the shares of the X at hand, estimated without labels by expectation maximisation
          [6]_. A prediction then depends on the sequences that it is made with;
          early stopping takes "data" instead.

    classes : array-like of shape (n_classes,), default=None
        Every label that may come, from the lowest to the highest. None takes the labels of ``y``:
        those of an ordered categorical column in its order, numbers in their own; other labels are
        sorted, with a warning.

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
        Whether to hold out some of the sequences, stop when ``scoring`` on them no longer
        improves, and go back to the "best" epoch; "refit" then trains anew on all sequences, for as
        many epochs. True is "refit" for fewer than 1,000 sequences (or chunks), but "best" with
        ``warm_start``, and where the last layer learns from what is held out. Held out are
        originals: copies and synthetic offspring of a held-out sequence, made by a sampler before,
        are not trained on either.

    scoring : {"mae_macro", "f1_macro", "loss"}, default="mae_macro"
        What is watched on the held-out sequences; the first is the mean over the classes of how
        many places predictions are off.

    validation_fraction : float or "auto", default="auto"
        Share of the original sequences that is held out, spread over the classes. "auto" is .1, but
        .2 where early stopping trains on all of them in the end.

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
        Whether `fit` goes on from the last fit's network instead of a new one. Priors, weights and
        what the loss knows of the classes are those of the new data. The net follows ``lr``,
        ``device`` and what else steers training; a changed size, say, is refused.

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
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted as scikit-learn sorts them. Columns of probabilities are in this order.

    ordered_classes_ : ndarray of shape (n_classes,)
        The labels from the lowest to the highest.

    thresholds_ : ndarray of shape (n_classes - 1,)
        Where the intensity passes from one class to the next, in places of the order; only with
        ``head="regression"``.

    net_ : skorch.NeuralNet
        The trained net.

    nets_ : list of n_seeds skorch.NeuralNet
        All trained nets; ``net_`` is the first.

    history_ : skorch.history.History
        Losses, scores and seconds of each epoch. Where rows are held out to stop early,
        ``valid_recall_A`` is the recall of class A among them.

    n_iter_ : int
        Epochs trained.

    class_prior_ : ndarray of shape (n_classes,)
        Share of each class in the weight of what is trained on, in the end: class weights
        and ``batch_balance`` count.

    train_prior_ : ndarray of shape (n_classes,)
        Class prior that the net's probabilities stand for: ``class_prior_``, less what the loss
        takes out of it. `predict_proba` corrects it to ``target_prior``.

    data_prior_ : ndarray of shape (n_classes,) or None
        Share of each class in the data before samplers and weights; what has weight 0 is not in it.
        Samplers of skseq record it in the `Sequences` that they return; they cannot where they
        return a 2-D array, and the shares are then those after sampling. None if the record is of
        other labels.

    class_weight_ : ndarray of shape (n_classes,)
        The weights that ``class_weight`` resulted in.

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

    Warns
    -----
    ClassOrderWarning
        If labels are not numbers and neither ``classes`` nor their column tells their order.
    CollapseWarning
        If one class takes nearly all predictions after `fit`; `MissedClassWarning` if one with at
        least 10 sequences among those looked at is never predicted.
    DoubleCountingWarning
        If ``class_weight`` corrects what a sampler or weights in ``X`` corrected before.

    See Also
    --------
    SequenceClassifier : Classes without an order.
    SequenceRegressor : Numbers that are not classes.
    skseq.meta.OrdinalThresholdClassifier : Predicts each class as often as it occurs.

    Notes
    -----
    ``classes_`` is sorted even where the order is another one, since scikit-learn's metrics and
    scorers of probabilities (``neg_log_loss``, ``roc_auc``) take columns as sorted, and would
    otherwise silently score the wrong ones. ``predict_proba(X)[:, np.searchsorted(classes_,
    ordered_classes_)]`` has them from the lowest to the highest.

    Probabilities are those of one distribution over the ranks: P(y > k) never rises with k.
    CORAL's thresholds are in order at its optimum [2]_; short of it, `predict_proba` sorts them.

    References
    ----------
    .. [1] X. Shi, W. Cao, S. Raschka, "Deep Neural Networks for Rank-Consistent Ordinal Regression
       Based On Conditional Probabilities", 2021. https://arxiv.org/abs/2111.08851
    .. [2] W. Cao, V. Mirjalili, S. Raschka, "Rank consistent ordinal regression for neural networks
       with application to age estimation", 2020. https://arxiv.org/abs/1901.07884
    .. [3] P. McCullagh, "Regression Models for Ordinal Data", Journal of the Royal Statistical
       Society B 42(2), 1980. https://doi.org/10.1111/j.2517-6161.1980.tb01109.x
    .. [4] K. Cao et al., "Learning imbalanced datasets with label-distribution-aware margin loss",
       NeurIPS 2019. https://arxiv.org/abs/1906.07413
    .. [5] B. Kang et al., "Decoupling representation and classifier for long-tailed recognition",
       ICLR 2020. https://arxiv.org/abs/1910.09217
    .. [6] M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new a
       priori probabilities: a simple procedure", Neural Computation 14(1), 2002.
       https://doi.org/10.1162/089976602753284446

    Examples
    --------
    >>> import numpy as np
    >>> from skseq import SequenceOrdinalClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["low", "medium", "high"], [40, 30, 20])
    >>> X = [rng.normal(size=n) + ["low", "medium", "high"].index(level)
    ...      for n, level in zip(rng.integers(5, 9, 90), y)]
    >>> model = SequenceOrdinalClassifier(
    ...     classes=["low", "medium", "high"], hidden_size=8, max_epochs=20, random_state=0
    ... ).fit(X, y)
    >>> model.predict([np.zeros(6), np.full(7, 1.0), np.full(7, 2.0)])
    array(['low', 'medium', 'high'], dtype='<U6')
    >>> model.predict_intensity([np.zeros(6), np.full(7, 1.0), np.full(7, 2.0)]).round()
    array([0., 1., 2.])
    """

    _parameter_constraints: dict = {
        **BaseClassEstimator._parameter_constraints,
        "pooling": [str, callable],
        "mixup": [StrOptions(set(MIXERS)), HasMethods(["draw"]), None],
        "head": [StrOptions(set(ORDINAL_LOSSES))],
        "decision": [
            StrOptions({"median"}),
            *BaseClassEstimator._parameter_constraints["decision"],
        ],
        "scoring": [StrOptions({"mae_macro", "f1_macro", "loss"})],
    }

    def __init__(
        self,
        encoder: str | Factory = "auto",
        *,
        head: str = "corn",
        hidden_size: int = 64,
        num_layers: int | None = None,
        causal: bool | Auto = "auto",
        embedding_dim: int | Auto = "auto",
        embedding_std: float | Auto | None = "auto",
        embedding: Embedding = None,
        embedding_frozen: bool | float = False,
        pooling: str | Factory = "auto",
        dense_sizes: Sequence[int] = (),
        dropout: float | Auto = "auto",
        embedding_dropout: float | Auto = "auto",
        step_dropout: float = 0.0,
        class_weight: ClassWeight = None,
        class_weight_start: float = 0.0,
        batch_balance: float | Literal["progressive"] = 1.0,
        augment: Augment = None,
        mixup: Mixing = None,
        decision: Decision = "argmax",
        target_prior: Prior = "train",
        classes: ArrayLike | None = None,
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
        scoring: Scoring | Literal["mae_macro"] = "mae_macro",
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
        self.head = head
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.causal = causal
        self.embedding_dim = embedding_dim
        self.embedding_std = embedding_std
        self.embedding = embedding
        self.embedding_frozen = embedding_frozen
        self.pooling = pooling
        self.dense_sizes = dense_sizes
        self.dropout = dropout
        self.embedding_dropout = embedding_dropout
        self.step_dropout = step_dropout
        self.class_weight = class_weight
        self.class_weight_start = class_weight_start
        self.batch_balance = batch_balance
        self.augment = augment
        self.mixup = mixup
        self.decision = decision
        self.target_prior = target_prior
        self.classes = classes
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
        self.scoring = scoring
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.n_seeds = n_seeds
        self.callbacks = callbacks
        self.device = device
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose
        self.skorch_params = skorch_params

    def predict_intensity(self, X: Any) -> np.ndarray:
        """Predict where in the order each sequence stands, as one number.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of float64 of shape (n_sequences,)
            In places of the order: 0 is the lowest class, n_classes - 1 the highest. The expected
            place under `predict_proba`; with ``head="regression"`` the number that the net
            learned, which may lie a little outside.
        """
        targets, loss = self._targets_to_predict(X), self._head.loss
        if isinstance(loss, IntensityLoss):
            return loss.intensity(raw_scores(self.nets_, targets))
        return np.exp(self._asked_log_proba(targets)) @ loss.rank

    score = score

    @property
    def thresholds_(self) -> np.ndarray:
        """ndarray of shape (n_classes - 1,) : where one class ends; for ``head="regression"``."""
        return self._head.loss.thresholds_

    def _read_y(self, y, X, sample_weight):
        self._categories = ordered_categories(y)
        return super()._read_y(y, X, sample_weight)

    def _make_head(self):
        ordered = order_classes(self._class_names, self.classes, self._categories)
        self.ordered_classes_ = self.classes_[np.searchsorted(self._class_names, ordered)]
        return OrdinalHead(ORDINAL_LOSSES[self.head](rank_of(self.classes_, self.ordered_classes_)))
