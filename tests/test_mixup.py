"""Mixtures of states and labels, against their formulas and their limits."""

import numpy as np
import pytest
import torch

from skseq import SequenceClassifier
from skseq.datasets import make_imbalanced_sequences
from skseq.losses import CrossEntropyLoss, FocalLoss
from skseq.mixup import MIXERS, Mixup, Remix, make_mixer
from skseq.training._net import mixed_loss


class Fixed(Mixup):
    """Mixes in one share, so that the outcome can be computed by hand."""

    def __init__(self, share=1.0, alpha=0.2):
        super().__init__(alpha)
        self.share = share

    def draw(self, target, partner_target):
        share = torch.full(target.shape, float(self.share))
        return share, self._label_share(share, target, partner_target)


class Toy(torch.nn.Module):
    """States are the inputs, the head is linear."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.head = torch.nn.Linear(3, 4)

    def states(self, x):
        return x

    def forward(self, x):
        return self.head(x)


def two_classes(*counts):
    weights = np.array(counts) / sum(counts)
    return make_imbalanced_sequences(
        sum(counts), n_classes=2, weights=weights, length=(4, 6), random_state=0
    )


@pytest.fixture
def batch():
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(6, 3, generator=rng)
    return x, torch.tensor([0, 1, 2, 3, 0, 0]), torch.rand(6, generator=rng) + 0.5


@pytest.mark.parametrize("loss", [CrossEntropyLoss(), FocalLoss()])
def test_a_share_of_one_is_no_mixing(batch, loss):
    x, target, weight = batch
    module, loss = Toy(), loss.fit([3, 1, 1, 1])
    mixer = Fixed(1.0).fit([3, 1, 1, 1])
    scores, mixed = mixed_loss(module, loss, mixer, {"x": x}, target, weight)
    torch.testing.assert_close(scores, module(x))
    torch.testing.assert_close(mixed, loss(module(x), target, weight=weight))


def test_the_loss_is_mixed_as_the_states_are(batch):
    x, target, weight = batch
    module, loss = Toy(), CrossEntropyLoss().fit([3, 1, 1, 1])
    torch.manual_seed(5)
    scores, mixed = mixed_loss(module, loss, Fixed(0.3).fit([3, 1, 1, 1]), {"x": x}, target, weight)
    torch.manual_seed(5)
    partner = torch.randperm(6)
    by_hand = module.head(0.3 * x + 0.7 * x[partner])
    torch.testing.assert_close(scores, by_hand)
    log_proba = torch.log_softmax(by_hand, dim=1)
    total = 0.0
    for row in range(6):
        other = int(partner[row])
        total -= 0.3 * weight[row] * log_proba[row, target[row]]
        total -= 0.7 * weight[other] * log_proba[row, target[other]]
    torch.testing.assert_close(mixed, total / 6)


def test_shares_follow_the_beta_distribution():
    torch.manual_seed(0)
    target = torch.zeros(20_000, dtype=torch.int64)
    for alpha in (0.2, 1.0, 4.0):
        share, label_share = Mixup(alpha).fit([1]).draw(target, target)
        assert torch.equal(share, label_share)
        assert share.mean() == pytest.approx(0.5, abs=0.01)
        assert share.var() == pytest.approx(0.25 / (2 * alpha + 1), rel=0.05)


def test_remix_gives_the_label_to_the_rarer_class_by_its_rule():
    mixer = Remix(kappa=3, tau=0.4).fit([90, 20, 10])
    shares = torch.tensor([0.1, 0.39, 0.41, 0.6, 0.61, 0.9])
    for own in range(3):
        for other in range(3):
            target = torch.full((6,), own), torch.full((6,), other)
            ours = mixer._label_share(shares, *target)
            ratio = [90, 20, 10][own] / [90, 20, 10][other]
            for share, label_share in zip(shares.tolist(), ours.tolist(), strict=True):
                by_hand = share
                if ratio >= 3 and share < 0.4:
                    by_hand = 0.0
                elif ratio <= 1 / 3 and 1 - share < 0.4:
                    by_hand = 1.0
                assert label_share == pytest.approx(by_hand)


def test_remix_without_a_common_class_is_mixup():
    mixer = Remix(kappa=1e9).fit([90, 10])
    share = torch.linspace(0, 1, 11)
    target = torch.zeros(11, dtype=torch.int64), torch.ones(11, dtype=torch.int64)
    torch.testing.assert_close(mixer._label_share(share, *target), share)
    np.testing.assert_allclose(mixer.prior_of_labels([0.9, 0.1]), [0.9, 0.1])


@pytest.mark.parametrize("alpha", [0.3, 1.0, 2.0])
def test_the_prior_of_mixed_labels_is_what_many_draws_come_to(alpha):
    counts = np.array([80, 15, 5])
    prior = np.array([0.7, 0.2, 0.1])
    mixer = Remix(alpha, kappa=3, tau=0.5).fit(counts)
    torch.manual_seed(0)
    target, partner = torch.multinomial(torch.tensor(prior), 400_000, replacement=True).reshape(
        2, -1
    )
    _, share = mixer.draw(target, partner)
    totals = np.bincount(target, weights=share, minlength=3)
    totals += np.bincount(partner, weights=1 - share, minlength=3)
    np.testing.assert_allclose(totals / totals.sum(), mixer.prior_of_labels(prior), atol=0.004)


@pytest.mark.parametrize("mixup", [*MIXERS, Mixup(0.5), Remix])
def test_a_classifier_trains_on_mixtures_and_repeats_itself(mixup):
    X, y = make_imbalanced_sequences(60, weights=[0.7, 0.2, 0.1], length=(4, 8), random_state=0)
    model = SequenceClassifier(
        mixup=mixup, decision="balanced", hidden_size=8, max_epochs=8, lr=0.02, random_state=0
    )
    first = model.fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(first, model.fit(X, y).predict_proba(X))
    plain = model.set_params(mixup=None).fit(X, y).predict_proba(X)
    assert np.abs(plain - first).max() > 1e-3
    assert np.mean(model.predict(X) == y) > 0.6


# What a net as small as this predicts after two epochs plays no part.
@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_mixing_is_for_training_only_and_its_prior_is_noted():
    X, y = make_imbalanced_sequences(
        40, n_classes=2, weights=[0.9, 0.1], length=(4, 6), random_state=0
    )
    model = SequenceClassifier(
        mixup="remix",
        decision="balanced",
        initial_bias="prior",
        hidden_size=4,
        max_epochs=2,
        random_state=0,
    ).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))
    share = np.bincount(y) / 40
    np.testing.assert_allclose(model.train_prior_, Remix().fit([36, 4]).prior_of_labels(share))


def test_what_is_no_mixer_is_refused():
    with pytest.raises(ValueError, match="Did you mean 'mixup'"):
        make_mixer("mixp")
    with pytest.raises(TypeError, match="mixup must be one of"):
        make_mixer(CrossEntropyLoss())
    X, y = make_imbalanced_sequences(
        20, n_classes=2, weights=[0.6, 0.4], length=(4, 6), random_state=0
    )
    with pytest.raises(ValueError, match="'alpha' parameter"):
        SequenceClassifier(mixup=Mixup(0.0), max_epochs=1).fit(X, y)
