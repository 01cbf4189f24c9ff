"""Marks in place of labels: steps that `fit` leaves out, while `predict` labels them.

Such a step gets some label that occurs and the weight 0, and what has weight 0 is ignored in
counts, losses, scores of held-out sequences and second stages. So a mark changes nothing else.
"""

from numbers import Number

from skseq.data import check_tags, fill_marks, known_steps

# What a parameter ``ignore`` may be.
IGNORE_CONSTRAINTS = [Number, str, "array-like", None]


def labels_of_steps(y, X, ignore, weight):
    """Flat labels of all steps, and their weights: 0 where there is a mark in place of a label.

    Parameters
    ----------
    y : list of lists, object array, 2-D array or Sequences
        One label, or mark, for each step.

    X : Sequences
        What they are labels of.

    ignore : scalar, list or None
        The marks, see `skseq.data.known_steps`.

    weight : ndarray of shape (n_steps_total,) or None
        Weight of each step.

    Returns
    -------
    labels : ndarray of shape (n_steps_total,)

    weight : ndarray of shape (n_steps_total,) or None

    Raises
    ------
    ValueError
        If every step with a label has weight 0.
    """
    tags = check_tags(y, X, ignore=ignore)
    known = known_steps(tags, ignore)
    return fill_marks(tags, known), weight_of_known(known, weight)


def weight_of_known(known, weight):
    """Weights of steps, 0 for those without a label; None is 1 for each."""
    if known is None:
        return weight
    weight = known.astype(float) if weight is None else known * weight
    if not weight.any():
        raise ValueError("every step of y that has a label has weight 0; at least one must count")
    return weight
