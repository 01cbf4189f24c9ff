"""Token ids: integers that number the rows of an embedding table, from 0 on."""

from skseq.data._not_numbers import place_of_step
from skseq.data._sequences import Sequences

_IF_VALUES = 'if the steps are numbers (times, counts), not ids, set input="values"'

# torch counts the rows of a table, and we keep ids, in types that hold this much everywhere.
_MAX_ID = 2**31 - 1

# Ids this large are refused where their table would have far more rows than there are steps.
_MANY_IDS = 2**20
_ROWS_A_STEP = 10


def check_tokens(X: Sequences) -> None:
    """Raise ValueError for ids that are negative, too large or outside the vocabulary of X."""
    lowest, highest = int(X.values.min()), int(X.values.max())
    if lowest < 0:
        place = place_of_step(X, int(X.values.argmin()))
        raise ValueError(
            f"token ids must not be negative, got {lowest} ({place}); {_IF_VALUES}; if it marks "
            "what is not a step, such as padding, leave it out"
        )
    place = place_of_step(X, int(X.values.argmax()))
    if X.n_tokens is not None and highest >= X.n_tokens:
        raise ValueError(
            f"token id {highest} is outside the vocabulary of {X.n_tokens} tokens "
            f"(ids 0 to {X.n_tokens - 1}): {place}"
        )
    n_tokens = X.n_tokens or highest + 1
    sparse = X.n_tokens is None and n_tokens > max(_MANY_IDS, _ROWS_A_STEP * X.n_steps)
    if highest > _MAX_ID or n_tokens > _MAX_ID + 1 or sparse:
        raise ValueError(
            f"{place} holds {highest}: as token ids the {X.n_steps} steps would need a table of "
            f"{n_tokens} rows; {_IF_VALUES}; if they are ids, number them from 0, "
            "such as by np.unique(ids, return_inverse=True)"
            + (", or give n_tokens= of Sequences" if highest <= _MAX_ID else "")
        )


def check_vocabulary(X: Sequences, n_tokens: int, name: str) -> None:
    """Raise ValueError for an id that an estimator did not know when it was fitted.

    Parameters
    ----------
    X : Sequences of int
        Token ids.

    n_tokens : int
        How many ids it knows.

    name : str
        The estimator's.
    """
    highest = int(X.values.max())
    if highest < n_tokens:
        return
    raise ValueError(
        f"token id {highest} is outside the vocabulary of {n_tokens} tokens (ids 0 to "
        f"{n_tokens - 1}) that {name} was fitted on: {place_of_step(X, int(X.values.argmax()))}. "
        "Where more ids may come, say how many there are at fit: Sequences.from_list(X, "
        f"n_tokens=...); {_IF_VALUES}; for text, encode X with the TokenEncoder that was fitted "
        "with it"
    )
