"""Copies that an over-sampler makes, changed by an augmenter; the originals stay as they are."""

import numpy as np
from scipy import sparse
from sklearn.base import clone

from skseq.augment import make_augmenter
from skseq.augment._marks import marks_as_weights, weights_as_marks
from skseq.data import Sequences, as_sequences


def augment_copies(augment, X, y, n_originals, random_state, ignore=None):
    """Augment the copies that follow the originals.

    Parameters
    ----------
    augment : str, class, Augmenter, list of these or None
        As `make_augmenter` takes it; None changes nothing. It learns from the originals.

    X : Sequences, ndarray of shape (n_sequences, n_steps) or of texts
        The originals, then the copies.

    y : ndarray of shape (n_sequences,) or Sequences of tags
        Their labels.

    n_originals : int
        How many are originals.

    random_state : numpy.random.RandomState
        Source of randomness.

    ignore : scalar, list or None, default=None
        Marks in tags in place of a label; they move along with their steps.

    Returns
    -------
    X_new, y_new : the types of X and y
        With the copies changed.

    Raises
    ------
    TypeError
        If X is sparse or holds texts.
    ValueError
        If copies of rows of a table come out longer or shorter.
    """
    if augment is None or n_originals == len(y):
        return X, y
    sequences = _as_steps(X)
    originals, copies = slice(0, n_originals), slice(n_originals, None)
    labels = marks_as_weights(y, ignore)
    augmenter = clone(make_augmenter(augment)).fit(sequences[originals], labels[originals])
    changed, labels = augmenter(sequences[copies], labels[copies], random_state=random_state)
    sequences = Sequences.concatenate([sequences[originals], changed])
    if isinstance(y, Sequences):
        y = Sequences.concatenate([y[originals], weights_as_marks(labels, y, ignore)])
    return (sequences if isinstance(X, Sequences) else _as_table(sequences, X)), y


def _as_steps(X):
    if isinstance(X, Sequences):
        return X
    if sparse.issparse(X) or X.ndim == 1:
        raise TypeError(
            f"augment changes steps, but X {'is sparse' if X.ndim == 2 else 'holds text'}; "
            "pass a dense array, or put a TokenEncoder before the sampler"
        )
    return as_sequences(X)


def _as_table(sequences, table):
    if (sequences.lengths != table.shape[1]).any():
        row = int(np.argmax(sequences.lengths != table.shape[1]))
        raise ValueError(
            f"augment changed the length of row {row} from {table.shape[1]} steps to "
            f"{sequences.lengths[row]}, which does not fit into a table; pass Sequences, or "
            "use an augmenter that keeps lengths"
        )
    return sequences.values.reshape(table.shape).astype(table.dtype, copy=False)
