"""Losses against numpy, against each other at their limits, and the laws of masks and weights."""

import copy
import pickle

import numpy as np
import pytest
import torch
from scipy.special import log_softmax, softmax
from sklearn.base import clone
from torch.nn import functional

from skseq.losses import (
    LOSSES,
    AsymmetricLoss,
    BalancedSoftmaxLoss,
    ClassBalancedLoss,
    CrossEntropyLoss,
    FocalLoss,
    LDAMLoss,
    LogitAdjustedLoss,
    MajorityOrMinorityLoss,
    SelfAdjustingDiceLoss,
    SequenceLoss,
)
from skseq.losses._base import floored_log_prior
from skseq.losses._table import make_loss

COUNTS = np.array([70, 20, 10])
PRIOR = COUNTS / COUNTS.sum()
ALPHA = [0.5, 1.0, 3.0]


def cross_entropy(scores, target, label_smoothing=0.0):
    truth = np.full(scores.shape, label_smoothing / scores.shape[1])
    truth[np.arange(len(target)), target] += 1 - label_smoothing
    return -(truth * log_softmax(scores, axis=1)).sum(axis=1)


def focal(scores, target, gamma=2.0, alpha=(1.0, 1.0, 1.0)):
    p = softmax(scores, axis=1)[np.arange(len(target)), target]
    return -np.asarray(alpha)[target] * (1 - p) ** gamma * np.log(p)


def logit_adjusted(scores, target, tau=1.0):
    return cross_entropy(scores + tau * np.log(PRIOR), target)


def balanced_softmax(scores, target):
    return cross_entropy(scores + np.log(COUNTS), target)


def class_balanced(scores, target, beta=0.9999):
    weight = (1 - beta) / (1 - beta**COUNTS)
    weight = weight * COUNTS.sum() / (weight * COUNTS).sum()
    return weight[target] * cross_entropy(scores, target)


def majority_or_minority(scores, target, lam=0.5, majority=0):
    loss = cross_entropy(scores, target)
    return lam * loss + (1 - lam) * loss * (target == majority)


def asymmetric(scores, target, gamma_pos=0.0, gamma_neg=4.0, label_smoothing=0.1):
    p = softmax(scores, axis=1)
    total = np.zeros(len(target))
    for c in range(scores.shape[1]):
        truth = (target == c) * (1 - label_smoothing) + label_smoothing / scores.shape[1]
        fading = np.where(target == c, (1 - p[:, c]) ** gamma_pos, p[:, c] ** gamma_neg)
        total -= truth * fading * np.log(p[:, c])
    return total


def ldam(scores, target, max_margin=0.5, scale=30.0):
    margin = COUNTS**-0.25
    margin = max_margin * margin / margin.max()
    moved = scores.copy()
    moved[np.arange(len(target)), target] -= scale * margin[target]
    return cross_entropy(moved, target)


def dice(scores, target, smoothing=1.0):
    p, y = softmax(scores, axis=1), np.eye(scores.shape[1])[target]
    return np.mean(1 - (2 * p * y + smoothing) / (p**2 + y**2 + smoothing), axis=1)


def self_adjusting_dice(scores, target, alpha=0.01, smoothing=1.0):
    p, y = softmax(scores, axis=1), np.eye(scores.shape[1])[target]
    faded = (1 - p) ** alpha * p
    return np.mean(1 - (2 * faded * y + smoothing) / (faded + y + smoothing), axis=1)


# Every loss by name, its numpy twin here, and arguments for both beside the default ones.
TWINS = {
    "cross_entropy": (cross_entropy, {"label_smoothing": 0.2}),
    "focal": (focal, {"gamma": 0.5, "alpha": ALPHA}),
    "logit_adjusted": (logit_adjusted, {"tau": 0.6}),
    "asymmetric": (asymmetric, {"gamma_pos": 1.0, "gamma_neg": 2.0, "label_smoothing": 0.3}),
    "balanced_softmax": (balanced_softmax, {}),
    "class_balanced": (class_balanced, {"beta": 0.9}),
    "dice": (dice, {"smoothing": 0.2}),
    "ldam": (ldam, {"max_margin": 0.3, "scale": 2.0}),
    "majority_or_minority": (majority_or_minority, {"lam": 0.2, "majority": 2}),
    "self_adjusting_dice": (self_adjusting_dice, {"alpha": 0.5, "smoothing": 0.2}),
}
every_loss = pytest.mark.parametrize("name", LOSSES)


def fitted(name, **params):
    return LOSSES[name](**params).fit(COUNTS)


def draw(*shape, seed=0):
    """Scores (*shape, 3), float64, and targets of that shape."""
    rng = np.random.default_rng(seed)
    scores = torch.as_tensor(rng.normal(scale=2, size=(*shape, 3)))
    return scores, torch.as_tensor(rng.integers(0, 3, size=shape))


