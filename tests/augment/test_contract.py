"""Every augmenter keeps the contract of its base; what breaks a rule is caught."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from skseq import Sequences
from skseq.augment import AUGMENTERS, Augmenter, Compose, NewSteps, OneOf
from skseq.testing._compare import must

# -- the contract -------------------------------------------------------------------------------

N_SEQUENCES = 60
N_TOKENS = 40


def check_augmenter(augmenter, kind=None):
    """Check that an augmenter keeps the contract of `skseq.augment.Augmenter`.

    Parameters
    ----------
    augmenter : Augmenter
        With default parameters, or any that change a minor part of the steps: at least half of
        them must stay what they were.

    kind : {"signals", "tokens", "tags"}, default=None
        Which data to try it on; None takes the ``kind`` of the augmenter, or all where it has
        none.

    Raises
    ------
    AssertionError
        If it breaks a rule; says which.
    """
    kind = kind or augmenter.kind
    for each in [kind] if kind else ["signals", "tokens", "tags"]:
        for check in CHECKS:
            check(_Trial(augmenter, each))


class _Trial:
    """An augmenter, sequences with a label planted in every step, and how failures are worded."""

    def __init__(self, augmenter, kind, seed=0):
        self.augmenter, self.kind = augmenter, kind
        rng = np.random.default_rng(seed)
        lengths = np.append(rng.integers(1, 40, N_SEQUENCES - 1), 1)
        self.labels = Sequences.from_lengths(rng.integers(0, 2, lengths.sum()), lengths)
        self.X = self.plant(rng)
        for array in (self.X.values, self.X.offsets, self.labels.values):
            array.flags.writeable = False  # as in memory that workers share

    def plant(self, rng):
        """Steps whose label can be read off their value."""
        labels = self.labels.values
        if self.kind == "signals":
            return self.labels.replace(values=(2.0 * labels[:, None] - 1) * [0.5, 1.0, 2.0])
        ids = 2 + 2 * rng.integers(0, N_TOKENS // 2 - 1, len(labels)) + labels
        return self.labels.replace(values=ids, n_tokens=N_TOKENS)

    def find(self, X):
        """Label planted in each step, and where there still is one."""
        if self.kind == "signals":
            total = X.values.reshape(X.n_steps, -1).sum(axis=1)
            return (total > 0).astype(int), total != 0
        return X.values % 2, X.values >= 2

    def must(self, condition, rule):
        must(condition, f"{self.augmenter!r} on {self.kind}: {rule}")

    def __call__(self, X=None, y="labels", seed=0, augmenter=None):
        """Augmented X and labels."""
        X = self.X if X is None else X
        y = self.labels if isinstance(y, str) else y
        return clone(augmenter or self.augmenter)(X, y, random_state=seed)


def check_parameters_follow_scikit_learn(trial):
    augmenter = trial.augmenter
    twin = clone(augmenter).set_params(**augmenter.get_params(deep=False))
    trial.must(repr(twin) == repr(augmenter), "clone and set_params must keep the parameters")
    extra = sorted(set(vars(clone(augmenter))) - set(augmenter.get_params(deep=False)))
    trial.must(not extra, f"__init__ must store its arguments only, but it set {extra}")


def check_sequences_stay_in_number_and_type(trial):
    X, y = trial()
    trial.must(isinstance(X, Sequences) and isinstance(y, Sequences), "must give Sequences")
    trial.must(len(X) == N_SEQUENCES and X.lengths.all(), "must not drop or empty a sequence")
    trial.must(X.aligns_with(y), "labels must have the lengths of their sequences")
    trial.must(
        X.values.shape[1:] == trial.X.values.shape[1:] and X.n_tokens == trial.X.n_tokens,
        "must keep features and n_tokens",
    )
    in_range = X.n_tokens is None or (X.values.min() >= 0 and X.values.max() < X.n_tokens)
    trial.must(in_range and np.isfinite(X.values).all(), "must give finite values, known ids")
    narrow = np.float32 if trial.kind == "signals" else np.int32
    for dtype in (trial.X.dtype, narrow):
        X, y = trial(trial.X.replace(values=trial.X.values.astype(dtype)))
        trial.must(X.dtype == dtype, f"must keep the type of values, gave {X.dtype} for {dtype}")
        trial.must(y.dtype == trial.labels.dtype, "must keep the type of labels")


def check_labels_stay_aligned(trial):
    for seed in range(3):
        X, y = trial(seed=seed)
        found, is_left = trial.find(X)
        trial.must(is_left.mean() > 0.5, "must leave most steps what they were")
        share = (found == y.values)[is_left].mean()
        trial.must(share > 0.9, f"labels must move with their steps; {share:.0%} do")


def check_steps_stay_in_their_sequence(trial):
    number = trial.labels.replace(values=trial.labels.sequence_index())
    _, y = trial(y=number)
    trial.must(
        np.array_equal(y.values, y.sequence_index()), "steps must stay in their own sequence"
    )


def check_weights_and_origin_follow(trial):
    origin = np.arange(N_SEQUENCES) + 100
    X, _ = trial(trial.X.replace(weight=origin / 100, origin=origin))
    trial.must(np.array_equal(X.weight, origin / 100), "must keep weights of sequences")
    trial.must(np.array_equal(X.origin.values, origin), "must keep origin")
    X, y = trial(trial.X.replace(weight=1.0 + trial.labels.values))
    trial.must(
        np.array_equal(X.weight, 1.0 + y.values), "weights of steps must follow as labels do"
    )


def check_forms_of_labels(trial):
    X, y = trial()
    lists = trial(trial.X.tolist(), trial.labels.tolist())
    trial.must(
        isinstance(lists[1], list)
        and lists[1] == y.tolist()
        and np.allclose(lists[0].values, X.values),
        "lists must give what Sequences give, labels as lists",
    )
    if trial.kind == "tags":
        return
    alone = trial(y=None)
    trial.must(isinstance(alone, Sequences), "X alone must give X alone")
    of_sequences = np.arange(N_SEQUENCES)
    with_labels = trial(y=of_sequences)
    trial.must(
        with_labels[1] is of_sequences and with_labels[0] == alone,
        "labels of sequences must come back as they are, and change nothing",
    )


def check_seed_decides(trial):
    before = _global_state()
    first, second = trial(seed=0), trial(seed=np.random.RandomState(0))
    trial.must(first == second, "the same random_state must give the same result")
    trial.must(_global_state() == before, "must not draw from numpy's global state")
    results = [trial(seed=seed)[0] for seed in range(5)]
    trial.must(any(X != trial.X for X in results), "must change something")
    trial.must(any(results[0] != X for X in results), "must depend on random_state")


def _global_state():
    _, keys, position, *_ = np.random.get_state()  # noqa: NPY002 (what must not be touched)
    return keys.tolist(), position


def check_probability_of_a_sequence(trial):
    never = clone(trial.augmenter).set_params(p=0.0)
    X, y = trial(augmenter=never)
    trial.must(X == trial.X and y == trial.labels, "p=0 must change nothing")
    sometimes = clone(trial.augmenter).set_params(p=0.3)
    X, y = trial(augmenter=sometimes)
    n_same = sum(np.array_equal(ours, theirs) for ours, theirs in zip(X, trial.X, strict=True))
    trial.must(n_same > 0.4 * N_SEQUENCES, "p=0.3 must leave most sequences as they are")
    found, is_left = trial.find(X)
    share = (found == y.values)[is_left].mean()
    trial.must(share > 0.9, "labels must stay aligned where some sequences are left alone")


def check_input_is_untouched(trial):
    X = trial.X.replace(values=trial.X.values.copy())
    y = trial.labels.replace(values=trial.labels.values.copy())
    trial(X, y)
    trial.must(X == trial.X and y == trial.labels, "must not write to what it is given")


def check_fitting(trial):
    augmenter = clone(trial.augmenter)
    before = repr(augmenter.get_params(deep=False))
    trial.must(augmenter.fit(trial.X, trial.labels) is augmenter, "fit must return self")
    trial.must(repr(augmenter.get_params(deep=False)) == before, "fit must not change parameters")
    expected = augmenter(trial.X, trial.labels, random_state=0)
    trial.must(expected == trial(), "must learn by itself what fit learns from the same data")
    twin = pickle.loads(pickle.dumps(augmenter))
    trial.must(
        twin(trial.X, trial.labels, random_state=0) == expected, "must survive pickling, fitted"
    )
    X, y = augmenter(trial.X[:1], trial.labels[:1], random_state=0)
    trial.must(len(X) == 1 and X.aligns_with(y), "fitted, must take a single sequence")


def check_short_sequences(trial):
    ones = trial.X.lengths == 1
    X, y = trial(trial.X[ones], trial.labels[ones])
    trial.must(X.lengths.all() and X.aligns_with(y), "must take sequences of one step")
    none = trial.X[:0]
    trial.must(len(trial(none, trial.labels[:0])[0]) == 0, "must take no sequences")


CHECKS = [
    check_parameters_follow_scikit_learn,
    check_sequences_stay_in_number_and_type,
    check_labels_stay_aligned,
    check_steps_stay_in_their_sequence,
    check_weights_and_origin_follow,
    check_forms_of_labels,
    check_seed_decides,
    check_probability_of_a_sequence,
    check_input_is_untouched,
    check_fitting,
    check_short_sequences,
]

# -- all augmenters keep it ---------------------------------------------------------------------

# Those that cannot be made without arguments; these synonyms have the same planted label.
ARGUMENTS = {"synonym_replacement": {"synonyms": {i: [(i + 2) % N_TOKENS] for i in range(2, 38)}}}


TABLE_AUGMENTERS = [
    pytest.param(cls(**ARGUMENTS.get(name, {})), id=name)
    for table in AUGMENTERS.values()
    for name, cls in table.items()
]


@pytest.mark.parametrize("augmenter", TABLE_AUGMENTERS)
def test_augmenter_of_the_table_keeps_the_contract(augmenter):
    check_augmenter(augmenter)


@pytest.mark.parametrize("kind", AUGMENTERS)
@pytest.mark.parametrize("combination", [Compose, OneOf])
def test_combination_keeps_the_contract(combination, kind):
    table = AUGMENTERS[kind].items()
    members = [cls(p=0.3, **ARGUMENTS.get(name, {})) for name, cls in table]
    check_augmenter(combination(members), kind)


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, table in AUGMENTERS.items() for name in table]
)
def test_table_lists_each_augmenter_under_its_kind_and_name(kind, name):
    cls = AUGMENTERS[kind][name]
    words = "".join(word.capitalize() for word in name.split("_"))
    assert cls.kind == kind
    assert cls.__name__ == words


@pytest.mark.parametrize("augmenter", TABLE_AUGMENTERS)
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_planted_label_is_found_again(augmenter, seed):
    trial = _Trial(augmenter, augmenter.kind, seed)
    check_labels_stay_aligned(trial)


# -- what breaks it is caught -------------------------------------------------------------------


class Broken(Augmenter):
    kind = "tokens"

    def _change(self, X, y, random_state):
        roll = random_state.randint(1, 5)
        new = np.arange(X.n_steps) // 8 * 8 + (np.arange(X.n_steps) + roll) % 8
        return NewSteps(source=np.minimum(new, X.n_steps - 1))


class LeavesLabelsBehind(Broken):
    def _change(self, X, y, random_state):
        values = X.values.copy()
        random_state.shuffle(values)
        return NewSteps(values)


class EmptiesSequence(Broken):
    def _change(self, X, y, random_state):
        kept = random_state.random_sample(X.n_steps) < 0.5
        lengths = np.bincount(X.sequence_index()[kept], minlength=len(X))
        return NewSteps(source=np.flatnonzero(kept), lengths=lengths)


class NegativeIds(Broken):
    def _change(self, X, y, random_state):
        return NewSteps(-X.values)


class DrawsFromGlobalState(Broken):
    def _change(self, X, y, random_state):
        return super()._change(X, y, np.random)


class DoesNothing(Broken):
    def _change(self, X, y, random_state):
        return NewSteps(X.values)


class WritesToItsInput(Broken):
    def _change(self, X, y, random_state):
        X.values[0] = 3
        return NewSteps(X.values)


class StoresMore(Broken):
    def __init__(self, *, p=1.0):
        super().__init__(p=p)
        self.counter = 0


class TunesItself(Broken):
    def _learn(self, X, y):
        self.p = 0.9


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        (Broken, "stay in their own sequence|move with their steps"),
        (LeavesLabelsBehind, "move with their steps"),
        (EmptiesSequence, "must not drop or empty"),
        (NegativeIds, "known ids"),
        (DoesNothing, "must change something"),
        (StoresMore, r"it set \['counter'\]"),
    ],
)
def test_check_says_which_rule_is_broken(broken, rule):
    with pytest.raises(AssertionError, match=rule):
        check_augmenter(broken())


@pytest.mark.parametrize(
    ("broken", "check", "rule"),
    [
        (DrawsFromGlobalState, check_seed_decides, "same random_state|global state"),
        (TunesItself, check_fitting, "fit must not change parameters"),
    ],
)
def test_single_check_says_which_rule_is_broken(broken, check, rule):
    with pytest.raises(AssertionError, match=rule):
        check(_Trial(broken(), "tokens"))


def test_writing_to_the_input_is_caught():
    with pytest.raises((AssertionError, ValueError), match=r"read-only|not write"):
        check_augmenter(WritesToItsInput())
