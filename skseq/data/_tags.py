"""From whatever a user passes as tags, one label for each step, to checked `Sequences`.

Requirements that this file meets:

- text and numbers are never mixed, for numpy would silently turn 1 into "1";
- marks that say "no label here" (-100, None, NaN) are never taken for labels: they are refused
  unless ``ignore`` names them, and then they are told apart from labels by `known_steps`;
- a step without a label has no part in anything that counts labels: `cut_steps` leaves such
  steps out, and `fill_marks` gives them a label that is to weigh nothing.
"""

import reprlib
from typing import Any

import numpy as np

from skseq._plain_checks import check_label_types, is_missing
from skseq._typing import BoolArray
from skseq.data._cells import (
    column_names,
    holds_number_lists,
    is_frame,
    read_number_lists,
    to_cells,
)
from skseq.data._sequences import Sequences

# What PyTorch's losses leave out by default, and tokenizers put where a word continues.
_IGNORE_INDEX = -100


def as_tags(y: Any, *, name: str = "y") -> Sequences:
    """Convert list of lists, object array, 2-D array or `Sequences` of labels to `Sequences`.

    A single column, as of shape (n_sequences, n_steps, 1), is taken for its entries. Lists of
    numbers that a CSV file has turned into text are read back.

    Raises
    ------
    TypeError
        If y has one label per sequence, is text, or mixes text and numbers.
    ValueError
        If a step has more than one label.
    """
    tags = y if isinstance(y, Sequences) else _ragged_tags(y, name)
    if tags.values.ndim > 1 and tags.n_features == 1:
        tags = tags.replace(values=tags.values[:, 0])
    if tags.values.ndim > 1:
        raise ValueError(
            f"{name} must have one label per step, got {tags.n_features} columns per step"
            f"{_one_hot_hint(tags.values, name)}"
        )
    if tags.dtype == object:
        check_label_types(tags.values, name)
    return tags


def _one_hot_hint(columns: np.ndarray, name: str) -> str:
    is_one_hot = columns.dtype != object and np.isin(columns, (0, 1)).all()
    if not (is_one_hot and (columns.sum(axis=1) == 1).all()):
        return ""
    return f". If they are one-hot, pass [np.argmax(row, axis=1) for row in {name}]"


def _ragged_tags(y: Any, name: str) -> Sequences:
    if is_frame(y) and len(column_names(y)) > 1:  # a column for each step
        y = np.asarray(y)
    if not isinstance(y, (list, tuple, np.ndarray)):
        y = to_cells(y, name=name)
    if holds_number_lists(y):
        y = read_number_lists(y, name=name)
    entries = list(y) if isinstance(y, (list, tuple)) else np.asanyarray(y)
    if len(entries) and np.ndim(entries[0]) == 0:
        first = getattr(entries[0], "item", lambda: entries[0])()
        if is_missing(first):
            raise ValueError(
                f"{name}[0] is missing ({first!r}): it needs one label for each step; drop these "
                "rows, from X as well"
            )
        raise TypeError(
            f"{name} must hold one label for each step (a list of lists, an object array or "
            f"Sequences), got one label per sequence: {name}[0] is {_shown(first)}. "
            f"{_cure_for_label(first, name)}"
        )
    if isinstance(entries, np.ndarray) and entries.ndim > 1:
        return Sequences.from_padded(_unmasked(entries))
    tags = Sequences.from_list([_unmasked(entry) for entry in entries])
    if tags.dtype.kind == "U":
        # numpy has made text of the numbers in other sequences; inside one it has not.
        first = [next(iter(entry)) for entry in entries if len(entry)]
        check_label_types(np.array(first, dtype=object), name)
    return tags


def _shown(label: Any) -> str:
    return reprlib.repr(label) if isinstance(label, str) else repr(label)


