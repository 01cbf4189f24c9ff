"""``skseq tune``: strategies and architectures beside the baselines, and the winner in a file."""

import time
import warnings
from contextlib import contextmanager

import numpy as np

from skseq._validation import did_you_mean, has_step_labels
from skseq.cli._errors import InputError
from skseq.cli._folder import (
    FITS,
    LEADERBOARD,
    MODEL,
    REPORT,
    default_folder,
    make_folder,
    write_run,
)
from skseq.cli._nets import kind_of_problem, nets_to_try, plain_pipeline
from skseq.cli._open import open_file
from skseq.cli._pace import shorten
from skseq.cli._report import report_if_possible
from skseq.cli._show import fits_in_lines, say, show_leaderboard, tell_guesses
from skseq.cli._threads import one_thread
from skseq.data import Sequences, as_tags
from skseq.exceptions import CollapseWarning
from skseq.metrics import get_scorer, get_scorer_names
from skseq.model_selection import compare_strategies
from skseq.model_selection._time_budget import NothingInTimeError
from skseq.model_selection._verdict import NAIVE
from skseq.persistence import save
from skseq.report._audit_measures import ratio_text

_OF_TAGS = "tag_", "span_"  # so begin the names of their scores
_FOLDS, _FEWER_FOLDS = 5, 3
# Above one of these, fewer folds tell as much.
_MANY_SEQUENCES, _MANY_STEPS = 2_000, 20_000


def run_tune(
    path, asked, *, output, strategies, architectures, time_budget, started, scoring, cv, jobs, seed
):
    """Compare, print and write; the arguments are those of the command line.

    ``started`` is when the command began, by ``time.time()``, for the budget pays for all of it.
    """
    opened = open_file(path, asked)
    reading, data = opened.reading, opened.data
    tell_guesses(opened)
    metric = scoring or _usual_scoring(reading)
    scorer = _make_scorer(metric, reading)
    n_folds = _n_folds(cv, data)
    nets, unfit = nets_to_try(reading, strategies, architectures, seed)
    say(_in_short(opened, metric, n_folds, len(nets)))
    if unfit:
        say(f"Without {', '.join(unfit)}, which do not go together.")
    folder = output or default_folder(path)
    make_folder(folder)
    plain = plain_pipeline(reading, seed)
    with one_thread():
        shortened = shorten(plain, data, time_budget, folder / FITS)
    if shortened:
        say(shortened)
    try:
        with one_thread(), fits_in_lines(), _collapses_are_in_the_table():
            comparison = compare_strategies(
                plain,
                data.X,
                data.y,
                nets,
                kind=kind_of_problem(reading),
                cv=n_folds,
                scoring=scorer,
                groups=data.groups,
                directory=folder / FITS,
                time_budget=_seconds_left(time_budget, started),
                n_jobs=jobs,
                random_state=seed,
            )
    except NothingInTimeError:
        raise _too_little_time(folder) from None
    except KeyboardInterrupt:
        n_fits = len([*(folder / FITS).glob("*.joblib")])
        raise KeyboardInterrupt(
            f"interrupted; {n_fits} finished fits are kept in {folder / FITS}, and the same "
            "command goes on from there"
        ) from None
    settings = {"scoring": metric, "cv": n_folds, "seed": seed}
    _check_that_some_learnt(comparison, folder)
    # All is written before the first word is printed: who reads may close the pipe.
    write_run(folder, opened, settings, comparison)
    kept = _keep_winner(comparison, reading, folder)
    page = report_if_possible(folder / REPORT, comparison, data, reading, opened.name)
    show_leaderboard(comparison)
    if len(comparison.splits_) < n_folds:
        print(f"The time allowed {len(comparison.splits_)} of {n_folds} folds.")
    print(f"\nKept {kept}\nAll scores: {folder / LEADERBOARD}")
    again = f"skseq report {folder} needs more: pip install 'skseq[report]'"
    print(f"Report: {page}" if page else again)
    print(f"Next: skseq predict {folder / MODEL} FILE")


def _seconds_left(budget, started):
    """What loading and reading have left; never nothing, which would not be a budget."""
    return budget and max(budget - (time.time() - started), 1e-3)


def _too_little_time(folder):
    return InputError(
        "the time was over before any model that learns was fitted on all folds; finished fits "
        f"are kept in {folder / FITS}, and the same command goes on from there: give it more by "
        "--time-budget, fewer folds by --cv, or a part of the file"
    )


