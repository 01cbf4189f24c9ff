"""Augmenters of tagged sequences, by Dai & Adel: tokens and mentions change places within a tag."""

from numbers import Real

import numpy as np

from skseq._validation import Interval, did_you_mean
from skseq.augment._base import Augmenter, NewSteps
from skseq.augment._pools import Pool
from skseq.augment._spans import TagScheme, find_segments
from skseq.data import Sequences


class _TagAugmenter(Augmenter):
    """Base of the augmenters with the paper's parameter p, which is ``rate`` here."""

    kind = "tags"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "rate": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(self, rate=0.3, *, p=1.0):
        super().__init__(p=p)
        self.rate = rate


class LabelwiseTokenReplacement(_TagAugmenter):
    """Replace steps by others of the data that have the same tag, as often as they occur.

    Parameters
    ----------
    rate : float in [0, 1], default=0.3
        Probability that a step is replaced. The paper chooses among 0.1, 0.3, 0.5 and 0.7.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    n_step_features_ : int
        Features of a step, once it is fitted.

    References
    ----------
    .. [1] X. Dai, H. Adel, "An Analysis of Simple Data Augmentation for Named Entity
       Recognition", 2020. https://aclanthology.org/2020.coling-main.343

    Examples
    --------
    >>> from skseq.augment import LabelwiseTokenReplacement
    >>> X = [[10, 11, 50], [51, 12]]
    >>> y = [["O", "O", "B-PER"], ["B-PER", "O"]]
    >>> X_new, y_new = LabelwiseTokenReplacement(0.5)(X, y, random_state=1)
    >>> X_new.tolist()
    [[11, 11, 51], [50, 12]]
    """

    def _learn(self, X, y):
        self._steps = X.values
        self._pool = Pool(y.values)

    def _change(self, X, y, random_state):
        group = self._pool.find(y.values)
        replaced = (random_state.random_sample(X.n_steps) < self.rate) & (group >= 0)
        values = X.values.copy()
        values[replaced] = self._steps[self._pool.draw(group[replaced], random_state)]
        return NewSteps(values)


class MentionReplacement(_TagAugmenter):
    """Replace mentions (spans) by others of the data of the same type, with their tags.

    A mention may be replaced by a longer or a shorter one; the background stays. Tags may be
    written as IOB, IOBES, BILOU or BMES; where they are plain, a mention is a run of one tag.

    Parameters
    ----------
    rate : float in [0, 1], default=0.3
        Probability that a mention is replaced. The paper chooses among 0.1, 0.3, 0.5 and 0.7.

    majority : label, default=None
        The tag of the background. None takes the one without a prefix like "B-", or else the
        commonest.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    majority_ : label or None
        The tag of the background; None where all steps lie in mentions.

    n_step_features_ : int
        Features of a step, once it is fitted.

    Notes
    -----
    The ``origin`` of a sequence does not name the sequences that its new mentions come from.

    References
    ----------
    .. [1] X. Dai, H. Adel, "An Analysis of Simple Data Augmentation for Named Entity
       Recognition", 2020. https://aclanthology.org/2020.coling-main.343

    Examples
    --------
    >>> from skseq.augment import MentionReplacement
    >>> X = [[10, 50], [51, 52, 53, 12]]
    >>> y = [["O", "B-PER"], ["B-PER", "I-PER", "I-PER", "O"]]
    >>> X_new, y_new = MentionReplacement(rate=1)(X, y, random_state=4)
    >>> X_new.tolist()
    [[10, 51, 52, 53], [50, 12]]
    >>> y_new[0]
    ['O', 'B-PER', 'I-PER', 'I-PER']
    """

    _parameter_constraints: dict = {
        **_TagAugmenter._parameter_constraints,
        "majority": "no_validation",
    }

    def __init__(self, rate=0.3, *, majority=None, p=1.0):
        super().__init__(rate, p=p)
        self.majority = majority

    def _learn(self, X, y):
        scheme = TagScheme(y)
        tags = scheme.classes.tolist()
        if self.majority is not None and self.majority not in tags:
            raise ValueError(
                f"majority={self.majority!r} is not a tag of y, which has {tags}."
                f"{did_you_mean(self.majority, tags)}"
            )
        self.majority_ = scheme.background() if self.majority is None else self.majority
        segments = find_segments(y, scheme)
        mentions = np.flatnonzero(self._is_mention(segments))
        self._pool = Pool(segments.types[mentions])
        self._steps = Sequences(X.values, segments.offsets)[mentions]
        self._tags = Sequences(y.values, segments.offsets)[mentions]

    def _change(self, X, y, random_state):
        segments = find_segments(y, TagScheme(y))
        offsets, types = segments
        group = self._pool.find(types)
        may_change = self._is_mention(segments) & (group >= 0)
        replaced = may_change & (random_state.random_sample(len(types)) < self.rate)
        drawn = self._pool.draw(group[replaced], random_state)

        # All steps of a new mention have the weight of the first step of the one they replace.
        first = np.repeat(offsets[:-1][replaced], self._steps.lengths[drawn])
        source = Sequences(first, self._steps[drawn].offsets)
        new_source = _exchange(np.arange(X.n_steps), offsets, replaced, source)
        lengths = np.diff(np.searchsorted(new_source.values, X.offsets))
        return NewSteps(
            _exchange(X.values, offsets, replaced, self._steps[drawn]).values,
            new_source.values,
            lengths,
            _exchange(y.values, offsets, replaced, self._tags[drawn]).values,
        )

    def _is_mention(self, segments):
        if self.majority_ is None:
            return np.ones(len(segments.types), dtype=bool)
        return segments.types != self.majority_


def _exchange(values, offsets, replaced, parts):
    """Segments of flat values, those that are to be replaced exchanged for the parts."""
    whole = Sequences(values, offsets)
    index = np.arange(len(whole))
    index[replaced] = len(whole) + np.arange(len(parts))
    return Sequences.concatenate([whole, parts])[index]


class ShuffleWithinSegments(_TagAugmenter):
    """Shuffle the steps inside a mention, or inside a run between mentions; tags stay in order.

    Parameters
    ----------
    rate : float in [0, 1], default=0.3
        Probability that a segment is shuffled. The paper chooses among 0.1, 0.3, 0.5 and 0.7.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    n_step_features_ : int
        Features of a step, once it is fitted.

    References
    ----------
    .. [1] X. Dai, H. Adel, "An Analysis of Simple Data Augmentation for Named Entity
       Recognition", 2020. https://aclanthology.org/2020.coling-main.343

    Examples
    --------
    >>> from skseq.augment import ShuffleWithinSegments
    >>> X = [[10, 11, 12, 50, 51, 13]]
    >>> y = [["O", "O", "O", "B-PER", "I-PER", "O"]]
    >>> X_new, y_new = ShuffleWithinSegments(rate=1)(X, y, random_state=3)
    >>> X_new.tolist(), y_new == y
    ([[12, 10, 11, 51, 50, 13]], True)
    """

    def _change(self, X, y, random_state):
        offsets, types = find_segments(y, TagScheme(y))
        lengths = np.diff(offsets)
        is_shuffled = np.repeat(random_state.random_sample(len(types)) < self.rate, lengths)
        segment = np.repeat(np.arange(len(types)), lengths)
        # The sort is stable: where the second key is 0 throughout, the order stays.
        order = np.lexsort(
            (np.where(is_shuffled, random_state.random_sample(X.n_steps), 0), segment)
        )
        return NewSteps(X.values[order])
