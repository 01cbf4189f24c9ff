"""The blend of the best net and the best baseline, made of predictions that are there already.

Requirements this file meets:

- no fit: held-out probabilities of both, all that a blend needs, are what every fold leaves behind;
- no fold decides on itself: which two are blended, how much each counts and how strongly rare
  classes are favoured is chosen on rows of other folds, of those that the fold trains on.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from skseq._validation import has_step_labels, safe_indexing
from skseq.data import Sequences, as_tags, known_steps
from skseq.decisions import fit_pool, make_rule, pool_choices, pool_log_proba
from skseq.ensemble import SequenceBlender
from skseq.meta._scored import align_scores
from skseq.model_selection._fold_fits import FoldFailure
from skseq.model_selection._fold_scores import score_fold
from skseq.model_selection._verdict import NAIVE

BLEND = "blend"


class Blend(NamedTuple):
    """Which two candidates are blended, and how."""

    net: str
    baseline: str
    weights: np.ndarray  # (3,), those of both and of the class shares
    decision: float  # from argmax (0) to balanced (1)

    def estimator(self, candidates, **params):
        """The blend of these two of the candidates, by name."""
        members = [("net", candidates[self.net]), ("baseline", candidates[self.baseline])]
        return SequenceBlender(members, weights=self.weights, decision=self.decision, **params)


class FoldBlender:
    """Choose blends on some folds and apply them to others.

    Parameters
    ----------
    predictions : dict of str to list of FoldPrediction or FoldFailure
        By name of the candidate.

    scores : dict of str to ndarray of shape (n_folds,)
        By name.

    roles : dict of str to {"plain", "strategy", "baseline"}
        By name.

    X, y : indexable of length n_sequences
        The data.

    splits : list of (train, test)
        Rows of each fold.

    scorer : callable
        What the decision is chosen by.

    ignore : scalar, list or None, default=None
        Marks in tags in place of a label.
    """

    def __init__(self, predictions, scores, roles, X, y, splits, scorer, ignore=None):
        able = [name for name, parts in predictions.items() if all(map(_gives_proba, parts))]
        self.nets = [name for name in able if roles[name] != "baseline"]
        baselines = [name for name in able if roles[name] == "baseline"]
        # A net blended with what learns nothing is that net, under another name.
        self.baselines = [name for name in baselines if not name.startswith(NAIVE)]
        self.predictions, self.scores, self.splits = predictions, scores, splits
        self.X, self.y, self.scorer, self.ignore = X, y, scorer, ignore
        self.classes = np.unique(self._labels(np.arange(len(X))))

    def can_blend(self):
        """Whether there is something to blend, and another fold to choose on."""
        return bool(self.nets and self.baselines) and len(self.splits) > 1

    def predict(self):
        """What the blend predicts on each fold: list of FoldPrediction."""
        parts = []
        for fold, (train, _) in enumerate(self.splits):
            others = [other for other in range(len(self.splits)) if other != fold]
            blend = self.choose(others, train)
            parts.append(self._blended(blend, fold, self._prior(train)))
        return parts

    def choose(self, folds=None, rows=None):
        """The `Blend` that predictions for some rows on some folds call for; None is all."""
        folds = list(range(len(self.splits)) if folds is None else folds)
        rows = np.arange(len(self.X)) if rows is None else rows
        net, baseline = (
            max(names, key=lambda name: self.scores[name][folds].mean())
            for names in (self.nets, self.baselines)
        )
        prior = self._prior(rows)
        parts = [
            [_only(self.predictions[name][fold], rows) for name in (net, baseline)]
            for fold in folds
        ]
        parts = [pair for pair in parts if len(pair[0].rows)]
        log_probas = np.concatenate([self._log_probas(pair, is_known=True) for pair in parts], 1)
        labels = np.concatenate([self._labels(pair[0].rows) for pair in parts])
        fitted = fit_pool(log_probas, np.searchsorted(self.classes, labels), prior)
        blends, reached = [], []
        for weights, strengths in pool_choices(fitted):
            pools = [self._pool(pair, weights, prior) for pair in parts]
            for strength in strengths:
                blend = Blend(net, baseline, weights, strength)
                decided = map(partial(self._decide, blend, prior), parts, pools)
                blends.append(blend)
                reached.append(np.mean([self._score(part) for part in decided]))
        return blends[int(np.argmax(reached))]

    def _blended(self, blend, fold, prior):
        pair = [self.predictions[name][fold] for name in (blend.net, blend.baseline)]
        return self._decide(blend, prior, pair, self._pool(pair, blend.weights, prior))

    def _pool(self, pair, weights, prior):
        return pool_log_proba(self._log_probas(pair), weights, prior)

    def _decide(self, blend, prior, pair, log_proba):
        """Both predictions as one, of their pooled log probabilities: FoldPrediction."""
        shifted = make_rule(blend.decision, self.classes, prior)(log_proba)
        labels, proba = self.classes[shifted.argmax(axis=1)], np.exp(log_proba)
        if isinstance(pair[0].proba, Sequences):
            offsets = pair[0].proba.offsets
            labels, proba = Sequences(labels, offsets), Sequences(proba, offsets)
        return pair[0]._replace(
            classes=self.classes,
            labels=labels,
            proba=proba,
            fit_seconds=sum(part.fit_seconds for part in pair),
            warnings=[],
            best_params=blend._asdict() | {"weights": blend.weights.tolist()},
        )

    def _score(self, part):
        return score_fold(part, self.X, self.y, self.scorer)

    def _log_probas(self, pair, is_known=False):
        """Log probabilities of both, flat: (2, n, n_classes); of steps with a label, if asked."""
        tables = [part.proba.values if self._per_step else part.proba for part in pair]
        with np.errstate(divide="ignore"):
            logs = [
                align_scores(
                    np.log(np.asarray(table, dtype=np.float64)), part.classes, self.classes
                )
                for table, part in zip(tables, pair, strict=True)
            ]
        known = self._known(pair[0].rows) if is_known else None
        return np.stack(logs) if known is None else np.stack(logs)[:, known]

    def _prior(self, rows):
        counts = np.bincount(np.searchsorted(self.classes, self._labels(rows)))
        counts = np.pad(counts, (0, len(self.classes) - len(counts)))
        return counts / counts.sum()

    @property
    def _per_step(self):
        return has_step_labels(self.y)

    def _labels(self, rows):
        """Labels, those of the steps that have one."""
        truth = safe_indexing(self.y, rows)
        if not self._per_step:
            return np.asarray(truth)
        known, values = self._known(rows), as_tags(truth).values
        return values if known is None else values[known]

    def _known(self, rows):
        """Which steps have a label; None where all have, or there is one for each row."""
        if not self._per_step:
            return None
        return known_steps(as_tags(safe_indexing(self.y, rows)), self.ignore)


def _gives_proba(part):
    return not isinstance(part, FoldFailure) and part.proba is not None


def _only(part, rows):
    """The prediction for some of its rows: FoldPrediction."""
    kept = np.flatnonzero(np.isin(part.rows, rows))
    return part._replace(rows=part.rows[kept], labels=part.labels[kept], proba=part.proba[kept])
