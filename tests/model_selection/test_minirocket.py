"""The shares are those of a convolution that is written out, whatever the lengths."""

import numpy as np
import pytest

from skseq import Sequences
from skseq.model_selection._minirocket import (
    _KERNELS,
    MiniRocket,
    _dilations,
    _draw_features,
    _standardised,
)


@pytest.fixture
def ragged():
    rng = np.random.default_rng(0)
    lengths = [3, 40, 25, 9, 31]
    return Sequences.from_lengths(rng.normal(size=(sum(lengths), 3)).cumsum(axis=0), lengths)


def by_hand(series, group):
    """Shares of one standardised series, step by step."""
    margin = 4 * group.dilation
    shares = []
    for weights, biases, is_padded in zip(
        group.weights, group.biases, group.is_padded, strict=True
    ):
        given = []
        for step in range(len(series)):
            places = step + group.dilation * np.arange(-4, 5)
            inside = (places >= 0) & (places < len(series))
            is_read = margin <= step < len(series) - margin
            if is_padded or is_read or len(series) <= 2 * margin:
                given.append((weights[inside] * series[places[inside]]).sum())
        shares.append([np.mean(np.array(given) > bias) for bias in biases])
    return np.ravel(shares)


def test_shares_are_those_of_the_convolution_written_out(ragged):
    model = MiniRocket(84 * 4, random_state=0).fit(ragged)
    table = model.transform(ragged)
    assert table.shape == (5, 84 * 4)
    expected = [
        np.concatenate([by_hand(series, group) for group in model.groups_])
        for series in _standardised(ragged)
    ]
    # A sum in another order may fall on the other side of a bias that is one of the sums.
    assert np.mean(np.isclose(table, expected, atol=1e-6)) > 0.99


def test_differences_are_read_in_place_of_values(ragged):
    steps = Sequences.from_list([np.diff(series, axis=0, prepend=series[:1]) for series in ragged])
    found = MiniRocket(84, differences=True, random_state=0).fit_transform(ragged)
    np.testing.assert_array_equal(found, MiniRocket(84, random_state=0).fit_transform(steps))


def test_the_kernels_are_all_of_length_nine_with_three_large_weights():
    assert _KERNELS.shape == (84, 9)
    assert len(np.unique(_KERNELS, axis=0)) == 84
    np.testing.assert_array_equal(_KERNELS.sum(axis=1), 0)
    np.testing.assert_array_equal((_KERNELS == 2).sum(axis=1), 3)


@pytest.mark.parametrize("length", [1, 9, 100, 1344])
@pytest.mark.parametrize("n_each", [1, 10, 119])
def test_dilations_fit_the_length_and_share_all_columns(length, n_each):
    dilations, counts = _dilations(length, n_each)
    assert counts.sum() == n_each
    assert (counts > 0).all()
    assert dilations[0] == 1
    assert max(dilations) * 8 <= max(length - 1, 8)


def test_a_kernel_reads_one_to_nine_features():
    drawn = _draw_features(20, np.random.RandomState(0))
    assert set(drawn.sum(axis=1)) == set(range(1, 10))
    assert _draw_features(1, np.random.RandomState(0)).all()


def test_scale_offset_and_company_change_nothing(ragged):
    model = MiniRocket(84, random_state=0).fit(ragged)
    table = model.transform(ragged)
    moved = ragged.replace(values=ragged.values * [1e-3, 5, 1e3] + [3, -1e3, 0])
    np.testing.assert_allclose(model.transform(moved), table, atol=0.15)
    assert np.mean(np.isclose(model.transform(moved), table)) > 0.98
    np.testing.assert_array_equal(model.transform(ragged[[4, 1]]), table[[4, 1]])


def test_blocks_change_nothing(ragged, monkeypatch):
    model = MiniRocket(84, random_state=0).fit(ragged)
    table = model.transform(ragged)
    monkeypatch.setattr("skseq.model_selection._minirocket._BLOCK_ENTRIES", 1000)
    np.testing.assert_array_equal(model.transform(ragged), table)


def test_a_series_that_does_not_change_is_zero():
    X = Sequences.from_list([[5.0] * 20, [0.1] * 7, [0.0, 1.0]])
    np.testing.assert_array_equal(_standardised(X[:2]).values, 0)
    assert np.isfinite(MiniRocket(84, random_state=0).fit_transform(X)).all()
