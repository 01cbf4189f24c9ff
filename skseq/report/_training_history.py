"""How training went, epoch by epoch: loss, scores of held-out rows, and who was learnt when."""

from numbers import Number

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseq._optional import import_optional
from skseq.report._axes import draw_legend, short_name, styles_of

_SCORES = {"valid_f1_macro": "macro F1", "valid_mae_macro": "macro absolute error"}
_Y_LABELS = {
    "loss": "Loss",
    "score": "Held-out score",
    "recall": "Recall of held-out rows",
}


class TrainingHistoryDisplay:
    """Losses, scores, recall of each class and learning rate, by epoch.

    Where the loss on held-out rows rises while that on training rows falls, the net learns by
    heart; the recall of each class shows which of them a net gives up, and which come late. Made by
    `from_estimator`.

    Parameters
    ----------
    loss : dict of str to array-like of shape (n_epochs,)
        By rows: "train", and "valid" where rows were held out.

    scores : dict of str to array-like of shape (n_epochs,), default=None
        By name, such as "macro F1" of held-out rows.

    recall : dict of label to array-like of shape (n_epochs,), default=None
        Recall of each class among held-out rows.

    learning_rate : array-like of shape (n_epochs,), default=None
        At the end of each epoch; None where it is constant.

    best_epoch : int, default=None
        The epoch that training went back to, from 1.

    Attributes
    ----------
    axes_ : dict of str to matplotlib Axes
        The panels "loss", "score", "learning_rate" and "recall": those that there is something
        for.

    figure_ : matplotlib Figure
        The figure around them.

    lines_ : dict of str to list of matplotlib Line2D
        The lines of each panel.

    See Also
    --------
    sklearn.model_selection.LearningCurveDisplay : Scores by number of training rows.

    Examples
    --------
    >>> from skseq import SequenceClassifier
    >>> from skseq.report import TrainingHistoryDisplay
    >>> X, y = [[i, i % 3] for i in range(30)], ["a", "b", "b"] * 10
    >>> model = SequenceClassifier(max_epochs=5, early_stopping=True, random_state=0).fit(X, y)
    >>> display = TrainingHistoryDisplay.from_estimator(model)
    >>> sorted(display.loss), sorted(display.scores), sorted(display.recall)
    (['train', 'valid'], ['macro F1'], ['a', 'b'])
    """

    def __init__(self, loss, *, scores=None, recall=None, learning_rate=None, best_epoch=None):
        self.loss = loss
        self.scores = scores
        self.recall = recall
        self.learning_rate = learning_rate
        self.best_epoch = best_epoch

    @classmethod
    def from_estimator(cls, estimator, *, ax=None, **kwargs):
        """Draw how a fitted estimator was trained.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier, ordinal classifier, regressor or tagger of skseq; also a pipeline,
            search or meta-estimator around one. Of several nets (``n_seeds``), it is the first.
            Scores and recalls are there where ``early_stopping=True`` held rows out.

        ax : dict of str to matplotlib Axes, default=None
            As for `plot`.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        TrainingHistoryDisplay

        Raises
        ------
        ValueError
            If there is no ``history_`` in the estimator.
        """
        from skseq.training import recall_key  # it loads torch, as the estimator did

        check_is_fitted(estimator)
        trained = _find_trained(estimator)
        columns = _numbers_by_epoch(trained.history_)
        labels = trained.classes_.tolist() if hasattr(trained, "classes_") else []
        of_recall = {recall_key(label): label for label in labels}
        loss = {rows: f"{rows}_loss" for rows in ("train", "valid")}
        scores = {
            _SCORES.get(key, key): key
            for key in columns
            if key.startswith(("train_", "valid_")) and key not in {*of_recall, *loss.values()}
        }
        display = cls(
            {rows: columns[key] for rows, key in loss.items() if key in columns},
            scores={name: columns[key] for name, key in scores.items()},
            recall={label: columns[key] for key, label in of_recall.items() if key in columns},
            learning_rate=columns.get("event_lr"),
            best_epoch=_best_epoch(trained) if "valid_loss" in columns else None,
        )
        return display.plot(ax, **kwargs)

    def plot(self, ax=None, **kwargs):
        """Draw the panels.

        Parameters
        ----------
        ax : dict of str to matplotlib Axes, default=None
            Where to draw which panel, such as ``pyplot.subplot_mosaic`` gives; panels that it lacks
            are left out. None makes a new figure with all that there is something for.

        **kwargs : dict
            Passed to matplotlib's ``plot`` for each line, such as ``linewidth=2``.

        Returns
        -------
        TrainingHistoryDisplay
            The instance itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If ``ax`` is no dict.
        ValueError
            If ``ax`` has a panel that there is nothing for.
        """
        panels = self._panels()
        self.axes_ = _new_mosaic(list(panels)) if ax is None else _check_panels(ax, panels)
        self.figure_ = next(iter(self.axes_.values())).figure
        self.lines_ = {name: self._draw(name, panels[name], kwargs) for name in self.axes_}
        return self

    def _panels(self):
        """The lines of each panel by their names, of those that have any."""
        rate = {} if self.learning_rate is None else {"learning rate": self.learning_rate}
        panels = {
            "loss": self.loss,
            "score": self.scores,
            "learning_rate": rate,
            "recall": self.recall,
        }
        return {name: columns for name, columns in panels.items() if columns}

    def _draw(self, name, columns, kwargs):
        ax, lines = self.axes_[name], []
        for (label, column), style in zip(columns.items(), styles_of(len(columns)), strict=True):
            style = style | {"label": short_name(label)} | kwargs
            lines += ax.plot(np.arange(1, len(column) + 1), column, **style)
        if self.best_epoch is not None:
            label = "best epoch" if name == "loss" else None
            ax.axvline(self.best_epoch, color="0.6", linewidth=0.8, zorder=0, label=label)
        speaks_for_itself = name in ("score", "learning_rate") and len(columns) == 1
        ylabel = next(iter(columns)) if speaks_for_itself else _Y_LABELS[name]
        ax.set(xlabel="Epoch", ylabel=ylabel[:1].upper() + ylabel[1:])
        ax.xaxis.get_major_locator().set_params(integer=True)
        if name == "recall":
            ax.set_ylim(-0.03, 1.03)
        if not speaks_for_itself:
            draw_legend(ax)
        return lines


