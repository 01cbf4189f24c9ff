"""Count pairs of (true label, predicted label), and choose the classes an average runs over.

A million steps fall into at most n_classes ** 2 different pairs, and a label metric depends on
nothing else. So the pairs are counted once, and scikit-learn scores the distinct pairs, each
weighted by its count: its own result, without its cost on long arrays of strings.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skseq._typing import IntArray
from skseq._validation import check_choice, check_fit_weight, did_you_mean
from skseq.metrics._types import Average, Score

_TEXT_DTYPES = "US"
_NUMBER_DTYPES = "biuf"


class LabelPairs(NamedTuple):
    """The distinct pairs of true and predicted label, with how much each weighs."""

    classes: np.ndarray  # sorted labels of y_true, y_pred and what the caller named
    true: np.ndarray  # (n_pairs,) position in classes
    predicted: np.ndarray  # (n_pairs,) position in classes
    weight: np.ndarray  # (n_pairs,) total weight of the pair
    true_counts: np.ndarray  # (n_classes,) times in y_true, unweighted


def count_pairs(
    y_true: np.ndarray,
    y_pred: np.ndarray,
    sample_weight: ArrayLike | None = None,
    labels: ArrayLike | None = None,
) -> LabelPairs:
    """Count the pairs of two flat arrays of labels.

    Parameters
    ----------
    y_true, y_pred : ndarray of shape (n,)
        Labels: text or numbers.

    sample_weight : array-like of shape (n,), default=None
        Weight of each entry.

    labels : array-like of shape (n_labels,), default=None
        Labels that get a place in ``classes`` even where they do not occur.

    Returns
    -------
    LabelPairs
        Pairs of zero weight are left out.

    Raises
    ------
    TypeError
        If labels are neither text nor numbers.
    ValueError
        If there is nothing to score, a label is missing, or text meets numbers.
    """
    if not len(y_true):
        raise ValueError("y_true is empty; a score needs at least one label")
    parts = {"y_true": distinct(y_true, "y_true"), "y_pred": distinct(y_pred, "y_pred")}
    if labels is not None:
        parts["labels"] = distinct(np.asarray(labels), "labels")
    check_comparable_labels(**parts)
    classes = np.unique(np.concatenate(list(parts.values())))
    n_classes = len(classes)
    true_codes = positions(y_true, classes)
    pair_codes = true_codes * n_classes + positions(y_pred, classes)
    weight = None if sample_weight is None else check_fit_weight(sample_weight, y_true)
    pair_weight = np.bincount(pair_codes, weights=weight, minlength=n_classes**2)
    pairs = np.flatnonzero(pair_weight)
    return LabelPairs(
        classes,
        *np.divmod(pairs, n_classes),
        pair_weight[pairs],
        np.bincount(true_codes, minlength=n_classes),
    )


def score_pairs(
    metric: Callable[..., Any],
    pairs: LabelPairs,
    *,
    average: Average,
    labels: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    **kwargs: Any,
) -> Score:
    """Let scikit-learn's precision, recall or F score judge the pairs.

    Parameters
    ----------
    metric : callable
        Takes ``labels``, ``average``, ``sample_weight`` and ``zero_division``.

    pairs : LabelPairs
        What to score.

    average : {"macro", "micro", "weighted"} or None
        As in scikit-learn.

    labels, exclude : see `averaged_codes`
        Which classes count.

    **kwargs : dict
        Passed to ``metric``.

    Returns
    -------
    float or ndarray of shape (n_averaged,)
        NaN, or an empty array, if no class is left to average over.
    """
    if average is not None:
        check_choice("average", average, ("macro", "micro", "weighted"))
    codes = averaged_codes(pairs, labels, exclude, present_only=average != "micro")
    if not len(codes):
        return np.empty(0) if average is None else np.nan
    return metric(
        pairs.true,
        pairs.predicted,
        labels=codes,
        average=average,
        sample_weight=pairs.weight,
        zero_division=0,
        **kwargs,
    )


def averaged_codes(
    pairs: LabelPairs,
    labels: ArrayLike | None,
    exclude: ArrayLike | None,
    *,
    present_only: bool = True,
) -> IntArray:
    """Give the positions in ``pairs.classes`` of the classes that an average runs over.

    These are ``labels`` where the caller names them. Else they are the classes that y_true has:
    a class that is only predicted has no recall, and its wrong predictions already cost the
    classes they were taken from. A micro average must see these predictions all the same, hence
    ``present_only``. What ``exclude`` names is taken away.
    """
    if labels is not None:
        codes = positions(np.asarray(labels), pairs.classes)
    elif present_only:
        codes = np.unique(pairs.true)
    else:
        codes = np.arange(len(pairs.classes))
    return codes[~np.isin(codes, excluded_codes(exclude, pairs.classes, pairs.true_counts))]


def excluded_codes(
    exclude: ArrayLike | None, classes: np.ndarray, true_counts: IntArray
) -> IntArray:
    """Give the positions in ``classes`` that ``exclude`` names.

    Parameters
    ----------
    exclude : None, "majority", label or list of labels
        A single label must be known, for a typing error would silently average over everything; one
        that a fold may lack goes into a list.

    classes : ndarray of shape (n_classes,)
        The known labels.

    true_counts : ndarray of shape (n_classes,)
        How often each occurs in y_true.

    Returns
    -------
    ndarray of int of shape (n_excluded,)

    Raises
    ------
    ValueError
        If a single label is unknown.
    """
    if exclude is None:
        return np.empty(0, dtype=np.intp)
    if isinstance(exclude, str) and exclude == "majority":
        by_name = np.argsort(classes)  # columns come in any order: a tie goes by name
        return by_name[[np.argmax(true_counts[by_name])]]
    named = np.atleast_1d(np.asarray(exclude))
    if not named.size:
        return np.empty(0, dtype=np.intp)
    check_comparable_labels(y_true=classes, exclude=distinct(named, "exclude"))
    codes = positions(named, classes)
    if np.ndim(exclude) == 0 and codes[0] < 0:
        known = [*classes.tolist(), "majority"]
        raise ValueError(
            f"exclude={exclude!r} is neither 'majority' nor one of the labels "
            f"{_shorten(classes)}.{did_you_mean(exclude, known)} A label that may be missing "
            f"goes into a list: exclude=[{exclude!r}]"
        )
    return codes[codes >= 0]


def distinct(labels: np.ndarray, name: str) -> np.ndarray:
    """Sorted distinct labels of a flat array, as text or numbers.

    Raises
    ------
    TypeError
        If labels are neither text nor numbers, or a mix of both.
    ValueError
        If a label is None or NaN.
    """
    if labels.ndim != 1:
        raise ValueError(f"{name} must be 1-dimensional, got an array of shape {labels.shape}")
    if labels.dtype.kind in "OT":
        labels = _sorted_objects(labels, name)
    if labels.ndim != 1 or labels.dtype.kind not in _TEXT_DTYPES + _NUMBER_DTYPES:
        raise TypeError(f"{name} must hold labels that are text or numbers, got {labels.dtype}")
    found = np.unique(labels)
    if found.dtype.kind == "f" and np.isnan(found).any():
        raise ValueError(f"{name} contains NaN, which is not a label; drop it or give it a name")
    return found


def _sorted_objects(labels: np.ndarray, name: str) -> np.ndarray:
    # Hashing Python objects beats sorting them a million times.
    found = set(labels.tolist())
    if None in found:
        raise ValueError(f"{name} contains None, which is not a label; drop it or give it a name")
    types = {type(label).__name__ for label in found}
    try:
        return np.array(sorted(found))
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} must hold labels that are all text or all numbers, got {sorted(types)}"
        ) from None


def check_comparable_labels(**parts: np.ndarray) -> None:
    """Raise ValueError, naming two arguments, if text labels meet numbers."""
    (first, reference), *others = [(n, c) for n, c in parts.items() if len(c)]
    for name, classes in others:
        if (classes.dtype.kind in _TEXT_DTYPES) != (reference.dtype.kind in _TEXT_DTYPES):
            raise ValueError(
                f"{name} has labels such as {classes[0].item()!r} but {first} has labels such as "
                f"{reference[0].item()!r}; both must be text, or both numbers"
            )


def positions(labels: np.ndarray, classes: np.ndarray) -> NDArray[np.intp]:
    """Position of each label in ``classes``, which need not be sorted; -1 where it is absent.

    Returns
    -------
    ndarray of int of shape (n,)
    """
    if labels.dtype.kind in "OT":
        place = {label: index for index, label in enumerate(classes.tolist())}
        return np.array([place.get(label, -1) for label in labels.tolist()], dtype=np.intp)
    order = np.argsort(classes)
    ordered = classes[order]
    found = np.searchsorted(ordered, labels).clip(max=len(classes) - 1)
    return np.where(ordered[found] == labels, order[found], -1)


def _shorten(classes: np.ndarray, most: int = 10) -> str:
    shown = ", ".join(repr(label) for label in classes[:most].tolist())
    return f"[{shown}{', ...' if len(classes) > most else ''}]"
