"""The skorch net that the estimators hold: how it is built, and how it learns from a batch."""

import os
from contextlib import contextmanager
from functools import partial
from threading import RLock

import skorch
import torch
from skorch.callbacks import GradientNormClipping, PrintLog
from skorch.utils import to_tensor

from skseq._device import resolve_device
from skseq._validation import check_choice
from skseq.nn import ScoringBatches, TrainingBatches, make_network
from skseq.training._callbacks import EpochProgress, FrozenVectors, LateEarlyStopping, Reseed
from skseq.training._divergence import FiniteLoss
from skseq.training._epoch_scoring import scoring_labels
from skseq.training._interrupts import WholeEpochs, is_early_stop
from skseq.training._learning_rate import LearningRate
from skseq.training._settings import FIXED_SETTINGS

OPTIMIZERS = {
    "adam": (torch.optim.Adam, {"fused": True}),
    "adamw": (torch.optim.AdamW, {"fused": True}),
    "rmsprop": (torch.optim.RMSprop, {}),
    "sgd": (torch.optim.SGD, {"momentum": 0.9, "fused": True}),
}

# What makes a skorch net one of sequences, and the split and the start that `fit` decides on.
_SET_BY_SKSEQ = {
    "module",
    "criterion",
    "dataset",
    "iterator_train",
    "iterator_valid",
    "mixer",
    "train_split",
    "warm_start",
}


