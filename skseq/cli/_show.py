"""What the commands print: results to stdout, what happens meanwhile to stderr."""

import logging
import sys
from contextlib import contextmanager

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from skseq._progress import is_watched
from skseq.metrics._scorer_facts import without_arguments
from skseq.model_selection._verdict import p_text

# Wider lines are hard to read, and all that is printed fits into this.
WIDTH = 80
_LONG = 16  # characters of a title


def say(text):
    """A line for a person, on stderr."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def fits_in_lines():
    """Write a line for each finished fit to stderr, where no terminal shows a progress bar."""
    if is_watched():
        yield
        return
    logger, lines = logging.getLogger("skseq.model_selection"), logging.StreamHandler()
    lines.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(lines)
    try:
        yield
    finally:
        logger.removeHandler(lines)
        logger.setLevel(level)


def tell_guesses(opened):
    """Say what was guessed of a file, in the options that would say the same."""
    if opened.guessed:
        say(f"Guessed: {opened.guessed}. Pass any of these to say otherwise.")


class _Console(Console):
    """Leaves closed pipes to `main`: rich would end the program as one that failed."""

    def on_broken_pipe(self):
        raise BrokenPipeError


def show_leaderboard(comparison):
    """Print the table and what to think of it, on stdout."""
    console = _Console(width=WIDTH, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("candidate", overflow="fold", max_width=38)
    score = without_arguments(comparison.metric)
    if len(score) > _LONG:  # or names of candidates have no room
        score = score.replace("_", "_\n")
    titles = (score, "interval", "minority\nrecall", "fit, s", "above\nplain", "p")
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    columns = comparison.table
    for place, role in enumerate(columns["role"]):
        row = {name: column[place] for name, column in columns.items()}
        style = "bold green" if not place else {"baseline": "cyan", "plain": "yellow"}.get(role)
        table.add_row(*_cells(row), style=style)
    console.print(table)
    console.print(comparison.verdict, style="bold")
    console.print(comparison.method, style="italic")


def _cells(row):
    def number(name, form=".3f"):
        return "" if np.isnan(row[name]) else format(row[name], form)

    if np.isnan(row["mean"]):
        return [row["name"], "failed", "", "", "", "", ""]
    interval = "" if np.isnan(row["low"]) else f"{row['low']:.2f}-{row['high']:.2f}"
    is_compared = not np.isnan(row["p_plain"])
    return [
        row["name"],
        number("mean"),
        interval,
        number("minority_recall"),
        number("fit_seconds", ".1f"),
        number("above_plain", "+z.3f") if row["role"] != "plain" else "",
        p_text(row["p_plain"]).removeprefix("p = ").removeprefix("p ") if is_compared else "",
    ]
