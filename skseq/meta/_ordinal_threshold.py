"""Ordered classes from any classifier's probabilities: where the expected place is cut."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseq._class_order import order_classes, ordered_categories, rank_of
from skseq._validation import HasMethods, check_parameters
from skseq.data import Sequences
from skseq.decisions import match_shares
from skseq.meta._scored import BaseScoreClassifier


class OrdinalThresholdClassifier(BaseScoreClassifier):
    """Decide for ordered classes by thresholds on the expected place, so that all get their share.

    Any classifier becomes one for levels, stages or intensities: its probabilities give each row
    an expected place in the order, and thresholds cut this into classes. They are set on rows that
    were held out, so that each class is predicted as often as it occurs. The most probable class,
    in contrast, is too often a common one, and the expected place rounded too often one in the
    middle: rare classes at the ends are never predicted.

    Parameters
    ----------
    estimator : estimator
        A classifier or tagger with ``predict_proba``, or a pipeline that ends in one. Samplers
        belong inside it.

    classes : array-like of shape (n_classes,), default=None
        Every label, from the lowest to the highest. None takes the labels of ``y``: those of an
        ordered categorical column in its order, numbers in their own; other labels are sorted,
        with a warning.

    cv : int, float, splitter, iterable or "prefit", default=None
        Which rows are held out: None or an int for (5) stratified folds, over tags for a tagger; a
        float for one split with that share held out; "prefit" where the estimator is fitted
        already, and `fit` gets rows that it was not trained on. Sequences that share an
        ``origin`` are kept on one side.

    n_jobs : int, default=None
        Number of folds to train in parallel.

    random_state : int, RandomState instance or None, default=None
        Draws the split where ``cv`` is a float.

    Attributes
    ----------
    estimator_ : estimator
        The estimator, fitted to all rows.

    classes_ : ndarray of shape (n_classes,)
        The labels, sorted, as columns of probabilities are.

    ordered_classes_ : ndarray of shape (n_classes,)
        The labels from the lowest to the highest.

    thresholds_ : ndarray of shape (n_classes - 1,)
        Where one class ends and the next begins, in places of the order, from 0.

    n_features_in_ : int
        Features that the estimator saw, if it knows.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, if the estimator knows.

    Warns
    -----
    ClassOrderWarning
        If labels are not numbers and neither ``classes`` nor their column tells their order.

    See Also
    --------
    skseq.SequenceOrdinalClassifier : A net that knows the order; its ``head="regression"`` learns
        thresholds, too.
    ThresholdTuner : Offsets of classes without an order, tuned for a score.

    Notes
    -----
    Rows whose class is uncertain have places near the middle. Where a classifier tells little, the
    expected places of all rows fill a narrow range, and thresholds at half-way leave the outer
    classes empty. Thresholds at the quantiles that belong to the class shares undo that. Weighted
    kappa asks for it: it counts agreement beyond that of the shares that are predicted.

    Of several equal places all lie on one side of a threshold. ``sample_weight`` counts in the
    shares where y has one label for each sequence.

    Examples
    --------
    >>> from sklearn.datasets import make_regression
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.metrics import cohen_kappa_score
    >>> import numpy as np
    >>> from skseq.meta import OrdinalThresholdClassifier
    >>> X, number = make_regression(1000, n_features=5, noise=120, random_state=0)
    >>> y = np.searchsorted(np.quantile(number, [0.03, 0.3, 0.6, 0.95]), number)
    >>> plain = LogisticRegression().fit(X[:600], y[:600])
    >>> cut = OrdinalThresholdClassifier(LogisticRegression()).fit(X[:600], y[:600])
    >>> for model in (plain, cut):
    ...     print(round(cohen_kappa_score(y[600:], model.predict(X[600:]), weights="quadratic"), 2))
    0.49
    0.56
    """

    _parameter_constraints: dict = {
        **BaseScoreClassifier._parameter_constraints,
        "estimator": [HasMethods(["fit", "predict_proba"])],
        "classes": ["array-like", None],
    }

    def __init__(self, estimator, *, classes=None, cv=None, n_jobs=None, random_state=None):
        self.estimator = estimator
        self.classes = classes
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y, **params):
        """Set the thresholds and train the estimator on all rows.

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
        self : OrdinalThresholdClassifier

        Raises
        ------
        ValueError
            If ``classes`` does not name each label of y once.
        """
        check_parameters(self)
        categories = ordered_categories(y)
        X, y, flat = self._check_X_y(X, y)
        self._check_classes(flat)
        self.ordered_classes_ = order_classes(
            np.unique(flat), self.classes, categories, stacklevel=3
        )
        params = self._route(params)["estimator"]
        splits = self._splits(X, y)
        self._train_on_all(X, y, params)
        self._rank = rank_of(self.classes_, self.ordered_classes_)
        held_out = self._hold_out(
            self.estimator, X, y, self.classes_, splits, params, self._methods()
        )
        sample_weight = None if self._per_step else params.get("sample_weight")
        self.thresholds_ = match_shares(
            self._places(held_out.scores),
            self._rank[held_out.codes],
            len(self._rank),
            held_out.weight_of(sample_weight),
        )
        return self

    def _places(self, log_proba):
        """Expected place in the order of each row."""
        return np.exp(log_proba) @ self._rank

    def _decide(self, scores):
        place = np.searchsorted(self.thresholds_, self._places(scores))
        return -np.abs(place[:, None] - self._rank).astype(np.float64)

    def _methods(self):
        return ("predict_proba",)

    def predict_proba(self, X):
        """Predict the probabilities of the estimator, which thresholds leave alone.

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

    def predict_intensity(self, X):
        """Predict where in the order each row stands, as one number.

        Parameters
        ----------
        X : as the estimator takes it
            The sequences.

        Returns
        -------
        ndarray of float64 of shape (n_sequences,), or Sequences of numbers for a tagger
            The expected place: 0 is the lowest class, n_classes - 1 the highest.
        """
        scores, offsets = self._read(X)
        places = self._places(scores)
        return places if offsets is None else Sequences(places, offsets)
