"""Options as text: a span of time, names with commas between."""

import re

from skseq.cli._errors import InputError

_UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600}
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|)")


def seconds_of(text):
    """Seconds of "90", "90s", "5m", "1h" or "1h30m"; None for "none"."""
    if text.strip().lower() == "none":
        return None
    parts = _TIME.findall(text.strip().lower())
    whole = "".join(number + unit for number, unit in parts)
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if whole != text.strip().lower().replace(" ", "") or seconds <= 0:
        raise InputError(
            f"--time-budget {text}: must be a time such as 90s, 5m, 1h30m, or none for no limit"
        )
    return seconds


def names_of(text):
    """Names with commas between them; None for None."""
    if text is None:
        return None
    # "SequenceOverSampler, augmented" is one name.
    return [name.strip() for name in re.split(r",(?!\s*augmented)", text) if name.strip()]
