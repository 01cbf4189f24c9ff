"""Labels to codes 0 ... n_classes - 1."""

import warnings
from collections.abc import Set

import numpy as np

from skseq._validation import did_you_mean

_BLOCK = 2**18


def find_classes(labels, classes=None):
    """Sorted classes: those that occur, or those that the caller names.

    Labels may also be the positions of named texts when sorted, into which scikit-learn's
    ``cross_val_predict`` turns labels before it calls ``predict_proba``. The classes are then these
    positions; `names_of_classes` knows the texts.

    Raises
    ------
    ValueError
        If there are fewer than two, or only one of them occurs.

    Warns
    -----
    UserWarning
        If labels are such positions, and the texts are named in another order.
    """
    present = np.unique(labels)
    if len(present) < 2:
        raise ValueError(
            f"y has only one class, {present.tolist()[0]!r}; learning to tell classes apart needs "
            "at least two"
        )
    if classes is None:
        return present
    named, classes = _in_a_row(classes), named_classes(classes)
    if _are_positions(present, classes):
        if not np.array_equal(named, classes):
            warnings.warn(
                f"y holds numbers, but the parameter classes names {named.tolist()}; they are "
                f"taken for positions in the sorted order {classes.tolist()}, as scikit-learn's "
                "cross_val_predict numbers labels",
                UserWarning,
                stacklevel=3,
            )
        return np.arange(len(classes))
    _refuse_positions_of_numbers(present, classes)
    encode_labels(present, classes)
    return classes


def _refuse_positions_of_numbers(present, classes):
    """Say what to do where ``cross_val_predict`` has numbered classes that are other numbers."""
    numbers = present.dtype.kind in "iu" and classes.dtype.kind in "iuf"
    if numbers and present[0] == 0 and present[-1] < len(classes) and 0 not in classes:
        raise ValueError(
            f"y has the label 0, which is not one of the classes {classes.tolist()}. If that is "
            "scikit-learn's cross_val_predict, which numbers labels from 0 before it asks for "
            "probabilities: give it LabelEncoder().fit_transform(y) and "
            f"classes=range({len(classes)}), since 1 could mean both a label and a position"
        )


def names_of_classes(classes, named):
    """The caller's names of the classes: themselves, unless they are positions of texts."""
    if named is None or np.asarray(classes).dtype.kind not in "iu":
        return classes
    named = named_classes(named)
    return named if len(named) == len(classes) and _are_positions(classes, named) else classes


def _are_positions(labels, classes):
    """Whether labels are positions of the classes, which neither are nor look like numbers."""
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= len(classes):
        return False
    names = classes.tolist()
    return all(isinstance(name, str) and not name.strip().lstrip("-").isdigit() for name in names)


def first_classes(classes, named):
    """Sorted classes at the first call of ``partial_fit``, from its argument or the parameter.

    Raises
    ------
    ValueError
        If neither names them.
    """
    classes = named if classes is None else classes
    if classes is None:
        raise ValueError("classes must be passed on the first call to partial_fit.")
    return named_classes(classes)


def named_classes(classes):
    """Sorted classes that the caller names, each once.

    Raises
    ------
    ValueError
        If there are fewer than two, or they are not one-dimensional.
    """
    rows = _in_a_row(classes)
    if rows.ndim != 1:
        raise ValueError(
            f"classes must be a list of labels, such as [0, 1], got something of shape {rows.shape}"
        )
    if rows.dtype.kind == "f" and np.isnan(rows).any():
        raise ValueError(f"classes holds NaN, which is not a label: {rows.tolist()}")
    if len(np.unique(rows)) < 2:
        raise ValueError(
            f"classes must name at least two labels, got {rows.tolist()}; name every class that "
            "may come, or pass None to fit to have those of y"
        )
    return np.unique(rows)


def _in_a_row(classes):
    return np.asarray(sorted(classes) if isinstance(classes, Set) else classes)


def warn_of_unseen(labels, classes):
    """Warn of true labels that the model cannot predict since it never saw them."""
    unseen = np.setdiff1d(np.unique(np.asarray(labels)), classes)
    if len(unseen):
        warnings.warn(
            f"y has label(s) {unseen.tolist()} that were not seen in fit; every prediction for "
            "them counts as wrong. Split so that each class has members in the training data, or "
            "merge rare classes",
            UserWarning,
            stacklevel=3,
        )


def encode_labels(labels, classes):
    """Position of each label in the sorted ``classes``, in the smallest fitting integer type.

    Raises
    ------
    ValueError
        If a label is not among the classes.
    """
    labels = np.asarray(labels)
    codes = np.empty(len(labels), dtype=np.min_scalar_type(-len(classes)))
    # Block by block: searchsorted's own 8 bytes per label would outweigh the data of a long
    # tagging.
    for start in range(0, len(labels), _BLOCK):
        block = slice(start, start + _BLOCK)
        codes[block] = _encode_block(labels[block], classes)
    return codes


def _encode_block(labels, classes):
    try:
        codes = np.searchsorted(classes, labels)
        known = classes[np.minimum(codes, len(classes) - 1)] == labels
    except TypeError:  # labels of a type that cannot be compared with the classes
        known = np.zeros(len(labels), dtype=bool)
    if not np.all(known):
        label = labels[~known].tolist()[0]
        raise ValueError(
            f"y has the label {label!r}, which is not one of the classes {classes.tolist()}."
            f"{did_you_mean(label, classes)} Name every class that may come with the parameter "
            "classes"
        )
    return codes
