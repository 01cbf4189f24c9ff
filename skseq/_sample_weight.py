"""From ``sample_weight`` in any form to one weight for each sequence, or each step, of X.

- One entry per sequence, or, where there is one label per step, one per step: in the layout of y
  (list of lists, object array, `Sequences`, 2-D array), or flat.
- A sampler in front of the estimator changes which sequences there are, but a pipeline passes
  ``sample_weight`` on as it was. Where ``X.origin`` tells what each row comes from, weights with
  one entry for each original are brought to the rows. Weights that fit both ways, and differ,
  are refused, as are those that fit neither.
- The weights that X carries are multiplied with it. Something must have a positive weight in the
  end.
"""

import numpy as np

from skseq._class_counts import sequence_weight
from skseq._validation import check_fit_weight, has_step_labels, num_samples, refuse_mask
from skseq.data import Sequences, as_sequences

_CURE = (
    "let the weights go with the sequences through whatever samples them, as "
    "Sequences(..., weight=sample_weight) or X.replace(weight=sample_weight)"
)


def row_weight(X, sample_weight):
    """Weight of each sequence: what X carries times ``sample_weight``, None without either.

    Raises
    ------
    ValueError
        If ``sample_weight`` does not have one entry for each sequence, or nothing counts.
    """
    carried = None if X.weight is None else sequence_weight(X)
    if sample_weight is None:
        return _product(carried, None)
    refuse_mask(sample_weight, "sample_weight")
    if _is_ragged(sample_weight):
        raise ValueError(
            "sample_weight has one entry for each step, but y has one for each sequence; give one "
            "weight for each sequence"
        )
    return _product(carried, check_fit_weight(_of_rows(sample_weight, X), X))


def step_weight(X, sample_weight):
    """Weight of each step, as `row_weight`; ``sample_weight`` may be of sequences or of steps.

    Raises
    ------
    ValueError
        If ``sample_weight`` has neither form, or nothing counts.
    """
    carried = None if X.weight is None else X.step_weight()
    if sample_weight is None:
        return _product(carried, None)
    refuse_mask(sample_weight, "sample_weight")
    if _is_ragged(sample_weight):
        given = _of_rows(as_sequences(sample_weight, name="sample_weight"), X)
        return _product(carried, check_fit_weight(_aligned(given, X).values, X.values))
    if np.shape(sample_weight) == (X.n_steps,) != (len(X),):
        return _product(carried, check_fit_weight(sample_weight, X.values))
    given = check_fit_weight(_of_rows(sample_weight, X, flat_steps=True), X)
    return _product(carried, np.repeat(given, X.lengths))


def rows_that_count(X, sample_weight=None):
    """Which rows have weight, by what `Sequences` carry and by ``sample_weight``.

    Parameters
    ----------
    X : Sequences or any other input of n_sequences rows
        The data.

    sample_weight : array-like of shape (n_sequences,), or of one entry for each step, default=None
        Unchecked: what does not have a row for each of X says nothing here.

    Returns
    -------
    ndarray of bool of shape (n_sequences,)
    """
    counts = np.ones(num_samples(X), dtype=bool)
    if isinstance(X, Sequences):
        counts &= sequence_weight(X) > 0
    if not hasattr(sample_weight, "__len__") or len(sample_weight) != len(counts):
        return counts
    if not _is_ragged(sample_weight):
        return counts & (np.asarray(sample_weight) > 0)
    of_steps = as_sequences(sample_weight, name="sample_weight")
    return counts & (sequence_weight(of_steps.replace(weight=of_steps.values)) > 0)


def _is_ragged(sample_weight):
    is_one_number = np.isscalar(sample_weight) or getattr(sample_weight, "ndim", 1) == 0
    return not is_one_number and has_step_labels(sample_weight)


def _aligned(given, X):
    if given.values.ndim != 1:
        raise ValueError(
            f"sample_weight must have one entry per step, got {given.n_features} columns per step"
        )
    if not given.aligns_with(X):
        row = int(np.argmax(given.lengths != X.lengths))
        raise ValueError(
            f"sample_weight[{row}] has {given.lengths[row]} entries but X[{row}] has "
            f"{X.lengths[row]} steps; every step needs one"
        )
    return given


# -- what a sampler has moved -------------------------------------------------------------------


def _of_rows(given, X, *, flat_steps=False):
    """Weights of the rows of X, from those of the rows or of the originals that they are of."""
    if np.isscalar(given):
        return given
    given = given if isinstance(given, Sequences) else np.asarray(given)
    if given.ndim == 0:
        return given.item()
    n_originals = None if X.origin is None else X.origin.n_tokens
    if len(given) != n_originals:
        if len(given) != len(X):
            _refuse_length(given, X, flat_steps)
        return given
    moved = _moved(given, X)
    if len(given) != len(X):
        return moved
    if not (given == moved if isinstance(given, Sequences) else np.array_equal(given, moved)):
        raise ValueError(
            f"sample_weight has {len(given)} entries, as many as there were sequences before a "
            "sampler ran and as there are now, in another order; which of them are meant, nothing "
            f"tells. Instead, {_CURE}"
        )
    return given


def _moved(given, X):
    """Weight of each row from those of its originals: their mean where there are several."""
    origin = X.origin
    if not isinstance(given, Sequences):
        if given.ndim > 1 or given.dtype.kind not in "biuf":
            return given  # for the check of plain weights to refuse
        return np.add.reduceat(given[origin.values], origin.offsets[:-1]) / origin.lengths
    if not np.all(origin.lengths == 1) or not np.array_equal(
        given.lengths[origin.values], X.lengths
    ):
        raise ValueError(
            "sample_weight has one entry for each step of the data before a sampler ran, which cut "
            f"or mixed sequences. Instead, {_CURE}"
        )
    return given[origin.values]


def _refuse_length(given, X, flat_steps):
    steps = f" or one for each of their {X.n_steps} steps" if flat_steps else ""
    raise ValueError(
        f"sample_weight must have one entry for each of the {len(X)} sequences of X{steps}, got "
        f"shape {given.shape}. In cross-validation give it in the layout of y, so that it is split "
        f"with it; if a sampler ran before, {_CURE}"
    )


def _product(carried, given):
    if carried is None:
        return given
    if not carried.any():
        raise ValueError("the weights that X carries are all zero; at least one must count")
    if given is None:
        return carried
    weight = carried * given
    if not weight.any():
        raise ValueError(
            "sample_weight is zero wherever the weights that X carries are not; at least one "
            "sample must count"
        )
    return weight
