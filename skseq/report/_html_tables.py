"""Tables of a report page, as rows of text."""

from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import NamedTuple

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from skseq.metrics import span_classification_report

_MOST_CLASSES = 20
_MOST_CONFUSIONS = 20
_PACKAGES = ("skseq", "scikit-learn", "imbalanced-learn", "skorch", "torch", "numpy")


class Range(NamedTuple):
    """Where an interval lies on an axis of 0 to 100."""

    low: float
    high: float
    mean: float


class Candidate(NamedTuple):
    """A row of the leaderboard."""

    name: str
    role: str
    score: str
    interval: str
    range: Range | None
    minority_recall: str
    calibration_error: str
    above_plain: str
    p_plain: str
    above_baseline: str
    p_baseline: str
    fit_seconds: str
    n_warned: str


def leaderboard(comparison):
    """Write the table of a comparison.

    Parameters
    ----------
    comparison : StrategyComparison
        The table, the best candidate first.

    Returns
    -------
    list of Candidate
    """
    table = comparison.table
    rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    ends = [row[key] for row in rows for key in ("low", "high", "mean")]
    known = [end for end in ends if np.isfinite(end)]
    low, width = min(known), (max(known) - min(known)) or 1.0

    def place(value):
        return round(100 * (value - low) / width, 1)

    return [
        Candidate(
            row["name"],
            row["role"],
            "failed" if np.isnan(row["mean"]) else number(row["mean"]),
            f"{row['low']:.3f} to {row['high']:.3f}" if np.isfinite(row["low"]) else "",
            Range(*(place(row[key]) for key in ("low", "high", "mean")))
            if np.isfinite(row["low"])
            else None,
            number(row["minority_recall"]),
            number(row["calibration_error"]),
            "" if row["role"] == "plain" else number(row["above_plain"], "+z.3f"),
            _p(row["p_plain"]),
            "" if row["role"] == "baseline" else number(row["above_baseline"], "+z.3f"),
            _p(row["p_baseline"]),
            _seconds(row["fit_seconds"]),
            str(row["n_warned"] or ""),
        )
        for row in rows
    ]


def number(value, form=".3f"):
    """A number as text, "" where there is none."""
    return "" if np.isnan(value) else format(value, form).replace("-", "\N{MINUS SIGN}")


def _p(value):
    from skseq.model_selection._verdict import p_text  # which loads torch, as a comparison did

    return "" if np.isnan(value) else p_text(value).removeprefix("p = ").removeprefix("p ")


def _seconds(value):
    return "< 0.01" if value < 0.01 else number(value, ".3g" if value < 100 else ",.0f")


class ClassRow(NamedTuple):
    """How one class did."""

    label: str
    count: str
    precision: str
    recall: str
    f1: str
    average_precision: str
    share_found: float  # recall in percent
    others: list  # F1 of other candidates


def class_table(y_true, y_pred, proba, classes, others):
    """Score each class.

    Parameters
    ----------
    y_true, y_pred : ndarray of shape (n,)
        Flat labels.

    proba : ndarray of shape (n, n_classes) or None
        Their probabilities.

    classes : list
        The classes in their order, which those of ``proba`` are in, too.

    others : list of ndarray of shape (n,)
        Predictions of other candidates.

    Returns
    -------
    list of ClassRow
    """
    precision, recall, f1, count = precision_recall_fscore_support(
        y_true, y_pred, labels=classes, zero_division=0
    )
    other_f1 = [
        precision_recall_fscore_support(y_true, other, labels=classes, zero_division=0)[2]
        for other in others
    ]
    return [
        ClassRow(
            str(label),
            f"{count[place]:,}",
            number(precision[place]),
            number(recall[place]),
            number(f1[place]),
            _average_precision(y_true == label, proba, place),
            round(100 * float(recall[place]), 1),
            [number(each[place]) for each in other_f1],
        )
        for place, label in enumerate(classes)
    ]


def _average_precision(is_positive, proba, place):
    if proba is None or not is_positive.any():
        return ""
    return number(average_precision_score(is_positive, proba[:, place]))


class Confusion(NamedTuple):
    """Counts, and their shares of the true class, of a matrix; or its largest errors as a list."""

    labels: list
    cells: list  # rows of (count, share in percent)
    pairs: list  # of (true, predicted, count, share)


def confusion(y_true, y_pred, classes):
    """Count what is taken for what.

    Parameters
    ----------
    y_true, y_pred : ndarray of shape (n,)
        Flat labels.

    classes : list
        The classes in their order.

    Returns
    -------
    Confusion
        With more than 20 classes there is no matrix.
    """
    sorter = np.argsort(np.array(classes), kind="stable")
    rows, columns = (
        sorter[np.searchsorted(np.array(classes), each, sorter=sorter)] for each in (y_true, y_pred)
    )
    n_classes = len(classes)
    counts = np.bincount(rows * n_classes + columns, minlength=n_classes**2)
    counts = counts.reshape(n_classes, n_classes)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    wrong = np.where(np.eye(n_classes, dtype=bool), 0, counts)
    order = np.argsort(-wrong, axis=None, kind="stable")[:_MOST_CONFUSIONS]
    pairs = [
        (str(classes[row]), str(classes[column]), f"{count:,}", f"{shares[row, column]:.0%}")
        for row, column in zip(*np.unravel_index(order, wrong.shape), strict=True)
        if (count := wrong[row, column])
    ]
    cells = [
        [
            (f"{count:,}" if count else "", round(100 * float(share), 1))
            for count, share in zip(*line, strict=True)
        ]
        for line in zip(counts, shares, strict=True)
    ]
    return Confusion(
        [str(name) for name in classes], cells if n_classes <= _MOST_CLASSES else [], pairs
    )


def span_table(errors):
    """Score the spans of each type, and count what is wrong with them.

    Parameters
    ----------
    errors : TagErrors
        True and predicted tags, with their wrong spans.

    Returns
    -------
    list of dict
        Rows of text: ``type``, ``count``, ``precision``, ``recall``, ``f1``, ``missed``,
        ``spurious``, ``wrong_type``, ``wrong_boundary``.
    """
    report = span_classification_report(
        errors.true, errors.predicted, scheme=errors.scheme, output_dict=True, zero_division=0
    )
    kinds = ("missed", "spurious", "wrong type", "wrong boundary", "wrong both")
    counts = {}
    for error in errors.errors:
        of_type = error.predicted_type if error.kind == "spurious" else error.type
        by_kind = counts.setdefault(of_type, dict.fromkeys(kinds, 0))
        by_kind[error.kind] += 1
    types = sorted(set(errors.types.values()) - {""})
    return [
        {
            "type": name,
            "count": f"{int(report[name]['support']):,}",
            "precision": number(report[name]["precision"]),
            "recall": number(report[name]["recall"]),
            "f1": number(report[name]["f1-score"]),
            "kinds": [f"{counts.get(name, {}).get(kind, 0):,}" for kind in kinds],
        }
        for name in types
        if name in report
    ]


def versions():
    """Versions of Python and of the packages that a result depends on: list of (name, version)."""
    found = [("Python", python_version())]
    for package in _PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return found
