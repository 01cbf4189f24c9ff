"""The learning rate in the course of training: schedules by name, batch by batch."""

import math
import warnings

from skorch.callbacks import Callback

# Share of training in which "one_cycle" goes up.
_WARM_UP = 0.25
# Where it starts, as a share of the full rate.
_COLD = 0.04


def _constant(progress):
    return 1.0


def _linear(progress):
    return 1.0 - progress


def _cosine(progress):
    return 0.5 * (1.0 + math.cos(math.pi * progress))


def _one_cycle(progress):
    """Up along a cosine, then down along one (Smith & Topin 2018, arxiv.org/abs/1708.07120)."""
    if progress < _WARM_UP:
        return _COLD + (1.0 - _COLD) * (1.0 - _cosine(progress / _WARM_UP))
    return _cosine((progress - _WARM_UP) / (1.0 - _WARM_UP))


# Each gives the share of the full rate at a progress from 0 to 1.
LR_SCHEDULES = {
    "constant": _constant,
    "cosine": _cosine,
    "linear": _linear,
    "one_cycle": _one_cycle,
}


class LearningRate(Callback):
    """Sets the learning rate before each training batch, and records that of an epoch's last.

    Parameters
    ----------
    schedule : {"constant", "cosine", "linear", "one_cycle"}
        A name in `LR_SCHEDULES`.

    n_epochs : int
        Length of the schedule; from then on the rate stays at its end.
    """

    def __init__(self, schedule, n_epochs):
        self.schedule = schedule
        self.n_epochs = n_epochs

    def on_train_begin(self, net, **kwargs):
        if self._share(len(net.history) - net.first_epoch) == 0:
            warnings.warn(
                f"lr_schedule={self.schedule!r} has come to a learning rate of 0 after "
                f"max_epochs={self.n_epochs} epochs, so the net no longer learns. For partial_fit "
                'take lr_schedule="auto" or "constant"',
                stacklevel=2,
            )

    def on_epoch_begin(self, net, dataset_train=None, **kwargs):
        self._n_batches = max(1, -(-len(dataset_train) // net.batch_size))
        self._n_seen = 0

    def on_batch_begin(self, net, training=None, **kwargs):
        if not training:
            return
        epoch = len(net.history) - 1 - net.first_epoch
        share = self._share(epoch + self._n_seen / self._n_batches)
        self._n_seen += 1
        for group in net.optimizer_.param_groups:
            group["lr"] = share * group.setdefault("initial_lr", group["lr"])

    def on_epoch_end(self, net, **kwargs):
        # Under the name that skorch's own schedules have.
        net.history.record("event_lr", net.optimizer_.param_groups[0]["lr"])

    def _share(self, n_epochs):
        """Share of the full rate after so many epochs, whole or not."""
        return LR_SCHEDULES[self.schedule](min(1.0, n_epochs / self.n_epochs))
