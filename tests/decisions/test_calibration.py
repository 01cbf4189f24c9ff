"""Scores that are scaled on held-out rows become probabilities."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.special import log_softmax, softmax

from skseq.decisions import _calibration, fit_scaling, scale_scores, shift_prior


def held_out(n=4000, seed=0):
    """Log probabilities, and labels that were drawn from them."""
    rng = np.random.default_rng(seed)
    log_proba = log_softmax(rng.normal(size=(n, 3)) * 2 + [1.5, 0, -1], axis=1)
    codes = np.array([rng.choice(3, p=row) for row in np.exp(log_proba)])
    return log_proba, codes, np.bincount(codes) / n


def test_temperature_undoes_overconfidence():
    log_proba, codes, prior = held_out()
    scaling = fit_scaling(log_softmax(log_proba * 3, 1), codes, prior, method="temperature")
    np.testing.assert_allclose(scaling, [[1 / 3] * 3, [0] * 3], atol=0.02)


def test_vector_scaling_undoes_factors_and_shifts():
    log_proba, codes, prior = held_out()
    spoilt = (log_proba - [0.5, -1.0, 0.3]) / [2.0, 0.5, 1.0]
    scaling = fit_scaling(spoilt, codes, prior, method="vector")
    error = np.exp(scale_scores(spoilt, scaling)) - np.exp(log_proba)
    assert np.abs(error).mean() < 0.01


@pytest.mark.parametrize("kind", ["temperature", "vector"])
def test_what_is_scaled_keeps_standing_for_the_training_prior(kind):
    log_proba, codes, prior = held_out()
    source = np.full(3, 1 / 3)
    # A net that was trained on resampled rows, and is too sure.
    trained = shift_prior(log_proba, prior, source)
    scaling = fit_scaling(log_softmax(trained * 2, 1), codes, source, method=kind)
    scaled = scale_scores(log_softmax(trained * 2, 1), scaling)
    error = np.exp(shift_prior(scaled, source, prior)) - np.exp(log_proba)
    assert np.abs(error).mean() < 0.01


def test_it_is_the_least_penalised_loss_by_brute_force():
    log_proba, codes, prior = held_out(n=40)
    ratio = np.log(np.bincount(codes) / 40) - np.log(prior)

    def loss(log_factor):
        p = softmax(log_proba * np.exp(log_factor) + ratio, axis=1)
        fit = -np.log(p[np.arange(40), codes]).sum()
        return fit + _calibration._STRENGTH / 2 * log_factor**2

    grid = np.linspace(-2, 2, 4001)
    best = grid[np.argmin([loss(log_factor) for log_factor in grid])]
    scaling = fit_scaling(log_proba, codes, prior, method="temperature")
    assert np.log(scaling[0, 0]) == pytest.approx(best, abs=1e-3)
    assert approx_fprime([np.log(scaling[0, 0])], lambda x: loss(x[0]))[0] == pytest.approx(
        0, abs=1e-2
    )


def test_few_rows_told_apart_without_error_stay_finite():
    log_proba = np.log([[1.0, 0.0], [0.0, 1.0]], where=[[True, False], [False, True]],
                       out=np.full((2, 2), -np.inf))  # fmt: skip
    for kind in ("temperature", "vector"):
        scaling = fit_scaling(log_proba, np.array([0, 1]), np.array([0.5, 0.5]), method=kind)
        assert np.isfinite(scaling).all()
        assert not np.isnan(scale_scores(log_proba, scaling)).any()


def test_a_class_without_held_out_rows_is_no_hindrance():
    log_proba, codes, prior = held_out(n=200)
    rows = codes != 2
    scaling = fit_scaling(log_proba[rows], codes[rows], prior, method="vector")
    assert np.isfinite(scaling).all()
