"""Which tags are taken for which."""

import numpy as np
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.utils.validation import check_is_fitted

from skseq.metrics import tag_confusion_matrix
from skseq.metrics._flat import flat_tags
from skseq.metrics._pairs import count_pairs
from skseq.report._axes import font_size, new_axes, short_name, width_in_points

# Names below the matrix that stand take room from it.
_LONGEST_STANDING = 18
# Width of a digit, in parts of its height; of a letter of a name, in points.
_DIGIT, _LETTER = 0.68, 8.0
_SMALLEST_NUMBER = 3.5  # points


class TagConfusionDisplay(ConfusionMatrixDisplay):
    """Confusion matrix of tags, one per step.

    scikit-learn's display, made from ragged tags by `from_estimator` or `from_predictions`. Where
    nearly all steps are background, ``normalize="true"`` shows most.

    Parameters
    ----------
    confusion_matrix : ndarray of shape (n_classes, n_classes)
        As `skseq.metrics.tag_confusion_matrix` gives it.

    display_labels : array-like of shape (n_classes,), default=None
        Names of the tags; None numbers them.

    Attributes
    ----------
    im_ : matplotlib AxesImage
        The matrix.

    text_ : ndarray of shape (n_classes, n_classes) of matplotlib Text, or None
        The numbers in it.

    ax_ : matplotlib Axes
        Where it was drawn.

    figure_ : matplotlib Figure
        The figure around it.

    See Also
    --------
    sklearn.metrics.ConfusionMatrixDisplay : The same for one label per sequence.
    ClassPrecisionRecallDisplay : What other thresholds would give.

    Examples
    --------
    >>> from skseq.report import TagConfusionDisplay
    >>> y_true, y_pred = [["O", "O", "A"], ["B", "O"]], [["O", "A", "A"], ["B", "O"]]
    >>> display = TagConfusionDisplay.from_predictions(y_true, y_pred, normalize="true")
    >>> display.confusion_matrix.round(2)
    array([[1.  , 0.  , 0.  ],
           [0.  , 1.  , 0.  ],
           [0.33, 0.  , 0.67]])
    """

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        labels=None,
        normalize=None,
        ignore=None,
        sample_weight=None,
        display_labels=None,
        ax=None,
        **kwargs,
    ):
        """Draw the matrix of a fitted tagger.

        Parameters
        ----------
        estimator : estimator
            A fitted tagger, also a pipeline or a search that ends in one.

        X : as the estimator takes it
            Data that it was not fitted on.

        y : list of array-like of shape (length_i,), object array or Sequences
            True tags, one per step.

        labels : array-like of shape (n_classes,), default=None
            The tags of rows and columns, in this order. None means all that occur, sorted.

        normalize : {"true", "pred", "all"} or None, default=None
            What the counts are divided by.

        ignore : scalar or list, default=None
            Marks in ``y`` that stand where there is no tag, such as -100 or NaN: these steps are
            left out. None refuses such marks.

        sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), default=None
            How much each sequence, or each step, counts.

        display_labels : array-like of shape (n_classes,), default=None
            Names to show for the tags.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`, such as ``cmap="Blues"``.

        Returns
        -------
        TagConfusionDisplay
        """
        check_is_fitted(estimator)
        return cls.from_predictions(
            y,
            estimator.predict(X),
            labels=labels,
            normalize=normalize,
            ignore=ignore,
            sample_weight=sample_weight,
            display_labels=display_labels,
            ax=ax,
            **kwargs,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_pred,
        *,
        labels=None,
        normalize=None,
        ignore=None,
        sample_weight=None,
        display_labels=None,
        ax=None,
        **kwargs,
    ):
        """Draw the matrix of predicted tags.

        Parameters
        ----------
        y_true : list of array-like of shape (length_i,), object array or Sequences
            True tags, one per step.

        y_pred : list of array-like of shape (length_i,), object array or Sequences
            Predicted tags, one per step; its lengths are those of ``y_true``.

        labels : array-like of shape (n_classes,), default=None
            The tags of rows and columns, in this order. None means all that occur, sorted.

        normalize : {"true", "pred", "all"} or None, default=None
            What the counts are divided by.

        ignore : scalar or list, default=None
            Marks in ``y_true`` that stand where there is no tag, such as -100 or NaN: these steps
            are left out. None refuses such marks.

        sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), default=None
            How much each sequence, or each step, counts.

        display_labels : array-like of shape (n_classes,), default=None
            Names to show for the tags.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`, such as ``cmap="Blues"``.

        Returns
        -------
        TagConfusionDisplay
        """
        if labels is None:
            labels = count_pairs(*flat_tags(y_true, y_pred, ignore=ignore)).classes
        matrix = tag_confusion_matrix(
            y_true,
            y_pred,
            labels=labels,
            normalize=normalize,
            ignore=ignore,
            sample_weight=sample_weight,
        )
        names = np.asarray(labels) if display_labels is None else display_labels
        return cls(matrix, display_labels=names).plot(ax=ax, **kwargs)

    def plot(self, *, ax=None, xticks_rotation=None, values_format=None, text_kw=None, **kwargs):
        """Draw the matrix, its numbers and names as small as they have to be.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        xticks_rotation : {"vertical", "horizontal"} or float, default=None
            How the names below stand. None lets them lie where they have room.

        values_format : str, default=None
            Format of the numbers; None is ".2f" for shares.

        text_kw : dict, default=None
            Passed to matplotlib's ``text`` for each number.

        **kwargs : dict
            Passed to `sklearn.metrics.ConfusionMatrixDisplay.plot`, such as ``cmap="Blues"``.

        Returns
        -------
        TagConfusionDisplay
            The instance itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        ax = new_axes(ax, needed_by="TagConfusionDisplay.plot")
        n_classes, most = len(self.confusion_matrix), np.nanmax(self.confusion_matrix)
        if values_format is None and self.confusion_matrix.dtype.kind == "f" and most <= 1:
            values_format = ".2f"
        names = [short_name(label) for label in self._names()]
        if xticks_rotation is None:
            lies = n_classes * max(map(len, names)) * _LETTER < width_in_points(ax)
            xticks_rotation = "horizontal" if lies else "vertical"
        super().plot(
            ax=ax,
            xticks_rotation=xticks_rotation,
            values_format=values_format,
            text_kw=text_kw,
            **kwargs,
        )
        longest = _LONGEST_STANDING if xticks_rotation == "vertical" else None
        size = font_size(ax, n_classes, most=10 if longest is None else 8)
        for set_ticks in (ax.set_xticks, ax.set_yticks):
            shown = [short_name(label, longest) for label in self._names()]
            set_ticks(range(n_classes), shown, fontsize=size)
        if self.text_ is not None and not text_kw:
            self._fit_numbers()
        return self

    def _fit_numbers(self):
        """Make the numbers as small as their cells need, and leave them out where that is tiny."""
        self.figure_.draw_without_rendering()  # the layout is not known before
        texts = self.text_.ravel()
        longest = max(len(text.get_text()) for text in texts)
        cell = 72 / self.figure_.dpi * self.ax_.get_window_extent().width / len(self.text_)
        size = min(10.0, cell / longest / _DIGIT)
        for text in texts:
            text.set(fontsize=size, visible=size >= _SMALLEST_NUMBER)

    def _names(self):
        if self.display_labels is None:
            return range(len(self.confusion_matrix))
        return self.display_labels
