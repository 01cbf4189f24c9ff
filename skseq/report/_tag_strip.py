"""True and predicted tags side by side, beneath the text or the series that they belong to."""

from itertools import cycle
from typing import NamedTuple

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skseq._validation import num_samples, safe_indexing
from skseq.data import (
    Sequences,
    as_sequences,
    as_tags,
    known_steps,
    numbers_of,
    split_prefix,
)
from skseq.metrics._flat import check_aligned
from skseq.report._axes import (
    COLOURS,
    draw_legend,
    draw_legend_above,
    new_axes,
    short_name,
    width_in_points,
)
from skseq.report._spelling import spell

_BACKGROUND = "#E6E6E6"
_ERROR = "#000000"
# Without black, which marks errors; yellow will do for areas.
_AREA_COLOURS = [*COLOURS[:-1], "#F0E442"]
_HATCHES = ["", "////", "....", "xxxx"]

# Heights of what is in a line, from its top: text, two strips, marks of errors.
_TRUE, _PREDICTED, _MARKS, _LINE = (1.1, 1.6), (1.7, 2.2), (2.3, 2.45), 3.2
# Share of the axes that a series takes.
_SERIES = 0.62
# Types that a legend above the strips has room for; more are named beside them.
_MOST_ABOVE = 6
# Characters that would not be seen.
_SIGNS = {"\n": "↵", "\t": "→"}
# A letter of a monospaced font is so wide, in parts of its height.
_LETTER = 0.602
_INCHES_PER_LINE = 0.55


class Cells(NamedTuple):
    """Where each step is drawn."""

    line: np.ndarray  # (n_steps,) from 0, the top
    left: np.ndarray  # (n_steps,)
    right: np.ndarray  # (n_steps,)


