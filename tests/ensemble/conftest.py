"""Small members, and a classifier of sequences that remembers what it was fitted to."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from skseq import SequenceClassifier, Sequences


class NearestMean(ClassifierMixin, BaseEstimator):
    """Classifies sequences by the mean of their values, and remembers what it was fitted to."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None):
        self.X_, self.y_, self.sample_weight_ = X, y, sample_weight
        self.classes_, codes = np.unique(y, return_inverse=True)
        weight = np.ones(len(y)) if sample_weight is None else sample_weight
        sums = np.bincount(codes, weights=weight * means(X))
        self.means_ = sums / np.bincount(codes, weights=weight)
        return self

    def predict_proba(self, X):
        closeness = np.exp(-((means(X)[:, None] - self.means_) ** 2))
        return closeness / closeness.sum(axis=1, keepdims=True)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def means(X):
    return np.bincount(X.sequence_index(), weights=X.values) / X.lengths


@pytest.fixture
def member():
    return NearestMean()


@pytest.fixture
def net():
    return SequenceClassifier(hidden_size=4, embedding_dim=4, max_epochs=3, device="cpu")


@pytest.fixture
def three_classes():
    """60 ragged sequences of one value, whose mean tells the class: 42 a, 13 b and 5 c."""
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat(["a", "b", "c"], [42, 13, 5]))
    lengths = rng.integers(1, 9, size=len(y))
    level = np.repeat(np.searchsorted(["a", "b", "c"], y), lengths)
    return Sequences.from_lengths(rng.normal(level, 0.8), lengths), y
