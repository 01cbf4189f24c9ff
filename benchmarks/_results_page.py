"""The page of results: what each strategy gains, kind by kind, and a table for each set."""

import numpy as np
from sklearn.metrics import f1_score

from skseq.metrics import (
    expected_calibration_error,
    macro_average_precision_score,
    minority_recall_score,
)

COMMAND = "python benchmarks/bench_strategies.py --output docs/results.md"
PLAIN = "plain"
KIND_NAMES = {
    "tokens": "Texts, one label each",
    "values": "Series, one label each",
    "tags": "Tokens, a tag each",
    "value tags": "Series, a tag a step",
}

# A difference is clear at two standard errors. With 80 % probability a true difference of 2.84
# of them is seen so: 0.84 is the 80th percentile of the normal distribution.
_CLEAR, _SEEN = 2.0, 2.84

# What strategies are compared by: they trade the one for the other.
_COMPARED = ("macro F1", "minority recall")


def scores_of(classes, proba, predicted, y_test, background):
    """Scores of one fit, by name."""
    proba = proba / proba.sum(axis=1, keepdims=True)
    present = np.unique(y_test)
    averaged = present[present != background] if background is not None else present
    exclude = None if background is None else [background]
    options = {"classes": classes, "unseen": "zero"}
    return {
        "macro F1": f1_score(y_test, predicted, average="macro", labels=averaged, zero_division=0),
        "macro PR-AUC": macro_average_precision_score(y_test, proba, exclude=exclude, **options),
        "minority recall": minority_recall_score(y_test, predicted),
        "calibration": expected_calibration_error(y_test, proba, **options),
    }


def write_page(path, sets, n_seeds, torch_versions):
    """Write the page.

    Parameters
    ----------
    path : Path
        The Markdown file.

    sets : dict of str to (kind, description, dict of str to dict of str to dict of str to ndarray)
        For each set what it is, and by table ("strategies", "baselines") and candidate the figures
        by name, ndarray of shape (n_seeds,).

    n_seeds : int
        Seeds of each row.

    torch_versions : set of str
        What the nets were fitted with.
    """
    versions = " and ".join(sorted(torch_versions))
    parts = [_HEAD.format(command=COMMAND, n_seeds=n_seeds, versions=versions)]
    parts.append(_summary(sets))
    for kind, name in KIND_NAMES.items():
        of_kind = {each: tables for each, (its, _, tables) in sets.items() if its == kind}
        if of_kind:
            parts.append(f"## {name}")
            for figure in _COMPARED:
                parts += [_gains_table(of_kind, figure), _verdict(of_kind, figure)]
            for each in of_kind:
                parts.append(f"### {each}\n\n{sets[each][1]}\n\n{_scores_table(of_kind[each])}")
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


_HEAD = """# Which strategy helps: results on real sets

```sh
{command}
```

Written by this command; {n_seeds} seeds, mean ± standard deviation. A seed draws the training rows,
the first weights and the batches. The sets are cut to a size that all of it can afford, so figures
are no match for those published on all of the data, which are [on another page](results_whole.md):
what counts here is the difference between rows of one table. Each strategy is one change to the
plain net, with its defaults; nothing was tuned. Tags are scored by step, without the background.
"Minority recall" is the mean recall of all classes but the commonest, "calibration" the expected
calibration error of the most probable class, lower is better. Seconds are those of a fit on one
thread, or on a GPU, of a busy machine, as a rough guide only.

Each kind of data has two tables of gains, for strategies trade one for the other: what they give
the rare classes in recall they take in precision. **Bold** is a gain over the plain net, seed by
seed, whose mean is above two standard errors; (-) is a loss by the same measure. With so few seeds
a row's own standard error is a rough guess, so that it counts as no less than the median one of
its set. "Clear from" is the gain that the median row would need; a strategy that truly gains "seen
from" is found clear four times out of five, and smaller gains may be there without being seen.

Fitted with torch {versions}."""


class Gains:
    """What the strategies of a set gain over the plain net in a figure."""

    def __init__(self, tables, figure="macro F1"):
        plain = tables["strategies"][PLAIN][figure]
        differences = {
            name: figures[figure] - plain
            for name, figures in tables["strategies"].items()
            if name != PLAIN
        }
        own = {
            name: np.std(each, ddof=1) / np.sqrt(len(each)) for name, each in differences.items()
        }
        self.typical_error = np.median(list(own.values()))
        self.mean = {name: each.mean() for name, each in differences.items()}
        self.error = {name: max(error, self.typical_error) for name, error in own.items()}

    def sign(self, name):
        """1 for a clear gain, -1 for a clear loss, else 0."""
        return int(np.sign(self.mean[name])) * (abs(self.mean[name]) > _CLEAR * self.error[name])

    def cell(self, name):
        gain = f"{self.mean[name]:+.3f}"
        return {1: f"**{gain}**", -1: f"{gain} (-)", 0: gain}[self.sign(name)]


