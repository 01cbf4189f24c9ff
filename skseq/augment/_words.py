"""Easy data augmentation (EDA) of token sequences.

The share of tokens that EDA changes depends on the size of the data, as its paper recommends. Where
steps have tags, spans that are written as "B-PER", "I-PER" are not torn: steps are doubled and
dropped in the middle of a span or outside of one, and only steps of the same tag change places.
"""

from collections.abc import Mapping
from numbers import Real

import numpy as np

from skseq._validation import Interval, StrOptions
from skseq.augment._base import Augmenter, NewSteps
from skseq.augment._pools import Frequencies, Pool, Synonyms, holds_words
from skseq.augment._ragged import choose, keep_one, n_edits, ranks_in_random_order
from skseq.augment._spans import may_repeat

# The paper's table of recommended shares: 0.05 up to 2,000 training texts, 0.1 from 5,000 on.
_LARGE = 5000


class _WordAugmenter(Augmenter):
    """Base of the augmenters with EDA's parameter ``alpha``."""

    kind = "tokens"

    _parameter_constraints: dict = {
        **Augmenter._parameter_constraints,
        "alpha": [Interval(Real, 0, 1, closed="both"), StrOptions({"auto"})],
    }

    def __init__(self, alpha="auto", *, p=1.0):
        super().__init__(p=p)
        self.alpha = alpha

    def _learn(self, X, y):
        by_size = 0.05 if len(X) < _LARGE else 0.1
        self.alpha_ = by_size if self.alpha == "auto" else self.alpha


class _SynonymAugmenter(_WordAugmenter):
    """Base of those with ``synonyms``, which are looked up in the vocabulary that X carries."""

    _parameter_constraints: dict = {
        **_WordAugmenter._parameter_constraints,
        "synonyms": [Mapping, None],
        "vocabulary": [Mapping, None],
    }

    def _learn(self, X, y):
        super()._learn(X, y)
        self._synonyms = self._met = None
        if self.synonyms is not None:
            if self.vocabulary is not None and self.synonyms and not holds_words(self.synonyms):
                raise ValueError(
                    "vocabulary is for synonyms that are words, but synonyms holds token ids; "
                    "leave vocabulary out, or write words"
                )
            self._meet(X)

    def _meet(self, X):
        """Set ``_synonyms`` to ids of the vocabulary of X, which may differ between folds."""
        if self._synonyms is None or X.vocabulary not in (None, self._met):
            self._met = X.vocabulary
            vocabulary = self.vocabulary if X.vocabulary is None else X.vocabulary
            self._synonyms = Synonyms(self.synonyms, vocabulary)


class SynonymReplacement(_SynonymAugmenter):
    """Replace some tokens that have synonyms by one of these.

    Parameters
    ----------
    synonyms : dict
        Word -> its synonyms, a list or one; or ids instead of words.

    vocabulary : dict, default=None
        Word -> id, for words and an X that does not say which words its ids stand for. The output
        of `skseq.preprocessing.TokenEncoder` does, and then that vocabulary is used: each fold has
        its own ids. Words that the vocabulary lacks are skipped.

    alpha : float in [0, 1] or "auto", default="auto"
        Share of the tokens of a sequence to replace, at least one; "auto" is 0.05 below 5,000
        sequences and 0.1 from there on.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    alpha_ : float
        The share in use.

    n_step_features_ : int
        1, once it is fitted.

    See Also
    --------
    RandomInsertion : Adds synonyms instead.

    References
    ----------
    .. [1] J. Wei, K. Zou, "EDA: Easy Data Augmentation Techniques for Boosting Performance on
       Text Classification Tasks", 2019. https://aclanthology.org/D19-1670

    Examples
    --------
    >>> from skseq.augment import SynonymReplacement
    >>> from skseq.preprocessing import TokenEncoder
    >>> encoder = TokenEncoder()
    >>> X = encoder.fit_transform(["a good film", "a fine plot"])
    >>> X_new = SynonymReplacement({"good": ["fine", "nice"]})(X, random_state=0)
    >>> encoder.inverse_transform(X_new)
    [['a', 'fine', 'film'], ['a', 'fine', 'plot']]
    """

    _parameter_constraints: dict = {
        **_SynonymAugmenter._parameter_constraints,
        "synonyms": [Mapping],
    }

    def __init__(self, synonyms, *, vocabulary=None, alpha="auto", p=1.0):
        super().__init__(alpha, p=p)
        self.synonyms = synonyms
        self.vocabulary = vocabulary

    def _change(self, X, y, random_state):
        self._meet(X)
        candidates = np.flatnonzero(self._synonyms.exist(X.values))
        sequence = X.sequence_index()[candidates]
        chosen = candidates[choose(sequence, n_edits(self.alpha_, X), random_state)]
        values = X.values.copy()
        values[chosen] = self._synonyms.draw(values[chosen], random_state)
        return NewSteps(values)


