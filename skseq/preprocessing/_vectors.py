"""Vectors of words that were trained elsewhere, and which rows a vocabulary needs of them."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.utils import murmurhash3_32

from skseq._validation import check_finite_rows
from skseq.preprocessing._text import SPECIAL_TOKENS, plain_form

_RUN_LENGTHS = (3, 4, 5)
_N_BUCKETS = 4096


class Coverage(NamedTuple):
    """How many of some words have a vector.

    Parameters
    ----------
    share : float
        Of the words, each as often as it was given.

    missing : list of str
        The words without, each once, in their order.
    """

    share: float
    missing: list


class WordVectors:
    """Vectors of words, which an estimator takes for ``embedding``.

    An estimator looks the words of its X up when it is fitted, so that the same vectors do for
    every fold of a cross-validation, whatever vocabulary that has.

    Parameters
    ----------
    words : iterable of str
        The words, all different.

    vectors : array-like of shape (n_words, n_dims)
        Their vectors; kept as float32.

    Attributes
    ----------
    words : list of str
        The words.

    vectors : ndarray of float32 of shape (n_words, n_dims)
        Their vectors, not to be written to.

    Raises
    ------
    ValueError
        If a word comes twice, shapes do not fit, or a number is not finite.

    See Also
    --------
    read_vectors : Reads them from a file.

    Notes
    -----
    A word is looked up as it is written, then in lower case, with a capital, in upper case, and
    in lower case with 0 for its digits. What is not found then is made up of vectors at random, one
    for each run of 3 to 5 of its characters, and is as long as the others on average: words of
    like spelling get like vectors, and the same ones each time. The unknown word has the mean of
    all vectors, padding 0.

    Examples
    --------
    >>> from skseq.preprocessing import WordVectors
    >>> vectors = WordVectors(["good", "bad"], [[1.0, 0.5], [-1.0, 0.5]])
    >>> vectors
    WordVectors: 2 words, 2 dimensions
    >>> vectors.rows({"<pad>": 0, "<unk>": 1, "bad": 2, "Good": 3})
    array([[ 0. ,  0. ],
           [ 0. ,  0.5],
           [-1. ,  0.5],
           [ 1. ,  0.5]], dtype=float32)
    >>> vectors.coverage(["good", "good", "fine"])
    Coverage(share=0.6666666666666667, missing=['fine'])
    """

    def __init__(self, words, vectors):
        self.words = list(words)
        with np.errstate(over="ignore"):  # reported below
            self.vectors = np.asarray(vectors, dtype=np.float32)
        if self.vectors.ndim != 2 or len(self.vectors) != len(self.words) or not self.words:
            raise ValueError(
                f"vectors must have one row for each of the {len(self.words)} words, at least one; "
                f"got shape {self.vectors.shape}"
            )
        check_finite_rows(self.vectors, "vectors")
        self._row = {word: row for row, word in enumerate(self.words)}
        if len(self._row) < len(self.words):
            twice = next(word for row, word in enumerate(self.words) if self._row[word] != row)
            raise ValueError(f"words has {twice!r} more than once; each must stand once")

    def rows(self, vocabulary):
        """Give the vectors that the ids of a vocabulary stand for.

        Parameters
        ----------
        vocabulary : dict of str to int
            Id of each word, such as the ``vocabulary_`` of `TokenEncoder`.

        Returns
        -------
        ndarray of float32 of shape (n_ids, n_dims)
            Row by id; ids that no word has get 0.

        Warns
        -----
        UserWarning
            If no word has a vector.
        """
        n_dims = self.vectors.shape[1]
        rows = np.zeros((max(vocabulary.values()) + 1, n_dims), dtype=np.float32)
        found = {word: self._find(word) for word in vocabulary}
        known = [word for word, row in found.items() if row is not None]
        missing = [word for word, row in found.items() if row is None]
        self._warn_of_strangers(known, missing)
        rows[[vocabulary[word] for word in known]] = self.vectors[[found[word] for word in known]]
        made_up = self.vectors.std() * vectors_of_spellings(missing, n_dims)
        rows[[vocabulary[word] for word in missing]] = made_up
        padding, unknown = SPECIAL_TOKENS
        if unknown in missing:
            rows[vocabulary[unknown]] = self.vectors.mean(axis=0)
        if padding in missing:
            rows[vocabulary[padding]] = 0
        return rows

    def coverage(self, words):
        """Count the words that have a vector.

        Parameters
        ----------
        words : iterable of str
            Words of a text, repeats and all, or a vocabulary.

        Returns
        -------
        Coverage
            ``share`` of the words, and those that are ``missing``.
        """
        words = [word for word in words if word not in SPECIAL_TOKENS]
        missing = [word for word in words if self._find(word) is None]
        return Coverage(1 - len(missing) / max(len(words), 1), list(dict.fromkeys(missing)))

    def _warn_of_strangers(self, known, missing):
        words = [word for word in missing if word not in SPECIAL_TOKENS]
        if words and not known:
            warnings.warn(
                f"none of the {len(words)} words, such as {words[0]!r}, has a vector; those that "
                f"have are such as {self.words[0]!r}. All get vectors by their spelling, which "
                "nothing was learnt by: choose the level and the pattern of TokenEncoder so that "
                "its words are those of the vectors",
                UserWarning,
                stacklevel=3,
            )

    def _find(self, word):
        return next((self._row[form] for form in forms_of(word) if form in self._row), None)

    def __len__(self):
        return len(self.words)

    def __repr__(self):
        return f"WordVectors: {len(self)} words, {self.vectors.shape[1]} dimensions"

    def __deepcopy__(self, memo):
        # Nothing writes to it, and scikit-learn's clone would copy it for every candidate and fold.
        return self


def forms_of(word):
    """List the spellings that a word is looked up by, in this order."""
    return (word, word.lower(), word.capitalize(), word.upper(), plain_form(word))


def vectors_of_spellings(words, n_dims):
    """Give words of like spelling like vectors, of standard deviation 1, the same ones each time.

    Parameters
    ----------
    words : list of str
        The words.

    n_dims : int
        Length of a vector.

    Returns
    -------
    ndarray of shape (n_words, n_dims)
    """
    directions = np.random.default_rng(0).standard_normal((_N_BUCKETS, n_dims))
    vectors = np.empty((len(words), n_dims))
    for vector, word in zip(vectors, words, strict=True):
        buckets = [murmurhash3_32(run, positive=True) % _N_BUCKETS for run in _runs(f"<{word}>")]
        vector[:] = directions[buckets].sum(axis=0) / len(buckets) ** 0.5
    return vectors


def _runs(spelling):
    """Runs of 3 to 5 characters; what is shorter is a run itself."""
    return [
        spelling[start : start + length]
        for length in _RUN_LENGTHS
        for start in range(max(1, len(spelling) - length + 1))
    ]
