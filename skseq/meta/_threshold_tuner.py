"""Offsets of the classes, tuned for a score on predictions that were held out."""

from numbers import Integral

import numpy as np
from sklearn.base import clone
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skseq._validation import (
    Interval,
    StrOptions,
    check_method_params,
    check_parameters,
    num_samples,
    safe_indexing,
)
from skseq.data import OUTSIDE, split_prefix
from skseq.decisions import CountedScore, tune_offsets
from skseq.meta._base import has_method
from skseq.meta._scored import BaseScoreClassifier

_METHODS = ("predict_proba", "decision_function")
# Where a scorer is called at each cut: once for two labels, else for each class in each sweep.
_CALLS_OF_TWO = 1000
_CALLS = 50


class ThresholdTuner(BaseScoreClassifier):
    """Shift the scores of each class so that held-out predictions score best.

    The class with the largest sum of log probability (or decision score) and offset is predicted.
    The offsets are found by coordinate ascent on out-of-fold scores, so no row tunes an estimator
    that was trained on it. For two classes this is a threshold, the best of all.
    The estimator may be any classifier, including a pipeline with samplers, or a tagger.

    Parameters
    ----------
    estimator : estimator
        A classifier or tagger, or a pipeline that ends in one, with ``predict_proba`` or
        ``decision_function``. Samplers belong inside it: then it is tuned on rows as they are.

    scoring : str or callable, default=None
        What is maximised: a name of `skseq.metrics.get_scorer`, or a scorer
        ``scorer(estimator, X, y)`` that looks at predictions. None is "f1_macro", for tags
        "tag_f1_macro", and "span_f1_micro" if ``per`` is not "class". Accuracy, balanced accuracy,
        geometric mean, macro F1 and F2, and F1 and recall of the minority, of labels and of steps,
        are counted for all candidates at once, also with ``exclude``; another scorer of
        `skseq.metrics`, or of your own, is called for each.
        "span_f2_micro" buys recall of spans.

    per : {"class", "type", "background"}, default="class"
        What has an offset of its own: each class; each type of span, whose tags, such as B-PER and
        I-PER, share it; or only the background "O", against all other tags. The fewer there are,
        the less they fit to chance.

    response_method : {"auto", "predict_proba", "decision_function"}, default="auto"
        Where scores come from; "auto" takes the first of the two that the estimator has.

    n_cuts : int, default=None
        Values of an offset that are tried at most in one go. None tries all that make a
        difference for two classes, which is exact, and some 1000 per class for more. Where a scorer
        has to be called for each, as for spans, it tries 50, or 1000 for two labels.

    cv : int, float, splitter, iterable or "prefit", default=None
        Which rows are held out: None or an int for (5) stratified folds, over tags for a tagger; a
        float for one split with that share held out; "prefit" where the estimator is fitted
        already, and `fit` gets rows that it was not trained on. Sequences that share an
        ``origin`` are kept on one side.

    refit : bool, default=True
        Whether to train the estimator on all rows once the offsets are found. False keeps the
        one that was trained on the rows of a single split; it has to be False with "prefit".

    n_jobs : int, default=None
        Number of folds to train in parallel.

    random_state : int, RandomState instance or None, default=None
        Draws the split where ``cv`` is a float.

    Attributes
    ----------
    estimator_ : estimator
        The fitted estimator whose scores are shifted.

    classes_ : ndarray of shape (n_classes,)
        The labels.

    offsets_ : ndarray of shape (n_classes,)
        What is added to each class's score; the first is 0. They are a ``decision`` for our
        estimators, too.

    best_score_ : float
        Mean over folds of the score that the offsets reach on held-out rows. It is what they were
        chosen by, so a new fold scores a little lower.

    n_features_in_ : int
        Features that the estimator saw, if it knows.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, if the estimator knows.

    See Also
    --------
    sklearn.model_selection.TunedThresholdClassifierCV : For two classes, on a grid of thresholds.
    OrdinalThresholdClassifier : Thresholds of classes that have an order.
    PriorCorrector : Corrects probabilities, not decisions.

    Notes
    -----
    For several classes a climb ends where no change of one offset helps; it starts once from
    equal offsets and once from those of the balanced decision, and the better end is taken. Among
    equally good values the one nearest to where it stood is taken, so that nothing moves
    needlessly.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.metrics import f1_score
    >>> from skseq.meta import ThresholdTuner
    >>> X, y = make_classification(2000, n_informative=4, n_classes=3, weights=[0.8, 0.15],
    ...                            class_sep=0.7, random_state=0)
    >>> plain = LogisticRegression().fit(X[:1000], y[:1000])
    >>> tuned = ThresholdTuner(LogisticRegression()).fit(X[:1000], y[:1000])
    >>> round(f1_score(y[1000:], plain.predict(X[1000:]), average="macro"), 2)
    0.49
    >>> round(f1_score(y[1000:], tuned.predict(X[1000:]), average="macro"), 2)
    0.53
    """

    _parameter_constraints: dict = {
        **BaseScoreClassifier._parameter_constraints,
        "scoring": [str, callable, None],
        "per": [StrOptions({"class", "type", "background"})],
        "response_method": [StrOptions({"auto", *_METHODS})],
        "n_cuts": [Interval(Integral, 2, None, closed="left"), None],
        "refit": ["boolean"],
    }

    def __init__(
        self,
        estimator,
        *,
        scoring=None,
        per="class",
        response_method="auto",
        n_cuts=None,
        cv=None,
        refit=True,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.scoring = scoring
        self.per = per
        self.response_method = response_method
        self.n_cuts = n_cuts
        self.cv = cv
        self.refit = refit
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y, **params):
        """Find the offsets and train the estimator.

        Parameters
        ----------
        X : as the estimator takes it
            The sequences.

        y : array-like of shape (n_sequences,), or a label for each step
            The labels, or tags.

        **params : dict
            Passed on to the ``fit`` of the estimator, cut to the rows of a fold.

        Returns
        -------
        self : ThresholdTuner

        Raises
        ------
        ValueError
            If ``refit`` and ``cv`` contradict each other, or ``scoring`` does not look at
            predictions.
        """
        check_parameters(self)
        X, y, flat = self._check_X_y(X, y)
        self._check_classes(flat)
        self._check_per(flat)
        params = self._route(params)["estimator"]
        splits = self._train(X, y, params)
        held_out = self._hold_out(
            self.estimator, X, y, self.classes_, splits, params, self._methods()
        )
        shares = np.bincount(held_out.codes, minlength=len(self.classes_)) / len(held_out.codes)
        score_along = self._score_along(X, y, held_out)
        self.offsets_, self.best_score_ = tune_offsets(
            held_out.scores,
            score_along,
            prior=shares,
            n_cuts=self._most_cuts(score_along),
            groups=self._groups(),
        )
        return self

    def _most_cuts(self, score_along):
        if self.n_cuts is not None or isinstance(score_along, CountedScore):
            return self.n_cuts
        return _CALLS if self._per_step or len(self.classes_) > 2 else _CALLS_OF_TWO

    def _check_per(self, flat):
        if self.per == "class":
            return
        if not self._per_step:
            raise ValueError(
                f"per={self.per!r} is for tags of spans, but y has one label per sequence"
            )
        if self.per == "background" and OUTSIDE not in flat:
            raise ValueError(
                f"per='background' needs the tag {OUTSIDE!r} for the background, but y has tags "
                f"such as {flat[0]!r}"
            )

    def _groups(self):
        """The group of each class, whose members share an offset; None where none do."""
        tags = self.classes_.tolist()
        if self.per == "class":
            return None
        if self.per == "background":
            names = [tag == OUTSIDE for tag in tags]
        else:
            names = [(split_prefix(tag) or (None, tag))[1] for tag in tags]
        # Numbered by their first members, so that the first class is in group 0.
        place = {name: index for index, name in enumerate(dict.fromkeys(names))}
        return np.array([place[name] for name in names])

    def _train(self, X, y, params):
        """Set ``estimator_``; give the splits, or None if it is already fitted."""
        if isinstance(self.cv, str):
            if self.refit:
                raise ValueError('cv="prefit" needs refit=False: the estimator is fitted already')
            check_is_fitted(self.estimator)
            self.estimator_ = self.estimator
            self._copy_fitted_attributes(self.estimator_)
            return None
        splits = self._splits(X, y)
        rows = np.arange(num_samples(X))
        if not self.refit:
            if len(splits) > 1:
                raise ValueError(
                    f"refit=False needs a single split, but cv={self.cv!r} makes {len(splits)}; "
                    "cv=0.2 holds out a fifth"
                )
            rows = splits[0][0]
        self.estimator_ = clone(self.estimator).fit(
            safe_indexing(X, rows),
            safe_indexing(y, rows),
            **check_method_params(X, params, indices=rows),
        )
        self._copy_fitted_attributes(self.estimator_)
        return splits

    def _methods(self):
        return _METHODS if self.response_method == "auto" else (self.response_method,)

    def _decide(self, scores):
        return scores + self.offsets_

    def _is_counted(self, name):
        return self.per == "class" and super()._is_counted(name)

    def _default_scoring(self):
        return super()._default_scoring() if self.per == "class" else "span_f1_micro"

    @available_if(has_method("predict_proba", of="estimator"))
    def predict_proba(self, X):
        """Predict the probabilities of the estimator, which the offsets leave alone.

        Parameters
        ----------
        X : as the estimator takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes), or Sequences of such rows for a tagger
        """
        check_is_fitted(self, "estimator_")
        return self.estimator_.predict_proba(X)

    @available_if(has_method("predict_log_proba", of="estimator"))
    def predict_log_proba(self, X):
        """Predict the log probabilities of the estimator, which the offsets leave alone.

        Parameters
        ----------
        X : as the estimator takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes), or Sequences of such rows for a tagger
        """
        check_is_fitted(self, "estimator_")
        return self.estimator_.predict_log_proba(X)
