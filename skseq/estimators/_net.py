"""The skorch net that the estimators hold, and what rides along while it trains."""

import os
from contextlib import contextmanager
from threading import RLock

import numpy as np
import skorch
import torch
from skorch.callbacks import Callback, EarlyStopping, GradientNormClipping
from skorch.utils import to_tensor
from tqdm.auto import tqdm

from skseq._validation import check_choice
from skseq.estimators._divergence import FiniteLoss
from skseq.estimators._interrupts import WholeEpochs, is_early_stop
from skseq.nn import ScoringBatches, TrainingBatches

OPTIMIZERS = {
    "adam": (torch.optim.Adam, {"fused": True}),
    "adamw": (torch.optim.AdamW, {"fused": True}),
    "rmsprop": (torch.optim.RMSprop, {}),
    "sgd": (torch.optim.SGD, {"momentum": 0.9, "fused": True}),
}


class SequenceNet(skorch.NeuralNet):
    """A skorch net whose batches carry padded inputs, and targets with weights and masks.

    With a fitted ``mixer`` it trains on mixed states, see `skseq.stages.Mixup`.
    """

    def __init__(self, *args, mixer=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.mixer = mixer

    def train_step_single(self, batch, **fit_params):
        """Loss and gradients of a batch."""
        if self.mixer is None:
            return super().train_step_single(batch, **fit_params)
        self._set_training(True)
        inputs, target = to_tensor(batch, device=self.device)
        scores, loss = mixed_loss(self.module_, self.criterion_, self.mixer, inputs, **target)
        loss.backward()
        return {"loss": loss, "y_pred": scores}

    def fit_loop(self, *args, **kwargs):
        """Train; an interrupt that is no early stop brings the net back to its last whole epoch."""
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

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Loss of a batch; ``y_true`` holds the keyword arguments of a `SequenceLoss`."""
        return self.criterion_(y_pred, **to_tensor(y_true, device=self.device))


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
    """Makes a fitted `skseq.losses.SequenceLoss` a module, as skorch wants its criterion."""

    def __init__(self, loss):
        super().__init__()
        self.loss = loss

    def forward(self, scores, target, **kwargs):
        """Mean loss of a batch."""
        return self.loss(scores, target, **kwargs)


class ValidationScore(Callback):
    """Records macro F1 of the validation rows, with the decision rule that will predict.

    With a ``rank``, the place of each class in an order, also the macro-averaged absolute error.
    Each row counts once, whatever its weight, but for steps of weight 0: these do not count.
    """

    def __init__(self, rule, class_weight, rank=None):
        self.rule = rule
        self.class_weight = class_weight  # tells classes without weight from steps without
        self.rank = rank

    def on_epoch_begin(self, net, **kwargs):
        n_classes = len(self.class_weight)
        self._confusion = np.zeros((n_classes, n_classes))  # true by predicted

    def on_batch_end(self, net, batch=None, training=None, y_pred=None, **kwargs):
        if training:
            return
        target, scores = batch[1]["target"].numpy(), y_pred.cpu().numpy()
        if "mask" in batch[1]:
            counts = batch[1]["mask"].numpy()
            if "weight" in batch[1]:
                is_absent = (batch[1]["weight"].numpy() == 0) & (self.class_weight[target] > 0)
                counts = counts & ~is_absent
            target, scores = target[counts], scores[counts]
        np.add.at(self._confusion, (target, self.rule(scores)), 1)

    def on_epoch_end(self, net, **kwargs):
        net.history.record("valid_f1_macro", macro_f1(self._confusion))
        if self.rank is not None:
            net.history.record("valid_mae_macro", macro_absolute_error(self._confusion, self.rank))
        del self._confusion


class LateEarlyStopping(EarlyStopping):
    """Early stopping that looks away for the first epochs, so that a later phase has its chance."""

    def __init__(self, watch_from, scoring, patience):
        super().__init__(
            monitor=f"valid_{scoring}",
            lower_is_better=scoring in ("loss", "mae_macro"),
            patience=patience,
            threshold_mode="abs",
            load_best=True,
        )
        self.watch_from = watch_from
        self.scoring = scoring

    def on_train_begin(self, net, **kwargs):
        self._n_epochs = 0
        super().on_train_begin(net, **kwargs)

    def on_epoch_end(self, net, **kwargs):
        self._n_epochs += 1
        if self._n_epochs > self.watch_from:
            super().on_epoch_end(net, **kwargs)


def macro_f1(confusion):
    """Mean F1 of the classes that occur, from counts of shape (true classes, predicted classes)."""
    true, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    occurs = true > 0
    return float(np.mean(2 * np.diag(confusion)[occurs] / (true + predicted)[occurs]))


def macro_absolute_error(confusion, rank):
    """Mean over the classes that occur of how many places in the order predictions are off."""
    true = confusion.sum(axis=1)
    off = (confusion * np.abs(np.subtract.outer(rank, rank))).sum(axis=1)
    return float(np.mean(off[true > 0] / true[true > 0]))


class EpochProgress(Callback):
    """A progress bar over epochs, with the latest losses beside it."""

    def __init__(self, label):
        self.label = label

    def on_train_begin(self, net, **kwargs):
        self._bar = tqdm(total=net.max_epochs, desc=self.label, unit="epoch")

    def on_epoch_end(self, net, **kwargs):
        row = net.history[-1]
        shown = {
            key: f"{row[key]:.3f}"
            for key in ("train_loss", "valid_loss", "valid_f1_macro")
            if key in row
        }
        self._bar.set_postfix(shown, refresh=False)
        self._bar.update()

    def close(self):
        """End the bar, if there is one, also where training ends in an error."""
        bar = self.__dict__.pop("_bar", None)
        if bar is not None:
            bar.close()


class FixedSplit:
    """Gives skorch a validation set that was chosen beforehand."""

    def __init__(self, validation):
        self.validation = validation

    def __call__(self, dataset, y=None, **kwargs):
        return dataset, self.validation


def build_net(
    *,
    module,
    loss,
    optimizer,
    lr,
    weight_decay,
    batch_size,
    max_epochs,
    gradient_clip_value,
    early_stopping,
    watch_from,
    scoring,
    n_iter_no_change,
    validation_score,
    callbacks,
    device,
    verbose,
    label,
    rng,
    mixer,
    skorch_params,
):
    """Build an uninitialised `SequenceNet` from an estimator's parameters."""
    optimizer, optimizer_params = _optimizer(optimizer)
    settings = {
        "module": module,
        "criterion": Criterion(loss),
        "mixer": mixer,
        "optimizer": optimizer,
        "lr": lr,
        "optimizer__weight_decay": weight_decay,
        "max_epochs": max_epochs,
        "batch_size": batch_size,
        "iterator_train": TrainingBatches,
        "iterator_train__rng": rng,
        "iterator_valid": ScoringBatches,
        "iterator_valid__batch_size": max(256, batch_size),
        "train_split": None,
        "callbacks": _callbacks(
            gradient_clip_value,
            early_stopping
            and (
                validation_score,
                LateEarlyStopping(watch_from, scoring, n_iter_no_change),
            ),
            verbose,
            label,
        )
        + list(callbacks or []),
        "device": device,
        "verbose": int(verbose > 1),
    }
    settings |= {f"optimizer__{name}": value for name, value in optimizer_params.items()}
    return SequenceNet(**(settings | (skorch_params or {})))


def _optimizer(optimizer):
    if isinstance(optimizer, str):
        check_choice("optimizer", optimizer, OPTIMIZERS)
        return OPTIMIZERS[optimizer]
    return optimizer, {}


def _callbacks(gradient_clip_value, early_stopping, verbose, label):
    callbacks = []
    if gradient_clip_value is not None:
        callbacks.append(("gradient_clipping", GradientNormClipping(gradient_clip_value)))
    if early_stopping:
        named = zip(("validation_score", "early_stopping"), early_stopping, strict=True)
        callbacks += [(name, callback) for name, callback in named if callback is not None]
    callbacks.append(("finite_loss", FiniteLoss(label)))
    callbacks.append(("whole_epochs", WholeEpochs()))
    if verbose == 1:
        callbacks.append(("progress", EpochProgress(label)))
    return callbacks


def resolve_device(device):
    """Give "cuda" or "cpu" for "auto", anything else as it is.

    Raises
    ------
    ValueError
        If CUDA is asked for and there is none, or torch knows no such device.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        kind = torch.device(device).type
    except RuntimeError as error:
        raise ValueError(f"device={device!r} is not a device torch knows: {error}") from None
    if kind == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            f'device={device!r}, but torch sees no CUDA here; use device="auto" to take what there '
            "is"
        )
    return device


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
