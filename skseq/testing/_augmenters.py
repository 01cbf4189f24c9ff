"""The contract of an augmenter: what it may change, and what moves along."""

import pickle
import warnings
from copy import deepcopy

import numpy as np
from sklearn.base import clone

from skseq._validation import check_choice
from skseq.augment import AUGMENTERS, Augmenter
from skseq.data import Sequences
from skseq.exceptions import SmallClassWarning
from skseq.testing._compare import must

_N_SEQUENCES = 60
_N_TOKENS = 40


def check_augmenter(augmenter, *, kind=None):
    """Check that an augmenter keeps the contract of `skseq.augment.Augmenter`.

    The number of sequences and their order stay, none of them becomes empty; labels and weights of
    steps move along with their steps, and stay in their sequence; weights of sequences, origin,
    ``n_tokens`` and the type of the values are kept; y comes back in the form it came in. One
    ``by_class`` mixes sequences of one class only, and adds their origins. The
    same ``random_state`` gives the same result, ``p`` is the share of sequences that change, and
    fitting learns no more than a call without it. Parameters follow scikit-learn, so that a grid
    can tune them.

    Parameters
    ----------
    augmenter : Augmenter
        An instance, with default parameters or any that change a minor part of the steps: most of
        them must stay unchanged.

    kind : {"values", "tokens", "tags"}, default=None
        Which data to try it on; None takes the ``kind`` of the augmenter, or all where it has
        none.

    Returns
    -------
    None

    Raises
    ------
    AssertionError
        If it breaks a rule; says which, and on which data.
    TypeError
        If it is not an augmenter.

    Examples
    --------
    >>> from skseq.augment import Augmenter, NewSteps
    >>> from skseq.testing import check_augmenter
    >>> class MaskLast(Augmenter):
    ...     kind = "tokens"
    ...
    ...     def _change(self, X, y, random_state):
    ...         values = X.values.copy()
    ...         is_masked = random_state.random_sample(len(X)) < 0.5
    ...         values[X.offsets[1:][is_masked] - 1] = 1
    ...         return NewSteps(values)
    >>> check_augmenter(MaskLast())
    """
    if not isinstance(augmenter, Augmenter):
        raise TypeError(
            f"an augmenter is an instance of skseq.augment.Augmenter, got {augmenter!r}"
        )
    kind = kind or augmenter.kind
    if kind is not None:
        check_choice("kind", kind, AUGMENTERS)
    for each in AUGMENTERS if kind is None else [kind]:
        trial = _Trial(augmenter, each)
        for check in _CHECKS:
            try:
                with warnings.catch_warnings():
                    # Some checks are on a few sequences; what they are about is the interface.
                    warnings.simplefilter("ignore", SmallClassWarning)
                    check(trial)
            except AssertionError:
                raise
            except Exception as error:
                trial.must(False, f"must not raise {type(error).__name__}: {error}")


