"""The tag of steps in which nothing happens."""

import numpy as np

from skseq.cli._errors import InputError
from skseq.data import as_tags
from skseq.report._audit import likely_background

NONE = "none"


def background_of(named, y):
    """The tag that scores leave out: the one that is named, or else the likely one.

    Parameters
    ----------
    named : str or None
        What the user says; "none" is none, unless it is a tag.

    y : Sequences, or list of lists
        The tags.

    Returns
    -------
    label or None
    """
    tags, counts = np.unique(as_tags(y).values, return_counts=True)
    if named is None:
        return likely_background(tags.tolist(), counts)
    by_text = {str(tag): tag for tag in tags.tolist()}
    if named not in by_text and named != NONE:
        raise InputError(f"--background {named}: no such tag; there are {', '.join(by_text)}")
    return by_text.get(named)
