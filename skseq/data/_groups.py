"""Which rows come from the same original, and a validation split that is honest about it.

After a sampler ran, a sequence may stand in the data many times: as it was, copied, or mixed
with another into a synthetic one. A split by rows would then validate on what it trained on.
`original_groups` says which rows belong together, `split_originals` holds originals out.
"""

import warnings
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skseq._typing import BoolArray, IntArray
from skseq.data._sequences import Sequences
from skseq.exceptions import SmallClassWarning

# Any two numbers with well scattered bits: digits of pi.
_SEEDS = np.uint64(0x243F6A8885A308D3), np.uint64(0x13198A2E03707344)
# Steps that are hashed at once: few enough to stay in the cache.
_BLOCK_STEPS = 2**17

RandomState = np.random.RandomState | np.random.Generator
Names = Sequence[object] | np.ndarray


def original_groups(X: Sequences) -> IntArray:
    """Number the groups of rows that share an original.

    Two rows are in one group when they share an origin id, or when a chain of rows that do
    links them: a synthetic sequence joins the groups of its parents. Where ``X.origin`` is None,
    rows of identical content are one group.

    Parameters
    ----------
    X : Sequences
        The rows. Weights play no part.

    Returns
    -------
    ndarray of int64 of shape (n_sequences,)
        Group of each row, numbered from 0 in the order in which groups first appear.

    Examples
    --------
    >>> from skseq import Sequences
    >>> original_groups(Sequences.from_list([[1, 2], [3], [1, 2]]))
    array([0, 1, 0])
    >>> X = Sequences.from_list([[1], [2], [3], [4]], origin=Sequences.from_list(
    ...     [[0], [1], [2], [0, 2]]))
    >>> original_groups(X)
    array([0, 1, 0, 0])
    """
    return _content_groups(X) if X.origin is None else _linked_groups(X.origin)


def own_origins(n_rows: int) -> Sequences:
    """Ids of rows that are originals: the position of each, in ``range(n_tokens)``.

    How many there were stays with the ids when rows are drawn, so that one entry for each original
    can still be distinguished from one for each row.

    Parameters
    ----------
    n_rows : int
        Number of rows.

    Returns
    -------
    Sequences of int of shape (n_rows,)
    """
    return Sequences(np.arange(n_rows), np.arange(n_rows + 1), n_tokens=n_rows)


def merge_origins(origin: Sequences, rows: ArrayLike, n_rows: int) -> Sequences:
    """Give the origins of rows that several sequences went into.

    Parameters
    ----------
    origin : Sequences of int of shape (n_parts,)
        Ids of the originals of each part.

    rows : ndarray of int of shape (n_parts,)
        Row that each part went into.

    n_rows : int
        Number of rows.

    Returns
    -------
    Sequences of int of shape (n_rows,)
        Ids of the originals of all parts of each row, ascending, each once.

    Examples
    --------
    >>> from skseq import Sequences
    >>> origin = Sequences.from_list([[7], [3, 7], [5]])
    >>> merge_origins(origin, [0, 0, 1], n_rows=2).tolist()
    [[3, 7], [5]]
    """
    rows = np.repeat(np.asarray(rows), origin.lengths)
    rows, ids = np.unique(np.stack([rows, origin.values]), axis=1)
    lengths = np.bincount(rows, minlength=n_rows)
    return Sequences.from_lengths(ids, lengths, n_tokens=origin.n_tokens)


