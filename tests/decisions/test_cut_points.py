"""Cut points give each class its share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skseq.decisions import match_shares


def test_distinct_numbers_are_cut_into_the_shares_exactly():
    rng = np.random.default_rng(0)
    codes = rng.choice(4, 500, p=[0.02, 0.5, 0.4, 0.08])
    numbers = codes + rng.normal(size=500)
    cuts = match_shares(numbers, codes, 4)
    assert (np.diff(cuts) > 0).all()
    np.testing.assert_array_equal(np.bincount(np.searchsorted(cuts, numbers)), np.bincount(codes))


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=12
    ).filter(lambda rows: sum(weight for _, _, weight in rows) > 0)
)
def test_no_other_cut_comes_nearer_to_the_share(rows):
    numbers, codes, weight = np.array(rows, dtype=float).T
    codes = codes.astype(int)
    cuts = match_shares(numbers, codes, 3, weight)
    distinct = np.unique(numbers)
    possible = [-np.inf, *(distinct[1:] + distinct[:-1]) / 2, np.inf]
    for place, cut in enumerate(cuts):
        wanted = weight[codes <= place].sum()
        off = [abs(weight[numbers <= other].sum() - wanted) for other in possible]
        assert abs(weight[numbers <= cut].sum() - wanted) == pytest.approx(min(off))
    copies = np.repeat(np.arange(len(rows)), weight.astype(int))
    of_copies = match_shares(numbers[copies], codes[copies], 3)
    np.testing.assert_array_equal(
        np.searchsorted(of_copies, numbers[copies]), np.searchsorted(cuts, numbers[copies])
    )


def test_a_class_without_a_share_gets_no_rows():
    numbers, codes = np.arange(6.0), np.array([1, 1, 1, 3, 3, 3])
    cuts = match_shares(numbers, codes, 5)
    assert cuts.tolist() == [-np.inf, 2.5, 2.5, np.inf]
    assert np.searchsorted(cuts, [-99, 2, 3, 99]).tolist() == [1, 1, 3, 3]