# -- values and gradients of every loss ----------------------------------------------------------


def test_every_loss_has_a_numpy_twin_here():
    assert set(TWINS) == set(LOSSES)


@every_loss
@pytest.mark.parametrize("with_arguments", [False, True])
def test_a_loss_equals_numpy(name, with_arguments):
    twin, arguments = TWINS[name]
    arguments = arguments if with_arguments else {}
    scores, target = draw(40)
    expected = twin(scores.numpy(), target.numpy(), **arguments)
    loss = fitted(name, **arguments)
    # The prior is kept in single precision.
    np.testing.assert_allclose(loss.per_step(scores, target), expected, rtol=1e-6)
    np.testing.assert_allclose(loss(scores, target), expected.mean(), rtol=1e-6)


@every_loss
@pytest.mark.parametrize("with_arguments", [False, True])
def test_the_gradient_is_that_of_finite_differences(name, with_arguments):
    loss = fitted(name, **(TWINS[name][1] if with_arguments else {}))
    scores, target = draw(3, 4)
    mask = torch.arange(4) < torch.tensor([4, 1, 2])[:, None]
    weight = torch.linspace(0.5, 2, 12, dtype=torch.float64).view(3, 4)

    def of_scores(scores):
        return loss(scores, target, mask=mask, weight=weight)

    assert torch.autograd.gradcheck(of_scores, scores.requires_grad_())


@every_loss
@pytest.mark.parametrize("scale", [1.0, 1e3])
def test_sure_scores_give_finite_losses_and_gradients(name, scale):
    scores = (scale * torch.eye(3)).requires_grad_()
    for target in (torch.tensor([0, 1, 2]), torch.tensor([1, 2, 0])):  # all right, all wrong
        value = fitted(name)(scores, target)
        (gradient,) = torch.autograd.grad(value, scores)
        assert value >= 0
        assert torch.isfinite(value)
        assert torch.isfinite(gradient).all()


@every_loss
def test_a_better_score_of_the_true_class_is_a_lower_loss(name):
    right = torch.linspace(-6, 6, 50, dtype=torch.float64)
    scores = torch.stack([right, torch.zeros(50), torch.zeros(50)], dim=1)
    losses = fitted(name).per_step(scores, torch.zeros(50, dtype=torch.int64))
    assert (losses.diff() < 0).all()


@every_loss
def test_moving_all_scores_alike_changes_nothing(name):
    scores, target = draw(10)
    loss = fitted(name)
    np.testing.assert_allclose(loss(scores + 5, target), loss(scores, target))


# -- known limits --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "loss",
    [
        CrossEntropyLoss(),
        FocalLoss(gamma=0),
        LogitAdjustedLoss(tau=0).fit(COUNTS),
        LogitAdjustedLoss(tau=3).fit([5, 5, 5]),
        AsymmetricLoss(gamma_pos=0, label_smoothing=0),
        BalancedSoftmaxLoss().fit([7, 7, 7]),
        ClassBalancedLoss(beta=0).fit(COUNTS),
        LDAMLoss(max_margin=0).fit(COUNTS),
        MajorityOrMinorityLoss(lam=1).fit(COUNTS),
    ],
    ids=repr,
)
def test_it_is_cross_entropy(loss):
    scores, target = draw(20)
    np.testing.assert_allclose(
        loss.per_step(scores, target), functional.cross_entropy(scores, target, reduction="none")
    )


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (BalancedSoftmaxLoss(), LogitAdjustedLoss(tau=1)),
        (AsymmetricLoss(gamma_pos=3, label_smoothing=0), FocalLoss(gamma=3)),
        (
            SelfAdjustingDiceLoss(alpha=0, smoothing=2),
            SelfAdjustingDiceLoss(alpha=1e-9, smoothing=2),
        ),
    ],
    ids=repr,
)
def test_it_is_the_other_loss(ours, theirs):
    scores, target = draw(20)
    np.testing.assert_allclose(
        ours.fit(COUNTS).per_step(scores, target),
        theirs.fit(COUNTS).per_step(scores, target),
        rtol=1e-6,
    )


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1, 0.9])
def test_label_smoothing_is_torchs(label_smoothing):
    scores, target = draw(20)
    np.testing.assert_allclose(
        CrossEntropyLoss(label_smoothing)(scores, target),
        torch.nn.CrossEntropyLoss(label_smoothing=label_smoothing)(scores, target),
    )


def test_focal_alpha_is_a_factor_for_the_class():
    scores, target = draw(20)
    np.testing.assert_allclose(
        FocalLoss(alpha=ALPHA)(scores, target),
        FocalLoss()(scores, target, class_weight=torch.tensor(ALPHA, dtype=torch.float64)),
    )


