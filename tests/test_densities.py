"""Weights of rare targets agree with their papers' formulas, computed the slow way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gaussian_kde

from skseq._densities import TARGET_WEIGHTS, target_weights
from skseq.weights import dense_weight, lds_weight

Y = np.random.default_rng(0).lognormal(size=300)


def kernel_density(y, bandwidth, weight=None):
    """scipy's estimate, which compares all pairs."""
    weight = np.ones(len(y)) if weight is None else weight
    deviation = np.sqrt(np.cov(y, aweights=weight, bias=False))
    return gaussian_kde(y, bandwidth / deviation, weights=weight)(y)


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_dense_weight_follows_the_papers_formula_on_a_kernel_density(alpha, weighted):
    sample_weight = np.random.default_rng(1).integers(1, 5, len(Y)) if weighted else None
    density = kernel_density(Y, 0.5, sample_weight)
    scaled = (density - density.min()) / (density.max() - density.min())
    expected = np.maximum(1 - alpha * scaled, 1e-6)
    got = dense_weight(Y, alpha=alpha, bandwidth=0.5, sample_weight=sample_weight)
    np.testing.assert_allclose(got, expected / expected.mean(), atol=2e-3)


def test_the_default_bandwidth_is_silvermans():
    spread = min(Y.std(), np.subtract(*np.quantile(Y, [0.75, 0.25], method="inverted_cdf")) / 1.349)
    silverman = 0.9 * spread * len(Y) ** -0.2
    np.testing.assert_allclose(dense_weight(Y), dense_weight(Y, bandwidth=silverman), rtol=1e-9)


@pytest.mark.parametrize("power", [0.5, 1.0])
def test_lds_weight_is_inverse_to_a_histogram_smoothed_by_five_bins(power):
    counts, edges = np.histogram(Y, bins=20)
    kernel = np.exp(-0.5 * (np.arange(-2, 3) / 2.0) ** 2)
    smooth = np.convolve(counts, kernel, mode="same")
    expected = smooth[np.clip(np.searchsorted(edges, Y, side="right") - 1, 0, 19)] ** -power
    got = lds_weight(Y, power=power, n_bins=20)
    np.testing.assert_allclose(got, expected / expected.mean(), rtol=1e-9)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.sampled_from(sorted(TARGET_WEIGHTS))
)
def test_weights_are_finite_and_not_negative_and_average_one(y, strategy):
    weight = target_weights(strategy, np.array(y))
    assert weight.shape == (len(y),)
    assert np.isfinite(weight).all()
    assert (weight >= 0).all()
    assert weight.mean() == pytest.approx(1)


@pytest.mark.parametrize("strategy", TARGET_WEIGHTS)
def test_repeating_a_target_is_the_same_as_weighing_it(strategy):
    times = np.random.default_rng(2).integers(1, 4, len(Y))
    options = {"bandwidth": 0.3} if strategy == "dense" else {}
    function, named = TARGET_WEIGHTS[strategy]
    once = function(Y, **named, **options, sample_weight=times)
    often = function(np.repeat(Y, times), **named, **options)
    first = np.cumsum(times) - times
    np.testing.assert_allclose(once / once[0], often[first] / often[0], rtol=1e-9)


@pytest.mark.parametrize("strategy", TARGET_WEIGHTS)
def test_rare_targets_weigh_more_than_common_ones(strategy):
    weight = target_weights(strategy, Y)
    assert weight[Y.argmax()] > 2 * weight[np.abs(Y - np.median(Y)).argmin()]


@pytest.mark.parametrize("strategy", TARGET_WEIGHTS)
def test_weights_do_not_depend_on_the_unit_of_the_targets(strategy):
    np.testing.assert_allclose(
        target_weights(strategy, Y), target_weights(strategy, 1000 * Y + 50), rtol=1e-6
    )


def test_equal_targets_weigh_the_same():
    assert dense_weight([2.0, 2.0]).tolist() == lds_weight([2.0, 2.0]).tolist() == [1.0, 1.0]


def test_a_function_of_ones_own_gives_the_weights():
    np.testing.assert_array_equal(target_weights(lambda y: y + 1, np.arange(3.0)), [1, 2, 3])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dense_weight([]), r"y must be one-dimensional and not empty, got shape \(0,\)"),
        (lambda: dense_weight([1.0, np.nan]), "contains NaN"),
        (lambda: dense_weight([1.0], alpha=-1), "alpha must be at least 0"),
        (lambda: dense_weight([1.0], bandwidth=0), "bandwidth must be above 0, got 0"),
        (lambda: lds_weight([1.0], power=-1), "power must be at least 0"),
        (lambda: lds_weight([1.0, 2.0], sample_weight=[1]), "one weight of at least 0 for each"),
        (lambda: target_weights("lsd", np.ones(2)), "Did you mean 'lds'"),
        (lambda: target_weights(lambda y: -y, np.ones(2)), "from -1.0 to -1.0"),
        (lambda: target_weights(lambda y: 0 * y, np.ones(2)), "0 to every target"),
    ],
)
def test_bad_targets_and_parameters_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
