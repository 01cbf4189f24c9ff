"""Over-sampling of tagged sequences: whole sequences, by the rare tags inside them."""

import re
from numbers import Integral

import numpy as np
from imblearn.base import BaseSampler
from imblearn.utils._validation import ArraysTransformer
from sklearn.utils import check_consistent_length

from skseq._validation import Interval, StrOptions, check_parameters, did_you_mean
from skseq.data import Sequences, as_tags, check_tags
from skseq.samplers._base import SequenceSamplerMixin, in_sampled_form, take_with_origin
from skseq.weights import class_masses, earlier_corrections, warn_if_double_counted

# IOB, IOBES, BILOU and BMES write the place in the span before the type of the entity.
_SPAN_PREFIX = re.compile(r"^[BIMESLU]-(?=.)")


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


_CRITERIA = {
    "sC": _smoothed_count,
    "sCR": _smoothed_count_rareness,
    "sCRD": _smoothed_count_rareness_density,
    "nsCRD": _normalized_count_rareness_density,
}


def count_copies(criterion, sequence, entity, lengths):
    """How often each sequence is repeated, from where the entities stand.

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
    ndarray of int64 of shape (n_sequences,)
        At least 1; 1 for sequences that are all background.
    """
    n_types = entity.max() + 1
    pairs, c = np.unique(sequence * n_types + entity, return_counts=True)
    pair_sequence, pair_entity = np.divmod(pairs, n_types)
    share = np.bincount(entity) / lengths.sum()
    rareness = -np.log2(share)[pair_entity]

    def add(terms):
        return np.bincount(pair_sequence, weights=terms, minlength=len(lengths))

    wanted = _CRITERIA[criterion](c, rareness, add, lengths)
    # A sum that is a whole number but for the last digit must not gain a copy.
    return np.ceil(wanted.round(9)).astype(np.int64)


