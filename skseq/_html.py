"""HTML that a notebook shows: everything is escaped, and colours are those of the page."""

from collections.abc import Collection, Iterable, Sequence
from html import escape

_STYLE = """
<style>
.skseq-report { max-width: 46rem; line-height: 1.4; overflow-x: auto; }
.skseq-report h4 { margin: 1.2em 0 .3em; }
.skseq-report p { margin: .3em 0; }
.skseq-report table { border-collapse: collapse; margin: .4em 0; }
.skseq-report td { font-variant-numeric: tabular-nums; }
.skseq-report th, .skseq-report td { text-align: right; padding: .1em .8em .1em 0; }
.skseq-report th:first-child, .skseq-report td:first-child { text-align: left; }
.skseq-report th.words, .skseq-report td.words { text-align: left; }
.skseq-report thead th { border-bottom: 1px solid; font-weight: 600; }
</style>
"""


def html_piece(*parts: str) -> str:
    """Join parts that are HTML to one that a notebook shows."""
    return f'{_STYLE}<div class="skseq-report">{"".join(parts)}</div>'


def html_paragraph(text: str) -> str:
    """Text as a paragraph."""
    return f"<p>{escape(text)}</p>"


def html_table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, words: Collection[int] = ()
) -> str:
    """Cells of text as a table, numbers to the right.

    Parameters
    ----------
    header : list of str
        Above the columns.

    rows : iterable of list of str
        The cells.

    words : collection of int, default=()
        Columns of words beside the first, which stand to the left.

    Returns
    -------
    str
    """

    def line(name: str, texts: Sequence[str]) -> str:
        looks = [' class="words"' if place in words else "" for place in range(len(texts))]
        cells = zip(looks, map(escape, texts), strict=True)
        return "<tr>" + "".join(f"<{name}{look}>{text}</{name}>" for look, text in cells) + "</tr>"

    body = "".join(line("td", row) for row in rows)
    return f"<table><thead>{line('th', header)}</thead><tbody>{body}</tbody></table>"
