"""Precision against recall, a curve for each class or tag against the rest."""

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve

from skseq.report._axes import new_axes, short_name, square_axes, styles_of, thinned
from skseq.report._curves import ClassCurves, class_problems


class ClassPrecisionRecallDisplay(ClassCurves):
    """Precision-recall curves of every class against the rest, in one picture.

    Where a class is rare, precision tells what an ROC curve hides: how many of the alarms are
    false. Made by `from_estimator` or `from_predictions`, which take one label per sequence or one
    tag per step.

    Parameters
    ----------
    precision : list of n_classes ndarray of shape (n_thresholds_i + 1,)
        Precision of each class, by rising threshold, at those that a line would show.

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
            recall, precision = self.recall[index], self.precision[index]
            drawn = thinned(-recall)
            self.lines_ += ax.plot(recall[drawn], precision[drawn], drawstyle="steps-post", **style)
        square_axes(ax, "Recall", "Precision")
        return self

    @classmethod
    def _from_scores(cls, y_true, y_score, **kwargs):
        labels, triples = class_problems(y_true, y_score, **kwargs)
        curves = [
            precision_recall_curve(p, s, sample_weight=w, drop_intermediate=True)
            for p, s, w in triples
        ]
        areas = [average_precision_score(p, s, sample_weight=w) for p, s, w in triples]
        return cls(
            precision=[precision for precision, _, _ in curves],
            recall=[recall for _, recall, _ in curves],
            classes=labels,
            average_precision=np.array(areas),
            prevalence=np.array([np.average(p, weights=w) for p, _, w in triples]),
        )

    def _label(self, index):
        label = short_name(self.classes[index])
        if self.average_precision is None:
            return label
        return f"{label} (AP {self.average_precision[index]:.2f})"
