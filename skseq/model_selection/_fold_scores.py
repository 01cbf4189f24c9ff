"""Scores of kept predictions: the chosen metric, recall of the minority, calibration."""

from typing import NamedTuple

import numpy as np

from skseq._validation import has_step_labels, safe_indexing
from skseq.data import as_tags, cut_steps, known_steps
from skseq.metrics import (
    balanced_accuracy_score,
    expected_calibration_error,
    tag_balanced_accuracy_score,
)
from skseq.metrics._precomputed import PrecomputedClassifier, PrecomputedTagger
from skseq.model_selection._fold_fits import FoldFailure
from skseq.model_selection._held_out import stack_proba


class CandidateScores(NamedTuple):
    """How a candidate did; NaN in folds that failed."""

    scores: np.ndarray  # (n_folds,)
    minority_recall: float  # mean over all classes but the commonest, and over folds
    calibration_error: float  # NaN without probabilities
    fit_seconds: float  # mean of a fit


def score_folds(predictions, X, y, scorer, ignore=None):
    """Score the predictions of a candidate.

    Parameters
    ----------
    predictions : list of FoldPrediction or FoldFailure
        One for each fold.

    X, y : indexable of length n_sequences
        The data.

    scorer : callable
        ``scorer(estimator, X, y)``.

    ignore : scalar, list or None, default=None
        Marks in tags in place of a label, which recall and calibration leave out.

    Returns
    -------
    CandidateScores
    """
    done = [each for each in predictions if not isinstance(each, FoldFailure)]
    if len(done) < len(predictions):
        return CandidateScores(np.full(len(predictions), np.nan), np.nan, np.nan, np.nan)
    per_step = has_step_labels(y)
    mean_recall = tag_balanced_accuracy_score if per_step else balanced_accuracy_score
    majority = _commonest(_labelled(y, ignore).values if per_step else np.asarray(y))
    truths = [safe_indexing(y, each.rows) for each in done]
    of_all = done
    if per_step and ignore is not None:
        pairs = [_of_known(*pair, ignore) for pair in zip(truths, done, strict=True)]
        truths, done = map(list, zip(*pairs, strict=True))
    return CandidateScores(
        np.array([score_fold(each, X, y, scorer) for each in of_all]),
        _mean_of_known(
            [
                mean_recall(t, each.labels, exclude=[majority])
                for t, each in zip(truths, done, strict=True)
            ]
        ),
        _pooled_calibration_error(truths, done, per_step),
        np.mean([each.fit_seconds for each in done]),
    )


def _labelled(y, ignore):
    """Tags of the steps that have a label."""
    tags = as_tags(y)
    return cut_steps(tags, known_steps(tags, ignore))


def _of_known(truth, prediction, ignore):
    """True tags, and a `FoldPrediction`, of the steps that have a label."""
    tags = as_tags(truth)
    known = known_steps(tags, ignore)
    proba = None if prediction.proba is None else cut_steps(prediction.proba, known)
    kept = prediction._replace(labels=cut_steps(prediction.labels, known), proba=proba)
    return cut_steps(tags, known), kept


def _commonest(labels):
    """The commonest label of all data: folds of small data need not agree on it."""
    classes, counts = np.unique(labels, return_counts=True)
    return classes[counts.argmax()]


def _mean_of_known(values):
    """Mean over the folds that have a minority at all."""
    known = np.isfinite(values)
    return float(np.mean(np.compress(known, values))) if known.any() else np.nan


def score_fold(prediction, X, y, scorer):
    """Score one `FoldPrediction`."""
    truth = safe_indexing(y, prediction.rows)
    kept = PrecomputedTagger if has_step_labels(truth) else PrecomputedClassifier
    estimator = kept(prediction.classes, prediction.labels, prediction.proba)
    return scorer(estimator, safe_indexing(X, prediction.rows), truth)


def _pooled_calibration_error(truths, predictions, per_step):
    """Calibration error over all folds together: bins of a single one hold too few rows."""
    if any(each.proba is None for each in predictions):
        return np.nan
    truths = [as_tags(truth).values if per_step else np.asarray(truth) for truth in truths]
    classes = np.unique(np.concatenate([*truths, *(each.classes for each in predictions)]))
    return expected_calibration_error(
        np.concatenate(truths),
        stack_proba(predictions, classes),
        classes=classes,
        average="macro",
    )
