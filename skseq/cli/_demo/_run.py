"""``skseq demo``: run the experiment, show it, and write it down."""

import csv
import shutil
import time
import warnings
from contextlib import contextmanager, nullcontext

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from sklearn.base import clone

from skseq.cli._demo._candidates import contenders, make_candidates
from skseq.cli._demo._experiment import (
    ARCHITECTURES,
    BACKGROUND,
    FULL,
    LONGER,
    METRICS,
    PLAIN,
    QUICK,
    STRATEGIES,
    compare,
    fit_all,
    load_parts,
    macro_f1_by_size,
    make_baselines,
    make_pipeline,
    score_on,
)
from skseq.cli._demo._pictures import draw_confusion, draw_learning_curves, draw_precision_recall
from skseq.cli._demo._verdict import verdict
from skseq.cli._threads import one_thread
from skseq.exceptions import CollapseWarning, SmallClassWarning
from skseq.persistence import save

# Wider lines are hard to read, and all that is printed fits into this.
_WIDTH = 80

# A lead whose corrected p-value is at most this is marked.
_LEVEL = 0.05

# In the output folder, until all is done.
_KEPT_FITS = "unfinished_fits"

_README = """\
# What `skseq demo` found

{verdict}

| file | what it is |
| --- | --- |
| `results.csv` | every candidate: scores of each fold, leads over plain nets, p-values |
| `precision_recall.png` | precision against recall of each rare tag, on the held-out files |
| `confusion_matrix.png` | what each true tag was taken for, on the held-out files |
| `learning_curve.png` | macro F1 against the number of training sequences, folds by file |
| `best_model.skseq` | the best pipeline, fitted on all files but the held-out ones |

```python
import skseq

model = skseq.load("best_model.skseq")
model.predict(["def answer():\\n    return 42\\n"])
```

{caption}
"""


def run_demo(output, *, quick, jobs, seed):
    """Tune, compare, print and write; the arguments are those of the command line."""
    started = time.perf_counter()
    output.mkdir(parents=True, exist_ok=True)
    console = Console(width=_WIDTH, highlight=False)
    size = QUICK if quick else FULL

    tuning, held_out = load_parts(size, seed)
    labels = _labels(tuning, held_out)
    baselines = make_baselines(seed)
    plain = make_pipeline(size, labels, seed)
    pipelines = {name: clone(plain).set_params(**params) for name, params in ARCHITECTURES.items()}
    _introduce(console, tuning, held_out, labels, len(baselines), size, quick)

    with one_thread(), _rare_tags_are_expected(), _kept_fits(output) as directory:
        comparisons = {}
        for architecture, pipeline in pipelines.items():
            console.print(f"Comparing strategies with {architecture} ...")
            comparisons[architecture] = compare(
                pipeline, baselines, tuning, size, seed=seed, directory=directory, n_jobs=jobs
            )
        candidates = make_candidates(comparisons, pipelines, baselines, tuning)
        leaders = contenders(candidates)
        _show_results(console, candidates, size)
        with _working(console, "Fitting the leaders on all files but the held-out ones"):
            models = fit_all(leaders, tuning, n_jobs=jobs)
            scores = [score_on(each, held_out) for each in models]
        with _working(console, "Learning curves"):
            splits = comparisons[architecture].equal.splits_  # the same for all
            curves = {
                each.name: macro_f1_by_size(each, tuning, splits, size, n_jobs=jobs, seed=seed)
                for each in leaders
            }
        _show_held_out(console, leaders, scores, held_out)
        conclusion = verdict(comparisons, leaders, scores)
        console.print(conclusion, style="bold")
        _write_results(candidates, output / "results.csv")
        _draw_pictures(models[0], leaders, curves, held_out, labels, size, output)
        save(models[0], output / "best_model.skseq")
        readme = _README.format(verdict=conclusion, caption=_caption(size))
        (output / "README.md").write_text(readme, encoding="utf-8")
    minutes, seconds = divmod(round(time.perf_counter() - started), 60)
    console.print(
        f"\nDone in {minutes} min {seconds} s. Table, pictures and the best model: {output}/",
        soft_wrap=True,
    )


def _draw_pictures(model, leaders, curves, held_out, labels, size, output):
    title = f"{leaders[0].name}, {held_out.n_files} held-out files"
    draw_precision_recall(
        model, held_out, exclude=BACKGROUND, title=title, path=output / "precision_recall.png"
    )
    draw_confusion(
        model, held_out, labels=labels, title=title, path=output / "confusion_matrix.png"
    )
    draw_learning_curves(
        curves,
        title=f"Mean and standard deviation over {size.n_folds} folds by file",
        path=output / "learning_curve.png",
    )


@contextmanager
def _kept_fits(output):
    """A folder for fits that are done, from which a demo that was killed goes on."""
    directory = output / _KEPT_FITS
    yield directory
    shutil.rmtree(directory)