class SequenceNet(skorch.NeuralNet):
    """A skorch net whose batches carry padded inputs, and targets with weights and masks.

    With a fitted ``mixer`` it trains on mixed states, see `skseq.mixup.Mixup`.
    """

    # The epoch at which schedules began; `train` sets it.
    first_epoch = 0

    # Which of several nets it is, as a label says it: " 2 of 5".
    place = ""

    def __init__(self, *args, mixer=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.mixer = mixer

    def get_iterator(self, dataset, training=False):
        """Batches of a dataset; those to train on know the number of their first epoch."""
        iterator = super().get_iterator(dataset, training=training)
        if isinstance(iterator, TrainingBatches):
            iterator.epoch = len(self.history)
        return iterator

    def fit_loop(self, *args, **kwargs):
        """Train; an interrupt that is not an early stop restores the last complete epoch."""
        try:
            return super().fit_loop(*args, **kwargs)
        except KeyboardInterrupt as interrupt:
            keeper = dict(self.callbacks_).get("whole_epochs")
            if keeper is not None and not is_early_stop(interrupt):
                keeper.go_back(self)
            raise
        finally:
            for _, callback in self.callbacks_:
                if isinstance(callback, EpochProgress):
                    callback.close()

    def train_step_single(self, batch, **fit_params):
        """Loss and gradients of a batch."""
        if self.mixer is None:
            return super().train_step_single(batch, **fit_params)
        self._set_training(True)
        inputs, target = to_tensor(batch, device=self.device)
        scores, loss = mixed_loss(self.module_, self.criterion_, self.mixer, inputs, **target)
        loss.backward()
        return {"loss": loss, "y_pred": scores}

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Loss of a batch; ``y_true`` holds the keyword arguments of a `SequenceLoss`."""
        target = to_tensor(y_true, device=self.device)
        return self.criterion_(y_pred, layer=self.module_.last_layer, **target)


def mixed_loss(module, criterion, mixer, inputs, target, weight=None):
    """Scores of states that are mixed with those of a random partner, and their mean loss."""
    states = module.states(**inputs)
    partner = torch.randperm(len(target), device=target.device)
    share, label_share = mixer.draw(target, target[partner])
    share = share.unsqueeze(-1)
    scores = module.head(share * states + (1 - share) * states[partner])
    weight = torch.ones_like(label_share) if weight is None else weight
    own = criterion(scores, target, weight=label_share * weight)
    others = criterion(scores, target[partner], weight=(1 - label_share) * weight[partner])
    return scores, own + others


class Criterion(torch.nn.Module):
    """Makes a `skseq.nn.Head` with its fitted loss a module, as skorch wants its criterion."""

    def __init__(self, head):
        super().__init__()
        self.head = head

    @property
    def loss(self):
        """SequenceLoss : what the head is trained with."""
        return self.head.loss

    def forward(self, scores, target, **kwargs):
        """Mean loss of a batch."""
        return self.head.mean_loss(scores, target, **kwargs)


class FixedSplit:
    """Gives skorch a validation set that was chosen beforehand."""

    def __init__(self, validation):
        self.validation = validation

    def __call__(self, dataset, y=None, **kwargs):
        return dataset, self.validation


def build_net(
    settings,
    head,
    start,
    *,
    n_tokens,
    n_features,
    channels=None,
    n_summaries,
    seeds,
    validation_score,
    watch_from=0,
    mixer=None,
):
    """Build a `SequenceNet` with new weights.

    Parameters
    ----------
    settings : NetSettings
        Parameters of an estimator.

    head : Head
        The last layer, with a loss that knows the classes.

    start : array-like of shape (n_scores,)
        Where scores start.

    n_tokens : int or None
        Size of the vocabulary; None for values.

    n_features : int
        Values in a step.

    channels : tuple of channels, default=None
        What they are, where they are of several kinds.

    n_summaries : int
        Numbers that sum up a sequence for the last layer, see `BatchScale`.

    seeds : Seeds
        Source of randomness for weights, dropout and batches.

    validation_score : Callback or None
        Records the score of held-out rows by which training stops early.

    watch_from : int, default=0
        Epochs that early stopping ignores.

    mixer : Mixup, default=None
        What mixes states in training.

    Returns
    -------
    SequenceNet
        Initialised.
    """
    network = {
        "head": head,
        "start": start,
        "n_tokens": n_tokens,
        "n_features": n_features,
        "channels": channels,
        "n_summaries": n_summaries,
        **settings.of_network(),
    }
    optimizer, optimizer_params = _optimizer(settings.optimizer)
    params = {
        "module": partial(make_network, **network),
        "criterion": Criterion(head),
        "mixer": mixer,
        "optimizer": optimizer,
        "lr": settings.lr,
        "optimizer__weight_decay": settings.weight_decay,
        "max_epochs": settings.max_epochs,
        "batch_size": settings.batch_size,
        "iterator_train": TrainingBatches,
        "iterator_train__rng": partial(seeds.generator, "batches"),
        "iterator_valid": ScoringBatches,
        "train_split": None,
        "callbacks": _callbacks(settings, seeds, validation_score, watch_from),
        "device": resolve_device(settings.device),
        "verbose": int(settings.verbose not in ("auto", 0, 1)),
    }
    if validation_score is not None:  # of many classes, the lines of an epoch would be too long
        params["callbacks__print_log"] = PrintLog(keys_ignored=validation_score.recall_keys)
    params |= {f"optimizer__{name}": value for name, value in optimizer_params.items()}
    params |= _checked_skorch_params(settings, taken=params)
    net = SequenceNet(**params)
    with isolated_torch_seed(seeds.integer("weights"), net.device):
        net.initialize()
    net.settings = settings
    return net


def follow(net, settings):
    """Let a net that is trained further follow parameters that have changed since it was built.

    Parameters
    ----------
    net : SequenceNet
        From `build_net`.

    settings : NetSettings
        Parameters of the estimator now.

    Raises
    ------
    ValueError
        If one that a net cannot change has changed, such as its size.
    """
    changed = settings.changed_from(net.settings)
    for name in changed:
        if name in FIXED_SETTINGS:
            raise ValueError(
                f"{name} has changed since the net was built, which cannot follow while it is "
                "trained further by warm_start=True or partial_fit. Set it back, or fit with "
                "warm_start=False to train a new net"
            )
    if "device" in changed:
        _move(net, resolve_device(settings.device))
    for group in net.optimizer_.param_groups:
        if "weight_decay" in changed:
            group["weight_decay"] = settings.weight_decay
        if {"lr", "lr_schedule"} & set(changed):  # the last schedule may have ended at 0
            group["lr"] = group["initial_lr"] = settings.lr
    if "batch_size" in changed:
        net.batch_size = settings.batch_size
    if changed:
        riding = dict(net.callbacks_)
        net.callbacks = _callbacks(
            settings,
            riding["seeds"].seeds,
            riding.get("validation_score"),
            riding["early_stopping"].watch_from,
        )
        net.initialize_callbacks()
        net.settings = settings


def _move(net, device):
    """Compute elsewhere from here on: weights go there, and what the optimizer remembers."""
    net.device = device
    for module in (net.module_, net.criterion_):
        module.to(device)
    net.optimizer_.load_state_dict(net.optimizer_.state_dict())  # to where the weights are now


def _checked_skorch_params(settings, taken):
    """Parameters for skorch alone, refused where skseq sets them: they would have no effect."""
    own = settings.skorch_params or {}
    for name in own:
        if name in _SET_BY_SKSEQ:
            raise ValueError(
                f"skorch_params must hold what is no parameter of {settings.name} and not set by "
                f"skseq itself, got {name!r}, which skseq sets; leave it out"
            )
        if name in taken and "__" not in name:
            raise ValueError(
                f"skorch_params must hold what is no parameter of {settings.name}, got {name!r}; "
                f"pass {name}={own[name]!r} to {settings.name} itself"
            )
    return own


def _optimizer(optimizer):
    if isinstance(optimizer, str):
        check_choice("optimizer", optimizer, OPTIMIZERS)
        return OPTIMIZERS[optimizer]
    return optimizer, {}


def _callbacks(settings, seeds, validation_score, watch_from):
    callbacks = [("seeds", Reseed(seeds))]
    if settings.lr_schedule != "constant":
        rate = LearningRate(settings.lr_schedule, settings.max_epochs)
        callbacks.append(("learning_rate", rate))
    if settings.embedding is not None:  # also where they are not frozen, but may have been
        frozen = FrozenVectors(settings.embedding_frozen, settings.max_epochs)
        callbacks.append(("frozen_vectors", frozen))
    if settings.gradient_clip_value is not None:
        clipping = GradientNormClipping(settings.gradient_clip_value)
        callbacks.append(("gradient_clipping", clipping))
    # These two wait for held-out rows, which not every training of a net has.
    if validation_score is not None:
        callbacks.append(("validation_score", validation_score))
    stopping = LateEarlyStopping(
        watch_from, settings.judged_from, settings.scoring, settings.n_iter_no_change
    )
    callbacks.append(("early_stopping", stopping))
    callbacks.append(("finite_loss", FiniteLoss(settings.name)))
    callbacks.append(("whole_epochs", WholeEpochs()))
    callbacks.append(("progress", EpochProgress(settings.name, settings.verbose)))
    return callbacks + [scoring_labels(callback) for callback in settings.callbacks or []]


# Weights and dropout come from torch's one generator of the process, so fits in threads take turns:
# else each would draw from the other's seed, and the last to end would leave its state behind. Code
# of the caller that draws from that generator in another thread, while a net trains in this one, is
# beyond the lock: it draws from the net's seed. A block within a block (a callback that fits) is
# no other thread, so the lock is one that its holder may take again.
_TORCH_SEED_LOCK = RLock()


def _renew_lock():
    # A fork while another thread trains would leave the child waiting for a thread it hasn't got.
    global _TORCH_SEED_LOCK
    _TORCH_SEED_LOCK = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


@contextmanager
def isolated_torch_seed(seed, device):
    """Seed torch inside the block, for weights and dropout; the caller's state is untouched."""
    devices = [torch.device(device)] if str(device).startswith("cuda") else []
    with _TORCH_SEED_LOCK, torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield
