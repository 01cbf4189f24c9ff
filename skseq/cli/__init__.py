"""The command ``skseq``: what it takes, and what it says when something is missing."""

import argparse
import sys
from pathlib import Path

import joblib

from skseq import __version__
from skseq._optional import import_optional

# More workers than this start more slowly than they compute.
_MOST_JOBS = 8


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments after the program's name; None takes those it was started with.

    Returns
    -------
    int
        Exit status: 0 for success, 1 for an error that the message explains, 130 if interrupted.
        Arguments that make no sense end the program with status 2, as argparse does.
    """
    arguments = vars(_parser().parse_args(argv))
    del arguments["command"]
    run = arguments.pop("run")
    try:
        run(**arguments)
    except (ImportError, OSError) as error:
        print(f"skseq: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("skseq: interrupted", file=sys.stderr)
        return 130
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="skseq",
        description="scikit-learn compatible estimators for imbalanced sequences.",
    )
    parser.add_argument("--version", action="version", version=f"skseq {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    demo = commands.add_parser(
        "demo",
        help="compare strategy x architecture on real data, and see what helped",
        description=(
            "Tag the characters of Python source, 97 % of which are background. Ways to meet the "
            "imbalance are compared with plain nets of two architectures, and with baselines "
            "without a network, by compare_strategies. Takes 3 to 4 minutes on 2 cores; prints "
            "a table, writes it with pictures and the best model to a folder. If it is "
            "interrupted, the same command goes on from the fits that are done."
        ),
    )
    demo.add_argument(
        "--output",
        type=Path,
        default=Path("demo_output"),
        metavar="DIR",
        help="folder for the results (default: %(default)s)",
    )
    demo.add_argument(
        "--quick",
        action="store_true",
        help="a rehearsal in seconds: too little data and training to compare anything",
    )
    demo.add_argument(
        "--jobs",
        type=_positive,
        default=min(joblib.cpu_count(), _MOST_JOBS),
        metavar="N",
        help="fits at the same time (default: %(default)s, from the number of cores)",
    )
    demo.add_argument(
        "--seed",
        type=_seed,
        default=0,
        metavar="N",
        help="seed of data, networks and the held-out files (default: %(default)s)",
    )
    demo.set_defaults(run=_start_demo)
    return parser


def _start_demo(**arguments):
    for module, extra in [("rich", "cli"), ("matplotlib", "plot")]:
        import_optional(module, extra=extra, needed_by="skseq demo")
    from skseq.cli._demo import run_demo  # loads torch, for which --help should not wait

    run_demo(**arguments)


def _positive(text):
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {text}")
    return number


def _seed(text):
    number = _whole(text)
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError(f"must be from 0 to {2**32 - 1}, got {text}")
    return number


def _whole(text):
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, got {text!r}") from None
