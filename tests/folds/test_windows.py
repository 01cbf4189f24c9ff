"""No training window holds a row of a test window: compared as sets, window by window."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score

from skseq.model_selection import WindowKFold, check_leakage
from skseq.preprocessing import make_windows


def windows_of(n_rows, **kwargs):
    return make_windows(np.arange(float(n_rows)), **kwargs)


def distance(rows, others):
    return min(abs(row - other) for row in rows for other in others)


@given(
    n_rows=st.integers(60, 90),
    length=st.integers(1, 6),
    stride=st.integers(1, 8),
    gap=st.integers(0, 5),
    n_splits=st.integers(2, 3),
    forward=st.booleans(),
)
def test_training_windows_keep_their_distance_and_no_more_than_that(
    n_rows, length, stride, gap, n_splits, forward
):
    X, _, _, index = windows_of(n_rows, length=length, stride=stride)
    rows = [set(window) for window in index.tolist()]
    tested = []
    for train, test in WindowKFold(n_splits, gap=gap, forward=forward).split(X, groups=index):
        test_rows = set().union(*(rows[window] for window in test))
        for window in set(range(len(X))) - set(test):
            apart = distance(rows[window], test_rows) > gap
            before = max(rows[window]) < min(test_rows)
            assert (window in train) == (apart and (before or not forward))
        tested += test.tolist()
    first = len(X) - len(tested)
    assert tested == list(range(first, len(X)))
    assert (first > 0) == forward


def test_rows_in_any_order_are_split_by_their_place_in_time():
    X, _, _, index = windows_of(40, length=2)
    shuffle = np.random.default_rng(0).permutation(len(X))
    for train, test in WindowKFold(4).split(X[shuffle], groups=index[shuffle]):
        rows = np.sort(index[shuffle][test].values)
        np.testing.assert_array_equal(rows, np.arange(rows[0], rows[0] + 10))
        assert set(train).isdisjoint(test)
        assert len(train) == 15


def test_recordings_stay_whole():
    by = np.repeat(["a", "b", "c", "d", "e"], [30, 5, 20, 10, 8])
    X, _, groups, _ = windows_of(len(by), length=4, stride=2, by=by)
    tested = []
    for train, test in WindowKFold(3).split(X, groups=groups):
        assert set(groups[train]).isdisjoint(groups[test])
        assert len(train) + len(test) == len(X)
        tested += test.tolist()
    assert sorted(tested) == list(range(len(X)))


def test_forward_trains_on_recordings_that_came_before():
    by = np.repeat(["z", "m", "a"], 10)
    X, _, groups, _ = windows_of(30, length=5, by=by)
    seen = [
        (sorted(set(groups[train])), sorted(set(groups[test])))
        for train, test in WindowKFold(2, forward=True).split(X, groups=groups)
    ]
    assert seen == [(["z"], ["m"]), (["m", "z"], ["a"])]


def test_its_splits_have_no_leak_where_those_of_others_do():
    from sklearn.model_selection import KFold

    X, _, _, index = windows_of(50, length=6, stride=2)
    assert check_leakage(X, WindowKFold(5).split(X, groups=index), index) == []
    kinds = {leak.kind for leak in check_leakage(X, KFold(5), index)}
    assert kinds == {"overlapping windows"}


def test_recordings_may_stand_in_a_frame_of_one_column():
    X, _, groups, _ = windows_of(30, length=5, by=np.arange(30) // 10)
    for frame in (pd.DataFrame, pl.DataFrame):
        folds = WindowKFold(3).split(X, groups=frame({"recording": groups}))
        for ours, theirs in zip(folds, WindowKFold(3).split(X, groups=groups), strict=True):
            np.testing.assert_array_equal(ours[1], theirs[1])


def test_it_serves_a_grid_search_with_groups_passed_to_fit():
    X, y, _, index = windows_of(60, labels=np.arange(60) // 2 % 2, length=4, stride=2)
    search = GridSearchCV(
        LogisticRegression(), {"C": [0.1, 1.0]}, cv=WindowKFold(3), scoring="accuracy"
    )
    table, _ = X.to_padded()
    search.fit(table, y, groups=index)
    assert search.n_splits_ == 3
    scores = cross_val_score(LogisticRegression(), table, y, cv=WindowKFold(3), groups=index)
    assert len(scores) == 3


def test_bad_input_is_refused_with_its_reason():
    X, _, groups, index = windows_of(12, length=3)
    with pytest.raises(ValueError, match="groups must be the index of make_windows"):
        list(WindowKFold(2).split(X))
    with pytest.raises(ValueError, match="4 entries, but there are 3 windows"):
        list(WindowKFold(2).split(X[:3], groups=index))
    with pytest.raises(ValueError, match="0 windows to train on"):
        list(WindowKFold(2, gap=20).split(X, groups=index))
    with pytest.raises(ValueError, match="needs 2 recordings, but groups names 1"):
        list(WindowKFold(2).split(X, groups=groups))
    for missing in ([1.0, np.nan, 2.0, np.nan], ["a", None, "b", None]):
        with pytest.raises(ValueError, match=r"contains NaN or None: groups\[1\] .* 2 of 4"):
            list(WindowKFold(2).split(X, groups=missing))
    with pytest.raises(ValueError, match="gap=3 counts rows"):
        list(WindowKFold(2, gap=3).split(X, groups=[0, 1, 2, 3]))
    with pytest.raises(ValueError, match="n_splits=9 greater than the number of samples"):
        list(WindowKFold(9).split(X, groups=index))
    with pytest.raises(ValueError, match="gap must be an integer of at least 0, got -1"):
        WindowKFold(gap=-1)
    with pytest.raises(TypeError, match="forward must be True or False"):
        WindowKFold(forward="yes")


@pytest.mark.parametrize(
    "kept",
    [
        lambda index: index.tolist(),
        list,
        np.asarray,  # an object array of arrays
        lambda index: np.array(index.tolist()),
        lambda index: pd.Series(list(index)),
    ],
    ids=["lists", "list of arrays", "object array", "2-D array", "Series"],
)
def test_the_index_may_come_in_any_form_it_was_kept_in(kept):
    X, _, _, index = windows_of(60, length=6, stride=3)
    expected = list(WindowKFold(3).split(X, groups=index))
    got = list(WindowKFold(3).split(X, groups=kept(index)))
    for ours, theirs in zip(got, expected, strict=True):
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])
