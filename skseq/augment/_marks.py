"""Marks in place of a label while sequences change: weights of steps move along, so marks may."""

from skseq.data import Sequences, fill_marks, known_steps


def marks_as_weights(y, ignore):
    """Tags in which a step without a label has some label of weight 0.

    Parameters
    ----------
    y : Sequences of tags, or labels of sequences
        Labels of sequences have no marks, and come back as they are.

    ignore : scalar, list or None
        The marks.

    Returns
    -------
    Sequences, or ``y`` itself where every step has a label
    """
    known = known_steps(y, ignore) if isinstance(y, Sequences) else None
    if known is None:
        return y
    return Sequences(fill_marks(y, known), y.offsets, weight=known.astype(float))


def weights_as_marks(labels, y, ignore):
    """The reverse: a mark of ``y`` at every step of weight 0.

    Parameters
    ----------
    labels : Sequences of tags, or labels of sequences
        What has become of `marks_as_weights` of ``y``.

    y : as for `marks_as_weights`
        The tags with marks.

    ignore : scalar, list or None
        The marks.

    Returns
    -------
    Sequences, or ``labels`` itself where every step of ``y`` has a label
    """
    known = known_steps(y, ignore) if isinstance(y, Sequences) else None
    if known is None:
        return labels
    values = labels.values.astype(y.dtype)
    values[labels.step_weight() == 0] = y.values[~known][0]
    return Sequences(values, labels.offsets)
