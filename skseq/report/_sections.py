"""Sections of facts, written for a terminal of 80 columns or as HTML that escapes all it is given.

What a page says is a list of `Section`, so that every form of it says the same.
"""

import textwrap
from html import escape
from typing import NamedTuple

from skseq._html import html_paragraph, html_piece, html_table

WIDTH = 79
_BAR = 12
_NARROWEST = 8  # of a first column that makes room for the others


class Section(NamedTuple):
    """A title, sentences, and a table below them, where there is one."""

    title: str
    lines: list
    header: list = ()
    rows: list = ()
    note: str = ""
    bars: list = ()  # a length from 0 to 1 for each row, where there are any


def as_text(sections):
    """Write sections for a terminal.

    Parameters
    ----------
    sections : list of Section
        What to say.

    Returns
    -------
    str
        No line longer than 79 characters, as long as tables are narrow enough.
    """
    return "\n\n".join("\n".join(_text_lines(section)) for section in sections)


def _text_lines(section):
    yield section.title
    yield "-" * len(section.title)
    for line in section.lines:
        yield textwrap.fill(line, WIDTH, subsequent_indent=" " * _indent_of(line))
    if section.rows:
        yield from _table_lines(_cells(section, "#"))
    if section.note:
        yield textwrap.fill(section.note, WIDTH)


def _cells(section, sign):
    """The header and the rows, with bars made of a sign as their last column."""
    cells = [list(section.header), *map(list, section.rows)]
    if not section.bars:
        return cells
    bars = ["", *(sign * round(_BAR * bar) or "." for bar in section.bars)]
    return [[*row, bar] for row, bar in zip(cells, bars, strict=True)]


def _indent_of(line):
    """Where a numbered line goes on."""
    number, dot, _ = line.partition(". ")
    return len(number) + 2 if dot and number.isdigit() else 0


def _table_lines(cells):
    """Numbers to the right, the first column and what else is words to the left."""
    columns = list(zip(*cells, strict=True))
    too_wide = sum(max(map(len, column)) + 2 for column in columns) - 2 - WIDTH
    if too_wide > 0:
        width = max(max(map(len, columns[0])) - too_wide, _NARROWEST)
        columns[0] = [_shortened(cell, width) for cell in columns[0]]
    for place, column in enumerate(columns):
        width = max(map(len, column))
        is_words = place == 0 or not _holds_numbers(column[1:])
        columns[place] = [cell.ljust(width) if is_words else cell.rjust(width) for cell in column]
    for row in zip(*columns, strict=True):
        yield "  ".join(row).rstrip()


def _holds_numbers(column):
    return any(cell[-1:].isdigit() or cell.endswith("%") for cell in column)


def _shortened(cell, width):
    return cell if len(cell) <= width else f"{cell[: width - 3]}..."


def as_html(sections):
    """Write sections as a piece of HTML, for a notebook.

    Parameters
    ----------
    sections : list of Section
        What to say; texts are escaped.

    Returns
    -------
    str
    """
    return html_piece(*map(_html_of, sections))


def _html_of(section):
    parts = [f"<h4>{escape(section.title)}</h4>"]
    parts += map(html_paragraph, section.lines)
    if section.rows:
        header, *rows = _cells(section, "\N{FULL BLOCK}")
        parts.append(html_table(header, rows, words={len(header) - 1} if section.bars else ()))
    if section.note:
        parts.append(html_paragraph(section.note))
    return "".join(parts)
