"""The tag of steps in which nothing happens."""

import numpy as np

from skseq.cli._errors import InputError
from skseq.data import as_tags

_OUTSIDE = "O"


def background_of(reading, y):
    """The tag that scores leave out: the one that is named, or "O"."""
    if not reading.tags:
        return None
    tags = np.unique(as_tags(y).values)
    named = _OUTSIDE if reading.background is None else reading.background
    found = [tag for tag in tags.tolist() if str(tag) == str(named)]
    if not found and reading.background is not None:
        raise InputError(
            f"--background {named}: no such tag; there are {', '.join(map(str, tags))}"
        )
    return found[0] if found else None
