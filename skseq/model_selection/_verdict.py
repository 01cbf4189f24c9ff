"""Which candidate won a comparison and whether that is more than chance, in one sentence."""

import numpy as np

from skseq.metrics._scorer_facts import without_arguments

NAIVE = "commonest"  # so begin the names of baselines that learn nothing
_LONG = 40  # characters of a score with its arguments; what is longer breaks up the sentence


def verdict_sentence(rows, metric, alpha, blend_of=None):
    """Say in plain words which candidate won, and whether its lead is real.

    Parameters
    ----------
    rows : list of ComparisonRow
        The best first, failed ones last.

    metric : str
        What they were compared by; long arguments are not repeated.

    alpha : float
        A p-value of at most this counts as real.

    blend_of : (str, str), default=None
        The net and the baseline that the blend is of.

    Returns
    -------
    str
    """
    rows = [row for row in rows if np.isfinite(row.mean)]
    metric = metric if len(metric) <= _LONG else without_arguments(metric)
    best = rows[0]
    nets = [row for row in rows if row.role != "baseline"]  # there is one in the blend, too
    roles = {row.role for row in rows}
    baseline = next((row for row in rows if row.role == "baseline"), None)
    if not nets:
        return f"No net has a score; of the baselines, {leader(best, metric)}."
    if best.role == "baseline":
        lead = _lead(-nets[0].above_baseline, nets[0].p_baseline, alpha)
        nobody = "Neither a net nor the blend" if "blend" in roles else "No net"
        second = _called(nets[0], blend_of)
        second = second if nets[0].role == "blend" else f"the best net, {second}"
        return (
            f"{nobody} beats the baseline {best.name!r}, which has the highest {metric}, "
            f"{best.mean:.3f}: {lead[0]} above {second}, {lead[1]}."
        )
    clauses = []
    if best.role in ("strategy", "blend"):
        if np.isnan(best.above_plain):
            clauses.append("the plain model has no score to compare with")
        else:
            lead = _lead(best.above_plain, best.p_plain, alpha)
            clauses.append(f"{lead[0]} above the plain model, {lead[1]}")
        opening = leader(best, metric, blend_of)
    elif "strategy" in roles:
        opening = f"No strategy beats the plain model, whose {metric} is {best.mean:.3f}"
    else:
        opening = f"The plain model's {metric} is {best.mean:.3f}"
    if baseline is not None:
        lead = _lead(best.above_baseline, best.p_baseline, alpha)
        which = f"the best baseline, {baseline.name!r}"
        if baseline.name.startswith(NAIVE):  # all that learn have failed, or had no time
            which = f"{baseline.name!r}, the only baseline with a score"
        clauses.append(f"{lead[0]} above {which}, {lead[1]}")
    return f"{opening}: {'; '.join(clauses)}." if clauses else f"{opening}."


def leader(row, metric, blend_of=None):
    """Words for the one whose score is highest."""
    called = _called(row, blend_of)
    return f"{called[0].upper()}{called[1:]} has the highest {metric}, {row.mean:.3f}"


def _called(row, blend_of):
    if row.role != "blend":
        return repr(row.name)
    return "the blend of {!r} and {!r}".format(*blend_of)


def _lead(difference, p_value, alpha):
    """Two pieces of a sentence: how much, and whether it is real."""
    return f"{difference:z.3f}", certainty(p_value, alpha)


def certainty(p_value, alpha):
    """Words for whether a difference is more than chance, to stand behind a comma."""
    if np.isnan(p_value):
        return "which one fold cannot tell from chance"
    if p_value <= alpha:
        return f"a real difference ({p_text(p_value)})"
    return f"which may be chance ({p_text(p_value)})"


def p_text(p_value):
    """Write a p-value as statistics do."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3g}"
