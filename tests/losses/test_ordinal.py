"""Heads of ordered classes: the formulas of their papers, row by row, and a peer's losses."""

import numpy as np
import pytest
import torch
from scipy.special import expit, logit

from skseq.losses._ordinal import (
    ORDINAL_LOSSES,
    CoralLoss,
    CornLoss,
    CumulativeLoss,
    IntensityLoss,
)

K = 5
RNG = np.random.default_rng(0)
RANK = np.arange(K)
TARGET = np.concatenate([np.arange(K), RNG.integers(0, K, 40)])
LOGITS = RNG.normal(scale=2, size=(len(TARGET), K - 1))
FALLING = -np.sort(-LOGITS, axis=1)
HEADS = {"coral": FALLING, "corn": LOGITS, "cumulative": FALLING}


def each_loss(loss, logits, target=TARGET):
    return loss.per_step(torch.tensor(logits), torch.tensor(target)).numpy()


def corn_by_hand(logits, y):
    """Conditional tasks of Shi et al. 2021, eq. 8: task k sees the rows with y >= k."""
    return -sum(
        np.log(expit(logits[k])) if y > k else np.log(1 - expit(logits[k]))
        for k in range(K - 1)
        if y >= k
    )


def coral_by_hand(logits, y):
    """Binary tasks of Cao et al. 2020, eq. 5: each sees every row."""
    return -sum(
        np.log(expit(logits[k])) if y > k else np.log(1 - expit(logits[k])) for k in range(K - 1)
    )


def cumulative_by_hand(logits, y):
    """Probability between two thresholds, McCullagh 1980."""
    above = np.concatenate([[1.0], expit(logits), [0.0]])
    return -np.log(above[y] - above[y + 1])


@pytest.mark.parametrize(
    ("head", "by_hand"),
    [("coral", coral_by_hand), ("corn", corn_by_hand), ("cumulative", cumulative_by_hand)],
)
def test_a_loss_is_its_papers_formula(head, by_hand):
    expected = [by_hand(row, y) for row, y in zip(HEADS[head], TARGET, strict=True)]
    np.testing.assert_allclose(each_loss(ORDINAL_LOSSES[head](RANK), HEADS[head]), expected)


def test_coral_is_coral_pytorchs():
    peer = pytest.importorskip("coral_pytorch.losses")
    levels = torch.tensor((TARGET[:, None] > np.arange(K - 1)).astype(float))
    theirs = peer.coral_loss(torch.tensor(LOGITS), levels)
    assert each_loss(CoralLoss(RANK), LOGITS).mean() == pytest.approx(theirs.item())


def test_corn_is_coral_pytorchs_with_rows_for_terms():
    peer = pytest.importorskip("coral_pytorch.losses")
    n_terms = sum((k <= TARGET).sum() for k in range(K - 1))
    theirs = peer.corn_loss(torch.tensor(LOGITS), torch.tensor(TARGET), K)
    assert each_loss(CornLoss(RANK), LOGITS).sum() / n_terms == pytest.approx(theirs.item())


def test_for_two_classes_all_are_the_logistic_loss():
    logits, target = LOGITS[:, :1], np.minimum(TARGET, 1)
    expected = np.logaddexp(0, np.where(target == 1, -1, 1) * logits[:, 0])
    for loss in (CoralLoss, CornLoss, CumulativeLoss):
        np.testing.assert_allclose(each_loss(loss([0, 1]), logits, target), expected)


@pytest.mark.parametrize("head", ["corn", "cumulative"])
def test_the_loss_is_minus_the_log_probability_of_the_class(head):
    loss = ORDINAL_LOSSES[head](RANK)
    log_proba = loss.log_proba(HEADS[head])
    np.testing.assert_allclose(
        each_loss(loss, HEADS[head]), -log_proba[np.arange(len(TARGET)), TARGET], rtol=1e-6
    )


@pytest.mark.parametrize("head", HEADS)
def test_probabilities_sum_to_one_and_are_those_of_the_thresholds(head):
    proba = np.exp(ORDINAL_LOSSES[head](RANK).log_proba(LOGITS))
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    above = proba[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]  # P(y > k)
    expected = np.cumprod(expit(LOGITS), axis=1) if head == "corn" else expit(LOGITS)
    if head == "coral":  # its thresholds are sorted where they are not in order yet
        expected = -np.sort(-expected, axis=1)
    if head != "cumulative":  # whose layer gives thresholds in order only
        np.testing.assert_allclose(above, expected, rtol=1e-5)
    assert (np.diff(above, axis=1) <= 1e-12).all()


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("logit_", [-800.0, 0.0, 800.0])
def test_extreme_and_equal_logits_stay_finite(head, logit_):
    loss, logits = ORDINAL_LOSSES[head](RANK), np.full((K, K - 1), logit_)
    assert np.isfinite(each_loss(loss, logits, RANK)).all()
    assert np.isfinite(loss.log_proba(logits)).all()
    scores = torch.tensor(logits, requires_grad=True)
    loss.per_step(scores, torch.tensor(RANK)).sum().backward()
    assert torch.isfinite(scores.grad).all()


