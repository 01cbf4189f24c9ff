"""How many there are of each class."""

import numpy as np

from skseq._validation import has_step_labels
from skseq.data import ignored_by
from skseq.metrics._flat import flat_labels, flat_tags
from skseq.metrics._pairs import check_comparable_labels, distinct, positions
from skseq.report._axes import (
    COLOURS,
    draw_legend_above,
    font_size,
    most_lines,
    name_rows,
    new_axes,
)
from skseq.report._curves import flat_labels_of

_LOOKS = [
    {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0}
    for colour, hatch in zip(COLOURS, ["", "////", "....", "xxxx"], strict=False)
]
# Where bars begin: below 1, so that a bar of 1 is seen.
_LEFT = 0.7


class ImbalanceDisplay:
    """Bars of how many sequences, or steps, each class has, on a logarithmic scale.

    The commonest class is on top; the title says how many times as many it has as the rarest. Made
    by `from_labels`, by `from_predictions`, which shows classes that a model never predicts, or by
    `from_sampler`, which shows what a sampler changes.

    Parameters
    ----------
    counts : array-like of shape (n_classes,) or (n_sets, n_classes)
        Members of each class; several sets are drawn beside each other.

    classes : array-like of shape (n_classes,)
        The labels.

    names : list of str of length n_sets, default=None
        What the sets are, for the legend.

    xlabel : str, default="Number"
        What is counted.

    Attributes
    ----------
    imbalance_ratio_ : ndarray of shape (n_sets,)
        How many times as many members the largest class of a set has as the smallest; infinite
        where that has none.

    ax_ : matplotlib Axes
        Where it was drawn.

    figure_ : matplotlib Figure
        The figure around it.

    bars_ : list of n_sets matplotlib BarContainer
        The bars of each set.

    See Also
    --------
    skseq.weights.effective_number : How much more members of a class are worth.

    Examples
    --------
    >>> from skseq.report import ImbalanceDisplay
    >>> display = ImbalanceDisplay.from_labels(["spam"] * 3 + ["ham"] * 96 + ["news"])
    >>> display.classes, display.counts, display.imbalance_ratio_
    (array(['ham', 'spam', 'news'], dtype='<U4'), array([[96,  3,  1]]), array([96.]))
    """

    def __init__(self, counts, *, classes, names=None, xlabel="Number"):
        self.counts = counts
        self.classes = classes
        self.names = names
        self.xlabel = xlabel

    @classmethod
    def from_labels(cls, y, *, ignore=None, ax=None, **kwargs):
        """Draw how many there are of each label.

        Parameters
        ----------
        y : array-like of shape (n_sequences,), or one tag per step as list of lists, object array \
                or Sequences
            The labels or tags.

        ignore : scalar or list, default=None
            Marks in tags that stand where there is none, such as -100 or NaN: these steps are not
            counted. None refuses such marks.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        ImbalanceDisplay
        """
        return cls._from_sets([flat_labels_of(y, ignore)], None, y).plot(ax, **kwargs)

    @classmethod
    def from_predictions(cls, y_true, y_pred, *, ignore=None, ax=None, **kwargs):
        """Draw how often each class is true, and how often it is predicted.

        Parameters
        ----------
        y_true : array-like of shape (n_sequences,), or one tag per step as list of lists, object \
                array or Sequences
            The true labels or tags.

        y_pred : as ``y_true``
            The predicted ones.

        ignore : scalar or list, default=None
            Marks in ``y_true`` that stand where there is no tag, such as -100 or NaN: these steps
            are not counted. None refuses such marks.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        ImbalanceDisplay

        Raises
        ------
        ValueError
            If the two do not align.
        """
        if has_step_labels(y_true):
            true, predicted, _ = flat_tags(y_true, y_pred, ignore=ignore)
        else:
            true, predicted = flat_labels(y_true, y_pred)
        display = cls._from_sets([true, predicted], ["true", "predicted"], y_true)
        return display.plot(ax, **kwargs)

    @classmethod
    def from_sampler(cls, sampler, X, y, *, ax=None, **kwargs):
        """Draw how many there are of each class before and after a sampler.

        Parameters
        ----------
        sampler : sampler
            Of skseq or imbalanced-learn, with ``fit_resample``. It is fitted to the data.

        X : as the sampler takes it
            The sequences.

        y : array-like of shape (n_sequences,), or one tag per step as list of lists, object array \
                or Sequences
            Their labels or tags. Marks that the sampler's ``ignore`` names are not counted.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        ImbalanceDisplay
        """
        _, resampled = sampler.fit_resample(X, y)
        sets = [flat_labels_of(labels, ignored_by(sampler)) for labels in (y, resampled)]
        return cls._from_sets(sets, ["before", "after"], y).plot(ax, **kwargs)

    def plot(self, ax=None, **kwargs):
        """Draw the bars.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to matplotlib's ``barh`` for each set, such as ``alpha=0.5``.

        Returns
        -------
        ImbalanceDisplay
            The instance itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        counts = np.atleast_2d(self.counts)
        self.imbalance_ratio_ = np.array([_ratio(row) for row in counts])
        ax = new_axes(ax, needed_by="ImbalanceDisplay.plot")
        self.ax_, self.figure_ = ax, ax.figure
        ax.set(xscale="log", xlabel=self.xlabel)
        self.bars_ = [self._draw_set(index, counts, kwargs) for index in range(len(counts))]
        # To where the number of the longest bar has room.
        ax.set_xlim(_LEFT, 2 * max(1, counts.max()) ** 1.15)
        name_rows(ax, self.classes)
        ax.spines[["top", "right"]].set_visible(False)
        if self.names is None:
            ax.set_title(f"Imbalance ratio {_as_ratio(counts[0])}", fontsize="medium")
        else:
            draw_legend_above(ax)
        return self

    def _draw_set(self, index, counts, kwargs):
        n_sets, n_classes = counts.shape
        height = 0.8 / n_sets
        places = np.arange(n_classes) + (index - (n_sets - 1) / 2) * height
        row, style = counts[index], _LOOKS[index % len(_LOOKS)] | {"height": height}
        if self.names is not None:
            style["label"] = f"{self.names[index]} ({_as_ratio(row)})"
        bars = self.ax_.barh(places, row, **(style | kwargs))
        if n_sets * n_classes > most_lines(self.ax_):
            return bars
        size = font_size(self.ax_, n_sets * n_classes, most=8)
        for place, count in zip(places, row.tolist(), strict=True):
            # A bar of nothing has its number, too: a class that is never predicted.
            end = (max(count, _LEFT), place)
            beside = {"xytext": (3, 0), "textcoords": "offset points", "va": "center"}
            self.ax_.annotate(f"{count:,}", end, fontsize=size, **beside)
        return bars

    @classmethod
    def _from_sets(cls, sets, names, y):
        """Count the flat labels of each set, the commonest of the first set first."""
        known = [distinct(labels, "y") for labels in sets]
        check_comparable_labels(**dict(zip(("y_true", "y_pred"), known, strict=False)))
        classes = np.unique(np.concatenate(known))
        counts = np.array(
            [np.bincount(positions(labels, classes), minlength=len(classes)) for labels in sets]
        )
        order = np.argsort(-counts[0], kind="stable")
        return cls(
            counts[:, order],
            classes=classes[order],
            names=names,
            xlabel="Steps" if has_step_labels(y) else "Sequences",
        )


def _ratio(counts):
    """Largest by smallest: infinite where a class has no members."""
    return counts.max() / counts.min() if counts.min() else np.inf


def _as_ratio(counts):
    ratio = _ratio(counts)
    if np.isinf(ratio):
        return f"{np.sum(counts == 0)} of {len(counts)} never"
    return f"{ratio:,.0f} : 1" if ratio >= 10 else f"{ratio:.1f} : 1"