class RandomInsertion(_SynonymAugmenter):
    """Insert tokens at random places: synonyms of the sequence's, or any that occur.

    With labels of steps, a new one has the label of the step that it stands next to.

    Parameters
    ----------
    alpha : float in [0, 1] or "auto", default="auto"
        Tokens to insert as a share of those there are, at least one; "auto" is 0.05 below 5,000
        sequences and 0.1 from there on.

    synonyms : dict, default=None
        Word -> its synonyms, a list or one; or ids instead of words. What is inserted is then a
        synonym of a random token of the sequence, as in the paper; nothing where no token has
        one. None inserts any tokens, as often as they occur in the data.

    vocabulary : dict, default=None
        Word -> id, for words and an X that does not say which words its ids stand for, as for
        `SynonymReplacement`.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    alpha_ : float
        The share in use.

    n_step_features_ : int
        1, once it is fitted.

    See Also
    --------
    SynonymReplacement : Replaces tokens by synonyms instead.

    References
    ----------
    .. [1] J. Wei, K. Zou, "EDA: Easy Data Augmentation Techniques for Boosting Performance on
       Text Classification Tasks", 2019. https://aclanthology.org/D19-1670

    Examples
    --------
    >>> from skseq.augment import RandomInsertion
    >>> X_new, y_new = RandomInsertion()([[2, 3, 4]], [["O", "B-X", "I-X"]], random_state=0)
    >>> X_new.tolist(), y_new
    ([[2, 3, 3, 4]], [['O', 'B-X', 'I-X', 'I-X']])
    """

    def __init__(self, alpha="auto", *, synonyms=None, vocabulary=None, p=1.0):
        super().__init__(alpha, p=p)
        self.synonyms = synonyms
        self.vocabulary = vocabulary

    def _learn(self, X, y):
        super()._learn(X, y)
        self._occurring = Frequencies(X.values)

    def _change(self, X, y, random_state):
        if self.synonyms is not None:
            self._meet(X)
        sequence = X.sequence_index()
        candidates = np.flatnonzero(may_repeat(X, y) & self._has_something_to_add(X, sequence))
        chosen = choose(sequence[candidates], n_edits(self.alpha_, X), random_state)
        beside = candidates[chosen]
        n_copies = np.ones(X.n_steps, dtype=np.int64)
        n_copies[beside] = 2
        source = np.repeat(np.arange(X.n_steps), n_copies)
        values = X.values[source]
        # The pair of the old step and the new one is in either order.
        is_after = random_state.random_sample(len(beside)) < 0.5
        pair = np.cumsum(n_copies)[beside] - 2
        values[pair + is_after] = self._draw(X, sequence[beside], random_state)
        lengths = X.lengths + np.bincount(sequence[beside], minlength=len(X))
        return NewSteps(values, source, lengths)

    def _has_something_to_add(self, X, sequence):
        if self._synonyms is None:
            return True
        return np.isin(sequence, sequence[self._synonyms.exist(X.values)])

    def _draw(self, X, sequences, rng):
        """Give a token for each of the sequences."""
        if self._synonyms is None:
            return self._occurring.draw(len(sequences), rng)
        with_synonyms = np.flatnonzero(self._synonyms.exist(X.values))
        pool = Pool(X.sequence_index()[with_synonyms])
        words = X.values[with_synonyms[pool.draw(pool.find(sequences), rng)]]
        return self._synonyms.draw(words, rng)


class RandomSwap(_WordAugmenter):
    """Let random pairs of tokens of a sequence change places.

    With labels of steps, the two have the same one, so that the labels stay in order.

    Parameters
    ----------
    alpha : float in [0, 1] or "auto", default="auto"
        Pairs to swap as a share of the tokens there are, at least one, no token twice; "auto" is
        0.05 below 5,000 sequences and 0.1 from there on.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    alpha_ : float
        The share in use.

    n_step_features_ : int
        1, once it is fitted.

    References
    ----------
    .. [1] J. Wei, K. Zou, "EDA: Easy Data Augmentation Techniques for Boosting Performance on
       Text Classification Tasks", 2019. https://aclanthology.org/D19-1670

    Examples
    --------
    >>> from skseq.augment import RandomSwap
    >>> RandomSwap()([[2, 3, 4, 5, 6]], random_state=0).tolist()
    [[2, 3, 5, 4, 6]]
    """

    def _change(self, X, y, random_state):
        sequence = group = X.sequence_index()
        if y is not None:
            classes, codes = np.unique(y.values, return_inverse=True)
            group = group * len(classes) + codes
        order, rank = ranks_in_random_order(group, random_state)
        # In shuffled order, the first and second of a group are a pair, the third and fourth, ...
        is_first = (rank[:-1] % 2 == 0) & (rank[1:] == rank[:-1] + 1)
        first = np.flatnonzero(is_first)
        chosen = choose(sequence[order[first]], n_edits(self.alpha_, X), random_state)
        first = first[chosen]
        source = np.arange(X.n_steps)
        source[order[first]], source[order[first + 1]] = order[first + 1], order[first]
        return NewSteps(source=source)


class RandomDeletion(_WordAugmenter):
    """Drop tokens at random; at least one of each sequence stays.

    With tags like B-PER, those that start or end a span stay as well.

    Parameters
    ----------
    alpha : float in [0, 1] or "auto", default="auto"
        Probability that a token is dropped; "auto" is 0.05 below 5,000 sequences and 0.1 from
        there on.

    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    alpha_ : float
        The probability in use.

    n_step_features_ : int
        1, once it is fitted.

    See Also
    --------
    TokenDropout : Keeps the place of a dropped token.

    References
    ----------
    .. [1] J. Wei, K. Zou, "EDA: Easy Data Augmentation Techniques for Boosting Performance on
       Text Classification Tasks", 2019. https://aclanthology.org/D19-1670

    Examples
    --------
    >>> from skseq.augment import RandomDeletion
    >>> RandomDeletion(0.5)([[2, 3, 4, 5, 6]], random_state=0).tolist()
    [[2, 3, 4, 6]]
    """

    def _change(self, X, y, random_state):
        kept = random_state.random_sample(X.n_steps) >= self.alpha_
        kept |= ~may_repeat(X, y)
        keep_one(kept, X, random_state)
        lengths = np.bincount(X.sequence_index()[kept], minlength=len(X))
        return NewSteps(source=np.flatnonzero(kept), lengths=lengths)
