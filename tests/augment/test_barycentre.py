"""Barycentres under DTW, against a plain implementation; whom they are made of."""

import numpy as np
import pytest

from skseq import Sequences
from skseq.augment import Barycentre, Compose, Jitter
from skseq.augment._barycentre import weighted_barycentres
from skseq.data import original_groups
from skseq.data._dtw import paired_dtw
from skseq.exceptions import SmallClassWarning


@pytest.fixture
def X():
    rng = np.random.default_rng(0)
    return Sequences.from_list([rng.normal(size=(n, 2)) for n in rng.integers(1, 12, size=24)])


@pytest.fixture
def y():
    return np.random.default_rng(1).permutation(np.repeat(["common", "rare"], [16, 8]))


# -- the average ---------------------------------------------------------------------------------


def plain_path(a, b):
    """Best warping path by the textbook recurrence, cell by cell."""
    total = np.full((len(a) + 1, len(b) + 1), np.inf)
    total[0, 0] = 0
    for i in range(len(a)):
        for j in range(len(b)):
            before = min(total[i, j], total[i, j + 1], total[i + 1, j])
            total[i + 1, j + 1] = np.sum((a[i] - b[j]) ** 2) + before
    path, (i, j) = [], (len(a), len(b))
    while (i, j) != (0, 0):
        path.append((i - 1, j - 1))
        i, j = min([(i - 1, j - 1), (i - 1, j), (i, j - 1)], key=lambda cell: total[cell])
    return path


def plain_barycentre(start, parents, weights, n_iter):
    average = start
    for _ in range(n_iter):
        values, total_weight = np.zeros_like(average), np.zeros(len(average))
        for parent, weight in zip(parents, weights, strict=True):
            for i, j in plain_path(average, parent):
                values[i] += weight * parent[j]
                total_weight[i] += weight
        average = values / total_weight[:, None]
    return average


def draw_parents(X, n_averages=10, n_parents=4):
    rng = np.random.default_rng(2)
    start = rng.integers(0, len(X), n_averages)
    parents = rng.integers(0, len(X), (n_averages, n_parents))
    return start, parents, rng.uniform(0.1, 1, parents.shape)


def test_averages_are_those_of_the_plain_algorithm(X):
    start, parents, weights = draw_parents(X)
    ours = weighted_barycentres(X, start, parents, weights, n_iter=3)
    for row, average in enumerate(ours):
        theirs = plain_barycentre(X[start[row]], [X[i] for i in parents[row]], weights[row], 3)
        np.testing.assert_allclose(average, theirs)


@pytest.mark.parametrize("window", [None, 2, 0.3])
def test_no_round_makes_the_sum_of_squared_distances_larger(X, window):
    start, parents, weights = draw_parents(X)
    sums = []
    for n_iter in range(5):
        averages = weighted_barycentres(X, start, parents, weights, n_iter=n_iter, window=window)
        both = Sequences.concatenate([averages, X])
        row = np.repeat(np.arange(len(start)), parents.shape[1])
        distances = paired_dtw(both, row, len(start) + parents.ravel(), window)
        sums.append((weights * distances.reshape(parents.shape) ** 2).sum(axis=1))
    assert (np.diff(sums, axis=0) <= 1e-9).all()
    assert (sums[-1] < sums[0]).all()


def test_a_parent_of_weight_zero_does_not_count(X):
    start, parents, weights = draw_parents(X)
    weights[:, -1] = 0
    ours = weighted_barycentres(X, start, parents, weights)
    assert ours == weighted_barycentres(X, start, parents[:, :-1], weights[:, :-1])


# -- the augmenter -------------------------------------------------------------------------------


def test_sequences_keep_their_length_and_peaks_their_place():
    early, late = [0.0, 0, 8, 0, 0, 0, 0, 0], [0.0, 0, 0, 0, 0, 4, 0]
    X_new, _ = Barycentre()([early, late], [0, 0], random_state=0)
    assert X_new.tolist() == [[0, 0, 6, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 6, 0]]


def test_as_many_candidates_as_members_give_the_nearest_of_the_class(X, y):
    X_new, _ = Barycentre(n_neighbors=3, n_candidates=len(X))(X, y, random_state=0)
    pairs = np.indices((len(X), len(X))).reshape(2, -1)
    distances = paired_dtw(X, *pairs).reshape(len(X), len(X))
    distances[y[:, None] != y] = np.inf
    nearest = np.argsort(distances, axis=1)[:, :4]  # the first is the sequence itself
    assert X_new.origin.tolist() == np.sort(nearest, axis=1).tolist()