@contextmanager
def _rare_tags_are_expected():
    # That some candidates give up on the rare tags is what the table shows; and where a fold of
    # the rehearsal lacks one, the nets know of it by their parameter `classes`.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollapseWarning)
        warnings.simplefilter("ignore", SmallClassWarning)
        yield


def _working(console, what):
    """A spinner for a terminal, a line for a file."""
    if console.is_terminal:
        return console.status(f"{what} ...")
    console.print(f"{what} ...\n")
    return nullcontext()


def _labels(*parts):
    """The tags, the commonest first."""
    tags, counts = np.unique(
        np.concatenate([part.tags.values for part in parts]), return_counts=True
    )
    return tags[np.argsort(-counts)].tolist()


def _new_table(title):
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )


def _introduce(console, tuning, held_out, labels, n_baselines, size, quick):
    table = _new_table("Characters of the Python standard library's source")
    table.add_column("tag")
    table.add_column(f"to tune on: {tuning.n_files} files", justify="right")
    table.add_column("share", justify="right")
    table.add_column(f"held out: {held_out.n_files} files", justify="right")
    for label in labels:
        ours, theirs = (part.tags.values == label for part in (tuning, held_out))
        table.add_row(label, f"{ours.sum():,}", f"{ours.mean():.2%}", f"{theirs.sum():,}")
    console.print(table)
    if quick:
        console.print("A rehearsal: so little training that the scores mean nothing.")
    nets = len(ARCHITECTURES) * len({PLAIN, LONGER, *STRATEGIES})
    console.print(
        f"{nets} nets (strategy x architecture) and {n_baselines} baselines, {size.n_folds} folds "
        f"by file: {(nets + n_baselines) * size.n_folds} fits.\n"
    )


def _show_results(console, candidates, size):
    table = _new_table("Strategy x architecture, best first")
    table.add_column("strategy", no_wrap=True)
    table.add_column("model", no_wrap=True)
    for column in ("macro\nF1", "minority\nrecall", "PR-AUC", "fit,\ns"):
        table.add_column(column, justify="right", no_wrap=True)
    for column in ("above\nplain", "above\nlonger"):
        table.add_column(column, justify="right", no_wrap=True)
    styles = {"baseline": "cyan", "plain": "yellow", "strategy": None}
    for place, each in enumerate(candidates):
        table.add_row(
            each.strategy,
            each.architecture,
            *(f"{each.scores[name].mean():.2f}" for name in METRICS),
            f"{each.fit_seconds:.1f}",
            *(_lead(each.above.get(reference)) for reference in (PLAIN, LONGER)),
            style=styles[each.role] if place else "bold green",
        )
    console.print()
    console.print(table)
    console.print(_caption(size), style="italic")
    console.print()


def _lead(lead):
    if lead is None:
        return ""
    difference, p_value = lead
    return f"{difference:+z.2f}{'*' if p_value <= _LEVEL else ' '}"


def _show_held_out(console, leaders, scores, held_out):
    table = _new_table(f"The leaders, fitted anew, on the {held_out.n_files} held-out files")
    table.add_column("strategy")
    table.add_column("model")
    for column in ("macro F1", "minority\nrecall", "PR-AUC"):
        table.add_column(column, justify="right")
    for each, row in zip(leaders, scores, strict=True):
        numbers = [f"{row[name]:.2f}" for name in METRICS]
        table.add_row(each.strategy, each.architecture, *numbers)
    console.print(table)
    console.print()


def _caption(size):
    return (
        "Macro F1, minority recall and PR-AUC are means over the four rare tags; the background "
        f"is left out. Above: mean lead in macro F1 over {size.n_folds} folds by file, over the "
        f"plain net of the same architecture that trains as long, and twice as long; * is p <= "
        f"{_LEVEL}, by the test of compare_strategies, corrected for their number. "
        "Linear: a linear classifier that sees the characters within 12 places. The first row was "
        "chosen by the scores shown, which flatters it a little; the held-out files do not."
    )


def _write_results(candidates, path):
    """Write a row for each candidate."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [_flat_row(each) for each in candidates]
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _flat_row(candidate):
    row = {
        "strategy": candidate.strategy,
        "architecture": candidate.architecture,
        "role": candidate.role,
    }
    for name in METRICS:
        folds = candidate.scores[name]
        row |= {f"{name}_mean": folds.mean(), f"{name}_std": folds.std()}
        row |= {f"{name}_fold_{fold}": score for fold, score in enumerate(folds, start=1)}
    for reference, column in [(PLAIN, "plain"), (LONGER, "plain_twice_as_long")]:
        lead, p_value = candidate.above.get(reference) or ("", "")
        row |= {f"above_{column}": lead, f"p_{column}": p_value}
    return row | {"fit_seconds": candidate.fit_seconds}
