"""The command ``skseq``: audit, tune, predict and report from files."""

import os
import sys
import warnings

from skseq._optional import import_optional

# What a file or an option may cause; anything else is a mistake of ours and shows its traceback.
_EXPLAINED = (ImportError, OSError, ValueError, TypeError)


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments after the program's name; None takes those it was started with.

    Returns
    -------
    int
        Exit status: 0 for success, 1 for an error that the message explains, 2 for arguments that
        make no sense, 130 if interrupted.
    """
    try:
        import_optional("typer", extra="cli", needed_by="the command skseq")
        from skseq.cli._app import run

        with _warnings_in_one_line():
            status = run(argv)
            print(end="", flush=True)
            return status
    except BrokenPipeError:
        stop_writing()
        return 0
    except _EXPLAINED as error:
        if os.environ.get("SKSEQ_TRACEBACK"):
            raise
        return _fail(_one_line(error), 1)


def stop_writing():
    """Leave it at that where who reads has read enough: at exit Python would write the rest."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message, status):
    print(f"skseq: {message}", file=sys.stderr)
    return status


def _one_line(error):
    """A message without its line breaks, and without the tracebacks in it."""
    lines = str(error).splitlines()
    told = [line for line in lines if not line.startswith(("Traceback ", "  "))]
    return " ".join(" ".join(told or lines).split())


def _warnings_in_one_line():
    def show(message, category, filename, lineno, file=None, line=None):
        print(f"skseq: warning: {_one_line(message)}", file=sys.stderr)

    class OneLine(warnings.catch_warnings):
        def __enter__(self):
            super().__enter__()
            warnings.showwarning = show

    return OneLine()
