"""Texts, or lists of tokens, to sequences of integer ids."""

import re
import warnings
from collections.abc import Iterable
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skseq._validation import Interval, StrOptions, check_parameters
from skseq.data import MAX_IDS, IdChannel, Sequences, as_sequences
from skseq.exceptions import TruncationWarning
from skseq.preprocessing._output import frames_for_tables
from skseq.preprocessing._text import (
    LEVELS,
    PADDING,
    SPECIAL_TOKENS,
    UNKNOWN,
    check_vocabulary,
    encode_empty_as_unknown,
    join_rows,
    rank_tokens,
    read_rows,
)
from skseq.preprocessing._words import WordForms


@frames_for_tables
class TokenEncoder(TransformerMixin, BaseEstimator):
    """Turn texts into `Sequences` of integer ids, one per word or one per character.

    Id 0 stands for padding and is never given to a token; id 1 stands for every token outside
    the vocabulary; known tokens follow from id 2, the most frequent first and ties in
    alphabetical order.

    Parameters
    ----------
    level : {"word", "char", "word+char"}, default="word"
        What a step is. At level "char" a text of n characters gives exactly n ids (an empty one
        gives one, see Notes), so that tags of characters stay aligned. At level "word+char" a step
        is a word, with what its spelling tells: see Notes.

    min_count : int, default=1
        Tokens that occur less often in the training texts are unknown.

    max_vocab : int, default=None
        At most so many tokens are known, the most frequent ones; padding and unknown are not
        counted. None sets no limit.

    vocabulary : iterable of str, default=None
        The known tokens, fixed beforehand: they get the ids 2, 3, ... in this order, and
        ``min_count`` and ``max_vocab`` are not used. So the ids are the same in every fold, and an
        estimator's ``embedding`` can hold pretrained vectors: two rows for padding and unknown,
        then one for each of these tokens. A set is sorted; a dict has to give just these ids. None
        learns the vocabulary.

    lowercase : bool, default=False
        Whether upper and lower case are the same token. Never changes the number of steps. Case
        tells names and sentence starts apart, so it is kept unless you say otherwise.

    token_pattern : str or callable, default=r"(?u)\\b\\w+\\b|[^\\w\\s]"
        What a token is at level "word", for rows that are texts: a regular expression (with one
        group in it, the group is the token) or a function from a text to a list of tokens. The
        default takes every run of letters, digits and underscores, one-letter words included,
        and every other sign on its own; white space only separates.

    max_length : int, default=None
        Longer sequences are cut at their end, to so many steps (tokens); ``fit`` warns and says how
        much was cut. None sets no limit. Tags are not cut with them: leave it None before a tagger,
        which handles long sequences itself.

    n_affixes : int, default=16384
        Ids that prefixes and suffixes are hashed to, at level "word+char".

    max_word_length : int, default=20
        Characters of a word that are read at level "word+char"; further ones are not.

    unk_dropout : float in [0, 1), default=0.0
        Probability that a known token of the training data is replaced by the unknown one, so
        that the network learns what to do with it. Only `fit_transform` does so, which is what
        a pipeline calls while fitting; `transform` never does. Worth setting (0.01 to 0.1) when
        new texts will have new tokens: with ``min_count=1`` the unknown token is otherwise not
        trained at all.

    random_state : int, RandomState instance or None, default=None
        Randomness of ``unk_dropout``; pass an int for the same result every time.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        Id of each token, with "<pad>" (0) and "<unk>" (1).

    n_tokens_ : int
        Size of the vocabulary, these two included. What `transform` gives carries it as
        ``n_tokens``, so that estimators know it even where a sampler dropped tokens.

    counts_ : ndarray of int64 of shape (n_tokens_,)
        How often each id occurs in the training data (after truncation, before
        ``unk_dropout``).

    channels_ : list of channels or None
        What the columns of a step are, at level "word+char": "word", "affixes", "case", "shape"
        and "characters".

    n_truncated_ : int
        Training sequences that ``max_length`` cut.

    n_steps_cut_ : int
        Training steps that ``max_length`` cut off.

    See Also
    --------
    sklearn.feature_extraction.text.CountVectorizer : Word counts, without their order.

    Notes
    -----
    A text without a token (an empty one, or blanks only at level "word") becomes one unknown
    token, because a service must handle whatever text it is sent. An empty *list of tokens* is
    an error: lists go with lists of tags, and one more step would no longer align.

    Tokens written "<pad>" or "<unk>" in lists of tokens have ids 0 and 1.

    The vocabulary counts what is left after ``max_length`` cut: tokens that the network never
    sees need no id.

    At level "word+char" a step is a row of ids, which `Sequences.channels` describes. Estimators
    read it as the vector of the word, to which those of its prefixes and suffixes of 1 to 4
    characters are added, with, beside it, vectors of its case and its shape ("Xxd-d" for "Co19-2")
    and what a convolution reads in its characters [1]_. A word is looked up as it is written, then
    in lower case, then also with 0 for its digits; the vocabulary is learnt in this last form. All
    but the word's own vector is there for words that were never seen before, too. ``min_count=2``
    lets the net learn, from words that occur once, what to make of such. It holds for characters
    and shapes as well.

    References
    ----------
    .. [1] X. Ma, E. Hovy, "End-to-end Sequence Labeling via Bi-directional LSTM-CNNs-CRF", 2016,
       https://arxiv.org/abs/1603.01354.

    Examples
    --------
    >>> from skseq.preprocessing import TokenEncoder
    >>> encoder = TokenEncoder(min_count=2)
    >>> encoder.fit_transform(["to be or not to be", "to do!"])
    Sequences: 2 sequences, 9 steps (3 to 6 each), int32 token ids below 4
      [0] 2 3 1 1 2 3
      [1] 2 1 1
    >>> encoder.get_feature_names_out()
    array(['<pad>', '<unk>', 'to', 'be'], dtype=object)
    >>> encoder.inverse_transform(encoder.transform(["To be sure"]))
    [['<unk>', 'be', '<unk>']]

    Words with their characters, for taggers:

    >>> TokenEncoder("word+char").fit_transform([["Ann", "sings"]]).channels[0]
    IdChannel(name='word', n_ids=4, n_columns=1, dim=None, unknown=1)
    """

    _parameter_constraints: dict = {
        "level": [StrOptions(set(LEVELS))],
        "min_count": [Interval(Integral, 1, None, closed="left")],
        "max_vocab": [Interval(Integral, 1, None, closed="left"), None],
        "vocabulary": [Iterable, None],
        "lowercase": ["boolean"],
        "token_pattern": [str, callable],
        "max_length": [Interval(Integral, 1, None, closed="left"), None],
        "n_affixes": [Interval(Integral, 1, MAX_IDS - 1, closed="both")],
        "max_word_length": [Interval(Integral, 1, None, closed="left")],
        "unk_dropout": [Interval(Real, 0, 1, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        level="word",
        *,
        min_count=1,
        max_vocab=None,
        vocabulary=None,
        lowercase=False,
        token_pattern=r"(?u)\b\w+\b|[^\w\s]",
        max_length=None,
        n_affixes=2**14,
        max_word_length=20,
        unk_dropout=0.0,
        random_state=None,
    ):
        self.level = level
        self.min_count = min_count
        self.max_vocab = max_vocab
        self.vocabulary = vocabulary
        self.lowercase = lowercase
        self.token_pattern = token_pattern
        self.max_length = max_length
        self.n_affixes = n_affixes
        self.max_word_length = max_word_length
        self.unk_dropout = unk_dropout
        self.random_state = random_state

    def fit(self, X, y=None):
        """Learn the vocabulary.

        Parameters
        ----------
        X : list of str, list of list of str, a column of them in any form, or Sequences of str
            One text, or one list of tokens, for each sequence. Lists of tokens are taken as
            they are (at level "char" they must hold single characters).

        y : None
            Ignored.

        Returns
        -------
        TokenEncoder
            The encoder itself.

        Raises
        ------
        TypeError
            If X is one text, a dict or a table, or a row is not text; names the row.
        ValueError
            If a row is missing, no token is left for the vocabulary, or a list of tokens is empty.
        """
        self._learn(X)
        return self

    def fit_transform(self, X, y=None):
        """Learn the vocabulary and encode the training data, with ``unk_dropout``.

        Parameters
        ----------
        X : any form that `fit` takes
            Texts or lists of tokens.

        y : None
            Ignored.

        Returns
        -------
        Sequences
            Token ids, int32, with the columns that ``channels_`` describes at level "word+char".
        """
        units, lengths = self._learn(X)
        ids = self._drop_tokens(self._encode(units))
        return self._pack(self._with_forms(ids, units), lengths, X)

    def transform(self, X):
        """Encode texts with the vocabulary of ``fit``.

        Parameters
        ----------
        X : any form that `fit` takes
            Texts or lists of tokens.

        Returns
        -------
        Sequences
            Token ids, int32, with ``vocabulary`` and ``n_tokens`` set, or, at level "word+char",
            ``channels``; ``weight`` and ``origin`` are those of X if it is a `Sequences`.
        """
        check_is_fitted(self)
        documents = self._cut(self._split(X))
        units = LEVELS[self.level].flatten(documents, self.lowercase)
        return self._pack(self._with_forms(self._encode(units), units), _lengths(documents), X)

    def inverse_transform(self, X):
        """Decode ids.

        Parameters
        ----------
        X : Sequences, list of list of int, or padded array of shape (n_sequences, max_length)
            Token ids. Padding is left out; of several columns, the first is read.

        Returns
        -------
        list of list of str, or list of str at level "char"
            The tokens of each sequence, or its text. The unknown token is "<unk>", and at level
            "char" the replacement character U+FFFD.

        Raises
        ------
        ValueError
            If X has an id outside the vocabulary.
        """
        check_is_fitted(self)
        X = as_sequences(X)
        if self.channels_ is not None and X.channels is not None:
            X = X.replace(values=X.values[:, 0], channels=None)
        self._check_ids(X.values)
        kept = X.values != PADDING
        lengths = np.bincount(X.sequence_index()[kept], minlength=len(X))
        unpadded = Sequences.from_lengths(X.values[kept], lengths)
        return LEVELS[self.level].decode(unpadded, self.get_feature_names_out())

    def get_feature_names_out(self, input_features=None):
        """Tokens in the order of their ids.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of object of shape (n_tokens_,)
            "<pad>", "<unk>", then the known tokens.
        """
        check_is_fitted(self)
        return np.array(list(self.vocabulary_), dtype=object)

    def _learn(self, X):
        check_parameters(self)
        whole = self._split(X)
        if not whole:
            raise ValueError("X holds no texts; at least one is needed to learn a vocabulary")
        documents = self._cut(whole)
        lengths = _lengths(documents)
        self._keep_cuts(_lengths(whole), lengths)
        level = LEVELS[self.level]
        units = level.flatten(documents, self.lowercase)
        given = None if self.vocabulary is None else check_vocabulary(self.vocabulary)
        self._keep_vocabulary(level.count(units, given), given)
        self._keep_forms(units)
        return units, lengths

    def _split(self, X):
        # Lists of tokens at level "word", texts at level "char": both can be cut and measured.
        rows, tokenized = read_rows(X)
        if self.level == "char":
            return join_rows(rows) if tokenized else rows
        return rows if tokenized else list(map(_tokenizer(self.token_pattern), rows))

    def _cut(self, documents):
        if self.max_length is None:
            return documents
        return [document[: self.max_length] for document in documents]

    def _keep_cuts(self, before, after):
        self.n_truncated_ = int(np.count_nonzero(after < before))
        self.n_steps_cut_ = int(before.sum() - after.sum())
        if self.n_truncated_:
            warnings.warn(
                f"max_length={self.max_length} cut {self.n_truncated_} of {len(before)} sequences "
                f"({self.n_truncated_ / len(before):.1%}), which lost {self.n_steps_cut_} of "
                f"{before.sum()} steps ({self.n_steps_cut_ / before.sum():.1%}); the longest has "
                f"{before.max()} steps",
                TruncationWarning,
                stacklevel=4,
            )

    def _keep_vocabulary(self, counts, known):
        if known is None:
            known = rank_tokens(counts, min_count=self.min_count, max_vocab=self.max_vocab)
        if not known:
            highest = max(counts.values(), default=0)
            raise ValueError(
                f"no token is left for the vocabulary: X has {len(counts)} distinct token(s), of "
                f"which the commonest occurs {highest} times, with min_count={self.min_count}; "
                "check the texts, token_pattern and min_count"
            )
        self.vocabulary_ = {token: index for index, token in enumerate([*SPECIAL_TOKENS, *known])}
        self.n_tokens_ = len(self.vocabulary_)
        self.counts_ = np.array([counts.get(token, 0) for token in self.vocabulary_])
        self.counts_[UNKNOWN] += sum(counts.values()) - self.counts_.sum()

    def _keep_forms(self, words):
        self.channels_ = self._forms = None
        if self.level != "word+char":
            return
        self._forms = WordForms.of(words, self.min_count, self.n_affixes, self.max_word_length)
        word = IdChannel("word", self.n_tokens_, unknown=UNKNOWN)
        self.channels_ = [word, *self._forms.channels]

    def _encode(self, units):
        return LEVELS[self.level].encode(units, self.vocabulary_)

    def _with_forms(self, ids, words):
        if self._forms is None:
            return ids
        return np.column_stack([ids, self._forms.rows(words)])

    def _drop_tokens(self, ids):
        if self.unk_dropout:
            draws = check_random_state(self.random_state).random_sample(len(ids))
            ids[(draws < self.unk_dropout) & (ids > UNKNOWN)] = UNKNOWN
        return ids

    def _pack(self, ids, lengths, X):
        ids, lengths = encode_empty_as_unknown(ids, lengths)
        meaning = (
            {"n_tokens": self.n_tokens_} if self._forms is None else {"channels": self.channels_}
        )
        encoded = Sequences.from_lengths(ids, lengths, vocabulary=self.vocabulary_, **meaning)
        if not isinstance(X, Sequences):
            return encoded
        weight = X.weight
        if X.has_step_weight and encoded.n_steps < X.n_steps:
            place = np.arange(X.n_steps) - np.repeat(X.offsets[:-1], X.lengths)
            weight = weight[place < self.max_length]
        return encoded.replace(weight=weight, origin=X.origin, label_counts=X.label_counts)

    def _check_ids(self, ids):
        if ids.size and (ids.dtype.kind not in "iu" or ids.ndim != 1):
            raise ValueError(
                f"X must hold one integer id per step, got {ids.dtype} steps of shape "
                f"{ids.shape[1:]}"
            )
        if ids.size and not 0 <= ids.min() <= ids.max() < self.n_tokens_:
            raise ValueError(
                f"X holds ids from {ids.min()} to {ids.max()}, but the vocabulary has ids 0 to "
                f"{self.n_tokens_ - 1}"
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags


def _lengths(documents):
    return np.fromiter(map(len, documents), np.int64, count=len(documents))


def _tokenizer(token_pattern):
    if callable(token_pattern):
        return lambda text: list(token_pattern(text))
    try:
        pattern = re.compile(token_pattern)
    except re.error as error:
        raise ValueError(
            f"token_pattern={token_pattern!r} is not a regular expression: {error}"
        ) from None
    if pattern.groups > 1:
        raise ValueError(
            f"token_pattern={token_pattern!r} has {pattern.groups} groups; one at most may say "
            "what the token is. Write (?:...) for groups that only hold together"
        )
    return pattern.findall
