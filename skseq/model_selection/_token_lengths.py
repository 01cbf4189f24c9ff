"""What TF-IDF does not see, being of one size for all texts: how long they are."""

import re

import numpy as np
from scipy.sparse import diags_array
from sklearn.base import BaseEstimator, TransformerMixin

from skseq.model_selection._token_texts import as_texts


class TokenLengths(TransformerMixin, BaseEstimator):
    """Logarithms of how many tokens a text has, and how many characters, plus one.

    Notes
    -----
    Texts are read as by `TokenTfidf`: words that a ``vocabulary`` does not know are not counted,
    and ids without one have no characters.
    """

    def fit(self, X, y=None):
        """Learn nothing."""
        return self

    def transform(self, X):
        """Give ndarray of float64 of shape (n_texts, 2)."""
        texts, pattern, are_spelt = as_texts(X)
        tokens = list(map(re.compile(pattern).findall, texts))
        lengths = [[len(row), sum(map(len, row)) if are_spelt else 0] for row in tokens]
        return np.log1p(lengths)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.requires_fit = False
        return tags


class LastColumns(TransformerMixin, BaseEstimator):
    """Let the last columns of a sparse table count more, or less, or not at all.

    Parameters
    ----------
    n_columns : int
        How many.

    weight : float, default=1.0
        What they are multiplied by.
    """

    def __init__(self, n_columns, weight=1.0):
        self.n_columns = n_columns
        self.weight = weight

    def fit(self, X, y=None):
        """Learn nothing."""
        return self

    def transform(self, X):
        """Give a csr_array of the same shape."""
        scale = np.ones(X.shape[1], dtype=X.dtype)
        scale[-self.n_columns :] = self.weight
        return X @ diags_array(scale, dtype=X.dtype)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.requires_fit = False
        return tags