def _find_trained(estimator):
    """The estimator of ours in it that has a history."""
    inner = estimator
    while not hasattr(inner, "history_"):
        if hasattr(inner, "best_estimator_"):
            inner = inner.best_estimator_
        elif hasattr(inner, "steps"):
            inner = inner.steps[-1][1]
        elif hasattr(inner, "estimator_"):
            inner = inner.estimator_
        else:
            raise ValueError(
                f"{type(estimator).__name__} has no history_ of training; pass an estimator of "
                "skseq, or a pipeline, search or meta-estimator around one"
            )
    return inner


def _numbers_by_epoch(history):
    """The columns of a history that are numbers in each epoch, without skorch's own marks."""
    return {
        key: np.array([row[key] for row in history], dtype=float)
        for key in history[-1]
        if not key.endswith(("_best", "_batch_count"))
        and all(isinstance(row.get(key), Number) for row in history)
    }


def _best_epoch(trained):
    stopping = dict(trained.net_.callbacks_).get("early_stopping")
    # A net that was trained anew on all rows watched none: its epochs are those that were best.
    return getattr(stopping, "best_epoch_", None) or len(trained.net_.history)


def _new_mosaic(names):
    """New axes: recalls on the right, where their legend has room, the others on the left."""
    pyplot = import_optional(
        "matplotlib.pyplot", extra="plot", needed_by="TrainingHistoryDisplay.plot"
    )
    left = [name for name in names if name != "recall"]
    layout, widths = [[name] for name in left], [1]
    if "recall" in names:
        layout, widths = [[name, "recall"] for name in left], [2, 3]
    return pyplot.subplot_mosaic(layout, width_ratios=widths, layout="constrained")[1]


def _check_panels(ax, panels):
    if not isinstance(ax, dict):
        raise TypeError(
            f"ax must be a dict from panels, such as {list(panels)}, to axes; got {type(ax)}. For "
            'one panel: ax={"loss": ax}'
        )
    if missing := sorted(ax.keys() - panels.keys()):
        raise ValueError(
            f"ax has axes for {missing}, but there is something to draw for {list(panels)} only; "
            "recalls and held-out scores need early_stopping=True"
        )
    return ax
