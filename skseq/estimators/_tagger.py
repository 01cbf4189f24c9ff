"""One label for each step."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from skseq._sample_weight import step_weight
from skseq._typing import Input
from skseq._validation import Interval, StrOptions
from skseq.data import SPAN_SCHEMES, as_tags, cut_steps, known_steps
from skseq.estimators._classes import BaseClassEstimator
from skseq.estimators._types import (
    Augment,
    Auto,
    Bias,
    Calibration,
    ClassWeight,
    Constraints,
    Decision,
    Device,
    Embedding,
    Factory,
    Loss,
    Optimizer,
    Prior,
    RandomState,
    RateSchedule,
    Scale,
    Scoring,
    Stage,
    Stopping,
)
from skseq.losses._table import make_loss
from skseq.metrics import tag_f1_score
from skseq.nn import TAG_HEADS, make_tag_head
from skseq.spans import Span, tags_to_spans
from skseq.training import (
    IGNORE_CONSTRAINTS,
    StepTargets,
    labels_of_steps,
    log_probabilities,
    warn_if_broken,
    warn_of_unseen,
)


class SequenceTagger(BaseClassEstimator):
    """Neural tagger of sequences: one label for each step, lengths may differ.

    A scikit-learn estimator that holds a skorch net. Token ids (integer steps) are embedded,
    values are read as they are; an encoder reads the steps, dense layers score each of them. It
    is not a scikit-learn classifier, which has one label per sample: scikit-learn would try to
    stratify and score ragged y.

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

    chunk_length : int or None, default=512
        Steps that are read at once. A longer sequence is cut into chunks, in training and in
        prediction, so that a recording of any length is tagged whole. None never cuts.

    chunk_context : int, default=64
        Steps on either side of a chunk that are read for context but labelled by the neighbouring
        chunk, so that no seam shows; less than half of ``chunk_length``.

    dense_sizes : sequence of int, default=()
        Sizes of dense layers between a step's state and the scores.

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

    head : {"auto", "crf", "marginal_crf"}, default="auto"
        How the scores of steps become tags. "auto" decides each step by itself, by the layer that
        ``loss`` is made for. The others also learn how well each tag follows each other one, starts
        a sequence and ends it, a conditional random field [6]_: `predict` gives the most probable
        tags of a whole sequence, `predict_proba` the probability of each tag of a step given the
        whole sequence. "crf" learns from the likelihood of whole sequences, "marginal_crf" from the
        probability of each tag [7]_, which suits class weights; see Notes.

    constraints : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU"}, list of pairs, or None, \
            default=None
        Which tag may follow which: a scheme that the tags keep, or a list of all pairs of a tag and
        one that may follow it. Predictions keep to it with any ``head``, and probabilities are
        those of the sequences that do; as for ``decision``, no new `fit` is needed. A conditional
        random field also learns under the rules for pairs.

    loss : str, class or SequenceLoss, default="cross_entropy"
        A name from `skseq.losses.LOSSES` ("cross_entropy", "focal", "logit_adjusted", "ldam", ...),
        or a loss such as ``FocalLoss(gamma=1)``, whose parameters a grid reaches as
        ``loss__gamma``.

    initial_bias : {"auto", "zero", "prior"}, default="auto"
        Where the bias of the last layer starts: at 0, all classes of ``y`` alike, or at the log of
        the class prior, so that the first predictions are the class frequencies [1]_. "prior" gets
        further in few epochs where nearly everything is one class. "auto" is "zero", but "prior"
        for a loss that needs it, which is "dice". Not used by losses of cosines, such as "ldam".

    class_weight : {"balanced", "sqrt", "effective"}, dict, callable or None, default=None
        How much each class counts in the loss; a dict goes from labels to weights, and see
        `skseq.weights.class_weights` for the rest. Multiplied with sample weights.

    class_weight_start : float, default=0.0
        Share of ``max_epochs`` that is trained before ``class_weight`` counts, in [0, 1): deferred
        re-weighting [2]_, for which 0.8 is usual. The last epoch always counts it. Early stopping
        watches from there on.

    batch_balance : float in [0, 1] or "progressive", default=1.0
        How evenly the classes are drawn into batches: the share of a class is proportional to its
        count to this power, so 1 leaves it as it is and 0 draws all alike, rows of rare
        classes several times in an epoch. "progressive" goes from the one to the other over
        ``max_epochs``, calls of `partial_fit` counting as one each [3]_; a single epoch is the last
        and draws all alike. What is drawn are whole chunks, each at the mean rate of its steps.

    augment : Augmenter, str or list of them, default=None
        Changes the training sequences afresh in every epoch, an instance from `skseq.augment`
        or a name in its `AUGMENTERS`. Held-out sequences, and those to predict, stay as they are.
        ``class_weight`` goes by the tags before, ``batch_balance`` and ``train_prior_`` by those
        that it leaves: a window that is cut out of a sequence may lose the tags at its ends.

    second_stage : {"crt", "tau", "lws", "smote"}, class or SecondStage, default=None
        What becomes of the last layer once the net has trained: "crt" retrains it on even classes,
        "tau" evens out the lengths of its weights, "lws" learns one scale for each class, "smote"
        retrains it on hidden states and synthetic ones between them. Held-out sequences play no
        part in it. Class weights, ``batch_balance`` and the loss act before, in training; sample
        weights act in both, except in "smote". See `skseq.stages`; `partial_fit` has no second
        stage.

    decision : {"argmax", "balanced"}, float, dict, or array-like of shape (n_classes,) or \
            (n_classes, n_classes), default="argmax"
        The class that is predicted, in view of the probabilities that `predict_proba` gives:

        - "argmax": the most probable one;
        - "balanced": the one whose probability exceeds its prior most, which minimises the
          balanced error;
        - a number from 0 to 1: between these two, p / prior ** number decides;
        - a matrix: costs, ``cost[true, predicted]``; the one with the least expected cost;
        - a vector, or a dict label -> number: offsets that are added to the log probabilities
          before the largest decides, as `skseq.meta.ThresholdTuner` finds them; a dict leaves out
          labels with offset 0.

    target_prior : {"train", "data", "uniform", "em"}, dict or array-like of shape (n_classes,), \
            default="train"
        The class prior that probabilities stand for. Weights, samplers and some losses make the
        net see other class shares than the data has; p(c | x) is then multiplied with target /
        training share and scaled to sum to 1.

        - "train": as the net was trained, ``train_prior_``;
        - "data": the shares of the tags before samplers and weights, ``data_prior_``;
        - "uniform": all classes alike;
        - an array or a dict label -> share: shares or counts of your own;
        - "em": the shares of the X at hand, estimated without labels by expectation maximisation
          [4]_. A prediction then depends on the sequences that it is made with;
          early stopping takes "data" instead.

    calibration : {"auto", "temperature", "vector"} or None, default="auto"
        Scales the scores on held-out originals (``validation_fraction`` of them, those of early
        stopping where it is on) so that they are probabilities: with one factor, or with a factor
        and a shift for each class. "auto" does so, by "vector", where the loss is not a proper
        score (focal, Dice, LDAM, asymmetric, ...) and ``target_prior`` is not "train".
        `partial_fit` does not calibrate. See [5]_.

    classes : array-like of shape (n_classes,), default=None
        Every label that may come, also ones that a fold happens to miss. None takes the labels of
        ``y``.

    ignore : scalar or list, default=None
        Marks in ``y`` that stand where there is no label, such as -100, NaN or ``[None]``; None and
        NaN are one mark. Steps with a mark have no part in the loss, in class weights and priors,
        nor in the score of early stopping, as if their weight were 0; they are read as context, and
        predicted. The default of None refuses such marks; an empty list takes -100 for a label.

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
        Sequences or chunks in a training batch.

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

    scoring : {"f1_macro", "loss"}, default="f1_macro"
        What is watched on the held-out sequences.

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
        The labels, sorted.

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

    calibration_ : ndarray of shape (2, n_classes) or None
        Factor and shift of each class's log probability; None without calibration.

    second_stage_ : SecondStage
        What followed training; only with ``second_stage``.

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
    CollapseWarning
        If one class takes nearly all predictions after `fit`; `MissedClassWarning` if one with at
        least 10 steps among those looked at is never predicted.
    DoubleCountingWarning
        If ``class_weight`` corrects what a sampler or weights in ``X`` corrected before.
    LookAheadWarning
        If X holds values, nearly all sequences end in a tag that is rare elsewhere, and
        ``causal=False``: see `skseq.exceptions`.

    See Also
    --------
    SequenceClassifier : One label for each sequence.

    Notes
    -----
    Of a conditional random field, the loss l, weighted by w, is the mean over the steps of

    .. math:: w_t \\, l\\big(p(\\cdot \\mid y_s : s < t, w_s > 0; x), y_t\\big)
              \\quad \\text{or} \\quad w_t \\, l\\big(p(\\cdot \\mid x), y_t\\big)

    with "crf" and with "marginal_crf": p is the probability of a tag given the whole input x, and
    given also the true tags before that have weight. Cross entropy without weights makes the first
    the likelihood of whole sequences. A weight of k on a sequence stands for k copies of it, and
    the tag of a step of weight 0, or with a mark that ``ignore`` names, is summed over. Class
    weights in the first weigh going on with a span against ending it, and may make spans run on;
    the second has each tag weighed by itself. A tag that breaks ``constraints`` is learnt as that
    of a first step by "crf". The log prior of "logit_adjusted" and "balanced_softmax", that
    of ``target_prior``, and the offsets of ``decision`` are added to the scores of the steps before
    the chain joins them. Probabilities under another prior are then exact where logit adjustment
    moved it, and nearly so where weights did. A matrix of costs decides step by step, on the
    probabilities. A chain is not calibrated.

    References
    ----------
    .. [1] T.-Y. Lin et al., "Focal loss for dense object detection", ICCV 2017, section 3.3.
       https://arxiv.org/abs/1708.02002.
    .. [2] K. Cao et al., "Learning imbalanced datasets with label-distribution-aware margin loss",
       NeurIPS 2019, https://arxiv.org/abs/1906.07413.
    .. [3] B. Kang et al., "Decoupling representation and classifier for long-tailed recognition",
       ICLR 2020, https://arxiv.org/abs/1910.09217.
    .. [4] M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new
       a priori probabilities: a simple procedure", Neural Computation 14(1), 2002,
       https://doi.org/10.1162/089976602753284446.
    .. [5] C. Guo et al., "On calibration of modern neural networks", ICML 2017,
       https://arxiv.org/abs/1706.04599.
    .. [6] J. Lafferty, A. McCallum, F. Pereira, "Conditional random fields: probabilistic models
       for segmenting and labeling sequence data", ICML 2001.
    .. [7] S. Kakade, Y. W. Teh, S. Roweis, "An alternate objective function for Markovian fields",
       ICML 2002.

    Examples
    --------
    >>> import numpy as np
    >>> from skseq import SequenceTagger
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.integers(2, 10, size=n) for n in rng.integers(5, 9, 60)]
    >>> y = [["odd" if token % 2 else "even" for token in tokens] for tokens in X]
    >>> model = SequenceTagger(hidden_size=8, max_epochs=10, random_state=0).fit(X, y)
    >>> model.predict([[2, 3, 4], [5, 6]])
    [['even', 'odd', 'even'], ['odd', 'even']]
    """

    _parameter_constraints: dict = {
        **BaseClassEstimator._parameter_constraints,
        **BaseClassEstimator._loss_constraints,
        "locked_dropout": ["boolean"],
        "chunk_length": [Interval(Integral, 1, None, closed="left"), None],
        "chunk_context": [Interval(Integral, 0, None, closed="left")],
        "head": [StrOptions({"auto", *TAG_HEADS})],
        "constraints": [StrOptions(set(SPAN_SCHEMES)), "array-like", None],
        "ignore": IGNORE_CONSTRAINTS,
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
        chunk_length: int | None = 512,
        chunk_context: int = 64,
        dense_sizes: Sequence[int] = (),
        dropout: float | Auto = "auto",
        embedding_dropout: float | Auto = "auto",
        step_dropout: float = 0.0,
        locked_dropout: bool = False,
        head: str = "auto",
        constraints: Constraints = None,
        loss: Loss = "cross_entropy",
        initial_bias: Bias = "auto",
        class_weight: ClassWeight = None,
        class_weight_start: float = 0.0,
        batch_balance: float | Literal["progressive"] = 1.0,
        augment: Augment = None,
        second_stage: Stage = None,
        decision: Decision = "argmax",
        target_prior: Prior = "train",
        calibration: Calibration = "auto",
        classes: ArrayLike | None = None,
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
        scoring: Scoring = "f1_macro",
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
        self.chunk_length = chunk_length
        self.chunk_context = chunk_context
        self.dense_sizes = dense_sizes
        self.dropout = dropout
        self.embedding_dropout = embedding_dropout
        self.step_dropout = step_dropout
        self.locked_dropout = locked_dropout
        self.head = head
        self.constraints = constraints
        self.loss = loss
        self.initial_bias = initial_bias
        self.class_weight = class_weight
        self.class_weight_start = class_weight_start
        self.batch_balance = batch_balance
        self.augment = augment
        self.second_stage = second_stage
        self.decision = decision
        self.target_prior = target_prior
        self.calibration = calibration
        self.classes = classes
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

    def predict_spans(
        self,
        X: Any,
        texts: Sequence[Any] | None = None,
        *,
        offsets: Any = None,
        scheme: str | None = None,
        invalid: Literal["repair", "drop", "error"] = "repair",
        outside: Any = "O",
    ) -> list[list[Span]]:
        """Predict spans: where they start and end, what they are, and how sure that is.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        texts : list of str or list of lists of str, default=None
            What X was made from: texts, whose characters are the steps, or tokens. A span then has
            its text.

        offsets : list of array-like of shape (length_i, 2), default=None
            Where the token of each step starts and ends in its text, as
            `skseq.spans.token_offsets` gives it; spans are then in characters of ``texts``.

        scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
            How tags spell spans; None tells it from ``classes_``, see
            `skseq.spans.tags_to_spans`.

        invalid : {"repair", "drop", "error"}, default="repair"
            What to do with tags that the scheme could not have written.

        outside : scalar or None, default="O"
            The tag of steps that lie in no span.

        Returns
        -------
        list of n_sequences lists of `skseq.spans.Span`
            Each with the geometric mean of the probabilities of its steps' tags.

        See Also
        --------
        skseq.spans.tags_to_spans : The same for the predictions of a pipeline.
        """
        targets, posterior = self._targets_to_predict(X), self._posterior()
        steps = log_probabilities(self.nets_, targets), targets.X.offsets
        return tags_to_spans(
            texts,
            targets.like_these(self.classes_[posterior.codes(*steps)]),
            y_proba=targets.like_these(np.exp(posterior.log_proba(*steps))),
            classes=self.classes_,
            offsets=offsets,
            scheme=scheme,
            invalid=invalid,
            outside=outside,
        )

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Macro F1 over steps: accuracy would flatter a tagger that predicts only background.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        y : as for `fit`
            The true labels. A label that was not seen in `fit` can only be missed, and raises a
            warning.

        sample_weight : as for `fit`, default=None
            How much each step, or each sequence, counts.

        Returns
        -------
        float
        """
        truth = as_tags(y)
        known = known_steps(truth, self.ignore)
        warn_of_unseen(cut_steps(truth, known).values, self.classes_)
        return tag_f1_score(truth, self.predict(X), ignore=self.ignore, sample_weight=sample_weight)

    _per_step = True

    def _read_y(self, y, X, sample_weight):
        return labels_of_steps(y, X, self.ignore, step_weight(X, sample_weight))

    def _targets(self, X, codes=None, weight=None):
        targets = StepTargets(
            X,
            self._reads_ids,
            codes,
            weight,
            self.classes_,
            self._batch_scale,
            self.chunk_length,
            self.chunk_context,
        )
        if codes is not None and self.constraints is not None:
            warn_if_broken(self._rules, targets, self.constraints)
        return targets

    def _make_head(self):
        return make_tag_head(make_loss(self.loss), self.head, self._rules)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags
