"""What the scores say in plain words, and no more than they say."""

import numpy as np

from skseq.cli._experiment import contenders


def verdict(candidates, held_out):
    """Say how the best candidate compares with the others, and what the best strategy is worth.

    Parameters
    ----------
    candidates : list of Candidate
        With scores.

    held_out : list of dict of str to float
        Scores on held-out files of `contenders`, in their order.

    Returns
    -------
    str
    """
    best, *others = leaders = contenders(candidates)
    lead = "; ".join(_compare(best, other) for other in others)
    strategy, plain = _at_equal_epochs(candidates, leaders)
    scores = [row["macro_f1"] for row in held_out]
    listed = ", ".join(
        f"{each.name} {score:.2f}" for each, score in zip(leaders, scores, strict=True)
    )
    ahead = leaders[scores.index(max(scores))]
    change = "" if ahead is best else f"; there, {ahead.name} is ahead"
    return (
        f"{_opening(best)} the highest macro F1, {best.f1.mean():.2f}: {lead}. At equal epochs, "
        f"{strategy.name} is {_compare(strategy, plain)}. On the held-out files, which had no "
        f"part in any choice: {listed}{change}."
    )


def is_clear(differences):
    """Whether differences of two candidates, fold by fold, rise above their own scatter.

    They must all be positive, and their mean larger than their standard deviation. A few folds
    that share training data allow no sharper test.
    """
    return bool(differences.min() > 0 and differences.mean() > differences.std(ddof=1))


def _opening(best):
    if best.role == "baseline":
        return f"No network won: the baseline {best.name} has"
    if best.role == "plain":
        return f"No strategy won: {best.name} has"
    return f"{best.name} has"


def _at_equal_epochs(candidates, leaders):
    """The best strategy, and the plain net of its architecture that trained for as long."""
    strategy = next(each for each in leaders if each.role == "strategy")
    plain = next(
        each
        for each in candidates
        if each.strategy == "plain" and each.architecture == strategy.architecture
    )
    return strategy, plain


def _compare(ours, other):
    differences = ours.f1 - other.f1
    mean = differences.mean()
    clarity = "clearly" if is_clear(np.sign(mean) * differences) else "but not clearly"
    span = f"{differences.min():+.2f} to {differences.max():+.2f} by fold"
    side = "above" if mean >= 0 else "below"
    return f"{abs(mean):.2f} {side} {other.name}, {clarity} ({span})"
