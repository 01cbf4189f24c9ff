"""What all displays share: axes, lines that are told apart, legends and names that find room."""

from itertools import cycle, product

import numpy as np

from skseq._optional import import_optional

# Okabe and Ito's colours, told apart by the colour-blind, without the yellow, too pale for lines.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"]
_DASHES = ["-", "--", ":", "-."]

_LONGEST_NAME = 28
_POINTS = 72  # to an inch
_MOST_POINTS = 2000  # of a line, along an axis
_SMALLEST = 4.0  # points, of letters that can be read
_LEADING = 1.3  # height of a line, in parts of its letters'


def new_axes(ax, needed_by, **kwargs):
    """The axes themselves, or those of a new figure that makes room for what is beside them."""
    pyplot = import_optional("matplotlib.pyplot", extra="plot", needed_by=needed_by)
    return pyplot.subplots(layout="compressed", **kwargs)[1] if ax is None else ax


def styles_of(n_curves):
    """A colour and a dash for each curve, no two alike for up to 28."""
    styles = cycle({"linestyle": dash, "color": c} for dash, c in product(_DASHES, COLOURS))
    return [next(styles) for _ in range(n_curves)]


def thinned(*coordinates, keep=()):
    """Places of the points of a line that can be told apart in a picture.

    Parameters
    ----------
    *coordinates : ndarray of shape (n_points,)
        Such as x: neither falls from one point to the next.

    keep : sequence of int, default=()
        Points that are drawn in any case.

    Returns
    -------
    ndarray of int of shape (n_drawn,)
        All of few points, else those spread evenly along each coordinate, and both ends.
    """
    n_points = len(coordinates[0])
    if n_points <= _MOST_POINTS:
        return np.arange(n_points)
    spread = [
        np.searchsorted(rising, np.linspace(rising[0], rising[-1], _MOST_POINTS))
        for rising in coordinates
    ]
    return np.unique(np.concatenate([*spread, keep, [0, n_points - 1]]).astype(np.intp))


def square_axes(ax, xlabel, ylabel, **legend):
    """Two axes from 0 to 1, and what the curves are."""
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(-0.01, 1.01), ylim=(-0.01, 1.02))
    ax.set_aspect("equal", adjustable="box")
    draw_legend(ax, **legend)


def draw_legend(ax, loc="best", most_inside=6):
    """A legend within the axes; beside them where it has so many entries that it hid lines."""
    n_entries = len(ax.get_legend_handles_labels()[1])
    if n_entries > most_inside:
        beside = {"loc": "center left", "bbox_to_anchor": (1.01, 0.5), "frameon": False}
        ax.legend(fontsize=font_size(ax, n_entries, most=8), handlelength=2.4, **beside)
    elif n_entries:
        ax.legend(loc=loc, fontsize="small")


def draw_legend_above(ax):
    """A legend above the axes, in as few lines as it fits into."""
    labels = ax.get_legend_handles_labels()[1]
    entries = [30 + 5 * len(label) for label in labels]  # points
    room = width_in_points(ax)
    n_columns = len(labels) if sum(entries) <= room else int(room / max(entries))
    above = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "frameon": False}
    tight = {"handletextpad": 0.4, "columnspacing": 1.2, "fontsize": "small"}
    ax.legend(ncols=max(1, n_columns), **(above | tight))


def font_size(ax, n_lines, *, most):
    """Points, so that so many lines of text are no higher than the axes; 4 at the least."""
    height = ax.figure.get_figheight() * ax.get_position().height
    return max(_SMALLEST, min(most, _POINTS * height / n_lines / _LEADING))


def width_in_points(ax):
    """How wide axes are, before a layout has given room to what is beside them."""
    return _POINTS * ax.figure.get_figwidth() * ax.get_position().width


def short_name(label, longest=None):
    """A label as text that a legend has room for, its middle left out if need be."""
    name, longest = " ".join(str(label).split()), longest or _LONGEST_NAME
    if len(name) > longest:
        end = longest // 3
        name = f"{name[: longest - end - 1]}…{name[-end:]}"
    # Dollars would begin a formula, and what begins with a low line has no place in a legend.
    name = name.replace("$", r"\$")
    return f" {name}" if name.startswith("_") else name


def name_rows(ax, names):
    """Name rows of bars or points 0, 1, ..., the first on top; of too many, every second or so."""
    every = -(-len(names) // most_lines(ax))
    rows = range(0, len(names), every)
    size = font_size(ax, len(rows), most=10)
    ax.set_yticks(rows, [short_name(names[row]) for row in rows], fontsize=size)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)


def most_lines(ax):
    """How many lines of text, as small as can be read, the axes are high."""
    height = _POINTS * ax.figure.get_figheight() * ax.get_position().height
    return max(1, int(height / _SMALLEST / _LEADING))
