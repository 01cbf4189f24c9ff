"""What the displays of curves share: a problem for each class, and lines that are told apart."""

from itertools import cycle, product

import numpy as np

from skseq._optional import import_optional
from skseq._validation import has_step_labels
from skseq.data import split_prefix
from skseq.metrics._flat import as_labels, flat_tag_scores
from skseq.metrics._one_vs_rest import check_classes, check_columns, one_vs_rest

# Okabe and Ito's colours, told apart by the colour-blind, without the yellow, too pale for lines.
_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"]
_DASHES = ["-", "--", ":", "-."]


def class_problems(y_true, y_score, *, classes, by_type, ignore, sample_weight, **kwargs):
    """Pose the problem of each class, or type of span, against all others.

    Parameters
    ----------
    y_true : array-like of shape (n_sequences,), or one tag per step
        Labels or tags.

    y_score : array-like of shape (n_sequences, n_classes), or one row per step
        Scores.

    classes : array-like of shape (n_classes,) or None
        The label of each column.

    by_type : bool
        Whether the columns of B-PER, I-PER and their like are added up.

    ignore : scalar, list or None
        Marks in place of a tag.

    sample_weight : array-like or None
        Weight of each sequence, or step.

    **kwargs : dict
        ``exclude`` and ``unseen`` of `skseq.metrics._one_vs_rest.one_vs_rest`.

    Returns
    -------
    labels : ndarray of shape (n_drawn,)
        Those that occur.

    triples : list of n_drawn (is_positive, score, weight)
        Flat arrays.
    """
    if has_step_labels(y_true):
        y_true, y_score, sample_weight = flat_tag_scores(y_true, y_score, sample_weight, ignore)
    else:
        y_true = as_labels(y_true, "y_true")
    if by_type:
        y_true, y_score, classes = _join_types(y_true, y_score, classes)
    problems = [
        problem
        for problem in one_vs_rest(
            y_true, y_score, classes=classes, sample_weight=sample_weight, **kwargs
        )
        if problem[1].any()  # a class that never occurs has no recall
    ]
    if not problems:
        raise ValueError("y_true has no class left to draw a curve of; exclude fewer")
    labels, *parts = zip(*problems, strict=True)
    return np.array(labels), list(zip(*parts, strict=True))


def _join_types(y_true, y_score, classes):
    """Types in place of tags, each with the sum of its tags' scores."""
    classes = np.unique(y_true) if classes is None else check_classes(classes)
    columns = check_columns("y_score", y_score, y_true, classes, lambda of_second: 1 - of_second)
    types, place = np.unique(_types_of(classes), return_inverse=True)
    members = place[:, None] == np.arange(len(types))
    tags, codes = np.unique(y_true, return_inverse=True)
    return _types_of(tags)[codes], columns @ members, types


def _types_of(tags):
    return np.array([(split_prefix(tag) or ("", tag))[1] for tag in tags.tolist()])


def new_axes(ax, needed_by):
    """The axes themselves, or those of a new figure."""
    pyplot = import_optional("matplotlib.pyplot", extra="plot", needed_by=needed_by)
    return pyplot.subplots()[1] if ax is None else ax


def styles_of(n_curves):
    """A colour and a dash for each curve, no two alike for up to 28."""
    styles = cycle({"linestyle": dash, "color": c} for dash, c in product(_DASHES, _COLOURS))
    return [next(styles) for _ in range(n_curves)]


def square_axes(ax, xlabel, ylabel):
    """Two axes from 0 to 1, and what the curves are."""
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(-0.01, 1.01), ylim=(-0.01, 1.02))
    ax.set_aspect("equal", adjustable="box")
    ax.legend(loc="best")
