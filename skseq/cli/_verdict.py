"""What the scores say in plain words, and no more than they say."""

from skseq.cli._experiment import contenders


def verdict(candidates, held_out):
    """Say how the best candidate compares with the best ones of the other roles.

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
    best, *others = contenders(candidates)
    comparisons = "; ".join(_compare(best, other) for other in others)
    ours, *theirs = [scores["macro_f1"] for scores in held_out]
    against = " and ".join(
        f"{score:.2f} of the {_kind(other)}" for score, other in zip(theirs, others, strict=True)
    )
    doubt = "" if ours > max(theirs) else ", which casts doubt on the choice"
    return (
        f"{_opening(best)} the highest macro F1, {best.f1.mean():.2f}: {comparisons}. On the "
        f"held-out files, which had no part in that choice, {ours:.2f} against {against}{doubt}."
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


def _compare(best, other):
    differences = best.f1 - other.f1
    span = f"{differences.min():+.2f} to {differences.max():+.2f} by fold"
    clarity = "clearly" if is_clear(differences) else "but not clearly"
    return f"{differences.mean():.2f} above the {_kind(other)} ({other.name}), {clarity} ({span})"


def _kind(candidate):
    return {
        "strategy": "best strategy",
        "plain": "best net without a strategy",
        "baseline": "best baseline",
    }[candidate.role]
