"""``skseq audit``: what is in a file, before anything is fitted."""

from skseq.cli._background import background_of
from skseq.cli._nets import kind_of_problem
from skseq.cli._open import open_file
from skseq.cli._show import tell_guesses
from skseq.report import imbalance_report


def run_audit(path, asked):
    """Print the audit; the arguments are those of the command line."""
    opened = open_file(path, asked)
    reading, data = opened.reading, opened.data
    tell_guesses(opened)
    report = imbalance_report(
        data.X,
        data.y,
        groups=data.groups,
        kind=kind_of_problem(reading),
        ordered=reading.levels or False,
        background="auto" if reading.background is None else background_of(reading, data.y),
    )
    print(report)
