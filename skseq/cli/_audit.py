"""``skseq audit``: what is in a file, before anything is fitted."""

from skseq.cli._nets import kind_of_problem
from skseq.cli._open import open_file
from skseq.cli._reading import Asked
from skseq.cli._show import say, tell_guesses
from skseq.report import imbalance_report


def run_audit(path, asked):
    """Print the audit; the arguments are those of the command line."""
    opened = open_file(path, asked)
    reading, data = opened.reading, opened.data
    tell_guesses(opened)
    # Utterances are counted as they are, like words.
    unit = "word" if reading.unit == "utterance" else reading.unit
    report = imbalance_report(
        data.X,
        data.y,
        groups=data.groups,
        kind=kind_of_problem(reading._replace(unit=unit)),
        ordered=reading.levels or False,
        background=reading.background,
    )
    print(report)
    more = " with the same options" if asked != Asked() else ""
    say(f"\nNext: skseq tune {path}{more}, which splits as advised and compares all of this")