def test_focal_alpha_must_name_every_class():
    with pytest.raises(ValueError, match=r"alpha must have one factor for each of the 3 classes"):
        FocalLoss(alpha=[1.0, 2.0]).fit(COUNTS)
    with pytest.raises(ValueError, match=r"alpha must be finite and not negative"):
        FocalLoss(alpha=[1.0, -2.0, 1.0]).fit(COUNTS)


def test_logit_adjustment_moves_by_the_weighted_prior_where_weights_shift_it():
    scores, target = draw(20)
    prior = np.array([0.5, 0.3, 0.2])
    np.testing.assert_allclose(
        LogitAdjustedLoss().fit(COUNTS, prior).per_step(scores, target),
        cross_entropy(scores.numpy() + np.log(prior), target.numpy()),
        rtol=1e-6,
    )


# -- masks and weights ---------------------------------------------------------------------------


@every_loss
def test_what_stands_under_the_mask_does_not_matter(name):
    loss = fitted(name)
    scores, target = draw(4, 6)
    mask = torch.arange(6) < torch.tensor([6, 1, 3, 2])[:, None]
    weight = torch.rand(4, 6, generator=torch.Generator().manual_seed(0))
    rubbish = (
        torch.where(mask[..., None], scores, torch.nan).requires_grad_(),
        torch.where(mask, target, -100),
    )
    ours = loss(*rubbish, mask=mask, weight=torch.where(mask, weight, torch.nan))
    alone = loss(scores[mask], target[mask], weight=weight[mask])
    np.testing.assert_allclose(ours.item(), alone)
    (gradient,) = torch.autograd.grad(ours, rubbish[0])
    assert torch.isfinite(gradient).all()
    assert not gradient[~mask].any()


@every_loss
def test_no_mask_means_every_step(name):
    scores, target = draw(4, 6)
    np.testing.assert_allclose(
        fitted(name)(scores, target),
        fitted(name)(scores.reshape(-1, 3), target.reshape(-1)),
    )


@every_loss
def test_a_weight_of_two_is_a_row_that_comes_twice(name):
    scores, target = draw(20)
    times = torch.as_tensor(np.random.default_rng(0).integers(0, 4, size=20))
    repeated = torch.repeat_interleave(torch.arange(20), times)
    loss = fitted(name)
    np.testing.assert_allclose(
        loss(scores, target, weight=times / times.double().mean()),
        loss(scores[repeated], target[repeated]),
    )


@every_loss
def test_a_class_weight_is_a_weight_of_its_rows(name):
    scores, target = draw(4, 6)
    class_weight = torch.tensor([0.5, 1.0, 3.0])
    weight = torch.rand(4, 6, generator=torch.Generator().manual_seed(0))
    loss = fitted(name)
    np.testing.assert_allclose(
        loss(scores, target, weight=weight, class_weight=class_weight),
        loss(scores, target, weight=weight * class_weight[target]),
    )


def test_weights_are_relative_to_the_number_of_steps_and_not_to_their_own_sum():
    # Else a batch of heavy rows would count no more than a batch of light ones.
    scores, target = draw(10)
    loss = CrossEntropyLoss()
    np.testing.assert_allclose(
        loss(scores, target, weight=torch.full((10,), 3.0)), 3 * loss(scores, target)
    )


# -- priors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "loss",
    [
        CrossEntropyLoss(),
        LogitAdjustedLoss(),
        LogitAdjustedLoss(tau=0.4),
        LogitAdjustedLoss(tau=2),
        BalancedSoftmaxLoss(),
        ClassBalancedLoss(beta=0.95),
        MajorityOrMinorityLoss(lam=0.3),
    ],
    ids=repr,
)
def test_scores_at_the_optimum_are_probabilities_under_the_prior_of_scores(loss):
    # Five inputs that classes give with known probabilities, and a free score for each pair:
    # at the optimum, softmax(scores) is Bayes' rule with the prior that the loss says.
    rng = np.random.default_rng(0)
    likelihood = rng.dirichlet(np.ones(5), size=3)  # (class, input)
    joint = torch.as_tensor(PRIOR[:, None] * likelihood)
    loss = clone(loss).fit(COUNTS)
    scores = torch.zeros(5, 3, dtype=torch.float64, requires_grad=True)
    target, inputs = torch.arange(3).repeat_interleave(5), torch.arange(5).repeat(3)
    optimizer = torch.optim.LBFGS(
        [scores],
        max_iter=1000,
        tolerance_grad=1e-12,
        tolerance_change=1e-16,
        line_search_fn="strong_wolfe",
    )

    def closure():
        optimizer.zero_grad()
        value = loss(scores[inputs], target, weight=joint.flatten())
        value.backward()
        return value

    optimizer.step(closure)
    posterior = loss.prior_of_scores(PRIOR)[:, None] * likelihood
    np.testing.assert_allclose(
        softmax(scores.detach().numpy(), axis=1).T, posterior / posterior.sum(axis=0), atol=1e-5
    )


