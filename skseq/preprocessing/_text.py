"""Plain functions from texts to integer ids, at the level of words or of characters.

Each level flattens all documents into one row of units, counts the units and looks their ids up.
Words are looked up in a dict. Characters are handled as an array of code points, so that no
Python loop runs over them.
"""

import re
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import chain, pairwise, repeat
from typing import NamedTuple

import numpy as np

from skseq.data import Sequences, is_table, to_cells

PADDING, UNKNOWN = 0, 1
SPECIAL_TOKENS = ("<pad>", "<unk>")
_DIGIT = re.compile(r"\d")
_LIST_AS_TEXT = re.compile(r"""\s*\[\s*(['"]).*\1\s*\]\s*$""", re.DOTALL)
_ROWS_LOOKED_AT = 10
_REPLACEMENT_CHARACTER = "\ufffd"  # Unicode's own sign for a character that is not known


def read_rows(X):
    """List the rows of X, each a text (str) or a list of tokens.

    Returns
    -------
    rows : list of str or list of list of str
    tokenized : bool
        Whether the rows are lists of tokens.

    Raises
    ------
    TypeError
        If X is one text, a dict or a table, or a row is neither a text nor tokens or unlike the
        others.
    ValueError
        If a row is missing, or a list of tokens is empty.

    Warns
    -----
    UserWarning
        If the rows are texts that look like lists of tokens, as a CSV file holds them.
    """
    if isinstance(X, (str, bytes)) or (isinstance(X, np.ndarray) and X.ndim == 0):
        raise TypeError("X is one text; pass a list of texts, [text]")
    X = to_cells(X)
    if is_table(X):
        raise TypeError(
            "X is a table; pass one column of texts, such as X['text'] or X[:, 0], or a list of "
            "lists of tokens"
        )
    rows = X.tolist() if isinstance(X, (Sequences, np.ndarray)) else list(X)
    tokenized = bool(rows) and isinstance(rows[0], (list, tuple, np.ndarray))
    _check_rows(rows, (list, tuple, np.ndarray) if tokenized else str)
    if tokenized:
        rows = [row.tolist() if isinstance(row, np.ndarray) else row for row in rows]
        for index, row in enumerate(rows):
            _check_tokens(index, row)
    elif rows and all(map(_LIST_AS_TEXT.match, rows[:_ROWS_LOOKED_AT])):
        warnings.warn(
            f"X holds lists of tokens as text, such as {rows[0][:30]!r}, which are cut as any text "
            "is, brackets and quotes included. To have their tokens, pass [ast.literal_eval(text) "
            "for text in X]",
            UserWarning,
            stacklevel=5,
        )
    return rows, tokenized


def _check_rows(rows, allowed):
    # Types first: one fast pass, and the slow search only where there is something to find.
    if all(issubclass(cls, allowed) for cls in set(map(type, rows))):
        return
    index = next(index for index, row in enumerate(rows) if not isinstance(row, allowed))
    row = rows[index]
    what = "a list of tokens as X[0] is" if allowed is not str else "a text"
    hint = ", or every row a list of tokens" if index == 0 else ""
    raise TypeError(
        f"X[{index}] must be {what}, got {str(row)[:30]!r} of type {type(row).__name__}{hint}"
    )


def _check_tokens(index, row):
    if not len(row):
        raise ValueError(
            f"X[{index}] is an empty list of tokens; drop it, from y as well, or pass ['<unk>']"
        )
    if all(issubclass(cls, str) for cls in set(map(type, row))):
        return
    place = next(place for place, token in enumerate(row) if not isinstance(token, str))
    raise TypeError(
        f"X[{index}][{place}] must be a token (str), got {row[place]!r} of type "
        f"{type(row[place]).__name__}"
    )


def check_vocabulary(vocabulary):
    """Tokens that the user fixed, in the user's order (a set has none), without the special ones.

    Raises
    ------
    ValueError
        If a token occurs twice, or a dict gives one another id than it gets.
    TypeError
        If an entry is not text.
    """
    if isinstance(vocabulary, (set, frozenset)):
        vocabulary = sorted(vocabulary)
    tokens = [token for token in vocabulary if token not in SPECIAL_TOKENS]
    for token in tokens:
        if not isinstance(token, str):
            raise TypeError(f"vocabulary must hold tokens (str), got {token!r}")
    (token, count), *_ = Counter(tokens).most_common(1) or [("", 0)]
    if count > 1:
        raise ValueError(f"vocabulary has {token!r} {count} times; each token must stand once")
    if isinstance(vocabulary, Mapping):
        _check_given_ids(vocabulary, tokens)
    return tokens


def _check_given_ids(ids, tokens):
    for place, token in enumerate([*SPECIAL_TOKENS, *tokens]):
        if ids.get(token, place) != place:
            raise ValueError(
                f"vocabulary gives {token!r} the id {ids[token]}, but it would get {place}: tokens "
                "are numbered from 2 on, in their order, after 0 for padding and 1 for unknown "
                "ones. Pass a list of the tokens, and put rows of an embedding into that order"
            )


