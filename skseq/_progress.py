"""A sign of life of what takes long: a progress bar, where a person looks on."""

import sys
import threading
from multiprocessing import current_process

from tqdm.auto import tqdm

# Seconds before a bar appears that nobody asked for: what is over soon needs none.
_PATIENCE = 10


def progress_bar(total, description, *, unit, verbose="auto"):
    """Make a progress bar; to be closed, or used in a ``with`` block.

    Parameters
    ----------
    total : int
        Steps to come.

    description : str
        What takes so long.

    unit : str
        What a step is.

    verbose : "auto" or int, default="auto"
        "auto" shows the bar to a person who waits for more than 10 seconds, and takes it away in
        the end; 0 never shows it, any other number at once.

    Returns
    -------
    tqdm.tqdm
    """
    is_asked_for = verbose != "auto"
    return tqdm(
        total=total,
        desc=description,
        unit=unit,
        delay=0 if is_asked_for else _PATIENCE,
        leave=is_asked_for,
        disable=not (verbose if is_asked_for else is_watched() and _is_main()),
    )


def is_watched():
    """Whether stderr is a terminal or a notebook."""
    if sys.stderr is None:  # as under pythonw
        return False
    return sys.stderr.isatty() or _is_notebook()


def _is_notebook():
    shell = sys.modules.get("IPython")
    return shell is not None and hasattr(shell.get_ipython(), "kernel")


def _is_main():
    """Whether this is the one that a person started, and not one of several workers."""
    is_main_thread = threading.current_thread() is threading.main_thread()
    return is_main_thread and current_process().name == "MainProcess"
