"""Fits of many candidates on the same folds, each finished one optionally kept in a file.

Requirements this file meets:

- a run that was killed loses only the fits it was in the middle of;
- a file is used for the same data, candidate, fold and versions only, whatever their names;
- what is kept are predictions, so that other metrics need no fit;
- where time is over, what is kept is still taken.
"""

import logging
import os
import traceback
import warnings
from contextlib import contextmanager, nullcontext
from pathlib import Path
from pickle import PicklingError
from time import perf_counter
from typing import NamedTuple

import imblearn
import joblib
import numpy as np
import sklearn
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils.parallel import Parallel, delayed

from skseq import __version__
from skseq._validation import has_step_labels, safe_indexing
from skseq.data import Sequences, as_sequences, as_tags
from skseq.model_selection._candidates import last_step
from skseq.model_selection._progress import follow
from skseq.model_selection._time_budget import FoldLeftOut, OutOfTimeError, time_limit
from skseq.model_selection._tuned import Tuned

logger = logging.getLogger(__name__)


class FoldPrediction(NamedTuple):
    """Predictions of a candidate for the test rows of a fold.

    Parameters
    ----------
    rows : ndarray of int of shape (n_test,)
        The test rows.

    classes : ndarray of shape (n_classes,)
        What each column of ``proba`` belongs to.

    labels : ndarray of shape (n_test,) or Sequences
        Predictions; Sequences of tags.

    proba : ndarray of shape (n_test, n_classes), Sequences or None
        Probabilities; None if the candidate gives none.

    fit_seconds : float
        How long the fit took.

    warnings : list of str
        Warnings of the fit and of prediction, each once.

    best_params : dict or None
        What a search inside the fold chose.

    See Also
    --------
    compare_strategies : Keeps one for each candidate and fold.

    Examples
    --------
    >>> from skseq.model_selection import FoldPrediction
    >>> FoldPrediction._fields[:3]
    ('rows', 'classes', 'labels')
    """

    rows: np.ndarray
    classes: np.ndarray
    labels: np.ndarray | Sequences
    proba: np.ndarray | Sequences | None
    fit_seconds: float
    warnings: list
    best_params: dict | None


class FoldFailure(NamedTuple):
    """Why a candidate has no prediction for a fold."""

    error: str


def fit_on_folds(
    candidates,
    X,
    y,
    groups,
    splits,
    *,
    score,
    directory,
    error_score,
    n_jobs,
    verbose,
    time_budget=None,
):
    """Fit each candidate on each fold, unless the directory has it already.

    Parameters
    ----------
    candidates : dict of str to estimator
        By name.

    X, y, groups : indexable of length n_sequences
        The data; groups may be None.

    splits : list of (train, test)
        Rows of each fold.

    score : callable
        Gives the score of a `FoldPrediction`, to be shown while others are fitted.

    directory : path-like or None
        Where finished fits are kept.

    error_score : "raise" or NaN
        Whether an error ends everything.

    n_jobs : int or None
        As `joblib.Parallel` takes it.

    verbose : int
        As `follow` takes it.

    time_budget : TimeBudget, default=None
        What is fitted first and when fits have to end; None fits all.

    Returns
    -------
    dict of str to list of FoldPrediction, FoldFailure or FoldLeftOut
        By name of the candidate, a list in the order of the folds, or of as many of them as there
        was time for.
    """
    paths = _result_paths(candidates, X, y, groups, splits, directory)
    folds = range(len(splits))
    # Fold by fold, so that a run that is killed early has seen every candidate.
    all_tasks = [(name, fold) for fold in folds for name in candidates]

    def score_or_nan(result):
        return score(result) if isinstance(result, FoldPrediction) else np.nan

    def is_kept(name, fold):
        path = paths[name][fold]
        return path is not None and path.exists()

    if directory is not None:
        n_kept = sum(is_kept(*task) for task in all_tasks)
        logger.info("%d of %d fits are in %s already", n_kept, len(all_tasks), directory)
    by_task = {}
    rounds = [all_tasks] if time_budget is None else time_budget.rounds(is_kept)
    for tasks in filter(None, rounds):
        results = Parallel(n_jobs=n_jobs, return_as="generator")(
            delayed(_fit_unless_kept)(
                candidates[name],
                X,
                y,
                groups,
                *splits[fold],
                paths[name][fold],
                error_score,
                time_budget and time_budget.limit(name, fold),
            )
            for name, fold in tasks
        )
        results = follow(results, tasks, score_or_nan, verbose)
        for (name, fold), result in zip(tasks, results, strict=True):
            by_task[name, fold] = result
            _log_result(name, fold, result, score_or_nan)
            if isinstance(result, FoldLeftOut):
                time_budget.leave_out(name, fold)
            elif time_budget is not None:
                seconds = getattr(result, "fit_seconds", 0.0)
                time_budget.note(name, seconds, score_or_nan(result))
    if time_budget is not None:
        folds = range(time_budget.n_folds)
    return {
        name: [by_task.get((name, fold), FoldLeftOut()) for fold in folds] for name in candidates
    }


