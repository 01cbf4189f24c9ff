"""The contract of a loss: what it gives for each row, and how mask and weights count."""

import numpy as np
import torch
from sklearn.base import clone

from skseq.losses._table import make_loss
from skseq.testing._compare import must

_COUNTS = np.array([60, 30, 10])
_N_STEPS = 12

# Float32 sums of a dozen rows.
_TOLERANCE = 1e-5


def check_loss(loss):
    """Check that a loss keeps the contract of `skseq.losses.SequenceLoss`.

    ``per_step`` gives one finite number per row, with finite gradients also where scores are
    extreme, and raising the score of the true class lowers it in the end. Called with mask and
    weights, the loss is the mean over true steps of the weighted rows; what stands under a False
    mask is not read. Parameters follow scikit-learn, so that a grid can tune them.

    Parameters
    ----------
    loss : str, class or SequenceLoss
        A name in `skseq.losses.LOSSES`, or what the parameter ``loss`` of an estimator takes.

    Returns
    -------
    None

    Raises
    ------
    AssertionError
        If it breaks a rule; says which.

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import SequenceLoss
    >>> from skseq.testing import check_loss
    >>> class HingeLoss(SequenceLoss):
    ...     def per_step(self, scores, target):
    ...         return torch.nn.functional.multi_margin_loss(scores, target, reduction="none")
    >>> check_loss(HingeLoss)
    """
    trial = _Trial(loss)
    for check in (
        _check_parameters,
        _check_fit,
        _check_prior_of_scores,
        _check_rows,
        _check_single_row,
        _check_right_answers_cost_less,
        _check_mask_law,
        _check_weight_law,
        _check_class_weight_law,
        _check_gradients,
        _check_missing_class,
    ):
        check(trial)


class _Trial:
    """A fitted loss, scores of some steps, and how failures are worded."""

    def __init__(self, loss):
        try:
            self.unfitted = make_loss(loss)
        except Exception as error:
            raise AssertionError(
                f"loss {loss!r} must be made without arguments, or be an instance, and have the "
                f"methods of SequenceLoss; got {type(error).__name__}: {error}"
            ) from error
        self.where = f"loss {type(self.unfitted).__name__}"
        self.loss = self.fit(_COUNTS)
        generator = torch.Generator().manual_seed(0)
        self.scores = torch.randn(_N_STEPS, len(_COUNTS), generator=generator)
        self.target = torch.arange(_N_STEPS) % len(_COUNTS)
        self.weight = 0.5 + torch.rand(_N_STEPS, generator=generator)
        self.class_weight = torch.tensor([0.5, 1.0, 4.0])

    def must(self, condition, rule):
        must(condition, f"{self.where}: {rule}")

    def must_agree(self, ours, theirs, rule):
        gap = (ours - theirs).abs().max().item()
        self.must(
            gap <= _TOLERANCE * max(1.0, theirs.abs().max().item()), f"{rule}; differs by {gap:.3g}"
        )

    def fit(self, counts):
        loss = clone(self.unfitted)
        self.must(loss.fit(counts) is loss, "fit must return self")
        return loss

    def rows(self, scores=None, target=None):
        scores = self.scores if scores is None else scores
        target = self.target if target is None else target
        try:
            return self.loss.per_step(scores, target)
        except Exception as error:
            raise AssertionError(
                f"{self.where}: per_step must take scores of shape {tuple(scores.shape)} and "
                f"integer targets, got {type(error).__name__}: {error}"
            ) from error


def _check_parameters(trial):
    parameters = trial.unfitted.get_params()
    twin = clone(trial.unfitted).set_params(**parameters)
    trial.must(
        repr(twin.get_params()) == repr(parameters),
        "clone and set_params must keep the parameters",
    )
    extra = sorted(set(vars(trial.unfitted)) - set(parameters))
    trial.must(not extra, f"__init__ must store its arguments only, but it set {extra}")


def _check_fit(trial):
    before = repr(trial.unfitted.get_params())
    loss = trial.fit(_COUNTS)
    trial.must(repr(loss.get_params()) == before, "fit must not change parameters")
    public = [name for name in vars(loss) if name not in loss.get_params() and name[-1] != "_"]
    public = [name for name in public if not name.startswith("_")]
    trial.must(not public, f"names of what fit learns must end in an underscore, but set {public}")


def _check_prior_of_scores(trial):
    prior = _COUNTS / _COUNTS.sum()
    output = np.asarray(trial.loss.prior_of_scores(prior))
    trial.must(
        output.shape == prior.shape and (output >= 0).all() and np.isclose(output.sum(), 1),
        f"prior_of_scores must give shares that sum to 1, got {output}",
    )