def split_originals(
    X: Sequences,
    y_codes: ArrayLike | None,
    fraction: float,
    rng: RandomState,
    class_names: Names | None = None,
) -> tuple[IntArray, IntArray]:
    """Split rows into training and validation so that no held-out original trains.

    Originals are chosen, class by class, not rows. A chosen original gives one validation row,
    the first that is that original and nothing else, so the validation part has no copies and
    its class shares are those of the originals. Every row that has a chosen original among its
    origins, as a copy or as one parent of several, is kept out of training.

    Parameters
    ----------
    X : Sequences
        The rows. Where ``X.origin`` is None, rows of identical content are one original.

    y_codes : array-like of int of shape (n_sequences,) or None
        Class of each row as a code from 0; an original has the class of its first row. None
        chooses among all originals alike.

    fraction : float
        Share of each class's originals to hold out, between 0 and 1. A class with at least two
        originals gives at least one and keeps at least one.

    rng : numpy.random.RandomState or Generator
        What chooses.

    class_names : sequence of shape (n_classes,), default=None
        Names of the classes in the warning; None takes their codes.

    Returns
    -------
    train_rows : ndarray of int64 of shape (n_train,)
        Rows to train on, in their order.

    valid_rows : ndarray of int64 of shape (n_valid,)
        Rows to validate on, in their order.

    Raises
    ------
    ValueError
        If ``fraction`` is not between 0 and 1, ``y_codes`` has another length than X, no row is
        exactly one original, or no class has two originals.

    Warns
    -----
    SmallClassWarning
        If a class has a single original, which then stays in training.

    Examples
    --------
    >>> import numpy as np
    >>> from skseq import Sequences
    >>> X = Sequences.from_list([[1], [2], [3], [4], [4], [4]])
    >>> train, valid = split_originals(X, [0, 0, 1, 1, 1, 1], 0.5, np.random.RandomState(0))
    >>> X[train].tolist(), X[valid].tolist()
    ([[1], [4], [4], [4]], [[2], [3]])
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction must lie between 0 and 1, both excluded; got {fraction}")
    y_codes = np.zeros(len(X), dtype=np.int64) if y_codes is None else np.asarray(y_codes)
    if y_codes.shape != (len(X),):
        raise ValueError(
            f"y_codes must have one code for each of the {len(X)} sequences, "
            f"got shape {y_codes.shape}"
        )
    origin = X.origin
    if origin is None:
        origin = Sequences(_content_groups(X), np.arange(len(X) + 1))
    ids, codes = np.unique(origin.values, return_inverse=True)
    origin = origin.replace(values=codes)
    original_codes, originals = _find_originals(origin)
    if not len(originals):
        raise ValueError(
            "X has no row that is exactly one original, so there is nothing to validate on; keep "
            "the originals beside the synthetic rows, or give a validation set of your own"
        )

    chosen = _choose_by_class(y_codes[originals], fraction, rng, class_names)
    held_out = np.zeros(len(ids), dtype=bool)
    held_out[original_codes[chosen]] = True
    trains = np.ones(len(X), dtype=bool)
    trains[origin.sequence_index()[held_out[codes]]] = False
    return np.flatnonzero(trains), np.sort(originals[chosen])


def original_rows(X: Sequences) -> IntArray:
    """One row for each original: the first that is that original and nothing else.

    Parameters
    ----------
    X : Sequences
        The rows. Where ``X.origin`` is None, each is an original.

    Returns
    -------
    ndarray of int64
        In their order.

    Examples
    --------
    >>> from skseq import Sequences
    >>> original_rows(Sequences.from_list([[1], [2], [1], [3]], origin=[4, 7, 4, 5]))
    array([0, 1, 3])
    """
    return np.arange(len(X)) if X.origin is None else np.sort(_find_originals(X.origin)[1])


def _find_originals(origin: Sequences) -> tuple[IntArray, IntArray]:
    """Ids of originals that are the only one of a row, and the first such row of each."""
    pure_rows = np.flatnonzero(_has_one_origin(origin))
    ids, first = np.unique(origin.values[origin.offsets[pure_rows]], return_index=True)
    return ids, pure_rows[first]


def _choose_by_class(
    classes: IntArray, fraction: float, rng: RandomState, class_names: Names | None
) -> IntArray:
    n_members = np.bincount(classes)
    if not (n_members > 1).any():
        raise ValueError(
            "a validation split needs a class with at least two different originals, but "
            f"{'X holds' if len(n_members) == 1 else 'every class has'} only one"
        )
    _warn_about_single_originals(np.flatnonzero(n_members == 1), class_names)
    n_chosen = np.rint(fraction * n_members).clip(1, None)
    n_chosen = np.minimum(n_chosen, n_members - 1)
    return draw_of_each_class(classes, n_chosen, rng)


def draw_of_each_class(codes: IntArray, n_drawn: ArrayLike, rng: RandomState) -> IntArray:
    """Draw rows of each class without replacement.

    Parameters
    ----------
    codes : ndarray of int of shape (n,)
        Class of each row, from 0.

    n_drawn : int or ndarray of shape (n_classes,)
        How many rows of each class, at most.

    rng : numpy.random.RandomState or Generator
        What draws.

    Returns
    -------
    ndarray of int
        Their positions, class by class.
    """
    shuffled = rng.permutation(len(codes))
    by_class = shuffled[np.argsort(codes[shuffled], kind="stable")]
    counts = np.bincount(codes)
    rank = np.arange(len(codes)) - np.repeat(np.cumsum(counts) - counts, counts)
    return by_class[rank < np.repeat(np.broadcast_to(n_drawn, counts.shape), counts)]


def _warn_about_single_originals(codes: IntArray, class_names: Names | None) -> None:
    if not len(codes):
        return
    names = [code if class_names is None else class_names[code] for code in codes.tolist()]
    warnings.warn(
        f"class(es) {', '.join(map(str, names))} have a single original sequence each, which "
        "stays in training: the validation score says nothing about them",
        SmallClassWarning,
        stacklevel=4,
    )


# -- groups by origin ---------------------------------------------------------------------------


def _linked_groups(origin: Sequences) -> IntArray:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ids, codes = np.unique(origin.values, return_inverse=True)
    n_rows, rows = len(origin), origin.sequence_index()
    # A graph with a node for each row and each id, and an edge from a row to each of its ids.
    size = n_rows + len(ids)
    edges = coo_array((np.ones(len(rows), dtype=bool), (rows, n_rows + codes)), (size, size))
    component = connected_components(edges, directed=False)[1][:n_rows]
    return _numbered_by_appearance(component)


def _has_one_origin(origin: Sequences) -> BoolArray:
    one = origin.lengths > 0
    first = origin.values[origin.offsets[:-1][one]]
    differs = origin.values != np.repeat(first, origin.lengths[one])
    one[origin.sequence_index()[differs]] = False
    return one


def _numbered_by_appearance(labels: IntArray) -> IntArray:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    return number[inverse]


# -- groups by content --------------------------------------------------------------------------


def _content_groups(X: Sequences) -> IntArray:
    # Two independent 64-bit hashes: two different sequences agree by chance once in 2 ** 128.
    hashes = [_hash_sequences(X, seed) for seed in _SEEDS]
    keys = np.stack([*hashes, X.lengths.view(np.uint64)])
    order = np.lexsort(keys)
    is_new = np.ones(len(X), dtype=bool)
    is_new[1:] = (np.diff(keys[:, order], axis=1) != 0).any(axis=0)
    labels = np.empty(len(X), dtype=np.int64)
    labels[order] = np.cumsum(is_new)
    return _numbered_by_appearance(labels)


def _hash_sequences(X: Sequences, seed: np.uint64) -> NDArray[np.uint64]:
    """One uint64 per sequence, some sequences at a time to save memory."""
    if X.dtype.kind not in "iubf":
        codes = np.unique(X.values, return_inverse=True)[1]
        X = Sequences(codes.reshape(X.values.shape), X.offsets)
    hashes = np.empty(len(X), dtype=np.uint64)
    starts = np.searchsorted(X.offsets, np.arange(0, X.n_steps, _BLOCK_STEPS))
    bounds = np.unique([0, *starts, len(X)])
    for start, stop in pairwise(bounds.tolist()):
        hashes[start:stop] = _hash_block(X[start:stop], seed)
    return hashes


def _hash_block(X: Sequences, seed: np.uint64) -> NDArray[np.uint64]:
    """One uint64 per sequence: the sum over its steps of a hash of position and values."""
    positions = np.arange(X.n_steps) - np.repeat(X.offsets[:-1], X.lengths)
    hashed = _mix(positions.astype(np.uint64) ^ seed)
    for column in X.values.reshape(X.n_steps, X.n_features).T:
        hashed = _mix(hashed + _as_bits(column))
    # Differences of a running sum are exact, since uint64 wraps around.
    running = np.zeros(X.n_steps + 1, dtype=np.uint64)
    np.cumsum(hashed, out=running[1:])
    return running[X.offsets[1:]] - running[X.offsets[:-1]]


def _as_bits(column: np.ndarray) -> NDArray[np.uint64]:
    """One uint64 for each entry, equal where the entries are."""
    if column.dtype.kind == "f":
        return (column.astype(np.float64) + 0.0).view(np.uint64)  # -0.0 becomes 0.0
    return column.astype(np.uint64)


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter the bits of each uint64, one to one (the finaliser of splitmix64)."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
