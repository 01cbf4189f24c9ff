"""SPAWNER: paths through a pair of steps by brute force, means along them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq import Sequences
from skseq.augment import Spawner
from skseq.augment._spawner import paths_through
from skseq.exceptions import SmallClassWarning


def all_paths(n, m):
    """Every warping path of sequences of n and m steps."""
    if (n, m) == (1, 1):
        return [[(0, 0)]]
    earlier = [(n - 1, m - 1), (n - 1, m), (n, m - 1)]
    paths = [path for i, j in earlier if i and j for path in all_paths(i, j)]
    return [[*path, (n - 1, m - 1)] for path in paths]


@settings(max_examples=30)
@given(n=st.integers(1, 5), m=st.integers(1, 5), share=st.floats(0, 0.99), seed=st.integers(0, 99))
def test_paths_are_the_best_of_those_through_the_pair(n, m, share, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, 2)), rng.normal(size=(m, 2))
    pair = (int(share * n), int(share * m))
    X = Sequences.from_list([a, b])
    paths = paths_through(X, np.array([0]), np.array([1]), np.array([share]))
    costs = {
        tuple(path): sum(np.sum((a[i] - b[j]) ** 2) for i, j in path)
        for path in all_paths(n, m)
        if pair in path
    }
    ours = tuple((i, j) for i, j in paths.tolist()[0])
    assert costs[ours] == pytest.approx(min(costs.values()))


def test_a_path_does_not_depend_on_the_pairs_beside_it():
    rng = np.random.default_rng(0)
    X = Sequences.from_list([rng.normal(size=n) for n in rng.integers(1, 15, size=12)])
    first, second = rng.integers(0, 12, (2, 20))
    share = rng.random(20)
    together = paths_through(X, first, second, share, 0.3)
    alone = [
        paths_through(X, first[[k]], second[[k]], share[[k]], 0.3).tolist()[0] for k in range(20)
    ]
    assert together.tolist() == alone


def test_the_result_is_the_mean_along_the_path_read_at_even_moments():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=8), rng.normal(size=5)
    X_new, _ = Spawner(sigma=0.0, window=None)([a, b], [0, 0], random_state=0)
    assert X_new.lengths.tolist() == [6, 6]  # round(13 / 2), to even
    candidates = [through(a, b, share) for share in np.arange(0, 1, 0.01)]
    assert any(np.allclose(X_new[0], candidate) for candidate in candidates)
    candidates = [through(b, a, share) for share in np.arange(0, 1, 0.01)]
    assert any(np.allclose(X_new[1], candidate) for candidate in candidates)


def through(a, b, share):
    X = Sequences.from_list([a, b])
    path = paths_through(X, np.array([0]), np.array([1]), np.array([share]))
    i, j = path.values.T
    moments, points = (i + j) / 2, (a[i] + b[j]) / 2
    return np.interp(np.linspace(0, moments[-1], 6), moments, points)


def test_without_noise_values_lie_between_those_of_the_two():
    rng = np.random.default_rng(0)
    X = Sequences.from_list([rng.uniform(k, k + 1, size=n) for k, n in enumerate([5, 8, 3, 9])])
    y = ["low", "low", "high", "high"]
    X_new, _ = Spawner(sigma=0.0)(X, y, random_state=0)
    assert X_new.values[X_new.sequence_index() < 2].max() < 2
    assert X_new.values[X_new.sequence_index() >= 2].min() > 2


def test_noise_is_in_proportion_to_the_difference_of_the_two():
    X = Sequences.from_list([np.zeros((400, 2)), np.full((400, 2), [1.0, 10.0])])
    X_new, _ = Spawner(sigma=0.2, window=0)(X, [0, 0], random_state=0)
    np.testing.assert_allclose(X_new[0].mean(axis=0), [0.5, 5.0], rtol=0.05)
    np.testing.assert_allclose(X_new[0].std(axis=0), [0.2, 2.0], rtol=0.1)


def test_the_same_two_give_other_results():
    rng = np.random.default_rng(0)
    X = Sequences.from_list([rng.normal(size=12), rng.normal(size=15)])
    results = [Spawner(sigma=0.0)(X, [0, 0], random_state=seed)[0].tolist()[0] for seed in range(8)]
    assert len({tuple(result) for result in results}) > 3


def test_each_is_mixed_with_one_other_of_its_class():
    rng = np.random.default_rng(0)
    X = Sequences.from_list([rng.normal(size=n) for n in rng.integers(1, 10, size=40)])
    y = rng.integers(0, 3, size=40)
    X_new, _ = Spawner()(X, y, random_state=0)
    assert (X_new.origin.lengths == 2).all()
    pairs = X_new.origin.values.reshape(-1, 2)
    assert (pairs == np.arange(40)[:, None]).any(axis=1).all()
    np.testing.assert_array_equal(y[pairs[:, 0]], y[pairs[:, 1]])


def test_a_class_of_one_sequence_stays_as_it_is_and_is_warned_of():
    X = Sequences.from_list([[1.0, 5.0, 2.0], [2.0, 3.0], [4.0]])
    with pytest.warns(SmallClassWarning, match="Spawner has nothing to mix with"):
        X_new, _ = Spawner()(X, ["a", "b", "b"], random_state=0)
    assert X_new[0].tolist() == [1.0, 5.0, 2.0]


def test_weights_of_steps_are_those_of_the_first_at_the_same_share_of_the_way():
    X = Sequences.from_list([np.zeros(3), np.ones(9)], weight=[1.0, 2, 3] + [9.0] * 9)
    X_new, _ = Spawner()(X, [0, 0], random_state=0)
    assert X_new.weight.tolist() == [1, 1, 2, 2, 3, 3] + [9] * 6
