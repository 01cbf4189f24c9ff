"""Dicts by class: which keys fit the classes that the data have, and what the others may mean.

A fold, or any part of the data, may lack a class that a dict names, so a key that matches no class
is not an error by itself: its entry waits for data that have the class. It is an error where

- ``classes=`` names all classes there are, and the key is not among them;
- it has another type than the classes, as keys that come from JSON have;
- it is a class that the dict leaves out, mistyped: with one letter more, fewer, other or swapped,
  or in other case or spacing. Digits and a letter at either end are left alone, since they tell
  classes apart (``"grade_1"``, ``"grade_2"``; ``"B-LOC"``, ``"I-LOC"``).

A dict with no entry that applies raises a warning.
"""

import warnings
from collections.abc import Iterable
from numbers import Number
from typing import Any

import numpy as np

from skseq.exceptions import SmallClassWarning

_SHORTEST_WORD = 3


def check_class_keys(
    given: Iterable[Any], classes: Iterable[Any], *, name: str, are_all: bool = False
) -> list[Any]:
    """Check the keys of a dict by class.

    Parameters
    ----------
    given : dict
        Label -> anything.

    classes : ndarray or list of shape (n_classes,)
        Labels that the data have.

    name : str
        Name of the dict in messages.

    are_all : bool, default=False
        Whether there are no other classes, in other data either.

    Returns
    -------
    list of shape (n_classes,)
        The labels, as Python's own types.

    Raises
    ------
    ValueError
        If a key can't be the name of a class that these data lack.

    Warns
    -----
    SmallClassWarning
        If no key is a class of these data.
    """
    classes = classes.tolist() if isinstance(classes, np.ndarray) else list(classes)
    unknown = [key for key in given if key not in classes]
    left_out = [label for label in classes if label not in given]
    for key in unknown:
        _check_type(key, classes, name)
        meant = next((label for label in left_out if is_mistyped(key, label)), None)
        if meant is not None or are_all:
            hint = "" if meant is None else f" Did you mean {meant!r}? If not, name {meant!r}, too."
            raise ValueError(
                f"{name} names the class {key!r}, but the classes are {classes}.{hint}"
            )
    if given and len(unknown) == len(given):
        warnings.warn(
            f"{name} names {_few(unknown)}, but the data have none of these, only the classes "
            f"{_few(classes)}: it changes nothing here",
            SmallClassWarning,
            stacklevel=3,
        )
    return classes


def _few(labels, n=10):
    return f"{labels}" if len(labels) <= n else f"{str(labels[:n])[:-1]}, ...]"


def _check_type(key, classes, name):
    if not classes or _type_of_label(key) in {_type_of_label(label) for label in classes}:
        return
    label = next((label for label in classes if _read_alike(key, label)), classes[0])
    cure = ""
    if isinstance(key, str):
        cure = f" Keys from JSON are text; turn them back with {_reading(label)}."
    raise ValueError(
        f"{name}: the key {key!r} is {_article(key)}, but the class {label!r} is "
        f"{_article(label)}.{cure}"
    )


def _reading(label):
    if _type_of_label(label) == "bool":  # bool("False") is True
        return "json.loads(key.lower())"
    return f"{type(label).__name__}(key)"


def _article(value):
    type_name = type(value).__name__
    return f"an {type_name}" if type_name[0] in "aeiou" else f"a {type_name}"


def _type_of_label(label):
    if isinstance(label, (bool, np.bool_)):
        return "bool"
    if isinstance(label, Number):
        return "number"
    return "text" if isinstance(label, str) else type(label).__name__


def _read_alike(key, label):
    if str(key).strip() == str(label).strip():
        return True
    try:
        return float(key) == float(label)
    except (TypeError, ValueError):
        return False


def is_mistyped(word, label):
    """Whether one text is the other with one typing error; see the top of this file."""
    if not (isinstance(word, str) and isinstance(label, str)):
        return False
    if _folded(word) == _folded(label):
        return True
    if min(len(word), len(label)) < _SHORTEST_WORD or abs(len(word) - len(label)) > 1:
        return False
    start = _common_prefix(word, label)
    end = min(_common_prefix(word[::-1], label[::-1]), min(len(word), len(label)) - start)
    differ = word[start : len(word) - end], label[start : len(label) - end]
    if any(letter.isdigit() for part in differ for letter in part):
        return False
    if sorted(map(len, differ)) == [0, 1]:  # one letter more or fewer, except the first
        return start > 0
    if tuple(map(len, differ)) == (1, 1):  # another letter, except at either end
        return start > 0 and end > 0
    return tuple(map(len, differ)) == (2, 2) and differ[0] == differ[1][::-1]


def _folded(word):
    return "".join(letter for letter in word.casefold() if letter not in " _-.")


def _common_prefix(a, b):
    return next(
        (i for i, pair in enumerate(zip(a, b, strict=False)) if pair[0] != pair[1]),
        min(len(a), len(b)),
    )