def _log_result(name, fold, result, score):
    """Tell what was fitted; what no time was left for, the comparison names."""
    if not logger.isEnabledFor(logging.INFO) or isinstance(result, FoldLeftOut):
        return
    said = "failed"
    if isinstance(result, FoldPrediction):
        said = f"score {score(result):.3f}, fitted in {result.fit_seconds:.1f} s"
    logger.info("%s, fold %d: %s", name, fold + 1, said)


def _result_paths(candidates, X, y, groups, splits, directory):
    """Where the result of each candidate and fold lies, named by what it depends on."""
    if directory is None:
        return {name: [None] * len(splits) for name in candidates}
    # Absolute: a worker process may have started in another working directory.
    folder = Path(directory).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    versions = [__version__, *(package.__version__ for package in (sklearn, imblearn, torch))]
    data = joblib.hash((X, y, groups), coerce_mmap=True)
    folds = [joblib.hash((np.asarray(train), np.asarray(test))) for train, test in splits]
    paths = {}
    for name, candidate in candidates.items():
        made_of = _fingerprint(name, candidate)
        keys = [joblib.hash((versions, data, made_of, fold)) for fold in folds]
        paths[name] = [folder / f"{key}.joblib" for key in keys]
    return paths


def _fingerprint(name, candidate):
    try:
        return joblib.hash(candidate)
    except (PicklingError, AttributeError, TypeError) as error:
        raise ValueError(
            f"directory= needs candidates that can be pickled, but {name!r} cannot: {error}. "
            "Define its functions and classes at the top of a module"
        ) from error


def _fit_unless_kept(candidate, X, y, groups, train, test, path, error_score, limit):
    if path is not None and path.exists():
        return joblib.load(path)
    try:
        with nullcontext() if limit is None else time_limit(limit.seconds_left()):
            result = fit_and_predict(candidate, X, y, groups, train, test)
    except OutOfTimeError:
        return FoldLeftOut()
    except Exception:
        if error_score == "raise":
            raise
        return FoldFailure(traceback.format_exc())
    if path is not None:
        _write_whole(result, path)
    return result


def _write_whole(result, path):
    """Write a file completely or not at all, whenever the process dies."""
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    try:
        joblib.dump(result, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _for_searches(model, groups):
    """Parameters of ``fit`` that bring groups to a search: nothing else uses them."""
    names = []
    while isinstance(model, Pipeline):
        name, model = model.steps[-1]
        names.append(name)
    return (
        {"__".join([*names, "groups"]): groups} if isinstance(model, (GridSearchCV, Tuned)) else {}
    )


def fit_candidate(candidate, X, y, groups):
    """Fit a clone, giving groups to a search at its end."""
    model = clone(candidate)
    params = {} if groups is None else _for_searches(model, groups)
    return model.fit(X, y, **params)


@contextmanager
def record_warnings():
    """Give a list that holds, after the block, what it warned of, each once."""
    messages = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield messages
    messages += dict.fromkeys(f"{each.category.__name__}: {each.message}" for each in caught)


def fit_and_predict(candidate, X, y, groups, train, test):
    """Fit a clone on the training rows and predict the test rows.

    Returns
    -------
    FoldPrediction
    """
    X_test = safe_indexing(X, test)
    groups = None if groups is None else groups[train]
    with record_warnings() as messages:
        start = perf_counter()
        model = fit_candidate(candidate, safe_indexing(X, train), safe_indexing(y, train), groups)
        seconds = perf_counter() - start
        labels = model.predict(X_test)
        proba = model.predict_proba(X_test) if hasattr(model, "predict_proba") else None
    if has_step_labels(y):
        labels = as_tags(labels)
        proba = None if proba is None else as_sequences(proba)
    best_params = getattr(last_step(model), "best_params_", None)
    return FoldPrediction(
        np.asarray(test), model.classes_, labels, proba, seconds, messages, best_params
    )
