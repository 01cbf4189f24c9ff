"""The result of a comparison: a table, its statistics, a sentence, the predictions."""

from typing import NamedTuple

import numpy as np

from skseq._html import html_paragraph, html_piece, html_table
from skseq.model_selection._candidates import PLAIN
from skseq.model_selection._fold_fits import FoldFailure
from skseq.model_selection._held_out import hold_out
from skseq.model_selection._paired_tests import corrected_interval, corrected_t_test, holm
from skseq.model_selection._verdict import p_text, verdict_sentence

# Of the candidates that there was no time for.
_MOST_NAMED = 8


class ComparisonRow(NamedTuple):
    """A candidate in the table."""

    name: str
    role: str  # "plain", "strategy", "baseline" or "blend"
    mean: float
    low: float
    high: float
    minority_recall: float
    calibration_error: float
    fit_seconds: float
    above_plain: float
    p_plain: float
    above_baseline: float
    p_baseline: float
    n_warned: int


class StrategyComparison:
    """What `compare_strategies` found.

    Parameters
    ----------
    scored : dict of str to CandidateScores
        By name of the candidate.

    roles : dict of str to {"plain", "strategy", "baseline", "blend"}
        By name.

    predictions : dict of str to list of FoldPrediction
        By name, one for each fold.

    metric : str
        Name of the score that the candidates are compared by.

    splits : list of (train, test)
        Rows of each fold.

    confidence : float
        Of the intervals; 1 minus this is the level of the tests.

    bounds : (low, high), default=(-inf, inf)
        The lowest and the highest possible score: where intervals end.

    candidates : dict of str to estimator, default=None
        By name.

    blend_of : (str, str), default=None
        The net and the baseline that the blend is of.

    left_out : dict of str to int, default=None
        Candidates that the time did not suffice for, and how many folds they have.

    Attributes
    ----------
    table : dict of str to list
        The best candidate first. By column: ``name``, ``role``; ``mean`` score over folds and its
        interval from ``low`` to ``high``; ``minority_recall``, the mean recall of all classes but
        the commonest; ``calibration_error``; ``fit_seconds``, the mean of a fit; ``above_plain``
        and ``above_baseline``, the mean lead over the plain model and over the best baseline, with
        corrected p-values ``p_plain`` and ``p_baseline``; ``n_warned``, folds in which there
        was a warning.

    verdict : str
        What won, and whether the difference is real.

    method : str
        How intervals and tests were made, and which candidates there was no time for.

    scores_ : dict of str to ndarray of shape (n_folds,)
        The score of each candidate on each fold; NaN if it failed.

    predictions_ : dict of str to list of FoldPrediction
        Predictions of each candidate for the test rows of each fold, with its warnings. Where a fit
        failed, its traceback is in ``error`` instead.

    splits_ : list of (train, test)
        Rows of each fold, the same for all.

    candidates_ : dict of str to estimator
        Each candidate, not fitted, as it takes the data that were compared on.

    best_estimator_ : estimator
        The best candidate, fitted to all rows; only with ``refit=True``.

    best_warnings_ : list of str
        What that fit warned of, each once.

    left_out_ : dict of str to int
        Candidates that ``time_budget`` did not suffice for, and how many of their folds are done.

    metric : str
        Name of the score.

    See Also
    --------
    compare_strategies : Makes it.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skseq.model_selection import compare_strategies
    >>> X = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [7.0]]
    >>> y = ["a", "a", "a", "a", "a", "a", "b", "b"]
    >>> comparison = compare_strategies(
    ...     LogisticRegression(C=0.01), X, y, {"balanced": {"class_weight": "balanced"}}, cv=2,
    ...     baselines={"commonest": DummyClassifier()}, blend=False)
    >>> comparison.table["name"]
    ['balanced', 'commonest', 'plain']
    >>> comparison.out_of_fold("balanced").tolist()
    ['a', 'a', 'a', 'a', 'a', 'b', 'b', 'b']
    """

    def __init__(
        self,
        scored,
        roles,
        predictions,
        *,
        metric,
        splits,
        confidence,
        bounds=(-np.inf, np.inf),
        candidates=None,
        blend_of=None,
        left_out=None,
    ):
        self.metric = metric
        self.left_out_ = left_out or {}
        self.candidates_ = candidates
        self.confidence = confidence
        self.scores_ = {name: each.scores for name, each in scored.items()}
        self.predictions_ = predictions
        self.splits_ = splits
        ratio = np.mean([len(test) / len(train) for train, test in splits])
        self._rows = _rank(_rows(scored, roles, predictions, ratio, confidence, bounds))
        self.table = {
            column: [getattr(row, column) for row in self._rows] for column in ComparisonRow._fields
        }
        self.verdict = verdict_sentence(self._rows, metric, 1 - confidence, blend_of)

    def to_frame(self):
        """Give the table as a frame, a row for each candidate.

        Returns
        -------
        pandas.DataFrame
            Indexed by name, the best first. Needs pandas.
        """
        import pandas as pd

        return pd.DataFrame(self.table).set_index("name")

    def to_markdown(self):
        """Write the table, the verdict and how both were reached in Markdown.

        Returns
        -------
        str
        """
        header, *cells = self._cells()
        lines = [header, ["---", *["---:"] * (len(header) - 1)], *cells]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"{table}\n\n{self.verdict}\n\n{self.method}\n"

    def out_of_fold(self, name):
        """Give the held-out prediction of each row.

        Parameters
        ----------
        name : str
            A candidate.

        Returns
        -------
        ndarray of shape (n_sequences,) or Sequences
            Labels, or tags; in the order of X.

        Raises
        ------
        ValueError
            If the candidate failed, or folds do not test each row exactly once; then see
            ``predictions_``.
        """
        found = self.held_out(name)
        n_tested = sum(len(part.rows) for part in self.predictions_[name])
        if n_tested > len(found.rows) or found.rows[-1] >= n_tested:
            raise ValueError(
                "the folds do not test each row exactly once; see held_out and predictions_"
            )
        return found.labels

    def held_out(self, name):
        """Give the held-out predictions of each row that was tested, with probabilities.

        Parameters
        ----------
        name : str
            A candidate.

        Returns
        -------
        HeldOut
            Where several folds test a row, as those of repeats do, the prediction of the first.

        Raises
        ------
        ValueError
            If the candidate failed.
        """
        parts = self.predictions_[name]
        if any(isinstance(part, FoldFailure) for part in parts):
            raise ValueError(f"{name!r} failed in some fold, so it has no predictions there")
        return hold_out(parts)

    def __repr__(self):
        cells = self._cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(
                [line[0].ljust(widths[0])]
                + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
            )
            for line in cells
        ]
        return "\n".join([*lines, "", self.verdict, self.method])

    def _repr_html_(self):
        header, *cells = self._cells()
        cells = [[cell.replace(" ", "\u00a0") for cell in line] for line in cells]  # unbroken
        lines = map(html_paragraph, (self.verdict, self.method))
        return html_piece(html_table(header, cells), *lines)

    def _repr_markdown_(self):
        return self.to_markdown()

    def _cells(self):
        """The table as text, its header first."""
        header = [
            "candidate",
            self.metric,
            f"{self.confidence:.0%} interval",
            "minority recall",
            "calibration error",
            "fit, s",
            "above plain",
            "p",
            "above baseline",
            "p",
            "folds warned",
        ]
        return [header, *(_row_cells(row) for row in self._rows)]

    @property
    def method(self):
        """How intervals and tests were made, and what was left out, in plain words: str."""
        n_plain, n_baseline = (
            int(np.isfinite(self.table[column]).sum()) for column in ("p_plain", "p_baseline")
        )
        return (
            f"{len(self.splits_)} folds, the same for all. Intervals and tests by Nadeau and "
            f"Bengio. Holm's correction of p-values is for {n_plain} against the plain model and "
            f"{n_baseline} against the best baseline.{self._tuning()}{self._not_finished()}"
        )

    def _not_finished(self):
        """Which candidates there was no time for."""
        names = [repr(name) for name in self.left_out_]
        if not names:
            return ""
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        return f" No time was left for {', '.join(names[:_MOST_NAMED])}{more}."

    def _tuning(self):
        """Which candidates were tuned: a net that was not may be at a disadvantage."""
        tuned = {
            row.role == "baseline"
            for row in self._rows
            if row.role != "blend"
            and any(getattr(part, "best_params", None) for part in self.predictions_[row.name])
        }
        who = {
            (True,): " Baselines were",
            (False,): " Nets were",
            (False, True): " Nets and baselines were",
        }
        return f"{who[tuple(sorted(tuned))]} tuned inside each training part." if tuned else ""


