"""Losses of numbers: their formulas, and what each asks for."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from sklearn.metrics import mean_absolute_error, mean_pinball_loss

from skseq.losses import (
    REGRESSION_LOSSES,
    FocalLoss,
    HuberLoss,
    QuantileLoss,
    RegressionLoss,
    SquaredLoss,
)
from skseq.losses._regression import make_regression_loss

RNG = np.random.default_rng(0)
TARGET = RNG.lognormal(size=201)
PREDICTED = RNG.normal(size=201)


def ours(loss, predicted, target, **options):
    scores = torch.tensor(np.asarray(predicted)[..., None])
    return loss(scores, torch.tensor(target), **options).item()


def test_the_absolute_and_the_pinball_loss_are_scikit_learns():
    absolute, pinball = make_regression_loss("absolute"), QuantileLoss(0.8)
    assert ours(absolute, PREDICTED, TARGET) == pytest.approx(
        mean_absolute_error(TARGET, PREDICTED)
    )
    assert ours(pinball, PREDICTED, TARGET) == pytest.approx(
        mean_pinball_loss(TARGET, PREDICTED, alpha=0.8)
    )


def test_the_huber_loss_is_squared_near_and_absolute_far():
    error = np.abs(PREDICTED - TARGET)
    expected = np.where(error <= 0.7, error**2 / 2, 0.7 * (error - 0.35)).mean()
    assert ours(HuberLoss(delta=0.7), PREDICTED, TARGET) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("loss", "wanted"),
    [
        ("squared", np.mean(TARGET)),
        ("absolute", np.median(TARGET)),
        ("quantile", np.median(TARGET)),
        (QuantileLoss(0.9), np.quantile(TARGET, 0.9, method="averaged_inverted_cdf")),
    ],
)
def test_the_best_constant_is_the_one_that_the_loss_asks_for(loss, wanted):
    loss = make_regression_loss(loss)
    assert loss.best_constant(TARGET) == pytest.approx(wanted)
    found = minimize_scalar(
        lambda constant: ours(loss, np.full(len(TARGET), constant), TARGET),
        bounds=(0, 10),
        method="bounded",
    )
    assert found.x == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize("loss", REGRESSION_LOSSES)
def test_weights_and_masks_pick_the_steps_that_count(loss):
    loss = make_regression_loss(loss)
    predicted, target = RNG.normal(size=(2, 4, 6))
    mask, weight = RNG.random((4, 6)) < 0.6, RNG.random((4, 6))
    each = np.array(
        [ours(loss, [p], [t]) for p, t in zip(predicted.ravel(), target.ravel(), strict=True)]
    ).reshape(4, 6)
    got = ours(loss, predicted, target, mask=torch.tensor(mask), weight=torch.tensor(weight))
    assert got == pytest.approx((each * weight)[mask].mean())


def test_a_name_a_class_and_an_instance_are_taken():
    assert isinstance(make_regression_loss("squared"), SquaredLoss)
    assert isinstance(make_regression_loss(SquaredLoss), SquaredLoss)
    given = QuantileLoss(0.3)
    made = make_regression_loss(given)
    assert made is not given
    assert made.quantile == 0.3


def test_what_is_no_loss_of_numbers_is_refused():
    with pytest.raises(ValueError, match="Did you mean 'huber'"):
        make_regression_loss("hubert")
    with pytest.raises(TypeError, match="best_constant"):
        make_regression_loss(FocalLoss())
    with pytest.raises(ValueError, match="'quantile' parameter of QuantileLoss"):
        make_regression_loss(QuantileLoss(1.5))
    with pytest.raises(NotImplementedError, match="must define per_step"):
        RegressionLoss()(torch.zeros(1, 1), torch.zeros(1))
