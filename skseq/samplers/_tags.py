"""Over-sampling of tagged sequences: whole sequences, by the rare tags inside them."""

import warnings
from bisect import bisect_left
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from skseq._validation import Interval, StrOptions
from skseq.exceptions import SmallClassWarning
from skseq.samplers._augmented import augment_copies
from skseq.samplers._tag_base import (
    IGNORE_CONSTRAINTS,
    TagSampler,
    check_targets,
    find_entity_types,
)

# The criteria keep the paper's letters: c and r hold, for each pair of a sequence and an entity
# type that occurs in it, the number of steps and the rareness of the type; ``add`` sums over the
# pairs of each sequence; s is the length of each sequence.


def _smoothed_count(c, r, add, s):
    return 1 + add(c)


def _smoothed_count_rareness(c, r, add, s):
    return np.sqrt(1 + add(c * r))


def _smoothed_count_rareness_density(c, r, add, s):
    return (1 + add(c * r)) / np.sqrt(s)


def _normalized_count_rareness_density(c, r, add, s):
    return (1 + add(np.sqrt(c) * r)) / np.sqrt(s)


CRITERIA = {
    "sC": _smoothed_count,
    "sCR": _smoothed_count_rareness,
    "sCRD": _smoothed_count_rareness_density,
    "nsCRD": _normalized_count_rareness_density,
}


def score_sequences(criterion, sequence, entity, lengths):
    """How informative each sequence is, from where the entities are.

    Parameters
    ----------
    criterion : {"sC", "sCR", "sCRD", "nsCRD"}
        See `TagOverSampler`.

    sequence : ndarray of int of shape (n_minority_steps,)
        Sequence of each step that is not background.

    entity : ndarray of int of shape (n_minority_steps,)
        Type of the entity at that step: 0, 1, ..., each of which occurs.

    lengths : ndarray of int of shape (n_sequences,)
        Steps in each sequence.

    Returns
    -------
    ndarray of float64 of shape (n_sequences,)
        The criterion's formula, before it is rounded up.
    """
    n_types = entity.max() + 1
    pairs, c = np.unique(sequence * n_types + entity, return_counts=True)
    pair_sequence, pair_entity = np.divmod(pairs, n_types)
    share = np.bincount(entity) / lengths.sum()
    rareness = -np.log2(share)[pair_entity]

    def add(terms):
        return np.bincount(pair_sequence, weights=terms, minlength=len(lengths))

    # A sum that is a whole number up to rounding must not gain a copy, nor break a tie.
    return CRITERIA[criterion](c, rareness, add, np.maximum(lengths, 1)).round(9)


def copies_towards(targets, sequence, entity, lengths, max_copies=None):
    """How often each sequence is repeated so that types of entities reach their targets.

    Parameters
    ----------
    targets : dict
        Type -> steps wanted.

    sequence, entity, lengths : ndarray of int
        As for `score_sequences`.

    max_copies : int or None, default=None
        No sequence is repeated more often than this.

    Returns
    -------
    ndarray of int64 of shape (n_sequences,)
        At least 1.
    """
    n_copies = np.ones(len(lengths), dtype=np.int64)
    n_steps = np.bincount(entity)
    for code in sorted(targets, key=lambda code: n_steps[code]):
        rows, c = np.unique(sequence[entity == code], return_counts=True)
        missing = targets[code] - c @ n_copies[rows]
        if missing > 0:
            densest_first = np.argsort(-c / lengths[rows], kind="stable")
            rows, c = rows[densest_first], c[densest_first]
            # A copy brings at least one step, so no sequence needs more than `missing`.
            room = np.full(len(rows), missing)
            if max_copies is not None:
                room = np.minimum(room, max_copies - n_copies[rows])
            n_copies[rows] += _share_out(missing, c, room)
    return n_copies


