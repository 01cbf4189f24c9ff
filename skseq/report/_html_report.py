"""A comparison as one HTML file: data, scores, mistakes, and how to get them again."""

from datetime import date
from functools import partial
from numbers import Integral
from pathlib import Path
from typing import NamedTuple

import numpy as np

from skseq._optional import import_optional
from skseq._validation import HasMethods, Interval, has_step_labels, safe_indexing, validate_params
from skseq.data import as_tags, cut_steps, ignored_by, known_steps
from skseq.metrics._scorer_facts import without_arguments
from skseq.report._audit import imbalance_report
from skseq.report._audit_measures import ratio_text
from skseq.report._audit_sections import sections_of
from skseq.report._calibration import ClassCalibrationDisplay
from skseq.report._html_examples import TagErrors, wrong_rows
from skseq.report._html_figures import draw
from skseq.report._html_tables import class_table, confusion, leaderboard, span_table, versions
from skseq.report._precision_recall import ClassPrecisionRecallDisplay
from skseq.report._python_code import as_python
from skseq.report._training_history import TrainingHistoryDisplay

_MOST_CURVES = 8
_MOST_CALIBRATED = 4
_MOST_WARNINGS = 8


@validate_params(
    {
        "comparison": [HasMethods(["held_out", "out_of_fold"])],
        "path": [str, HasMethods(["__fspath__"])],
        "title": [str, None],
        "n_examples": [Interval(Integral, 0, None, closed="left")],
        "ordered": ["boolean", "array-like"],
    },
    prefer_skip_nested_validation=True,
)
def html_report(
    comparison,
    X,
    y,
    path,
    *,
    groups=None,
    title=None,
    n_examples=12,
    ordered=False,
    background="auto",
):
    """Write a comparison of strategies as one HTML file, with all that its verdict rests on.

    The audit of the data, the leaderboard with intervals and tests, scores and curves of the winner
    by class, what it takes for what, its calibration, how it was trained, its mistakes in real
    examples, and the code that makes it again. The file needs no network, follows the light or dark
    mode of its reader, and prints.

    Parameters
    ----------
    comparison : StrategyComparison
        From `skseq.model_selection.compare_strategies`.

    X : Sequences, list of str, or any form that estimators take
        The sequences that were compared on.

    y : array-like of shape (n_sequences,), or one tag per step
        Their labels, or tags.

    path : path-like
        Where to write; what is there is replaced.

    groups : array-like of shape (n_sequences,), default=None
        As for `imbalance_report`.

    title : str, default=None
        Heading of the page; None is one by the score.

    n_examples : int, default=12
        Mistakes that are shown, at most.

    ordered : bool or array-like of shape (n_classes,), default=False
        As for `imbalance_report`.

    background : label or None, default="auto"
        As for `imbalance_report`.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ImportError
        If jinja2 or matplotlib is not installed: ``pip install "skseq[report]"``.

    ValueError
        If X, y and the comparison do not belong together, or no candidate has a score.

    See Also
    --------
    imbalance_report : The audit alone.

    Notes
    -----
    Scores, curves, matrices and examples come from held-out predictions alone: each row's is by a
    model that was fitted without it, the first one where repeats tested it more than once. The
    exception is the course of training, which is that of the fit to all rows; it is shown where
    this held rows out to stop early, and only with what it says of those.

    Labels and texts are escaped, so that nothing in the data runs in the browser.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skseq.datasets import make_imbalanced_sequences
    >>> from skseq.model_selection import compare_strategies
    >>> from skseq.report import html_report
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]] * 5, ["a", "a", "a", "b"] * 5
    >>> comparison = compare_strategies(
    ...     LogisticRegression(), X, y, {"balanced": {"class_weight": "balanced"}}, cv=2,
    ...     baselines=False, verbose=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = html_report(comparison, X, y, Path(folder) / "report.html").read_text()
    >>> page.startswith("<!doctype html>"), "LogisticRegression(" in page
    (True, True)
    """
    jinja2 = import_optional("jinja2", extra="report", needed_by="html_report")
    import_optional("matplotlib", extra="report", needed_by="html_report")
    if not np.isfinite(comparison.table["mean"][0]):
        raise ValueError("no candidate has a score, so there is nothing to report")
    page = _Page(comparison, X, y, groups, ordered, background)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("skseq.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"ratio_text": ratio_text, "without_arguments": without_arguments}
    text = environment.get_template("report.html").render(
        title=title or f"Comparison by {comparison.metric}",
        **page.facts(n_examples),
    )
    path = Path(path)
    path.write_text(text, encoding="utf-8")
    return path


def _recall_by_epoch(model):
    """The display of it, in a figure of its own; ValueError if there is nothing to draw."""
    from matplotlib import pyplot

    figure, ax = pyplot.subplots(layout="compressed")
    try:
        return TrainingHistoryDisplay.from_estimator(model, ax={"recall": ax})
    except ValueError:
        pyplot.close(figure)
        raise


class Reproduction(NamedTuple):
    """How to get the winner again."""

    code: str
    missing: list
    seeds: list  # of (parameter, seed)
    chosen: list  # of what was tuned, by fold
    warnings: list
    versions: list


class _Page:
    """What the page says, from the comparison and the data."""

    def __init__(self, comparison, X, y, groups, ordered, background):
        self.comparison, self.X = comparison, X
        self.winner = comparison.table["name"][0]
        self.per_step = has_step_labels(y)
        self.y = as_tags(y) if self.per_step else np.asarray(y)
        ignore = self._ignore() if self.per_step else None
        self.audit = imbalance_report(
            X, y, groups=groups, ordered=ordered, background=background, ignore=ignore
        )
        self.held_out = comparison.held_out(self.winner)
        if self.held_out.rows[-1] >= len(self.y):
            raise ValueError(
                f"comparison tested row {self.held_out.rows[-1]}, but y has {len(self.y)}; pass "
                "the X and y that were compared on"
            )
        tested = safe_indexing(self.y, self.held_out.rows)
        self.known = known_steps(tested, ignore) if self.per_step else None
        self.true = self._flat(tested)
        self.predicted = self._flat(self.held_out.labels)
        self.classes = np.union1d(self.held_out.classes, self.true)
        self.proba = self._flat_proba()

    def _ignore(self):
        """The marks in place of tags that any candidate leaves out."""
        candidates = self.comparison.candidates_.values()
        return next((mark for each in candidates if (mark := ignored_by(each)) is not None), None)

    def _flat(self, labels):
        return (
            cut_steps(as_tags(labels), self.known).values if self.per_step else np.asarray(labels)
        )

    def _flat_proba(self):
        """A column for each class, 0 for one that was never learnt."""
        if self.held_out.proba is None:
            return None
        table = self.held_out.proba
        if self.per_step:
            table = table.values if self.known is None else table.values[self.known]
        proba = np.zeros((len(table), len(self.classes)))
        proba[:, np.searchsorted(self.classes, self.held_out.classes)] = table
        return proba

    def facts(self, n_examples):
        """All that the template asks for."""
        order = self._order()
        spans = None
        if self.per_step:
            spans = TagErrors(self.held_out, self.y, self.audit.background, self.known)
        others = self._others()
        return {
            "comparison": self.comparison,
            "winner": self.winner,
            "audit": self.audit,
            "sections": sections_of(self.audit),
            "today": date.today().isoformat(),
            "board": leaderboard(self.comparison),
            "n_tested": len(self.held_out.rows),
            "classes": class_table(
                self.true,
                self.predicted,
                None if self.proba is None else self.proba[:, np.searchsorted(self.classes, order)],
                order,
                [self._flat(self.comparison.held_out(name).labels) for name in others],
            ),
            "others": others,
            "confusion": confusion(self.true, self.predicted, order),
            "spans": span_table(spans) if spans else [],
            "curves": self._curves(),
            "training": self._training(),
            "wrong_rows": []
            if self.per_step
            else wrong_rows(self.held_out, self.X, self.y, n_examples),
            "excerpts": spans.excerpts(self.X, self.audit.unit, n_examples) if spans else [],
            "again": self._again(),
        }

    def _order(self):
        """Classes as the audit lists them, and then those that are predicted alone."""
        known = self.audit.classes["label"]
        return [*known, *(name for name in self.classes.tolist() if name not in known)]

    def _others(self):
        """The plain model and the best baseline, where neither has won nor failed."""
        table = self.comparison.table
        rows = zip(table["name"], table["role"], table["mean"], strict=True)
        found = [(name, role) for name, role, mean in rows if np.isfinite(mean)]
        first = [
            next((name for name, role in found if role == wanted), None)
            for wanted in ("plain", "baseline")
        ]
        return [name for name in first if name not in (None, self.winner)]

    def _curves(self):
        """Precision against recall, and calibration, of the rarest classes."""
        if self.proba is None:
            return []
        names, counts = np.unique(self.true, return_counts=True)
        names = names[np.argsort(counts, kind="stable")].tolist()
        drawn = [name for name in names if name != self.audit.background][:_MOST_CURVES]
        rest = [name for name in self.classes.tolist() if name not in drawn]
        which = f"the {len(drawn)} rarest classes" if len(rest) > 1 else "each class"
        shared = {"classes": self.classes, "exclude": rest}
        listed = ", ".join(map(str, drawn))
        return [
            draw(
                "recall",
                lambda: ClassPrecisionRecallDisplay.from_predictions(
                    self.true, self.proba, **shared
                ),
                f"Precision against recall of {which}, with its average precision (AP).",
                f"Curves of precision against recall for {listed}.",
            ),
            self._calibration(drawn, shared),
        ]

    def _calibration(self, drawn, shared):
        """Calibration of a few classes; of many, that of the most probable one."""
        if len(drawn) > _MOST_CALIBRATED:
            what = listed = "the most probable class"
            shared = {"classes": self.classes, "per": "top"}
        else:
            what, listed = "each class", ", ".join(map(str, drawn))
        return draw(
            "calibration",
            lambda: ClassCalibrationDisplay.from_predictions(
                self.true, self.proba, n_bins=10, **shared
            ),
            f"Calibration of {what}, with its expected error (ECE). On the diagonal, probabilities "
            "come true as often as they say; below, how many predictions each dot stands for.",
            f"Share that came true against predicted probability for {listed}.",
        )

    def _training(self):
        """The recall of each class by epoch, of rows held out of the winner's fit; or None."""
        for model in self._fitted():
            try:
                return draw(
                    "training",
                    partial(_recall_by_epoch, model),
                    "Recall of each class by epoch, on rows that the fit of the winner held out to "
                    "choose its epoch.",
                    "Curves of the recall of each class by epoch.",
                )
            except ValueError:  # no net, or one that held nothing out
                continue
        return None

    def _fitted(self):
        """The winner as it was fitted to all rows, or the members of a blend."""
        model = getattr(self.comparison, "best_estimator_", None)
        if model is None:
            return []
        return model.estimators_ if self.comparison.table["role"][0] == "blend" else [model]

    def _again(self):
        candidate = self.comparison.candidates_[self.winner]
        code, missing = as_python(candidate)
        parts = self.comparison.predictions_[self.winner]
        warned = [message for part in parts for message in part.warnings]
        warned += getattr(self.comparison, "best_warnings_", [])
        chosen = [(str(fold), _listed(part.best_params)) for fold, part in enumerate(parts)]
        parameters = candidate.get_params().items()
        return Reproduction(
            code,
            missing,
            [(key, str(seed)) for key, seed in parameters if key.endswith("random_state")],
            chosen if any(words for _, words in chosen) else [],
            list(dict.fromkeys(warned))[:_MOST_WARNINGS],
            versions(),
        )


def _listed(parameters):
    return ", ".join(f"{key}={value!r}" for key, value in (parameters or {}).items())
