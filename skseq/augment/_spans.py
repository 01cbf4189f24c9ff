"""What tags say about spans, for augmenters that must not tear them.

Tags are read as IOB, IOBES, BILOU or BMES ("B-PER", "I-PER", ..., "O") where all of them, but at
most one, have such a prefix. Otherwise they are plain, and a span is a run of one tag.
"""

from typing import NamedTuple

import numpy as np

from skseq.data import split_prefix


class TagScheme:
    """What each tag stands for, by its position in the sorted ``classes``.

    Parameters
    ----------
    tags : Sequences
        One tag per step.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The tags that occur.

    codes : ndarray of int64 of shape (n_steps_total,)
        Position in ``classes`` of each step's tag.

    is_prefixed : bool
        Whether the tags say where spans start and end.

    types : ndarray of shape (n_classes,)
        Type of span of each tag: PER for B-PER, the tag itself where it has no prefix.

    prefixes : ndarray of str of shape (n_classes,)
        "B" for B-PER, "" where there is none.
    """

    def __init__(self, tags):
        self.classes, self.codes = np.unique(tags.values, return_inverse=True)
        names = self.classes.tolist()
        parts = [split_prefix(tag) for tag in names]
        self.is_prefixed = len(names) > parts.count(None) <= 1
        if self.is_prefixed:
            self.types = np.array(
                [part[1] if part else tag for part, tag in zip(parts, names, strict=True)]
            )
            self.prefixes = np.array([part[0] if part else "" for part in parts])
        else:
            self.types, self.prefixes = self.classes, np.full(len(names), "")

    def background(self):
        """Type of the background: the tag without prefix (or None); of plain ones the commonest."""
        if self.is_prefixed:
            return next(iter(self.types[self.prefixes == ""].tolist()), None)
        return self.types[np.bincount(self.codes).argmax()]


def may_repeat(X, y):
    """Whether each step can be doubled or dropped and leave the spans whole.

    In the middle of a span, or outside of one; anywhere, where tags are plain or there are none.
    """
    if y is None:
        return np.ones(X.n_steps, dtype=bool)
    scheme = TagScheme(y)
    return np.isin(scheme.prefixes, ["", "I", "M"])[scheme.codes]


class Segments(NamedTuple):
    """Spans, and the runs between them.

    Parameters
    ----------
    offsets : ndarray of int64 of shape (n_segments + 1,)
        Flat position at which each starts, and where the last one ends.

    types : ndarray of shape (n_segments,)
        Type of each.
    """

    offsets: np.ndarray
    types: np.ndarray


def find_segments(tags, scheme):
    """Cut sequences of tags into spans and the runs between them."""
    codes = scheme.codes
    types = np.unique(scheme.types, return_inverse=True)[1][codes]
    opens = np.isin(scheme.prefixes, ["B", "S", "U"])[codes]
    closes = np.isin(scheme.prefixes, ["E", "S", "L", "U"])[codes]
    is_start = opens
    is_start[1:] |= closes[:-1] | (types[1:] != types[:-1])
    is_start[tags.offsets[:-1]] = True
    starts = np.flatnonzero(is_start)
    return Segments(np.append(starts, len(codes)), scheme.types[codes[starts]])
