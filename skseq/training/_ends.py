"""A warning where the end of a record gives its last tags away to a net that looks ahead."""

import warnings

import numpy as np

from skseq.exceptions import LookAheadWarning

# So many records end in one tag, of so few steps at most.
_NEARLY_ALL, _FEW = 0.95, 0.25
_ENOUGH = 10


def warn_if_ends_tell(targets):
    """Warn where nearly all records end in a tag that is rare elsewhere.

    Every machine of a training set ran until it failed, say: then a net that reads backward, too,
    learns that the end is near from the end of the record, which comes sooner in use.

    Parameters
    ----------
    targets : StepTargets
        Values with their tags; those without weight are ignored.
    """
    last = targets.X.offsets[1:] - 1
    if targets.weight is not None:
        last = last[targets.weight[last] > 0]
    if len(last) < _ENOUGH:
        return
    share = np.bincount(targets.values[last], minlength=targets.n_classes) / len(last)
    top, overall = int(share.argmax()), targets.counts() / targets.counts().sum()
    if share[top] < _NEARLY_ALL or overall[top] > _FEW:
        return
    warnings.warn(
        f"{share[top]:.0%} of the sequences end in the tag {targets.classes.tolist()[top]!r}, "
        f"which {overall[top]:.1%} of all steps have: a net that looks ahead can read it off the "
        "end of a sequence. If sequences in use are cut off before, as records up to today are, "
        "set causal=True; if they end alike, ignore this warning",
        LookAheadWarning,
        stacklevel=4,
    )
