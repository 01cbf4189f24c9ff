"""Bagging with balanced classes."""

import warnings
from numbers import Integral

import numpy as np
from sklearn.base import clone
from sklearn.metrics import accuracy_score

from skseq._validation import HasMethods, Interval, RealNotInt
from skseq.data import Sequences, original_groups
from skseq.ensemble._base import BalancedEnsemble, probability_of_member, take_rows


class SequenceBalancedBaggingClassifier(BalancedEnsemble):
    """Mean of classifiers that each learn from a balanced bootstrap of whole sequences.

    For each member a bootstrap is drawn, its common classes are thinned out at random until all
    are as frequent, and a clone of ``estimator`` is fitted to what is left. A single under-sample
    discards most of the common classes; the members together see much more of them.

    This is imbalanced-learn's ``BalancedBaggingClassifier`` for whatever the members take:
    `Sequences`, lists of arrays, texts, tables.

    Parameters
    ----------
    estimator : classifier, default=None
        What members are clones of: a classifier or a pipeline. None takes
        ``SequenceClassifier()``.

    n_estimators : int, default=10
        Number of members.

    max_samples : int or float, default=1.0
        Sequences in a bootstrap, or their share of all. They are drawn class by class, so that
        no member misses a rare class; at least one of each.

    bootstrap : bool, default=True
        Whether sequences are drawn with replacement.

    oob_score : bool or callable, default=False
        Whether to score each training sequence by the members that did not see it, nor another
        sequence of the same original. A callable takes y and the predictions and gives the
        score; True takes the accuracy. Needs ``bootstrap``.

    warm_start : bool, default=False
        Whether `fit` keeps the existing members and adds more, up to ``n_estimators``.

    sampling_strategy : float, str, dict or callable, default="auto"
        How many sequences of each class are left of a bootstrap, as for
        `skseq.samplers.SequenceUnderSampler`.

    replacement : bool, default=False
        Whether thinning draws with replacement.

    sampler : sampler, default=None
        Balances the bootstraps in another way: ``SequenceOverSampler()`` makes over-bagging,
        ``SequenceSMOTE()`` SMOTE-bagging. It has its own settings; ``sampling_strategy`` and
        ``replacement`` are for the under-sampler that None stands for.

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
        Positions in X of each member's bootstrap, before it is thinned out.

    oob_score_ : float
        Score of the out-of-bag predictions; only with ``oob_score``.

    oob_decision_function_ : ndarray of shape (n_sequences, n_classes)
        Out-of-bag probabilities; NaN for sequences that every member saw.

    n_features_in_ : int
        Columns of a 2-D X, else what the members know.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a frame.

    See Also
    --------
    SequenceEasyEnsembleClassifier : Boosts each member.
    skseq.samplers.SequenceUnderSampler : One balanced draw.

    Notes
    -----
    Members learn that all classes are as frequent, so that probabilities are higher for rare
    classes than their share in the data makes them. The most probable class is predicted; a
    decision rule of the members themselves plays no part.

    `Sequences` know their originals in each bootstrap, so that early stopping of a member never
    holds out a copy of a training sequence.

    There are no ensembles of taggers: it is easy to fit some taggers after a
    `skseq.samplers.TagUnderSampler` with different seeds, and to average the probabilities of each
    step.

    References
    ----------
    Breiman, "Bagging predictors", Machine Learning 24(2), 1996.
    https://doi.org/10.1007/BF00058655

    Maclin & Opitz, "An empirical evaluation of bagging and boosting", AAAI 1997.
    https://aaai.org/papers/082-aaai97-082-an-empirical-evaluation-of-bagging-and-boosting/

    Examples
    --------
    >>> import numpy as np
    >>> from skseq import SequenceClassifier
    >>> from skseq.ensemble import SequenceBalancedBaggingClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.array(["flat"] * 50 + ["rising"] * 10)
    >>> X = [rng.normal(size=n) + (label == "rising") * np.arange(n)
    ...      for n, label in zip(rng.integers(5, 9, 60), y)]
    >>> member = SequenceClassifier(hidden_size=8, max_epochs=20)
    >>> model = SequenceBalancedBaggingClassifier(member, n_estimators=3, random_state=0)
    >>> model.fit(X, y).predict([np.zeros(6), np.arange(7.0)])
    array(['flat', 'rising'], dtype='<U6')
    """

    _parameter_constraints: dict = {
        **BalancedEnsemble._parameter_constraints,
        "max_samples": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="right"),
        ],
        "bootstrap": ["boolean"],
        "oob_score": ["boolean", callable],
        "sampler": [HasMethods(["fit_resample"]), None],
    }

    def __init__(
        self,
        estimator=None,
        n_estimators=10,
        *,
        max_samples=1.0,
        bootstrap=True,
        oob_score=False,
        warm_start=False,
        sampling_strategy="auto",
        replacement=False,
        sampler=None,
        n_jobs=None,
        random_state=None,
        verbose=0,
    ):
        super().__init__(estimator, n_estimators=n_estimators)
        self.max_samples = max_samples
        self.bootstrap = bootstrap
        self.oob_score = oob_score
        self.warm_start = warm_start
        self.sampling_strategy = sampling_strategy
        self.replacement = replacement
        self.sampler = sampler
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def _make_sampler(self):
        return super()._make_sampler() if self.sampler is None else clone(self.sampler)

    def _bag(self, codes, rng):
        counts = np.bincount(codes)
        share = self.max_samples
        if isinstance(share, Integral):
            share = share / len(codes)
        sizes = np.maximum(1, np.rint(share * counts)).astype(np.int64)
        drawn = [
            rng.choice(np.flatnonzero(codes == code), size=size, replace=self.bootstrap)
            for code, size in enumerate(sizes)
            if counts[code]
        ]
        return np.concatenate(drawn)

    def _fit_more(self, X, y):
        if self.oob_score and not self.bootstrap:
            raise ValueError("oob_score needs bootstrap=True: without it no sequence is left out")
        if not self.bootstrap and self.max_samples > len(y):
            raise ValueError(
                f"max_samples={self.max_samples} must be at most the {len(y)} sequences of X "
                "with bootstrap=False"
            )
        super()._fit_more(X, y)
        if self.oob_score:
            self._score_out_of_bag(X, y)

    def _score_out_of_bag(self, X, y):
        groups = original_groups(X) if isinstance(X, Sequences) else np.arange(len(y))
        total = np.zeros((len(y), len(self.classes_)))
        for member, bag in zip(self.estimators_, self.estimators_samples_, strict=True):
            rows = np.flatnonzero(~np.isin(groups, groups[bag]))
            if len(rows):
                total[rows] += probability_of_member(member, take_rows(X, rows), self.classes_)
        votes = total.sum(axis=1)
        is_scored = votes > 0
        if not is_scored.all():
            warnings.warn(
                f"{np.sum(~is_scored)} of {len(y)} sequences are in the bootstraps of all members "
                "and have no out-of-bag prediction; more members would leave each one out",
                UserWarning,
                stacklevel=4,
            )
        self.oob_decision_function_ = np.full(total.shape, np.nan)
        self.oob_decision_function_[is_scored] = total[is_scored] / votes[is_scored, None]
        predicted = self.classes_[total[is_scored].argmax(axis=1)]
        metric = self.oob_score if callable(self.oob_score) else accuracy_score
        self.oob_score_ = float(metric(y[is_scored], predicted)) if len(predicted) else np.nan
