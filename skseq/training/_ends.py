"""Where the end of a record gives its last targets away to a net that looks ahead."""

import warnings
from dataclasses import dataclass

import numpy as np

from skseq.exceptions import LookAheadWarning

# So many records end in one tag or number, of so few steps at most.
_NEARLY_ALL, _FEW = 0.95, 0.25
_ENOUGH = 10

# It leads up to the end: longer than a full stop, and hardly before, as silence would be.
_LONG, _MOSTLY = 2, 0.9


@dataclass(frozen=True)
class TellingEnd:
    """A tag or number in which nearly all records end, and which few of all steps have.

    Parameters
    ----------
    kind : {"tag", "number"}
        What it is.

    target : object
        The tag, or the number.

    share : float
        Of the records, that end in it.

    overall : float
        Of the steps, that have it.

    is_for_good : bool
        Whether it leads up to the end: the tag of several steps in a row, and hardly of any before,
        so that once there, it stays; or the number that others come nearer to, and hardly ever
        leave again, as those of a countdown do.
    """

    kind: str
    target: object
    share: float
    overall: float
    is_for_good: bool


def telling_end(targets):
    """Give the tag or number that the end of a record gives away, or None.

    Every machine of a training set ran until it failed, say: then a net that reads backward, too,
    learns that the end is near from the end of the record, which comes sooner in use.

    Parameters
    ----------
    targets : RowTargets or StepTargets
        Those of values; those without weight are ignored. Nothing else gives itself away: words end
        as they do in use.

    Returns
    -------
    TellingEnd or None
    """
    if targets.has_whole_rows or targets.has_tokens:
        return None
    last = targets.X.offsets[1:] - 1
    if targets.weight is not None:
        last = last[targets.weight[last] > 0]
    if len(last) < _ENOUGH:
        return None
    ends, counts = np.unique(targets.values[last], return_counts=True)
    top, share = ends[counts.argmax()], counts.max() / len(last)
    if share < _NEARLY_ALL:
        return None
    # Weights that make classes alike do not make a rare tag a common one.
    overall = np.mean(targets.values[_counting(targets)] == top)
    if overall > _FEW:
        return None
    if targets.classes is None:
        is_for_good = _is_countdown(targets, top, len(last))
        return TellingEnd("number", top.item(), share, overall, is_for_good)
    is_for_good = _stays(targets, top, len(last))
    return TellingEnd("tag", targets.classes.tolist()[top], share, overall, is_for_good)


def _stays(targets, code, n_ends):
    has_tag, counts = targets.values == code, _counting(targets)
    step = np.arange(len(has_tag))
    last_other = np.maximum.reduceat(np.where(counts & ~has_tag, step, -1), targets.X.offsets[:-1])
    is_behind = step > np.repeat(last_other, targets.X.lengths)
    n_behind = np.count_nonzero(counts & has_tag & is_behind)
    return bool(n_behind >= max(_LONG * n_ends, _MOSTLY * np.count_nonzero(counts & has_tag)))


def _is_countdown(targets, number, n_ends):
    counts = _counting(targets)
    distance = np.abs(targets.values[counts] - number)
    record = np.repeat(np.arange(len(targets.X)), targets.X.lengths)[counts]
    changes = np.diff(distance)[record[1:] == record[:-1]]
    return bool(
        np.count_nonzero(changes < 0) >= max(_LONG * n_ends, _MOSTLY * np.count_nonzero(changes))
    )


def _counting(targets):
    """Which steps count, bool (n_steps,)."""
    if targets.weight is None:
        return np.ones(len(targets.values), dtype=bool)
    return targets.weight > 0


def warn_of_end(end, *, causal):
    """Warn that nearly all records end in a tag or number that is rare elsewhere.

    Parameters
    ----------
    end : TellingEnd
        Which one.

    causal : bool
        Whether the recipe has chosen a net that does not look ahead.
    """
    if causal:
        choice = (
            'causal="auto" chooses one that does not, for sequences that are cut off before in '
            "use, as records up to today are. If they end alike in use, set causal=False; "
            "causal=True says that this is meant"
        )
    else:
        choice = (
            "If sequences in use are cut off before, as records up to today are, set causal=True; "
            "if they end alike, causal=False"
        )
    warnings.warn(
        f"{end.share:.0%} of the sequences end in the {end.kind} {end.target!r}, which "
        f"{end.overall:.1%} of all steps have: a net that looks ahead can read it off the end of a "
        f"sequence. {choice}",
        LookAheadWarning,
        stacklevel=5,
    )
