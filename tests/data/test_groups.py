"""Groups of rows that share an original, and the split that holds originals out."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skseq import Sequences
from skseq.data import original_groups, split_originals
from skseq.exceptions import SmallClassWarning


def numbered(keys):
    """Number keys in the order in which they first appear."""
    seen = {}
    return [seen.setdefault(key, len(seen)) for key in keys]


def with_origin(origins, values=None):
    values = range(len(origins)) if values is None else values
    origin = Sequences.from_list(origins, dtype=np.int64)
    return Sequences.from_list([[value] for value in values], origin=origin)


# -- groups by content ----------------------------------------------------------------------------

few_steps = st.lists(st.lists(st.integers(0, 2), max_size=3), max_size=12)


@given(few_steps, st.sampled_from([np.int64, np.int8, np.float32, np.float64, bool, str, object]))
def test_without_origin_identical_content_is_one_group(lists, dtype):
    X = Sequences.from_list(lists, dtype=dtype)
    groups = original_groups(X)
    assert groups.dtype == np.int64
    assert groups.tolist() == numbered(map(tuple, X.tolist()))


@given(few_steps)
def test_content_of_several_features_counts_in_its_order(lists):
    rows = [[[a, b] for a, b in zip(one, reversed(one), strict=True)] for one in lists]
    X = Sequences.from_list([np.reshape(row, (-1, 2)) for row in rows], dtype=np.int64)
    assert original_groups(X).tolist() == numbered(str(row) for row in X.tolist())


def test_order_and_cut_of_steps_tell_sequences_apart():
    lists = [[1, 2], [2, 1], [1], [2], [1, 2, 0], [0, 1, 2], [0], [0, 0], []]
    assert original_groups(Sequences.from_list(lists)).tolist() == list(range(len(lists)))
    swapped = Sequences.from_list([[[1, 2]], [[2, 1]], [[1, 1]], [[2, 2]]])
    assert original_groups(swapped).tolist() == [0, 1, 2, 3]


def test_zero_is_zero_whatever_its_sign_and_nan_is_like_nan():
    X = Sequences.from_list([[0.0], [-0.0], [np.nan], [np.nan]])
    assert original_groups(X).tolist() == [0, 0, 1, 1]


def test_a_hundred_thousand_different_sequences_stay_apart():
    rng = np.random.default_rng(0)
    distinct = np.unique(rng.integers(0, 5, size=(100_000, 9)), axis=0)
    twice = np.concatenate([distinct, distinct[::-1]])
    groups = original_groups(Sequences.from_padded(twice))
    expected = np.arange(len(distinct))
    assert groups.tolist() == [*expected, *expected[::-1]]


# -- groups by origin -----------------------------------------------------------------------------

few_origins = st.lists(st.lists(st.integers(-1, 9), max_size=3), max_size=10)


def linked_by_brute_force(origins):
    groups = [{row} for row in range(len(origins))]
    for ids in {i for one in origins for i in one}:
        members = [g for g in groups if any(ids in origins[row] for row in g)]
        groups = [g for g in groups if g not in members] + [set.union(*members)]
    return numbered(next(min(g) for g in groups if row in g) for row in range(len(origins)))


@given(few_origins)
def test_rows_linked_by_a_chain_of_origins_are_one_group(origins):
    groups = original_groups(with_origin(origins))
    assert groups.dtype == np.int64
    assert groups.tolist() == linked_by_brute_force(origins)


def test_origin_goes_before_content():
    X = with_origin([[5], [6], [5]], values=[1, 1, 2])
    assert original_groups(X).tolist() == [0, 1, 0]


# -- the split ------------------------------------------------------------------------------------


@st.composite
def resampled(draw):
    """Originals with a class each, then copies and mixtures of them, shuffled or not."""
    n_originals = draw(st.integers(2, 10))
    classes = draw(st.lists(st.integers(0, 2), min_size=n_originals, max_size=n_originals))
    origins = [[i] for i in range(n_originals)]
    parents = st.lists(st.integers(0, n_originals - 1), min_size=1, max_size=3)
    origins += draw(st.lists(parents, max_size=15))
    order = draw(st.permutations(range(len(origins))))
    origins = [origins[i] for i in order]
    return origins, [classes[one[0]] for one in origins]


@given(resampled(), st.floats(0.05, 0.95), st.integers(0, 9))
def test_no_origin_of_a_validation_row_trains(case, fraction, seed):
    origins, y = case
    X = with_origin(origins)
    n_originals = len({i for one in origins for i in one})
    class_sizes = np.bincount([y[origins.index([i])] for i in range(n_originals)])
    rng = np.random.RandomState(seed)
    if class_sizes.max() == 1:
        with pytest.raises(ValueError, match="at least two different originals"):
            split_originals(X, y, fraction, rng)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SmallClassWarning)
        train, valid = split_originals(X, y, fraction, rng)

    held_out = [set(origins[row]) for row in valid]
    assert all(len(one) == 1 for one in held_out)
    held_out = set.union(*held_out)
    assert len(held_out) == len(valid)  # each original once: no copies in the validation part
    # Exactly the rows with a held-out origin are kept from training.
    assert train.tolist() == [i for i, one in enumerate(origins) if not held_out & set(one)]
    assert valid.tolist() == sorted(valid)
    for row in valid:  # the first row that is this original and nothing else
        assert row == min(i for i, one in enumerate(origins) if set(one) == set(origins[row]))

    n_valid = np.bincount(np.take(y, valid), minlength=len(class_sizes))
    for size, count in zip(class_sizes, n_valid, strict=True):
        if size <= 1:
            assert count == 0
        else:
            assert count == min(max(round(fraction * size), 1), size - 1)
    assert set(np.take(y, train)) == set(y)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=12), st.integers(0, 9))
def test_without_origin_copies_of_held_out_content_do_not_train(contents, seed):
    X = Sequences.from_list([[value] for value in contents])
    rng = np.random.default_rng(seed)
    if len(set(contents)) == 1:
        with pytest.raises(ValueError, match="X holds only one"):
            split_originals(X, None, 0.3, rng)
        return
    train, valid = split_originals(X, None, 0.3, rng)
    held_out = {contents[row] for row in valid}
    assert len(held_out) == len(valid)
    assert train.tolist() == [i for i, value in enumerate(contents) if value not in held_out]
    assert len(train)


def test_over_sampled_copies_do_not_swell_the_validation_part():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [90, 10])
    X = Sequences.from_lengths(rng.normal(size=500), np.full(100, 5), origin=np.arange(100))
    rows = np.concatenate([np.arange(100), rng.choice(np.arange(90, 100), 80)])
    X, y = X[rows], y[rows]
    train, valid = split_originals(X, y, 0.2, np.random.RandomState(0))
    assert np.bincount(y[valid]).tolist() == [18, 2]
    assert not np.isin(X[valid].origin.values, X[train].origin.values).any()
    assert np.bincount(y[train])[0] == 72
    groups = original_groups(X)
    assert not np.isin(groups[valid], groups[train]).any()


def test_an_original_has_the_class_of_its_first_row():
    X = Sequences.from_list([[1], [1], [2], [3], [3], [4]])
    y = [0, 1, 0, 1, 0, 1]
    train, valid = split_originals(X, y, 0.5, np.random.RandomState(0))
    assert sorted(np.take(y, valid)) == [0, 1]
    assert set(valid) <= {0, 2, 3, 5}
    assert len(train) + len(valid) < 6


def test_a_class_with_a_single_original_trains_and_is_named():
    X = with_origin([[0], [1], [2], [2], [2]])
    y = [0, 0, 1, 1, 1]
    with pytest.warns(SmallClassWarning, match=r"class\(es\) 1 have a single original"):
        train, valid = split_originals(X, y, 0.5, np.random.RandomState(0))
    assert {2, 3, 4} <= set(train)
    assert len(valid) == 1
    with pytest.warns(SmallClassWarning, match=r"class\(es\) rare have"):
        split_originals(X, y, 0.5, np.random.RandomState(0), class_names=["common", "rare"])


def test_a_row_that_names_one_parent_twice_is_that_original():
    X = with_origin([[0, 0], [0, 1], [1], [2]])
    train, valid = split_originals(X, None, 0.01, np.random.RandomState(2))
    assert valid.tolist() in ([0], [2], [3])
    assert not set(train) & set(valid)


def test_the_same_seed_splits_the_same_and_another_differs():
    X = Sequences.from_list([[value] for value in range(40)])
    one, again, other = (
        split_originals(X, None, 0.5, np.random.RandomState(seed))[1].tolist() for seed in (0, 0, 1)
    )
    assert one == again
    assert one != other


def test_bad_arguments_are_named():
    X, rng = Sequences.from_list([[1], [2]]), np.random.RandomState(0)
    with pytest.raises(ValueError, match=r"fraction must lie between 0 and 1.*got 1\.5"):
        split_originals(X, None, 1.5, rng)
    with pytest.raises(ValueError, match=r"one code for each of the 2 sequences.*\(3,\)"):
        split_originals(X, [0, 1, 0], 0.5, rng)
    with pytest.raises(ValueError, match=r"every class has only one"):
        split_originals(X, [0, 1], 0.5, rng)
    with pytest.raises(ValueError, match=r"has no row that is exactly one original"):
        split_originals(with_origin([[0, 1], [1, 2]]), None, 0.5, rng)