def _rows(scored, roles, predictions, ratio, confidence, bounds):
    """A row for each candidate, with differences and tests."""
    names = list(scored)
    scores = np.array([scored[name].scores for name in names])
    is_baseline = np.array([roles[name] == "baseline" for name in names])
    has_plain = PLAIN in names  # or there was no time for it
    plain = scores[names.index(PLAIN)] if has_plain else np.full(scores.shape[1], np.nan)
    best = _best(scores[is_baseline])
    # A baseline is no remedy of the plain model: each more test would cost the others power.
    is_remedy = ~is_baseline & (np.array(names) != PLAIN)
    against_plain = _p_values(scores, plain, is_remedy, ratio)
    against_baseline = _p_values(scores, best, ~is_baseline, ratio)
    rows = []
    for index, name in enumerate(names):
        found = scored[name]
        rows.append(
            ComparisonRow(
                name,
                roles[name],
                float(found.scores.mean()),
                *corrected_interval(found.scores, ratio, confidence, bounds),
                found.minority_recall,
                found.calibration_error,
                found.fit_seconds,
                float((found.scores - plain).mean()),
                float(against_plain[index]),
                float((found.scores - best).mean()),
                float(against_baseline[index]),
                sum(bool(getattr(part, "warnings", ())) for part in predictions[name]),
            )
        )
    return rows


