"""How much each sequence and each class weighs, and whether one imbalance is corrected twice."""

import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skseq._typing import FloatArray
from skseq.data import Sequences
from skseq.exceptions import DoubleCountingWarning

# How much less even a later correction may leave the classes before it counts as a second one.
_TOLERANCE = 1.1
# Samples that are counted at once.
_BLOCK = 2**18


def sequence_weight(X: Sequences) -> NDArray[np.float64]:
    """Weight of each sequence: its own, or the mean of its steps', or 1 without weights.

    Parameters
    ----------
    X : Sequences
        The sequences.

    Returns
    -------
    ndarray of float64 of shape (n_sequences,)
    """
    if X.weight is None:
        return np.ones(len(X))
    if not X.has_step_weight:
        return X.weight
    return class_totals(X.sequence_index(), len(X), X.weight) / np.maximum(X.lengths, 1)


def class_totals(
    codes: ArrayLike, n_classes: int, weight: FloatArray | None = None
) -> NDArray[np.float64]:
    """Sum of weights in each class.

    Parameters
    ----------
    codes : array-like of int of shape (n,)
        Class of each sample (or step), in ``range(n_classes)``.

    n_classes : int
        Number of classes.

    weight : array-like of shape (n,), default=None
        Weight of each sample; None means 1.

    Returns
    -------
    ndarray of float64 of shape (n_classes,)
    """
    codes = np.asarray(codes)
    totals = np.zeros(n_classes)
    # Block by block: bincount makes 8 bytes of each code, more than the data of a long tagging.
    for start in range(0, len(codes), _BLOCK):
        block = slice(start, start + _BLOCK)
        part = None if weight is None else weight[block]
        totals += np.bincount(codes[block], weights=part, minlength=n_classes)
    return totals


def weighted_counts(
    codes: ArrayLike, n_classes: int, weight: FloatArray | None = None
) -> NDArray[np.float64]:
    """How many samples each class has, where weight k is k copies and weight 0 is none.

    Weights that are below 1 on average are shares rather than copies (they may sum to 1, say):
    they are scaled up until those that count are 1 on average, as if without weights.

    Parameters
    ----------
    codes : array-like of int of shape (n,)
        Class of each sample (or step), in ``range(n_classes)``.

    n_classes : int
        Number of classes.

    weight : ndarray of shape (n,), default=None
        Weight of each sample; None means 1.

    Returns
    -------
    ndarray of float64 of shape (n_classes,)

    Examples
    --------
    >>> import numpy as np
    >>> from skseq._class_counts import weighted_counts
    >>> weighted_counts([0, 0, 1], 2, np.array([3, 0, 2]))
    array([3., 2.])
    >>> weighted_counts([0, 0, 1], 2, np.array([0.25, 0.25, 0.5]))
    array([1.5, 1.5])
    """
    totals = class_totals(codes, n_classes, weight)
    if weight is None or not totals.any():
        return totals
    return totals * max(1.0, np.count_nonzero(weight) / totals.sum())


def earlier_corrections(X: Sequences) -> str:
    """Name what has already been done about imbalance, as far as X shows.

    Parameters
    ----------
    X : Sequences
        With, perhaps, ``weight`` and ``origin``.

    Returns
    -------
    str
        Empty if X has neither weights that differ nor an origin.
    """
    done = []
    if X.origin is not None:
        done.append("the resampling that X came through")
    if X.weight is not None and len(X.weight) and np.ptp(X.weight) > 0:
        done.append("the weights that X carries")
    return " and ".join(done)


def warn_if_double_counted(
    before: ArrayLike, after: ArrayLike, *, earlier: str, later: str
) -> None:
    """Warn if a later correction of imbalance leaves the classes less even than it found them.

    Weights or copies that were computed from counts which an earlier correction did not change
    correct the same imbalance again: what was rare then outweighs what was common.

    Parameters
    ----------
    before : array-like of shape (n_classes,)
        Sum of weights in each class as the later correction found it.

    after : array-like of shape (n_classes,)
        Sum of weights in each class as it leaves it. Classes that sum to 0 before or after are
        left out of the comparison.

    earlier : str
        What acted first, for the message; nothing is compared if it is empty.

    later : str
        What acted second.

    Warns
    -----
    DoubleCountingWarning
        If the heaviest class outweighs the lightest more than 1.1 times as much as before.

    Examples
    --------
    >>> import warnings
    >>> from skseq.weights import warn_if_double_counted
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     warn_if_double_counted([90, 10], [90, 90], earlier="weights", later="sampling")
    ...     warn_if_double_counted([50, 50], [50, 450], earlier="weights", later="sampling")
    >>> len(caught)
    1
    """
    before, after = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    both = (before > 0) & (after > 0)
    if not earlier or not both.any():
        return
    ratio_before = before[both].max() / before[both].min()
    ratio_after = after[both].max() / after[both].min()
    if ratio_after > _TOLERANCE * ratio_before:
        warnings.warn(
            f"{later} leaves the classes less even than {earlier} did: the heaviest class weighs "
            f"{ratio_after:.3g} times as much as the lightest, after {ratio_before:.3g} times "
            "before it, so the same imbalance seems to be corrected twice. Keep one of the two, "
            "or let the sampler come before the weights, which then see the new counts.",
            DoubleCountingWarning,
            stacklevel=2,
        )
