"""A rare class as an anomaly: learn what normal rows look like, and how far off a row is."""

import warnings
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skseq._validation import (
    HasMethods,
    Interval,
    RealNotInt,
    check_parameters,
    has_step_labels,
    safe_indexing,
)
from skseq.data import Sequences, as_sequences, as_tags, ignored_by, is_table
from skseq.decisions import Posterior, fit_scaling
from skseq.meta._scored import BaseScoreClassifier


class AnomalyClassifier(BaseScoreClassifier):
    """Tell a rare class by how unlike the common one its rows are.

    A detector of outliers learns from the rows of the common class alone: rows of the rare class
    need not look alike, nor be many. They serve to learn what a score means: on rows that are
    held out from the detector, scores are calibrated to probabilities (Platt 1999).

    Parameters
    ----------
    detector : detector of outliers
        Any with ``score_samples``, which is higher for rows that are more normal: scikit-learn's
        `IsolationForest`, `OneClassSVM`, `LocalOutlierFactor` with ``novelty=True``,
        `GaussianMixture` and others, alone or at the end of a pipeline. Or one of PyOD, without
        that method, whose ``decision_function`` is higher for outliers.

    transformer : transformer, default=None
        Makes what the detector reads; it learns from all rows and their labels. With a
        `skseq.SequenceClassifier` the detector reads the pooled states of that net, which is
        trained on both classes first; with a `skseq.SequenceTagger` the state of each step. None
        passes X on.

    normal : label, default=None
        The class that the detector learns; None takes the commoner one, the first of equal ones.

    cv : int, float, splitter or iterable of (train, test), default=None
        Which rows are held out to calibrate on: None or an int for (5) stratified folds; a float
        for one split with that share held out. Sequences that share an ``origin`` are kept on one
        side.

    n_jobs : int, default=None
        Number of folds to fit in parallel.

    random_state : int, RandomState instance or None, default=None
        Draws the split where ``cv`` is a float.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        The labels.

    normal_class_ : label
        The one that the detector learned.

    detector_ : detector of outliers
        Fitted on all rows of that class.

    transformer_ : transformer or None
        Fitted on all rows.

    data_prior_ : ndarray of shape (2,)
        Share of each class in the rows (steps, for tags).

    calibration_ : ndarray of shape (2, 2)
        Factor, above 0, and shift of the score of each class.

    n_features_in_ : int
        Of the transformer, else of the detector, where it has it.

    feature_names_in_ : ndarray of str of shape (n_features_in_,)
        Of the same, where it has it.

    See Also
    --------
    ThresholdTuner : Tunes what is predicted for a score, such as F1 of the rare class.
    ClassMerger : Makes one rare class of several, and tells them apart afterwards.
    sklearn.multiclass.OneVsRestClassifier : An anomaly view of each of several classes.

    Notes
    -----
    A factor above 0 never turns the score round: where the rare rows look more normal than the
    normal ones, probabilities come close to the shares of the classes. Scores enter in units of
    their interquartile range and, where far out, by their logarithm.

    `IsolationForest` does not see columns that are constant in the normal rows, such as words that
    stand in rare texts alone; detectors that measure distances do.

    Probabilities are of the data, where a rare class seldom has more than one half: `predict`,
    which takes the likelier class, may never name it. `ThresholdTuner` around this classifier finds
    where to cut.

    References
    ----------
    Platt, "Probabilistic Outputs for Support Vector Machines and Comparisons to Regularized
    Likelihood Methods", Advances in Large Margin Classifiers, 1999.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.ensemble import IsolationForest
    >>> from skseq.meta import AnomalyClassifier
    >>> from skseq.preprocessing import SequenceSummarizer
    >>> rng = np.random.default_rng(0)
    >>> y = np.array(["fine"] * 80 + ["odd"] * 6)
    >>> scale = np.where(y == "odd", 8.0, 1.0)
    >>> X = [rng.normal(0, s, size=n) for s, n in zip(scale, rng.integers(5, 30, 86))]
    >>> model = AnomalyClassifier(
    ...     IsolationForest(n_estimators=30, random_state=0),
    ...     transformer=SequenceSummarizer("statistics"),
    ... ).fit(X, y)
    >>> model.normal_class_, model.predict([[0.5, -1.0, 0.3, 0.1, 1.1], [9.0, -7.0, 5.0, -12.0]])
    (np.str_('fine'), array(['fine', 'odd'], dtype='<U4'))
    """

    _parameter_constraints: dict = {
        "detector": [
            HasMethods(["fit", "score_samples"]),
            HasMethods(["fit", "decision_function"]),
        ],
        "transformer": [HasMethods(["fit", "transform"]), None],
        "normal": "no_validation",
        "cv": ["cv_object", Interval(RealNotInt, 0, 1, closed="neither")],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        detector,
        *,
        transformer=None,
        normal=None,
        cv=None,
        n_jobs=None,
        random_state=None,
    ):
        self.detector = detector
        self.transformer = transformer
        self.normal = normal
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y):
        """Learn what is normal, and how likely the rare class is at each distance from it.

        Parameters
        ----------
        X : as the transformer, or else the detector, takes it
            The sequences.

        y : array-like of shape (n_sequences,), or a label for each step
            The labels, or tags; two different ones.

        Returns
        -------
        self : AnomalyClassifier

        Raises
        ------
        ValueError
            If y has not two classes, or ``normal`` is none of them.
        """
        check_parameters(self)
        X, y, flat = self._check_X_y(X, y)
        view = self._choose_view(flat)
        self.estimator_ = clone(view).fit(X, y)
        self.detector_ = self.estimator_.detector_
        self.transformer_ = self.estimator_.transformer_
        reader = self.detector_ if self.transformer_ is None else self.transformer_
        self._copy_fitted_attributes(reader)
        splits = self._splits(X, y)
        held_out = self._hold_out(view, X, y, self.classes_, splits, {}, self._methods())
        self.data_prior_ = np.bincount(held_out.codes, minlength=2) / len(held_out.codes)
        self._calibrate(held_out)
        return self

    def _choose_view(self, flat):
        self._check_classes(flat)
        classes, counts = np.unique(flat, return_counts=True)
        if len(classes) > 2:
            raise ValueError(
                "Only binary classification is supported. The type of the target is multiclass: "
                f"y has the classes {classes.tolist()}. Merge the rare ones with ClassMerger, or "
                "take scikit-learn's OneVsRestClassifier around this"
            )
        is_normal = counts == counts.max() if self.normal is None else classes == self.normal
        if not is_normal.any():
            raise ValueError(
                f"normal={self.normal!r} is not a label of y, which has {classes.tolist()}"
            )
        self.normal_class_ = classes[is_normal][0]
        return self._view(classes, self.normal_class_)

    def _calibrate(self, held_out):
        margins = held_out.scores[:, 1]
        low, self._centre, high = np.quantile(margins, [0.25, 0.5, 0.75])
        self._spread = high - low or 1.0
        # At a prior of one half each, so that the penalty on shifts favours neither class.
        self._even_prior = np.full(2, 0.5)
        self.calibration_ = fit_scaling(
            self._tamed(held_out.scores), held_out.codes, self._even_prior, method="vector"
        )

    def _tamed(self, scores):
        """Scores of (0, margin), the margin in units of its spread, logarithmic where far out."""
        margins = np.arcsinh((scores[:, 1] - self._centre) / self._spread)
        return np.column_stack([np.zeros(len(margins)), margins])

    def _decide(self, scores):
        posterior = Posterior(
            self.classes_,
            self._even_prior,
            self.data_prior_,
            self.calibration_,
            target_prior="data",
            decision="argmax",
        )
        return posterior.log_proba(self._tamed(scores))

    def anomaly_scores(self, X):
        """How unlike the normal class each sequence, or step, is.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences,), or Sequences of a number for each step
            As the detector gives them, but higher for what is more likely the rare class, whatever
            the detector's convention and the order of the labels.
        """
        check_is_fitted(self)
        return self.estimator_.anomaly_scores(X)

    def predict_log_proba(self, X):
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, 2), or Sequences of such rows for tags
        """
        scores, offsets = self._read(X)
        log_proba = self._decide(scores)
        return log_proba if offsets is None else Sequences(log_proba, offsets)

    def predict_proba(self, X):
        """Predict the probability of each class.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, 2), or Sequences of such rows for tags
            Columns in the order of ``classes_``; rows sum to 1.
        """
        scores, offsets = self._read(X)
        proba = np.exp(self._decide(scores))
        return proba if offsets is None else Sequences(proba, offsets)

    # -- for the classes above --------------------------------------------------------------------

    def _view(self, classes=None, normal=None):
        return _OneClassView(self.detector, self.transformer, classes, normal)

    def _main_estimator(self):
        return self._view()

    def _inner_estimators(self):
        return {}  # none whose fit takes metadata

    def _ignored(self):
        return ignored_by(self.transformer)

    def _methods(self):
        return ("decision_function",)

    def _splits(self, X, y):
        with warnings.catch_warnings():
            # Fewer rare rows than folds do no harm here.
            warnings.filterwarnings("ignore", "The least populated class", UserWarning)
            return super()._splits(X, y)

    def _check_splits(self, splits, y):
        """Any part will do: a detector needs no rare rows."""


class _OneClassView(ClassifierMixin, BaseEstimator):
    """What `AnomalyClassifier` fits once for each fold, and once to all rows.

    Parameters
    ----------
    detector, transformer : as of `AnomalyClassifier`
        What scores, and what makes that which it reads.

    classes : ndarray of shape (2,)
        The labels.

    normal : label
        The one that the detector learns.
    """

    def __init__(self, detector, transformer, classes, normal):
        self.detector = detector
        self.transformer = transformer
        self.classes = classes
        self.normal = normal

    def fit(self, X, y):
        self.classes_ = self.classes
        self.transformer_ = None
        if self.transformer is not None:
            self.transformer_ = clone(self.transformer).fit(X, y)
        self._per_step = has_step_labels(y)
        labels = as_tags(y).values if self._per_step else np.asarray(y)
        rows = np.flatnonzero(labels == self.normal)
        features, _ = self._features(X)
        try:
            self.detector_ = clone(self.detector).fit(safe_indexing(features, rows))
        except (TypeError, ValueError) as error:
            if self.transformer is None and not is_table(X):
                error.add_note(
                    "The detector was given the sequences of X as they are. Most read tables "
                    "alone: transformer=SequenceSummarizer() makes a row of each sequence"
                )
            raise
        return self

    def anomaly_scores(self, X):
        features, offsets = self._features(X)
        scores = _anomaly_scores(self.detector_, features)
        return scores if offsets is None else Sequences(scores, offsets)

    def decision_function(self, X):
        """The same, but as scikit-learn has it: higher for the second class."""
        scores = self.anomaly_scores(X)
        if self.normal == self.classes_[0]:
            return scores
        return scores.replace(values=-scores.values) if self._per_step else -scores

    def _features(self, X):
        """What the detector reads, and where sequences start if a row is a step."""
        if self.transformer_ is not None:
            X = self.transformer_.transform(X)
        if not self._per_step:
            return X, None
        X = as_sequences(X)
        return X.values.reshape(X.n_steps, -1), X.offsets

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        reader = self.detector if self.transformer is None else self.transformer
        if hasattr(reader, "__sklearn_tags__"):
            tags.input_tags = get_tags(reader).input_tags
        return tags


def _anomaly_scores(detector, features):
    """How anomalous each row is for a fitted detector: scikit-learn and PyOD differ in the sign."""
    if hasattr(detector, "score_samples"):
        return -np.asarray(detector.score_samples(features), dtype=np.float64)
    return np.asarray(detector.decision_function(features), dtype=np.float64)
