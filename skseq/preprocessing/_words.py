"""What is seen of a word besides its id: affixes, case, shape and characters, a row for each word.

All of it is read off the spelling, so a word that was never seen before has it, too. It is worked
out once for each spelling.
"""

import re
from collections import Counter
from itertools import chain
from typing import NamedTuple

import numpy as np
from sklearn.utils import murmurhash3_32

from skseq.data import CharacterChannel, IdChannel
from skseq.preprocessing._text import PADDING, UNKNOWN, plain_form, rank_tokens

_AFFIX_LENGTHS = (1, 2, 3, 4)
_RUN = re.compile(r"(.)\1{2,}", re.DOTALL)


def affixes(word):
    """List the prefixes and suffixes of 1 to 4 characters, "" where a word is shorter."""
    lengths = [length if length <= len(word) else 0 for length in _AFFIX_LENGTHS]
    prefixes = [word[:length] for length in lengths]
    return prefixes + [word[len(word) - length :] for length in lengths]


def case_of(word):
    """Number how a word is written.

    Returns
    -------
    int
        1 without upper and lower case, 2 in lower case, 3 in upper case, 4 with an upper-case
        first letter alone, 5 otherwise.
    """
    tests = (word.lower() == word.upper(), word.islower(), word.isupper(), word.istitle(), True)
    return 1 + tests.index(True)


def shape_of(word):
    """Give X for upper case, x for other letters, d for digits; at most two of a kind in a row."""
    signs = (
        "X" if sign.isupper() else "x" if sign.isalpha() else "d" if sign.isdigit() else sign
        for sign in word
    )
    return _RUN.sub(r"\1\1", "".join(signs))


class WordForms(NamedTuple):
    """What there is to see of words.

    Parameters
    ----------
    characters : dict of str to int
        Id of each character that is known.

    shapes : dict of str to int
        Id of each shape that is known.

    n_affixes : int
        Ids of affixes, which are hashed.

    max_word_length : int
        Characters of a word that are read.
    """

    characters: dict
    shapes: dict
    n_affixes: int
    max_word_length: int

    @classmethod
    def of(cls, words, min_count, n_affixes, max_word_length):
        """Learn the characters and shapes that occur at least ``min_count`` times in words."""
        shapes = Counter(map(shape_of, words))
        characters = Counter(chain.from_iterable(words))
        return cls(
            _number(characters, min_count), _number(shapes, min_count), n_affixes, max_word_length
        )

    @property
    def channels(self):
        """list of channels : what the columns of `rows` are."""
        return [
            IdChannel("affixes", self.n_affixes + 1, n_columns=2 * len(_AFFIX_LENGTHS)),
            IdChannel("case", 6, dim=5),
            IdChannel("shape", len(self.shapes) + 2, dim=15),
            CharacterChannel("characters", len(self.characters) + 2, self.max_word_length),
        ]

    def rows(self, words):
        """Describe words: ndarray of int32 of shape (n_words, n_columns)."""
        numbers = {}
        place = [numbers.setdefault(word, len(numbers)) for word in words]
        n_columns = sum(channel.n_columns for channel in self.channels)
        rows = np.full((len(numbers), n_columns), PADDING, dtype=np.int32)
        for row, word in zip(rows, numbers, strict=True):
            self._describe(word, row)
        return rows[place]

    def _describe(self, word, row):
        hashed = [self._hash(side, affix) for side, affix in enumerate(affixes(plain_form(word)))]
        ids = [*hashed, case_of(word), self.shapes.get(shape_of(word), UNKNOWN)]
        ids += [self.characters.get(sign, UNKNOWN) for sign in word[: self.max_word_length]]
        row[: len(ids)] = ids

    def _hash(self, side, affix):
        # "s" at the beginning of a word and at its end are two affixes.
        return 1 + murmurhash3_32(affix, seed=side, positive=True) % self.n_affixes if affix else 0


def _number(counts, min_count):
    known = rank_tokens(counts, min_count=min_count, max_vocab=None)
    return {token: index for index, token in enumerate(known, start=UNKNOWN + 1)}
