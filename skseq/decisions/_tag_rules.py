"""Which tag may follow which: what a scheme of spans, or a list of pairs, allows."""

from typing import NamedTuple

import numpy as np

from skseq._class_keys import check_class_keys
from skseq.data import tag_roles


class TagRules(NamedTuple):
    """What may stand where.

    Parameters
    ----------
    follow : ndarray of bool of shape (n_tags, n_tags)
        Whether the second tag may follow the first.

    first, last : ndarray of bool of shape (n_tags,)
        Whether a tag may be the first, or the last, of a sequence.
    """

    follow: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def broken_by(self, codes, offsets):
        """Steps whose tag may not stand where it does: ndarray of bool of shape (n_steps,).

        Parameters
        ----------
        codes : ndarray of int of shape (n_steps,)
            Tag of each step.

        offsets : ndarray of int64 of shape (n_sequences + 1,)
            Where sequences start, and where the last one ends.
        """
        broken = np.zeros(len(codes), dtype=bool)
        broken[1:] = ~self.follow[codes[:-1], codes[1:]]
        first, last = offsets[:-1], offsets[1:] - 1
        broken[first] = ~self.first[codes[first]]
        broken[last] |= ~self.last[codes[last]]
        return broken


def read_constraints(constraints, classes, *, are_all_classes=False):
    """Rules that a parameter ``constraints`` stands for.

    Parameters
    ----------
    constraints : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU"}, list of pairs, or None
        A scheme that the tags keep, or all pairs of a tag and one that may follow it.

    classes : ndarray of shape (n_tags,)
        The tags.

    are_all_classes : bool, default=False
        Whether there are no others, so that a pair may name no other one.

    Returns
    -------
    TagRules or None

    Raises
    ------
    ValueError
        If a tag is none of the scheme, or a pair names a tag that is misspelt.
    """
    if constraints is None:
        return None
    if isinstance(constraints, str):
        return _rules_of_scheme(classes, constraints)
    return _rules_of_pairs(constraints, classes, are_all_classes)


def _rules_of_scheme(classes, scheme):
    try:
        roles, types = tag_roles(classes, scheme)
    except ValueError as error:
        raise ValueError(f"constraints={scheme!r} does not fit the tags: {error}") from None
    is_begin, is_inside, is_end = (np.isin(roles, list(letters)) for letters in ("B", "I", "E"))
    same, anywhere = types[:, None] == types, np.ones(len(roles), dtype=bool)
    if scheme == "IOB1":  # B only parts a span from one of the same type before it
        return TagRules(same | ~is_begin, ~is_begin, anywhere)
    if scheme == "IOB2":
        return TagRules(same | ~is_inside, ~is_inside, anywhere)
    if scheme == "IOE1":  # E only parts a span from one of the same type after it
        return TagRules(same | ~is_end[:, None], anywhere, ~is_end)
    if scheme == "IOE2":
        return TagRules(same | ~is_inside[:, None], anywhere, ~is_inside)
    goes_on, came_from = is_begin | is_inside, is_inside | is_end
    follow = np.where(goes_on[:, None], same & came_from, ~came_from)
    return TagRules(follow, ~came_from, ~goes_on)


def _rules_of_pairs(pairs, classes, are_all_classes):
    pairs = [tuple(pair) for pair in pairs]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise ValueError(
            "constraints must name a scheme, or list pairs of a tag and one that may follow it, "
            f"such as [('O', 'O'), ('O', 'B')]; got {pairs!r}"
        )
    named = dict.fromkeys(tag for pair in pairs for tag in pair)
    tags = check_class_keys(named, classes, name="constraints", are_all=are_all_classes)
    place = {tag: code for code, tag in enumerate(tags)}
    follow = np.zeros((len(tags), len(tags)), dtype=bool)
    for before, after in pairs:
        if before in place and after in place:
            follow[place[before], place[after]] = True
    anywhere = np.ones(len(tags), dtype=bool)
    return TagRules(follow, anywhere, anywhere)
