"""Pooled probabilities, and the weights under which held-out labels are most likely."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.metrics import f1_score

from skseq.decisions import (
    CountedScore,
    _pool,
    fit_pool,
    mean_weights,
    pool_choices,
    pool_log_proba,
    tune_pool,
)

PRIOR = np.array([0.7, 0.2, 0.1])


@pytest.fixture
def held_out():
    """Two models, one twice as sure as it may be, the other for balanced classes."""
    rng = np.random.default_rng(0)
    scores = np.log(PRIOR) + 2 * rng.normal(size=(600, 3))
    true = log_softmax(scores, axis=1)
    codes = (np.exp(true).cumsum(axis=1) < rng.uniform(size=(600, 1))).sum(axis=1)
    noisy = scores - np.log(PRIOR) + rng.normal(size=(600, 3))
    return np.stack([log_softmax(2 * true, axis=1), log_softmax(noisy, axis=1)]), codes


def test_a_pool_is_the_weighted_sum_normalised(held_out):
    logs, _ = held_out
    found = pool_log_proba(logs, np.array([0.5, 0.2, 0.3]), PRIOR)
    proba = np.maximum(np.exp(logs), 1e-6)
    product = proba[0] ** 0.5 * proba[1] ** 0.2 * PRIOR**0.3
    np.testing.assert_allclose(np.exp(found), product / product.sum(axis=1, keepdims=True))
    one = np.array([1.0, 0.0, 0.0])
    kept = np.maximum(logs[0], np.log(1e-6))
    np.testing.assert_allclose(pool_log_proba(logs, one, PRIOR), log_softmax(kept, axis=1))
    assert mean_weights(4).tolist() == [0.25] * 4 + [0]


def test_what_a_model_holds_impossible_may_still_come(held_out):
    logs, _ = held_out
    never = logs.copy()
    never[0, :, 2] = -np.inf
    assert np.isfinite(pool_log_proba(never, mean_weights(2), np.array([0.7, 0.3, 0.0]))).all()


@pytest.mark.parametrize("is_weighted", [False, True])
def test_weights_are_those_that_a_search_without_gradient_finds(held_out, is_weighted):
    logs, codes = held_out
    rows = np.random.default_rng(1).uniform(size=len(codes)) if is_weighted else None
    count = np.ones(len(codes)) if rows is None else rows
    even = mean_weights(2)

    def loss(weights):
        likelihood = pool_log_proba(logs, weights, PRIOR)[np.arange(len(codes)), codes]
        return -count @ likelihood + ((weights - even) ** 2).sum() / 2

    expected = minimize(
        loss,
        even,
        method="Nelder-Mead",
        bounds=[(0, None), (0, None), (None, None)],
        options={"xatol": 1e-6, "fatol": 1e-8},
    ).x
    np.testing.assert_allclose(fit_pool(logs, codes, PRIOR, rows), expected, atol=1e-3)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_of_many_rows_some_decide_always_the_same(held_out, is_weighted, monkeypatch):
    logs, codes = held_out
    rows = np.random.default_rng(1).uniform(size=len(codes)) if is_weighted else None
    of_all = fit_pool(logs, codes, PRIOR, rows)
    monkeypatch.setattr(_pool, "_ENOUGH_ROWS", len(codes) - 1)
    of_some = fit_pool(logs, codes, PRIOR, rows)
    assert 0 < np.abs(of_some - of_all).max() < 0.05
    np.testing.assert_array_equal(of_some, fit_pool(logs, codes, PRIOR, rows))
    monkeypatch.setattr(_pool, "_ENOUGH_ROWS", 100)
    few = [fit_pool(logs, codes, PRIOR, rows) for _ in range(2)]
    np.testing.assert_array_equal(*few)
    assert np.abs(few[0] - of_all).max() < 0.5


def test_a_model_that_is_too_sure_counts_half_and_a_prior_is_made_up_for(held_out):
    logs, codes = held_out
    alone = fit_pool(logs[:1], codes, PRIOR)
    np.testing.assert_allclose(alone, [0.5, 0], atol=0.1)
    rng = np.random.default_rng(2)
    scores = 2 * rng.normal(size=(4000, 3))
    true = np.exp(log_softmax(scores + np.log(PRIOR), axis=1))
    codes = (true.cumsum(axis=1) < rng.uniform(size=(4000, 1))).sum(axis=1)
    np.testing.assert_allclose(
        fit_pool(log_softmax(scores, axis=1)[None], codes, PRIOR), 1, atol=0.1
    )


def test_no_model_counts_against_itself(held_out):
    logs, codes = held_out
    wrong = log_softmax(-logs[:1], axis=1)
    assert fit_pool(wrong, codes, PRIOR)[0] == 0


def test_what_is_chosen_scores_best_of_five_strengths_and_each_model_alone(held_out):
    logs, codes = held_out
    weights = fit_pool(logs, codes, PRIOR)
    along = CountedScore("f1_macro", codes, np.zeros(len(codes), dtype=int), 3)
    log_proba = pool_log_proba(logs, weights, PRIOR)
    decided = [log_proba - strength * np.log(PRIOR) for strength in (0, 0.25, 0.5, 0.75, 1)]
    decided += [*logs]
    scores = [f1_score(codes, each.argmax(axis=1), average="macro") for each in decided]
    choices = pool_choices(weights)
    chosen, strength = tune_pool(logs, choices, along, PRIOR)
    flat = [(each, strength) for each, strengths in choices for strength in strengths]
    expected = flat[int(np.argmax(scores))]
    np.testing.assert_array_equal(chosen, expected[0])
    assert strength == expected[1]
    assert [choice[1] for choice in flat] == [0, 0.25, 0.5, 0.75, 1, 0, 0]


def test_a_pool_is_made_once_for_all_strengths(held_out, monkeypatch):
    logs, codes = held_out
    n_made = []
    made = _pool.pool_log_proba
    monkeypatch.setattr(_pool, "pool_log_proba", lambda *args: n_made.append(1) or made(*args))
    along = CountedScore("f1_macro", codes, np.zeros(len(codes), dtype=int), 3)
    choices = pool_choices(fit_pool(logs, codes, PRIOR))
    tune_pool(logs, choices, along, PRIOR)
    assert len(n_made) == len(choices) == 3
