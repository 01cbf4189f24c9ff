"""Scores of spans, counted fast enough to be asked for hundreds of times."""

import numpy as np

from skseq.data import find_spans
from skseq.metrics import (
    span_f1_score,
    span_fbeta_score,
    span_precision_score,
    span_recall_score,
)
from skseq.metrics._spans import find_hits

# Weight of recall against precision in the F score that each metric is.
_BETAS = {span_f1_score: 1.0, span_precision_score: 0.0, span_recall_score: np.inf}
_UNDERSTOOD = {"average", "beta", "scheme", "zero_division"}


def span_scoring(scorer):
    """Arguments of `SpanScore` for a scorer of spans, or None for any other.

    Parameters
    ----------
    scorer : callable
        Such as `skseq.metrics.get_scorer` gives.

    Returns
    -------
    dict or None
    """
    function, arguments = getattr(scorer, "_score_func", None), getattr(scorer, "_kwargs", {})
    beta = _BETAS.get(function, arguments.get("beta") if function is span_fbeta_score else None)
    average = arguments.get("average", "micro")
    if beta is None or average is None or arguments.keys() - _UNDERSTOOD:
        return None
    if arguments.get("zero_division", 0.0) != 0.0:
        return None
    return {"beta": beta, "average": average, "scheme": arguments.get("scheme")}


class SpanScore:
    """F-beta of the spans of predicted codes, as `skseq.metrics.span_fbeta_score` gives it.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The tags.

    truths : list of n_folds Sequences
        True tags of each fold.

    beta : float
        Weight of recall; 0 is precision, infinity recall.

    average : {"micro", "macro", "weighted"}
        Over the types.

    scheme : str or None
        Of the tags.
    """

    def __init__(self, classes, truths, *, beta, average, scheme):
        self.classes = classes
        self.average = average
        self.scheme = scheme
        # Shares of the true and of the predicted in what hits are divided by.
        self.shares = (1.0, 0.0) if beta == np.inf else (beta**2 / (1 + beta**2), 1 / (1 + beta**2))
        self.offsets = [truth.offsets for truth in truths]
        self.true = [
            self._spans(np.searchsorted(classes, truth.values), truth.offsets) for truth in truths
        ]

    def __call__(self, fold, codes):
        """Score the codes that are predicted in one fold."""
        true, guessed = self.true[fold], self._spans(codes, self.offsets[fold])
        hit = guessed.type[find_hits(true, guessed, len(codes))]
        types, place = np.unique(
            np.concatenate([hit, true.type, guessed.type]), return_inverse=True
        )
        parts = np.split(place, [len(hit), len(hit) + len(true.type)])
        hits, n_true, n_guessed = (np.bincount(part, minlength=len(types)) for part in parts)
        if self.average == "micro":
            hits, n_true, n_guessed = (counts.sum() for counts in (hits, n_true, n_guessed))
        of_true, of_guessed = self.shares
        whole = of_true * n_true + of_guessed * n_guessed
        scores = np.divide(hits, whole, out=np.zeros(np.shape(hits)), where=whole > 0)
        if self.average == "weighted":
            return float(n_true @ scores / max(n_true.sum(), 1))
        return float(scores.mean()) if scores.size else 0.0

    def _spans(self, codes, offsets):
        return find_spans(codes, offsets, self.classes, self.scheme)
