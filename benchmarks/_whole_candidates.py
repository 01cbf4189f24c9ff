"""What is fitted on whole sets: the net with its defaults, the guide's advice, baselines."""

import re

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import make_pipeline

from skseq import SequenceClassifier, SequenceOrdinalClassifier, SequenceTagger
from skseq.ensemble import SequenceBlender
from skseq.model_selection import baselines, make_plain_pipeline
from skseq.preprocessing import StepTransformer, TokenEncoder, TrailingMeans

NET = "net, defaults"
LOOKING_AHEAD = "net, causal=False"
ADVICE = "what the guide says"

# Sets whose labels are ordered, which the net should know; and whose records are cut off in use.
ORDINAL_SETS, CUT_SETS = {"cefr"}, {"fd001"}


def candidates_of(name, kind, seed):
    """Estimators of raw sequences, by name."""
    if kind == "dialogues":
        return _dialogues(seed)
    net = make_plain_pipeline(kind, random_state=seed)
    if name in ORDINAL_SETS:
        net.set_params(model=SequenceOrdinalClassifier(random_state=seed))
    found = {NET: net}
    if name in CUT_SETS:
        found[LOOKING_AHEAD] = clone(net).set_params(model__causal=False)
    if name == "ewt":
        found["words, not characters"] = _sentences(seed, n_seeds=1, num_layers=1)
    if name in _ADVICE:
        found[ADVICE] = _ADVICE[name](seed)
    return found | baselines_of(kind, seed)


def baselines_of(kind, seed):
    """Models without a net, of raw sequences: texts as they are, tokens as ids."""
    found = baselines(kind, random_state=seed)
    if kind == "tags":
        return {
            name: model if name == "CRF" else make_pipeline(TokenEncoder(), model)
            for name, model in found.items()
        }
    return found


def _dialogues(seed):
    """Taggers that read, in context, what each utterance says by itself."""
    alone = make_pipeline(TokenEncoder(), SequenceClassifier(max_epochs=2, random_state=seed))
    in_context = SequenceTagger(
        dropout=0.5,
        chunk_length=128,
        chunk_context=16,
        batch_size=8,
        max_epochs=12,
        random_state=seed,
    )
    return {ADVICE: make_pipeline(StepTransformer(alone, random_state=seed), in_context)}


def _few_texts(seed):
    """Two linear models that err on different texts, and no net."""
    return baselines("tokens", random_state=seed)["TF-IDF + logistic regression and naive Bayes"]


def _texts(seed):
    """Nets that differ by their seed, blended with a linear model of words and characters."""
    net = make_pipeline(TokenEncoder(), SequenceClassifier(n_seeds=2, random_state=seed))
    linear = baselines("tokens", random_state=seed)["TF-IDF + balanced logistic regression"]
    return SequenceBlender([("net", net), ("linear", linear)], cv=0.2, random_state=seed)


def _series(seed):
    """The net, shapes, shapes of differences and summaries count alike, decided by half."""
    found = baselines("values", random_state=seed)
    members = [
        ("net", SequenceClassifier(random_state=seed)),
        ("shapes", found["MiniRocket + balanced ridge"]),
        ("differences", found["MiniRocket of differences + balanced ridge"]),
        ("summary", found["summary + balanced random forest"]),
    ]
    return SequenceBlender(members, weights="mean", decision=0.5)


def _levels(seed):
    """The linear model, cut by shares: on development parts a blend gave nets no weight."""
    found = baselines("tokens", ordered=True, random_state=seed)
    return found["TF-IDF + balanced logistic regression, cut by shares"]


def _engines(seed):
    """Smoothed sensors, a net that does not look ahead, mild weights, three seeds."""
    return make_pipeline(
        TrailingMeans(10),
        SequenceTagger(
            causal=True, hidden_size=32, class_weight="sqrt", n_seeds=3, random_state=seed
        ),
    )


def _sentences(seed, n_seeds=3, num_layers=2):
    """Words instead of characters, for ends of sentences are ends of words."""
    net = SequenceTagger(
        hidden_size=100,
        num_layers=num_layers,
        embedding_dim=100,
        dropout=0.5,
        embedding_dropout=0.5,
        locked_dropout=True,
        step_dropout=0.1,
        chunk_length=256,
        batch_size=8,
        lr=0.003,
        max_epochs=15,
        n_seeds=n_seeds,
        random_state=seed,
    )
    return ByWord(make_pipeline(TokenEncoder("word+char", min_count=2), net))


class ByWord(BaseEstimator):
    """Tag the last characters of words, by a tagger of words.

    A word takes the white space before it along, which says where a line ended. Other characters
    get the tag ``rest``.
    """

    _WORDS = re.compile(r"\s*(?:\w+|[^\w\s])|\s+$")

    def __init__(self, tagger, rest="in"):
        self.tagger = tagger
        self.rest = rest

    def fit(self, X, y):
        """Fit the tagger to the words of lists of characters."""
        words, ends = self._split(X)
        tags = [[row[end] for end in of_row] for row, of_row in zip(y, ends, strict=True)]
        self.tagger_ = clone(self.tagger).fit(words, tags)
        return self

    def predict(self, X):
        """Tags of characters: list of lists."""
        words, ends = self._split(X)
        tags = [np.full(len(row), self.rest, dtype=object) for row in X]
        for row, of_row, found in zip(tags, ends, self.tagger_.predict(words), strict=True):
            row[of_row] = found
        return [row.tolist() for row in tags]

    def _split(self, X):
        found = [list(self._WORDS.finditer("".join(characters))) for characters in X]
        words = [[word.group() for word in row] for row in found]
        return words, [[word.end() - 1 for word in row] for row in found]


_ADVICE = {
    "docstrings": _few_texts,
    "cefr": _levels,
    "clinc": _texts,
    "fd001": _engines,
    "ecg5000": _series,
    "medical": _series,
    "plaid": _series,
    "phalanx": _series,
    "ewt": _sentences,
}
