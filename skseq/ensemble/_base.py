"""What the ensembles share: forms of X, fitted attributes, members on balanced draws, their mean.

imbalanced-learn's ``BalancedBaggingClassifier`` and ``EasyEnsembleClassifier`` take 2-D X alone.
Row numbers in place of X would let them fit, but their members predict from the rows of X that
they are given, so each one would have to carry the data of every call. The loop over members is
short, and here it also draws class by class and keeps originals together.
"""

import warnings
from numbers import Integral

import numpy as np
from imblearn.pipeline import Pipeline
from joblib import Parallel, delayed
from sklearn.base import ClassifierMixin, clone
from sklearn.ensemble import BaseEnsemble
from sklearn.utils import check_random_state, get_tags
from sklearn.utils.validation import check_is_fitted

from skseq._class_counts import sequence_weight
from skseq._validation import (
    HasMethods,
    Interval,
    check_classifies,
    check_labels,
    check_parameters,
    safe_indexing,
)
from skseq.data import Sequences, check_sequences, check_table, is_list_table, is_table, to_cells
from skseq.samplers import SequenceUnderSampler
from skseq.samplers._base import holds_text, in_sampled_form, take_with_origin

_LARGEST_SEED = np.iinfo(np.int32).max


class SequenceEnsemble(ClassifierMixin, BaseEnsemble):
    """Forms of X, features, tags and predictions of an ensemble that gives probabilities."""

    def _default_estimator(self):
        """The estimator of members if ``estimator`` is None."""
        from skseq.estimators import SequenceClassifier  # torch, which other members don't need

        return SequenceClassifier()

    def _member(self):
        return self._default_estimator() if self.estimator is None else self.estimator

    def _check_X(self, X, *, reset):
        """X in a form whose rows can be drawn, with scikit-learn's fitted attributes set."""
        X = to_cells(X)
        table = is_table(X) or (reset and is_list_table(X))
        form = "text" if holds_text(X) else "table" if table else "sequences"
        if reset:
            self._form = form
        elif form != self._form:
            return in_sampled_form(X)  # members judge what has another form than that of fit
        if form == "text":
            return X
        if form == "table":
            return check_table(self, X, reset=reset, accept_sparse=["csr", "csc"], dtype=None)
        return check_sequences(self, X, reset=reset, input=getattr(self._member(), "input", None))

    def predict(self, X):
        """Predict the label of each sequence: the one with the largest probability.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences,)
        """
        winners = self.predict_proba(X).argmax(axis=1)
        return self.classes_[winners]

    def predict_log_proba(self, X):
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes)
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self._member()).input_tags
        tags.input_tags.allow_nan = False
        return tags


class BalancedEnsemble(SequenceEnsemble):
    """Members in parallel, each fitted to a balanced draw; not for direct use.

    A subclass writes ``_bag(codes, rng)``, the rows that the sampler of a member gets to see.
    """

    _parameter_constraints: dict = {
        "estimator": [HasMethods(["fit", "predict"]), None],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "warm_start": ["boolean"],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
        **{
            name: SequenceUnderSampler._parameter_constraints[name]
            for name in ("sampling_strategy", "replacement")
        },
    }

    def fit(self, X, y):
        """Fit each member to a balanced draw of whole sequences.

        Parameters
        ----------
        X : Sequences, list of arrays or texts, object array, array of 2 or 3 dimensions, frame
            The sequences: whatever the members take.

        y : array-like of shape (n_sequences,)
            The labels.

        Returns
        -------
        object
            The instance itself.

        Raises
        ------
        ValueError
            If a parameter or y breaks a rule, or y has one class only.
        """
        check_parameters(self)
        check_classifies(self, self._member())
        X = self._check_X(X, reset=True)
        y = check_labels(y, X, self)
        is_new = not (self.warm_start and hasattr(self, "estimators_"))
        if is_new:
            self.estimators_, self.estimators_samples_ = [], []
            self.classes_ = np.unique(y)
        self._check_warm_start(y)
        self.estimator_ = Pipeline(
            [("sampler", self._make_sampler()), ("classifier", clone(self._member()))]
        )
        self._fit_more(X, y)
        return self

    def _make_sampler(self):
        return SequenceUnderSampler(self.sampling_strategy, replacement=self.replacement)

    def _check_warm_start(self, y):
        n_there = len(self.estimators_)
        if n_there > self.n_estimators:
            raise ValueError(
                f"n_estimators={self.n_estimators} must be at least the {n_there} members that "
                "are there already, with warm_start=True"
            )
        if n_there == self.n_estimators:
            warnings.warn(
                f"all n_estimators={self.n_estimators} members are there already, so nothing is "
                "fitted with warm_start=True; ask for more",
                UserWarning,
                stacklevel=3,
            )
        new = np.setdiff1d(y, self.classes_).tolist()
        if new:
            raise ValueError(
                f"y holds the class(es) {new}, which the first fit did not see; with "
                "warm_start=True members are added for the same classes"
            )

    def _fit_more(self, X, y):
        """Fit the members that are still missing."""
        n_there = len(self.estimators_)
        rng = check_random_state(self.random_state)
        # Existing members took the first of these.
        seeds = rng.randint(_LARGEST_SEED, size=self.n_estimators)[n_there:]
        codes = np.searchsorted(self.classes_, y)
        counting = rows_that_count(X, len(y))
        bags = [counting[self._bag(codes[counting], np.random.RandomState(seed))] for seed in seeds]
        members = [self._make_estimator(append=False, random_state=int(seed)) for seed in seeds]
        self.estimators_ += Parallel(n_jobs=self.n_jobs, verbose=self.verbose)(
            delayed(_fit_member)(member, X, y, bag)
            for member, bag in zip(members, bags, strict=True)
        )
        self.estimators_samples_ += bags

    def predict_proba(self, X):
        """Predict the probability of each class: the mean over members.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes)
            Columns in the order of ``classes_``; rows sum to 1. A member that gives no
            probabilities counts as one vote.
        """
        check_is_fitted(self)
        X = self._check_X(X, reset=False)
        probabilities = Parallel(n_jobs=self.n_jobs, prefer="threads", return_as="generator")(
            delayed(probability_of_member)(member, X, self.classes_) for member in self.estimators_
        )
        return sum(probabilities) / len(self.estimators_)


def rows_that_count(X, n_rows):
    """Positions of the sequences that have weight: one of weight 0 is in no bag."""
    if not isinstance(X, Sequences) or X.weight is None:
        return np.arange(n_rows)
    counting = np.flatnonzero(sequence_weight(X))
    if not len(counting):
        raise ValueError("the weights that X carries are all zero; at least one must count")
    return counting


def take_rows(X, rows):
    """Sequences at some rows; each knows its original, so that copies are known as such."""
    return take_with_origin(X, rows) if isinstance(X, Sequences) else safe_indexing(X, rows)


def _fit_member(member, X, y, bag):
    return member.fit(take_rows(X, bag), y[bag])


def probability_of_member(member, X, classes):
    """Probabilities of the classes by one member, or its votes, of shape (n, n_classes)."""
    if not hasattr(member, "predict_proba"):
        return (member.predict(X)[:, None] == classes).astype(np.float64)
    known = member.predict_proba(X)
    probability = np.zeros((len(known), len(classes)))
    probability[:, np.searchsorted(classes, member.classes_)] = known
    return probability
