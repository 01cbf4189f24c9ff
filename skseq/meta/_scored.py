"""What classifiers that decide on the scores of another share: held-out scores, labels or tags.

The inner estimator may be a classifier, with one label per sequence, or a tagger, with one per
step; everything below works on flat rows, which are sequences for the one and steps for the other.
"""

import warnings
from numbers import Integral
from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.metrics import accuracy_score
from sklearn.model_selection import (
    GroupShuffleSplit,
    ShuffleSplit,
    StratifiedShuffleSplit,
    check_cv,
)
from sklearn.utils import get_tags, indexable
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from skseq._sample_weight import rows_that_count
from skseq._validation import (
    HasMethods,
    Interval,
    RealNotInt,
    StrOptions,
    check_labels,
    check_method_params,
    has_step_labels,
    num_samples,
    safe_indexing,
)
from skseq.data import (
    Sequences,
    as_sequences,
    as_tags,
    cut_steps,
    ignored_by,
    known_steps,
    like_input,
    original_groups,
)
from skseq.decisions import COUNTED, CalledScore, CountedScore
from skseq.exceptions import CollapseWarning
from skseq.folds import default_folds
from skseq.meta._base import BaseMetaClassifier
from skseq.meta._span_score import SpanScore, span_scoring
from skseq.metrics import get_scorer, tag_f1_score
from skseq.metrics._pairs import excluded_codes
from skseq.metrics._precomputed import PrecomputedClassifier, PrecomputedTagger
from skseq.metrics._scorer_facts import name_and_arguments

_SMALLEST = np.finfo(np.float64).tiny

# Of the parameters that say which rows are held out, and how clones are trained on the others.
HOLD_OUT_CONSTRAINTS: dict = {
    "cv": ["cv_object", StrOptions({"prefit"}), Interval(RealNotInt, 0, 1, closed="neither")],
    "n_jobs": [Integral, None],
    "random_state": ["random_state"],
}


class HeldOut(NamedTuple):
    """Scores of rows by estimators that did not train on them."""

    scores: np.ndarray  # (n, n_classes)
    codes: np.ndarray  # (n,), true classes
    folds: np.ndarray  # (n,), from 0
    tests: list  # rows of X in each fold

    def weight_of(self, sample_weight):
        """Weight of each row, where rows are sequences; None where none is given."""
        if sample_weight is None:
            return None
        return np.asarray(sample_weight, dtype=np.float64)[np.concatenate(self.tests)]


