import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import SequenceClassifier, Sequences
from skseq.preprocessing import SequenceScaler


@parametrize_with_checks([SequenceScaler(), SequenceScaler(with_mean=False, with_std=False)])
def test_estimator_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture
def X():
    rng = np.random.RandomState(0)
    lengths = rng.randint(1, 12, size=30)
    values = rng.normal([5.0, -300.0, 0.01], [2.0, 40.0, 0.003], size=(lengths.sum(), 3))
    return Sequences.from_lengths(values, lengths)


@pytest.mark.parametrize("with_mean", [True, False])
@pytest.mark.parametrize("with_std", [True, False])
def test_scaling_is_that_of_standard_scaler_on_the_concatenated_steps(X, with_mean, with_std):
    ours = SequenceScaler(with_mean=with_mean, with_std=with_std).fit(X)
    theirs = StandardScaler(with_mean=with_mean, with_std=with_std).fit(X.values)
    scaled = ours.transform(X)
    np.testing.assert_array_equal(scaled.values, theirs.transform(X.values))
    assert scaled.aligns_with(X)
    for name in ("mean_", "var_", "scale_"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    assert ours.n_steps_seen_ == X.n_steps


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.lists(st.floats(-1e3, 1e3, allow_subnormal=False), min_size=1, max_size=6),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_order_of_sequences_and_padding_change_nothing(rows, random):
    arrays = [np.array(row) for row in rows]
    X = Sequences.from_list(arrays)
    scaler = SequenceScaler().fit(X)
    order = random.sample(range(len(X)), len(X))
    padded, lengths = X.to_padded(max_length=10, fill_value=np.nan)
    for other in (X[order], Sequences.from_padded(padded, lengths), arrays):
        again = SequenceScaler().fit(other)
        np.testing.assert_allclose(again.mean_, scaler.mean_, atol=1e-9)
        np.testing.assert_allclose(again.var_, scaler.var_, rtol=1e-9, atol=1e-9)
    shuffled = scaler.transform(X[order])
    assert shuffled == scaler.transform(X)[order]


def test_true_steps_have_mean_0_and_variance_1(X):
    values = SequenceScaler().fit_transform(X).values
    np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(values.std(axis=0), 1)


def test_inverse_transform_undoes_transform(X):
    scaler = SequenceScaler().fit(X)
    back = scaler.inverse_transform(scaler.transform(X))
    np.testing.assert_allclose(back.values, X.values)
    assert back.aligns_with(X)


def test_a_table_is_one_feature_and_stays_a_table():
    table = np.arange(12.0).reshape(3, 4) ** 2
    scaler = SequenceScaler()
    scaled = scaler.fit_transform(table)
    np.testing.assert_allclose(scaled, (table - table.mean()) / table.std())
    np.testing.assert_allclose(scaler.inverse_transform(scaled), table)
    assert scaler.mean_.shape == scaler.scale_.shape == (1,)
    assert (scaler.n_features_in_, scaler.n_step_features_) == (4, 1)
    assert isinstance(scaler.transform(table.tolist()), np.ndarray)


def test_a_list_of_another_length_than_those_of_fit_goes_through_a_pipeline():
    rows = np.random.default_rng(0).normal(size=(12, 5)).tolist()
    pipe = make_pipeline(
        SequenceScaler(), SequenceClassifier(hidden_size=4, max_epochs=2, random_state=0)
    )
    pipe.fit(rows, [0, 1] * 6)
    assert len(pipe.predict([[0.1, 0.2, 0.3]])) == 1
    with pytest.raises(ValueError, match="expecting 5"):
        pipe.predict(np.ones((1, 3)))


def test_lists_of_arrays_and_3d_arrays_give_sequences(X):
    scaler = SequenceScaler().fit(X)
    assert scaler.transform(list(X)) == scaler.transform(X)
    cube = X.to_padded()[0]
    assert scaler.transform(cube).lengths.tolist() == [cube.shape[1]] * len(cube)
    equal = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
    assert isinstance(SequenceScaler().fit_transform(equal), Sequences)
    assert isinstance(SequenceScaler().fit_transform([[1.0, 2.0], [3.0]]), Sequences)


def test_weight_and_origin_are_kept(X):
    X = X.replace(weight=np.arange(len(X)), origin=np.arange(len(X))[::-1].copy())
    scaled = SequenceScaler().fit_transform(X)
    np.testing.assert_array_equal(scaled.weight, X.weight)
    assert scaled.origin == X.origin


def test_integer_steps_are_scaled_as_measurements():
    X = Sequences.from_list([[1, 2], [6]], n_tokens=7)
    scaled = SequenceScaler().fit_transform(X)
    assert scaled.n_tokens is None
    np.testing.assert_allclose(scaled.values, StandardScaler().fit_transform([[1], [2], [6]])[:, 0])


def test_single_precision_stays_and_the_input_is_not_changed(X):
    single = X.replace(values=X.values.astype(np.float32))
    before = single.values.copy()
    assert SequenceScaler().fit_transform(single).dtype == np.float32
    np.testing.assert_array_equal(single.values, before)


def test_a_constant_feature_becomes_zero():
    X = Sequences.from_lengths(np.array([[1.0, 7.0], [2.0, 7.0], [3.0, 7.0]]), [2, 1])
    scaler = SequenceScaler().fit(X)
    assert scaler.scale_[1] == 1
    np.testing.assert_array_equal(scaler.transform(X).values[:, 1], 0)


def test_partial_fit_over_parts_equals_fit_on_the_whole(X):
    whole = SequenceScaler().fit(X)
    parts = SequenceScaler().partial_fit(X[:7]).partial_fit(X[7:])
    np.testing.assert_allclose(parts.mean_, whole.mean_)
    np.testing.assert_allclose(parts.var_, whole.var_)
    assert parts.n_steps_seen_ == whole.n_steps_seen_
    np.testing.assert_array_equal(parts.fit(X).mean_, whole.mean_)  # fit starts anew


def test_a_sample_weight_counts_like_so_many_copies(X):
    copies = np.random.RandomState(1).randint(0, 4, size=len(X))
    weighted = SequenceScaler().fit(X, sample_weight=copies)
    repeated = SequenceScaler().fit(X[np.repeat(np.arange(len(X)), copies)])
    np.testing.assert_allclose(weighted.mean_, repeated.mean_)
    np.testing.assert_allclose(weighted.var_, repeated.var_)


def test_pandas_output_frames_tables_and_leaves_sequences_alone(X):
    frame = pd.DataFrame({"t0": [1.0, 2.0], "t1": [3.0, 4.0]}, index=["a", "b"])
    scaler = SequenceScaler().set_output(transform="pandas")
    scaled = scaler.fit_transform(frame)
    assert list(scaled.columns) == ["t0", "t1"]
    assert list(scaled.index) == ["a", "b"]
    assert isinstance(scaler.fit_transform(X), Sequences)
    with config_context(transform_output="pandas"):
        assert isinstance(SequenceScaler().fit_transform(frame), pd.DataFrame)
        assert SequenceScaler().fit(X).transform(X) == scaler.transform(X)
    pipe = make_pipeline(SequenceScaler(), SequenceScaler(with_mean=False))
    assert isinstance(pipe.set_output(transform="pandas").fit_transform(X), Sequences)


def test_clone_and_pickle_keep_what_they_should(X):
    scaler = SequenceScaler(with_mean=False).fit(X)
    assert not hasattr(clone(scaler), "mean_")
    assert pickle.loads(pickle.dumps(scaler)).transform(X) == scaler.transform(X)


def test_unfitted_scaler_says_so(X):
    with pytest.raises(NotFittedError):
        SequenceScaler().transform(X)


def test_nan_is_refused_with_its_place(X):
    values = X.values.copy()
    values[X.offsets[4] + 0, 1] = np.nan
    with pytest.raises(ValueError, match=r"contains NaN: sequence 4, step 0"):
        SequenceScaler().fit(X.replace(values=values))


def test_another_number_of_features_is_refused(X):
    scaler = SequenceScaler().fit(X)
    with pytest.raises(ValueError, match="X has 2 features, but SequenceScaler is expecting 3"):
        scaler.transform(X.replace(values=X.values[:, :2]))


def test_an_empty_sequence_is_refused():
    with pytest.raises(ValueError, match=r"X\[1\] is empty"):
        SequenceScaler().fit([np.ones(2), np.empty(0)])


def test_a_misspelt_switch_is_refused(X):
    with pytest.raises(ValueError, match="'with_std' parameter of SequenceScaler must be"):
        SequenceScaler(with_std="yes").fit(X)
