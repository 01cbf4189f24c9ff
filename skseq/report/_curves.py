"""What the displays of curves share: how they are made, and a problem for each class."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseq._validation import has_step_labels
from skseq.data import as_tags, cut_steps, known_steps, split_prefix
from skseq.metrics._flat import as_labels, flat_tag_scores
from skseq.metrics._one_vs_rest import check_classes, check_columns, one_vs_rest


class ClassCurves:
    """Base of the displays of a curve for each class against the rest.

    A display adds ``_from_scores(y_true, y_score, **kwargs)``, which makes one without drawing it
    (keywords as `class_problems` takes them), and ``plot(ax, **kwargs)``.
    """

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        exclude=None,
        by_type=False,
        ignore=None,
        sample_weight=None,
        ax=None,
        **kwargs,
    ):
        """Draw the curves of a fitted estimator.

        Parameters
        ----------
        estimator : estimator
            Fitted, with ``predict_proba`` and ``classes_``; also a pipeline or a search.

        X : as the estimator takes it
            Data that it was not fitted on.

        y : array-like of shape (n_sequences,), or one tag per step as list of lists, object array \
                or Sequences
            The true labels or tags. One that the estimator has never seen is given probability 0.

        exclude : None, "majority", label or list of labels, default=None
            Classes without a curve; "majority" is the commonest in ``y``.

        by_type : bool, default=False
            Whether tags that differ in the prefix of a span alone, such as B-PER and I-PER, are one
            curve, PER, of their probabilities' sum.

        ignore : scalar or list, default=None
            Marks in ``y`` that stand where there is no tag, such as -100 or NaN: these steps are
            left out. None refuses such marks.

        sample_weight : array-like of shape (n_sequences,), default=None
            How much each sequence counts.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        display : instance of the class
            Drawn, with ``ax_``, ``figure_`` and ``lines_``.
        """
        check_is_fitted(estimator)
        display = cls._from_scores(
            y,
            estimator.predict_proba(X),
            classes=estimator.classes_,
            exclude=exclude,
            unseen="zero",
            by_type=by_type,
            ignore=ignore,
            sample_weight=sample_weight,
        )
        return display.plot(ax, **kwargs)

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_score,
        *,
        classes=None,
        exclude=None,
        by_type=False,
        ignore=None,
        sample_weight=None,
        ax=None,
        **kwargs,
    ):
        """Draw the curves of given scores.

        Parameters
        ----------
        y_true : array-like of shape (n_sequences,), or one tag per step as list of lists, object \
                array or Sequences
            The true labels or tags.

        y_score : array-like of shape (n_sequences, n_classes), or Sequences or list of array-like \
                of shape (length_i, n_classes)
            Probabilities, or any scores that rank, with a column for each class. One value
            instead is the score of the second of two classes.

        classes : array-like of shape (n_classes,), default=None
            The label of each column, such as ``estimator.classes_``. None means the sorted labels
            of ``y_true``.

        exclude : None, "majority", label or list of labels, default=None
            Classes without a curve, such as the background tag; "majority" is the commonest in
            ``y_true``.

        by_type : bool, default=False
            Whether tags that differ in the prefix of a span alone, such as B-PER and I-PER, are one
            curve, PER, of their scores' sum.

        ignore : scalar or list, default=None
            Marks in ``y_true`` that stand where there is no tag, such as -100 or NaN: these steps
            are left out. None refuses such marks.

        sample_weight : array-like of shape (n_sequences,) or, for tags, (n_steps_total,), \
                default=None
            How much each sequence, or each step, counts.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        display : instance of the class
            Drawn, with ``ax_``, ``figure_`` and ``lines_``.

        Raises
        ------
        ValueError
            If ``y_score`` does not align with ``y_true``, or lacks the column of a label.
        """
        display = cls._from_scores(
            y_true,
            y_score,
            classes=classes,
            exclude=exclude,
            unseen="raise",
            by_type=by_type,
            ignore=ignore,
            sample_weight=sample_weight,
        )
        return display.plot(ax, **kwargs)


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
    y_true, y_score, classes, sample_weight = flat_scores(
        y_true,
        y_score,
        classes=classes,
        by_type=by_type,
        ignore=ignore,
        sample_weight=sample_weight,
    )
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


def flat_scores(y_true, y_score, *, classes, by_type, ignore, sample_weight):
    """Labels or tags and their scores as flat arrays, with the class of each column and weights.

    Parameters are those of `class_problems`.
    """
    if has_step_labels(y_true):
        y_true, y_score, sample_weight = flat_tag_scores(y_true, y_score, sample_weight, ignore)
    else:
        y_true = as_labels(y_true, "y_true")
    if by_type:
        y_true, y_score, classes = _join_types(y_true, y_score, classes)
    return y_true, y_score, classes, sample_weight


def flat_labels_of(y, ignore):
    """Labels, or the tags of the steps that have one, end to end."""
    if not has_step_labels(y):
        return as_labels(y, "y")
    tags = as_tags(y)
    return cut_steps(tags, known_steps(tags, ignore)).values


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
