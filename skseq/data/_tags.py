"""Tags, one label for each step: from whatever a user passes as y to checked `Sequences`."""

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length

from skseq.data._sequences import Sequences


def as_tags(y, *, name="y"):
    """Convert list of lists, object array, 2-D array or `Sequences` of labels to `Sequences`.

    Raises
    ------
    TypeError
        If y has one label a sequence, or is text.
    ValueError
        If a step has more than one label.
    """
    if isinstance(y, Sequences):
        tags = y
    else:
        entries = list(y) if isinstance(y, (list, tuple)) else np.asarray(y)
        if len(entries) and np.ndim(entries[0]) == 0:
            raise TypeError(
                f"{name} must hold one label for each step (a list of lists, an object array or "
                f"Sequences), got one label a sequence: {name}[0] is {entries[0]!r}"
            )
        table = isinstance(entries, np.ndarray) and entries.ndim > 1
        tags = Sequences.from_padded(entries) if table else Sequences.from_list(entries)
    if tags.values.ndim != 1:
        raise ValueError(f"{name} must have one label a step, got {tags.n_features} columns a step")
    return tags


def check_tags(y, X, *, name="y"):
    """Convert y to tags and check that they align with X, step by step.

    Returns
    -------
    Sequences

    Raises
    ------
    ValueError
        If the number of sequences or a length differs, or a label is NaN, missing or continuous.
    """
    if y is None:
        raise ValueError(f"requires {name} to be passed, but the target {name} is None")
    tags = as_tags(y, name=name)
    check_consistent_length(X, tags)
    if not tags.aligns_with(X):
        row = int(np.argmax(tags.lengths != X.lengths))
        raise ValueError(
            f"{name}[{row}] has {tags.lengths[row]} labels but X[{row}] has {X.lengths[row]} "
            "steps; every step needs one label"
        )
    _check_no_missing(tags, name)
    if tags.dtype.kind == "f":
        check_classification_targets(tags.values)
    return tags


def _check_no_missing(tags, name):
    if tags.dtype.kind not in "fO":
        return
    # NaN differs from itself, also as an object.
    nan = np.not_equal(tags.values, tags.values).astype(bool)
    if nan.any():
        raise ValueError(f"Input {name} contains NaN.")
    if tags.dtype == object and np.equal(tags.values, None).any():
        raise ValueError(f"Input {name} contains missing labels (None).")


def like_input(tags, given):
    """Give tags back in the form X came in: a list of lists for a list, else `Sequences`."""
    return tags.tolist() if isinstance(given, (list, tuple)) else tags
