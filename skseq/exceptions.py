"""Warnings and errors that a user may want to catch or silence by class."""

__all__ = [
    "ClassOrderWarning",
    "CollapseWarning",
    "DivergenceError",
    "DoubleCountingWarning",
    "LookAheadWarning",
    "MissedClassWarning",
    "SmallClassWarning",
    "TruncationWarning",
]


class ClassOrderWarning(UserWarning):
    """Ordered classes that are not numbers came without their order, so they were sorted."""


class CollapseWarning(UserWarning):
    """A fitted model gives nearly all predictions to one class."""


class DivergenceError(FloatingPointError):
    """Training ended in a loss or in predictions that are NaN or infinite."""


class DoubleCountingWarning(UserWarning):
    """The same imbalance is corrected twice, by resampling and by weights, say."""


class LookAheadWarning(UserWarning):
    """A net that looks ahead can read tags off the end of a sequence."""


class MissedClassWarning(CollapseWarning):
    """A fitted model never predicts a class that there was enough of to find."""


class SmallClassWarning(UserWarning):
    """A class has too few members for what was asked, so less is done for it."""


class TruncationWarning(UserWarning):
    """Steps were cut off because a sequence was longer than ``max_length``."""
