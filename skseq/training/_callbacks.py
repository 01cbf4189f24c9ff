"""Callbacks of the training: scores of held-out rows, stopping, seeds, progress."""

import logging
from dataclasses import replace

import numpy as np
import torch
from skorch.callbacks import Callback, EarlyStopping
from skorch.utils import to_numpy

from skseq._progress import progress_bar
from skseq.data import offsets_from_lengths

logger = logging.getLogger(__name__)


class Reseed(Callback):
    """Seeds torch for each epoch, so that dropout does not depend on the epochs before."""

    def __init__(self, seeds):
        self.seeds = seeds

    def on_epoch_begin(self, net, **kwargs):
        torch.manual_seed(self.seeds.integer("dropout", len(net.history)))


class FrozenVectors(Callback):
    """Keeps pretrained vectors as they are, for good or for the first part of training.

    Parameters
    ----------
    share : float
        Of the epochs, in which nothing changes them; 1 is for good, 0 is never.

    n_epochs : int
        Length of training.
    """

    def __init__(self, share, n_epochs):
        self.share = share
        self.n_epochs = n_epochs

    def on_epoch_begin(self, net, **kwargs):
        epoch = len(net.history) - 1 - net.first_epoch
        is_trained = self.share < 1 and epoch >= self.share * self.n_epochs
        net.module_.input_layer.vectors.requires_grad_(is_trained)


class ValidationScore(Callback):
    """Records macro F1 of the validation rows, decided as predictions will be, and each recall.

    Where the classes have an order, also the macro-averaged absolute error. Each row counts once,
    whatever its weight, except that steps of weight 0 do not count. A class that the rows lack has
    no recall.

    Parameters
    ----------
    posterior : Posterior
        Turns the log probabilities that the head of the net gives into decisions.

    rules : TagRules or None
        Which class may follow which.

    class_weight : ndarray of shape (n_classes,)
        Tells classes without weight from steps without.
    """

    def __init__(self, posterior, rules, class_weight):
        self.posterior = posterior
        self.rules = rules
        self.class_weight = class_weight

    @property
    def recall_keys(self):
        """list of str : the name of each class's recall in the history."""
        return [recall_key(label) for label in self.posterior.classes]

    def on_epoch_begin(self, net, **kwargs):
        n_classes = len(self.class_weight)
        self._confusion = np.zeros((n_classes, n_classes))  # true by predicted

    def on_batch_end(self, net, batch=None, training=None, y_pred=None, **kwargs):
        if training:
            return
        target, codes, *_ = self._read(net, batch, y_pred)
        np.add.at(self._confusion, (target, codes), 1)

    def labels(self, net, batch, y_pred):
        """What a batch says, flat: of each row or step that counts.

        Returns
        -------
        truth : ndarray of shape (n,)
            The labels.

        said : (ndarray of shape (n,), ndarray of shape (n, n_classes))
            The labels that are predicted, and probabilities.
        """
        target, codes, proba = self._read(net, batch, y_pred)
        classes = self.posterior.classes
        return classes[target], (classes[codes], proba())

    def _read(self, net, batch, y_pred):
        about = {name: tensor.numpy() for name, tensor in batch[1].items()}
        target, scores, offsets = about["target"], to_numpy(y_pred), None
        is_kept = slice(None)
        if "mask" in about:
            mask = about["mask"]
            target, scores = target[mask], scores[mask]
            offsets = offsets_from_lengths(mask.sum(axis=1))  # of a chunk, what it predicts
            if "weight" in about:
                is_kept = (about["weight"][mask] > 0) | (self.class_weight[target] == 0)
        head = net.criterion_.head
        chain = head.chain([net.module_.last_layer], self.rules)
        log_proba = head.log_proba(scores.astype(np.float64))
        if chain is not None:
            log_proba = chain.without_ends(log_proba, offsets, about["ends"])
        posterior = replace(self.posterior, chain=chain)
        codes = posterior.codes(log_proba, offsets)[is_kept]

        def proba():
            return np.exp(posterior.log_proba(log_proba, offsets)[is_kept])

        return target[is_kept], codes, proba

    def on_epoch_end(self, net, **kwargs):
        if net.train_split is None:
            return
        net.history.record("valid_f1_macro", macro_f1(self._confusion))
        rank = self.posterior.rank
        if rank is not None:
            net.history.record("valid_mae_macro", macro_absolute_error(self._confusion, rank))
        for key, recall in zip(self.recall_keys, recalls(self._confusion), strict=True):
            if not np.isnan(recall):
                net.history.record(key, recall)
        del self._confusion


