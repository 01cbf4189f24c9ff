import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skseq.datasets._draws import class_counts, class_shares, draw_categories, draw_lengths


def test_a_number_is_the_share_of_class_0_and_the_rest_follows_zipf():
    np.testing.assert_allclose(class_shares(0.4, 3), [0.4, 0.4, 0.2])
    np.testing.assert_allclose(class_shares(0.9, 2), [0.9, 0.1])


def test_an_array_of_weights_is_normalised():
    np.testing.assert_allclose(class_shares([8, 1, 1], 3), [0.8, 0.1, 0.1])


@pytest.mark.parametrize("weights", [[1, 1], [1, 1, 0], [1, 1, -1], [1, 1, np.nan], [[1, 1, 1]]])
def test_weights_that_do_not_fit_the_classes_are_refused(weights):
    with pytest.raises(ValueError, match="weights must be the share of class 0 or 3 positive"):
        class_shares(weights, 3)


@given(st.lists(st.floats(1e-6, 1), min_size=2, max_size=8), st.integers(8, 500))
def test_counts_add_up_leave_no_class_empty_and_miss_no_share_by_much(weights, n_samples):
    shares = class_shares(weights, len(weights))
    counts = class_counts(shares, n_samples)
    assert counts.sum() == n_samples
    assert counts.min() >= 1
    # Off by less than 1, but for members given to, or taken for, classes that rounded to none.
    assert np.all(np.abs(counts - shares * n_samples) < 1 + np.sum(shares * n_samples < 1))


def test_fewer_samples_than_classes_are_refused():
    with pytest.raises(ValueError, match="n_samples=2 is less than the 3 classes"):
        class_counts(np.full(3, 1 / 3), 2)


def test_lengths_stay_in_their_range_and_reach_both_ends():
    lengths = draw_lengths((3, 6), 500, np.random.RandomState(0))
    assert set(lengths) == {3, 4, 5, 6}
    assert np.sum(lengths == 3) > np.sum(lengths == 6)


def test_a_single_length_is_everybodys():
    assert draw_lengths(7, 3, np.random.RandomState(0)).tolist() == [7, 7, 7]


@pytest.mark.parametrize("length", [0, (5, 3), (0, 3), (1.5, 3)])
def test_impossible_lengths_are_refused(length):
    with pytest.raises(ValueError, match="length must be a positive int or a pair"):
        draw_lengths(length, 3, np.random.RandomState(0))


def test_categories_are_drawn_with_their_probabilities():
    rows = np.tile([0.5, 0.0, 0.5 - 1e-17, 0.0], (4000, 1))
    draws = draw_categories(rows, np.random.RandomState(0))
    assert set(draws) == {0, 2}
    assert abs(np.mean(draws == 0) - 0.5) < 0.03
