"""True against false positives, a curve for each class or tag against the rest."""

import numpy as np
from sklearn.metrics import auc, roc_curve
from sklearn.utils.validation import check_is_fitted

from skseq.report._curves import class_problems, new_axes, square_axes, styles_of


class ClassRocDisplay:
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
        ClassRocDisplay
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
        ClassRocDisplay

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
            self.lines_ += ax.plot(self.fpr[index], self.tpr[index], **style)
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
        label = str(self.classes[index])
        return label if self.roc_auc is None else f"{label} (AUC {self.roc_auc[index]:.2f})"
