"""What kind of estimator something is, and small ragged data to try it on."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.utils import get_tags

from skseq.data import Sequences

# The forms of X that each kind is tried on.
FORMS = {
    "classifier": ("tokens", "values"),
    "tagger": ("tokens", "values"),
    "regressor": ("tokens", "values"),
    "step_regressor": ("tokens", "values"),
    "transformer": ("tokens", "values"),
    "text_transformer": ("texts", "token_lists"),
    "dict_transformer": ("feature_dicts",),
    "sampler": ("tokens", "values"),
    "tag_sampler": ("tokens", "values"),
}

# Kinds with one label, or number, for each step.
PER_STEP = {"tagger", "tag_sampler", "step_regressor"}

# Kinds whose X is a list, of no arrays.
OF_LISTS = {"text_transformer", "dict_transformer"}

# Kinds with numbers instead of labels.
NUMERIC = {"regressor", "step_regressor"}

_WORDS = np.array(["to", "be", "or", "not", "that", "is", "the", "question"])


def kind_of(estimator):
    """Give the kind of an estimator, a key of `FORMS`, from its methods and tags.

    A sampler by label has imbalanced-learn's contract and with it ``_sampling_type``, which its
    ``sampling_strategy`` is read by; a sampler by tags does not have it.

    Raises
    ------
    TypeError
        If the estimator is a class, or of no kind that the checks know.
    """
    if isinstance(estimator, type):
        raise TypeError(
            f"the checks need an instance, got the class {estimator.__name__}; pass "
            f"{estimator.__name__}()"
        )
    if hasattr(estimator, "fit_resample"):
        return "sampler" if hasattr(estimator, "_sampling_type") else "tag_sampler"
    if hasattr(estimator, "predict"):
        if is_regressor(estimator):
            return "regressor"
        return "classifier" if is_classifier(estimator) else "tagger"
    if hasattr(estimator, "transform"):
        reads = get_tags(estimator).input_tags
        if reads.dict:
            return "dict_transformer"
        return "text_transformer" if reads.string else "transformer"
    raise TypeError(
        f"{type(estimator).__name__} has none of the methods fit_resample, predict and transform, "
        f"so it is none of {sorted(FORMS)}"
    )


@dataclass(frozen=True)
class Example:
    """X and y of one form, for one kind of estimator.

    X is `Sequences`, or a list for texts; y is an array of labels or numbers, or `Sequences` of
    tags or numbers.
    """

    kind: str
    form: str
    X: object
    y: object

    @property
    def per_step(self):
        """Whether y has one label, or number, for each step."""
        return self.kind in PER_STEP

    @property
    def n_classes(self):
        """How many classes y has."""
        return len(np.unique(self.y.values if self.per_step else self.y))

    @property
    def is_numeric(self):
        """Whether y holds numbers instead of labels."""
        return self.kind in NUMERIC

    @property
    def is_sampled(self):
        """Whether the estimator is a sampler."""
        return self.kind in {"sampler", "tag_sampler"}

    def of(self, rows):
        """Only some of the sequences."""
        return replace(self, X=take(self.X, rows), y=take(self.y, rows))

    def replace(self, **changes):
        """Exchange ``X`` or ``y``."""
        return replace(self, **changes)

    def relabelled(self, names):
        """The same classes under other names, an array in the order of the old ones."""
        flat = self.y.values if self.per_step else self.y
        new = np.asarray(names)[np.unique(flat, return_inverse=True)[1]]
        return replace(self, y=self.y.replace(values=new) if self.per_step else new)


def make_example(kind, form, n_sequences=24, n_classes=3):
    """Draw data for a kind of estimator: 24 sequences of 1 to 8 steps, three uneven classes.

    Numbers, instead of classes, are log-normal, and so uneven too.
    """
    rng = np.random.default_rng(0)
    lengths = rng.permutation(np.resize(np.arange(1, 9), n_sequences))
    X = _draw_steps(form, lengths, rng)
    if kind in NUMERIC:
        y = rng.lognormal(size=X.n_steps if kind in PER_STEP else n_sequences)
        return Example(kind, form, X, X.replace(values=y) if kind in PER_STEP else y)
    names = np.array(["common", "rare", "seldom"])[:n_classes]
    if kind in PER_STEP:
        return Example(kind, form, X, X.replace(values=_draw_classes(names, X.n_steps, rng)))
    return Example(kind, form, X, _draw_classes(names, n_sequences, rng))


def _draw_steps(form, lengths, rng):
    if form == "values":
        return Sequences.from_lengths(rng.normal(size=(lengths.sum(), 2)), lengths)
    if form == "tokens":
        return Sequences.from_lengths(rng.integers(2, 10, size=lengths.sum()), lengths)
    words = Sequences.from_lengths(rng.choice(_WORDS, size=lengths.sum()), lengths).tolist()
    if form == "feature_dicts":
        return [[{"word": word, "length": len(word)} for word in row] for row in words]
    return words if form == "token_lists" else [" ".join(row) for row in words]


def _draw_classes(names, size, rng):
    share = np.arange(len(names), 0, -1) ** 1.5  # 55, 30 and 15 % of three
    counts = np.maximum(3, np.floor(size * share / share.sum()).astype(int))
    counts[0] += size - counts.sum()
    return rng.permutation(np.repeat(names, counts))


# -- picking and converting ---------------------------------------------------------------------


def take(X, rows):
    """Sequences at some positions, of `Sequences`, an array or a list."""
    rows = np.asarray(rows)
    return [X[row] for row in rows] if isinstance(X, list) else X[rows]


def as_object_array(X):
    """1-D object array with one entry for each sequence."""
    return np.fromiter(iter(X), dtype=object, count=len(X))


def as_lists(X):
    """List with one entry for each sequence, as a user types it."""
    return X if isinstance(X, list) else X.tolist()
