"""Answers that were kept stand before a scorer as a fitted estimator."""

from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.metaestimators import available_if


class KeptTags(BaseEstimator):
    """A tagger whose predictions are there already.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        What each column of ``proba`` belongs to.

    predicted : Sequences
        What `predict` gives, whatever X.

    proba : Sequences, default=None
        What `predict_proba` gives; None has no such method.
    """

    def __init__(self, classes, predicted, proba=None):
        self.classes_ = classes
        self.predicted = predicted
        self.proba = proba

    def fit(self, X, y):
        """Do nothing: scorers want to see that there is such a method."""
        return self

    def predict(self, X):
        """Give the predictions that were kept."""
        return self.predicted

    @available_if(lambda self: self.proba is not None)
    def predict_proba(self, X):
        """Give the probabilities that were kept."""
        return self.proba


class KeptLabels(ClassifierMixin, KeptTags):
    """The same for one label a sequence: scorers ask whether it is a classifier."""
