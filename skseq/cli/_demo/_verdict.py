"""What was found in plain words, and no more than the tests say."""

from skseq.cli._demo._experiment import LONGER, SHORTER
from skseq.model_selection._verdict import certainty


def verdict(comparisons, leaders, held_out):
    """Say what each architecture's comparison found, and what the held-out files say of it.

    Parameters
    ----------
    comparisons : dict of str to Comparisons
        By architecture.

    leaders : list of Candidate
        From `contenders`.

    held_out : list of dict of str to float
        Their scores on the held-out files.

    Returns
    -------
    str
    """
    found = [
        f"{architecture}: {_in_words(equal)} {_equal_training(longer)}"
        for architecture, (equal, longer) in comparisons.items()
    ]
    return " ".join([*found, _on_held_out(leaders, held_out)])


def _in_words(comparison):
    return comparison.verdict.replace(comparison.metric, "macro F1")


def _equal_training(comparison):
    """How the best strategy stands beside the plain net that trains twice as long."""
    table = comparison.table
    lines = zip(table["name"], table["role"], table["above_plain"], table["p_plain"], strict=True)
    best, lead, p_value = next(
        (name, lead, p_value)
        for name, role, lead, p_value in lines
        if role == "strategy" and name != SHORTER
    )
    return (
        f"The best strategy, {best!r}, is {abs(lead):.3f} {'below' if lead < 0 else 'above'} "
        f"{LONGER!r}, {certainty(p_value, 1 - comparison.confidence)}."
    )


def _on_held_out(leaders, held_out):
    scores = [row["macro_f1"] for row in held_out]
    listed = ", ".join(
        f"{each.name} {score:.2f}" for each, score in zip(leaders, scores, strict=True)
    )
    ahead = leaders[scores.index(max(scores))]
    change = "" if ahead is leaders[0] else f"; there, {ahead.name} is ahead"
    return f"On the held-out files, which had no part in any choice: {listed}{change}."
