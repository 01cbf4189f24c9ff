"""The page of results: a table for each set, with what helped, and one for the defaults."""

import platform

import numpy as np
import sklearn
import torch
from sklearn.metrics import f1_score

from skseq.metrics import (
    expected_calibration_error,
    macro_average_precision_score,
    minority_recall_score,
)

COMMAND = "python benchmarks/bench_strategies.py --output docs/results.md"


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


def write_page(path, sets, n_seeds):
    """Write the page.

    Parameters
    ----------
    path : Path
        The Markdown file.

    sets : dict of str to (description, dict of str to dict of str to ndarray)
        For each set what it is, and by table ("strategies", "baselines", "settings") the scores of
        each candidate, ndarray of shape (n_seeds, 5).

    n_seeds : int
        Seeds of each row.
    """
    parts = [_HEAD.format(command=COMMAND, n_seeds=n_seeds, versions=_versions())]
    parts.append(_summary(sets))
    for name, (about, tables) in sets.items():
        parts.append(f"## {name}\n\n{about}\n\n{_table(tables)}")
    parts.append(_defaults(sets))
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


_HEAD = """# Which strategy helps: results on real sets

```sh
{command}
```

Written by this command; {n_seeds} seeds, mean ± standard deviation. A seed draws the training rows,
the first weights and the batches. The sets are cut to a size that all of it can afford, so figures
are no match for those published on all of the data: what counts is the difference between rows of
one table. Each strategy is one change to the plain net, with its defaults; nothing was tuned. Tags
are scored by step, without the background. "Minority recall" is the mean recall of all classes but
the commonest, "calibration" the expected calibration error of the most probable class, lower is
better. Seconds are those of a fit on one thread of a busy machine, as a rough guide only.

**Bold** is a macro F1 whose gain over the plain net, seed by seed, has a mean above two standard
errors; (-) is a loss by the same measure. With so few seeds this is a weak test, and with so many
rows some pass it by chance.

{versions}"""


def _versions():
    return (
        f"Python {platform.python_version()}, scikit-learn {sklearn.__version__}, "
        f"torch {torch.__version__.split('+')[0]}."
    )


def is_gain(ours, plain):
    """Whether the mean of paired differences is above two standard errors."""
    difference = ours - plain
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    return bool(difference.mean() > 2 * error and difference.mean() > 0)


