"""Augmenters that move steps in time, seen on ramps: a ramp's value is the place it is read at."""

import numpy as np
import pytest

from skseq import Sequences
from skseq.augment import Permutation, TimeWarp, WindowSlice, WindowWarp


@pytest.fixture
def ramps():
    """200 sequences 0.0, 1.0, ..., of 1 to 40 steps."""
    lengths = np.random.default_rng(0).integers(1, 41, 200)
    return Sequences.from_list([np.arange(length, dtype=float) for length in lengths])


def test_time_warp_never_runs_backwards_and_keeps_both_ends(ramps):
    X_new, y_new = TimeWarp(1.0)(ramps, ramps.replace(values=ramps.values.astype(int)), 0)
    assert X_new.aligns_with(ramps)
    for new, labels in zip(X_new, y_new, strict=True):
        assert new[0] == 0
        assert new[-1] == pytest.approx(len(new) - 1)
        assert (np.diff(new) > 0).all()
        assert (np.abs(labels - new) <= 0.5 + 1e-9).all()


def test_time_warp_without_sigma_changes_nothing(ramps):
    X_new = TimeWarp(0.0)(ramps, random_state=0)
    np.testing.assert_allclose(X_new.values, ramps.values, atol=1e-12)


def test_time_warp_draws_speeds_around_one_alike_for_all_features():
    X = Sequences.from_padded(np.repeat(np.arange(200.0)[None, :, None], 300, axis=0) * [1, 2])
    new = TimeWarp(0.2)(X, random_state=0).values.reshape(300, 200, 2)
    np.testing.assert_allclose(new[..., 1], 2 * new[..., 0])
    log_speed = np.log(np.diff(new[..., 0], axis=1))
    assert 0.1 < log_speed.std() < 0.25
    assert np.abs(np.diff(log_speed, axis=1)).max() < 0.1


def test_window_slice_cuts_a_window_or_stretches_it(ramps):
    tags = ramps.replace(values=ramps.values.astype(int))
    cut, cut_tags = WindowSlice(0.6, stretch=False)(ramps, tags, random_state=0)
    assert cut.lengths.tolist() == np.ceil(0.6 * ramps.lengths - 1e-9).tolist()
    assert np.array_equal(cut.values, cut_tags.values)
    stretched, tags = WindowSlice(0.6)(ramps, tags, random_state=0)
    assert stretched.aligns_with(ramps)
    assert (np.abs(stretched.values - tags.values) <= 0.5).all()
    for window, new in zip(cut, stretched, strict=True):
        assert np.array_equal(window, window[0] + np.arange(len(window)))
        end = window[-1] if len(new) > 1 else window[0]
        np.testing.assert_allclose(new, np.linspace(window[0], end, len(new)))


def test_window_slice_of_everything_changes_nothing(ramps):
    assert WindowSlice(1.0)(ramps, random_state=0) == ramps
    assert WindowSlice(1.0, stretch=False)(ramps, random_state=0) == ramps


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_window_warp_has_two_speeds_and_keeps_both_ends(ramps, scale):
    ramps = ramps[ramps.lengths > 20]
    X_new = WindowWarp(0.2, scales=[scale])(ramps, random_state=0)
    assert X_new.aligns_with(ramps)
    for new in X_new:
        assert new[0] == 0
        assert new[-1] == pytest.approx(len(new) - 1)
        speeds = np.diff(new)
        slow, fast = speeds.min(), speeds.max()
        assert fast / slow == pytest.approx(2)
        in_window = np.isclose(speeds, slow if scale > 1 else fast)
        size = np.ceil(0.2 * len(new) - 1e-9)
        assert in_window.sum() in {size, size - 1}  # the step into the first one has no speed
        assert np.count_nonzero(np.diff(in_window.astype(int))) <= 2


def test_window_warp_draws_a_scale_for_each_sequence(ramps):
    X_new = WindowWarp(0.3, scales=(0.5, 2.0))(ramps[ramps.lengths > 20], random_state=0)
    speeds = [np.diff(new) for new in X_new]
    share_of_slow = [np.isclose(speed, speed.min()).mean() for speed in speeds]
    assert 0.3 < np.mean([share < 0.5 for share in share_of_slow]) < 0.7


def test_permutation_puts_few_whole_segments_in_another_order(ramps):
    X_new, y_new = Permutation(5)(ramps, ramps.replace(values=ramps.values.astype(int)), 0)
    assert np.array_equal(X_new.values, y_new.values)
    n_breaks = []
    for new in X_new:
        assert np.array_equal(np.sort(new), np.arange(len(new)))
        n_breaks.append(np.count_nonzero(np.diff(new) != 1))
    assert max(n_breaks) == 4


def test_permutation_of_two_steps_swaps_them_half_of_the_time():
    X = Sequences.from_padded(np.tile([0.0, 1.0], (2000, 1)))
    assert abs(Permutation()(X, random_state=0).values[::2].mean() - 0.5) < 0.04


@pytest.mark.parametrize("scales", [[], [0.0], [-1.0, 2.0], [np.inf]])
def test_window_warp_refuses_scales_that_are_not_positive(ramps, scales):
    with pytest.raises(ValueError, match="scales must be finite and above 0"):
        WindowWarp(scales=scales)(ramps)
