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
        broken &= counts & np.concatenate([[True], counts[:-1]])
    if not broken.any():
        return
    step = int(broken.argmax())
    row = int(np.searchsorted(offsets, step, side="right") - 1)
    here, place = targets.classes[codes[step]], step - offsets[row]
    before = f"after {targets.classes[codes[step - 1]]!s}" if place else "as the first tag"
    warnings.warn(
        f"constraints={constraints!r} rules out the tags of {broken.sum()} of {len(codes)} steps "
        f"of y, which will not be predicted as they are: {here!s} {before}, say, at step {place} "
        f"of y[{row}]. Name the scheme that the tags keep, or mend them",
        stacklevel=5,
    )
