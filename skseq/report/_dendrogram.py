"""Which classes are alike, and where merging stops."""

import numpy as np
from scipy.cluster import hierarchy
from sklearn.utils.validation import check_is_fitted

from skseq.report._axes import COLOURS, font_size, new_axes, short_name


class ClassDendrogramDisplay:
    """Tree of classes, those that are most alike joined first.

    Made by `from_estimator` of a fitted `skseq.meta.ClassMerger`.

    Parameters
    ----------
    linkage : ndarray of shape (n_classes - 1, 4)
        Order and distance of joining, in the format of `scipy.cluster.hierarchy.linkage`.

    labels : array-like of shape (n_classes,)
        The classes.

    n_classes : int, default=None
        Classes that are left where joining stops; None joins all.

    xlabel : str, default="Distance"
        What the classes are joined by.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.

    figure_ : matplotlib Figure
        The figure around it.

    cut_ : float or None
        Distance at which joining stops, where the dashed line is; None where there is none.

    tree_ : dict
        What `scipy.cluster.hierarchy.dendrogram` gives.

    See Also
    --------
    skseq.meta.ClassMerger : Merges the classes.

    Examples
    --------
    >>> from skseq.report import ClassDendrogramDisplay
    >>> linkage = [[0, 1, 0.2, 2], [2, 3, 0.9, 3]]
    >>> display = ClassDendrogramDisplay(linkage, ["walk", "stroll", "sit"], n_classes=2).plot()
    >>> display.cut_
    0.55
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['sit', 'walk', 'stroll']
    """

    def __init__(self, linkage, labels, *, n_classes=None, xlabel="Distance"):
        self.linkage = linkage
        self.labels = labels
        self.n_classes = n_classes
        self.xlabel = xlabel

    @classmethod
    def from_estimator(cls, estimator, *, ax=None, **kwargs):
        """Draw how a fitted merger joined its classes.

        Parameters
        ----------
        estimator : ClassMerger
            Fitted with ``n_classes``; with the number of classes itself it merges none.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        ClassDendrogramDisplay

        Raises
        ------
        ValueError
            If it did not compare the classes.
        """
        check_is_fitted(estimator)
        if getattr(estimator, "n_classes", None) is None or not hasattr(estimator, "linkage_"):
            raise ValueError(
                f"{type(estimator).__name__} has no tree of classes; fit a ClassMerger with "
                "n_classes set. The number of classes of y merges none of them"
            )
        xlabel = {
            "euclidean": "Distance between mean features",
            "cosine": "1 - cosine of mean features",
            "confusion": "1 - share mistaken for one another",
        }[estimator.distance]
        display = cls(
            estimator.linkage_,
            estimator.leaf_classes_,
            n_classes=estimator.n_classes,
            xlabel=xlabel,
        )
        return display.plot(ax, **kwargs)

    def plot(self, ax=None, **kwargs):
        """Draw the tree.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `scipy.cluster.hierarchy.dendrogram`, such as ``leaf_font_size=8``.

        Returns
        -------
        ClassDendrogramDisplay
            The instance itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there are fewer than two classes.
        """
        linkage = np.asarray(self.linkage, dtype=np.float64)
        if not len(linkage):
            raise ValueError("a tree of classes needs at least two of them")
        ax = new_axes(ax, needed_by="ClassDendrogramDisplay.plot")
        self.ax_, self.figure_ = ax, ax.figure
        self.cut_ = self._cut(linkage[:, 2])
        # Colours would depend on a distance of scipy's choice.
        style = {
            "orientation": "right",
            "labels": [short_name(label) for label in self.labels],
            "leaf_font_size": font_size(ax, len(self.labels), most=10),
            "color_threshold": 0,
            "above_threshold_color": COLOURS[0],
        }
        self.tree_ = hierarchy.dendrogram(linkage, ax=ax, **(style | kwargs))
        if self.cut_ is not None:
            ax.axvline(self.cut_, color="0.4", linestyle="--", linewidth=1)
        ax.set_xlabel(self.xlabel)
        return self

    def _cut(self, heights):
        """Halfway between the last joining that is made and the first that is not."""
        n_joined = len(heights) + 1 - (self.n_classes or 1)
        if n_joined >= len(heights):
            return None
        below = heights[n_joined - 1] if n_joined > 0 else 0.0
        return float(below + heights[max(n_joined, 0)]) / 2
