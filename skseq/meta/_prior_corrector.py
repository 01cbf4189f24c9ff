"""Probabilities of any classifier or pipeline, corrected to another class prior."""

from numbers import Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseq._class_counts import class_totals
from skseq._validation import HasMethods, Interval, StrOptions, check_parameters
from skseq.data import Sequences, as_tags, fill_marks, ignored_by, known_steps
from skseq.decisions import Posterior, check_prior, count_originals, fit_scaling
from skseq.meta._scored import BaseScoreClassifier, read_scores


class PriorCorrector(BaseScoreClassifier):
    """Correct the probabilities of a classifier that saw other class shares than the data has.

    .. math:: p'(c | x) \\propto p(c | x)\\, \\pi'_c / \\pi_c

    where π is the class prior that the estimator's probabilities stand for, after samplers, weights
    and losses, and π' is the target prior (Saerens et al. 2002; for under-sampling Dal Pozzolo et
    al. 2015). The estimator may be any classifier, including an imbalanced-learn pipeline, or a
    tagger.

    Parameters
    ----------
    estimator : estimator
        A classifier or tagger with ``predict_proba``, or a pipeline that ends in one, samplers
        included: the data's prior is that of the ``y`` passed to `fit`.

    target_prior : {"data", "uniform", "em"}, dict or array-like of shape (n_classes,), \
            default="data"
        The prior to correct to: that of ``y`` in `fit`, a uniform one, that of the X in each call
        of `predict_proba` (estimated without labels by expectation maximisation, so that
        predictions depend on the rest of X), or shares of your own.

    train_prior : {"auto", "estimate"}, dict or array-like of shape (n_classes,), default="auto"
        The prior that the estimator's probabilities stand for. "auto" reads ``train_prior_`` off
        the last step, as our estimators have it, and estimates it where there is none. The
        estimate is the prior whose correction makes held-out labels most likely; then the mean
        corrected probability of each class is its share.

    calibration : {"auto", "temperature", "vector"} or None, default="auto"
        Scales held-out scores first so that they are probabilities: with one factor, or with a
        factor and a shift for each class. "auto" does so, by "vector", where the last step is one
        of our estimators whose loss is not a proper score (focal, Dice, LDAM, asymmetric, ...).

    decision : {"argmax", "balanced"}, float, dict, or array-like of shape (n_classes,) or \
            (n_classes, n_classes), default="argmax"
        The class that is predicted, in view of the corrected probabilities: see
        `SequenceClassifier`.

    cv : int, float, splitter, iterable or "prefit", default=None
        Which rows are held out, where something is learnt from held-out rows: None or an int for
        (5) stratified folds; a float for one split with that share held out; "prefit" where the
        estimator is fitted already, and `fit` gets rows that it was not trained on. Sequences
        that share an ``origin`` are kept on one side.

    n_jobs : int, default=None
        Number of folds to train in parallel.

    random_state : int, RandomState instance or None, default=None
        Draws the split where ``cv`` is a float.

    Attributes
    ----------
    estimator_ : estimator
        The fitted estimator.

    classes_ : ndarray of shape (n_classes,)
        The labels.

    data_prior_ : ndarray of shape (n_classes,)
        Share of each class in ``y``.

    train_prior_ : ndarray of shape (n_classes,)
        The prior that the estimator's probabilities were taken to stand for.

    calibration_ : ndarray of shape (2, n_classes) or None
        Factor and shift of each class's log probability; None without calibration.

    n_features_in_ : int
        Features that the estimator saw, if it knows.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, if the estimator knows.

    See Also
    --------
    ThresholdTuner : Tunes decisions for a score.
    sklearn.calibration.CalibratedClassifierCV : Calibrates to the prior of the data.

    Notes
    -----
    Our estimators take ``target_prior`` themselves; this is for others, and for samplers that give
    back a 2-D array, which cannot record what the data was before.

    References
    ----------
    Saerens, Latinne & Decaestecker, "Adjusting the outputs of a classifier to new a priori
    probabilities: a simple procedure", Neural Computation 14(1), 2002.
    https://doi.org/10.1162/089976602753284446

    Dal Pozzolo, Caelen, Johnson & Bontempi, "Calibrating Probability with Undersampling for
    Unbalanced Classification", IEEE SSCI 2015. https://doi.org/10.1109/SSCI.2015.33

    Examples
    --------
    >>> from imblearn.pipeline import make_pipeline
    >>> from imblearn.under_sampling import RandomUnderSampler
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skseq.meta import PriorCorrector
    >>> X, y = make_classification(
    ...     2000, weights=[0.95], class_sep=0.5, flip_y=0, random_state=0
    ... )
    >>> sampled = make_pipeline(RandomUnderSampler(random_state=0), LogisticRegression())
    >>> print(sampled.fit(X, y).predict_proba(X)[:, 1].mean().round(2))
    0.19
    >>> corrected = PriorCorrector(sampled).fit(X, y)
    >>> print(corrected.predict_proba(X)[:, 1].mean().round(2))
    0.05
    """

    _parameter_constraints: dict = {
        **BaseScoreClassifier._parameter_constraints,
        "estimator": [HasMethods(["fit", "predict_proba"])],
        "target_prior": [StrOptions({"data", "uniform", "em"}), "array-like", dict],
        "train_prior": [StrOptions({"auto", "estimate"}), "array-like", dict],
        "calibration": [StrOptions({"auto", "temperature", "vector"}), None],
        "decision": [
            StrOptions({"argmax", "balanced"}),
            Interval(Real, 0, 1, closed="both"),
            "array-like",
            dict,
        ],
    }

    def __init__(
        self,
        estimator,
        *,
        target_prior="data",
        train_prior="auto",
        calibration="auto",
        decision="argmax",
        cv=None,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.target_prior = target_prior
        self.train_prior = train_prior
        self.calibration = calibration
        self.decision = decision
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y, **params):
        """Train the estimator, and learn which prior its probabilities stand for.

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
        self : PriorCorrector

        Raises
        ------
        ValueError
            If a prior or the decision does not fit the classes, or the estimator corrects its
            probabilities itself.
        """
        check_parameters(self)
        X, y, flat = self._check_X_y(X, y)
        self._check_classes(flat)
        params = self._route(params)["estimator"]
        self._train_on_all(X, y, params)
        self.data_prior_ = self._count(X, y)
        self.train_prior_ = self._known_train_prior()
        self.calibration_ = None
        method = self._calibration_method()
        if self.train_prior_ is None or method is not None:
            held_out = self._hold_out(
                self.estimator, X, y, self.classes_, self._splits(X, y), params, self._methods()
            )
            self._learn_scaling(held_out, method)
        self._posterior().check()
        return self

    def _count(self, X, y):
        labels, known = y, None
        if self._per_step:
            tags = as_tags(y)
            known = known_steps(tags, ignored_by(self.estimator))
            labels = fill_marks(tags, known)
        codes = np.searchsorted(self.classes_, labels)
        if not isinstance(X, Sequences):
            counts = class_totals(codes, len(self.classes_), known)
            return counts / counts.sum()
        counts = count_originals(X, codes, self.classes_, known)
        if counts is None:
            raise ValueError(
                "X was resampled under other labels than those in y; put the sampler inside the "
                "pipeline that PriorCorrector corrects"
            )
        return counts / counts.sum()

    def _known_train_prior(self):
        if not isinstance(self.train_prior, str):
            return check_prior(self.train_prior, self.classes_, "train_prior")
        if self.train_prior == "estimate":
            return None
        last = _last_step(self.estimator_)
        target = getattr(last, "target_prior", "train")
        if not (isinstance(target, str) and target == "train"):
            raise ValueError(
                f"the estimator corrects its probabilities itself: {type(last).__name__} has "
                f"target_prior={target!r}; set it to 'train', or train_prior to 'estimate'"
            )
        return getattr(last, "train_prior_", None)

    def _calibration_method(self):
        if self.calibration != "auto":
            return self.calibration
        last = _last_step(self.estimator_)
        # Others are trusted.
        is_calibrated = getattr(last, "_gives_probabilities", True)
        return None if is_calibrated else "vector"

    def _learn_scaling(self, held_out, method):
        rows = np.isfinite(held_out.scores[np.arange(len(held_out.codes)), held_out.codes])
        scores, codes = held_out.scores[rows], held_out.codes[rows]
        if self.train_prior_ is None:
            shift = fit_scaling(scores, codes, self.data_prior_, method="shift")[1]
            odds = self.data_prior_ * np.exp(-shift)
            self.train_prior_ = odds / odds.sum()
        if method is not None:
            self.calibration_ = fit_scaling(scores, codes, self.train_prior_, method=method)

    # -- prediction -------------------------------------------------------------------------

    def _methods(self):
        return ("predict_proba",)

    def _posterior(self):
        return Posterior(
            self.classes_,
            self.train_prior_,
            self.data_prior_,
            self.calibration_,
            self.target_prior,
            self.decision,
        )

    def _decide(self, scores):
        return self._posterior().scores(scores)

    def predict_log_proba(self, X):
        """Predict the logarithm of the corrected probability of each class.

        Parameters
        ----------
        X : as the estimator takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes), or Sequences of such rows for a tagger
        """
        check_is_fitted(self, "estimator_")
        scores, offsets = read_scores(self.estimator_, X, self._methods())
        log_proba = self._posterior().log_proba(scores)
        return log_proba if offsets is None else Sequences(log_proba, offsets)

    def predict_proba(self, X):
        """Predict the corrected probability of each class.

        Parameters
        ----------
        X : as the estimator takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes), or Sequences of such rows for a tagger
            Columns in the order of ``classes_``; rows sum to 1.
        """
        log_proba = self.predict_log_proba(X)
        if isinstance(log_proba, Sequences):
            return log_proba.replace(values=np.exp(log_proba.values))
        return np.exp(log_proba)


def _last_step(estimator):
    """The classifier inside pipelines and searches."""
    while True:
        if hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
        elif hasattr(estimator, "steps"):
            estimator = estimator.steps[-1][1]
        else:
            return estimator
