"""Draws, curves and interpolation, against loops over sequences."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline

from skseq import Sequences
from skseq.augment._ragged import (
    choose,
    interpolate,
    keep_one,
    n_edits,
    places,
    smooth_curves,
    travel,
    window_starts,
)

LENGTHS = st.lists(st.integers(1, 12), min_size=1, max_size=8)
SEEDS = st.integers(0, 2**32 - 1)


def draw_sequences(lengths, seed, n_features=2):
    values = np.random.default_rng(seed).normal(size=(sum(lengths), n_features))
    return Sequences.from_lengths(values, lengths)


@given(LENGTHS, SEEDS)
def test_choose_takes_as_many_of_each_group_as_there_are(lengths, seed):
    rng = np.random.RandomState(seed)
    group = rng.permutation(np.repeat(np.arange(len(lengths)), lengths))
    wanted = rng.randint(0, 8, len(lengths))
    chosen = choose(group, wanted, rng)
    assert (
        np.bincount(group[chosen], minlength=len(lengths)).tolist()
        == np.minimum(wanted, lengths).tolist()
    )


def test_choose_takes_every_member_alike():
    rng = np.random.RandomState(0)
    times = sum(choose(np.array([0, 0, 0, 1, 1]), np.array([1, 1]), rng) for _ in range(3000))
    np.testing.assert_allclose(times / 3000, [1 / 3] * 3 + [1 / 2] * 2, atol=0.04)


@given(LENGTHS, SEEDS)
def test_keep_one_adds_a_step_only_to_sequences_that_have_none(lengths, seed):
    X = draw_sequences(lengths, seed)
    rng = np.random.RandomState(seed)
    before = rng.random_sample(X.n_steps) < 0.3
    after = before.copy()
    keep_one(after, X, rng)
    for old, new in zip(X.replace(values=before), X.replace(values=after), strict=True):
        assert new.tolist() == old.tolist() if old.any() else new.sum() == 1


def test_windows_start_everywhere_alike_and_end_inside():
    starts = window_starts(np.full(4000, 5), np.full(4000, 3), np.random.RandomState(0))
    np.testing.assert_allclose(np.bincount(starts) / 4000, [1 / 3] * 3, atol=0.04)


def test_edits_are_a_share_of_the_steps_and_at_least_one():
    X = Sequences.from_lengths(np.zeros(131), [1, 30, 100])
    assert n_edits(0.1, X).tolist() == [1, 3, 10]


@given(LENGTHS, SEEDS, st.integers(2, 6))
def test_smooth_curve_is_the_cubic_spline_through_its_knots(lengths, seed, n_knots):
    X = draw_sequences(lengths, seed)
    knots = np.random.default_rng(seed).normal(size=(n_knots, len(X), 2))
    ours = Sequences(smooth_curves(X, knots), X.offsets)
    for row, curve in enumerate(ours):
        spline = CubicSpline(np.linspace(0, max(len(curve) - 1, 1), n_knots), knots[:, row])
        np.testing.assert_allclose(curve, spline(np.arange(len(curve))), atol=1e-9)


@given(LENGTHS, SEEDS)
def test_reader_travels_from_first_to_last_step_at_its_speed(lengths, seed):
    X = draw_sequences(lengths, seed)
    speed = np.random.default_rng(seed).uniform(0.1, 3, X.n_steps)
    ours = Sequences(travel(X, speed), X.offsets)
    for place, pace in zip(ours, X.replace(values=speed), strict=True):
        gone = np.append(0, np.cumsum(pace[1:]))
        expected = gone / gone[-1] * (len(gone) - 1) if len(gone) > 1 else gone
        np.testing.assert_allclose(place, expected, atol=1e-9)


@given(LENGTHS, SEEDS, st.sampled_from([1, 2]))
def test_interpolation_is_that_of_numpy_in_each_sequence(lengths, seed, n_features):
    X = draw_sequences(lengths, seed, n_features)
    if n_features == 1:
        X = X.replace(values=X.values[:, 0])
    last = np.repeat(X.lengths - 1, X.lengths)
    place = np.random.default_rng(seed).uniform(0, 1, X.n_steps) * last
    values, source = interpolate(X, place)
    rows = [Sequences(part, X.offsets) for part in (place, values, source)]
    for row, (at, ours, nearest) in enumerate(zip(*rows, strict=True)):
        steps, table = np.arange(len(at)), X[row].reshape(len(at), -1)
        expected = np.stack([np.interp(at, steps, column) for column in table.T], axis=1)
        np.testing.assert_allclose(ours.reshape(len(at), -1), expected, atol=1e-9)
        assert (np.abs(nearest - X.offsets[row] - at) <= 0.5).all()


@given(LENGTHS, SEEDS)
def test_reading_at_the_steps_gives_exactly_what_was_there(lengths, seed):
    X = draw_sequences(lengths, seed)
    values, source = interpolate(X, places(X.offsets).astype(float))
    assert np.array_equal(values, X.values)
    assert np.array_equal(source, np.arange(X.n_steps))
