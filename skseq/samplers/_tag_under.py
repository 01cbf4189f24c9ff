"""Under-sampling of tagged sequences: drops whole sequences that are least informative."""

from numbers import Real

import numpy as np
from sklearn.utils import check_random_state

from skseq._validation import Interval, StrOptions
from skseq.samplers._tag_base import (
    IGNORE_CONSTRAINTS,
    TagSampler,
    check_targets,
    find_entity_types,
)
from skseq.samplers._tags import CRITERIA, score_sequences


class TagUnderSampler(TagSampler):
    r"""Drop whole tagged sequences that hold background only, or are least informative.

    ``criterion`` decides which sequences are dropped, and in which order; ``sampling_strategy``
    decides how many. What stays keeps its order. No tag is lost: for each, the last sequence that
    holds it stays.

    Parameters
    ----------
    sampling_strategy : "auto", float, dict or callable, default="auto"
        How much is left:

        - float: sequences that hold another tag, for each one that holds background only, which
          alone are dropped; raises where there are more already;
        - "auto": as many sequences of background only as there are others, or fewer;
        - dict: tag -> steps of it that are left at most, not more than there are. The tags are
          the background and those of ``entity_types_``. They take turns, the commonest first:
          while there is too much of one, sequences that hold it are dropped;
        - callable: takes what each step counts as, an ndarray of shape (n_steps_total,), and
          gives such a dict.

    criterion : {"background", "sC", "sCR", "sCRD", "nsCRD"}, default="background"
        "background" drops nothing but sequences of background only, at random. The others are
        the formulas of `TagOverSampler`: the sequences with the smallest value go first, those
        with equal values at random. With a dict, any sequence may then be dropped.

    majority : label, default=None
        The tag that counts as background. None takes the commonest.

    ignore : scalar or list, default=None
        Marks in tags that stand where there is no label, such as -100, NaN or ``[None]``; they come
        out unchanged. Sequences are chosen as if these steps were not there. None refuses such
        marks.

    merge_spans : bool, default=True
        Count "B-PER" and "I-PER" as one type, PER, where every tag but the background has such
        a prefix (IOB, IOBES, BILOU, BMES). Otherwise each tag is a type.

    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Attributes
    ----------
    classes_ : ndarray of shape (n_tags,)
        Tags seen, sorted.

    majority_ : label
        The background tag.

    entity_types_ : ndarray of shape (n_types,)
        What the other tags were counted as, sorted.

    sample_indices_ : ndarray of int64 of shape (n_sequences_new,)
        Position in X of each sequence that came out; aligns groups and other side data.

    n_features_in_ : int
        Columns of a 2-D X, features of a step otherwise.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a frame.

    See Also
    --------
    ContextUnderSampler : Cuts background away inside sequences, too.
    TagOverSampler : Repeats informative sequences instead.

    Notes
    -----
    In long sequences other tags stand nearly everywhere. Where none holds background only,
    "auto" drops nothing: give a number of steps, or use `ContextUnderSampler`.

    References
    ----------
    Wang & Wang, "Sentence-Level Resampling for Named Entity Recognition", NAACL 2022, for the
    formulas. https://aclanthology.org/2022.naacl-main.156

    Examples
    --------
    >>> from skseq.samplers import TagUnderSampler
    >>> X = [[1, 2], [3, 4, 5], [6], [7, 8, 9, 10]]
    >>> y = [["O", "O"], ["O", "O", "O"], ["N"], ["O", "N", "O", "O"]]
    >>> sampler = TagUnderSampler(2.0, random_state=0)  # two that say something for one that not
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> X_resampled.tolist()
    [[1, 2], [6], [7, 8, 9, 10]]
    >>> X_resampled, _ = TagUnderSampler({"O": 3}, criterion="nsCRD").fit_resample(X, y)
    >>> X_resampled.tolist()
    [[6], [7, 8, 9, 10]]
    """

    _parameter_constraints = {
        "sampling_strategy": [
            StrOptions({"auto"}),
            Interval(Real, 0, None, closed="neither"),
            dict,
            callable,
        ],
        "criterion": [StrOptions({"background", *CRITERIA})],
        "majority": "no_validation",
        "ignore": IGNORE_CONSTRAINTS,
        "merge_spans": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        sampling_strategy="auto",
        *,
        criterion="background",
        majority=None,
        ignore=None,
        merge_spans=True,
        random_state=None,
    ):
        self.sampling_strategy = sampling_strategy
        self.criterion = criterion
        self.majority = majority
        self.ignore = ignore
        self.merge_spans = merge_spans
        self.random_state = random_state

    def _choose(self, tags, codes):
        self.entity_types_, entity_of_class = find_entity_types(
            self.classes_, self.majority_, self.merge_spans
        )
        entity = entity_of_class[codes]  # -1 for the background
        order = self._order_of_leaving(tags, entity)
        order = order[~_is_last_with_a_tag(order, tags, codes)[order]]
        by_steps = isinstance(self.sampling_strategy, dict) or callable(self.sampling_strategy)
        leave = self._leave_by_steps if by_steps else self._leave_by_sequences
        kept = np.ones(len(tags), dtype=bool)
        kept[leave(order, tags, entity)] = False
        self.sample_indices_ = np.flatnonzero(kept)

    def _order_of_leaving(self, tags, entity):
        """Positions of all sequences: those of background only, or the least informative, first."""
        if self.criterion == "background":
            scores = _holds_entities(tags, entity)
        else:
            minority = entity >= 0
            scores = score_sequences(
                self.criterion, tags.sequence_index()[minority], entity[minority], tags.lengths
            )
        shuffled = check_random_state(self.random_state).permutation(len(tags))
        return shuffled[np.argsort(scores[shuffled], kind="stable")]

    def _leave_by_sequences(self, order, tags, entity):
        holds_entities = _holds_entities(tags, entity)
        n_others = np.count_nonzero(holds_entities)
        n_background = len(tags) - n_others
        ratio = 1.0 if self.sampling_strategy == "auto" else self.sampling_strategy
        n_left = int(n_others / ratio)
        if n_left > n_background and self.sampling_strategy != "auto":
            raise ValueError(
                f"sampling_strategy={ratio} wants {n_left} sequences of background only, but y "
                f"has {n_background}, and this sampler only takes away; raise sampling_strategy"
            )
        background_only = order[~holds_entities[order]]
        return background_only[: max(n_background - n_left, 0)]

    def _leave_by_steps(self, order, tags, entity):
        names = [*self.entity_types_.tolist(), self.majority_]  # so -1 is the background
        targets = check_targets(self.sampling_strategy, names, entity, at_least=False)
        if self.criterion == "background":
            self._check_only_majority([names[code] for code in targets])
            order = order[~_holds_entities(tags, entity)[order]]
        code_of_step = entity % len(names)
        n_steps = np.bincount(code_of_step, minlength=len(names))
        leaves = np.zeros(len(tags), dtype=bool)
        for code in sorted(targets, key=lambda code: -n_steps[code]):
            c = np.bincount(tags.sequence_index()[code_of_step == code], minlength=len(tags))
            excess = c[~leaves].sum() - targets[code]
            candidates = order[~leaves[order] & (c[order] > 0)]
            gone_before = np.cumsum(c[candidates]) - c[candidates]
            leaves[candidates[gone_before < excess]] = True
        return np.flatnonzero(leaves)

    def _check_only_majority(self, targeted):
        others = [tag for tag in targeted if tag != self.majority_]
        if others:
            raise ValueError(
                f"sampling_strategy names {others[0]!r}, but criterion='background' drops "
                f"sequences of {self.majority_!r} only; choose criterion='nsCRD', say"
            )


def _is_last_with_a_tag(order, tags, codes):
    """Whether each sequence is the last one, in this order, that holds one of the tags."""
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    last = np.zeros(codes.max() + 1, dtype=np.int64)
    np.maximum.at(last, codes, np.repeat(rank, tags.lengths))
    is_last = np.zeros(len(tags), dtype=bool)
    is_last[order[last]] = True
    return is_last


def _holds_entities(tags, entity):
    """Whether each sequence holds another tag than the background."""
    return np.bincount(tags.sequence_index()[entity >= 0], minlength=len(tags)) > 0