def rank_tokens(counts, *, min_count, max_vocab):
    """Tokens to keep: the most frequent first, ties in alphabetical order.

    Parameters
    ----------
    counts : dict of str to int
        How often each token occurs.

    min_count : int
        Rarer tokens are left out.

    max_vocab : int or None
        At most so many are kept.

    Returns
    -------
    list of str
    """
    kept = [
        token
        for token, count in counts.items()
        if count >= min_count and token not in SPECIAL_TOKENS
    ]
    return sorted(kept, key=lambda token: (-counts[token], token))[:max_vocab]


def encode_empty_as_unknown(ids, lengths):
    """Give every sequence of length 0 one unknown token.

    Returns
    -------
    ids : ndarray of int32 of shape (n_steps_total,) or (n_steps_total, n_columns)
    lengths : ndarray of int64 of shape (n_sequences,), all at least 1
    """
    empty = lengths == 0
    if not empty.any():
        return ids, lengths
    step = np.full(ids.shape[1:], PADDING, dtype=ids.dtype)
    step.flat[0] = UNKNOWN
    places = np.cumsum(lengths)[empty]
    return np.insert(ids, places, step, axis=0), np.maximum(lengths, 1)


# -- words ---------------------------------------------------------------------------------------


def _flatten_words(documents, lowercase):
    words = chain.from_iterable(documents)
    return list(map(str.lower, words) if lowercase else words)


def _count_words(words, vocabulary):
    return Counter(words)


def _encode_words(words, vocabulary):
    return np.fromiter(map(vocabulary.get, words, repeat(UNKNOWN)), np.int32, count=len(words))


def _list_words(X, tokens):
    return X.replace(values=tokens[X.values]).tolist()


def plain_form(word):
    """Give a word in lower case, with 0 for every digit."""
    return _DIGIT.sub("0", word.lower())


def known_form(word, vocabulary):
    """Give the spelling that a vocabulary has a word in: as it is, in lower case, or plain.

    The plain one is also that of a word which is not in it.
    """
    for form in (word, word.lower()):
        if form in vocabulary:
            return form
    return plain_form(word)


def _known_forms(words, vocabulary):
    vocabulary = {} if vocabulary is None else dict.fromkeys(vocabulary)
    form_of = {word: known_form(word, vocabulary) for word in set(words)}
    return [form_of[word] for word in words]


def _count_forms(words, vocabulary):
    return Counter(_known_forms(words, vocabulary))


def _encode_forms(words, vocabulary):
    return _encode_words(_known_forms(words, vocabulary), vocabulary)


# -- characters ----------------------------------------------------------------------------------


def _flatten_characters(documents, lowercase):
    # Lone surrogates are rare but legal in a str, and one damaged text must not stop the rest.
    encoded = "".join(documents).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(encoded, dtype="<u4")
    return _lower_codes(codes) if lowercase else codes


def _lower_codes(codes):
    # Only the first character of the lower-case form: that of 'İ' (U+0130) has two, and a
    # tagger needs one id for each character.
    present = np.flatnonzero(np.bincount(codes))
    if not len(present):
        return codes
    lower = np.zeros(present[-1] + 1, dtype=codes.dtype)
    lower[present] = [ord(chr(code).lower()[0]) for code in present]
    return lower[codes]


def _count_characters(codes, vocabulary):
    counts = np.bincount(codes)
    present = np.flatnonzero(counts)
    return dict(zip(map(chr, present), counts[present].tolist(), strict=True))


def _encode_characters(codes, vocabulary):
    known = {ord(token): index for token, index in vocabulary.items() if len(token) == 1}
    # The last entry stands for every code point beyond the table, where "clip" leads.
    ids = np.full(max(known) + 2, UNKNOWN, dtype=np.int32)
    ids[list(known)] = list(known.values())
    return ids.take(codes, mode="clip")


def _join_characters(X, tokens):
    characters = tokens.copy()
    characters[UNKNOWN] = _REPLACEMENT_CHARACTER
    text = "".join(characters[X.values])
    return [text[start:stop] for start, stop in pairwise(X.offsets.tolist())]


def join_rows(rows):
    """Join lists of single characters to texts.

    Raises
    ------
    ValueError
        If a token has more than one character.
    """
    for index, row in enumerate(rows):
        if set(map(len, row)) != {1}:
            token = next(token for token in row if len(token) != 1)
            raise ValueError(
                f'level="char" takes texts or lists of single characters, but X[{index}] has the '
                f'token {token!r}; use level="word" for lists of words'
            )
    return list(map("".join, rows))


# -- the levels ----------------------------------------------------------------------------------


class Level(NamedTuple):
    """What differs between words, characters, and words of which the spelling is read besides."""

    flatten: Callable  # documents, lowercase -> all units in one row
    count: Callable  # units, tokens of the vocabulary or None -> dict of token to count
    encode: Callable  # units, vocabulary -> ids
    decode: Callable  # Sequences of ids, tokens by id -> documents


LEVELS = {
    "word": Level(_flatten_words, _count_words, _encode_words, _list_words),
    "char": Level(_flatten_characters, _count_characters, _encode_characters, _join_characters),
    "word+char": Level(_flatten_words, _count_forms, _encode_forms, _list_words),
}
