"""Removing sequences that lie among those of another class."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.under_sampling import EditedNearestNeighbours, TomekLinks
from imblearn.utils._test_common.instance_generator import _get_check_estimator_ids
from imblearn.utils.estimator_checks import estimator_checks_generator
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import Sequences
from skseq.data._dtw import paired_dtw
from skseq.exceptions import SmallClassWarning
from skseq.samplers import SequenceEditedNearestNeighbours, SequenceTomekLinks

CLEANERS = [SequenceEditedNearestNeighbours, SequenceTomekLinks]
both_cleaners = pytest.mark.parametrize("cleaner", CLEANERS)


# The checks have 1000 sequences: too many for DTW of all pairs in each of twenty tests.
@pytest.mark.parametrize(
    ("estimator", "check"),
    [
        pair
        for cleaner in CLEANERS
        for pair in estimator_checks_generator(cleaner(metric="euclidean"))
    ],
    ids=_get_check_estimator_ids,
)
def test_cleaners_pass_the_checks_of_imbalanced_learn(estimator, check):
    check(estimator)


@parametrize_with_checks([cleaner() for cleaner in CLEANERS])
def test_cleaners_pass_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture
def X(ragged_values):
    return ragged_values


@pytest.fixture
def y():
    """Labels that say nothing about the values, so that classes lie among each other."""
    return np.random.default_rng(5).permutation(np.repeat(["common", "rare"], [18, 12]))


def overlapping_table(seed):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat([0, 1, 2], [30, 15, 8]))
    return rng.normal(size=(len(y), 3)) + y[:, None], y


strategies = pytest.mark.parametrize("strategy", ["auto", "all", "majority", [1]])


# -- beside imbalanced-learn -------------------------------------------------------------------


@strategies
@pytest.mark.parametrize("kind_sel", ["all", "mode"])
@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
@pytest.mark.filterwarnings("ignore::skseq.exceptions.SmallClassWarning")
def test_edited_neighbours_of_a_table_are_those_of_imbalanced_learn(strategy, kind_sel, seed):
    X, y = overlapping_table(seed)
    parameters = {"sampling_strategy": strategy, "kind_sel": kind_sel}
    ours = SequenceEditedNearestNeighbours(**parameters, metric="euclidean")
    theirs = EditedNearestNeighbours(**parameters)
    X_resampled, y_resampled = ours.fit_resample(X, y)
    _, their_y = theirs.fit_resample(X, y)
    survived = np.isin(y_resampled, their_y)  # they may remove a class, we don't
    np.testing.assert_array_equal(ours.sample_indices_[survived], theirs.sample_indices_)
    np.testing.assert_array_equal(X_resampled, X[ours.sample_indices_])
    assert set(y_resampled) == {0, 1, 2}


@strategies
@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_tomek_links_of_a_table_are_those_of_imbalanced_learn(strategy, seed):
    X, y = overlapping_table(seed)
    ours = SequenceTomekLinks(strategy, metric="euclidean")
    theirs = TomekLinks(sampling_strategy=strategy)
    _, y_resampled = ours.fit_resample(X, y)
    theirs.fit_resample(X, y)
    np.testing.assert_array_equal(ours.sample_indices_, theirs.sample_indices_)
    np.testing.assert_array_equal(y_resampled, y[ours.sample_indices_])


# -- ragged, by brute force --------------------------------------------------------------------


def distances_of(X, window):
    first, second = (grid.ravel() for grid in np.indices((len(X), len(X))))
    distances = paired_dtw(X, first, second, window).reshape(len(X), len(X))
    np.fill_diagonal(distances, np.inf)
    return distances


@pytest.mark.parametrize("window", [None, 1, 0.2])
def test_edited_neighbours_of_ragged_sequences_have_neighbours_of_their_class(window, X, y):
    cleaner = SequenceEditedNearestNeighbours(n_neighbors=2, window=window)
    X_resampled, y_resampled = cleaner.fit_resample(X, y)
    kept = [
        i
        for i, row in enumerate(distances_of(X, window))
        if y[i] == "rare" or all(y[j] == y[i] for j in np.argsort(row)[:2])
    ]
    assert sorted(cleaner.sample_indices_) == kept
    assert len(kept) < 30
    assert X_resampled == X[cleaner.sample_indices_]
    assert y_resampled.tolist() == y[cleaner.sample_indices_].tolist()


@pytest.mark.parametrize("window", [None, 1, 0.2])
def test_no_end_of_a_tomek_link_stays(window, X, y):
    cleaner = SequenceTomekLinks("all", window=window, n_jobs=2)
    X_resampled, _ = cleaner.fit_resample(X, y)
    nearest = distances_of(X, window).argmin(axis=1)
    linked = [i for i in range(30) if nearest[nearest[i]] == i and y[i] != y[nearest[i]]]
    assert sorted({*range(30)} - set(cleaner.sample_indices_)) == linked
    assert linked
    np.testing.assert_array_equal(X_resampled.origin.values, cleaner.sample_indices_)


@both_cleaners
def test_weights_and_origins_follow(cleaner, X, y):
    weighted = X.replace(weight=np.arange(1.0, 31), origin=np.arange(100, 130))
    sampler = cleaner(["common"])
    X_resampled, _ = sampler.fit_resample(weighted, y)
    assert len(X_resampled) < 30
    np.testing.assert_array_equal(X_resampled.weight, 1.0 + sampler.sample_indices_)
    np.testing.assert_array_equal(X_resampled.origin.values, 100 + sampler.sample_indices_)


@both_cleaners
def test_a_class_never_vanishes(cleaner):
    X = Sequences.from_list([[0.0], [0.1, 0.1], [5.0], [0.05, 0.05], [5.1, 5.0]])
    y = np.array(["a", "a", "a", "b", "a"])
    with pytest.warns(SmallClassWarning, match="class b lies among other classes"):
        _, y_resampled = cleaner(["b"]).fit_resample(X, y)
    assert sorted(y_resampled) == ["a", "a", "a", "a", "b"]


@both_cleaners
def test_tokens_are_refused(cleaner, ragged_tokens, y):
    with pytest.raises(TypeError, match=rf"token ids .*, but {cleaner.__name__} needs values"):
        cleaner().fit_resample(ragged_tokens, y)


@both_cleaners
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"metric": "euclidian"}, "metric.*Did you mean 'euclidean'"),
        ({"window": -0.5}, "window.*Got -0.5"),
        ({"sampling_strategy": "non-minority"}, "sampling_strategy.*Did you mean 'not minority'"),
    ],
)
def test_wrong_parameters_are_explained(cleaner, parameters, message, X, y):
    with pytest.raises(ValueError, match=message):
        cleaner(**parameters).fit_resample(X, y)
