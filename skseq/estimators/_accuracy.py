"""The score of the estimators of one label for each sequence."""

from typing import Any

from sklearn.metrics import accuracy_score

from skseq.training import warn_of_unseen


def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
    """Accuracy; under imbalance, or where classes have an order, prefer those of `skseq.metrics`.

    Parameters
    ----------
    X : as for `fit`
        The sequences.

    y : array-like of shape (n_sequences,)
        The true labels. A label that was not seen in `fit` can only be missed, and raises a
        warning.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence counts.

    Returns
    -------
    float
    """
    predicted = self.predict(X)
    warn_of_unseen(y, self.classes_)
    return float(accuracy_score(y, predicted, sample_weight=sample_weight))