def test_few_candidates_are_still_of_the_class_and_never_the_sequence_itself(X, y):
    for seed in range(5):
        X_new, _ = Barycentre(n_neighbors=1, n_candidates=2)(X, y, random_state=seed)
        assert (X_new.origin.lengths == 2).all()
        of_class = y[X_new.origin.values].reshape(-1, 2)
        np.testing.assert_array_equal(of_class, np.repeat(y, 2).reshape(-1, 2))


@pytest.mark.parametrize("own_weight", [0.0, 0.25, 0.75])
def test_the_signal_itself_has_its_weight(own_weight):
    X = Sequences.from_list([[0.0], [1.0], [1.0], [1.0], [1.0]])
    X_new, _ = Barycentre(own_weight)(X, np.zeros(5), random_state=0)
    assert X_new[0] == pytest.approx([1 - own_weight])


def test_weights_of_neighbours_are_drawn_from_all_that_sum_to_one():
    X = Sequences.from_list([[0.0], [1.0], [3.0]])
    augmenter = Barycentre(own_weight=0.0, n_iter=1).fit(X, [0, 0, 0])
    many = X[np.zeros(2000, dtype=int)]
    X_new, _ = augmenter(many, np.zeros(2000), random_state=0)
    # Of two neighbours: a point anywhere between 1 and 3, all alike.
    shares = np.sort((X_new.values - 1) / 2)
    np.testing.assert_allclose(shares, np.linspace(0, 1, 2000), atol=0.05)


def test_a_class_of_one_sequence_stays_as_it_is_and_is_warned_of(X, y):
    y = y.copy()
    y[7] = "single"
    with pytest.warns(SmallClassWarning, match=r"class\(es\) single have a single sequence each"):
        X_new, _ = Barycentre()(X, y, random_state=0)
    np.testing.assert_array_equal(X_new[7], X[7])
    assert X_new.origin[7].tolist() == [7]


def test_copies_of_one_sequence_have_nothing_to_be_mixed_with():
    X = Sequences.from_list([[1.0, 2.0, 4.0]] * 3)
    X_new, _ = Barycentre()(X, [0, 0, 0], random_state=0)
    assert X_new == X
    assert X_new.origin.tolist() == [[0], [1], [2]]


# -- fitted to the training data, and called with parts of it ------------------------------------


def test_neighbours_of_a_part_come_from_the_training_data(X, y):
    augmenter = Barycentre(n_candidates=len(X)).fit(X, y)
    part = X.replace(origin=np.arange(len(X)))[[3]]
    X_new, _ = augmenter(part, y[[3]], random_state=0)
    assert len(X_new.origin[0]) == 6
    assert 3 in X_new.origin[0]


def test_origins_of_the_training_data_are_those_that_are_named(X, y):
    X = X.replace(origin=100 + np.arange(len(X)))
    X_new, _ = Barycentre().fit(X, y)(X[:5], y[:5], random_state=0)
    assert (X_new.origin.values >= 100).all()


def test_without_origins_of_a_part_none_are_made_up(X, y):
    X_new, _ = Barycentre().fit(X, y)(X[:5], y[:5], random_state=0)
    assert X_new.origin is None


def test_no_split_separates_a_barycentre_from_its_parents(X, y):
    X_new, _ = Barycentre()(X, y, random_state=0)
    groups = original_groups(X_new)
    rows = X_new.origin.sequence_index()
    first_of = groups[X_new.origin.values]
    np.testing.assert_array_equal(first_of, groups[rows])


def test_origins_are_named_through_a_combination(X, y):
    X_new, _ = Compose([Jitter(), Barycentre()])(X, y, random_state=0)
    assert X_new.origin.lengths.min() > 1


# -- y -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("augmenter", [Barycentre(), Compose([Jitter(), Barycentre()])])
@pytest.mark.parametrize("method", ["fit", "__call__"])
def test_it_needs_the_class_of_each_sequence(augmenter, method, X):
    with pytest.raises(ValueError, match=r"needs y with one label for each sequence, got none"):
        getattr(augmenter, method)(X)
    tags = X.replace(values=np.zeros(X.n_steps, dtype=int))
    with pytest.raises(ValueError, match="got one for each step"):
        getattr(augmenter, method)(X, tags)


def test_a_class_that_was_not_fitted_is_refused(X, y):
    augmenter = Barycentre().fit(X, y)
    with pytest.raises(ValueError, match=r"y holds the class\(es\) \['new'\].*knows \['common'"):
        augmenter(X[:2], ["new", "rare"])


def test_tokens_are_refused():
    with pytest.raises(TypeError, match="changes floating-point values"):
        Barycentre()([[1, 2], [3]], [0, 0])
