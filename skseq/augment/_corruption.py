"""Augmenters of token sequences that spoil tokens: unknown ones, masked spans, typing errors."""

from collections.abc import Iterable
from numbers import Integral, Real

import numpy as np

from skseq._validation import Interval
from skseq.augment._base import Augmenter, NewSteps
from skseq.augment._pools import Frequencies
from skseq.augment._ragged import choose, keep_one, n_edits, window_starts
from skseq.augment._spans import may_repeat


class TokenDropout(Augmenter):
    """Replace tokens at random by the unknown one; every token keeps its place and its label.

    Parameters
    ----------
    rate : float in [0, 1], default=0.1
        Probability that a token becomes unknown.

    unknown : int, default=1
        Id of the unknown token; 1 is that of `skseq.preprocessing.TokenEncoder`.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    n_step_features_ : int
        1, once it is fitted.

    See Also
    --------
    RandomDeletion : Closes the gap.
    SpanMasking : Hides several tokens in a row.

    Examples
    --------
    >>> from skseq.augment import TokenDropout
    >>> TokenDropout(0.5)([[2, 3, 4, 5, 6]], random_state=0).tolist()
    [[2, 3, 4, 1, 6]]
    """

    kind = "tokens"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "rate": [Interval(Real, 0, 1, closed="both")],
        "unknown": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(self, rate=0.1, *, unknown=1, p=1.0):
        super().__init__(p=p)
        self.rate = rate
        self.unknown = unknown

    def _change(self, X, y, random_state):
        dropped = random_state.random_sample(X.n_steps) < self.rate
        return NewSteps(np.where(dropped, self.unknown, X.values))


class SpanMasking(Augmenter):
    """Hide some tokens in a row; every token keeps its place and its label.

    At least one token of a sequence stays; a sequence of one token stays as it is.

    Parameters
    ----------
    rate : float in [0, 1], default=0.15
        Share of the tokens of a sequence to hide, in spans that may overlap; at least one span.

    span : int, default=3
        Length of a span; shorter where a sequence has no more tokens than that.

    mask : int, default=1
        Id that hidden tokens get; 1 is the unknown token of `skseq.preprocessing.TokenEncoder`.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    n_step_features_ : int
        1, once it is fitted.

    See Also
    --------
    TokenDropout : Hides single tokens.

    References
    ----------
    .. [1] M. Joshi et al., "SpanBERT: Improving Pre-training by Representing and Predicting
       Spans", 2020. https://arxiv.org/abs/1907.10529

    Examples
    --------
    >>> from skseq.augment import SpanMasking
    >>> SpanMasking(span=2)([[2, 3, 4, 5, 6]], random_state=0).tolist()
    [[2, 3, 1, 1, 6]]
    """

    kind = "tokens"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "rate": [Interval(Real, 0, 1, closed="both")],
        "span": [Interval(Integral, 1, None, closed="left")],
        "mask": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(self, rate=0.15, *, span=3, mask=1, p=1.0):
        super().__init__(p=p)
        self.rate = rate
        self.span = span
        self.mask = mask

    def _change(self, X, y, random_state):
        n_spans = np.maximum(1, np.rint(self.rate * X.lengths / self.span).astype(np.int64))
        sequence = np.repeat(np.arange(len(X)), n_spans)
        sizes = np.minimum(self.span, X.lengths - 1)[sequence]
        starts = X.offsets[sequence] + window_starts(X.lengths[sequence], sizes, random_state)
        hidden = _inside(starts, starts + sizes, X.n_steps)
        kept = ~hidden
        keep_one(kept, X, random_state)
        return NewSteps(np.where(kept, X.values, self.mask))


def _inside(starts, stops, n_steps):
    """Whether each step lies in one of the spans."""
    opened = np.bincount(starts, minlength=n_steps + 1)
    closed = np.bincount(stops, minlength=n_steps + 1)
    return np.cumsum(opened - closed)[:n_steps] > 0


_ACTIONS = ("swap", "replace", "delete", "insert")


class CharacterNoise(Augmenter):
    """Make typing errors: for sequences of characters.

    Each of some characters is swapped with the next one, replaced by another, dropped, or
    followed by another. At least one of each sequence stays. With labels of steps, two
    characters swap places where both have the same one, and with tags like B-PER those that
    start or end a span are neither dropped nor doubled.

    Parameters
    ----------
    rate : float in [0, 1], default=0.05
        Share of the characters of a sequence to make an error at, at least one.

    actions : sequence of {"swap", "replace", "delete", "insert"}, default=("swap", "replace", \
            "delete", "insert")
        The errors to draw from, all equally likely.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    n_step_features_ : int
        1, once it is fitted.

    Notes
    -----
    Replacements and insertions are drawn from the ids of the data, as often as they occur.

    References
    ----------
    .. [1] Y. Belinkov, Y. Bisk, "Synthetic and Natural Noise Both Break Neural Machine
       Translation", 2018. https://arxiv.org/abs/1711.02173

    Examples
    --------
    >>> from skseq.augment import CharacterNoise
    >>> from skseq.preprocessing import TokenEncoder
    >>> encoder = TokenEncoder("char").fit(["the quick brown fox"])
    >>> X_new = CharacterNoise(0.2)(encoder.transform(["the quick brown fox"]), random_state=4)
    >>> encoder.inverse_transform(X_new)
    ['the qucik brown fx']
    """

    kind = "tokens"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "rate": [Interval(Real, 0, 1, closed="both")],
        "actions": [Iterable],
    }

    def __init__(self, rate=0.05, *, actions=_ACTIONS, p=1.0):
        super().__init__(p=p)
        self.rate = rate
        self.actions = actions

    def _learn(self, X, y):
        self._occurring = Frequencies(X.values)

    def _change(self, X, y, random_state):
        action = self._draw_actions(X, random_state)
        values = X.values.copy()
        replaced = action == "replace"
        values[replaced] = self._occurring.draw(replaced.sum(), random_state)

        order = _swap_with_next((action == "swap") & _next_is_alike(X, y))
        free = may_repeat(X, y)
        kept = ~((action == "delete") & free)
        keep_one(kept, X, random_state)
        inserted = (action == "insert") & free
        n_copies = (kept + inserted.astype(np.int64))[order]
        source = np.repeat(order, n_copies)
        values = values[source]
        new = np.cumsum(n_copies)[inserted[order]] - 1
        values[new] = self._occurring.draw(len(new), random_state)
        lengths = np.bincount(X.sequence_index()[source], minlength=len(X))
        return NewSteps(values, source, lengths)

    def _draw_actions(self, X, rng):
        """Give the error to make at each step, "" for most."""
        names = list(self.actions)
        unknown = [name for name in names if name not in _ACTIONS]
        if unknown or not names:
            raise ValueError(f"actions must be among {_ACTIONS}, got {self.actions!r}")
        action = np.full(X.n_steps, "", dtype="U7")
        chosen = choose(X.sequence_index(), n_edits(self.rate, X), rng)
        action[chosen] = rng.choice(names, chosen.sum())
        return action


def _next_is_alike(X, y):
    """Whether each step has a next one in its sequence, with the same label if there are any."""
    is_alike = np.ones(X.n_steps, dtype=bool)
    if y is not None:
        is_alike[:-1] = y.values[1:] == y.values[:-1]
    is_alike[X.offsets[1:] - 1] = False
    return is_alike


def _swap_with_next(swapped):
    """Positions after each True step went behind the step after it."""
    return np.argsort(np.arange(len(swapped)) + 1.5 * swapped, kind="stable")
