"""The words of token sequences, whether they came as strings or as ids with a vocabulary."""

import numpy as np

from skseq.data import Sequences, as_sequences, refuse_channels, token_ids
from skseq.preprocessing._text import PADDING, UNKNOWN, read_rows
from skseq.samplers._base import holds_text

# As TokenEncoder tells words apart, and for tokens that were told apart already.
_WORDS, _TOKENS = r"(?u)\b\w+\b|[^\w\s]", r"\S+"


def token_texts(X):
    """Spell out tokens.

    Parameters
    ----------
    X : list of lists of str, or Sequences of token ids
        Ids are spelt by the ``vocabulary`` of `Sequences`.

    Returns
    -------
    tokens : Sequences of str
        Ids that stand for no word are empty; where there is no vocabulary, their numbers.

    are_spelt : bool
        Whether they are words rather than numbers.
    """
    if holds_text(X):
        rows, _ = read_rows(X)
        return Sequences.from_list([np.array(row, dtype=object) for row in map(list, rows)]), True
    X = as_sequences(X)
    if X.vocabulary is None:
        refuse_channels(X, "a baseline of words")
        return X.replace(values=X.values.astype(str).astype(object)), False
    return Sequences(words_by_id(X.vocabulary)[token_ids(X).values], X.offsets), True


def as_texts(X):
    """Join tokens to texts.

    Parameters
    ----------
    X : list of str, list of lists of str, or Sequences of token ids
        Ids are spelt by the ``vocabulary`` of `Sequences`.

    Returns
    -------
    texts : list of str

    pattern : str
        The regular expression of a token in them.

    are_spelt : bool
        Whether tokens are words rather than numbers.
    """
    if holds_text(X) or getattr(X, "dtype", np.dtype(float)).kind in "OU":
        rows, tokenized = read_rows(X)
        return (list(map(" ".join, rows)), _TOKENS, True) if tokenized else (rows, _WORDS, True)
    X = as_sequences(X)
    if X.vocabulary is None:
        refuse_channels(X, "a baseline of words")
        return [" ".join(map(str, row)) for row in X.tolist()], _TOKENS, False
    X, words = token_ids(X), words_by_id(X.vocabulary)
    if max(map(len, words)) == 1:  # characters
        return list(map("".join, X.replace(values=words[X.values]).tolist())), _WORDS, True
    return list(map(" ".join, X.replace(values=words[X.values]).tolist())), _TOKENS, True


def words_by_id(vocabulary):
    """Word of each id, empty for padding and unknown words: ndarray of str (n_ids,)."""
    words = np.full(max(vocabulary.values()) + 1, "", dtype=object)
    words[list(vocabulary.values())] = list(vocabulary)
    words[[PADDING, UNKNOWN]] = ""
    return words
