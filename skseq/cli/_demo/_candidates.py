"""The lines of the demo's table, from the comparisons that the library makes."""

from typing import NamedTuple

import numpy as np
from imblearn.pipeline import Pipeline
from sklearn.base import clone

from skseq.cli._demo._experiment import (
    LONGER,
    METRICS,
    PLAIN,
    SHORTER,
    STRATEGIES,
    all_scores,
    baseline_name,
)


class Candidate(NamedTuple):
    """A line of the demo's table.

    Attributes
    ----------
    strategy, architecture : str
        What the table calls it.

    role : {"plain", "strategy", "baseline"}
        Whether it meets the imbalance at all, and whether it is a net.

    pipeline : Pipeline
        Not fitted.

    scores : dict of str to ndarray of shape (n_folds,)
        By `METRICS`.

    fit_seconds : float
        Mean of a fit.

    above : dict of str to (float, float) or None
        Mean lead in macro F1 over each of the plain nets of the same architecture, and its
        p-value; empty for baselines.
    """

    strategy: str
    architecture: str
    role: str
    pipeline: Pipeline
    scores: dict
    fit_seconds: float
    above: dict

    @property
    def name(self):
        return f"{self.strategy} + {self.architecture}"

    @property
    def mean_f1(self):
        return self.scores["macro_f1"].mean()


def make_candidates(comparisons, pipelines, baselines, part):
    """Make the lines of the table.

    Parameters
    ----------
    comparisons : dict of str to Comparisons
        By architecture; the baselines are the same in all.

    pipelines : dict of str to Pipeline
        The plain net, by architecture.

    baselines : dict of (str, str) to estimator
        From `make_baselines`.

    part : Part
        What the comparisons were made on.

    Returns
    -------
    list of Candidate
        The best first.
    """
    nets = [
        net
        for architecture, found in comparisons.items()
        for net in _make_nets(architecture, found, pipelines[architecture], part)
    ]
    architecture, (equal, _) = next(iter(comparisons.items()))
    others = [
        Candidate(
            *key,
            "baseline",
            _changed(pipelines[architecture], {"model": model}),
            *_fold_scores(equal.predictions_[baseline_name(key)], part),
            above={},
        )
        for key, model in baselines.items()
    ]
    return sorted([*nets, *others], key=lambda each: each.mean_f1, reverse=True)


def _make_nets(architecture, comparisons, pipeline, part):
    equal, longer = comparisons
    over_plain, over_longer = _leads(equal), _leads(longer)
    lead, p_value = over_longer.pop(SHORTER)
    over_longer[PLAIN] = lead, p_value
    over_plain[LONGER] = -lead, p_value
    twice = {"model__max_epochs": 2 * pipeline["model"].max_epochs}
    predictions = equal.predictions_ | {LONGER: longer.predictions_[PLAIN]}
    return [
        Candidate(
            strategy,
            architecture,
            "strategy" if strategy in STRATEGIES else "plain",
            _changed(pipeline, params),
            *_fold_scores(predictions[strategy], part),
            above={PLAIN: over_plain.get(strategy), LONGER: over_longer.get(strategy)},
        )
        for strategy, params in {PLAIN: {}, LONGER: twice, **STRATEGIES}.items()
    ]


def _changed(pipeline, params):
    return clone(pipeline).set_params(**clone(params, safe=False))


def _leads(comparison):
    """Mean lead over the plain net and its p-value, of each candidate that is a net."""
    table = comparison.table
    return {
        name: (lead, p_value)
        for name, role, lead, p_value in zip(
            table["name"], table["role"], table["above_plain"], table["p_plain"], strict=True
        )
        if role == "strategy"
    }


def _fold_scores(predictions, part):
    """Every score of a candidate on each fold, and the mean seconds of a fit."""
    rows = [
        all_scores(part.tags[each.rows], each.labels, each.proba, each.classes)
        for each in predictions
    ]
    scores = {name: np.array([row[name] for row in rows]) for name in METRICS}
    return scores, np.mean([each.fit_seconds for each in predictions])


def contenders(candidates):
    """The best plain net, the best strategy and the best baseline; the best of them first."""
    leaders = [
        max((each for each in candidates if each.role == role), key=lambda each: each.mean_f1)
        for role in ("plain", "strategy", "baseline")  # a tie goes to what is simpler
    ]
    return sorted(leaders, key=lambda each: each.mean_f1, reverse=True)
