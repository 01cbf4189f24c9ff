"""Predictions that were made before, in the form of a fitted estimator, as scorers want it."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.metaestimators import available_if

from skseq.data import Sequences


class PrecomputedTagger(BaseEstimator):
    """A tagger whose predictions were made before.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        What each column of ``proba`` belongs to.

    predicted : Sequences
        What `predict` gives, whatever X.

    proba : Sequences, default=None
        What `predict_proba` gives; None has no such method.
    """

    def __init__(
        self, classes: np.ndarray, predicted: Sequences, proba: Sequences | None = None
    ) -> None:
        self.classes_ = classes
        self.predicted = predicted
        self.proba = proba

    def fit(self, X: Any, y: Any) -> Self:
        """Do nothing: scorers only check that there is such a method."""
        return self

    def predict(self, X: Any) -> Sequences:
        """Give the predictions."""
        return self.predicted

    @available_if(lambda self: self.proba is not None)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Sequences | None:
        """Give the probabilities."""
        return self.proba


class PrecomputedClassifier(ClassifierMixin, PrecomputedTagger):
    """The same with one label per sequence: scorers ask whether it is a classifier."""
