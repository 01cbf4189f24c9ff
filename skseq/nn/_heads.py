"""Heads: the last layer of a net, and what its scores mean.

A head knows its layer and its loss, where the scores start, how scores become log probabilities,
which class prior these stand for, and whether they are probabilities at all. Nothing else in the
package asks a loss or a layer about that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import log_softmax
from torch import Tensor, nn
from torch.nn import functional

from skseq._typing import IntArray
from skseq._validation import check_choice
from skseq.decisions import TagRules
from skseq.nn._chain import Chain
from skseq.nn._crf import RULED_OUT, StepLayout, conditional_log_proba, log_marginals

Floats = NDArray[np.float64]


class Head:
    """Base of the heads of classes.

    A subclass writes `make_layer`, and overrides what its scores mean where they are not those of
    a softmax.

    Parameters
    ----------
    loss : SequenceLoss
        What the scores are trained with.

    Attributes
    ----------
    is_linear : bool
        Whether the layer is a weight and a bias for each class, which a second stage may replace.

    rank : ndarray of int of shape (n_classes,) or None
        Place of each class in an order; None where there is none.

    needs_held_out : bool
        Whether `fit_held_out` has something to learn.

    can_be_calibrated : bool
        Whether log probabilities of a step, scaled, are those of a calibrated model.
    """

    is_linear = False
    rank: IntArray | None = None
    needs_held_out = False
    can_be_calibrated = True

    def __init__(self, loss: Any) -> None:
        self.loss = loss

    def make_layer(self, input_size: int, start: Floats) -> nn.Module:
        """Make the last layer, whose scores start at ``start``, a number for each score."""
        raise NotImplementedError(f"{type(self).__name__} must define make_layer")

    def mean_loss(
        self,
        scores: Tensor,
        target: Tensor,
        *,
        layer: Any = None,
        ends: Tensor | None = None,
        **kwargs: Any,
    ) -> Tensor:
        """Mean loss of a batch.

        Keywords are those that `skseq.losses.SequenceLoss` takes. For a head that does not find all
        it needs in the scores there are also ``layer``, which gave them, and ``ends``, of shape
        (batch, 2): whether a row starts its sequence, and whether it ends it; None is all do.
        """
        return self.loss(scores, target, **kwargs)

    def chain(self, layers: Sequence[Any], rules: TagRules | None = None) -> Chain | None:
        """How the classes of steps depend on each other.

        Parameters
        ----------
        layers : list of nn.Module
            The layers of nets that are averaged.

        rules : TagRules, default=None
            Which class may follow which.

        Returns
        -------
        Chain or None
            None where each step is by itself.
        """
        return None if rules is None else Chain.of(np.zeros(rules.follow.shape), rules=rules)

    @property
    def is_proper(self) -> bool:
        """bool : whether `log_proba` estimates probabilities without calibration."""
        return getattr(self.loss, "is_proper", False)

    @property
    def starts_at_prior(self) -> bool:
        """bool : whether training needs to start at the class prior."""
        return getattr(self.loss, "starts_at_prior", False)

    def prior_of_scores(self, prior: Floats) -> Floats:
        """Class prior that `log_proba` stands for after training on ``prior``: (n_classes,)."""
        return self.loss.prior_of_scores(prior)

    def start(self, log_prior: Floats) -> Floats:
        """Scores that stand for a class prior: ndarray (n_scores,), where training starts."""
        return log_prior

    def log_proba(self, scores: Floats) -> Floats:
        """Log probabilities of rows, or of steps, each by itself.

        Parameters
        ----------
        scores : ndarray of float64 of shape (n, n_scores)
            What the layer gives.

        Returns
        -------
        ndarray of float64 of shape (n, n_classes)
        """
        return log_softmax(scores, axis=-1)

    def fit_held_out(self, scores: Floats, codes: IntArray, weight: Floats | None) -> None:
        """Learn from the scores (n, n_scores) of held-out rows what scores mean."""


class LinearHead(Head):
    """A weight vector and a bias for each class."""

    is_linear = True

    def make_layer(self, input_size: int, start: Floats) -> nn.Module:
        return _linear_layer(input_size, start)


class CosineHead(Head):
    """Cosines between states and a direction for each class, times the ``scale`` of the loss."""

    def make_layer(self, input_size: int, start: Floats) -> nn.Module:
        return CosineScores(input_size, len(start), self.loss.scale)


class CrfHead(Head):
    r"""Scores of each tag at each step, after each other one, at the start and at the end.

    A conditional random field [1]_. The loss l reads the probabilities of the tags of a step in
    view of the true tags before it,

    .. math:: L = \frac{1}{n} \sum_t w_t \, l(p(\cdot | y_1, \ldots, y_{t-1}, x), y_t)

    over n steps with weights w. For cross entropy and equal weights that is the log-likelihood of
    whole sequences, negated. The tag of a step of weight 0 is left open: it plays no part in what
    is said of later steps, either.

    Parameters
    ----------
    loss : SequenceLoss
        One that is made for a linear layer.

    rules : TagRules, default=None
        Which tag may follow which. The tag of a training step that may not stand where it does is
        learnt as that of a first step.

    References
    ----------
    .. [1] J. Lafferty, A. McCallum, F. Pereira, "Conditional random fields: probabilistic models
       for segmenting and labeling sequence data", ICML 2001.
    """

    can_be_calibrated = False

    def __init__(self, loss: Any, rules: TagRules | None = None) -> None:
        super().__init__(loss)
        self.rules = rules

    def make_layer(self, input_size: int, start: Floats) -> nn.Module:
        return CrfScores(input_size, start)

    def mean_loss(  # type: ignore[override]  # it cannot do without a mask
        self,
        scores: Tensor,
        target: Tensor,
        *,
        layer: CrfScores,
        mask: Tensor,
        weight: Tensor | None = None,
        ends: Tensor | None = None,
        **kwargs: Any,
    ) -> Tensor:
        layout = StepLayout(mask.sum(1))
        scores, target = scores[mask].double(), target[mask]
        weight = None if weight is None else weight[mask]
        # What a loss adds to scores, it adds before the chain joins them.
        shift = 0.0 if self._shift is None else self._shift.to(scores)
        log_proba = self._log_proba_to_learn(
            _with_ends(scores, layer, layout, ends) + shift,
            self._allowed(layer),
            layout,
            target,
            weight,
        )
        return self.loss(log_proba - shift, target, weight=weight, **kwargs)

    def _log_proba_to_learn(
        self,
        scores: Tensor,
        transitions: Tensor,
        layout: StepLayout,
        target: Tensor,
        weight: Tensor | None,
    ) -> Tensor:
        known = None if weight is None else weight > 0
        return conditional_log_proba(scores, transitions, target, layout, known)

    @property
    def _shift(self) -> Tensor | None:
        return getattr(self.loss, "shift_", None)

    def _allowed(self, layer: CrfScores) -> Tensor:
        transitions = layer.transitions.double()
        if self.rules is None:
            return transitions
        may_follow = torch.as_tensor(self.rules.follow, device=transitions.device)
        return transitions.masked_fill(~may_follow, RULED_OUT)

    def chain(self, layers: Sequence[CrfScores], rules: TagRules | None = None) -> Chain:
        def mean(name: str) -> Floats:
            parts = [getattr(layer, name).detach().cpu().numpy() for layer in layers]
            return np.mean(parts, axis=0, dtype=np.float64)

        return Chain.of(mean("transitions"), mean("first"), mean("last"), rules=rules)


def _with_ends(scores: Tensor, layer: CrfScores, layout: StepLayout, ends: Tensor | None) -> Tensor:
    """Scores of steps, with those of first and last tags added where sequences start and end."""
    first, last = layout.first, layout.last
    if ends is not None:
        starts, stops = ends.T
        first, last = first[starts], last[stops]
    scores = scores.index_add(0, first, layer.first.to(scores).expand(len(first), -1))
    return scores.index_add(0, last, layer.last.to(scores).expand(len(last), -1))


class MarginalCrfHead(CrfHead):
    r"""A conditional random field that learns the probability of each tag by itself.

    The loss l reads marginals, the probabilities of the tags of a step given the input alone [1]_,

    .. math:: L = \frac{1}{n} \sum_t w_t \, l(p(\cdot | x), y_t)

    so that a weight acts on a step and not on what follows it.

    Parameters
    ----------
    loss : SequenceLoss
        One that is made for a linear layer.

    rules : TagRules, default=None
        Which tag may follow which.

    References
    ----------
    .. [1] S. Kakade, Y. W. Teh, S. Roweis, "An alternate objective function for Markovian fields",
       ICML 2002.
    """

    def _log_proba_to_learn(
        self,
        scores: Tensor,
        transitions: Tensor,
        layout: StepLayout,
        target: Tensor,
        weight: Tensor | None,
    ) -> Tensor:
        return log_marginals(scores, transitions, layout)


class OrdinalHead(Head):
    """Scores of ordered classes, which its loss explains.

    Parameters
    ----------
    loss : OrdinalLoss
        From `skseq.losses._ordinal`; knows the place of each class in the order.
    """

    def __init__(self, loss: Any) -> None:
        super().__init__(loss)
        self.rank = loss.rank
        self.needs_held_out = hasattr(loss, "fit_thresholds")  # on which it learns thresholds

    def make_layer(self, input_size: int, start: Floats) -> nn.Module:
        if self.loss.thresholds is None:
            return _linear_layer(input_size, start)
        return ThresholdScores(input_size, start, in_order=self.loss.thresholds == "ordered")

    def start(self, log_prior: Floats) -> Floats:
        return self.loss.start(log_prior)

    def log_proba(self, scores: Floats) -> Floats:
        return self.loss.log_proba(scores)

    def fit_held_out(self, scores: Floats, codes: IntArray, weight: Floats | None) -> None:
        self.loss.fit_thresholds(scores, codes, weight)


class NumberHead(Head):
    """One number for each row or step: the head of a regression, which knows no classes."""

    def make_layer(self, input_size: int, start: Floats) -> nn.Module:
        return _linear_layer(input_size, start)


# One line per head; a loss names the one that it is made for in its attribute ``head``.
HEADS: dict[str, type[Head]] = {"cosine": CosineHead, "linear": LinearHead}


def make_head(loss: Any) -> Head:
    """Give the head that a loss of classes is made for.

    Raises
    ------
    ValueError
        If the loss names an unknown head.
    """
    name = getattr(loss, "head", "linear")
    check_choice(f"the head of {type(loss).__name__}", name, HEADS)
    return HEADS[name](loss)


# Chains that a tagger may have instead, by the name of its parameter ``head``.
TAG_HEADS: dict[str, type[CrfHead]] = {"crf": CrfHead, "marginal_crf": MarginalCrfHead}


def make_tag_head(loss: Any, head: str = "auto", rules: TagRules | None = None) -> Head:
    """Give the head of tags: the one that a loss is made for, or a chain.

    Parameters
    ----------
    loss : SequenceLoss
        What the scores are trained with.

    head : {"auto", "crf", "marginal_crf"}, default="auto"
        "auto" is what `make_head` gives.

    rules : TagRules, default=None
        Which tag may follow which, for a chain to train under.

    Returns
    -------
    Head

    Raises
    ------
    ValueError
        If the loss is made for a layer that a chain does not have.
    """
    if head == "auto":
        return make_head(loss)
    made_for = getattr(loss, "head", "linear")
    if made_for != "linear":
        raise ValueError(
            f'head="{head}" has a linear layer, but {type(loss).__name__} is made for a {made_for} '
            'one; use head="auto", or another loss, such as "cross_entropy"'
        )
    return TAG_HEADS[head](loss, rules)


def _linear_layer(input_size: int, start: Floats) -> nn.Linear:
    layer = nn.Linear(input_size, len(start))
    with torch.no_grad():
        layer.bias.copy_(torch.as_tensor(start))
    return layer


# Transitions, and the scores of both ends, have far to go from 0, while Adam moves all parameters
# alike: they go this many times as fast.
TRANSITION_RATE = 10.0


class CrfScores(nn.Module):
    """A weight and a bias for each tag, and scores of tags after each other and at both ends.

    The latter start at 0, where steps are independent.
    """

    def __init__(self, input_size: int, start: Floats) -> None:
        super().__init__()
        self.of_steps = _linear_layer(input_size, start)
        self.transition_weights = nn.Parameter(torch.zeros(len(start), len(start)))
        self.end_weights = nn.Parameter(torch.zeros(2, len(start)))
        self.in_features = input_size

    @property
    def transitions(self) -> Tensor:
        """Score of the second tag after the first: (n_tags, n_tags)."""
        return TRANSITION_RATE * self.transition_weights

    @property
    def first(self) -> Tensor:
        """Score of the first tag of a sequence: (n_tags,)."""
        return TRANSITION_RATE * self.end_weights[0]

    @property
    def last(self) -> Tensor:
        """Score of the last tag of a sequence: (n_tags,)."""
        return TRANSITION_RATE * self.end_weights[1]

    def forward(self, states: Tensor) -> Tensor:
        """Score states (..., input_size) by themselves: (..., n_tags)."""
        return self.of_steps(states)


class CosineScores(nn.Module):
    """Cosines between states and the direction of each class, times a scale.

    No class wins by the length of its weights, which grow with its frequency.
    """

    def __init__(self, input_size: int, n_classes: int, scale: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_classes, input_size))
        nn.init.xavier_uniform_(self.weight)
        self.in_features = input_size
        self.scale = scale

    def forward(self, states: Tensor) -> Tensor:
        """Score states (..., input_size): (..., n_classes)."""
        directions = functional.normalize(self.weight, dim=-1)
        return self.scale * functional.linear(functional.normalize(states, dim=-1), directions)


class ThresholdScores(nn.Module):
    """One slope for all scores, which differ by their bias: thresholds of ordered classes.

    With ``in_order`` the biases fall from one score to the next by construction.
    """

    def __init__(self, input_size: int, bias: Floats, in_order: bool) -> None:
        super().__init__()
        self.slope = nn.Linear(input_size, 1, bias=False)
        self.in_features = input_size
        self.in_order = in_order
        start = torch.tensor(bias, dtype=torch.float32)
        if in_order:
            # The first bias, and what each further one falls by before softplus.
            falls = -start.diff()
            start = torch.cat([start[:1], falls + torch.log(-torch.expm1(-falls))])
        self.bias = nn.Parameter(start)

    def forward(self, states: Tensor) -> Tensor:
        """Score states (..., input_size): (..., n_thresholds)."""
        bias: Tensor = self.bias
        if self.in_order:
            falls = functional.softplus(bias[1:])
            bias = torch.cat([bias[:1], bias[:1] - falls.cumsum(0)])
        return self.slope(states) + bias
