"""Sampling whole sequences at random by their label."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import Pipeline
from imblearn.under_sampling import RandomUnderSampler
from imblearn.utils._test_common.instance_generator import _get_check_estimator_ids
from imblearn.utils.estimator_checks import estimator_checks_generator
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import Sequences
from skseq.exceptions import DoubleCountingWarning
from skseq.samplers import SequenceOverSampler, SequenceUnderSampler
from skseq.weights import class_weights

SAMPLERS = [SequenceOverSampler(random_state=0), SequenceUnderSampler(random_state=0)]
both_samplers = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda each: type(each).__name__)


# imbalanced-learn's own parametrize_with_checks hands pytest a generator, which pytest warns of.
@pytest.mark.parametrize(
    ("estimator", "check"),
    [pair for sampler in SAMPLERS for pair in estimator_checks_generator(sampler)],
    ids=_get_check_estimator_ids,
)
def test_samplers_pass_the_checks_of_imbalanced_learn(estimator, check):
    check(estimator)


@parametrize_with_checks([SequenceOverSampler(), SequenceUnderSampler()])
def test_samplers_pass_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture
def X():
    lists = [[10, 11], [20], [30, 31, 32], [40], [50, 51], [60, 61, 62, 63]]
    return Sequences.from_list(lists, n_tokens=64)


@pytest.fixture
def y():
    return np.array(["b", "a", "a", "b", "a", "a"])


def position(y):
    """A 2-D X that says which row is which, for imbalanced-learn."""
    return np.arange(len(y)).reshape(-1, 1)


# -- what is drawn -----------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", ["auto", "minority", "all", {0: 40, 2: 25}, "callable"])
@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_over_sampler_draws_what_imbalanced_learn_draws(strategy, seed):
    y = np.random.RandomState(seed).permutation([0] * 20 + [1] * 7 + [2] * 1)
    if strategy == "callable":
        strategy = lambda y: {1: int((y == 0).sum())}  # noqa: E731
    theirs = RandomOverSampler(sampling_strategy=strategy, random_state=seed)
    theirs.fit_resample(position(y), y)
    ours = SequenceOverSampler(strategy, random_state=seed)
    X_resampled, y_resampled = ours.fit_resample(Sequences.from_list([[i] for i in range(28)]), y)
    np.testing.assert_array_equal(ours.sample_indices_, theirs.sample_indices_)
    np.testing.assert_array_equal(X_resampled.values, ours.sample_indices_)
    np.testing.assert_array_equal(y_resampled, y[ours.sample_indices_])
    assert ours.sampling_strategy_ == theirs.sampling_strategy_


@pytest.mark.parametrize("replacement", [False, True])
@pytest.mark.parametrize("strategy", ["auto", "majority", "all", {0: 3, 1: 2}, "callable"])
@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_under_sampler_draws_what_imbalanced_learn_draws(strategy, replacement, seed):
    y = np.random.RandomState(seed).permutation([0] * 20 + [1] * 7 + [2] * 1)
    if strategy == "callable":
        strategy = lambda y: {0: int((y == 1).sum())}  # noqa: E731
    parameters = {"sampling_strategy": strategy, "replacement": replacement, "random_state": seed}
    theirs = RandomUnderSampler(**parameters)
    theirs.fit_resample(position(y), y)
    ours = SequenceUnderSampler(**parameters)
    X_resampled, _ = ours.fit_resample(Sequences.from_list([[i] for i in range(28)]), y)
    np.testing.assert_array_equal(ours.sample_indices_, theirs.sample_indices_)
    np.testing.assert_array_equal(X_resampled.values, ours.sample_indices_)


def test_a_float_is_the_ratio_of_minority_to_majority():
    y = np.array([0] * 20 + [1] * 2)
    X = Sequences.from_list([[i] for i in range(22)])
    _, over = SequenceOverSampler(0.5, random_state=0).fit_resample(X, y)
    np.testing.assert_array_equal(np.bincount(over), [20, 10])
    _, under = SequenceUnderSampler(0.5, random_state=0).fit_resample(X, y)
    np.testing.assert_array_equal(np.bincount(under), [4, 2])


@both_samplers
def test_whole_sequences_come_out_in_their_own_order(sampler, X, y):
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    originals = X.tolist()
    for steps, label, index in zip(
        X_resampled.tolist(), y_resampled, sampler.sample_indices_, strict=True
    ):
        assert steps == originals[index]
        assert label == y[index]
    assert len(set(np.unique(y_resampled, return_counts=True)[1].tolist())) == 1
    assert X_resampled.n_tokens == 64


@both_samplers
def test_a_class_with_a_single_member_is_no_trouble(sampler):
    X = Sequences.from_list([[1], [2, 3], [4], [5]])
    X_resampled, y_resampled = sampler.fit_resample(X, [0, 1, 0, 0])
    n_each = 3 if isinstance(sampler, SequenceOverSampler) else 1
    assert sorted(y_resampled) == [0] * n_each + [1] * n_each
    assert [2, 3] in X_resampled.tolist()


@both_samplers
def test_the_same_seed_gives_the_same_sample_and_leaves_the_global_one_alone(sampler, X, y):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, _ = sampler.fit_resample(X, y)
    second, _ = sampler.fit_resample(X, y)
    assert first == second
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


# -- what a sequence takes along ---------------------------------------------------------------


@both_samplers
def test_origin_says_where_each_sequence_came_from(sampler, X, y):
    X_resampled, _ = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(X_resampled.origin.values, sampler.sample_indices_)
    assert X.origin is None


@both_samplers
def test_an_origin_that_is_there_is_carried_through(sampler, X, y):
    parents = Sequences.from_list([[7], [8], [7, 9], [8], [10], [11]])
    X_resampled, _ = sampler.fit_resample(X.replace(origin=parents), y)
    assert X_resampled.origin == parents[sampler.sample_indices_]


@both_samplers
@pytest.mark.parametrize("per", ["sequence", "step"])
def test_weights_follow_their_sequences(sampler, per, X, y):
    weight = np.arange(1.0, 7) if per == "sequence" else np.arange(1.0, 14)
    weighted = X.replace(weight=weight)
    X_resampled, _ = sampler.fit_resample(weighted, y)
    expected = np.concatenate([weighted[[i]].weight for i in sampler.sample_indices_])
    np.testing.assert_array_equal(X_resampled.weight, expected)


@both_samplers
def test_balanced_weights_before_a_sampler_are_counted_twice(sampler):
    y = np.repeat([0, 1], [8, 2])
    weight = class_weights("balanced", [8, 2])[y]
    X = Sequences.from_list([[i] for i in range(10)], weight=weight)
    message = f"{type(sampler).__name__} leaves .* than the weights .* weighs 4 times"
    with pytest.warns(DoubleCountingWarning, match=message):
        sampler.fit_resample(X, y)


@both_samplers
def test_weights_that_do_not_correct_imbalance_are_no_double_counting(sampler):
    y = np.repeat([0, 1], [8, 2])
    weight = np.tile([0.5, 1.5], 5)
    X = Sequences.from_list([[i] for i in range(10)], weight=weight)
    sampler.fit_resample(X, y)


def test_over_sampling_then_under_sampling_does_not_warn(X, y):
    half = SequenceOverSampler(0.75, random_state=0).fit_resample(X, y)
    X_resampled, y_resampled = SequenceUnderSampler(random_state=0).fit_resample(*half)
    assert len(X_resampled) == len(y_resampled) == 6
    assert set(X_resampled.origin.values) <= set(range(6))


# -- forms of X and y --------------------------------------------------------------------------


def as_ragged_list(X):
    return X.tolist()


def as_list_of_arrays(X):
    return list(X)


def as_series(X):
    return pd.Series(X.tolist(), index=range(100, 106))


@both_samplers
@pytest.mark.parametrize("form", [as_ragged_list, as_list_of_arrays, np.asarray, as_series])
def test_ragged_forms_come_out_as_sequences(sampler, form, X, y):
    X_resampled, _ = sampler.fit_resample(form(X), y)
    assert isinstance(X_resampled, Sequences)
    assert X_resampled == X[sampler.sample_indices_]
    np.testing.assert_array_equal(X_resampled.origin.values, sampler.sample_indices_)


@both_samplers
def test_a_three_dimensional_array_comes_out_as_sequences(sampler, y):
    cube = np.random.default_rng(0).normal(size=(6, 4, 2))
    X_resampled, _ = sampler.fit_resample(cube, y)
    np.testing.assert_array_equal(X_resampled.to_padded()[0], cube[sampler.sample_indices_])


@both_samplers
def test_lists_of_token_ids_are_sequences_even_when_equally_long(sampler, y):
    X = [[i, i + 1] for i in range(6)]
    X_resampled, _ = sampler.fit_resample(X, y)
    assert isinstance(X_resampled, Sequences)
    assert X_resampled.tolist() == [X[i] for i in sampler.sample_indices_]


@both_samplers
def test_tables_come_back_in_kind(sampler, y):
    table = np.random.default_rng(0).normal(size=(6, 3))
    from_array, _ = sampler.fit_resample(table, y)
    expected = table[sampler.sample_indices_]
    np.testing.assert_array_equal(from_array, expected)
    frame, _ = sampler.fit_resample(pd.DataFrame(table, columns=["a", "b", "c"]), y)
    pd.testing.assert_frame_equal(frame, pd.DataFrame(expected, columns=["a", "b", "c"]))
    from_list, _ = sampler.fit_resample(table.tolist(), y)
    assert from_list == expected.tolist()
    from_sparse, _ = sampler.fit_resample(sparse.csr_matrix(table), y)
    np.testing.assert_array_equal(from_sparse.toarray(), expected)


@both_samplers
def test_texts_come_back_in_kind(sampler, y):
    texts = ["one two", "three", "four five six", "", "seven", "eight"]
    from_list, _ = sampler.fit_resample(texts, y)
    expected = [texts[i] for i in sampler.sample_indices_]
    assert from_list == expected
    from_array, _ = sampler.fit_resample(np.array(texts, dtype=object), y)
    assert from_array.tolist() == expected
    series = pd.Series(texts, name="text", index=range(100, 106))
    from_series, _ = sampler.fit_resample(series, y)
    pd.testing.assert_series_equal(from_series, pd.Series(expected, name="text"))


@both_samplers
def test_lists_of_tokens_come_back_in_kind(sampler, y):
    for texts in ([["a", "b"], ["c", "d"]] * 3, [["a"], ["c", "d"], ["e", "f", "g"]] * 2):
        X_resampled, _ = sampler.fit_resample(texts, y)
        assert X_resampled == [texts[i] for i in sampler.sample_indices_]


@both_samplers
def test_y_comes_back_in_its_own_type(sampler, X, y):
    _, from_array = sampler.fit_resample(X, y)
    expected = y[sampler.sample_indices_]
    np.testing.assert_array_equal(from_array, expected)
    _, from_list = sampler.fit_resample(X, y.tolist())
    assert from_list == expected.tolist()
    _, from_series = sampler.fit_resample(X, pd.Series(y, name="label", index=range(50, 56)))
    pd.testing.assert_series_equal(from_series, pd.Series(expected, name="label"))
    _, from_one_hot = sampler.fit_resample(X, np.eye(3, dtype=int)[[0, 1, 2, 0, 1, 0]])
    assert from_one_hot.shape == (len(sampler.sample_indices_), 3)
    assert from_one_hot.sum(axis=1).tolist() == [1] * len(from_one_hot)


# -- what is refused ---------------------------------------------------------------------------


@both_samplers
@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "requires y to be passed, but the target y is None"),
        (["a", "b"], "inconsistent numbers of samples"),
        (["a"] * 6, "needs to have more than 1 class"),
        (np.linspace(0, 1, 6), "Unknown label type"),
        ([[0], [1], [0, 1], [1], [0], [0]], "one for each step; .*TagOverSampler"),
        (Sequences.from_list([[0]] * 6), "one for each step; .*TagOverSampler"),
    ],
)
def test_wrong_labels_are_explained(sampler, y, message, X):
    with pytest.raises(ValueError, match=message):
        sampler.fit_resample(X, y)
    with pytest.raises(ValueError, match=message):
        sampler.fit(X, y)


@both_samplers
@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([], "holds no sequences"),
        ([[1.0], [], [2.0], [3.0], [4.0], [5.0]], r"X\[1\] is empty"),
        ([[1.0], [np.nan, 1.0], [2.0], [3.0], [4.0], [5.0]], "contains NaN: sequence 1, step 0"),
        (np.full((6, 2), np.inf), "contains infinity"),
    ],
)
def test_wrong_sequences_are_explained(sampler, X, message, y):
    with pytest.raises(ValueError, match=message):
        sampler.fit_resample(X, y)


@both_samplers
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sampling_strategy": "al"}, "sampling_strategy.*Did you mean 'all'"),
        ({"sampling_strategy": 1.5}, "sampling_strategy.*Got 1.5"),
        ({"sampling_strategy": {"c": 9}}, "'c'.* target class is/are not present"),
        ({"random_state": "zero"}, "random_state.*Got 'zero'"),
    ],
)
def test_wrong_parameters_are_explained(sampler, change, message, X, y):
    with pytest.raises(ValueError, match=message):
        type(sampler)(**change).fit_resample(X, y)


# -- in a pipeline ------------------------------------------------------------------------------


class Recorder(BaseEstimator):
    """Remembers what it was fitted on."""

    def fit(self, X, y):
        self.X_, self.y_ = X, y
        return self

    def predict(self, X):
        return np.full(len(X), self.y_[0])


@both_samplers
def test_a_pipeline_samples_when_fitted_and_not_when_it_predicts(sampler, X, y):
    pipe = Pipeline([("sample", sampler), ("model", Recorder())]).fit(X, y)
    assert len(pipe["model"].X_) == len(pipe["sample"].sample_indices_) != len(X)
    assert len(pipe.predict(X)) == len(X)


@both_samplers
def test_sampling_never_loops_over_sequences(sampler, X, y, monkeypatch):
    expected, _ = sampler.fit_resample(X, y)
    monkeypatch.setattr(Sequences, "__iter__", None)
    monkeypatch.setattr(Sequences, "_sequence", None)
    assert sampler.fit_resample(X, y)[0] == expected
