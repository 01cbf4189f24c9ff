"""Heads: a layer, and what its scores mean."""

import numpy as np
import pytest
import torch
from scipy.special import softmax

from skseq.losses import LOSSES, CrossEntropyLoss, LDAMLoss, LogitAdjustedLoss, SequenceLoss
from skseq.losses._ordinal import ORDINAL_LOSSES
from skseq.nn import HEADS, NumberHead, OrdinalHead, make_head

PRIOR = np.array([0.6, 0.3, 0.1])


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_has_a_head_whose_probabilities_sum_to_one(name):
    head = make_head(LOSSES[name]().fit([60, 30, 10]))
    layer = head.make_layer(4, head.start(np.log(PRIOR)))
    scores = layer(torch.randn(5, 4)).detach().numpy().astype(np.float64)
    assert scores.shape == (5, 3)
    np.testing.assert_allclose(np.exp(head.log_proba(scores)).sum(axis=1), 1)
    assert layer.in_features == 4


def test_a_linear_head_starts_at_the_prior_where_states_say_nothing():
    head = make_head(CrossEntropyLoss())
    scores = head.make_layer(4, head.start(np.log(PRIOR)))(torch.zeros(1, 4)).detach().numpy()
    np.testing.assert_allclose(softmax(scores, axis=1)[0], PRIOR, rtol=1e-6)


@pytest.mark.parametrize("name", ORDINAL_LOSSES)
def test_an_ordinal_head_starts_at_the_prior_in_any_order_of_the_classes(name):
    rank = np.array([2, 0, 1])
    head = OrdinalHead(ORDINAL_LOSSES[name](rank).fit([60, 30, 10], PRIOR))
    layer = head.make_layer(4, head.start(np.log(PRIOR)))
    scores = layer(torch.zeros(1, 4)).detach().numpy().astype(np.float64)
    if not head.needs_held_out:  # an intensity learns its thresholds later
        np.testing.assert_allclose(np.exp(head.log_proba(scores))[0], PRIOR, rtol=1e-5)
    np.testing.assert_array_equal(head.rank, rank)


def test_a_loss_says_which_head_it_is_made_for_and_what_its_scores_are():
    assert isinstance(make_head(LDAMLoss()), HEADS["cosine"])
    assert not make_head(LDAMLoss()).is_linear
    assert make_head(CrossEntropyLoss()).is_linear
    assert make_head(CrossEntropyLoss()).is_proper
    assert not make_head(CrossEntropyLoss(label_smoothing=0.1)).is_proper
    adjusted = make_head(LogitAdjustedLoss().fit([60, 30, 10]))
    np.testing.assert_allclose(adjusted.prior_of_scores(PRIOR), 1 / 3)


def test_scores_of_a_cosine_head_are_bounded_by_its_scale():
    head = make_head(LDAMLoss(scale=7.0))
    scores = head.make_layer(4, np.zeros(3))(100 * torch.randn(50, 4))
    assert scores.abs().max() <= 7.0 + 1e-5


def test_a_loss_of_ones_own_names_its_head():
    class Own(SequenceLoss):
        head = "cosin"

    with pytest.raises(ValueError, match="Did you mean 'cosine'"):
        make_head(Own())
    Own.head = "linear"
    assert make_head(Own()).is_linear


def test_a_number_head_gives_one_number_that_starts_where_it_is_told():
    layer = NumberHead(None).make_layer(4, [2.5])
    assert layer(torch.zeros(3, 4)).tolist() == [[2.5]] * 3