def _cure_for_label(label: Any, name: str) -> str:
    """What to do where there is one label, or one text, for each sequence."""
    if isinstance(label, str) and label.lstrip().startswith("["):
        return (
            "Lists that a file holds as text are read by "
            f"[ast.literal_eval(text) for text in {name}]"
        )
    cure = "SequenceClassifier learns one label for each sequence"
    if isinstance(label, str) and len(label) > 1:
        cure += (
            "; if each text spells the tags of its sequence, pass "
            f"[list(text) for text in {name}], or text.split() of each"
        )
    return cure


def _unmasked(entry: Any) -> Any:
    """What a masked array hides is None, no label."""
    if not isinstance(entry, np.ma.MaskedArray):
        return entry
    labels = entry.data.astype(object)
    labels[np.ma.getmaskarray(entry)] = None
    return labels


def check_tags(y: Any, X: Sequences, *, name: str = "y", ignore: Any = None) -> Sequences:
    """Convert y to tags and check that they align with X, step by step.

    Parameters
    ----------
    y : list of lists, object array, 2-D array or Sequences
        One label for each step.

    X : Sequences
        What they are labels of.

    name : str, default="y"
        Its name in error messages.

    ignore : scalar or list, default=None
        Marks in place of a label, see `known_steps`.

    Returns
    -------
    Sequences
        With the marks, where ``ignore`` names them.

    Raises
    ------
    ValueError
        If the number of sequences or a length differs, or a label is missing or continuous.
    """
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_consistent_length

    if y is None:
        raise ValueError(f"requires {name} to be passed, but the target {name} is None")
    tags = as_tags(y, name=name)
    check_consistent_length(X, tags)
    if not tags.aligns_with(X):
        row = int(np.argmax(tags.lengths != X.lengths))
        raise ValueError(
            f"{name}[{row}] has {tags.lengths[row]} labels but X[{row}] has {X.lengths[row]} "
            f"steps; every step needs one label{_length_hint(tags, X, name)}"
        )
    known = known_steps(tags, ignore, name=name)
    if tags.dtype.kind == "f":
        check_classification_targets(tags.values if known is None else tags.values[known])
    return tags


def _length_hint(tags: Sequences, X: Sequences, name: str) -> str:
    """A hint where tags of one length seem to be padded as X was, or where X was text."""
    if (tags.lengths == tags.lengths[0]).all() and (tags.lengths >= X.lengths).all():
        return f". If {name} is padded, pass Sequences.from_padded({name}, X.lengths)"
    if X.vocabulary is None:
        return ""
    return (
        ". A text has the steps that TokenEncoder cuts it into; instead pass lists of the tokens "
        f'that {name} has labels for, or for characters set level="char"'
    )


# -- marks in place of labels -----------------------------------------------------------------


def known_steps(tags: Sequences, ignore: Any = None, *, name: str = "y") -> BoolArray | None:
    """Which steps have a label, and not a mark in place of one.

    Parameters
    ----------
    tags : Sequences
        One label, or mark, for each step.

    ignore : scalar or list, default=None
        The marks. None and NaN (and NA of pandas) are one mark. The default of None refuses them
        and the number -100; an empty list refuses only what cannot be a label.

    name : str, default="y"
        Its name in error messages.

    Returns
    -------
    ndarray of bool of shape (n_steps_total,) or None
        None where every step has a label.

    Raises
    ------
    ValueError
        If a mark is not named, or no step has a label.

    Examples
    --------
    >>> from skseq import Sequences
    >>> known_steps(Sequences.from_list([[-100, 1], [0]]), ignore=-100)
    array([False,  True,  True])
    """
    known = np.ones(tags.n_steps, dtype=bool)
    for mark in _marks(ignore):
        known &= ~_holds(tags.values, mark)
    _refuse_marks(tags, known, ignore, name)
    if known.all():
        return None
    if not known.any():
        raise ValueError(f"{name} has no label: ignore={ignore!r} leaves out every step")
    return known


def cut_steps(tags: Sequences, known: BoolArray | None) -> Sequences:
    """Tags of the steps that have a label; a sequence of which nothing is left stays, empty.

    Parameters
    ----------
    tags : Sequences
        One label or mark for each step.

    known : ndarray of bool of shape (n_steps_total,) or None
        As `known_steps` gives.

    Returns
    -------
    Sequences
        Without weights and origin; ``tags`` itself where every step has a label.
    """
    if known is None:
        return tags
    before = np.concatenate([[0], np.cumsum(known)])
    return Sequences(_plain(tags.values[known]), before[tags.offsets])