class BaseScoreClassifier(BaseMetaClassifier):
    """A classifier or tagger that decides on the scores of ``self.estimator``, or of several.

    Steps without a label, whose marks are named by the tagger's parameter ``ignore``, are left out.

    A subclass learns from `_hold_out` in `fit` and writes ``_decide(scores)``, which shifts flat
    scores so that the largest of a row is predicted; one of several estimators also `_read`.
    """

    _parameter_constraints: dict = {
        "estimator": [
            HasMethods(["fit", "predict_proba"]),
            HasMethods(["fit", "decision_function"]),
        ],
        **HOLD_OUT_CONSTRAINTS,
    }

    # -- data -------------------------------------------------------------------------------

    def _check_X_y(self, X, y):
        """X and y that can be indexed, and y flat: a label for each sequence, or for each step."""
        X = indexable(X)[0]
        self._per_step = y is not None and has_step_labels(y)
        if not self._per_step:
            y = check_labels(y, X, self)
            return X, y, y
        check_consistent_length(X, y)
        return X, y, self._flat(y)

    def _check_classes(self, flat):
        if not len(flat):
            raise ValueError("Found array with 0 sample(s) while a minimum of 1 is required.")
        if len(np.unique(flat)) < 2:
            raise ValueError(
                f"y has only one class, {flat[0]!r}; {type(self).__name__} needs at least two"
            )

    def _train_on_all(self, X, y, params):
        """Set ``estimator_``, fitted to all rows unless it was fitted before."""
        if isinstance(self.cv, str):
            check_is_fitted(self.estimator)
            self.estimator_ = self.estimator
        else:
            self.estimator_ = clone(self.estimator).fit(X, y, **params)
        self._copy_fitted_attributes(self.estimator_)

    # -- held-out scores --------------------------------------------------------------------

    def _hold_out(self, estimator, X, y, classes, splits, params, methods):
        """Scores of rows by clones that were trained on the others, or by a fitted estimator.

        Rows of weight 0 are absent: they are not held out either.
        """
        if splits is None:
            splits = [(None, np.arange(num_samples(X)))]
        counts = rows_that_count(X, params.get("sample_weight"))
        splits = [(train, np.asarray(test)[counts[test]]) for train, test in splits]
        splits = [(train, test) for train, test in splits if len(test)]
        scores = Parallel(n_jobs=self.n_jobs)(
            delayed(_fit_and_score)(estimator, X, y, train, test, classes, params, methods)
            for train, test in splits
        )
        tests = [test for _, test in splits]
        truths = [safe_indexing(y, test) for test in tests]
        scores = [self._of_known(part, truth) for part, truth in zip(scores, truths, strict=True)]
        flat = [self._flat(truth) for truth in truths]
        codes = [np.searchsorted(classes, labels) for labels in flat]
        folds = np.repeat(np.arange(len(tests)), [len(labels) for labels in flat])
        return HeldOut(np.concatenate(scores), np.concatenate(codes), folds, tests)

    def _score_along(self, X, y, held_out):
        """The score ``self.scoring`` of held-out predictions, as `tune_offsets` asks for it."""
        scoring = self.scoring or self._default_scoring()
        scorer = get_scorer(scoring) if isinstance(scoring, str) else scoring
        if counted := self._counted_score(scorer, held_out):
            return counted
        if self._per_step and (how := span_scoring(scorer)):
            truths = [self._labelled(safe_indexing(y, test)) for test in held_out.tests]
            of_spans = SpanScore(self.classes_, truths, **how)
            return CalledScore(of_spans, held_out.codes, held_out.folds)
        folds = [(safe_indexing(X, test), safe_indexing(y, test)) for test in held_out.tests]
        if self._per_step:
            folds = [(X_fold, self._labelled(y_fold)) for X_fold, y_fold in folds]
        precomputed = PrecomputedTagger if self._per_step else PrecomputedClassifier

        def score_fold(fold, codes):
            X_fold, y_fold = folds[fold]
            labels = self.classes_[codes]
            if self._per_step:
                labels = Sequences(labels, y_fold.offsets)
            try:
                return scorer(precomputed(self.classes_, labels), X_fold, y_fold)
            except AttributeError as error:
                if precomputed.__name__ not in str(error):
                    raise
                raise ValueError(
                    f"scoring={self.scoring!r} does not look at predictions ({error}), so offsets "
                    "make no difference to it; take one such as 'f1_macro'"
                ) from None

        return CalledScore(score_fold, held_out.codes, held_out.folds)

    def _counted_score(self, scorer, held_out):
        """The score, if it follows from counts of each class; None if it has to be called."""
        name, arguments = name_and_arguments(scorer)
        exclude = arguments.pop("exclude", None)
        of_each_fold = isinstance(exclude, str) and exclude == "majority"
        if arguments or of_each_fold or not self._is_counted(name):
            return None
        _, codes, folds, _ = held_out
        n_classes = len(self.classes_)
        left_out = excluded_codes(exclude, self.classes_, np.bincount(codes, minlength=n_classes))
        averaged = np.setdiff1d(np.arange(n_classes), left_out)
        return CountedScore(name, codes, folds, n_classes, averaged)

    def _is_counted(self, name):
        """Whether a score, by its name, follows from counts of each class."""
        return name in COUNTED and name.startswith("tag_") == self._per_step

    def _default_scoring(self):
        return "tag_f1_macro" if self._per_step else "f1_macro"

    def _ignored(self):
        """Marks in tags in place of a label."""
        return ignored_by(self._main_estimator())

    def _flat(self, y):
        """Labels, those of the steps that have one."""
        return self._labelled(y).values if self._per_step else np.asarray(y)

    def _labelled(self, y):
        """Tags of the steps that have a label."""
        tags = as_tags(y)
        return cut_steps(tags, known_steps(tags, self._ignored()))

    def _of_known(self, scores, y):
        """Scores of the steps that have a label."""
        known = known_steps(as_tags(y), self._ignored()) if self._per_step else None
        return scores if known is None else scores[known]

    def _splits(self, X, y):
        """Train and test rows of each fold; rows that share an original are on one side.

        None if the estimator was fitted before, on other rows than these.
        """
        if isinstance(self.cv, str):
            return None
        groups = None
        if isinstance(X, Sequences) and X.origin is not None:
            groups = original_groups(X)
        cv = 5 if self.cv is None else self.cv
        if isinstance(cv, float):
            cv = self._one_split(groups is not None)
        elif isinstance(cv, (int, np.integer)):
            cv = default_folds(
                int(cv),
                per_step=self._per_step,
                groups=groups,
                ignore=self._ignored(),
            )
        else:
            cv = check_cv(cv, None if self._per_step else y, classifier=not self._per_step)
        splits = list(cv.split(X, y, groups))
        self._check_splits(splits, y)
        return splits

    def _check_splits(self, splits, y):
        """Raise if a training part has one class only, all others being held out."""
        names, counts = np.unique(self._flat(y), return_counts=True)
        rare = names.tolist()[counts.argmin()]
        for number, (train, _) in enumerate(splits):
            trained = np.unique(self._flat(safe_indexing(y, train)))
            if len(trained) < 2:
                raise ValueError(
                    f"fold {number} of {len(splits)} has only the class {trained.tolist()[0]!r} to "
                    f"train on: {rare!r} occurs {counts.min()} time(s), too rarely to be trained "
                    "on and held out in turn. Take more rows of it, fewer folds, or an estimator "
                    'that is fitted already (cv="prefit", refit=False)'
                )

    def _one_split(self, is_grouped):
        splitter = StratifiedShuffleSplit
        if is_grouped:
            splitter = GroupShuffleSplit
        elif self._per_step:
            splitter = ShuffleSplit
        return splitter(n_splits=1, test_size=self.cv, random_state=self.random_state)

    # -- prediction -------------------------------------------------------------------------

    @property
    def classes_(self):
        """ndarray of shape (n_classes,) : the labels, as the inner estimator orders them."""
        return self.estimator_.classes_

    def _read(self, X):
        """Flat scores, and where sequences end if a row is a step, as of `read_scores`."""
        check_is_fitted(self, "estimator_")
        return read_scores(self.estimator_, X, self._methods())

    def predict(self, X):
        """Predict labels, or the label of each step where the estimator is a tagger.

        Parameters
        ----------
        X : as the estimator takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences,), or Sequences, or a list of lists if ``X`` is a list
        """
        scores, offsets = self._read(X)
        labels = self.classes_[self._decide(scores).argmax(axis=1)]
        return labels if offsets is None else like_input(Sequences(labels, offsets), X)

    def decision_function(self, X):
        """Scores whose largest entry is predicted.

        Parameters
        ----------
        X : as the estimator takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes), or (n_sequences,) for two classes
            For two classes, the score of the second: positive where it is predicted. For a
            tagger, `Sequences` with values of shape (n_steps_total, n_classes).
        """
        scores, offsets = self._read(X)
        scores = self._decide(scores)
        if offsets is not None:
            return Sequences(scores, offsets)
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def score(self, X, y, sample_weight=None):
        """Accuracy for labels, macro F1 over steps for tags.

        Parameters
        ----------
        X : as the estimator takes it
            The sequences.

        y : array-like of shape (n_sequences,), or a label for each step
            The truth.

        sample_weight : array-like of shape (n_sequences,), default=None
            How much each sequence counts.

        Returns
        -------
        float
        """
        if not has_step_labels(y):
            return float(accuracy_score(y, self.predict(X), sample_weight=sample_weight))
        ignore = self._ignored()
        score = tag_f1_score(y, self.predict(X), ignore=ignore, sample_weight=sample_weight)
        return float(score)

    def __sklearn_tags__(self):
        tags, inner = super().__sklearn_tags__(), get_tags(self._main_estimator())
        tags.estimator_type = inner.estimator_type  # a tagger is not a classifier
        tags.target_tags = inner.target_tags
        tags.classifier_tags = inner.classifier_tags
        return tags


