"""What random tokens and mentions are drawn from: grouped members, frequencies, synonyms."""

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
        chance = rng.random_sample(len(groups))
        return self.members[self.starts[groups] + (chance * self.counts[groups]).astype(np.int64)]


class Frequencies:
    """Ids that occur, to draw from as often as they do."""

    def __init__(self, ids):
        self.ids, counts = np.unique(ids, return_counts=True)
        self.share = counts / counts.sum()

    def draw(self, size, rng):
        """Give ``size`` ids."""
        return rng.choice(self.ids, size, p=self.share)


class Synonyms:
    """Synonyms' ids, from a dict of ids or of words."""

    def __init__(self, synonyms, vocabulary):
        synonyms = {word: _as_list(others) for word, others in synonyms.items()}
        if vocabulary is not None:
            synonyms = {
                vocabulary[word]: [vocabulary[other] for other in others if other in vocabulary]
                for word, others in synonyms.items()
                if word in vocabulary
            }
        words = [word for word, others in synonyms.items() for _ in others]
        others = [other for others in synonyms.values() for other in others]
        if any(isinstance(token, str) for token in words + others):
            raise ValueError(
                "synonyms holds words; pass vocabulary, a dict from words to ids such as "
                "TokenEncoder's vocabulary_"
            )
        self.ids = np.array(others, dtype=np.int64)
        self.pool = Pool(np.array(words, dtype=np.int64))

    def exist(self, ids):
        """Whether each id has a synonym."""
        return self.pool.find(ids) >= 0

    def draw(self, ids, rng):
        """Give a random synonym of each id."""
        return self.ids[self.pool.draw(self.pool.find(ids), rng)]


def _as_list(others):
    return [others] if isinstance(others, (str, Integral)) else list(others)
