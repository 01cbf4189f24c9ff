"""Means over the last steps."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skseq import Sequences
from skseq.preprocessing import TrailingMeans


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    size=st.integers(1, 12),
    offset=st.sampled_from([0.0, 1e6]),
)
def test_means_are_those_of_the_steps_before(lengths, size, offset):
    values = offset + np.random.default_rng(len(lengths)).normal(size=(sum(lengths), 2))
    X = Sequences.from_lengths(values, lengths)
    means = TrailingMeans(size).fit_transform(X)
    for row, out in zip(X, means, strict=True):
        frame = pd.DataFrame(row).rolling(size, min_periods=1).mean()
        assert_allclose(out, np.hstack([row, frame]), atol=1e-8)


def test_several_windows_stand_side_by_side(ragged_values):
    both = TrailingMeans([2, 5]).fit_transform(ragged_values).values
    for columns, size in (([2, 3], 2), ([4, 5], 5)):
        one = TrailingMeans(size).fit_transform(ragged_values).values
        assert_array_equal(both[:, columns], one[:, 2:])


def test_later_steps_play_no_part(ragged_values):
    cut = Sequences.from_list([row[:3] for row in ragged_values])
    whole = TrailingMeans(4).fit_transform(ragged_values)
    for short, long in zip(TrailingMeans(4).fit_transform(cut), whole, strict=True):
        assert_allclose(short, long[:3], atol=1e-12)


def test_names_weights_and_types(ragged_values):
    X = ragged_values.replace(
        values=ragged_values.values.astype(np.float32), weight=np.ones(len(ragged_values))
    )
    model = TrailingMeans((1, 3)).fit(X)
    out = model.transform(X)
    assert out.values.dtype == np.float32
    assert_array_equal(out.weight, X.weight)
    assert model.get_feature_names_out().tolist() == [
        "x0",
        "x1",
        "x0_mean1",
        "x1_mean1",
        "x0_mean3",
        "x1_mean3",
    ]
    assert model.get_feature_names_out(["a", "b"]).tolist()[:3] == ["a", "b", "a_mean1"]


def test_a_table_is_one_series_per_row():
    model = TrailingMeans(2).fit(np.arange(6.0).reshape(2, 3))
    out = model.transform(np.arange(6.0).reshape(2, 3))
    assert_allclose(out[1], [[3, 3], [4, 3.5], [5, 4.5]])
    assert model.get_feature_names_out().tolist() == ["x0", "x0_mean2"]


@pytest.mark.parametrize("windows", [0, [], [3, 0], [2.5], "ten"])
def test_windows_that_are_none_are_refused(ragged_values, windows):
    with pytest.raises(ValueError, match="windows"):
        TrailingMeans(windows).fit(ragged_values)