def read_scores(estimator, X, methods):
    """Flat scores of each class from the first of the methods that the estimator has.

    Returns
    -------
    scores : ndarray of float64 of shape (n, n_classes)
        Probabilities come as logarithms, of the smallest number at least; the decision of two
        classes comes as 0 and itself.

    offsets : ndarray of shape (n_sequences + 1,) or None
        Where sequences start and end, if a row is a step.
    """
    method = next((name for name in methods if hasattr(estimator, name)), methods[0])
    response = getattr(estimator, method)(X)
    offsets = None
    if isinstance(response, (Sequences, list)):
        response = as_sequences(response)
        response, offsets = response.values, response.offsets
    response = np.asarray(response, dtype=np.float64)
    if response.ndim == 1:
        response = np.column_stack([np.zeros(len(response)), response])
    if method == "predict_proba":
        response = np.log(np.maximum(response, _SMALLEST))
    return response, offsets


def _fit_and_score(estimator, X, y, train, test, classes, params, methods):
    if train is not None:
        params = check_method_params(X, params, indices=train)
        with warnings.catch_warnings():
            # Nobody reads its decisions: those of the wrapper are made of its scores.
            warnings.simplefilter("ignore", CollapseWarning)
            estimator = clone(estimator).fit(
                safe_indexing(X, train), safe_indexing(y, train), **params
            )
    found, _ = read_scores(estimator, safe_indexing(X, test), methods)
    return align_scores(found, estimator.classes_, classes)


def align_scores(scores, known, classes):
    """Scores of ``classes`` from those of the classes that an estimator knows, both sorted.

    A class that it does not know, for its training fold lacked it, cannot be predicted.
    """
    if np.array_equal(known, classes):
        return scores
    aligned = np.full((len(scores), len(classes)), -np.inf)
    is_wanted = np.isin(known, classes)
    aligned[:, np.searchsorted(classes, known[is_wanted])] = scores[:, is_wanted]
    return aligned
