"""Offsets of the classes that make a score largest, found class by class on held-out scores.

While the other offsets stay, the prediction of a row changes at one value of a class's offset
only, so every value between two such values scores alike: trying one between each two is exact.
Classes of one group share an offset, and are then one class that has the best of their scores.
"""

import numpy as np

from skseq.decisions._counted import score_counts

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
_SWEEPS = 20
_BETTER = 1e-10
_WORTH_A_SWEEP = 1e-5
_ROUNDING = 1e-12
# Cut points of a class where its rows are many: spread over all rows, and over those it owns.
_CUTS_OF_MANY_CLASSES = 1000


def tune_offsets(scores, score_along, *, prior, n_cuts=None, groups=None):
    """Climb to offsets that maximise a score, one class, or group of classes, after the other.

    Parameters
    ----------
    scores : ndarray of shape (n, n_classes)
        Held-out scores, such as log probabilities; -inf where a class cannot be predicted.

    score_along : callable
        Takes ``(rest, label, first_cut, n_cuts)``, where row i is predicted as ``label`` (of a
        group, ``label[i]``) from cut ``first_cut[i]`` on and as ``rest[i]`` before, and gives the
        score at each cut, ndarray of shape (n_cuts,). Has ``codes``, the true classes, ndarray of
        shape (n,).

    prior : ndarray of shape (n_classes,)
        Shares of the classes; -log prior is a second start, since a climb may end on a hill.

    n_cuts : int, default=None
        Values of an offset that are tried at most; None tries all for two classes, and 1000 or so
        for more.

    groups : ndarray of int of shape (n_classes,), default=None
        The group of each class, from 0; None is a group for each.

    Returns
    -------
    offsets : ndarray of shape (n_classes,)
        The first is 0.

    best_score : float
        What they reach.
    """
    groups = np.arange(scores.shape[1]) if groups is None else groups
    members = [np.flatnonzero(groups == group) for group in range(groups.max() + 1)]
    starts = [np.zeros(len(groups))]
    if len(members) > 2:
        starts.append(-np.log(np.maximum(np.bincount(groups, prior), 1e-12))[groups])
        n_cuts = _CUTS_OF_MANY_CLASSES if n_cuts is None else n_cuts
    else:
        members = members[1:]
    found = [_climb(scores, score_along, start, members, n_cuts) for start in starts]
    # What rounding did to ties counts too; the first is taken of those that are as good.
    reached = [score_shifted(scores + offsets, score_along) for offsets in found]
    best = int(np.argmax(reached))
    return found[best] - found[best][0], reached[best]


def score_shifted(shifted, score_along):
    """Score the classes that are predicted: of label 0 at the only cut, or of the others."""
    predicted = shifted.argmax(axis=1)
    rest, later = np.maximum(predicted, 1), np.minimum(predicted, 1)
    return float(score_along(rest, 0, later, 1)[0])


def _climb(scores, score_along, start, members, n_cuts):
    offsets, best = start.copy(), -np.inf
    for _ in range(_SWEEPS):
        before = best
        for group in members:
            offsets[group], best = _best_of_group(scores, score_along, offsets, group, n_cuts)
        if len(members) == 1 or best < before + _WORTH_A_SWEEP:
            break
    return offsets


def _best_of_group(scores, score_along, offsets, group, n_cuts):
    shifted = scores + offsets
    shifted[:, group] = -np.inf
    rest = shifted.argmax(axis=1)
    own = group[scores[:, group].argmax(axis=1)]
    rows = np.arange(len(rest))
    with np.errstate(invalid="ignore"):  # no class at all can be predicted
        needed = shifted[rows, rest] - scores[rows, own]
    needed[np.isnan(needed)] = np.inf
    label = own if len(group) > 1 else int(group[0])
    offset = offsets[group[0]]
    cuts = _cuts_between(needed, np.isin(score_along.codes, group), n_cuts)
    cuts = np.unique(np.append(cuts, offset))
    # A row changes where the offset exceeds what it needs; of equals, argmax takes the first.
    exceeds = np.searchsorted(cuts, needed, side="right")
    first_cut = np.where(own < rest, np.searchsorted(cuts, needed, side="left"), exceeds)
    values = score_along(rest, label, first_cut, len(cuts))
    here = np.searchsorted(cuts, offset)
    best = values.max()
    if values[here] >= best - _BETTER:
        return offset, values[here]
    equal = np.flatnonzero(values >= best - _BETTER)
    return cuts[equal[np.abs(cuts[equal] - offset).argmin()]], best


