"""The contract of an encoder: what reads the steps of padded batches."""

import copy

import numpy as np
import torch

from skseq.nn import make_encoder
from skseq.testing._compare import must

# Single precision, whatever batch a sequence is in.
_TOLERANCE = 1e-5

_LENGTHS = (5, 1, 7, 3)


def check_encoder(encoder, *, input_size=3, hidden_size=4):
    """Check that an encoder keeps the contract of `skseq.SequenceClassifier`.

    It is called with ``(input_size, hidden_size, num_layers, dropout)`` and gives a torch module
    with ``output_size``, whose forward takes ``(x, lengths)`` and gives states of shape (batch,
    time, output_size). What it gives for the true steps of a sequence depends on those alone: not
    on what stands in the padding, how much of it there is, or which sequences share the batch.

    An encoder that gives fewer steps says how many by a method ``output_lengths(lengths)``. One
    with a true attribute ``causal`` is held to it: later steps must not change earlier states.

    Parameters
    ----------
    encoder : str or callable
        A name in `skseq.nn.ENCODERS`, or what the parameter ``encoder`` of an estimator takes.

    input_size : int, default=3
        Features of a step to try it with.

    hidden_size : int, default=4
        Features of a hidden state to try it with.

    Returns
    -------
    None

    Raises
    ------
    AssertionError
        If it breaks a rule; says which, and for how many layers.

    Examples
    --------
    An encoder of your own that looks at each step by itself:

    >>> import torch
    >>> from skseq.testing import check_encoder
    >>> class PerStep(torch.nn.Module):
    ...     def __init__(self, input_size, hidden_size, num_layers, dropout):
    ...         super().__init__()
    ...         self.dense = torch.nn.Linear(input_size, hidden_size)
    ...         self.output_size = hidden_size
    ...
    ...     def forward(self, x, lengths):
    ...         return self.dense(x).tanh()
    >>> check_encoder(PerStep)
    """
    for num_layers in (1, 2):
        trial = _Trial(encoder, input_size, hidden_size, num_layers)
        for check in (
            _check_states,
            _check_repeats_itself,
            _check_padding_law,
            _check_order_law,
            _check_company_law,
            _check_causality,
            _check_gradients,
            _check_copies,
        ):
            check(trial)


class _Trial:
    """A module in evaluation mode, a padded batch, and how failures are worded."""

    def __init__(self, encoder, input_size, hidden_size, num_layers):
        name = encoder if isinstance(encoder, str) else getattr(encoder, "__name__", encoder)
        self.where = f"encoder {name} with {num_layers} layer(s)"
        self.generator = torch.Generator().manual_seed(0)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            try:
                self.module = make_encoder(encoder, input_size, hidden_size, num_layers, 0.2)
            except Exception as error:
                raise AssertionError(
                    f"{self.where}: must be made from (input_size, hidden_size, num_layers, "
                    f"dropout) and have output_size, got {type(error).__name__}: {error}"
                ) from error
        self.must(
            isinstance(self.module, torch.nn.Module),
            f"must give a torch module, got {type(self.module).__name__}",
        )
        self.module.eval()
        self.lengths = torch.tensor(_LENGTHS)
        self.x = self.draw(len(_LENGTHS), max(_LENGTHS), input_size)
        self.is_padding = torch.arange(max(_LENGTHS)) >= self.lengths[:, None]
        self.x[self.is_padding] = 0
        self.steps = self.output_lengths(self.lengths)
        self.mask = torch.arange(int(self.steps.max())) < self.steps[:, None]

    def must(self, condition, rule):
        must(condition, f"{self.where}: {rule}")

    def draw(self, *shape):
        return torch.randn(*shape, generator=self.generator)

    def states(self, x, lengths):
        try:
            with torch.no_grad():
                return self.module(x, lengths)
        except Exception as error:
            raise AssertionError(
                f"{self.where}: forward must take x of shape {tuple(x.shape)} and lengths "
                f"{lengths.tolist()}, got {type(error).__name__}: {error}"
            ) from error

    def output_lengths(self, lengths):
        """Steps of states, where the encoder gives fewer than it gets."""
        if not hasattr(self.module, "output_lengths"):
            return lengths
        steps = self.module.output_lengths(lengths)
        self.must(
            isinstance(steps, torch.Tensor)
            and steps.shape == lengths.shape
            and bool(((steps >= 1) & (steps <= lengths)).all()),
            f"output_lengths must give from 1 to as many steps as there were, got {steps} for "
            f"{lengths.tolist()}",
        )
        return steps

    def must_agree(self, states, expected, rule):
        gap = (states - expected).abs().max().item()
        self.must(gap <= _TOLERANCE, f"{rule}; states differ by {gap:.3g}")


