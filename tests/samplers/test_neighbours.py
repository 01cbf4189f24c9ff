"""Nearest sequences and sequences in between, against brute force and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from skseq import Sequences
from skseq.data._dtw import paired_dtw
from skseq.samplers import _neighbours
from skseq.samplers._neighbours import mix_sequences, nearest_sequences


@pytest.fixture
def X():
    rng = np.random.default_rng(0)
    return Sequences.from_list([rng.normal(size=(n, 2)) for n in rng.integers(1, 15, size=40)])


def nearest_of_matrix(distances, k):
    distances = distances.copy()
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")[:, :k]


# -- who is near -------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [None, 0.2])
@pytest.mark.parametrize("queries", [None, np.array([31, 4, 17])])
def test_neighbours_by_dtw_are_those_of_the_whole_distance_matrix(X, window, queries, monkeypatch):
    first, second = (grid.ravel() for grid in np.indices((40, 40)))
    distances = paired_dtw(X, first, second, window).reshape(40, 40)
    expected = nearest_of_matrix(distances, 4)
    monkeypatch.setattr(_neighbours, "_BLOCK", 13)  # a last block of one
    ours = nearest_sequences(X, 4, queries, window=window, n_jobs=2)
    np.testing.assert_array_equal(ours, expected if queries is None else expected[queries])


def test_neighbours_by_a_callable_are_those_of_its_distances(X, monkeypatch):
    def by_mean(a, b):
        return abs(a.mean() - b.mean())

    means = np.array([steps.mean() for steps in X])
    monkeypatch.setattr(_neighbours, "_PAIRS_OF_BLOCK", 280)
    ours = nearest_sequences(X, 3, metric=by_mean)
    np.testing.assert_array_equal(ours, nearest_of_matrix(abs(means[:, None] - means), 3))


def test_neighbours_by_euclid_are_those_of_scikit_learn_where_lengths_are_equal():
    table = np.random.default_rng(0).normal(size=(30, 6))
    ours = nearest_sequences(Sequences.from_padded(table.reshape(30, 3, 2)), 4, metric="euclidean")
    theirs = NearestNeighbors(n_neighbors=5).fit(table).kneighbors(table, return_distance=False)
    np.testing.assert_array_equal(ours, theirs[:, 1:])


def test_neighbours_by_euclid_know_a_stretched_sequence_again():
    slow, fast = np.linspace(0, 1, 21), np.linspace(0, 1, 7)
    X = Sequences.from_list([slow, fast**2, fast, 1 - fast])
    assert nearest_sequences(X, 1, metric="euclidean")[0] == [2]


def test_equally_near_sequences_come_in_their_order(monkeypatch):
    X = Sequences.from_list([[1.0, 2.0]] * 6)
    monkeypatch.setattr(_neighbours, "_BLOCK", 2)
    nearest = nearest_sequences(X, 2)
    assert nearest.tolist() == [[1, 2], [0, 2], [0, 1], [0, 1], [0, 1], [0, 1]]


def test_neighbours_stay_the_same_far_from_zero(X):
    far = X.replace(values=X.values + 1e6)
    np.testing.assert_array_equal(nearest_sequences(far, 3), nearest_sequences(X, 3))


def test_dtw_runs_only_on_pairs_that_may_be_near(monkeypatch):
    # Two groups far apart: no member of one is compared with a member of the other.
    rng = np.random.default_rng(0)
    levels = np.repeat([0.0, 100.0], 20)
    X = Sequences.from_list([rng.normal(size=rng.integers(3, 9)) + level for level in levels])
    compared = set()

    def watched(X, first, second, *args):
        compared.update(zip(levels[first], levels[second], strict=True))
        return paired_dtw(X, first, second, *args)

    monkeypatch.setattr(_neighbours, "paired_dtw", watched)
    nearest = nearest_sequences(X, 3)
    assert (levels[nearest] == levels[:, None]).all()
    assert compared == {(0.0, 0.0), (100.0, 100.0)}


# -- what lies between ----------------------------------------------------------------------


def mixed(a, b, fraction, **options):
    X = Sequences.from_list([a, b])
    new = mix_sequences(X, np.array([0]), np.array([1]), np.array([fraction]), **options)
    return new[0]


@pytest.mark.parametrize("metric", ["dtw", "euclidean"])
@settings(max_examples=30)
@given(n=st.integers(1, 12), m=st.integers(1, 12), seed=st.integers(0, 100))
def test_the_ends_of_the_way_are_the_two_sequences(metric, n, m, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, 2)), rng.normal(size=(m, 2))
    np.testing.assert_allclose(mixed(a, b, 0.0, metric=metric), a)
    np.testing.assert_allclose(mixed(a, b, 1.0, metric=metric), b)


@pytest.mark.parametrize("metric", ["dtw", "euclidean"])
@settings(max_examples=30)
@given(n=st.integers(1, 12), m=st.integers(1, 12), fraction=st.floats(0, 1))
def test_lengths_and_values_lie_between_those_of_the_two(metric, n, m, fraction):
    rng = np.random.default_rng(n * m)
    a, b = rng.uniform(0, 1, size=n), rng.uniform(2, 3, size=m)
    between = mixed(a, b, fraction, metric=metric)
    assert len(between) == round(n + fraction * (m - n))
    assert between.min() >= 2 * fraction - 1e-9
    assert between.max() <= 1 + 2 * fraction + 1e-9


def test_a_peak_moves_along_the_elastic_path_and_is_halved_without_it():
    def peak_at(step):
        return np.where(np.arange(13) == step, 1.0, 0.0)

    elastic = mixed(peak_at(4), peak_at(8), 0.5)
    np.testing.assert_allclose(elastic, peak_at(6), atol=1e-12)
    plain = mixed(peak_at(4), peak_at(8), 0.5, metric="euclidean")
    np.testing.assert_allclose(plain, (peak_at(4) + peak_at(8)) / 2)


def test_a_mix_is_the_path_read_at_even_moments():
    rng = np.random.default_rng(0)
    a, b, fraction = rng.normal(size=9), rng.normal(size=14), 0.3
    X = Sequences.from_list([a, b])
    path = _neighbours.dtw_paths(X, np.array([0]), np.array([1]))[0]
    i, j = path.T
    moments = (1 - fraction) * i + fraction * j
    values = (1 - fraction) * a[i] + fraction * b[j]
    even = np.linspace(0, moments[-1], round(9 * 0.7 + 14 * 0.3))
    np.testing.assert_allclose(mixed(a, b, fraction), np.interp(even, moments, values))


def test_a_mix_does_not_depend_on_what_is_mixed_beside_it(X, monkeypatch):
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 40, size=(2, 30))
    fraction = rng.uniform(size=30)
    together = mix_sequences(X, first, second, fraction)
    monkeypatch.setattr(_neighbours, "_STEPS_OF_BATCH", 10)
    by_batches = mix_sequences(X, first, second, fraction)
    np.testing.assert_allclose(by_batches.values, together.values, atol=1e-9)
    for row in range(30):
        alone = mix_sequences(X, first[[row]], second[[row]], fraction[[row]])
        np.testing.assert_allclose(alone[0], together[row], atol=1e-9)


@pytest.mark.parametrize("metric", ["dtw", "euclidean"])
def test_weights_are_mixed_as_values_are(metric):
    a, b = [0.0, 1.0, 2.0], [4.0, 5.0, 6.0, 7.0, 8.0]
    args = np.array([0]), np.array([1]), np.array([0.5])
    of_sequences = Sequences.from_list([a, b], weight=[1.0, 3.0])
    assert mix_sequences(of_sequences, *args, metric=metric).weight.tolist() == [2.0]
    of_steps = Sequences.from_list([a, b], weight=np.concatenate([a, b]))
    new = mix_sequences(of_steps, *args, metric=metric)
    assert new.has_step_weight
    np.testing.assert_allclose(new.weight, new.values)
