"""Steps by kind: all that have one tag and were given one tag count as one, with their weight."""

from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array

from skseq._typing import IntArray
from skseq.data import Sequences, as_tags
from skseq.metrics._flat import flat_tags
from skseq.metrics._types import Tags


class Kinds(NamedTuple):
    """Kinds of steps, as tags of sequences of one step each."""

    true: Sequences  # n_kinds sequences
    predicted: Sequences
    weight: csr_array  # (n_kinds, n_units), of the steps of each kind in each unit


def kinds_of_steps(
    y_true: Tags, y_pred: Tags, unit: IntArray, weight: np.ndarray, ignore: Any
) -> Kinds | None:
    """Give the kinds of steps, and how much there is of each in each unit.

    Parameters
    ----------
    y_true, y_pred : list of lists, object array, 2-D array or Sequences
        One tag per step.

    unit : ndarray of int of shape (n_sequences,)
        What each sequence belongs to.

    weight : ndarray of shape (n_sequences,)
        How much each step of a sequence counts.

    ignore : scalar, list or None
        Marks in ``y_true`` in place of a tag; these steps are left out.

    Returns
    -------
    Kinds or None
        None for tags whose type is not that of text or numbers, and where there are none.
    """
    tags = as_tags(y_true, name="y_true")
    rows = Sequences(np.repeat(np.arange(len(tags)), tags.lengths), tags.offsets)
    true, predicted, row = flat_tags(tags, y_pred, rows, ignore)
    if not len(true) or "O" in (true.dtype.kind, predicted.dtype.kind):
        return None
    true_labels, true = np.unique(true, return_inverse=True)
    predicted_labels, predicted = np.unique(predicted, return_inverse=True)
    pairs, kind = np.unique(true * len(predicted_labels) + predicted, return_inverse=True)
    true_of_kind, predicted_of_kind = np.divmod(pairs, len(predicted_labels))
    # Which tag is the commonest depends on how many steps have it, whatever they weigh; so there
    # are as many kinds again that have it, of which there is nothing.
    n_kinds = len(pairs)
    commonest = np.bincount(true).argmax()
    true_of_kind = np.append(true_of_kind, np.repeat(commonest, n_kinds))
    predicted_of_kind = np.append(predicted_of_kind, predicted_of_kind)
    places = np.arange(len(true_of_kind) + 1)
    return Kinds(
        Sequences(true_labels[true_of_kind], places),
        Sequences(predicted_labels[predicted_of_kind], places),
        coo_array((weight[row], (kind, unit[row])), (2 * n_kinds, unit.max() + 1)).tocsr(),
    )