@pytest.mark.parametrize("loss", [*(make() for make in LOSSES.values()), LogitAdjustedLoss(2)])
def test_the_prior_of_scores_is_a_distribution_that_lacks_what_the_data_lack(loss):
    prior = clone(loss).fit(COUNTS).prior_of_scores(np.array([0.9, 0.1, 0.0]))
    assert prior.sum() == pytest.approx(1)
    assert prior[2] == 0
    assert np.all(prior[:2] > 0)


def test_full_adjustment_leaves_a_uniform_prior():
    np.testing.assert_allclose(LogitAdjustedLoss().prior_of_scores(PRIOR), 1 / 3)


def test_a_class_without_samples_has_half_a_one():
    np.testing.assert_allclose(
        np.exp(floored_log_prior([0.8, 0.2, 0.0], n_samples=10)), [0.8, 0.2, 0.05]
    )
    loss = LogitAdjustedLoss().fit([8, 2, 0])
    np.testing.assert_allclose(loss.log_prior_.exp(), [0.8, 0.2, 0.05], rtol=1e-6)
    np.testing.assert_allclose(loss.class_counts_, [8, 2, 0])
    assert torch.isfinite(loss(torch.zeros(1, 3), torch.tensor([2])))


# -- as objects ----------------------------------------------------------------------------------


@every_loss
def test_a_loss_is_cloned_copied_and_pickled_with_its_parameters(name):
    arguments = TWINS[name][1]
    loss = fitted(name, **arguments)
    scores, target = draw(5)
    assert loss.get_params() == LOSSES[name]().get_params() | arguments
    assert clone(loss).get_params() == loss.get_params()
    assert not hasattr(clone(loss), "log_prior_")
    for argument, value in arguments.items():
        assert f"{argument}={value!r}" in repr(loss)
    for twin in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        np.testing.assert_array_equal(twin(scores, target), loss(scores, target))


@every_loss
def test_names_classes_and_objects_all_make_a_new_loss(name):
    assert type(make_loss(name)) is LOSSES[name]
    assert type(make_loss(LOSSES[name])) is LOSSES[name]
    mine = LOSSES[name](**TWINS[name][1]).fit(COUNTS)
    made = make_loss(mine)
    assert made is not mine
    assert made.get_params() == mine.get_params()
    assert not hasattr(made, "log_prior_")


def test_an_unknown_name_is_told_the_nearest_one():
    with pytest.raises(ValueError, match=r"loss must be one of .*'focl'. Did you mean 'focal'\?"):
        make_loss("focl")


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (CrossEntropyLoss(label_smoothing=1.0), "label_smoothing"),
        (FocalLoss(gamma=-1), "gamma"),
        (FocalLoss(alpha=3.0), "alpha"),
        (LogitAdjustedLoss(tau="1"), "tau"),
    ],
)
def test_a_parameter_out_of_range_is_named_when_fit_starts(loss, message):
    with pytest.raises(ValueError, match=f"The '{message}' parameter"):
        loss.fit(COUNTS)


class SquaredError(SequenceLoss):
    """A user's own: one method, one parameter."""

    def __init__(self, scale=1.0):
        self.scale = scale

    def per_step(self, scores, target):
        truth = functional.one_hot(target, scores.shape[-1])
        return self.scale * (scores.softmax(-1) - truth).square().sum(-1)


def test_a_loss_of_ones_own_writes_one_method():
    loss = make_loss(SquaredError(scale=2.0)).fit(COUNTS)
    scores, target = draw(4, 6)
    mask = torch.arange(6) < torch.tensor([6, 1, 3, 2])[:, None]
    p, truth = softmax(scores[mask].numpy(), axis=1), np.eye(3)[target[mask].numpy()]
    np.testing.assert_allclose(
        loss(scores, target, mask=mask), 2 * ((p - truth) ** 2).sum(axis=1).mean()
    )
    np.testing.assert_array_equal(loss.prior_of_scores(PRIOR), PRIOR)


def test_a_loss_that_forgot_its_method_is_told_which():
    class Forgetful(SequenceLoss):
        pass

    with pytest.raises(NotImplementedError, match=r"Forgetful must define per_step"):
        Forgetful().fit(COUNTS)(*draw(3))


def test_an_object_that_is_no_loss_is_told_what_it_lacks():
    with pytest.raises(TypeError, match=r"lacks the method\(s\) fit, per_step, prior_of_scores"):
        make_loss(torch.nn.CrossEntropyLoss())


def test_an_object_with_the_methods_alone_is_told_to_derive():
    class Own:
        fit = per_step = prior_of_scores = None

    with pytest.raises(TypeError, match=r"lacks the method\(s\) get_params.* Derive it from"):
        make_loss(Own())