def _check_states(trial):
    size = trial.module.output_size
    trial.must(isinstance(size, (int, np.integer)), f"output_size must be an integer, got {size!r}")
    states = trial.states(trial.x, trial.lengths)
    expected = (*trial.mask.shape, size)
    trial.must(
        isinstance(states, torch.Tensor) and tuple(states.shape) == expected,
        f"states must have shape (batch, time, output_size) = {expected}, got "
        f"{tuple(getattr(states, 'shape', ())) or type(states).__name__}",
    )
    trial.must(states.dtype == trial.x.dtype, f"states must be {trial.x.dtype}, got {states.dtype}")
    trial.must(states[trial.mask].isfinite().all(), "states of true steps must be finite")


def _check_repeats_itself(trial):
    first = trial.states(trial.x, trial.lengths)[trial.mask]
    second = trial.states(trial.x, trial.lengths)[trial.mask]
    trial.must(torch.equal(first, second), "the same batch twice must give the same in eval mode")


def _check_padding_law(trial):
    expected = trial.states(trial.x, trial.lengths)[trial.mask]
    filled = trial.x.clone()
    filled[trial.is_padding] = 10 * trial.draw(int(trial.is_padding.sum()), trial.x.shape[-1])
    trial.must_agree(
        trial.states(filled, trial.lengths)[trial.mask],
        expected,
        "what stands in the padding must change nothing",
    )
    longer = torch.cat([filled, trial.draw(len(filled), 6, filled.shape[-1])], dim=1)
    states = trial.states(longer, trial.lengths)[:, : trial.mask.shape[1]]
    trial.must_agree(states[trial.mask], expected, "more padding must change nothing")


def _check_order_law(trial):
    order = torch.randperm(len(trial.x), generator=trial.generator)
    trial.must_agree(
        trial.states(trial.x[order], trial.lengths[order])[trial.mask[order]],
        trial.states(trial.x, trial.lengths)[order][trial.mask[order]],
        "the order of the sequences in a batch must change nothing",
    )


def _check_company_law(trial):
    together = trial.states(trial.x, trial.lengths)
    for row, length in enumerate(trial.lengths.tolist()):
        alone = trial.states(trial.x[row : row + 1, :length], trial.lengths[row : row + 1])
        trial.must_agree(
            alone[0],
            together[row, : trial.steps[row]],
            f"a sequence of {length} step(s) must have the same states alone as in a batch",
        )


def _check_causality(trial):
    if not getattr(trial.module, "causal", False) or hasattr(trial.module, "output_lengths"):
        return
    full = torch.full_like(trial.lengths, trial.x.shape[1])
    expected = trial.states(trial.x, full)
    for step in range(1, trial.x.shape[1]):
        other = trial.x.clone()
        other[:, step:] += 10 * trial.draw(*other[:, step:].shape)
        trial.must_agree(
            trial.states(other, full)[:, :step],
            expected[:, :step],
            "causal is True, so later steps must not change earlier states",
        )


def _check_gradients(trial):
    x = trial.x.clone().requires_grad_()
    trial.module.zero_grad()
    trial.module(x, trial.lengths)[trial.mask].square().sum().backward()
    trial.must(x.grad is not None, "states must depend on x, and let gradients pass")
    trial.must(x.grad.isfinite().all(), "the gradient with respect to x must be finite")
    trial.must((x.grad[trial.is_padding] == 0).all(), "padding must not get a gradient")
    for name, parameter in trial.module.named_parameters():
        if parameter.requires_grad and parameter.grad is not None:
            trial.must(parameter.grad.isfinite().all(), f"the gradient of {name} must be finite")


def _check_copies(trial):
    expected = trial.states(trial.x, trial.lengths)[trial.mask]
    twin = copy.deepcopy(trial.module)
    twin.load_state_dict(trial.module.state_dict())
    with torch.no_grad():
        states = twin(trial.x, trial.lengths)[trial.mask]
    trial.must(torch.equal(states, expected), "a copy with the same state_dict must give the same")
