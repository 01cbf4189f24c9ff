"""The order of classes: which labels are higher than which."""

import warnings
from numbers import Number

import numpy as np

from skseq.exceptions import ClassOrderWarning


def ordered_categories(y):
    """Categories of a column that is ordered, in pandas or an Enum of polars, the lowest first.

    Returns
    -------
    ndarray, or None if y is no such column
    """
    dtype = getattr(y, "dtype", None)
    is_ordered = getattr(dtype, "ordered", False) or str(dtype).startswith("Enum")
    return np.asarray(dtype.categories) if is_ordered else None


def order_classes(classes, named, categories=None, *, stacklevel=5):
    """Give the labels from the lowest to the highest.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The labels, sorted.

    named : array-like of shape (n_classes,) or None
        The same in their order, if the caller names it.

    categories : ndarray, default=None
        They, and perhaps others, in the order that the labels bring along; ``named`` comes first.

    stacklevel : int, default=5
        Of the warning.

    Returns
    -------
    ndarray of shape (n_classes,)

    Raises
    ------
    ValueError
        If a label is named twice, or the named labels are not those that occur.

    Warns
    -----
    ClassOrderWarning
        If the order of labels that are not numbers is not named.
    """
    if named is None:
        known = [] if categories is None else categories[np.isin(categories, classes)]
        if len(known) == len(classes):
            return known
        if not _are_numbers(classes):
            warnings.warn(
                f"the labels are not numbers, so they are taken in sorted order, from "
                f"{classes.tolist()[0]!r} (lowest) to {classes.tolist()[-1]!r} (highest); name the "
                "order with the parameter classes, lowest first",
                ClassOrderWarning,
                stacklevel=stacklevel,
            )
        return classes
    named = np.asarray(named)
    if not np.array_equal(np.sort(named), classes):
        raise ValueError(
            "classes must name each label once, from the lowest to the highest; got "
            f"{named.tolist()} for the labels {classes.tolist()}"
        )
    return named


def rank_of(classes, ordered):
    """Place in the order of each of the sorted classes: ndarray of int of shape (n_classes,)."""
    rank = np.empty(len(classes), dtype=np.int64)
    rank[np.searchsorted(classes, ordered)] = np.arange(len(classes))
    return rank


def _are_numbers(classes):
    if classes.dtype == object:
        return all(isinstance(label, Number) for label in classes)
    return classes.dtype.kind in "biuf"
