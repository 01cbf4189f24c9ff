"""Steps and spans by kind: those that are alike count as one, with the weight of all of them."""

from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array

from skseq._typing import IntArray
from skseq.data import OUTSIDE, Sequences, as_tags
from skseq.metrics._flat import aligned_tags, flat_tags
from skseq.metrics._spans import find_hits, spans_of
from skseq.metrics._types import Tags


class Kinds(NamedTuple):
    """Kinds of steps or spans, as tags of sequences of one step each."""

    true: Sequences  # n_kinds sequences
    predicted: Sequences
    weight: csr_array  # (n_kinds, n_units), of all of a kind in a unit


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
    return _as_kinds(
        true_labels[true_of_kind], predicted_labels[predicted_of_kind], kind, unit[row], weight[row]
    )


def kinds_of_spans(
    y_true: Tags, y_pred: Tags, unit: IntArray, weight: np.ndarray, ignore: Any, scheme: str | None
) -> Kinds | None:
    """Give the kinds of spans, as tags of the scheme "plain", and how much there is in each unit.

    Parameters
    ----------
    y_true, y_pred, unit, weight, ignore : as for `kinds_of_steps`
        The tags, and how much those of a sequence count.

    scheme : str or None
        That of the tags, see `skseq.data.find_spans`.

    Returns
    -------
    Kinds or None
        None for types that are not text, and where there is no span.
    """
    tags, predicted = aligned_tags(y_true, y_pred, ignore)
    if not tags.n_steps:
        return None
    true, guessed = spans_of(tags, "y_true", scheme), spans_of(predicted, "y_pred", scheme)
    types = np.union1d(true.type, guessed.type)
    if not len(types) or types.dtype.kind != "U":
        return None
    is_right = find_hits(true, guessed, tags.n_steps)
    is_found = np.isin(true.start, guessed.start[is_right])
    # Of each type those that were found, missed and wrong; and the sequences, as steps without one.
    parts = [(true, is_found), (true, ~is_found), (guessed, ~is_right)]
    kinds = [
        number * len(types) + np.searchsorted(types, spans.type[chosen])
        for number, (spans, chosen) in enumerate(parts)
    ]
    rows = [
        np.searchsorted(tags.offsets, spans.start[chosen], side="right") - 1
        for spans, chosen in parts
    ]
    row = np.concatenate([*rows, np.arange(len(tags))])
    none = np.full(len(types), OUTSIDE)
    return _as_kinds(
        np.concatenate([types, types, none, [OUTSIDE]]),
        np.concatenate([types, none, types, [OUTSIDE]]),
        np.concatenate([*kinds, np.full(len(tags), 3 * len(types))]),
        unit[row],
        weight[row],
    )


def _as_kinds(
    true: np.ndarray, predicted: np.ndarray, kind: IntArray, unit: IntArray, weight: np.ndarray
) -> Kinds:
    places = np.arange(len(true) + 1)
    shape = len(true), unit.max() + 1
    return Kinds(
        Sequences(true, places),
        Sequences(predicted, places),
        coo_array((weight, (kind, unit)), shape).tocsr(),
    )
