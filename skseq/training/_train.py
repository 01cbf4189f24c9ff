"""Training as a function of a net and its data, and the outputs of a trained net."""

import logging

import numpy as np
import torch
from scipy.special import log_softmax
from skorch.utils import to_tensor

from skseq.training._net import FixedSplit, isolated_torch_seed

logger = logging.getLogger(__name__)


def train(net, data, held_out, n_epochs, seeds, first_epoch=0):
    """Train a net for some more epochs.

    Parameters
    ----------
    net : SequenceNet
        Initialised. Its history tells how many epochs it has seen.

    data : ScheduledDataset or SequenceDataset
        What to train on.

    held_out : SequenceDataset or None
        The rows of the validation scores.

    n_epochs : int
        How many epochs, at most.

    seeds : Seeds
        Those that the net was built with.

    first_epoch : int, default=0
        Number of the net's epoch at which schedules began.
    """
    n_before = len(net.history)
    net.first_epoch = first_epoch
    # The split is taken back afterwards, or a pickled model would carry its validation data.
    net.train_split = None if held_out is None else FixedSplit(held_out)
    try:
        # The net knows best: a pickle from a machine with CUDA may have come to one without.
        with isolated_torch_seed(seeds.integer("training"), net.device):
            net.partial_fit(data, epochs=n_epochs)
    finally:
        net.train_split = None
    _log_end(net, net.history[n_before:])


def _log_end(net, rows):
    best = dict(net.callbacks_)["early_stopping"].best_epoch_  # 0 where none was judged
    logger.info(
        "%s%s trained for %d epochs in %.1f s, train_loss %.4f%s",
        net.settings.name,
        net.place,
        len(rows),
        sum(row["dur"] for row in rows),
        rows[-1]["train_loss"],
        f", best in epoch {best}" if best else "",
    )


def raw_scores(nets, targets):
    """What the last layers give for each row or step, on average: float64 (n_outputs, n_scores)."""

    def scores_of(net):
        return _of_all(net, targets, net.infer, lambda scores: scores.astype(np.float64))

    return _mean(map(scores_of, nets))


def log_probabilities(nets, targets):
    """Log probabilities of each row or step by itself: (n_outputs, n_classes).

    Those of several nets are averaged and normalised: their geometric mean.
    """

    def log_proba_of(net):
        def log_proba(scores):
            return net.criterion_.head.log_proba(scores.astype(np.float64))

        return _of_all(net, targets, net.infer, log_proba)

    mean = _mean(map(log_proba_of, nets))
    return mean if len(nets) == 1 else log_softmax(mean, axis=1)


def _mean(arrays):
    """Mean of arrays, each made only when it is added; a single one is returned as it is."""
    total, n = next(arrays), 1
    for array in arrays:
        total += array
        n += 1
    return total if n == 1 else total / n


def last_states(nets, targets):
    """What the last layers read of each row or step, side by side: float32 (n_outputs, width)."""

    def states_of(net):
        def last_inputs(inputs):
            return net.module_.last_inputs(**to_tensor(inputs, device=net.device))

        return _of_all(net, targets, last_inputs, lambda states: states)

    return np.hstack(list(map(states_of, nets)))


def _of_all(net, targets, forward, read):
    dataset, outputs = targets.dataset(), None
    net.module_.eval()
    with torch.inference_mode():
        for rows in dataset.scoring_plan(net.batch_size):
            inputs, about = dataset.batch(rows)
            output = forward(inputs).cpu().numpy()
            if dataset.per_step:
                rows, output = dataset.core_steps(rows), output[about["mask"].numpy()]
            output = read(output)
            if outputs is None:
                outputs = np.empty((targets.n_outputs, output.shape[-1]), dtype=output.dtype)
            outputs[rows] = output
    return outputs
