"""A linear classifier by least squares, fast where columns are many, with probabilities."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import RidgeClassifierCV

from skseq.decisions import fit_scaling, scale_scores


class CalibratedRidge(ClassifierMixin, BaseEstimator):
    """Balanced ridge regression on the classes, tuned and calibrated by leaving out each row.

    Both come from one decomposition of the data, without a further fit. As classes are balanced,
    so are the probabilities: they stand for classes that are equally frequent.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,), default=None
        Strengths of the penalty, of which the one with the least squared error is taken. None
        takes 1e-1 to 1e5.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.

    ridge_ : RidgeClassifierCV
        The fitted classifier.

    scaling_ : ndarray of shape (2, n_classes)
        Brings its scores to log probabilities, as `fit_scaling` has them.
    """

    def __init__(self, alphas=None):
        self.alphas = alphas

    def fit(self, X, y):
        """Fit to a table and its labels."""
        alphas = np.logspace(-1, 5, 13) if self.alphas is None else self.alphas
        best = RidgeClassifierCV(alphas, class_weight="balanced").fit(X, y).alpha_
        # Held-out scores are kept where there is a scorer; with one alpha it chooses nothing.
        self.ridge_ = RidgeClassifierCV(
            [best], class_weight="balanced", scoring="accuracy", store_cv_results=True
        ).fit(X, y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        held_out = _one_column_each(self.ridge_.cv_results_.reshape(len(codes), -1))
        uniform = np.full(len(self.classes_), 1 / len(self.classes_))
        self.scaling_ = fit_scaling(held_out, codes, uniform, method="temperature")
        del self.ridge_.cv_results_
        return self

    def predict(self, X):
        """Predict the label of each row."""
        return self.ridge_.predict(X)

    def predict_proba(self, X):
        """Predict the probability of each class, (n, n_classes), as if all were as frequent."""
        scores = _one_column_each(self.ridge_.decision_function(X))
        return np.exp(scale_scores(scores, self.scaling_))


def _one_column_each(scores):
    """Scores of each class; of two, those of the second and their opposite."""
    scores = scores.reshape(len(scores), -1)
    return np.hstack([-scores, scores]) if scores.shape[1] == 1 else scores
