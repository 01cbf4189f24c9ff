"""Sections of facts, written for a terminal of 80 columns or as HTML that escapes all it is given.

What a page says is a list of `Section`, so that every form of it says the same.
"""

import textwrap
from html import escape
from typing import NamedTuple

from skseq._html import html_paragraph, html_piece, html_table

WIDTH = 79
_LONGEST_CELL = 24


class Section(NamedTuple):
    """A title, sentences, and a table below them, where there is one."""

    title: str
    lines: list
    header: list = ()
    rows: list = ()
    note: str = ""


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
        yield from _table_lines([section.header, *section.rows])
    if section.note:
        yield textwrap.fill(section.note, WIDTH)


def _indent_of(line):
    """Where a numbered line goes on."""
    number, dot, _ = line.partition(". ")
    return len(number) + 2 if dot and number.isdigit() else 0


def _table_lines(cells):
    """Numbers to the right, the first column and what else is words to the left."""
    columns = [[_shortened(cell) for cell in column] for column in zip(*cells, strict=True)]
    for place, column in enumerate(columns):
        width = max(map(len, column))
        is_words = place == 0 or not _holds_numbers(column[1:])
        columns[place] = [cell.ljust(width) if is_words else cell.rjust(width) for cell in column]
    for row in zip(*columns, strict=True):
        yield "  ".join(row).rstrip()


def _holds_numbers(column):
    return any(cell[-1:].isdigit() or cell.endswith("%") for cell in column)


def _shortened(cell):
    return cell if len(cell) <= _LONGEST_CELL else f"{cell[: _LONGEST_CELL - 3]}..."


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
        parts.append(html_table(section.header, section.rows))
    if section.note:
        parts.append(html_paragraph(section.note))
    return "".join(parts)
