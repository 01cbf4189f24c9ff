"""Where tokens stand in their text."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_consistent_length

from skseq.data import Sequences, as_sequences


def token_offsets(
    texts: Sequence[str], tokens: Sequence[Sequence[str]]
) -> list[list[tuple[int, int]]]:
    """Find the tokens of each text in it, one after the other.

    Parameters
    ----------
    texts : list of n_sequences str
        The texts.

    tokens : list of n_sequences lists of str
        The tokens of each, in their order. Anything may stand between them.

    Returns
    -------
    list of n_sequences lists of (start, end)
        The first character of each token, and one past its last.

    Raises
    ------
    ValueError
        If a token has no characters, or does not come after those before it; text and token are
        named.

    See Also
    --------
    tags_to_spans : Takes them as ``offsets``.

    Examples
    --------
    >>> from skseq.spans import tags_to_spans, token_offsets
    >>> texts, tokens = ["It's Ada!"], [["It", "'s", "Ada", "!"]]
    >>> offsets = token_offsets(texts, tokens)
    >>> offsets
    [[(0, 2), (2, 4), (5, 8), (8, 9)]]
    >>> tags_to_spans(texts, [["O", "O", "B-PER", "O"]], offsets=offsets)[0][0].start
    5
    """
    check_consistent_length(texts, tokens)
    return [
        _offsets_in(text, row, index)
        for index, (text, row) in enumerate(zip(texts, tokens, strict=True))
    ]


def _offsets_in(text: str, tokens: Sequence[str], index: int) -> list[tuple[int, int]]:
    places, end = [], 0
    for place, token in enumerate(tokens):
        if not token:
            raise ValueError(
                f"tokens[{index}][{place}] has no characters, so it has no place in its text; drop "
                "it, and its tag"
            )
        start = text.find(token, end)
        if start < 0:
            raise ValueError(
                f"tokens[{index}][{place}] is {token!r}, which texts[{index}] does not have after "
                f"character {end}: {text[end : end + 30]!r}; tokens must be parts of the text, "
                "with its case and accents"
            )
        end = start + len(token)
        places.append((start, end))
    return places


def check_offsets(
    offsets: Iterable[Any], texts: Sequence[str], steps: Sequences | None = None
) -> Sequences:
    """Check places of tokens, and give them as `Sequences` of (start, end).

    Parameters
    ----------
    offsets : list of array-like of shape (length_i, 2)
        Start and end of each token.

    texts : list of str
        The texts they lie in.

    steps : Sequences, default=None
        What each token is a step of.

    Returns
    -------
    Sequences

    Raises
    ------
    ValueError
        If they do not align with ``steps``, a token is empty or lies outside its text, or starts
        before the one before it.
    """
    offsets = [row if len(row) else np.empty((0, 2), dtype=np.int64) for row in offsets]
    places = as_sequences(offsets, name="offsets")
    if places.values.shape[1:] != (2,) or places.dtype.kind not in "iu":
        raise ValueError(
            "offsets must be (start, end) in characters for each token, as token_offsets gives them"
        )
    if steps is not None and not places.aligns_with(steps):
        raise ValueError("offsets must have one (start, end) for each step, of every sequence")
    start, end = places.values.T
    row = places.sequence_index()
    ends = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))[row]
    goes_back = np.zeros(len(start), dtype=bool)
    goes_back[1:] = (start[1:] < start[:-1]) & (row[1:] == row[:-1])
    for wrong, rule in (
        (start >= end, "has no characters"),
        ((start < 0) | (end > ends), "lies outside its text"),
        (goes_back, "starts before the one before it"),
    ):
        if wrong.any():
            step = int(wrong.argmax())
            index = row[step]
            raise ValueError(
                f"the token of offsets[{index}][{step - places.offsets[index]}], "
                f"{places.values[step].tolist()}, {rule}"
            )
    return places


def lengths_of(X: Any) -> NDArray[np.int64]:
    """Steps of each sequence of any X: characters of texts, else tokens or steps."""
    if isinstance(X, Sequences):
        return X.lengths
    return np.fromiter(map(len, X), dtype=np.int64, count=len(X))
