"""Displays as pictures in a page: SVG whose text is text and whose ink is that of the page."""

import io
import re
from typing import NamedTuple

from skseq._optional import import_optional

# They stand for the colours of text and of axes, which differ by light and dark.
_INK, _FAINT = "#010203", "#040506"
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "skseq",
    "font.size": 9.0,
    "figure.figsize": (5.2, 4.0),  # small, so that letters stay readable on a phone
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor"), _INK
    ),
    **dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color"), _FAINT),
}
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


class Picture(NamedTuple):
    """An SVG, what stands below it, and what is said in its place to those who can't see it."""

    svg: str
    caption: str
    alt: str


def draw(name, make, caption, alt):
    """Draw a display.

    Parameters
    ----------
    name : str
        Begins the ids inside the picture: no two pictures of a page have one name.

    make : callable
        ``make()`` gives a display that has been drawn in a figure of its own.

    caption, alt : str
        Words for it; ``alt`` says what it shows.

    Returns
    -------
    Picture
    """
    pyplot = import_optional("matplotlib.pyplot", extra="report", needed_by="html_report")
    written = io.StringIO()
    with pyplot.rc_context(_STYLE):
        figure = make().figure_
        try:
            figure.savefig(
                written,
                format="svg",
                transparent=True,
                bbox_inches="tight",
                metadata=_NO_METADATA,
            )
        finally:
            pyplot.close(figure)
    return Picture(_inline(written.getvalue(), name), caption, alt)


def _inline(svg, name):
    """An SVG file as a piece of HTML: no head, ids of its own, as wide as there is room."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # Ids in tags only: what users call their classes is not touched.
    svg = re.sub(r'(<[^<>]*?\b(?:id="|xlink:href="#))', rf"\g<1>{name}-", svg)
    svg = svg.replace("url(#", f"url(#{name}-")
    opening, rest = svg.split(">", 1)
    width = re.search(r'\bwidth="([\d.]+)pt"', opening).group(1)
    opening = re.sub(r'\s(?:width|height)="[^"]*"', "", opening)
    svg = f'{opening} style="max-width: {float(width) * 4 / 3:.0f}px">{rest}'
    for colour, of_page in ((_INK, "currentColor"), (_FAINT, "var(--faint)")):
        svg = svg.replace(colour, of_page)
    return svg.replace("stroke: #000000", "stroke: currentColor")