class TagOverSampler(SequenceSamplerMixin, BaseSampler):
    r"""Repeat whole tagged sequences by the rare tags they hold.

    With c(t, s) the steps of entity type t in sequence s, \|s\| the length of s, and the
    rareness :math:`r_t = -\log_2(\text{share of type } t \text{ among all steps})`, a sequence
    comes out so many times:

    - "sC" (count): :math:`1 + \sum_t c`
    - "sCR" (and rareness): :math:`\lceil \sqrt{1 + \sum_t c\, r_t} \rceil`
    - "sCRD" (and density): :math:`\lceil (1 + \sum_t c\, r_t) / \sqrt{|s|} \rceil`
    - "nsCRD" (normalised): :math:`\lceil (1 + \sum_t \sqrt{c}\, r_t) / \sqrt{|s|} \rceil`

    Sequences of nothing but background are kept once. Nothing is drawn at random: the
    originals come first, in their order, then the copies.

    Parameters
    ----------
    criterion : {"sC", "sCR", "sCRD", "nsCRD"}, default="nsCRD"
        What the number of copies depends on. "nsCRD" gives the fewest on long spans, "sC" the
        most.

    majority : label, default=None
        The tag that counts as background. None takes the commonest.

    merge_spans : bool, default=True
        Count "B-PER" and "I-PER" as one type, PER, where every tag but the background has such
        a prefix (IOB, IOBES, BILOU, BMES), as the paper does. Otherwise each tag is a type.

    max_copies : int, default=None
        No sequence comes out more often than this.

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
    SequenceOverSampler : For one label a sequence.

    Notes
    -----
    imbalanced-learn's ``sampling_strategy`` has no place here: a sequence holds several tags,
    so the counts of the tags cannot be set one by one.

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
    """

    _parameter_constraints = {
        "criterion": [StrOptions(set(_CRITERIA))],
        "majority": "no_validation",
        "merge_spans": ["boolean"],
        "max_copies": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(self, criterion="nsCRD", *, majority=None, merge_spans=True, max_copies=None):
        self.criterion = criterion
        self.majority = majority
        self.merge_spans = merge_spans
        self.max_copies = max_copies

    def fit(self, X, y):
        """Check X and y, and learn how often each sequence comes out.

        Parameters
        ----------
        X : Sequences, list of arrays or texts, object array, array of 2 or 3 dimensions, frame
            The sequences.

        y : list of lists, object array, 2-D array or Sequences
            One tag for each step.

        Returns
        -------
        TagOverSampler
            The instance itself.
        """
        self._learn(X, y)
        return self

    def fit_resample(self, X, y):
        """Resample whole sequences and their tags.

        Parameters
        ----------
        X : Sequences, list of arrays or texts, object array, array of 2 or 3 dimensions, frame
            The sequences.

        y : list of lists, object array, 2-D array or Sequences
            One tag for each step. For texts, whose steps are known once they are encoded, only
            the number of sequences is compared.

        Returns
        -------
        X_resampled : Sequences, or the type of X if that is 2-D or holds texts
            Whole sequences of X. `Sequences` carry ``origin``: the position in X that each came
            from, or the origin that X gave it; weights follow.

        y_resampled : list of lists if y is a list, else Sequences
            Their tags.

        Raises
        ------
        ValueError
            If y has one tag only, does not align with X, or does not hold ``majority``.
        TypeError
            If y has one label a sequence.

        Warns
        -----
        DoubleCountingWarning
            If X carries weights or was resampled, and this leaves the tags less even.
        """
        X = in_sampled_form(X)
        checked, tags = self._learn(X, y)
        X_resampled, tags_resampled = self._fit_resample(checked, tags)
        in_kind = ArraysTransformer(X, y if isinstance(y, list) else tags)
        return in_kind.transform(X_resampled, tags_resampled)

    def _fit_resample(self, X, y):
        if isinstance(X, Sequences):
            self._warn_if_double_counted(X, y)
        return take_with_origin(X, self.sample_indices_), y[self.sample_indices_]

    def _learn(self, X, y):
        """Count copies; give X checked, and y as `Sequences`."""
        check_parameters(self)
        X = self._check_X(X)
        tags = _check_tags_of(y, X)
        self.classes_, codes = np.unique(tags.values, return_inverse=True)
        self.majority_ = self._find_majority(codes)
        self.entity_types_, entity_of_class = self._find_entity_types()
        entity = entity_of_class[codes]
        is_minority = entity >= 0
        self.n_copies_ = count_copies(
            self.criterion,
            tags.sequence_index()[is_minority],
            entity[is_minority],
            tags.lengths,
        )
        if self.max_copies is not None:
            self.n_copies_ = np.minimum(self.n_copies_, self.max_copies)
        positions = np.arange(len(tags))
        self.sample_indices_ = np.concatenate([positions, np.repeat(positions, self.n_copies_ - 1)])
        return X, tags

    def _find_majority(self, codes):
        tags = self.classes_.tolist()
        if len(tags) < 2:
            raise ValueError(
                f"y has a single class, the tag {tags[0]!r}; resampling needs at least one other"
            )
        if self.majority is None:
            return tags[np.bincount(codes).argmax()]
        if self.majority not in tags:
            raise ValueError(
                f"majority={self.majority!r} is not a tag of y, which has {tags}."
                f"{did_you_mean(self.majority, tags)}"
            )
        return self.majority

    def _find_entity_types(self):
        """Give the types, and for each class the index of its type, -1 for the background."""
        tags = self.classes_.tolist()
        minority = [tag for tag in tags if tag != self.majority_]
        types = minority
        if self.merge_spans and all(_has_span_prefix(tag) for tag in minority):
            types = [_SPAN_PREFIX.sub("", tag) for tag in minority]
        entity_types, index = np.unique(types, return_inverse=True)
        entity_of_class = np.full(len(tags), -1)
        entity_of_class[[tag != self.majority_ for tag in tags]] = index
        return entity_types, entity_of_class

    def _warn_if_double_counted(self, X, tags):
        earlier = earlier_corrections(X)
        if not earlier:
            return
        codes = np.searchsorted(self.classes_, tags.values)
        weight = X.step_weight()
        copies = np.repeat(self.n_copies_, tags.lengths)
        n_classes = len(self.classes_)
        warn_if_double_counted(
            class_masses(codes, n_classes, weight),
            class_masses(codes, n_classes, weight * copies),
            earlier=earlier,
            later=type(self).__name__,
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags


def _has_span_prefix(tag):
    return isinstance(tag, str) and _SPAN_PREFIX.match(tag) is not None


def _check_tags_of(y, X):
    """Tags as `Sequences`, aligned with X as far as the steps of X are known."""
    if isinstance(X, Sequences):
        return check_tags(y, X)
    if X.ndim == 2:
        return check_tags(y, Sequences.from_padded(X))
    check_consistent_length(X, y)
    return check_tags(y, None if y is None else as_tags(y))
