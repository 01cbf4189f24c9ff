"""Checks of words and labels that need no scikit-learn, for what must load fast.

`skseq._validation` has them too, for everyone else.
"""

import difflib
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

# Names that others use, and that spelling does not lead from.
_ALSO_CALLED = {"BIO": "IOB2", "BIOES": "IOBES", "BIOLU": "BILOU"}


def did_you_mean(word: object, choices: Iterable[object]) -> str:
    """Give ``" Did you mean 'x'?"`` for the nearest choice, or an empty string."""
    names = [str(choice) for choice in choices]
    near = [name for name in names if name == _ALSO_CALLED.get(str(word))]
    near = near or [name for name in names if name.lower() == str(word).lower()]
    near = near or difflib.get_close_matches(str(word), names, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def check_choice(name: str, value: object, choices: Collection[str]) -> None:
    """Check that ``value`` is one of ``choices``, naming the argument and the nearest choice.

    Raises
    ------
    ValueError
        If it is not.
    """
    if value not in choices:
        raise ValueError(
            f"{name} must be one of {sorted(choices)}, got {value!r}.{did_you_mean(value, choices)}"
        )


def is_missing(label: Any) -> bool:
    """Whether a single label is None, NaN or NA of pandas."""
    # NA answers every comparison with NA, so it is known by its name.
    return label is None or type(label).__name__ == "NAType" or bool(label != label)


def check_label_types(labels: Any, name: str) -> None:
    """Check that labels are all text or all numbers; numpy would make text of the numbers.

    Parameters
    ----------
    labels : array-like of shape (n,)
        Flat labels; only a list, tuple or object array can mix.

    name : str
        Its name in error messages.

    Raises
    ------
    TypeError
        If text and numbers are mixed; None and NaN are neither.
    """
    if not isinstance(labels, (list, tuple)):
        labels = np.asarray(labels)
        if labels.dtype.kind != "O":
            return
        labels = labels.tolist()
    types = set(map(type, labels))
    is_text = {cls: issubclass(cls, str) for cls in types}
    if len(set(is_text.values())) < 2:
        return
    text = next(label for label in labels if is_text[type(label)])
    other = next((x for x in labels if not is_text[type(x)] and not is_missing(x)), None)
    if other is not None:
        raise TypeError(
            f"{name} mixes text and numbers, such as {str(text)!r} and {other!r} "
            f"({type(other).__name__}); labels must be all text or all numbers: make text of all "
            "of them with str()"
        )