def _check_that_some_learnt(comparison, folder):
    names, means = (np.array(comparison.table[column]) for column in ("name", "mean"))
    learn = np.array([not name.startswith(NAIVE) for name in names])
    if not learn.any():
        raise _too_little_time(folder)
    if np.isnan(means[learn].astype(float)).all():
        raise InputError("no model that learns could be fitted; the warning above says why")


def _keep_winner(comparison, reading, folder):
    """Write the best model, and say which it is and where."""
    if not hasattr(comparison, "best_estimator_"):
        raise InputError(
            f"the best candidate could not be fitted to all rows; {folder / LEADERBOARD} has the "
            "scores"
        )
    model = comparison.best_estimator_
    model.file_reading_ = reading._asdict()
    path = save(model, folder / MODEL)
    name, role = (comparison.table[column][0] for column in ("name", "role"))
    without = ", a model without a net" if role == "baseline" else ""
    return f"{name!r}{without}: {path}"


# -- what is compared, and by what ----------------------------------------------------------------


def _usual_scoring(reading):
    if reading.levels:
        return "quadratic_weighted_kappa"
    return "tag_f1_macro" if reading.tags else "f1_macro"


def _make_scorer(metric, reading):
    try:
        get_scorer(metric)
    except ValueError:
        names = [name for name in get_scorer_names() if name.startswith(_OF_TAGS) == reading.tags]
        raise InputError(
            f"--scoring {metric}: no such score; there are {', '.join(names)}, and those of "
            f"scikit-learn.{did_you_mean(metric, names)}"
        ) from None
    is_of_tags = metric.startswith(_OF_TAGS)
    if is_of_tags != reading.tags:
        raise InputError(
            f"--scoring {metric}: is of {'tags' if is_of_tags else 'one label a sequence'}, but "
            f"here {'each step' if reading.tags else 'each sequence'} has a label; take "
            f"{_usual_scoring(reading)}, say"
        )
    more = {}
    if metric.startswith("tag_") and reading.background is not None:
        more["exclude"] = reading.background
    if reading.levels:
        more["labels"] = reading.levels
    try:
        return get_scorer(metric, **more) if more else metric
    except TypeError:  # a metric that counts all tags, or knows no order
        return metric


def _n_folds(asked, data):
    n_sequences = len(data.X)
    n_steps = data.X.n_steps if isinstance(data.X, Sequences) else n_sequences
    is_large = n_sequences > _MANY_SEQUENCES or n_steps > _MANY_STEPS
    n_folds = asked or (_FEWER_FOLDS if is_large else _FOLDS)
    n_units = n_sequences
    if isinstance(data.groups, np.ndarray):
        n_units = len(np.unique(data.groups))
        if n_units < 2:
            raise InputError("the column of --group is the same in all rows; leave the option out")
    if n_units < 2:
        raise InputError(
            "the file holds one sequence, so nothing can be held out; cut it into windows with "
            "--window 50, say"
        )
    if not has_step_labels(data.y):  # the commonest class has to be in each fold
        n_units = min(n_units, np.unique(data.y, return_counts=True)[1].max())
    if n_units < 2:
        raise InputError("no class has two sequences, so nothing can be held out")
    return min(n_folds, n_units)


def _in_short(opened, metric, n_folds, n_nets):
    labels = opened.data.y
    labels = as_tags(labels).values if has_step_labels(labels) else np.asarray(labels)
    classes, counts = np.unique(labels, return_counts=True)
    commonest, rarest = (classes[np.argsort(-counts, kind="stable")[place]] for place in (0, -1))
    background = opened.reading.background
    without = f" without {background}" if background is not None else ""
    return (
        f"{opened.name}: {len(opened.data.X):,} sequences, {opened.reading.in_words()}; "
        f"{len(classes)} classes, from {commonest} ({counts.max():,}) to {rarest} "
        f"({counts.min():,}), {ratio_text(counts.max() / counts.min())} : 1.\n"
        f"Comparing {n_nets + 1} net{'s' if n_nets else ''} with baselines and their blend by "
        f"{metric}{without}, {n_folds} folds."
    )


# -- around the fits ------------------------------------------------------------------------------


@contextmanager
def _collapses_are_in_the_table():
    # A candidate that gives up on rare classes has the recall that the table shows.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollapseWarning)
        yield
