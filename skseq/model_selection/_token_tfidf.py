"""What linear models of texts read best: how often words, and parts of words, occur."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from skseq.model_selection._token_texts import as_texts


class TokenTfidf(TransformerMixin, BaseEstimator):
    """TF-IDF of runs of one and two words, and of two to five characters inside words.

    Parameters
    ----------
    max_parts : int, default=100_000
        At most so many runs of characters, the most frequent ones.

    Notes
    -----
    Texts are read as they are, lists of tokens and token ids word by word. The ``vocabulary`` of
    `Sequences` gives the texts of ids; without it they have no characters.
    """

    def __init__(self, max_parts=100_000):
        self.max_parts = max_parts

    def fit(self, X, y=None):
        """Learn the columns."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X, y=None):
        """Learn the columns and give them for the same sequences: csr_matrix of float32."""
        texts, pattern, has_characters = as_texts(X)
        shared = {"sublinear_tf": True, "dtype": np.float32}
        parts = [("words", TfidfVectorizer(token_pattern=pattern, ngram_range=(1, 2), **shared))]
        if has_characters:
            characters = TfidfVectorizer(
                analyzer="char_wb", ngram_range=(2, 5), max_features=self.max_parts, **shared
            )
            parts.append(("characters", characters))
        self.union_ = FeatureUnion(parts)
        return self.union_.fit_transform(texts)

    def transform(self, X):
        """Give the columns of other sequences: csr_matrix of float32."""
        return self.union_.transform(as_texts(X)[0])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags
