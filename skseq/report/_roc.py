"""True against false positives, a curve for each class or tag against the rest."""

import numpy as np
from sklearn.metrics import auc, roc_curve

from skseq.report._axes import new_axes, short_name, square_axes, styles_of, thinned
from skseq.report._curves import ClassCurves, class_problems


class ClassRocDisplay(ClassCurves):
    """ROC curves of every class against the rest, in one picture.

    Where a class is rare, few false positives among the many negatives are still many beside the
    true ones; `ClassPrecisionRecallDisplay` shows them. Made by `from_estimator` or
    `from_predictions`, which take one label per sequence or one tag per step.

    Parameters
    ----------
    fpr : list of n_classes ndarray of shape (n_thresholds_i,)
        False positive rate of each class, by falling threshold.

    tpr : list of n_classes ndarray of shape (n_thresholds_i,)
        True positive rate, or recall, of each class, by falling threshold.

    classes : ndarray of shape (n_classes,)
        The label of each curve.

    roc_auc : array-like of shape (n_classes,), default=None
        Area under each curve, for the legend.

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
    sklearn.metrics.RocCurveDisplay : The same for one class of two.
    ClassPrecisionRecallDisplay : Precision against recall.
    skseq.metrics.tag_roc_auc_score : The areas under the curves of tags.

    Examples
    --------
    >>> from skseq.report import ClassRocDisplay
    >>> y_true = [["O", "A", "O"], ["A", "O"]]
    >>> y_score = [[[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], [[0.8, 0.2], [0.9, 0.1]]]
    >>> display = ClassRocDisplay.from_predictions(
    ...     y_true, y_score, classes=["O", "A"], exclude="O"
    ... )
    >>> display.classes, display.roc_auc
    (array(['A'], dtype='<U1'), array([0.833...]))
    """

    def __init__(self, fpr, tpr, *, classes, roc_auc=None):
        self.fpr = fpr
        self.tpr = tpr
        self.classes = classes
        self.roc_auc = roc_auc

    def plot(self, ax=None, *, chance_level=False, **kwargs):
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        chance_level : bool, default=False
            Whether to draw the diagonal, where uninformative scores lie.

        **kwargs : dict
            Passed to matplotlib's ``plot`` for each curve, such as ``linewidth=2``.

        Returns
        -------
        ClassRocDisplay
            The instance itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        ax = new_axes(ax, needed_by="ClassRocDisplay.plot")
        self.ax_, self.figure_, self.lines_ = ax, ax.figure, []
        for index, style in enumerate(styles_of(len(self.classes))):
            style = style | {"label": self._label(index)} | kwargs
            fpr, tpr = self.fpr[index], self.tpr[index]
            drawn = thinned(fpr, tpr)
            self.lines_ += ax.plot(fpr[drawn], tpr[drawn], **style)
        if chance_level:
            ax.plot([0, 1], [0, 1], color="0.5", linewidth=0.8, zorder=0)
        square_axes(ax, "False positive rate", "True positive rate")
        return self

    @classmethod
    def _from_scores(cls, y_true, y_score, **kwargs):
        labels, triples = class_problems(y_true, y_score, **kwargs)
        drawn = [not positive.all() for positive, _, _ in triples]  # without negatives, no rate
        if not any(drawn):
            raise ValueError("y_true has one class only, and no negatives to draw a curve of")
        curves = [
            roc_curve(positive, score, sample_weight=weight)
            for (positive, score, weight), is_drawn in zip(triples, drawn, strict=True)
            if is_drawn
        ]
        return cls(
            fpr=[fpr for fpr, _, _ in curves],
            tpr=[tpr for _, tpr, _ in curves],
            classes=labels[drawn],
            roc_auc=np.array([auc(fpr, tpr) for fpr, tpr, _ in curves]),
        )

    def _label(self, index):
        label = short_name(self.classes[index])
        return label if self.roc_auc is None else f"{label} (AUC {self.roc_auc[index]:.2f})"
