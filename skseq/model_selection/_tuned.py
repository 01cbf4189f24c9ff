"""A baseline that tunes itself on the data that it is fitted on, so that it is at its best."""

import warnings
from copy import deepcopy
from itertools import islice
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import ParameterGrid
from sklearn.utils import get_tags

from skseq._validation import has_step_labels, safe_indexing
from skseq.data import as_tags
from skseq.decisions import make_rule
from skseq.folds import default_folds
from skseq.metrics import get_scorer
from skseq.metrics._precomputed import PrecomputedClassifier

# One fold of so many, a third of them as a rule, tells choices apart well enough; steps of one
# sequence are alike.
_MANY_ROWS, _MANY_STEPS = 5_000, 20_000


class Tuned(BaseEstimator):
    """Choose parameters by inner folds, or leave them where the data are too few for such folds.

    Parameters
    ----------
    estimator : estimator
        Its own parameters are used where none can be chosen.

    param_grid : dict of str to list
        What is tried, as for `GridSearchCV`. In each fold, one estimator is fitted with one choice
        after the other: with ``warm_start`` it goes on from the choice before.

    scoring : str, callable or None, default=None
        What is maximised: a name of `skseq.metrics.get_scorer` or a scorer. None is macro F1.

    cv : int or splitter, default=3
        The folds; a number makes stratified ones, which keep groups together. Of 5,000 rows or
        more, or 20,000 steps with a tag, it holds out the first of these folds only.

    random_state : int or None, default=None
        Seed of the folds.

    strengths : tuple of float, default=(0.0,)
        Decisions that are tried with each choice, of labels alone: from the most probable class (0)
        to the one that exceeds its share most (1). They cost no fit.

    ignore : scalar, list or None, default=None
        Marks in tags in place of a label, which the folds leave out.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.

    best_params_ : dict or None
        What was chosen.

    estimator_ : estimator
        Fitted to all rows.

    strength_ : float
        Of the decision.
    """

    def __init__(
        self,
        estimator,
        param_grid,
        *,
        scoring=None,
        cv=3,
        random_state=None,
        strengths=(0.0,),
        ignore=None,
    ):
        self.estimator = estimator
        self.param_grid = param_grid
        self.scoring = scoring
        self.cv = cv
        self.random_state = random_state
        self.strengths = strengths
        self.ignore = ignore

    def fit(self, X, y, groups=None):
        """Choose, and fit the choice to all rows.

        Parameters
        ----------
        X : as the estimator takes it
            The sequences, or what was made of them.

        y : array-like of shape (n_sequences,), or a label for each step
            The labels, or tags.

        groups : ndarray of shape (n_sequences,) or Sequences, default=None
            What stays on one side of each inner split.

        Returns
        -------
        self : Tuned
        """
        self.best_params_, self.strength_ = self._choose(X, y, groups)
        self.estimator_ = clone(self.estimator).set_params(**(self.best_params_ or {})).fit(X, y)
        self.classes_ = self.estimator_.classes_
        self._prior = _class_shares(y) if self.strength_ else None
        return self

    def _choose(self, X, y, groups):
        with warnings.catch_warnings():
            # A rare class is missing from some inner fold: the choice is a little worse for it.
            warnings.simplefilter("ignore")
            try:
                return self._best(X, y, groups)
            except ValueError:  # no folds of so few rows; if it has another cause, the fit will say
                return None, self.strengths[0]

    def _best(self, X, y, groups):
        choices, scorer = list(ParameterGrid(self.param_grid)), self._scorer(y)
        varied = set().union(*choices)
        own = {name: each for name, each in self.estimator.get_params().items() if name in varied}

        def scores(split):
            train, test = [(safe_indexing(X, rows), safe_indexing(y, rows)) for rows in split]
            model = clone(self.estimator)
            fits = (model.set_params(**deepcopy(own | each)).fit(*train) for each in choices)
            prior = _class_shares(train[1]) if any(self.strengths) else None
            return [
                [scorer(_decided(fitted, each, prior, test[0]), *test) for each in self.strengths]
                for fitted in fits
            ]

        means = np.mean([scores(split) for split in self._splits(X, y, groups)], axis=0)
        choice, strength = np.unravel_index(np.nanargmax(means), means.shape)
        return choices[choice], self.strengths[strength]

    def _scorer(self, y):
        scoring = self.scoring or ("tag_f1_macro" if has_step_labels(y) else "f1_macro")
        return get_scorer(scoring) if isinstance(scoring, str) else scoring

    def _splits(self, X, y, groups):
        if not isinstance(self.cv, Integral):
            return self.cv.split(X, y, groups)
        per_step = has_step_labels(y)
        folds = default_folds(
            self.cv,
            per_step=per_step,
            groups=groups,
            random_state=self.random_state,
            ignore=self.ignore,
        )
        are_many = as_tags(y).n_steps >= _MANY_STEPS if per_step else len(y) >= _MANY_ROWS
        return islice(folds.split(y, y, groups), 1 if are_many else self.cv)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self.estimator).input_tags
        return tags

    def predict(self, X):
        """Predict the label of each sequence, or the tags of its steps."""
        return _decided(self.estimator_, self.strength_, self._prior, X).predict(X)

    def predict_proba(self, X):
        """Predict the probability of each class, for each sequence or each step."""
        return self.estimator_.predict_proba(X)


def _class_shares(y):
    counts = np.unique(y, return_counts=True)[1]
    return counts / counts.sum()


def _decided(fitted, strength, prior, X):
    """A fitted classifier that decides about X with a strength."""
    if strength == 0:
        return fitted
    rule = make_rule(strength, fitted.classes_, prior)
    proba = fitted.predict_proba(X)
    codes = rule(np.log(np.maximum(proba, np.finfo(np.float64).tiny))).argmax(axis=1)
    return PrecomputedClassifier(fitted.classes_, fitted.classes_[codes], proba)
