"""How often what was predicted with a probability came true, by class or for the top class."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseq._validation import check_choice
from skseq.metrics._pairs import excluded_codes
from skseq.metrics._probability import align_proba, check_n_bins, place_in_bins
from skseq.report._axes import new_axes, short_name, square_axes, styles_of
from skseq.report._curves import flat_scores

_TOP = "most probable class"


class ClassCalibrationDisplay:
    """Reliability curves: the share that came true against the probability that was predicted.

    Probabilities that can be believed lie on the diagonal; below it the model is too sure. How many
    predictions each dot stands for is drawn underneath. Made by `from_estimator` or
    `from_predictions`, which take one label per sequence or one tag per step.

    Parameters
    ----------
    prob_true : list of n_curves ndarray of shape (n_filled_bins_i,)
        Share that came true in each bin that is not empty.

    prob_pred : list of n_curves ndarray of shape (n_filled_bins_i,)
        Mean predicted probability in each of these bins.

    counts : list of n_curves ndarray of shape (n_filled_bins_i,)
        Predictions in each of these bins, or the sum of their weights.

    classes : array-like of shape (n_curves,)
        The label of each curve.

    calibration_error : array-like of shape (n_curves,), default=None
        Expected calibration error of each curve, for the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the curves were drawn.

    ax_counts_ : matplotlib Axes
        Where the counts were drawn, beneath.

    figure_ : matplotlib Figure
        The figure around both.

    lines_ : list of n_curves matplotlib Line2D
        The curves.

    See Also
    --------
    sklearn.calibration.CalibrationDisplay : The same for one class of two.
    skseq.metrics.expected_calibration_error : The errors in the legend.
    skseq.meta.PriorCorrector : Corrects probabilities for another class prior.

    Notes
    -----
    Bins are those of `skseq.metrics.expected_calibration_error`. Where a class is rare, its
    probability is rightly near 0 almost everywhere, and so its error is small whatever happens to
    the few high ones: look at the dots on the right.

    Examples
    --------
    >>> from skseq.report import ClassCalibrationDisplay
    >>> y_proba = [[0.75, 0.25]] * 4 + [[0.1, 0.9]] * 2
    >>> display = ClassCalibrationDisplay.from_predictions(
    ...     ["O", "O", "O", "A", "A", "O"], y_proba, classes=["O", "A"], exclude="O"
    ... )
    >>> display.prob_pred, display.prob_true, display.counts
    ([array([0.25, 0.9 ])], [array([0.25, 0.5 ])], [array([4., 2.])])
    >>> display.calibration_error
    array([0.133...])
    """

    def __init__(self, prob_true, prob_pred, counts, *, classes, calibration_error=None):
        self.prob_true = prob_true
        self.prob_pred = prob_pred
        self.counts = counts
        self.classes = classes
        self.calibration_error = calibration_error

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        per="class",
        n_bins=15,
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
            The true labels or tags. One that the estimator has never seen has probability 0.

        per : {"class", "top"}, default="class"
            A curve for each class against the rest, or one for the most probable class, whichever
            it is.

        n_bins : int, default=15
            Bins of equal width over [0, 1].

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
        ClassCalibrationDisplay
        """
        check_is_fitted(estimator)
        display = cls._from_proba(
            y,
            estimator.predict_proba(X),
            classes=estimator.classes_,
            unseen="zero",
            per=per,
            n_bins=n_bins,
            exclude=exclude,
            by_type=by_type,
            ignore=ignore,
            sample_weight=sample_weight,
        )
        return display.plot(ax, **kwargs)

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_proba,
        *,
        classes=None,
        per="class",
        n_bins=15,
        exclude=None,
        by_type=False,
        ignore=None,
        sample_weight=None,
        ax=None,
        **kwargs,
    ):
        """Draw the curves of given probabilities.

        Parameters
        ----------
        y_true : array-like of shape (n_sequences,), or one tag per step as list of lists, object \
                array or Sequences
            The true labels or tags.

        y_proba : array-like of shape (n_sequences, n_classes), or Sequences or list of array-like \
                of shape (length_i, n_classes)
            Probabilities, a column for each class. One value instead is the probability of the
            second of two classes.

        classes : array-like of shape (n_classes,), default=None
            The label of each column, such as ``estimator.classes_``. None means the sorted labels
            of ``y_true``.

        per : {"class", "top"}, default="class"
            A curve for each class against the rest, or one for the most probable class, whichever
            it is.

        n_bins : int, default=15
            Bins of equal width over [0, 1].

        exclude : None, "majority", label or list of labels, default=None
            Classes without a curve; "majority" is the commonest in ``y_true``.

        by_type : bool, default=False
            Whether tags that differ in the prefix of a span alone, such as B-PER and I-PER, are one
            curve, PER, of their probabilities' sum.

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
        ClassCalibrationDisplay

        Raises
        ------
        ValueError
            If ``y_proba`` does not hold probabilities, does not align with ``y_true``, or lacks the
            column of a label.
        """
        display = cls._from_proba(
            y_true,
            y_proba,
            classes=classes,
            unseen="raise",
            per=per,
            n_bins=n_bins,
            exclude=exclude,
            by_type=by_type,
            ignore=ignore,
            sample_weight=sample_weight,
        )
        return display.plot(ax, **kwargs)

    def plot(self, ax=None, *, ref_line=True, **kwargs):
        """Draw the curves, and beneath them how many predictions the dots stand for.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        ref_line : bool, default=True
            Whether to draw the diagonal, where probabilities are as they should be.

        **kwargs : dict
            Passed to matplotlib's ``plot`` for each curve, such as ``linewidth=2``.

        Returns
        -------
        ClassCalibrationDisplay
            The instance itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        ax = new_axes(ax, needed_by="ClassCalibrationDisplay.plot")
        self.ax_, self.figure_, self.lines_ = ax, ax.figure, []
        self.ax_counts_ = ax.inset_axes([0, -0.28, 1, 0.24], sharex=ax)
        if ref_line:
            ax.plot([0, 1], [0, 1], color="0.6", linewidth=0.8, zorder=0)
        for index, style in enumerate(styles_of(len(self.classes))):
            style = style | {"marker": "o", "markersize": 4, "label": self._label(index)} | kwargs
            self.lines_ += ax.plot(self.prob_pred[index], self.prob_true[index], **style)
            self.ax_counts_.plot(
                self.prob_pred[index], self.counts[index], **(style | {"markersize": 2.5})
            )
        square_axes(ax, "", "Share that came true", most_inside=2)
        ax.tick_params(axis="x", labelbottom=False)
        self.ax_counts_.set(
            yscale="log",
            ylim=(0.7, 2 * max(np.max(counts) for counts in self.counts)),
            xlabel="Mean predicted probability",
            ylabel="Predictions",
        )
        return self

    @classmethod
    def _from_proba(cls, y_true, y_proba, *, per, n_bins, exclude, unseen, **flattening):
        check_choice("per", per, ("class", "top"))
        check_n_bins(n_bins)
        *flat, classes, weight = flat_scores(y_true, y_proba, **flattening)
        classes, codes, proba, weight = align_proba(
            *flat, classes=classes, unseen=unseen, class_prior=None, sample_weight=weight
        )
        if per == "top":
            labels = np.array([_TOP])
            curves = [_curve(proba.argmax(axis=1) == codes, proba.max(axis=1), weight, n_bins)]
        else:
            counts = np.bincount(codes, minlength=len(classes))
            excluded = excluded_codes(exclude, classes, counts)
            drawn = np.setdiff1d(np.arange(len(classes)), excluded)
            labels = classes[drawn]
            curves = [_curve(codes == code, proba[:, code], weight, n_bins) for code in drawn]
        return cls(
            prob_true=[true for true, _, _ in curves],
            prob_pred=[predicted for _, predicted, _ in curves],
            counts=[counts for _, _, counts in curves],
            classes=labels,
            calibration_error=np.array(
                [
                    np.average(np.abs(true - predicted), weights=counts)
                    for true, predicted, counts in curves
                ]
            ),
        )

    def _label(self, index):
        label = short_name(self.classes[index])
        if self.calibration_error is None:
            return label
        return f"{label} (ECE {self.calibration_error[index]:.3f})"


def _curve(came_true, proba, weight, n_bins):
    """Share that came true, mean probability and weight of each bin that is not empty."""
    place = place_in_bins(proba, n_bins)
    counts = np.bincount(place, weights=weight, minlength=n_bins)
    filled = counts > 0
    true, predicted = (
        np.bincount(place, weights=weight * values, minlength=n_bins)[filled] / counts[filled]
        for values in (came_true, proba)
    )
    return true, predicted, counts[filled]
