"""What is wrong with what the user gave: a file, a column, an option."""

_MOST_NAMES = 20


class InputError(ValueError):
    """Says in one line what came, what would be right, and which option changes it."""


def no_such_column(option, name, names):
    """The error for a column that is not there.

    Parameters
    ----------
    option : str
        Such as "--label".

    name : str
        What it says.

    names : list of str
        What there is.

    Returns
    -------
    InputError
    """
    from skseq._validation import did_you_mean

    return InputError(
        f"{option} {name}: no such column; there are {listed(names)}.{did_you_mean(name, names)}"
    )


def listed(names):
    """Names with commas between them, of many the first ones and the last."""
    names = [str(name) for name in names]
    if len(names) > _MOST_NAMES:
        names = [*names[: _MOST_NAMES - 2], "...", names[-1]]
    return ", ".join(names)