class _Trial:
    """An augmenter, sequences with a label planted in every step, and how failures are worded.

    An augmenter by class gets sequences whose steps all have one label, that of the sequence.
    """

    def __init__(self, augmenter, kind, seed=0):
        self.augmenter, self.kind = augmenter, kind
        self.by_class = augmenter.by_class
        rng = np.random.default_rng(seed)
        lengths = np.append(rng.integers(1, 40, _N_SEQUENCES - 1), 1)
        if self.by_class:
            self.y = rng.integers(0, 2, _N_SEQUENCES)
            self.labels = Sequences.from_lengths(np.repeat(self.y, lengths), lengths)
        else:
            self.y = Sequences.from_lengths(rng.integers(0, 2, lengths.sum()), lengths)
            self.labels = self.y
        self.X = self.plant(rng)
        for array in (self.X.values, self.X.offsets, self.labels.values):
            array.flags.writeable = False  # as in memory that workers share

    def plant(self, rng):
        """Steps whose label can be read off their value."""
        labels = self.labels.values
        if self.kind == "values":
            size = [0.5, 1.0, 2.0]
            if self.by_class:  # the mean of equal values would be the same again
                size *= rng.uniform(0.5, 1.5, (len(labels), 1))
            return self.labels.replace(values=(2.0 * labels[:, None] - 1) * size)
        ids = 2 + 2 * rng.integers(0, _N_TOKENS // 2 - 1, len(labels)) + labels
        return self.labels.replace(values=ids, n_tokens=_N_TOKENS)

    def share_found(self, X, y):
        """Share of the steps whose planted label is left, and of those, where it is their own."""
        if self.kind == "values":
            total = X.values.reshape(X.n_steps, -1).sum(axis=1)
            found, is_left = (total > 0).astype(int), total != 0
        else:
            found, is_left = X.values % 2, X.values >= 2
        own = np.repeat(y, X.lengths) if self.by_class else y.values
        return is_left.mean(), (found == own)[is_left].mean()

    def must(self, condition, rule):
        must(condition, f"{self.augmenter!r} on {self.kind}: {rule}")

    def __call__(self, X=None, y="planted", seed=0, augmenter=None):
        """Augmented X and labels."""
        X = self.X if X is None else X
        y = self.y if isinstance(y, str) else y
        return clone(augmenter or self.augmenter)(X, y, random_state=seed)


def _same(ours, theirs):
    if isinstance(ours, Sequences):
        return ours == theirs
    return np.array_equal(ours, theirs)


def _check_parameters_follow_scikit_learn(trial):
    augmenter = trial.augmenter
    twin = clone(augmenter).set_params(**augmenter.get_params(deep=False))
    trial.must(repr(twin) == repr(augmenter), "clone and set_params must keep the parameters")
    extra = sorted(set(vars(clone(augmenter))) - set(augmenter.get_params(deep=False)))
    trial.must(not extra, f"__init__ must store its arguments only, but it set {extra}")


def _check_sequences_stay_in_number_and_type(trial):
    X, y = trial()
    trial.must(isinstance(X, Sequences), "must give Sequences")
    trial.must(len(X) == _N_SEQUENCES and X.lengths.all(), "must not drop or empty a sequence")
    if not trial.by_class:
        trial.must(isinstance(y, Sequences), "must give labels of steps as Sequences")
        trial.must(X.aligns_with(y), "labels must have the lengths of their sequences")
    trial.must(
        X.values.shape[1:] == trial.X.values.shape[1:] and X.n_tokens == trial.X.n_tokens,
        "must keep features and n_tokens",
    )
    in_range = X.n_tokens is None or (X.values.min() >= 0 and X.values.max() < X.n_tokens)
    trial.must(in_range and np.isfinite(X.values).all(), "must give finite values, known ids")
    narrow = np.float32 if trial.kind == "values" else np.int32
    for dtype in (trial.X.dtype, narrow):
        X, y = trial(trial.X.replace(values=trial.X.values.astype(dtype)))
        trial.must(X.dtype == dtype, f"must keep the type of values, gave {X.dtype} for {dtype}")
        trial.must(y.dtype == trial.y.dtype, "must keep the type of labels")


def _check_labels_stay_aligned(trial):
    for seed in range(3):
        X, y = trial(seed=seed)
        left, right = trial.share_found(X, y)
        trial.must(left > 0.5, "must leave most steps what they were")
        trial.must(right > 0.9, f"labels must move with their steps; {right:.0%} do")


def _check_steps_stay_in_their_sequence(trial):
    if trial.by_class:
        return
    number = trial.labels.replace(values=trial.labels.sequence_index())
    _, y = trial(y=number)
    trial.must(
        np.array_equal(y.values, y.sequence_index()), "steps must stay in their own sequence"
    )


def _check_weights_and_origin_follow(trial):
    origin = np.arange(_N_SEQUENCES) + 100
    X, _ = trial(trial.X.replace(weight=origin / 100, origin=origin))
    trial.must(np.array_equal(X.weight, origin / 100), "must keep weights of sequences")
    trial.must(X.origin is not None, "must keep origin")
    _check_origin(trial, X.origin, origin)
    X, y = trial(trial.X.replace(weight=1.0 + trial.labels.values))
    expected = np.repeat(y, X.lengths) if trial.by_class else y.values
    trial.must(
        np.array_equal(X.weight, 1.0 + expected), "weights of steps must follow as labels do"
    )


def _check_origin(trial, ours, origin):
    if not trial.by_class:
        trial.must(np.array_equal(ours.values, origin), "must keep origin")
        return
    own = ours.values == np.repeat(origin, ours.lengths)
    trial.must(np.bincount(ours.sequence_index()[own]).all(), "must keep origin")
    trial.must(ours.lengths.max() > 1, "must name all parents in origin")
    of_class = trial.y[ours.values - origin[0]]
    trial.must(
        np.array_equal(of_class, np.repeat(trial.y, ours.lengths)),
        "must mix sequences with those of their class only",
    )


def _check_forms_of_labels(trial):
    X, y = trial()
    lists = trial(trial.X.tolist(), trial.y.tolist())
    trial.must(
        isinstance(lists[1], list)
        and lists[1] == y.tolist()
        and np.allclose(lists[0].values, X.values),
        "lists must give what Sequences give, labels as lists",
    )
    if trial.by_class:
        trial.must(y is trial.y, "labels of sequences must come back as they are")
    if trial.by_class or trial.kind == "tags":
        return
    alone = trial(y=None)
    trial.must(isinstance(alone, Sequences), "X alone must give X alone")
    of_sequences = np.arange(_N_SEQUENCES)
    with_labels = trial(y=of_sequences)
    trial.must(
        with_labels[1] is of_sequences and with_labels[0] == alone,
        "labels of sequences must come back as they are, and change nothing",
    )


def _check_seed_decides(trial):
    before = _global_state()
    first, second = trial(seed=0), trial(seed=np.random.RandomState(0))
    trial.must(first[0] == second[0], "the same random_state must give the same result")
    trial.must(_global_state() == before, "must not draw from numpy's global state")
    results = [trial(seed=seed)[0] for seed in range(5)]
    trial.must(any(X != trial.X for X in results), "must change something")
    trial.must(any(results[0] != X for X in results), "must depend on random_state")


def _global_state():
    _, keys, position, *_ = np.random.get_state()  # noqa: NPY002 (what must not be touched)
    return keys.tolist(), position


def _check_probability_of_a_sequence(trial):
    never = clone(trial.augmenter).set_params(p=0.0)
    X, y = trial(augmenter=never)
    trial.must(X == trial.X and _same(y, trial.y), "p=0 must change nothing")
    sometimes = clone(trial.augmenter).set_params(p=0.3)
    X, y = trial(augmenter=sometimes)
    n_same = sum(np.array_equal(ours, theirs) for ours, theirs in zip(X, trial.X, strict=True))
    trial.must(n_same > 0.4 * _N_SEQUENCES, "p=0.3 must leave most sequences as they are")
    _, right = trial.share_found(X, y)
    trial.must(right > 0.9, "labels must stay aligned where some sequences are left alone")


def _check_input_is_untouched(trial):
    X = trial.X.replace(values=trial.X.values.copy())
    y = deepcopy(trial.y)
    trial(X, y)
    trial.must(X == trial.X and _same(y, trial.y), "must not write to what it is given")


def _check_fitting(trial):
    augmenter = clone(trial.augmenter)
    before = repr(augmenter.get_params(deep=False))
    trial.must(augmenter.fit(trial.X, trial.y) is augmenter, "fit must return self")
    trial.must(repr(augmenter.get_params(deep=False)) == before, "fit must not change parameters")
    expected, _ = augmenter(trial.X, trial.y, random_state=0)
    trial.must(expected == trial()[0], "must learn by itself what fit learns from the same data")
    # Its state alone: a class that was typed into a doctest can't be found by its name.
    twin = clone(augmenter)
    vars(twin).update(pickle.loads(pickle.dumps(vars(augmenter))))
    trial.must(
        twin(trial.X, trial.y, random_state=0)[0] == expected, "must survive pickling, fitted"
    )
    X, y = augmenter(trial.X[:1], trial.y[:1], random_state=0)
    trial.must(len(X) == 1 and _aligned(X, y), "fitted, must take a single sequence")


def _check_short_sequences(trial):
    ones = trial.X.lengths == 1
    X, y = trial(trial.X[ones], trial.y[ones])
    trial.must(X.lengths.all() and _aligned(X, y), "must take sequences of one step")
    trial.must(len(trial(trial.X[:0], trial.y[:0])[0]) == 0, "must take no sequences")


def _aligned(X, y):
    return X.aligns_with(y) if isinstance(y, Sequences) else len(X) == len(y)


_CHECKS = [
    _check_parameters_follow_scikit_learn,
    _check_sequences_stay_in_number_and_type,
    _check_seed_decides,
    _check_fitting,
    _check_labels_stay_aligned,
    _check_steps_stay_in_their_sequence,
    _check_weights_and_origin_follow,
    _check_forms_of_labels,
    _check_probability_of_a_sequence,
    _check_input_is_untouched,
    _check_short_sequences,
]
