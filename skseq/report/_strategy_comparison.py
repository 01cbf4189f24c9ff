"""Which strategy won, and how sure that is."""

import numpy as np

from skseq.report._axes import draw_legend_above, name_rows, new_axes

# Shape and colour of what a candidate is: told apart in grey, too.
_ROLES = {
    "strategy": {"color": "#0072B2", "marker": "o"},
    "plain": {"color": "#D55E00", "marker": "D"},
    "baseline": {"color": "#000000", "marker": "s"},
    "blend": {"color": "#009E73", "marker": "^"},
}
# What a candidate has to beat to be worth its while.
_LINES = {"plain": "--", "baseline": ":"}
# Where the dots of folds are not hidden by the interval.
_BELOW = 0.25


class StrategyComparisonDisplay:
    """Score of each candidate of a comparison with its interval, the best on top.

    Small dots beneath are single folds. Vertical lines mark the plain model and the best baseline:
    what is not right of both was not worth it. Made by `from_comparison`.

    Parameters
    ----------
    names : list of str of length n_candidates
        The candidates, from the top.

    roles : list of {"plain", "strategy", "baseline", "blend"} of length n_candidates
        What they are.

    mean : array-like of shape (n_candidates,)
        Mean score over folds; NaN of one that failed.

    low, high : array-like of shape (n_candidates,)
        The interval around it; NaN where there is none.

    scores : array-like of shape (n_candidates, n_folds), default=None
        The score of each fold; NaN where the fit failed.

    metric : str, default="score"
        What the score is called.

    confidence : float, default=None
        Of the intervals.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.

    figure_ : matplotlib Figure
        The figure around it.

    errorbar_ : dict of str to matplotlib ErrorbarContainer
        Means and intervals of the candidates of each role.

    folds_ : matplotlib PathCollection or None
        The scores of single folds.

    See Also
    --------
    skseq.model_selection.compare_strategies : Makes the comparison.

    Notes
    -----
    Intervals that overlap may still belong to candidates that differ: the same folds are easy or
    hard for both. The tests in the comparison's table pair them.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skseq.model_selection import compare_strategies
    >>> from skseq.report import StrategyComparisonDisplay
    >>> X = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [7.0]]
    >>> y = ["a", "a", "a", "a", "a", "a", "b", "b"]
    >>> comparison = compare_strategies(
    ...     LogisticRegression(C=0.01), X, y, {"balanced": {"class_weight": "balanced"}}, cv=2,
    ...     baselines={"commonest": DummyClassifier()}, blend=False)
    >>> display = StrategyComparisonDisplay.from_comparison(comparison)
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['balanced', 'commonest', 'plain']
    """

    def __init__(
        self, names, roles, mean, low, high, *, scores=None, metric="score", confidence=None
    ):
        self.names = names
        self.roles = roles
        self.mean = mean
        self.low = low
        self.high = high
        self.scores = scores
        self.metric = metric
        self.confidence = confidence

    @classmethod
    def from_comparison(cls, comparison, *, ax=None, **kwargs):
        """Draw the result of a comparison.

        Parameters
        ----------
        comparison : StrategyComparison
            From `skseq.model_selection.compare_strategies`.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        StrategyComparisonDisplay
        """
        table = comparison.table
        display = cls(
            table["name"],
            table["role"],
            np.array(table["mean"]),
            np.array(table["low"]),
            np.array(table["high"]),
            scores=np.array([comparison.scores_[name] for name in table["name"]]),
            metric=comparison.metric,
            confidence=comparison.confidence,
        )
        return display.plot(ax, **kwargs)

    def plot(self, ax=None, *, show_folds=True, **kwargs):
        """Draw the candidates.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        show_folds : bool, default=True
            Whether to draw the scores of single folds.

        **kwargs : dict
            Passed to matplotlib's ``errorbar`` for each role, such as ``capsize=4``.

        Returns
        -------
        StrategyComparisonDisplay
            The instance itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        ax = new_axes(ax, needed_by="StrategyComparisonDisplay.plot")
        self.ax_, self.figure_, self.errorbar_, self.folds_ = ax, ax.figure, {}, None
        for role, look in _ROLES.items():
            rows = np.flatnonzero(np.array(self.roles) == role)
            if len(rows):
                self._draw_role(role, rows, look, kwargs)
        if show_folds and self.scores is not None:
            scores = np.asarray(self.scores)
            rows = np.repeat(np.arange(len(scores)), scores.shape[1])
            self.folds_ = ax.scatter(
                scores.ravel(), rows + _BELOW, s=5, color="0.6", zorder=1, label="one fold"
            )
        for row in np.flatnonzero(np.isnan(self.mean)):
            place = {"xycoords": ("axes fraction", "data"), "va": "center", "ha": "center"}
            ax.annotate("failed", (0.5, row), fontsize="small", color="0.4", **place)
        name_rows(ax, self.names)
        interval = "" if self.confidence is None else f", with {self.confidence:.0%} intervals"
        ax.set_xlabel(f"{self.metric}{interval}")
        draw_legend_above(ax)
        return self

    def _draw_role(self, role, rows, look, kwargs):
        mean, low, high = (np.asarray(ends)[rows] for ends in (self.mean, self.low, self.high))
        style = {"linestyle": "none", "markersize": 5, "capsize": 2, "zorder": 2, "label": role}
        self.errorbar_[role] = self.ax_.errorbar(
            mean, rows, xerr=[mean - low, high - mean], **(style | look | kwargs)
        )
        if role in _LINES and not np.isnan(mean).all():
            line = {"color": look["color"], "linestyle": _LINES[role], "linewidth": 1, "zorder": 0}
            self.ax_.axvline(np.nanmax(mean), **line)