def recall_key(label):
    """What the recall of a class among validation rows is called in the history."""
    return f"valid_recall_{label}"


class LateEarlyStopping(EarlyStopping):
    """Early stopping that ignores the first epochs, so that a later phase can have its effect.

    Parameters
    ----------
    watch_from : int
        Epochs before class weights count.

    judged_from : int
        Epochs in which the learning rate is too high for what they are worth to show.

    scoring : str
        What is watched.

    patience : int
        Epochs without improvement before training stops.
    """

    def __init__(self, watch_from, judged_from, scoring, patience):
        super().__init__(
            monitor=f"valid_{scoring}",
            lower_is_better=scoring in ("loss", "mae_macro"),
            patience=patience,
            threshold_mode="abs",
            load_best=True,
        )
        self.watch_from = watch_from
        self.judged_from = judged_from
        self.scoring = scoring

    def on_train_begin(self, net, **kwargs):
        self._n_epochs = 0
        super().on_train_begin(net, **kwargs)

    def on_epoch_end(self, net, **kwargs):
        self._n_epochs += 1
        first = max(self.watch_from, self.judged_from)
        if self._n_epochs > first and net.train_split is not None:
            super().on_epoch_end(net, **kwargs)


def macro_f1(confusion):
    """Mean F1 of the classes that occur, from counts of shape (true classes, predicted classes)."""
    true, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    occurs = true > 0
    return float(np.mean(2 * np.diag(confusion)[occurs] / (true + predicted)[occurs]))


def recalls(confusion):
    """Recall of each class, NaN for those that do not occur: list of float."""
    true = confusion.sum(axis=1)
    hits = np.diag(confusion)
    return np.divide(hits, true, out=np.full(len(true), np.nan), where=true > 0).tolist()


def macro_absolute_error(confusion, rank):
    """Mean over the classes that occur of how many places in the order predictions are off."""
    true = confusion.sum(axis=1)
    off = (confusion * np.abs(np.subtract.outer(rank, rank))).sum(axis=1)
    return float(np.mean(off[true > 0] / true[true > 0]))


class EpochProgress(Callback):
    """A progress bar over epochs, with the latest losses next to it, and a line of the log each.

    Parameters
    ----------
    label : str
        Who trains.

    verbose : "auto" or int
        1 shows the bar, "auto" where it takes long, see `progress_bar`.
    """

    shown = ("train_loss", "valid_loss", "valid_f1_macro")

    def __init__(self, label, verbose):
        self.label = label
        self.verbose = verbose

    def on_train_begin(self, net, **kwargs):
        # Of 2 on there is skorch's table.
        verbose = self.verbose if self.verbose in ("auto", 1) else 0
        label = f"{self.label}{net.place}"
        self._bar = progress_bar(net.max_epochs, label, unit="epoch", verbose=verbose)

    def on_epoch_end(self, net, **kwargs):
        row = net.history[-1]
        scores = {key: f"{row[key]:.3f}" for key in self.shown if key in row}
        self._bar.set_postfix(scores, refresh=False)
        self._bar.update()
        said = ", ".join(f"{key} {score}" for key, score in scores.items())
        logger.debug("%s%s: epoch %d, %s", self.label, net.place, len(net.history), said)

    def close(self):
        """End the bar, if there is one, also where training ends in an error."""
        bar = self.__dict__.pop("_bar", None)
        if bar is not None:
            bar.close()
