r"""Chains of tags: what the steps around a step say of its tag, exactly, for all sequences at once.

A path y of tags through the steps of a sequence has the probability

.. math:: p(y | x) \propto \exp \sum_t e_t(y_t) + A(y_{t-1}, y_t)

with a score e of each tag at each step, and a score A of each tag after each other one. All that is
asked of it follows from one recursion over time: how much all ways from a tag at a step to the end
of its sequence weigh, or from the start (`later_weights`, `weights_around`); and from its
counterpart for the best way alone (`best_path`).

Requirements that this file meets:

- steps are flat, laid out by their time as torch packs sequences: no padding, no loop over
  sequences, one loop over time for both directions together, memory linear in the number of steps;
- a step of the loop is a product of matrices of numbers from 0 to 1, and its gradient one more:
  autograd records no loop, and weights hold no n_tags ** 2 numbers for a step;
- each step is scaled by its largest weight, in double precision. A weight less than e ** -690 of it
  is rounded up to that, so that nothing becomes infinite, whatever the scores;
- a pair of tags that is ruled out has the score `RULED_OUT`, as good as minus infinity, which
  breaks no gradient.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

RULED_OUT = -1e4

# The least weight; its logarithm, -690.8, and less comes only of what is ruled out.
_LEAST = 1e-300
_AS_RULED_OUT = -690.0


class StepLayout:
    """Flat steps in order of their time: all first ones, all second ones, ....

    Of each time, steps of longer sequences come first, so that those that go on lead.

    Parameters
    ----------
    lengths : Tensor of int64 of shape (n_sequences,)
        Steps of each sequence.

    Attributes
    ----------
    first, last : Tensor of int64 of shape (n_sequences,)
        Where sequences start and end.

    ahead, back : Tensor of int64 of shape (n_steps,)
        The flat steps in order of their time from the start, and from the end.

    counts : list of int
        How many steps have each time.
    """

    def __init__(self, lengths: Tensor) -> None:
        self.last = lengths.cumsum(0) - 1
        self.first = self.last - lengths + 1
        by_length = torch.argsort(lengths, descending=True, stable=True)
        time = torch.arange(int(lengths.max()), device=lengths.device)[:, None]
        is_there = time < lengths[by_length]
        self.ahead = (self.first[by_length] + time)[is_there]
        self.back = (self.last[by_length] - time)[is_there]
        self.counts = is_there.sum(1).tolist()


# -- weights of all ways ------------------------------------------------------------------------


def later_weights(scores: Tensor, transitions: Tensor, layout: StepLayout) -> Tensor:
    """Log weight of all ways from each tag at each step to the end, its own score left out.

    Parameters
    ----------
    scores : Tensor of float64 of shape (n_steps, n_tags)
        Of the tags at each step.

    transitions : Tensor of float64 of shape (n_tags, n_tags)
        Of the second tag after the first.

    layout : StepLayout
        Of the sequences that the steps belong to.

    Returns
    -------
    Tensor of float64 of shape (n_steps, n_tags)
        Less a number for each step, the same for all tags.
    """
    in_time = scores[layout.ahead].unsqueeze(0)
    weights = _Weights.apply(in_time, transitions.unsqueeze(0), layout.counts)
    return _flat(weights[0], layout.ahead)


def weights_around(
    scores: Tensor, earlier_scores: Tensor, transitions: Tensor, layout: StepLayout
) -> tuple[Tensor, Tensor]:
    """`later_weights`, and those of all ways from the start to each tag, in one loop.

    Those from the start are of ``earlier_scores``, which are alike in kind.
    """
    in_time = torch.stack([scores[layout.ahead], earlier_scores[layout.back]])
    both_ways = torch.stack([transitions, transitions.T])
    later, earlier = _Weights.apply(in_time, both_ways, layout.counts)
    return _flat(later, layout.ahead), _flat(earlier, layout.back)


def _flat(in_time: Tensor, order: Tensor) -> Tensor:
    place = torch.empty_like(order)
    place[order] = torch.arange(len(order), device=order.device)
    return in_time[place]


class _Weights(torch.autograd.Function):
    """Log weights of what follows each step, of shape (n_directions, n_steps, n_tags).

    Of scores of that shape in order of time, and transitions (n_directions, n_tags, n_tags). They
    lack a number for each step; the gradient is that of the whole weights.
    """

    @staticmethod
    def forward(ctx: Any, scores: Tensor, transitions: Tensor, counts: list[int]) -> Tensor:
        follow = (transitions - transitions.amax((1, 2), keepdim=True)).exp()
        onward = (scores - scores.amax(-1, keepdim=True)).exp()  # and, in the loop, what follows
        later = torch.ones_like(onward)
        onwards, laters = onward.split(counts, 1), later.split(counts, 1)
        back = follow.mT.contiguous()
        for time in range(len(counts) - 1, 0, -1):
            weight = onwards[time].mul_(laters[time])
            weight.div_(weight.amax(-1, keepdim=True))
            before = laters[time - 1][:, : counts[time]]
            torch.bmm(weight, back, out=before).clamp_(min=_LEAST)
        ctx.save_for_backward(onward, later, follow)
        ctx.counts = counts
        return later.log()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        onward, later, follow = ctx.saved_tensors
        counts = ctx.counts
        of_later, of_scores = gradient.clone(), torch.zeros_like(gradient)
        onwards, laters = onward.split(counts, 1), later.split(counts, 1)
        gradients, own_gradients = of_later.split(counts, 1), of_scores.split(counts, 1)
        shares = []
        for time in range(1, len(counts)):
            before = slice(counts[time])
            shares.append(gradients[time - 1][:, before] / laters[time - 1][:, before])
            own = torch.bmm(shares[-1], follow, out=own_gradients[time]).mul_(onwards[time])
            gradients[time].add_(own)
        of_transitions = torch.zeros_like(follow)
        if shares:
            torch.bmm(torch.cat(shares, 1).mT, onward[:, counts[0] :], out=of_transitions)
        return of_scores, of_transitions.mul_(follow), None


# -- what is asked of a chain -------------------------------------------------------------------


def conditional_log_proba(
    scores: Tensor,
    transitions: Tensor,
    target: Tensor,
    layout: StepLayout,
    known: Tensor | None = None,
) -> Tensor:
    r"""Log probability of each tag at each step, given the true tags of the steps before.

    .. math:: \log p(y_t = j | y_{t-1}, x) = e_t(j) + A(y_{t-1}, j) + \beta_t(j) + \text{const}

    with the weight of what follows, the exponential of beta. Summed over the true tags, it is the
    log-likelihood of the path.

    Parameters
    ----------
    scores, transitions, layout
        As for `later_weights`.

    target : Tensor of int64 of shape (n_steps,)
        The true tags.

    known : Tensor of bool of shape (n_steps,), default=None
        Where False the true tag is left open: what follows is conditional on the known ones
        alone. The sum over known steps is then the log-likelihood of these.

    Returns
    -------
    Tensor of float64 of shape (n_steps, n_tags)
        Where a true tag may not follow the one before, it counts as the first of a sequence.
    """
    if known is None or known.all():
        later = later_weights(scores, transitions, layout)
        before = functional.embedding(target, transitions).roll(1, 0)
        before = before.index_fill(0, layout.first, 0.0)
    else:
        is_true = functional.one_hot(target, scores.shape[1]).bool()
        certain = scores.masked_fill(known[:, None] & ~is_true, RULED_OUT)
        later, before = weights_around(scores, certain, transitions, layout)
    is_broken = before.gather(1, target[:, None]) <= _AS_RULED_OUT
    return (scores + later + before.masked_fill(is_broken, 0.0)).log_softmax(-1)


def log_marginals(scores: Tensor, transitions: Tensor, layout: StepLayout) -> Tensor:
    """Log probability of each tag at each step, given the whole sequence: (n_steps, n_tags)."""
    later, earlier = weights_around(scores, scores, transitions, layout)
    return (scores + later + earlier).log_softmax(-1)


def best_path(scores: Tensor, transitions: Tensor, layout: StepLayout) -> Tensor:
    """The most probable path of each sequence: Tensor of int64 of shape (n_steps,).

    Parameters are those of `later_weights`.
    """
    counts = layout.counts
    onward = _add_best_later(scores[layout.ahead], transitions, counts)
    codes = torch.empty_like(layout.ahead)
    onwards, by_time = onward.split(counts), codes.split(counts)
    torch.argmax(onwards[0], -1, out=by_time[0])
    for time in range(1, len(counts)):
        reached = transitions[by_time[time - 1][: counts[time]]].add_(onwards[time])
        torch.argmax(reached, -1, out=by_time[time])
    return _flat(codes, layout.ahead)


def best_scores(scores: Tensor, transitions: Tensor, layout: StepLayout) -> Tensor:
    """Score of the best path through each tag at each step, of shape (n_steps, n_tags).

    Less the score of the best path of the sequence. Parameters are those of `later_weights`.
    """
    later = _flat(_add_best_later(scores[layout.ahead], transitions, layout.counts), layout.ahead)
    earlier = _add_best_later(scores[layout.back], transitions.T, layout.counts)
    through = later + _flat(earlier, layout.back) - scores
    return through - through.amax(-1, keepdim=True)


def _add_best_later(scores: Tensor, transitions: Tensor, counts: list[int]) -> Tensor:
    """Scores in order of time, each with that of the best way from there to the end, in place."""
    by_time = scores.split(counts)
    for time in range(len(counts) - 1, 0, -1):
        ways = by_time[time][:, None, :] + transitions
        by_time[time - 1][: counts[time]].add_(ways.amax(-1))
    return scores
