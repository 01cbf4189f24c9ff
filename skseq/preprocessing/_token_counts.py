"""Plain functions that count tokens, and runs of tokens, in each sequence.

A run of n tokens (an n-gram) is known by a number: its first n - 1 tokens have one, and so has its
last token, so two integers make a third. Looking numbers up in a sorted array takes the place of a
dict of tuples, and no Python loop runs over steps.
"""

import numpy as np
from scipy import sparse


def learn_ngrams(X, max_n):
    """Learn the n-grams that occur in token ids, for n from 1 to ``max_n``.

    Returns
    -------
    list of ndarray of int64
        For each n the sorted codes of its n-grams: the ids themselves for n = 1; else the number
        of the first n - 1 tokens, times the number of ids, plus the number of the last id.
    """
    known = [np.unique(X.values).astype(np.int64)]
    last = before = _number(X.values, known[0])
    for _ in range(1, max_n):
        codes = _join(before, last, X, len(known[0]))
        known.append(np.unique(codes[codes >= 0]))
        before = _number(codes, known[-1])
    return known


def count_ngrams(X, known, min_n):
    """Count known n-grams in each sequence; others are left out.

    Parameters
    ----------
    X : Sequences
        Token ids.

    known : list of ndarray of int64
        From `learn_ngrams`.

    min_n : int
        Fewest tokens of the n-grams to count; the most is ``len(known)``.

    Returns
    -------
    csr_matrix of float64 of shape (n_sequences, n_terms)
        Columns by number of tokens, then in the order of ``known``.
    """
    counts = []
    last = before = _number(X.values, known[0])
    for n, codes in enumerate(known, start=1):
        if n > 1:
            before = _number(_join(before, last, X, len(known[0])), codes)
        if n >= min_n:
            counts.append(_count(before, X, len(codes)))
    return sparse.hstack(counts, format="csr")


def ngram_tokens(known, min_n):
    """Token ids of each n-gram.

    Returns
    -------
    list of tuple of int
        One entry for each column of `count_ngrams`.
    """
    tokens, rows = [], known[0][:, None]
    for n, codes in enumerate(known, start=1):
        if n > 1:
            first, last = np.divmod(codes, len(known[0]))
            rows = np.column_stack([rows[first], known[0][last]])  # (n_terms, n)
        if n >= min_n:
            tokens += map(tuple, rows.tolist())
    return tokens


def _number(codes, known):
    """Position of each code in the sorted ``known``, -1 where it is not there."""
    if not len(known):
        return np.full(len(codes), -1)
    place = np.minimum(np.searchsorted(known, codes), len(known) - 1)
    return np.where(known[place] == codes, place, -1)


def _join(before, last, X, n_ids):
    """Code of the n-gram that ends at each step, -1 where none does or a part is unknown."""
    codes = np.full(len(last), -1)
    codes[1:] = np.where((before[:-1] >= 0) & (last[1:] >= 0), before[:-1] * n_ids + last[1:], -1)
    codes[X.offsets[:-1]] = -1  # it would reach into the sequence before
    return codes


def _count(numbers, X, n_terms):
    is_known = numbers >= 0
    pairs = (X.sequence_index()[is_known], numbers[is_known])
    ones = np.ones(len(pairs[0]))
    return sparse.coo_matrix((ones, pairs), shape=(len(X), n_terms)).tocsr()