def _share_out(missing, c, room):
    """Copies in rounds: each copies every sequence that has room, the last one until it's enough.

    ``c`` holds the steps that a copy of each sequence brings, ``room`` the most copies of it.
    """
    rounds = bisect_left(range(room.max() + 1), missing, key=lambda n: c @ np.minimum(room, n))
    copies = np.minimum(room, rounds - 1)
    takes_part = room >= rounds
    before = np.cumsum(c * takes_part) - c
    return copies + (takes_part & (before < missing - c @ copies))


class TagOverSampler(TagSampler):
    r"""Repeat whole tagged sequences by the rare tags they hold.

    With c(t, s) the steps of entity type t in sequence s, \|s\| the length of s, and the
    rareness :math:`r_t = -\log_2(\text{share of type } t \text{ among all steps})`, this is
    how often a sequence comes out:

    - "sC" (count): :math:`1 + \sum_t c`
    - "sCR" (and rareness): :math:`\lceil \sqrt{1 + \sum_t c\, r_t} \rceil`
    - "sCRD" (and density): :math:`\lceil (1 + \sum_t c\, r_t) / \sqrt{|s|} \rceil`
    - "nsCRD" (normalised): :math:`\lceil (1 + \sum_t \sqrt{c}\, r_t) / \sqrt{|s|} \rceil`

    Sequences of nothing but background are kept once. Nothing is random: the originals come
    first, in their order, then the copies.

    With ``sampling_strategy`` the number of copies comes from the steps that each tag is to have
    instead. This is greedy: the tags take turns, the rarest first. While a tag lacks steps,
    the sequences that hold it are copied in rounds, the one with the largest share of it first.
    A tag ends with fewer steps than wanted only where ``max_copies`` stops it; it ends with
    more where its own last copy, or copies for the sake of another tag, bring them along.

    Parameters
    ----------
    criterion : {"sC", "sCR", "sCRD", "nsCRD"}, default="nsCRD"
        What the number of copies depends on. "nsCRD" gives the fewest on long spans, "sC" the
        most.

    majority : label, default=None
        The tag that counts as background. None takes the commonest.

    ignore : scalar or list, default=None
        Marks in tags that stand where there is no label, such as -100, NaN or ``[None]``; they come
        out unchanged. Copies are counted as if these steps were not there. None refuses such
        marks.

    merge_spans : bool, default=True
        Count "B-PER" and "I-PER" as one type, PER, where every tag but the background has such
        a prefix (IOB, IOBES, BILOU, BMES), as the paper does. Otherwise each tag is a type.

    max_copies : int, default=None
        No sequence comes out more often than this.

    sampling_strategy : dict or callable, default=None
        Tag -> steps of it that there will be, at least as many as there are; tags that it leaves
        out, and the background, take what they get. The tags are those of ``entity_types_``:
        PER, or with ``merge_spans=False`` B-PER. A callable takes what each step counts as, an
        ndarray of shape (n_steps_total,), and gives such a dict. None goes by ``criterion``.

    augment : Augmenter, str or list of them, default=None
        Changes the copies, an instance from `skseq.augment` or a name in its
        `AUGMENTERS`; it learns from the originals, which stay as they are. None makes exact copies.

    random_state : int, RandomState instance or None, default=None
        Seed of ``augment``; without it, nothing is random.

    Attributes
    ----------
    classes_ : ndarray of shape (n_tags,)
        Tags seen, sorted.

    majority_ : label
        The background tag.

    entity_types_ : ndarray of shape (n_types,)
        What the other tags were counted as, sorted.

    n_copies_ : ndarray of int64 of shape (n_sequences,)
        How often each sequence comes out.

    sample_indices_ : ndarray of int64 of shape (n_sequences_new,)
        Position in X of each sequence that came out; aligns groups and other side data.

    n_features_in_ : int
        Columns of a 2-D X, features of a step otherwise.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a frame.

    See Also
    --------
    SequenceOverSampler : For one label per sequence.
    TagUnderSampler : Drops the least informative sequences instead.
    ContextUnderSampler : Cuts background away.

    Notes
    -----
    imbalanced-learn's strings and floats for ``sampling_strategy`` do not apply here: a sequence
    holds several tags, so the counts of the tags cannot be set one by one.

    References
    ----------
    Wang & Wang, "Sentence-Level Resampling for Named Entity Recognition", NAACL 2022.
    https://aclanthology.org/2022.naacl-main.156

    Examples
    --------
    >>> from skseq.samplers import TagOverSampler
    >>> X = [[1, 2, 3], [4, 5], [6, 7, 8, 9]]
    >>> y = [["O", "O", "O"], ["B-PER", "I-PER"], ["O", "B-LOC", "O", "O"]]
    >>> sampler = TagOverSampler()
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> sampler.n_copies_
    array([1, 3, 3])
    >>> len(X_resampled), y_resampled[-1]
    (7, ['O', 'B-LOC', 'O', 'O'])
    >>> TagOverSampler(sampling_strategy={"LOC": 3, "PER": 4}).fit(X, y).n_copies_
    array([1, 2, 3])
    """

    _parameter_constraints = {
        "criterion": [StrOptions(set(CRITERIA))],
        "majority": "no_validation",
        "ignore": IGNORE_CONSTRAINTS,
        "merge_spans": ["boolean"],
        "max_copies": [Interval(Integral, 1, None, closed="left"), None],
        "sampling_strategy": [dict, callable, None],
        "augment": [str, list, tuple, callable, None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        criterion="nsCRD",
        *,
        majority=None,
        ignore=None,
        merge_spans=True,
        max_copies=None,
        sampling_strategy=None,
        augment=None,
        random_state=None,
    ):
        self.criterion = criterion
        self.majority = majority
        self.ignore = ignore
        self.merge_spans = merge_spans
        self.max_copies = max_copies
        self.sampling_strategy = sampling_strategy
        self.augment = augment
        self.random_state = random_state

    def _fit_resample(self, X, y):
        X_resampled, y_resampled = super()._fit_resample(X, y)
        random_state = check_random_state(self.random_state)
        return augment_copies(
            self.augment, X_resampled, y_resampled, len(y), random_state, self.ignore
        )

    def _choose(self, tags, codes):
        self.entity_types_, entity_of_class = find_entity_types(
            self.classes_, self.majority_, self.merge_spans
        )
        says_something = self._says_something(codes)
        sequence = tags.sequence_index()[says_something]
        entity = entity_of_class[codes[says_something]]
        self.n_copies_ = self._count_copies(sequence, entity, tags.lengths)
        positions = np.arange(len(tags))
        self.sample_indices_ = np.concatenate([positions, np.repeat(positions, self.n_copies_ - 1)])

    def _count_copies(self, sequence, entity, lengths):
        if self.sampling_strategy is not None:
            return self._copies_towards_targets(sequence, entity, lengths)
        scores = score_sequences(self.criterion, sequence, entity, lengths)
        n_copies = np.ceil(scores).astype(np.int64)
        return n_copies if self.max_copies is None else np.minimum(n_copies, self.max_copies)

    def _copies_towards_targets(self, sequence, entity, lengths):
        names = self.entity_types_.tolist()
        targets = check_targets(self.sampling_strategy, names, entity, at_least=True)
        n_copies = copies_towards(targets, sequence, entity, lengths, self.max_copies)
        reached = np.bincount(entity, weights=n_copies[sequence])
        short = [
            f"{names[code]!r} ({reached[code]:.0f} of {wanted} steps)"
            for code, wanted in targets.items()
            if reached[code] < wanted
        ]
        if short:
            warnings.warn(
                f"max_copies={self.max_copies} keeps these tags below their sampling_strategy: "
                f"{', '.join(short)}; raise max_copies, or lower the number of steps",
                SmallClassWarning,
                stacklevel=2,
            )
        return n_copies