def _best(scores):
    """Scores of the candidate whose mean is highest; NaN where there is none."""
    known = scores[np.isfinite(scores.mean(axis=1))]
    if not len(known):
        return np.full(scores.shape[1], np.nan)
    return known[known.mean(axis=1).argmax()]


def _p_values(scores, other, is_tested, ratio):
    """Corrected p-values of the tests of each row of scores against the other; NaN for none."""
    p_values = np.full(len(scores), np.nan)
    for index in np.flatnonzero(is_tested):
        p_values[index] = corrected_t_test(scores[index] - other, ratio)
    return holm(p_values)


def _rank(rows):
    """The best first, failed ones last."""
    return sorted(rows, key=lambda row: -np.inf if np.isnan(row.mean) else row.mean, reverse=True)


def _row_cells(row):
    def number(value, form=".3f"):
        return "" if np.isnan(value) else format(value, form)

    def p_value(value):
        return "" if np.isnan(value) else p_text(value).removeprefix("p = ").removeprefix("p ")

    is_failed, is_tested = np.isnan(row.mean), not np.isnan(row.low)
    return [
        row.name,
        "failed" if is_failed else number(row.mean),
        f"{row.low:.3f} to {row.high:.3f}" if is_tested else "",
        number(row.minority_recall),
        number(row.calibration_error),
        number(row.fit_seconds, ".3g"),
        "" if row.role == "plain" else number(row.above_plain, "+z.3f"),
        p_value(row.p_plain),
        "" if row.role == "baseline" else number(row.above_baseline, "+z.3f"),
        p_value(row.p_baseline),
        str(row.n_warned or ""),
    ]
