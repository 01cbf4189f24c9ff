"""Training that diverges is an error, not a model."""

import math

import torch
from skorch.callbacks import Callback

from skseq.exceptions import DivergenceError


class FiniteLoss(Callback):
    """Stops training where the loss of a batch, or the final predictions of the net, is not finite.

    skorch has the loss of each batch as a number anyway, so this waits for no device.
    """

    def __init__(self, label):
        self.label = label

    def on_batch_end(self, net, batch=None, training=None, **kwargs):
        row = net.history[-1]["batches"][-1]
        loss = row["train_loss" if training else "valid_loss"]
        if training:
            self._last_batch = batch
        if not math.isfinite(loss):
            self._stop(net, f"the {'' if training else 'validation '}loss became {loss}")

    def on_train_end(self, net, **kwargs):
        # No loss after the last step would tell.
        batch = self.__dict__.pop("_last_batch", None)
        if batch is None:
            return
        said = net.evaluation_step(batch)
        if not (torch.isfinite(said).all() and has_finite_parameters(net.module_)):
            self._stop(net, "the predictions are no longer finite")

    def _stop(self, net, what):
        self.__dict__.pop("_last_batch", None)
        place = net.history[-1]
        lr = net.optimizer_.param_groups[0]["lr"]
        raise DivergenceError(
            f"{self.label} diverged: {what} in epoch {place['epoch']}, batch "
            f"{len(place['batches'])}, at lr={float(lr):g}. {likely_cause(net, lr)}"
        )


def has_finite_parameters(module):
    """Whether all parameters of a module are finite."""
    return all(bool(torch.isfinite(parameter).all()) for parameter in module.parameters())


def likely_cause(net, lr):
    """The most likely cause of divergence, given the settings."""
    clips = any(name == "gradient_clipping" for name, _ in net.callbacks_)
    cures = [f"try a lower one, such as lr={min(lr / 10, 0.01):.1g}"]
    if not clips:
        cures.append("set gradient_clip_value=1.0, which is None")
    return (
        f"Most likely the learning rate is too high: {', or '.join(cures)}. Else look for values "
        'of X that are very large while scale is not "auto", and at a loss of your own'
    )
