"""Encoders side by side: what branch dropout takes, how often, and what it leaves."""

from itertools import product

import numpy as np
import pytest
import torch

from skseq.nn import BagEncoder, ConvolutionEncoder, JoinedEncoder, RecurrentEncoder

LENGTHS = torch.tensor([3, 3])


class Ones(torch.nn.Module):
    """States that are all one, so that what is kept can be read off."""

    def __init__(self, output_size=1):
        super().__init__()
        self.output_size = output_size

    def forward(self, x, lengths):
        return x.new_ones(*x.shape[:2], self.output_size)


def draws(joined, n_rows=20_000):
    """States of many rows in training: ndarray (n_rows, 2, output_size)."""
    torch.manual_seed(0)
    return joined.train()(torch.zeros(n_rows, 2, 1), torch.full((n_rows,), 2)).numpy()


def share_kept(branch_dropout):
    """Share of rows that have each pattern, if rows without any branch are drawn again."""
    share = {
        kept: np.prod([1 - p if k else p for k, p in zip(kept, branch_dropout, strict=True)])
        for kept in product([True, False], repeat=len(branch_dropout))
    }
    share.pop((False,) * len(branch_dropout))
    return {kept: each / sum(share.values()) for kept, each in share.items()}


@pytest.mark.parametrize("branch_dropout", [[0.5, 0.0], [0.5, 0.5], [0.2, 0.7], [0.5, 0.3, 0.9]])
def test_patterns_come_as_often_as_independent_draws_that_leave_something(branch_dropout):
    kept = draws(JoinedEncoder([Ones() for _ in branch_dropout], branch_dropout)) > 0
    for pattern, share in share_kept(branch_dropout).items():
        assert np.mean((kept[:, 0] == pattern).all(axis=1)) == pytest.approx(share, abs=0.02)
    assert kept.any(axis=-1).all()


@pytest.mark.parametrize("branch_dropout", [0.5, [0.5, 0.0, 0.3]])
def test_expectations_stay(branch_dropout):
    states = draws(JoinedEncoder([Ones(2), Ones(1), Ones(3)], branch_dropout))
    np.testing.assert_allclose(states.mean(axis=(0, 1)), 1, atol=0.03)


def test_a_branch_is_taken_whole():
    states = draws(JoinedEncoder([Ones(2), Ones(3)], 0.5))
    assert (states == states[:, :1]).all()  # at every step of a row alike
    for branch in (states[..., :2], states[..., 2:]):  # and in every feature
        assert (branch == branch[..., :1]).all()
    assert len(np.unique(states[:, 0, 0])) == 2  # but every row by its own draw


def test_only_in_training():
    joined = JoinedEncoder([Ones(), Ones()], 0.9).eval()
    assert torch.equal(joined(torch.zeros(50, 2, 1), torch.full((50,), 2)), torch.ones(50, 2, 2))


def test_by_default_the_bag_always_stays_and_the_other_is_taken_from_half_of_the_rows():
    torch.manual_seed(0)
    joined = JoinedEncoder([ConvolutionEncoder(1, 2), BagEncoder(1)])
    x = torch.randn(4000, 3, 1)
    states = joined(x, torch.full((4000,), 3))
    assert torch.equal(states[..., 2:], x)
    is_taken = (states[..., :2] == 0).all(dim=(1, 2))
    assert is_taken.float().mean().item() == pytest.approx(0.5, abs=0.03)


def test_a_taken_branch_gets_no_gradient_and_a_kept_one_twice_as_much():
    torch.manual_seed(0)
    joined = JoinedEncoder([ConvolutionEncoder(1, 2), BagEncoder(1)])
    x = torch.ones(1, 3, 1)

    def gradient():
        joined.zero_grad()
        joined(x, torch.tensor([3])).sum().backward()
        return joined.branches[0].layers[0].bias.grad.clone()

    expected = (joined.eval(), gradient())[1]
    joined.train()
    shares = {round((gradient() / expected).nan_to_num().max().item(), 4) for _ in range(30)}
    assert shares == {0.0, 2.0}


def test_without_dropout_no_random_number_is_drawn():
    joined = JoinedEncoder([Ones(), Ones()], 0.0).train()
    state = torch.get_rng_state()
    joined(torch.zeros(2, 3, 1), LENGTHS)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_sum_is_causal_if_all_its_branches_are():
    one_way = RecurrentEncoder(1, 2, bidirectional=False)
    assert JoinedEncoder([one_way, BagEncoder(1)]).causal
    assert not JoinedEncoder([RecurrentEncoder(1, 2), BagEncoder(1)]).causal


@pytest.mark.parametrize("branch_dropout", [1.0, -0.1, [0.5], [0.5, 1.0]])
def test_branch_dropout_is_a_probability_below_one_for_each_branch(branch_dropout):
    with pytest.raises(ValueError, match=r"branch_dropout must be a number in \[0, 1\), or"):
        JoinedEncoder([Ones(), Ones()], branch_dropout)