class TagStripDisplay:
    """True and predicted tags as strips of colour beneath a text or a series, errors marked.

    Tags of one type, such as B-PER and I-PER, have one colour; a new span begins at a gap. The
    background is grey: the tag "O", or else the commonest. Made by `from_estimator` or
    `from_predictions`.

    Parameters
    ----------
    y_true : Sequences
        True tags of the sequences that are drawn, one below the other as text, one after the other
        as series.

    y_pred : Sequences
        Predicted tags.

    X : list of list of str or Sequences, default=None
        The text of each step, or numbers of shape (n_steps,) or (n_steps, n_features). None draws
        strips alone.

    is_known : ndarray of bool of shape (n_steps,), default=None
        Which steps have a true tag; None means all.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the strips were drawn.

    ax_values_ : matplotlib Axes or None
        Where the series was drawn, above the strips.

    figure_ : matplotlib Figure
        The figure around them.

    is_error_ : ndarray of bool of shape (n_steps,)
        Where the prediction is wrong.

    See Also
    --------
    skseq.metrics.span_errors : A list of what is wrong.
    TagConfusionDisplay : Which tags are taken for which, over all sequences.

    Examples
    --------
    >>> from skseq.report import TagStripDisplay
    >>> tokens = [["Ada", "Lovelace", "met", "Charles", "Babbage"]]
    >>> y_true = [["B-PER", "I-PER", "O", "B-PER", "I-PER"]]
    >>> y_pred = [["B-PER", "I-PER", "O", "O", "B-PER"]]
    >>> display = TagStripDisplay.from_predictions(y_true, y_pred, X=tokens)
    >>> display.is_error_
    array([False, False, False,  True,  True])
    """

    def __init__(self, y_true, y_pred, *, X=None, is_known=None):
        self.y_true = y_true
        self.y_pred = y_pred
        self.X = X
        self.is_known = is_known

    @classmethod
    def from_estimator(cls, estimator, X, y, *, rows=0, ignore=None, ax=None, **kwargs):
        """Draw what a fitted tagger predicts for some sequences.

        Parameters
        ----------
        estimator : estimator
            A fitted tagger, also a pipeline or a search that ends in one.

        X : as the estimator takes it
            Sequences that it was not fitted on.

        y : list of array-like of shape (length_i,), object array or Sequences
            True tags, one per step.

        rows : int or array-like of int of shape (n_strips,), default=0
            Which sequences are drawn.

        ignore : scalar or list, default=None
            Marks in ``y`` that stand where there is no tag, such as -100 or NaN. None refuses such
            marks.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        TagStripDisplay
        """
        check_is_fitted(estimator)
        rows = _check_rows(rows, num_samples(X))
        X, y = safe_indexing(X, rows), as_tags(y)[rows]
        every = np.arange(len(rows))
        return cls.from_predictions(
            y, estimator.predict(X), X=X, rows=every, ignore=ignore, ax=ax, **kwargs
        )

    @classmethod
    def from_predictions(cls, y_true, y_pred, *, X=None, rows=0, ignore=None, ax=None, **kwargs):
        """Draw predicted tags of some sequences.

        Parameters
        ----------
        y_true : list of array-like of shape (length_i,), object array or Sequences
            True tags, one per step.

        y_pred : list of array-like of shape (length_i,), object array or Sequences
            Predicted tags, one per step.

        X : list of list of str, list of str, Sequences or list of array-like, default=None
            The tokens of each sequence; texts whose characters, or words between spaces, have a tag
            each; token ids with a vocabulary; or numbers. None draws strips alone.

        rows : int or array-like of int of shape (n_strips,), default=0
            Which sequences are drawn.

        ignore : scalar or list, default=None
            Marks in ``y_true`` that stand where there is no tag, such as -100 or NaN. None refuses
            such marks.

        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        **kwargs : dict
            Passed to `plot`.

        Returns
        -------
        TagStripDisplay

        Raises
        ------
        ValueError
            If lengths differ.
        """
        y_true, y_pred = as_tags(y_true, name="y_true"), as_tags(y_pred, name="y_pred")
        check_aligned(y_true, y_pred, "y_pred", "tags")
        rows = _check_rows(rows, len(y_true))
        y_true, y_pred = y_true[rows], y_pred[rows]
        known = known_steps(y_true, ignore, name="y_true")
        content = None if X is None else _read_steps(safe_indexing(X, rows), y_true, rows)
        return cls(y_true, y_pred, X=content, is_known=known).plot(ax, **kwargs)

    def plot(self, ax=None, *, n_columns=72):
        """Draw the strips.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure, as high as the text needs.

        n_columns : int, default=72
            Letters in a line of text.

        Returns
        -------
        TagStripDisplay
            The instance itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        is_text = isinstance(self.X, list)
        cells = _text_cells(self.X, n_columns) if is_text else _series_cells(self.y_true)
        known = np.ones(len(cells.line), dtype=bool) if self.is_known is None else self.is_known
        true, predicted = _as_text(self.y_true), _as_text(self.y_pred)
        self.is_error_ = known & (true != predicted)
        looks = _looks_of(np.concatenate([true[known], predicted]))
        size = (6.4, _height(cells, len(looks), is_text, self.X is None))
        ax = new_axes(ax, needed_by="TagStripDisplay.plot", figsize=size)
        self.ax_, self.figure_, self.ax_values_ = ax, ax.figure, None
        first = np.zeros(len(cells.line), dtype=bool)
        first[self.y_true.offsets[:-1][self.y_true.lengths > 0]] = True
        _draw_tags(ax, true, known, first, cells, _TRUE, looks)
        _draw_tags(ax, predicted, np.ones_like(known), first, cells, _PREDICTED, looks)
        _draw_runs(
            ax, _new_runs(self.is_error_, cells), self.is_error_, cells, _MARKS, color=_ERROR
        )
        _name_strips(ax, looks, cells, self.is_error_.any(), fontsize=7 if is_text else 9)
        if is_text:
            _write_text(ax, self.X, cells, n_columns)
        else:
            self._draw_steps(ax)
        return self

    def _draw_steps(self, ax):
        """The axis of steps, and above the strips the series, where there is one."""
        ax.set(xlim=(0, max(1, self.y_true.n_steps)), xlabel="Step")
        top = _TRUE[0] - 0.1
        if self.X is not None:
            self.ax_values_ = _draw_series(ax, self.X)
            top = _MARKS[1] - (_MARKS[1] - top) / (1 - _SERIES)
        ax.set_ylim(_MARKS[1] + 0.05, top)
        for border in self.y_true.offsets[1:-1]:
            ax.axvline(border, color="0.4", linewidth=0.8, linestyle="--")


# -- what to draw ---------------------------------------------------------------------------------


def _check_rows(rows, n_sequences):
    """Places of sequences, as an array."""
    rows = np.atleast_1d(np.asarray(rows))
    if rows.ndim != 1 or rows.dtype.kind not in "iu" or not len(rows):
        raise ValueError(f"rows must be the place of a sequence, or several, got {rows.tolist()}")
    outside = rows[(rows < -n_sequences) | (rows >= n_sequences)]
    if len(outside):
        raise ValueError(f"rows has {outside[0]}, but there are {n_sequences} sequences")
    return rows % n_sequences


def _read_steps(X, tags, rows):
    """The text of each step, a list for each sequence; or numbers, as `Sequences`."""
    if not isinstance(X, Sequences):
        X = list(X)
        if all(isinstance(row, str) for row in X):
            X = [_cut_text(row, length) for row, length in zip(X, tags.lengths, strict=True)]
        elif not all(isinstance(step, str) for row in X for step in row):
            X = as_sequences(X)
    if isinstance(X, Sequences):
        X = _as_words(X)
    lengths = X.lengths if isinstance(X, Sequences) else np.array([len(row) for row in X])
    if (wrong := np.flatnonzero(lengths != tags.lengths)).size:
        at = wrong[0]
        raise ValueError(
            f"X[{rows[at]}] has {lengths[at]} steps but {tags.lengths[at]} tags; of texts, pass "
            "from_predictions the tokens that the tags are of"
        )
    return X


def _cut_text(text, n_tags):
    """Its characters, if there are as many as tags, or else its words."""
    return list(text) if len(text) == n_tags else text.split()


def _as_words(X):
    """Text for each step of text or of token ids; of others the numbers."""
    if X.dtype.kind in "UO" and X.values.ndim == 1:
        return X.tolist()
    if (X.n_tokens is None and X.vocabulary is None) or X.values.size == 0:
        return numbers_of(X)
    return spell(X)


def _as_text(tags):
    return np.array([str(tag) for tag in tags.values.tolist()], dtype=str)


def _types_of(tags):
    """The type of each tag, PER for B-PER, and whether a span begins at it."""
    names, place = np.unique(tags, return_inverse=True)
    parts = [split_prefix(name) or ("", name) for name in names.tolist()]
    types = np.array([of_type for _, of_type in parts], dtype=str)
    begins = np.array([letter in "BSU" and letter != "" for letter, _ in parts], dtype=bool)
    return types[place], begins[place]


def _looks_of(tags):
    """Type -> how its areas look, the background first."""
    types, counts = np.unique(_types_of(tags)[0], return_counts=True)
    types = types.tolist()
    background = "O" if "O" in types else types[int(counts.argmax())]
    types.remove(background)
    looks = {background: {"facecolor": _BACKGROUND}}
    for number, name in enumerate(types):
        hatch, colour = divmod(number, len(_AREA_COLOURS))
        looks[name] = {
            "facecolor": _AREA_COLOURS[colour],
            "hatch": _HATCHES[hatch % len(_HATCHES)],
            "edgecolor": "white",  # of the hatch
        }
    return looks


# -- where to draw it -----------------------------------------------------------------------------


def _series_cells(tags):
    steps = np.arange(tags.n_steps)
    return Cells(np.zeros_like(steps), steps, steps + 1)


def _text_cells(texts, n_columns):
    """A cell for each word, in lines that are broken where they are full."""
    line, cells = -1, []
    for words in texts:
        line, column = line + 1, 0
        gap = 0 if all(len(word) <= 1 for word in words) else 1
        for word in words:
            width = min(max(1, len(word)) + gap, n_columns)
            if column + width > n_columns:
                line, column = line + 1, 0
            cells.append((line, column, column + width))
            column += width
    return Cells(*np.array(cells, dtype=np.int64).reshape(-1, 3).T)


def _height(cells, n_types, is_text, has_no_values):
    """Inches for what there is to draw."""
    if not is_text:
        return 2.0 if has_no_values else 4.8
    n_lines = 1 + cells.line.max(initial=0)
    return max(1.0 + _INCHES_PER_LINE * n_lines, 0.4 + 0.16 * n_types * (n_types > _MOST_ABOVE))


# -- drawing --------------------------------------------------------------------------------------


def _draw_tags(ax, tags, is_drawn, first, cells, heights, looks):
    """A strip of areas, one for each span or run of background."""
    types, begins = _types_of(tags)
    new = _new_runs(types, cells) | first | begins
    new[1:] |= is_drawn[1:] != is_drawn[:-1]
    for name, look in looks.items():
        look = {"edgecolor": "white", "linewidth": _edge(ax, cells)} | look
        _draw_runs(ax, new, is_drawn & (types == name), cells, heights, **look)


def _edge(ax, cells):
    """Points of white around an area, less where steps are so narrow that it hid them."""
    return min(1.0, 0.2 * width_in_points(ax) / max(1, cells.right.max(initial=0)))


def _new_runs(values, cells):
    """Where a value is another than before, or a line begins."""
    new = np.ones(len(values), dtype=bool)
    new[1:] = (values[1:] != values[:-1]) | (cells.line[1:] != cells.line[:-1])
    return new


def _draw_runs(ax, new, is_drawn, cells, heights, **look):
    """The areas of the runs that are drawn."""
    start = np.flatnonzero(new)
    stop = np.append(start[1:], len(new))[is_drawn[start]] - 1
    start = start[is_drawn[start]]
    left, right, line = cells.left[start], cells.right[stop], cells.line[start]
    for number in np.unique(line):
        here = line == number
        ax.broken_barh(
            np.column_stack([left, right - left])[here],
            (number * _LINE + heights[0], heights[1] - heights[0]),
            **look,
        )


def _name_strips(ax, looks, cells, has_errors, fontsize):
    """What the strips are, on the left, and what their colours are."""
    n_lines = 1 + cells.line.max(initial=0)
    middles = [np.mean(_TRUE), np.mean(_PREDICTED)]
    ticks = np.add.outer(_LINE * np.arange(n_lines), middles).ravel()
    ax.set_yticks(ticks, ["true", "predicted"] * n_lines, fontsize=fontsize)
    ax.tick_params(axis="y", length=0)
    ax.spines[:].set_visible(False)
    for name, look in looks.items():
        ax.broken_barh([], (0, 0), label=short_name(name), **look)
    if has_errors:
        ax.broken_barh([], (0, 0), color=_ERROR, label="error")
    if len(looks) > _MOST_ABOVE:
        draw_legend(ax, most_inside=0)
    else:
        draw_legend_above(ax)


def _draw_series(ax, X):
    """The numbers of all steps, above the strips."""
    upper = ax.inset_axes([0, 1 - _SERIES, 1, _SERIES], sharex=ax)
    columns = X.values.reshape(X.n_steps, -1)
    for colour, column in zip(cycle(COLOURS), columns.T):
        upper.plot(np.arange(len(column)) + 0.5, column, color=colour, linewidth=0.8)
    upper.tick_params(axis="x", labelbottom=False, length=0)
    upper.spines[["top", "right", "bottom"]].set_visible(False)
    return upper


def _write_text(ax, texts, cells, n_columns):
    """Each word in the middle of its cell, as large as the axes will let it be."""
    ax.set(xlim=(0, n_columns), ylim=(_LINE * (1 + cells.line.max(initial=0)) - 0.5, 0), xticks=[])
    ax.figure.draw_without_rendering()  # the layout is not known before
    frame = ax.get_window_extent()
    letter = frame.width / n_columns / _LETTER
    line = frame.height / abs(np.diff(ax.get_ylim()).item())
    size = min(10.0, min(letter, line) * 72 / ax.figure.dpi)
    words = [word for row in texts for word in row]
    for word, line, left, right in zip(words, *(part.tolist() for part in cells), strict=True):
        ax.text(
            (left + right) / 2,
            line * _LINE + _TRUE[0] - 0.1,
            _SIGNS.get(word, word),
            family="monospace",
            fontsize=size,
            ha="center",
            va="bottom",
            parse_math=False,
        )
