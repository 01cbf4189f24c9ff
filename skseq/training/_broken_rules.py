"""A warning of tags that break the rules under which tags are predicted."""

import warnings

import numpy as np


def warn_if_broken(rules, targets, constraints):
    """Warn where the tags of some steps could never be predicted.

    Parameters
    ----------
    rules : TagRules
        Which tag may follow which.

    targets : StepTargets
        The tags; those of weight 0 do not count.

    constraints : object
        What the rules were read from, for the message.
    """
    codes, offsets = targets.values, targets.X.offsets
    broken = rules.broken_by(codes, offsets)
    if targets.weight is not None:
        counts = targets.weight > 0
        has_counted_before = np.roll(counts, 1)
        has_counted_before[offsets[:-1]] = True  # nothing comes before the first of a sequence
        broken &= counts & has_counted_before
    if not broken.any():
        return
    step = int(broken.argmax())
    row = int(np.searchsorted(offsets, step, side="right") - 1)
    place = step - offsets[row]
    warnings.warn(
        f"constraints={constraints!r} rules out the tags of {broken.sum()} of {len(codes)} steps "
        f"of y, which will not be predicted as they are: {targets.classes[codes[step]]!s} "
        f"{_where(rules, targets, step, is_first=place == 0)}, say, at step {place} of y[{row}]. "
        "Name the scheme that the tags keep, or mend them",
        stacklevel=5,
    )


def _where(rules, targets, step, *, is_first):
    """Where the tag of a step may not stand."""
    code, before = targets.values[step], targets.values[step - 1]
    if is_first and not rules.first[code]:
        return "as the first tag"
    if not is_first and not rules.follow[before, code]:
        return f"after {targets.classes[before]!s}"
    return "as the last tag"