@pytest.mark.parametrize("head", HEADS)
def test_training_starts_at_the_class_prior(head):
    prior = np.array([0.5, 0.1, 0.3, 0.06, 0.04])
    loss = ORDINAL_LOSSES[head](RANK)
    start = loss.start(np.log(prior))
    np.testing.assert_allclose(np.exp(loss.log_proba(start[None]))[0], prior, rtol=1e-6)


@pytest.mark.parametrize("head", ORDINAL_LOSSES)
def test_the_order_may_be_another_than_that_of_the_codes(head):
    rank = np.array([2, 0, 4, 1, 3])
    prior = np.array([0.5, 0.1, 0.3, 0.06, 0.04])
    scores = LOGITS[:, :1] if head == "regression" else HEADS[head]
    ours = ORDINAL_LOSSES[head](rank).fit(100 * prior)
    in_order = ORDINAL_LOSSES[head](RANK).fit(100 * prior[np.argsort(rank)])
    np.testing.assert_allclose(
        each_loss(ours, scores, TARGET), each_loss(in_order, scores, rank[TARGET])
    )
    np.testing.assert_allclose(ours.log_proba(scores), in_order.log_proba(scores)[:, rank])


# -- an intensity and its thresholds ------------------------------------------------------------


def test_the_regression_head_is_half_the_squared_error_of_standardised_ranks():
    counts = np.bincount(TARGET)
    loss, scores = IntensityLoss(RANK).fit(counts), LOGITS[:, :1]
    expected = ((TARGET - TARGET.mean()) / TARGET.std() - scores[:, 0]) ** 2 / 2
    np.testing.assert_allclose(each_loss(loss, scores), expected)
    np.testing.assert_allclose(loss.intensity(scores), scores[:, 0] * TARGET.std() + TARGET.mean())


def test_before_thresholds_are_learnt_an_intensity_is_rounded():
    loss = IntensityLoss(RANK).fit(np.ones(K))
    intensity = np.linspace(-1, K, 62)  # never half-way
    scores = (intensity[:, None] - loss.mean_) / loss.scale_
    expected = np.clip(np.rint(intensity), 0, K - 1)
    np.testing.assert_array_equal(loss.log_proba(scores).argmax(axis=1), expected)


def test_thresholds_are_found_where_they_are():
    rng = np.random.default_rng(0)
    loss = IntensityLoss(np.arange(3)).fit([1, 1, 1])
    intensity = rng.uniform(-1, 3, size=4000)
    noisy = intensity + logit(rng.uniform(size=4000)) / 3  # slope 3
    codes = (noisy > 0.2).astype(int) + (noisy > 1.7)
    scores = (intensity[:, None] - loss.mean_) / loss.scale_
    loss.fit_thresholds(scores, codes, np.ones(4000))
    np.testing.assert_allclose(loss.thresholds_, [0.2, 1.7], atol=0.06)
    assert loss.slope_ == pytest.approx(3, rel=0.1)


def test_weights_of_held_out_rows_are_repeats():
    rng = np.random.default_rng(0)
    codes, times = np.sort(rng.integers(0, K, 60)), rng.integers(1, 4, 60)
    scores = np.sort(rng.normal(size=(60, 1)), axis=0)
    once, often = IntensityLoss(RANK).fit(np.ones(K)), IntensityLoss(RANK).fit(np.ones(K))
    once.fit_thresholds(scores, codes, times)
    often.fit_thresholds(scores.repeat(times, 0), codes.repeat(times), np.ones(times.sum()))
    np.testing.assert_allclose(once.thresholds_, often.thresholds_, rtol=1e-3)


def test_a_class_that_no_held_out_row_has_keeps_some_room():
    loss = IntensityLoss(RANK).fit(np.ones(K))
    codes = np.repeat([0, 1, 3, 4], 5)
    loss.fit_thresholds((codes[:, None] - loss.mean_) / loss.scale_, codes, np.ones(20))
    assert (np.diff(loss.thresholds_) > 0.1).all()
    assert np.isfinite(loss.log_proba(np.zeros((1, 1)))).all()
