"""A baseline without a net for tags: a linear-chain CRF over words, their spelling and neighbours.

The features of a step are strings. Those of a word's spelling are made once for each distinct
word, and those of a window are joined in numpy, so nothing but CRFsuite itself loops over steps.
"""

import re

import numpy as np
from sklearn.base import BaseEstimator

from skseq.data import Sequences, check_tags, cut_steps, known_steps
from skseq.model_selection._token_texts import token_texts

_EDGE = "<edge>"  # stands beyond the ends of a sequence
_WORD_WINDOW, _CHARACTER_WINDOW = (2, 2), (6, 3)  # radius and longest n-gram


class CrfTagger(BaseEstimator):
    """Tag steps by sklearn-crfsuite's linear-chain CRF on features of the words around them.

    A step has the lower-cased n-grams of words in its window, by their place; and, of itself and of
    the words beside it, beginnings and endings, shape, and the kinds of its characters. Token ids
    without a vocabulary have n-grams alone.

    Parameters
    ----------
    c1, c2 : float, default=0.1
        Strength of the L1 and of the L2 penalty.

    radius : int, default=None
        Words that are seen on either side. None takes 2, and 6 where all are single characters.

    max_n : int, default=None
        Longest n-gram. None takes 2, and 3 where all are single characters.

    max_iterations : int, default=100
        Of L-BFGS.

    ignore : scalar or list, default=None
        Marks in tags that stand where there is no label: in training these steps are only seen as
        neighbours of others.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The tags seen in `fit`.

    window_ : tuple of two int
        The radius and the longest n-gram.

    crf_ : sklearn_crfsuite.CRF
        The fitted model, whose labels are places in ``classes_``.

    References
    ----------
    Lafferty, McCallum & Pereira, "Conditional Random Fields: Probabilistic Models for Segmenting
    and Labeling Sequence Data", ICML 2001.

    Okazaki, "CRFsuite: a fast implementation of Conditional Random Fields", 2007.
    http://www.chokkan.org/software/crfsuite/
    """

    def __init__(self, *, c1=0.1, c2=0.1, radius=None, max_n=None, max_iterations=100, ignore=None):
        self.c1 = c1
        self.c2 = c2
        self.radius = radius
        self.max_n = max_n
        self.max_iterations = max_iterations
        self.ignore = ignore

    def fit(self, X, y):
        """Fit to lists of tokens, or `Sequences` of token ids, and their tags."""
        from sklearn_crfsuite import CRF

        tokens, are_spelt = token_texts(X)
        self.window_ = self._choose_window(tokens)
        features = _features(tokens, are_spelt, *self.window_)
        tags = check_tags(y, features, ignore=self.ignore)
        known = known_steps(tags, self.ignore)
        tags, features = cut_steps(tags, known), cut_steps(features, known)
        tags, features = tags[tags.lengths > 0], features[tags.lengths > 0]
        self.classes_, codes = np.unique(tags.values, return_inverse=True)
        names = tags.replace(values=np.arange(len(self.classes_)).astype(str)[codes])
        self.crf_ = CRF(
            c1=self.c1,
            c2=self.c2,
            max_iterations=self.max_iterations,
            all_possible_transitions=True,
        )
        self.crf_.fit(features.tolist(), names.tolist())
        return self

    def predict(self, X):
        """Predict the most probable tags of each sequence together: `Sequences`."""
        features = _features(*token_texts(X), *self.window_)
        names = [self.crf_.predict_single(row) for row in features.tolist()]
        codes = np.concatenate([np.array(row, dtype=np.int64) for row in names])
        return Sequences(self.classes_[codes], features.offsets)

    def predict_proba(self, X):
        """Predict the marginal probabilities: `Sequences` of (n_steps, n_classes) values."""
        features = _features(*token_texts(X), *self.window_)
        names = [str(code) for code in range(len(self.classes_))]
        rows = [self.crf_.predict_marginals_single(row) for row in features.tolist()]
        proba = np.array([[step[name] for name in names] for row in rows for step in row])
        return Sequences(proba, features.offsets)

    def _choose_window(self, tokens):
        are_characters = max(map(len, tokens.values), default=0) <= 1
        radius, max_n = _CHARACTER_WINDOW if are_characters else _WORD_WINDOW
        return (
            radius if self.radius is None else self.radius,
            max_n if self.max_n is None else self.max_n,
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags


def _features(tokens, are_spelt, radius, max_n):
    """Strings of each step: `Sequences` of values (n_steps, n_strings)."""
    forms, codes = np.unique(tokens.values, return_inverse=True)
    forms = np.append(forms, _EDGE)
    window = _window_codes(tokens.replace(values=codes), radius, len(forms) - 1)
    columns = [_ngrams(window, forms, n, radius) for n in range(1, max_n + 1)]
    if are_spelt:
        spelling = np.array([_spelling(form) for form in forms.tolist()], dtype=object)
        for place in range(-min(radius, 1), min(radius, 1) + 1):
            columns.append((f"{place}:" + spelling)[window[:, radius + place]])
    return Sequences(np.hstack(columns), tokens.offsets)


def _window_codes(codes, radius, edge):
    """Codes of the forms around each step, ``edge`` beyond the ends: (n_steps, 2 * radius + 1)."""
    around = np.arange(codes.n_steps)[:, None] + np.arange(-radius, radius + 1)
    first = np.repeat(codes.offsets[:-1], codes.lengths)[:, None]
    last = np.repeat(codes.offsets[1:], codes.lengths)[:, None] - 1
    is_outside = (around < first) | (around > last)
    return np.where(is_outside, edge, codes.values[np.clip(around, first, last)])


def _ngrams(window, forms, n, radius):
    """Names of the n-grams at each place of a window: (n_steps, n_places) of str."""
    lowered = np.array([form.lower() for form in forms.tolist()], dtype=object)
    places = []
    for start in range(window.shape[1] - n + 1):
        runs, of_step = np.unique(window[:, start : start + n], axis=0, return_inverse=True)
        names = lowered[runs[:, 0]]
        for place in range(1, n):
            names = names + "|" + lowered[runs[:, place]]
        places.append((f"{n}@{start - radius}=" + names)[of_step.ravel()])
    return np.stack(places, axis=1)


def _spelling(form):
    """Beginnings, endings, shape and kinds of characters of a word, always as many."""
    shape = re.sub(r"[^\W\d_]", lambda match: "X" if match[0].isupper() else "x", form)
    shape = re.sub(r"\d", "0", shape)
    runs = re.sub(r"(.)\1+", r"\1", shape)
    kinds = (form.isupper(), form.istitle(), form.isdigit(), any(map(str.isdigit, form)))
    return [
        *(f"begin={form[:size]}" for size in (1, 2, 3)),
        *(f"end={form[-size:]}" for size in (1, 2, 3, 4)),
        f"shape={shape}",
        f"runs={runs}",
        f"kinds={kinds}",
    ]
