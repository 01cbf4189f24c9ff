"""Augmenters that change values: what is drawn, and what is left alone."""

import numpy as np
import pytest

from skseq import Sequences
from skseq.augment import ChannelDropout, Jitter, MagnitudeWarp, Scaling, TimeDropout


@pytest.fixture
def many():
    """400 sequences of 1 to 19 steps of three features on scales 1, 10 and 100."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 20, 400)
    values = rng.normal(5, 1, size=(lengths.sum(), 3)) * [1, 10, 100]
    return Sequences.from_lengths(values, lengths)


def test_jitter_is_white_noise_on_the_scale_of_each_feature(many):
    noise = Jitter(0.03)(many, random_state=0).values - many.values
    np.testing.assert_allclose(noise.std(axis=0), 0.03 * many.values.std(axis=0), rtol=0.05)
    np.testing.assert_allclose(noise.mean(axis=0) / noise.std(axis=0), 0, atol=0.05)
    assert abs(np.corrcoef(noise[1:, 0], noise[:-1, 0])[0, 1]) < 0.05
    assert abs(np.corrcoef(noise.T)[0, 1]) < 0.05


def test_jitter_leaves_a_constant_feature_alone(many):
    values = many.values.copy()
    values[:, 1] = 7
    assert (Jitter()(many.replace(values=values), random_state=0).values[:, 1] == 7).all()


def test_jitter_keeps_the_spread_of_the_data_it_was_fitted_on(many):
    jitter = Jitter().fit(many)
    noise = jitter(many[:1], random_state=0).values - many[0]
    assert (noise != 0).all()
    np.testing.assert_allclose(jitter.std_, many.values.std(axis=0))


def test_scaling_draws_one_factor_for_each_feature_of_each_sequence(many):
    ratio = many.replace(values=Scaling(0.1)(many, random_state=0).values / many.values)
    factors = np.stack([steps[0] for steps in ratio])
    np.testing.assert_allclose(ratio.values, np.repeat(factors, many.lengths, axis=0))
    np.testing.assert_allclose([factors.mean(), factors.std()], [1, 0.1], atol=0.01)


def test_magnitude_warp_is_smooth_and_starts_at_a_normal_knot():
    X = Sequences.from_padded(np.ones((300, 100, 2)))
    curves = MagnitudeWarp(0.2)(X, random_state=0).values.reshape(300, 100, 2)
    for at in (0, 99):
        np.testing.assert_allclose(curves[:, at].std(), 0.2, rtol=0.1)
        np.testing.assert_allclose(curves[:, at].mean(), 1, atol=0.03)
    assert np.abs(np.diff(curves, axis=1)).max() < 0.2
    assert abs(np.corrcoef(curves[:, 50].T)[0, 1]) < 0.2


def test_channel_dropout_drops_channels_of_whole_sequences_but_never_all(many):
    for rate in (0.3, 1.0):
        X_new = ChannelDropout(rate)(many, random_state=0)
        dropped = np.stack([(steps == 0).all(axis=0) for steps in X_new])
        expected = np.where(np.repeat(dropped, many.lengths, axis=0), 0, many.values)
        assert np.array_equal(X_new.values, expected)
        assert dropped.sum(axis=1).max() == 2
        assert abs(dropped.mean() - (rate - rate**3 / 3)) < 0.03


@pytest.mark.parametrize("fill", ["zero", "previous", "mean"])
def test_time_dropout_fills_lost_steps(many, fill):
    many = many[many.lengths > 5]
    X_new = TimeDropout(0.2, fill=fill)(many, random_state=0)
    lost = (X_new.values != many.values).all(axis=1)
    assert abs(lost.mean() - 0.2) < 0.03
    for new, old in zip(X_new, many, strict=True):
        for step in np.flatnonzero((new != old).all(axis=1)):
            filler = {"zero": 0, "previous": new[step - 1], "mean": old.mean(axis=0)}[fill]
            np.testing.assert_allclose(new[step], np.broadcast_to(filler, 3))


def test_time_dropout_leaves_a_step_of_each_sequence(many):
    n_left = [np.any(steps, axis=1).sum() for steps in TimeDropout(1.0)(many, random_state=0)]
    assert n_left == [1] * len(many)
    X_new = TimeDropout(1.0, fill="previous")(many, random_state=0)
    assert all((new == old[0]).all() for new, old in zip(X_new, many, strict=True))