def _summary(sets):
    """How plain and best rows stand to the baselines."""
    lines = [
        "## In short",
        "",
        "Macro F1:",
        "",
        "| set | commonest class | best baseline | plain net | best strategy |",
        "| --- | --- | --- | --- | --- |",
    ]
    above = []
    for name, (_, _, tables) in sets.items():
        commonest, *others = tables["baselines"].items()
        baseline = max(others, key=_mean_f1)
        best = max(tables["strategies"].items(), key=_mean_f1)
        plain = tables["strategies"][PLAIN]
        cells = [cell_of(commonest[1]["macro F1"]), _labelled(baseline), cell_of(plain["macro F1"])]
        lines.append(f"| {name} | {' | '.join([*cells, _labelled(best)])} |")
        if plain["macro F1"].mean() > _mean_f1(baseline):
            above.append(name)
    below = [name for name in sets if name not in above]
    lines += [
        "",
        f"The plain net is above every baseline on {_listed(above)}, and not on {_listed(below)}.",
    ]
    return "\n".join(lines)


def _mean_f1(candidate):
    return candidate[1]["macro F1"].mean()


def _labelled(candidate):
    return f"{candidate[0]}: {cell_of(candidate[1]['macro F1'])}"


def _gains_table(of_kind, figure):
    """Gains of each strategy on the sets of a kind, best mean first."""
    gains = {name: Gains(tables, figure) for name, tables in of_kind.items()}
    first = next(iter(gains.values()))
    means = {name: np.mean([each.mean[name] for each in gains.values()]) for name in first.mean}
    lines = [
        f"| gain in {figure} | {' | '.join(of_kind)} | mean |",
        f"| --- | {'---: | ' * len(of_kind)}---: |",
    ]
    for name, mean in sorted(means.items(), key=lambda item: -item[1]):
        cells = [each.cell(name) for each in gains.values()]
        lines.append(f"| {name} | {' | '.join(cells)} | {mean:+.3f} |")
    for label, n_errors in (("clear from", _CLEAR), ("seen from", _SEEN)):
        cells = [f"{n_errors * each.typical_error:.3f}" for each in gains.values()]
        lines.append(f"| *{label}* | {' | '.join(cells)} | |")
    return "\n".join(lines)


def _verdict(of_kind, figure):
    """In words: which strategies last over the sets of a kind."""
    gains = [Gains(tables, figure) for tables in of_kind.values()]
    signs = {name: [each.sign(name) for each in gains] for name in gains[0].mean}
    better = [name for name, each in signs.items() if max(each) > 0 and min(each) >= 0]
    worse = [name for name, each in signs.items() if min(each) < 0 and max(each) <= 0]
    lasting = [name for name in better if sum(signs[name]) >= 2]
    single = [name for name in better if name not in lasting]
    return (
        f"By {figure}, clearly better on two sets or more and clearly worse on none: "
        f"{_listed(lasting)}. On one, and clearly worse on none: {_listed(single)}. "
        f"Clearly worse on one or more and better on none: {_listed(worse)}."
    )


def _scores_table(tables):
    gains = Gains(tables)
    figures = list(tables["strategies"][PLAIN])
    lines = [f"| strategy | {' | '.join(figures)} |", "| --- " * (len(figures) + 1) + "|"]
    others = {name: each for name, each in tables["strategies"].items() if name != PLAIN}
    rows = tables["baselines"] | {PLAIN: tables["strategies"][PLAIN]}
    rows |= dict(sorted(others.items(), key=_mean_f1, reverse=True))
    for name, values in rows.items():
        cells = [cell_of(values[figure]) for figure in figures if figure != "seconds"]
        if name in others:
            cells[0] = {1: f"**{cells[0]}**", -1: f"{cells[0]} (-)", 0: cells[0]}[gains.sign(name)]
        label = f"*{name}*" if name in tables["baselines"] else name
        lines.append(f"| {label} | {' | '.join(cells)} | {values['seconds'].mean():.0f} |")
    return "\n".join(lines)


def cell_of(values):
    return f"{values.mean():.3f} ± {values.std(ddof=1):.3f}"


def _listed(names):
    return "; ".join(names) or "none"  # names have commas
