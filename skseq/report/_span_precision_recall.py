"""Precision against recall of spans, a curve for each type."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseq.metrics._span_curves import area_under, curve_of, score_spans
from skseq.report._axes import new_axes, short_name, square_axes, styles_of


class SpanPrecisionRecallDisplay:
    """Precision-recall curves of the spans of each type.

    Along a curve only those predicted spans are kept that are probable enough; it ends, at a dot,
    where all of them are. Made by `from_estimator` or `from_predictions`.

    Parameters
    ----------
    precision : list of n_types ndarray of shape (n_thresholds_i + 1,)
        Precision of each type, by rising threshold.

    recall : list of n_types ndarray of shape (n_thresholds_i + 1,)
        Recall of each type, by rising threshold.

    types : list of str of length n_types
        The name of each curve.

    average_precision : array-like of shape (n_types,), default=None
        Area under each curve, for the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.

    figure_ : matplotlib Figure
        The figure around it.

    lines_ : list of matplotlib Line2D
        The curve of each type.

    See Also
    --------
    skseq.metrics.span_precision_recall_curve : One of the curves.
    ClassPrecisionRecallDisplay : Curves of single steps.

    Examples
    --------
    >>> from skseq.report import SpanPrecisionRecallDisplay
    >>> y_true, y_pred = [["B-A", "O", "B-A"]], [["B-A", "B-A", "O"]]
    >>> y_proba = [[[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]]
    >>> display = SpanPrecisionRecallDisplay.from_predictions(
    ...     y_true, y_pred, y_proba, classes=["B-A", "O"]
    ... )
    >>> display.types, display.average_precision
    (['A'], array([0.5]))
    """

    def __init__(self, precision, recall, *, types, average_precision=None):
        self.precision = precision
        self.recall = recall
        self.types = types
        self.average_precision = average_precision

    @classmethod
    def from_estimator(
        cls, estimator, X, y, *, labels=None, scheme=None, ignore=None, ax=None, **kwargs
    ):
        """Draw the curves of a fitted tagger.

        Parameters
        ----------
        estimator : estimator
            A fitted tagger with ``predict_proba`` and ``classes_``; also a pipeline or a search.

        X : as the estimator takes it
            Data that it was not fitted on.

        y : list of array-like of shape (length_i,), object array or Sequences
            True tags, one per step.

        labels : list of str, default=None
            Types to draw. None draws those that ``y`` has, and first all of them together.

        scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
            As for `skseq.metrics.span_f1_score`.

        ignore : scalar or list, default=None
            Marks in ``y`` that stand where there is no tag, such as -100 or NaN: these steps are
            left out. None refuses such marks.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        SpanPrecisionRecallDisplay
        """
        check_is_fitted(estimator)
        return cls.from_predictions(
            y,
            estimator.predict(X),
            estimator.predict_proba(X),
            classes=estimator.classes_,
            labels=labels,
            scheme=scheme,
            ignore=ignore,
            ax=ax,
            **kwargs,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_pred,
        y_proba,
        *,
        classes,
        labels=None,
        scheme=None,
        ignore=None,
        ax=None,
        **kwargs,
    ):
        """Draw the curves of predicted tags and their probabilities.

        Parameters
        ----------
        y_true : list of array-like of shape (length_i,), object array or Sequences
            True tags, one per step.

        y_pred : list of array-like of shape (length_i,), object array or Sequences
            Predicted tags, one per step.

        y_proba : Sequences or list of array-like of shape (length_i, n_classes)
            Probability of each tag.

        classes : array-like of shape (n_classes,)
            The tag of each column of ``y_proba``.

        labels : list of str, default=None
            Types to draw. None draws those that ``y_true`` has, and first all of them together.

        scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
            As for `skseq.metrics.span_f1_score`.

        ignore : scalar or list, default=None
            Marks in ``y_true`` that stand where there is no tag, such as -100 or NaN: these steps
            are left out. None refuses such marks.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        SpanPrecisionRecallDisplay

        Raises
        ------
        ValueError
            If lengths or columns do not fit, or ``y_true`` has no span of a type.
        """
        spans = score_spans(y_true, y_pred, y_proba, classes=classes, scheme=scheme, ignore=ignore)
        if labels is None:
            labels = np.unique(spans.true_types).tolist()
            labels = [None, *labels] if len(labels) != 1 else labels
        curves = [curve_of(spans, label)[:2] for label in labels]
        display = cls(
            precision=[precision for precision, _ in curves],
            recall=[recall for _, recall in curves],
            types=["all types" if label is None else str(label) for label in labels],
            average_precision=np.array([area_under(*curve) for curve in curves]),
        )
        return display.plot(ax, **kwargs)

    def plot(self, ax=None, **kwargs):
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to matplotlib's ``plot`` for each curve, such as ``linewidth=2``.

        Returns
        -------
        SpanPrecisionRecallDisplay
            The instance itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        ax = new_axes(ax, needed_by="SpanPrecisionRecallDisplay.plot")
        self.ax_, self.figure_, self.lines_ = ax, ax.figure, []
        for index, style in enumerate(styles_of(len(self.types))):
            recall, precision = self.recall[index], self.precision[index]
            style = style | {"label": self._label(index)} | kwargs
            # A step holds the precision of the threshold that reaches the recall.
            self.lines_ += ax.plot(recall, precision, drawstyle="steps-post", **style)
            ax.plot(recall[0], precision[0], "o", markersize=4, color=style["color"])
        square_axes(ax, "Recall of spans", "Precision of spans")
        return self

    def _label(self, index):
        label = short_name(self.types[index])
        if self.average_precision is None:
            return label
        return f"{label} (AP {self.average_precision[index]:.2f})"