def _table(tables):
    plain = tables["strategies"]["plain"]
    lines = [
        "| strategy | macro F1 | macro PR-AUC | minority recall | calibration | seconds |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    rows = tables["baselines"] | {"plain": plain}
    others = {name: s for name, s in tables["strategies"].items() if name != "plain"}
    rows |= dict(sorted(others.items(), key=lambda item: -item[1][:, 0].mean()))
    for name, scores in rows.items():
        cells = [_cell(column) for column in scores[:, :4].T]
        if name in others:
            if is_gain(scores[:, 0], plain[:, 0]):
                cells[0] = f"**{cells[0]}**"
            elif is_gain(plain[:, 0], scores[:, 0]):
                cells[0] += " (-)"
        label = f"*{name}*" if name in tables["baselines"] else name
        lines.append(f"| {label} | {' | '.join(cells)} | {scores[:, 4].mean():.0f} |")
    return "\n".join(lines)


def _cell(values):
    return f"{values.mean():.3f} ± {values.std(ddof=1):.3f}"


def _summary(sets):
    """Rows that gain on most sets, and how plain and best rows stand to the baselines."""
    lines = [
        "| set | commonest class | best baseline | plain net | best strategy |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, (_, tables) in sets.items():
        first, *others = tables["baselines"].items()
        best_baseline = max(others, key=lambda item: item[1][:, 0].mean())
        best = max(tables["strategies"].items(), key=lambda item: item[1][:, 0].mean())
        cells = [
            _cell(first[1][:, 0]),
            f"{best_baseline[0]}: {_cell(best_baseline[1][:, 0])}",
            _cell(tables["strategies"]["plain"][:, 0]),
            f"{best[0]}: {_cell(best[1][:, 0])}",
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    gains = {}
    for _, tables in sets.values():
        plain = tables["strategies"]["plain"][:, 0]
        for name, scores in tables["strategies"].items():
            if name != "plain":
                gains.setdefault(name, []).append((scores[:, 0] - plain).mean())
    shared = {name: values for name, values in gains.items() if len(values) == len(sets)}
    ranked = sorted(shared.items(), key=lambda item: -np.mean(item[1]))
    lines += [
        "",
        "Mean gain in macro F1 over the plain net, for strategies that every set knows:",
        "",
        f"| strategy | {' | '.join(sets)} | mean |",
        f"| --- | {' | '.join('---' for _ in sets)} | --- |",
    ]
    lines += [
        f"| {name} | {' | '.join(f'{gain:+.3f}' for gain in values)} | {np.mean(values):+.3f} |"
        for name, values in ranked
    ]
    lines += ["", *_verdict(sets)]
    return "## In short\n\nMacro F1:\n\n" + "\n".join(lines)


def _verdict(sets):
    """In words: where the plain net beats the baselines, and which strategies last over sets."""
    above = []
    for name, (_, tables) in sets.items():
        plain = tables["strategies"]["plain"][:, 0].mean()
        if all(plain > scores[:, 0].mean() for scores in tables["baselines"].values()):
            above.append(name)
    below = [name for name in sets if name not in above]
    gain, lose = consistent("strategies", sets)
    return [
        f"The plain net is above every baseline on {_listed(above)}, and not on {_listed(below)}.",
        "Strategies with a clear gain on at least two sets and a clear loss on none: "
        f"{_listed(gain)}.",
        f"With a clear loss on at least two sets and a clear gain on none: {_listed(lose)}.",
    ]


def names_in(table, sets):
    """What any of the sets has in a table, each once."""
    return list(dict.fromkeys(name for _, tables in sets.values() for name in tables[table]))


def consistent(table, sets):
    """Changes that gain clearly on at least two sets and lose on none, and the other way round."""
    gain, lose = [], []
    for name in names_in(table, sets):
        n_better = n_worse = 0
        for _, tables in sets.values():
            if name in tables[table]:
                ours, plain = tables[table][name][:, 0], tables["strategies"]["plain"][:, 0]
                n_better += is_gain(ours, plain)
                n_worse += is_gain(plain, ours)
        if n_better >= 2 and not n_worse:
            gain.append(name)
        if n_worse >= 2 and not n_better:
            lose.append(name)
    return gain, lose


def _listed(names):
    return "; ".join(names) or "none"  # names have commas


def _defaults(sets):
    """Gain in macro F1 when one default is changed."""
    lines = [
        "## The defaults",
        "",
        "Gain in macro F1 of the plain net when one default is changed, mean over the seeds; "
        "**bold** and (-) as above.",
        "",
        f"| change | {' | '.join(sets)} | mean |",
        f"| --- | {' | '.join('---' for _ in sets)} | --- |",
    ]
    for name in names_in("settings", sets):
        cells, gains = [], []
        for _, tables in sets.values():
            if name not in tables["settings"]:
                cells.append("")
                continue
            ours, plain = tables["settings"][name][:, 0], tables["strategies"]["plain"][:, 0]
            gains.append((ours - plain).mean())
            cell = f"{gains[-1]:+.3f}"
            if is_gain(ours, plain):
                cell = f"**{cell}**"
            elif is_gain(plain, ours):
                cell += " (-)"
            cells.append(cell)
        lines.append(f"| {name} | {' | '.join(cells)} | {np.mean(gains):+.3f} |")
    speak_against, speak_for = consistent("settings", sets)
    lines += [
        "",
        "What decides is what is clear on at least two sets and contradicted on none. Changes that",
        f"lose so, and speak for the default as it is: {_listed(speak_for)}.",
        f"Changes that gain so, and speak against it: {_listed(speak_against)}.",
    ]
    return "\n".join(lines)