def fill_marks(tags: Sequences, known: BoolArray | None) -> np.ndarray:
    """Labels of all steps, flat; steps without one get the commonest.

    Parameters and shapes are those of `cut_steps`.

    Returns
    -------
    ndarray of shape (n_steps_total,)
    """
    if known is None:
        return tags.values
    labels = _plain(tags.values[known])
    names, counts = np.unique(labels, return_counts=True)
    filled = np.full(len(known), names[counts.argmax()])
    filled[known] = labels
    return filled


def ignored_by(estimator: Any) -> Any:
    """The parameter ``ignore`` of an estimator, or of the one inside pipelines and searches."""
    while estimator is not None and not hasattr(estimator, "ignore"):
        steps = getattr(estimator, "steps", None)
        estimator = steps[-1][1] if steps else getattr(estimator, "estimator", None)
    return getattr(estimator, "ignore", None)


def _marks(ignore: Any) -> list[Any]:
    return [] if ignore is None else np.atleast_1d(np.asarray(ignore, dtype=object)).tolist()


def _holds(labels: np.ndarray, mark: Any) -> BoolArray:
    """Which labels are the mark."""
    if is_missing(mark):
        return _missing(labels)
    if labels.dtype == object:
        same = (not is_missing(label) and label == mark for label in labels)
        return np.fromiter(same, dtype=bool, count=len(labels))
    if isinstance(mark, str) != (labels.dtype.kind in "US"):
        return np.zeros(len(labels), dtype=bool)  # numpy would not compare them one by one
    return labels == mark


def _missing(labels: np.ndarray) -> BoolArray:
    """Which labels are None or NaN."""
    if labels.dtype.kind not in "fO":
        return np.zeros(len(labels), dtype=bool)
    try:  # NaN differs from itself, also as an object
        is_none = np.equal(labels, None)  # type: ignore[call-overload]
        return (np.not_equal(labels, labels) | is_none).astype(bool)
    except TypeError:  # pandas.NA is neither equal to itself nor not
        return np.fromiter(map(is_missing, labels), dtype=bool, count=len(labels))


def _plain(labels: np.ndarray) -> np.ndarray:
    """Labels without marks, in the type that they have by themselves."""
    return np.array(labels.tolist()) if labels.dtype == object else labels


def _refuse_marks(tags: Sequences, known: BoolArray, ignore: Any, name: str) -> None:
    """Raise ValueError if something that is not a label is not named as a mark."""
    missing = _missing(tags.values) & known
    if missing.any():
        is_none = tags.values[missing.argmax()] is None
        what, cure = ("missing labels (None)", "[None]") if is_none else ("NaN", "float('nan')")
        raise _unnamed_mark(tags, missing, name, what, cure)
    if ignore is None and tags.dtype.kind in "ifO":
        found = _holds(tags.values, _IGNORE_INDEX)
        if found.any():
            raise _unnamed_mark(tags, found, name, _IGNORE_INDEX, _IGNORE_INDEX)


def _unnamed_mark(
    tags: Sequences, found: BoolArray, name: str, what: object, cure: object
) -> ValueError:
    step = int(found.argmax())
    row = int(np.searchsorted(tags.offsets, step, side="right") - 1)
    return ValueError(
        f"Input {name} contains {what}, which is not a label: step {step - tags.offsets[row]} of "
        f"{name}[{row}], {int(found.sum())} such step(s) in all. Leave such steps out with "
        f"ignore={cure}, here and wherever else these tags go: estimators, samplers, weights, "
        "folds and metrics have that parameter"
    )


def like_input(tags: Sequences, given: object) -> Sequences | list[list[Any]]:
    """Give tags back in the form X came in: a list of lists for a list, else `Sequences`."""
    return tags.tolist() if isinstance(given, (list, tuple)) else tags
