"""``skseq demo``: run the experiment, show it, and write it down."""

import csv
import time
import warnings
from contextlib import contextmanager, nullcontext

import numpy as np
import torch
from rich import box
from rich.console import Console
from rich.table import Table

from skseq.cli._experiment import (
    BACKGROUND,
    FULL,
    QUICK,
    SCORERS,
    contenders,
    fit_all,
    load_parts,
    macro_f1_by_size,
    make_candidates,
    make_pipeline,
    mean_f1,
    score_on,
    search_grid,
)
from skseq.cli._pictures import draw_confusion, draw_learning_curves, draw_precision_recall
from skseq.cli._verdict import verdict
from skseq.exceptions import CollapseWarning
from skseq.persistence import save

# Wider lines are hard to read, and all that is printed fits into this.
_WIDTH = 80

_README = """\
# What `skseq demo` found

{verdict}

| file | what it is |
| --- | --- |
| `results.csv` | every candidate of the grid: scores of each fold, seconds of a fit |
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
    pipeline = make_pipeline(size, labels, seed)
    candidates = make_candidates(size, seed)
    _introduce(console, tuning, held_out, labels, candidates, size, quick)

    with _one_thread(), _collapses_are_expected():
        model = search_grid(
            pipeline, candidates, tuning, size, n_jobs=jobs, show_progress=console.is_terminal
        )
        leaders = contenders(candidates)
        _show_results(console, candidates, size)
        with _working(console, "Fitting the leaders on all files but the held-out ones"):
            models = [model, *fit_all(pipeline, leaders[1:], tuning, n_jobs=jobs)]
            scores = [score_on(each, held_out) for each in models]
        with _working(console, "Learning curves"):
            curves = {
                each.name: macro_f1_by_size(pipeline, each, tuning, size, n_jobs=jobs, seed=seed)
                for each in leaders
            }
    _show_held_out(console, leaders, scores, held_out)
    conclusion = verdict(candidates, scores)
    console.print(conclusion, style="bold")

    _write_results(candidates, output / "results.csv")
    _draw_pictures(model, leaders, curves, held_out, labels, size, output)
    save(model, output / "best_model.skseq")
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
def _one_thread():
    # Nets this small run fastest on one thread; the workers keep to their share by themselves.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _collapses_are_expected():
    # That some candidates give up on the rare tags is what the table shows.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollapseWarning)
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


def _introduce(console, tuning, held_out, labels, candidates, size, quick):
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
    nets = sum(each.role != "baseline" for each in candidates)
    console.print(
        f"{nets} nets (strategy x architecture) and {len(candidates) - nets} baselines, "
        f"{size.n_folds} folds by file: {len(candidates) * size.n_folds} fits.\n"
    )


def _show_results(console, candidates, size):
    table = _new_table("Strategy x architecture, best first")
    table.add_column("strategy", no_wrap=True)
    table.add_column("architecture", no_wrap=True)
    table.add_column("macro F1", justify="right", no_wrap=True)
    table.add_column("minority\nrecall", justify="right")
    table.add_column("PR-AUC", justify="right")
    table.add_column("fit, s", justify="right")
    styles = {"baseline": "cyan", "plain": "yellow", "strategy": None}
    for place, each in enumerate(_ranked(candidates)):
        table.add_row(
            each.strategy,
            each.architecture,
            f"{each.f1.mean():.2f} ± {each.f1.std():.2f}",
            f"{each.scores['minority_recall'].mean():.2f}",
            f"{each.scores['average_precision'].mean():.2f}",
            f"{each.scores['seconds']:.1f}",
            style=styles[each.role] if place else "bold green",
        )
    console.print(table)
    console.print(_caption(size), style="italic")
    console.print()


def _show_held_out(console, leaders, scores, held_out):
    table = _new_table(f"The leaders, fitted anew, on the {held_out.n_files} held-out files")
    table.add_column("strategy")
    table.add_column("architecture")
    for column in ("macro F1", "minority\nrecall", "PR-AUC"):
        table.add_column(column, justify="right")
    for each, row in zip(leaders, scores, strict=True):
        numbers = [f"{row[name]:.2f}" for name in SCORERS]
        table.add_row(each.strategy, each.architecture, *numbers)
    console.print(table)
    console.print()


def _ranked(candidates):
    return sorted(candidates, key=mean_f1, reverse=True)


def _caption(size):
    return (
        "Macro F1, minority recall and PR-AUC are means over the four rare tags; the background "
        f"is left out. ± is the standard deviation over {size.n_folds} folds. Linear: a linear "
        "classifier that sees the characters within 12 places. The first row was chosen by the "
        "scores shown, which flatters it a little; the held-out files do not."
    )


def _write_results(candidates, path):
    """Write a row for each candidate, the best first."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [_flat_row(each) for each in _ranked(candidates)]
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _flat_row(candidate):
    row = {
        "strategy": candidate.strategy,
        "architecture": candidate.architecture,
        "role": candidate.role,
    }
    for name in SCORERS:
        folds = candidate.scores[name]
        row |= {f"{name}_mean": folds.mean(), f"{name}_std": folds.std()}
        row |= {f"{name}_fold_{fold}": score for fold, score in enumerate(folds, start=1)}
    return row | {"fit_seconds": candidate.scores["seconds"]}
