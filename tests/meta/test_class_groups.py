"""Distances and joining of classes, computed a second way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.cluster import hierarchy
from sklearn.metrics import confusion_matrix
from sklearn.metrics.pairwise import cosine_distances

from skseq.meta._class_groups import (
    centroid_distances,
    confusion_distances,
    cut_into,
    join_classes,
)


@pytest.fixture
def codes():
    return np.random.default_rng(0).permutation(np.repeat([0, 1, 2, 3], [20, 9, 2, 1]))


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix, sparse.csr_array])
def test_centroids_are_means_and_distances_straight_lines(codes, form):
    features = np.random.default_rng(1).normal(size=(len(codes), 5))
    means = [features[codes == c].mean(axis=0) for c in range(4)]
    expected = [[np.linalg.norm(a - b) for b in means] for a in means]
    np.testing.assert_allclose(centroid_distances(form(features), codes), expected, atol=1e-12)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_cosines_are_those_of_scikit_learn_and_nothing_is_like_zeros(codes, form):
    features = np.random.default_rng(1).uniform(size=(len(codes), 5))
    features[codes == 3] = 0
    means = [features[codes == c].mean(axis=0) for c in range(4)]
    ours = centroid_distances(form(features), codes, "cosine")
    np.testing.assert_allclose(ours, cosine_distances(means), atol=1e-12)


def test_confusion_counts_both_ways_by_the_size_of_the_class(codes):
    predicted = np.random.default_rng(2).integers(0, 4, size=len(codes))
    rates = confusion_matrix(codes, predicted, normalize="true")
    distances = confusion_distances(codes, predicted, 4)
    for i in range(4):
        for j in range(4):
            expected = 0 if i == j else 1 - (rates[i, j] + rates[j, i]) / 2
            assert distances[i, j] == pytest.approx(expected)


@pytest.mark.parametrize("method", ["average", "complete", "single", "ward"])
@given(st.integers(2, 9), st.integers(1, 9), st.integers(0, 1000))
def test_cutting_is_that_of_scipy(method, n_classes, n_groups, seed):
    points = np.random.default_rng(seed).normal(size=(n_classes, 3))
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    linkage = join_classes(distances, method)
    ours = cut_into(linkage, n_groups)
    theirs = hierarchy.cut_tree(linkage, min(n_groups, n_classes)).ravel()
    np.testing.assert_array_equal(ours[:, None] == ours, theirs[:, None] == theirs)


def test_equal_distances_still_leave_as_many_groups_as_asked_for():
    linkage = join_classes(1.0 - np.eye(6), "average")
    assert [len(set(cut_into(linkage, n))) for n in range(1, 7)] == [1, 2, 3, 4, 5, 6]


def test_one_class_joins_none():
    assert cut_into(join_classes(np.zeros((1, 1)), "average"), 2).tolist() == [0]