def _cuts_between(needed, is_own, n_cuts):
    """Offsets between those where predictions change, one below and one above all of them."""
    finite = np.isfinite(needed)
    steps = np.unique(needed[finite])
    if not len(steps):
        return np.zeros(0)
    # Values that differ by rounding alone leave no room between them.
    apart = np.diff(steps) > _ROUNDING * np.maximum(1, np.abs(steps[1:]))
    between = (steps[1:] + steps[:-1])[apart] / 2
    cuts = np.concatenate([[steps[0] - 1], between, [steps[-1] + 1]])
    if n_cuts is None or len(cuts) <= n_cuts:
        return cuts
    # Half of them where the rows are, half where the rare rows of the class itself are.
    chosen = [
        np.quantile(of, np.linspace(0, 1, n_cuts // 2), method="nearest")
        for of in (needed[finite], needed[finite & is_own])
        if len(of)
    ]
    places = np.searchsorted(cuts, np.concatenate(chosen))
    return cuts[np.unique(np.concatenate([[0], places, [len(cuts) - 1]]))]


class CountedScore:
    """Mean over folds of a metric that depends on how often classes are hit, true and predicted.

    Folds in which there is nothing to score, such as one without any but the background, are left
    out; so they are by `CalledScore`.

    Parameters
    ----------
    name : str
        One of `skseq.decisions.COUNTED`.

    codes : ndarray of int of shape (n,)
        True classes.

    folds : ndarray of int of shape (n,)
        Fold of each row, from 0.

    n_classes : int
        Number of classes.

    averaged : ndarray of int, default=None
        Classes that a macro average runs over; None is all of them.
    """

    def __init__(self, name, codes, folds, n_classes, averaged=None):
        self.name = name
        self.averaged = slice(None) if averaged is None else averaged
        self.codes = codes
        self.folds = folds
        self.n_folds, self.n_classes = int(folds.max()) + 1, n_classes
        self.true = self._changed(codes, np.zeros(len(codes), dtype=np.int64), 1)

    def __call__(self, rest, label, first_cut, n_cuts):
        """Score at each cut, ndarray of shape (n_cuts,)."""
        is_right, is_own = rest == self.codes, self.codes == label
        predicted = self._before(rest, first_cut, n_cuts)
        predicted[..., label] = self.true.sum(axis=2) - predicted.sum(axis=2)
        hit = self._before(rest, first_cut, n_cuts, is_right)
        hit[..., label] = self._changed(self.codes, first_cut, n_cuts, is_own)[..., label]
        counts = (each[..., self.averaged] for each in (hit, self.true, predicted))
        return np.nanmean(score_counts(self.name, *counts), axis=1)

    def _before(self, rest, first_cut, n_cuts, rows=slice(None)):
        """Rows of each class that have not changed at each cut: (n_cuts, n_folds, n_classes)."""
        all_rows = self._changed(rest, np.zeros_like(first_cut), 1, rows)
        return all_rows - self._changed(rest, first_cut, n_cuts, rows)

    def _changed(self, codes, first_cut, n_cuts, rows=slice(None)):
        """Rows of each class that have changed at each cut: (n_cuts, n_folds, n_classes)."""
        shape = (n_cuts + 1, self.n_folds, self.n_classes)
        place = np.ravel_multi_index((first_cut[rows], self.folds[rows], codes[rows]), shape)
        counts = np.bincount(place, minlength=np.prod(shape)).reshape(shape)
        return counts[:-1].cumsum(axis=0)


class CalledScore:
    """Mean over folds of any score of predictions, which is called wherever they change.

    Parameters
    ----------
    score_fold : callable
        Takes ``(fold, predicted)`` with the predicted classes of the rows of that fold, and gives
        a number.

    codes : ndarray of int of shape (n,)
        True classes.

    folds : ndarray of int of shape (n,)
        Fold of each row, from 0.
    """

    def __init__(self, score_fold, codes, folds):
        self.score_fold = score_fold
        self.codes = codes
        self.rows = [np.flatnonzero(folds == fold) for fold in range(int(folds.max()) + 1)]

    def __call__(self, rest, label, first_cut, n_cuts):
        """Score at each cut, ndarray of shape (n_cuts,)."""
        labels = np.broadcast_to(label, rest.shape)
        by_fold = [
            self._score(fold, rest[rows], labels[rows], first_cut[rows], n_cuts)
            for fold, rows in enumerate(self.rows)
        ]
        return np.nanmean(by_fold, axis=0)

    def _score(self, fold, rest, label, first_cut, n_cuts):
        changes = np.unique(np.append(first_cut[first_cut < n_cuts], 0))
        values = [
            self.score_fold(fold, np.where(first_cut <= change, label, rest)) for change in changes
        ]
        return np.repeat(values, np.diff(np.append(changes, n_cuts)))
