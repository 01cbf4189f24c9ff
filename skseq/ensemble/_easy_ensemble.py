"""EasyEnsemble: boosted members on balanced under-samples."""

import numpy as np

from skseq.ensemble._base import BalancedEnsemble
from skseq.ensemble._boosting import SequenceAdaBoostClassifier


class SequenceEasyEnsembleClassifier(BalancedEnsemble):
    """Mean of boosted classifiers, each on another balanced under-sample of whole sequences.

    Every member gets all sequences of the rarest class and as many of each other class, drawn at
    random without replacement, and boosts on them. This is imbalanced-learn's
    ``EasyEnsembleClassifier`` for whatever the members take: `Sequences`, lists of arrays, texts,
    tables.

    Parameters
    ----------
    n_estimators : int, default=10
        Number of members.

    estimator : classifier, default=None
        What members are clones of. None takes ``SequenceAdaBoostClassifier()``, which fits up to
        five nets; a plain ``SequenceClassifier()`` makes each member one net, at a fifth of the
        cost or less.

    warm_start : bool, default=False
        Whether `fit` keeps the existing members and adds more, up to ``n_estimators``.

    sampling_strategy : float, str, dict or callable, default="auto"
        How many sequences of each class a member gets, as for
        `skseq.samplers.SequenceUnderSampler`.

    replacement : bool, default=False
        Whether under-sampling draws with replacement.

    n_jobs : int or None, default=None
        Processes that fit members; -1 takes all cores. Predictions run in threads.

    random_state : int, RandomState instance or None, default=None
        Seed of all draws and of the members.

    verbose : int, default=0
        How much joblib reports about the progress.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.

    estimator_ : imblearn.pipeline.Pipeline
        Sampler and classifier, unfitted, that members are clones of.

    estimators_ : list of imblearn.pipeline.Pipeline
        The fitted members.

    estimators_samples_ : list of ndarray of int64 of shape (n_drawn,)
        Positions in X of what each member's under-sampler draws from: all of them.

    n_features_in_ : int
        Columns of a 2-D X, else what the members know.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a frame.

    See Also
    --------
    SequenceBalancedBaggingClassifier : Bootstraps, and members that are not boosted.

    Notes
    -----
    Boosting is meant for weak learners. A net that fits its balanced sample without an error
    leaves nothing to boost: the member then is that one net, and costs no more. Small nets,
    trained for a few epochs, are boosted.

    Members learn that all classes are as frequent, so that probabilities are higher for rare
    classes than their share in the data makes them.

    References
    ----------
    Liu, Wu & Zhou, "Exploratory Undersampling for Class-Imbalance Learning", IEEE Transactions on
    Systems, Man, and Cybernetics B 39(2), 2009. https://doi.org/10.1109/TSMCB.2008.2007853

    Examples
    --------
    >>> import numpy as np
    >>> from skseq import SequenceClassifier
    >>> from skseq.ensemble import SequenceEasyEnsembleClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.array(["flat"] * 50 + ["rising"] * 10)
    >>> X = [rng.normal(size=n) + (label == "rising") * np.arange(n)
    ...      for n, label in zip(rng.integers(5, 9, 60), y)]
    >>> member = SequenceClassifier(hidden_size=8, max_epochs=20)
    >>> model = SequenceEasyEnsembleClassifier(3, member, random_state=0)
    >>> model.fit(X, y).predict([np.zeros(6), np.arange(7.0)])
    array(['flat', 'rising'], dtype='<U6')
    """

    def __init__(
        self,
        n_estimators=10,
        estimator=None,
        *,
        warm_start=False,
        sampling_strategy="auto",
        replacement=False,
        n_jobs=None,
        random_state=None,
        verbose=0,
    ):
        super().__init__(estimator, n_estimators=n_estimators)
        self.warm_start = warm_start
        self.sampling_strategy = sampling_strategy
        self.replacement = replacement
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def _default_estimator(self):
        return SequenceAdaBoostClassifier()

    def _bag(self, codes, rng):
        return np.arange(len(codes))
