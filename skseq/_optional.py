"""Packages that only some parts need."""

import importlib


def import_optional(module, *, extra, needed_by):
    """Import a module of an optional package, or say what to install.

    Parameters
    ----------
    module : str
        Dotted name.

    extra : str
        The extra of skseq that installs it.

    needed_by : str
        What needs it, for the message.

    Returns
    -------
    module

    Raises
    ------
    ImportError
        If the package is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        raise ImportError(
            f'{needed_by} needs {package}, which is not installed: pip install "skseq[{extra}]"'
        ) from None
