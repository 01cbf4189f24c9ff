"""Texts and words cut into the pieces that a language model reads.

Two levels of ragged arrays: a row has steps, a step has pieces. A step of a list of words is a
word; a step of a text is one of its pieces.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import chain, pairwise

import numpy as np

from skseq.data import offsets_from_lengths, step_positions, take_steps


@dataclass(frozen=True)
class Pieces:
    """The pieces of each step of each row, flat.

    Parameters
    ----------
    ids : ndarray of int64 of shape (n_pieces_total,)
        Their ids.

    step_lengths : ndarray of int64 of shape (n_steps_total,)
        Pieces in each step; 0 for a word of which the tokenizer leaves nothing.

    row_lengths : ndarray of int64 of shape (n_rows,)
        Steps in each row, at least 1.
    """

    ids: np.ndarray
    step_lengths: np.ndarray
    row_lengths: np.ndarray

    @cached_property
    def row_offsets(self):
        """ndarray of int64 of shape (n_rows + 1,) : the first step of each row."""
        return offsets_from_lengths(self.row_lengths)

    @cached_property
    def offsets(self):
        """ndarray of int64 of shape (n_rows + 1,) : the first piece of each row."""
        return offsets_from_lengths(self.step_lengths)[self.row_offsets]

    def take(self, rows):
        """Only the chosen rows."""
        starts, lengths = self.row_offsets[rows], self.row_lengths[rows]
        pieces = self.offsets[rows], self.offsets[rows + 1] - self.offsets[rows]
        step_lengths = self.step_lengths[step_positions(starts, lengths)]
        return Pieces(self.ids[step_positions(*pieces)], step_lengths, lengths)

    def keys(self):
        """Digest of each row, a list of bytes: equal rows, and only they, have the same."""
        steps = pairwise(self.row_offsets.tolist())
        pieces = pairwise(self.offsets.tolist())
        return [
            blake2b(
                self.step_lengths[first:last].tobytes() + self.ids[start:stop].tobytes(),
                digest_size=16,
                salt=(last - first).to_bytes(8, "little"),
            ).digest()
            for (first, last), (start, stop) in zip(steps, pieces, strict=True)
        ]

    def shares(self, subwords):
        """How much each piece counts in the vector of its step.

        Parameters
        ----------
        subwords : {"mean", "first"}
            What the vector of a step is made of.

        Returns
        -------
        ndarray of float32 of shape (n_pieces_total,)
        """
        filled = self.step_lengths[self.step_lengths > 0]
        if subwords == "mean":
            return np.repeat(np.float32(1) / filled.astype(np.float32), filled)
        shares = np.zeros(len(self.ids), dtype=np.float32)
        shares[offsets_from_lengths(filled)[:-1]] = 1
        return shares


def pieces_of_texts(rows, tokenize):
    """Cut texts; a text of which nothing is left is one step without a piece.

    ``tokenize`` takes a list of texts and gives a list of lists of ids.
    """
    ids, lengths = _flatten(tokenize(rows))
    row_lengths = np.maximum(lengths, 1)
    step_lengths = np.ones(row_lengths.sum(), dtype=np.int64)
    step_lengths[offsets_from_lengths(row_lengths)[:-1][lengths == 0]] = 0
    return Pieces(ids, step_lengths, row_lengths)


def pieces_of_words(rows, tokenize):
    """Cut lists of words, each word by itself and each different one once."""
    words = list(chain.from_iterable(rows))
    numbers = {word: number for number, word in enumerate(dict.fromkeys(words))}
    lead = word_lead(tokenize)
    ids, lengths = _flatten(tokenize([lead + word for word in numbers]))
    chosen = np.fromiter(map(numbers.get, words), np.int64, count=len(words))
    starts = offsets_from_lengths(lengths)[:-1][chosen]
    row_lengths = np.fromiter(map(len, rows), np.int64, count=len(rows))
    return Pieces(take_steps(ids, starts, lengths[chosen]), lengths[chosen], row_lengths)


def word_lead(tokenize):
    """A blank for tokenizers that write a word inside a text unlike one at its start, else ""."""
    start, inside, both = tokenize(["a", " a", "a a"])
    return " " if start != inside and both == start + inside else ""


def _flatten(lists):
    lengths = np.fromiter(map(len, lists), np.int64, count=len(lists))
    return np.fromiter(chain.from_iterable(lists), np.int64, count=lengths.sum()), lengths
