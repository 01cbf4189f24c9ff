"""``skseq report``: the page of a finished comparison, written again."""

import contextlib
import warnings
from pathlib import Path

from skseq.cli._errors import InputError
from skseq.cli._folder import REPORT, checksum_of, read_run
from skseq.cli._open import open_again
from skseq.metrics._scorer_facts import without_arguments
from skseq.report import html_report


def run_report(folder, *, output):
    """Write and tell where; the arguments are those of the command line."""
    run = read_run(folder)
    if not Path(run.file).exists():
        raise InputError(f"{run.file}, which was compared on, is not there any more; put it back")
    content, data = open_again(run.file, run.reading)
    if checksum_of(content) != run.checksum:
        raise InputError(
            f"{run.file} has changed since it was compared on; run skseq tune again, or bring back "
            "the file of then"
        )
    print(write_report(output or folder / REPORT, run.comparison, data, run.reading, run.file))


def write_report(path, comparison, data, reading, name):
    """Write the page.

    Parameters
    ----------
    path : path-like
        Where to.

    comparison : StrategyComparison
        What was found.

    data : Data
        What it was found on.

    reading : Reading
        How that was read.

    name : str
        Of its file.

    Returns
    -------
    Path
    """
    with warnings.catch_warnings():  # of letters, in labels, that the font of pictures lacks
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        return html_report(
            comparison,
            data.X,
            data.y,
            path,
            title=f"{Path(name).name}, compared by {without_arguments(comparison.metric)}",
            groups=data.groups,
            ordered=reading.levels or False,
            background=reading.background,
        )


def report_if_possible(path, comparison, data, reading, name):
    """Write the page; None, where a package for it is missing."""
    with contextlib.suppress(ImportError):
        return write_report(path, comparison, data, reading, name)
    return None