def _check_rows(trial):
    rows = trial.rows()
    trial.must(
        isinstance(rows, torch.Tensor) and tuple(rows.shape) == (_N_STEPS,),
        f"per_step must give one number for each of {_N_STEPS} rows, got "
        f"{tuple(rows.shape) if isinstance(rows, torch.Tensor) else type(rows).__name__}",
    )
    trial.must(rows.isfinite().all(), "per_step must be finite")
    order = torch.randperm(_N_STEPS, generator=torch.Generator().manual_seed(1))
    trial.must_agree(
        trial.rows(trial.scores[order], trial.target[order]),
        rows[order],
        "per_step must give a row the same in another order of rows",
    )
    mean = trial.loss(trial.scores, trial.target)
    trial.must(mean.shape == (), f"a call must give a scalar, got shape {tuple(mean.shape)}")
    trial.must_agree(mean, rows.mean(), "a call must give the mean of per_step")


def _check_single_row(trial):
    rows = trial.rows(trial.scores[:1], trial.target[:1])
    trial.must(tuple(rows.shape) == (1,) and rows.isfinite().all(), "per_step must take one row")


def _check_right_answers_cost_less(trial):
    right = 10.0 * torch.nn.functional.one_hot(trial.target, len(_COUNTS))
    rows, inverted = trial.rows(right), trial.rows(-right)
    trial.must(
        (rows < inverted).all(), "a row whose true class has the largest score must cost less"
    )


def _check_mask_law(trial):
    shape = (3, _N_STEPS // 3)
    scores, target = trial.scores.view(*shape, -1), trial.target.view(shape)
    mask = torch.arange(shape[1]) < torch.tensor([4, 1, 2])[:, None]
    expected = trial.loss(scores[mask], target[mask])
    trial.must_agree(
        trial.loss(scores, target, mask=mask),
        expected,
        "only steps under a True mask must count",
    )
    hidden_scores, hidden_target = scores.clone(), target.clone()
    hidden_scores[~mask], hidden_target[~mask] = torch.nan, -100
    value = trial.loss(hidden_scores, hidden_target, mask=mask)
    trial.must(
        torch.equal(value, trial.loss(scores, target, mask=mask)),
        "what stands under a False mask must not be read",
    )
    everything = torch.ones(shape, dtype=torch.bool)
    trial.must_agree(
        trial.loss(scores, target, mask=everything),
        trial.loss(scores, target),
        "a mask that is True everywhere must change nothing",
    )


def _check_weight_law(trial):
    got = trial.loss(trial.scores, trial.target, weight=trial.weight)
    expected = (trial.rows() * trial.weight).mean()
    trial.must_agree(got, expected, "weight must multiply each row before the mean")
    mask = torch.arange(_N_STEPS) % 3 > 0
    got = trial.loss(trial.scores, trial.target, weight=trial.weight, mask=mask)
    expected = (trial.rows() * trial.weight)[mask].mean()
    trial.must_agree(got, expected, "weights under a False mask must not count")


def _check_class_weight_law(trial):
    got = trial.loss(trial.scores, trial.target, class_weight=trial.class_weight)
    expected = trial.loss(trial.scores, trial.target, weight=trial.class_weight[trial.target])
    trial.must_agree(got, expected, "class_weight must count like the weight of each row's class")


def _check_gradients(trial):
    for factor in (1.0, 1e2, 1e4):
        scores = (factor * trial.scores).requires_grad_()
        value = trial.loss(scores, trial.target)
        trial.must(value.isfinite(), f"must be finite for scores of {factor:g}, got {value.item()}")
        (gradient,) = torch.autograd.grad(value, scores)
        trial.must(gradient.isfinite().all(), f"gradient must be finite for scores of {factor:g}")
        if factor == 1.0:
            _check_descent(trial, gradient, value)


def _check_descent(trial, gradient, value):
    trial.must(gradient.any(), "the gradient must not be zero everywhere")
    with torch.no_grad():
        later = trial.loss(trial.scores - 0.1 * gradient, trial.target)
    trial.must(later < value, "a small step against the gradient must lower the loss")


def _check_missing_class(trial):
    loss = trial.fit(np.array([60, 0, 10]))
    target = torch.where(trial.target == 1, 0, trial.target)
    scores = trial.scores.clone().requires_grad_()
    value = loss(scores, target)
    (gradient,) = torch.autograd.grad(value, scores)
    trial.must(
        value.isfinite() and gradient.isfinite().all(),
        "loss and gradient must be finite where a class has no members",
    )
