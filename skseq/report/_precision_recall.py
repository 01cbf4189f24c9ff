"""Precision against recall, a curve for each class or tag against the rest."""

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve
from sklearn.utils.validation import check_is_fitted

from skseq.report._curves import class_problems, new_axes, square_axes, styles_of


class ClassPrecisionRecallDisplay:
    """Precision-recall curves of every class against the rest, in one picture.

    Where a class is rare, precision tells what an ROC curve hides: how many of the alarms are
    false. Made by `from_estimator` or `from_predictions`, which take one label per sequence or one
    tag per step.

    Parameters
    ----------
    precision : list of n_classes ndarray of shape (n_thresholds_i + 1,)
        Precision of each class, by rising threshold.

    recall : list of n_classes ndarray of shape (n_thresholds_i + 1,)
        Recall of each class, by rising threshold.

    classes : ndarray of shape (n_classes,)
        The label of each curve.

    average_precision : array-like of shape (n_classes,), default=None
        Area under each curve, for the legend.

    prevalence : array-like of shape (n_classes,), default=None
        Share of each class: the precision of uninformative scores.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.

    figure_ : matplotlib Figure
        The figure around it.

    lines_ : list of matplotlib Line2D
        The curve of each class.

    See Also
    --------
    sklearn.metrics.PrecisionRecallDisplay : The same for one class of two.
    ClassRocDisplay : True against false positives.
    SpanPrecisionRecallDisplay : Curves of whole mentions.
    skseq.metrics.tag_average_precision_score : The areas under the curves of tags.

    Examples
    --------
    >>> from skseq.report import ClassPrecisionRecallDisplay
    >>> y_true = [["O", "A", "O"], ["A", "O"]]
    >>> y_score = [[[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], [[0.8, 0.2], [0.9, 0.1]]]
    >>> display = ClassPrecisionRecallDisplay.from_predictions(
    ...     y_true, y_score, classes=["O", "A"], exclude="O"
    ... )
    >>> display.classes, display.average_precision
    (array(['A'], dtype='<U1'), array([0.833...]))
    """

    def __init__(self, precision, recall, *, classes, average_precision=None, prevalence=None):
        self.precision = precision
        self.recall = recall
        self.classes = classes
        self.average_precision = average_precision
        self.prevalence = prevalence

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
        ClassPrecisionRecallDisplay
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
        ClassPrecisionRecallDisplay

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

    def plot(self, ax=None, *, chance_level=False, **kwargs):
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        chance_level : bool, default=False
            Whether to draw the precision of uninformative scores, a thin horizontal line in the
            colour of each class.

        **kwargs : dict
            Passed to matplotlib's ``plot`` for each curve, such as ``linewidth=2``.

        Returns
        -------
        ClassPrecisionRecallDisplay
            The instance itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        ax = new_axes(ax, needed_by="ClassPrecisionRecallDisplay.plot")
        self.ax_, self.figure_, self.lines_ = ax, ax.figure, []
        for index, style in enumerate(styles_of(len(self.classes))):
            if chance_level and self.prevalence is not None:
                ax.axhline(self.prevalence[index], color=style["color"], linewidth=0.8, alpha=0.5)
            style = style | {"label": self._label(index)} | kwargs
            # A step holds the precision of the threshold that reaches the recall.
            self.lines_ += ax.plot(
                self.recall[index], self.precision[index], drawstyle="steps-post", **style
            )
        square_axes(ax, "Recall", "Precision")
        return self

    @classmethod
    def _from_scores(cls, y_true, y_score, **kwargs):
        labels, triples = class_problems(y_true, y_score, **kwargs)
        curves = [precision_recall_curve(p, s, sample_weight=w) for p, s, w in triples]
        areas = [average_precision_score(p, s, sample_weight=w) for p, s, w in triples]
        return cls(
            precision=[precision for precision, _, _ in curves],
            recall=[recall for _, recall, _ in curves],
            classes=labels,
            average_precision=np.array(areas),
            prevalence=np.array([np.average(p, weights=w) for p, _, w in triples]),
        )

    def _label(self, index):
        label = str(self.classes[index])
        if self.average_precision is None:
            return label
        return f"{label} (AP {self.average_precision[index]:.2f})"
