"""What random tokens and mentions are drawn from: grouped members, frequencies, synonyms."""

import warnings
from numbers import Integral

import numpy as np


class Pool:
    """Members of named groups, such as the tokens of each tag, to draw from.

    Parameters
    ----------
    names : array-like of shape (n_members,)
        The group of each member.
    """

    def __init__(self, names):
        self.names, codes = np.unique(names, return_inverse=True)
        self.members = np.argsort(codes, kind="stable")
        self.counts = np.bincount(codes, minlength=len(self.names))
        self.starts = np.cumsum(self.counts) - self.counts

    def find(self, names):
        """Index of each name's group, -1 where there is no such group."""
        if not len(self.names):
            return np.full(len(names), -1)
        index = np.searchsorted(self.names, names).clip(max=len(self.names) - 1)
        return np.where(self.names[index] == names, index, -1)

    def draw(self, groups, rng):
        """Position of a random member of each of the groups, which `find` gave."""
        draws = rng.random_sample(len(groups))
        return self.members[self.starts[groups] + (draws * self.counts[groups]).astype(np.int64)]


class Frequencies:
    """Ids that occur, to draw from as often as they do."""

    def __init__(self, ids):
        self.ids, counts = np.unique(ids, return_counts=True)
        self.share = counts / counts.sum()

    def draw(self, size, rng):
        """Give ``size`` ids."""
        return rng.choice(self.ids, size, p=self.share)


class Synonyms:
    """Synonyms' ids, from a dict of ids, or of words whose ids a vocabulary has.

    Parameters
    ----------
    synonyms : dict
        Token -> its synonyms, a list or one; all of them ids, or all of them words.

    vocabulary : dict of str to int or None
        Word -> id; for words only.
    """

    def __init__(self, synonyms, vocabulary):
        pairs = [(word, other) for word, others in synonyms.items() for other in _as_list(others)]
        if holds_words(synonyms):
            pairs = _ids_of(pairs, vocabulary)
        words, others = zip(*pairs, strict=True) if pairs else ((), ())
        self.ids = np.array(others, dtype=np.int64)
        self.pool = Pool(np.array(words, dtype=np.int64))

    def exist(self, ids):
        """Whether each id has a synonym."""
        return self.pool.find(ids) >= 0

    def draw(self, ids, rng):
        """Give a random synonym of each id."""
        return self.ids[self.pool.draw(self.pool.find(ids), rng)]


def holds_words(synonyms):
    """Whether a dict of synonyms holds words; False of ids.

    Raises
    ------
    TypeError
        If it holds both.
    """
    tokens = [*synonyms, *(other for others in synonyms.values() for other in _as_list(others))]
    are_words = {isinstance(token, str) for token in tokens}
    if len(are_words) > 1:
        raise TypeError("synonyms must hold words or token ids, got some of both")
    return True in are_words


def _ids_of(pairs, vocabulary):
    if vocabulary is None:
        raise ValueError(
            "synonyms holds words, but X does not say which words its token ids stand for; encode "
            "texts by a TokenEncoder in front, or pass vocabulary, a dict from words to ids such "
            "as TokenEncoder's vocabulary_"
        )
    known = [
        (vocabulary[word], vocabulary[other])
        for word, other in pairs
        if word in vocabulary and other in vocabulary
    ]
    if pairs and not known:
        warnings.warn(
            f"none of the {len(pairs)} pair(s) of synonyms is in the vocabulary of X, so nothing "
            "is replaced; are they in lower case where its words are, and are these words at all?",
            UserWarning,
            stacklevel=2,
        )
    return known


def _as_list(others):
    return [others] if isinstance(others, (str, Integral)) else list(others)
