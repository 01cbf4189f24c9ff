"""A row of weight zero is no row: it is left out before anything is learnt from it.

Steps stay where they are, since their neighbours read them; nothing may count or be measured on
those without weight. A sequence whose steps all have none is left out, too.
"""

import numpy as np

from skseq._masses import class_masses


def without_absent(X, target, weight):
    """Leave out sequences that have no weight.

    Parameters
    ----------
    X : Sequences
        The sequences.

    target : ndarray of shape (n_sequences,), or (n_steps,) where there is one answer a step
        Their codes or numbers.

    weight : ndarray of the shape of ``target``, or None
        How much each counts.

    Returns
    -------
    X, target, weight
        As they came if every sequence counts.
    """
    if weight is None or np.all(weight > 0):
        return X, target, weight
    if len(target) != len(X):
        counts = class_masses(X.sequence_index(), len(X), weight) > 0
        kept = np.repeat(counts, X.lengths)
    else:
        counts = kept = weight > 0
    if counts.all():
        return X, target, weight
    return X[np.flatnonzero(counts)], target[kept], weight[kept]


def check_two_classes_count(codes, weight, classes):
    """Raise ValueError if all weight is on one class: there is nothing to tell it from."""
    masses = class_masses(codes, len(classes), weight)
    if np.count_nonzero(masses) < 2:
        raise ValueError(
            f"only one class, {classes.tolist()[int(masses.argmax())]!r}, has any weight; learning "
            "to tell classes apart needs at least two with a weight above 0"
        )
