"""From flat sequences to padded batches, without a loop over sequences.

Rows are stretches of the flat steps: a whole sequence, or a chunk of a long one. A batch is one
gather from the flat values, trimmed to its longest row. Training batches hold rows of like length
from a shuffled pool, so that there is little padding and yet every epoch mixes them differently.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from skseq.data import scoring_plan, step_positions

# Rows that are sorted by length together, in batches: large enough for even batches, small enough
# that a short row shares its batch with other rows in every epoch.
_POOL_BATCHES = 50


@dataclass(frozen=True)
class SequenceDataset(torch.utils.data.Dataset):
    """Rows of flat steps, with targets and weights.

    ``target`` and ``weight`` have one entry per row, or, if ``per_step``, one for each flat step; a
    row then predicts only its core, the steps in [core_start, core_stop) of the flat array.
    What lies around the core is context, which a neighbouring row predicts. Values that are
    not ``tokens`` become float32 batch by batch, so the flat array is never copied; before,
    ``scale(values, mask)`` gives scaled values, and summaries (batch, n) of the rows or None.

    With a ``rate``, one number per row, an epoch draws as many rows as there are, with replacement,
    each as often as its share of the rates; without one, each row comes once.
    """

    values: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    tokens: bool = False
    scale: Callable | None = None
    target: np.ndarray | None = None
    weight: np.ndarray | None = None
    core_start: np.ndarray | None = None
    core_stop: np.ndarray | None = None
    per_step: bool = False
    rate: np.ndarray | None = None

    def __len__(self):
        return len(self.start)

    def at(self, epoch):
        """Rows of an epoch: the same ones in each."""
        return self

    @property
    def lengths(self):
        """ndarray of int64 of shape (n_rows,) : steps in each row, context included."""
        return self.stop - self.start

    def rows(self, chosen):
        """Only the chosen rows of a dataset with one target per row, sharing its flat values."""
        return replace(
            self,
            start=self.start[chosen],
            stop=self.stop[chosen],
            target=None if self.target is None else self.target[chosen],
            weight=None if self.weight is None else self.weight[chosen],
        )

    def batch(self, rows):
        """Padded inputs of some rows, and targets where there are any.

        Returns
        -------
        inputs : dict of Tensor
            ``values`` (batch, time[, n_features]) and ``lengths`` (batch,); ``summary`` (batch, n)
            where ``scale`` gives one.
        target : dict of Tensor
            ``target``, ``weight`` and, for steps, ``mask``, as losses take them; the mask, of the
            steps that the rows predict, is there without targets too.
        """
        start, stop = self.start[rows], self.stop[rows]
        steps = start[:, None] + np.arange((stop - start).max())  # (batch, time)
        padding = steps >= stop[:, None]
        # Padding reads the last real step, which is then overwritten.
        steps = np.minimum(steps, stop[:, None] - 1)
        values, summary = self.values.take(steps, axis=0), None
        if self.scale is not None:
            values, summary = self.scale(values, ~padding)
        values = values.astype(np.int64 if self.tokens else np.float32, copy=False)
        values[padding] = 0
        inputs = {
            "values": torch.from_numpy(values),
            "lengths": torch.from_numpy(stop - start),
        }
        if summary is not None:
            inputs["summary"] = torch.from_numpy(summary.astype(np.float32))
        return inputs, self._targets(rows, steps, padding)

    def _targets(self, rows, steps, padding):
        mask = {"mask": torch.from_numpy(self._core(rows, steps, padding))} if self.per_step else {}
        if self.target is None:
            return mask
        at = steps if self.per_step else rows
        # Class codes, or the numbers of a regression.
        dtype = np.float32 if self.target.dtype.kind == "f" else np.int64
        targets = {"target": torch.from_numpy(self.target[at].astype(dtype, copy=False))}
        if self.weight is not None:
            targets["weight"] = torch.from_numpy(self.weight[at])
        return targets | mask

    def _core(self, rows, steps, padding):
        inside = (steps >= self.core_start[rows][:, None]) & (steps < self.core_stop[rows][:, None])
        return inside & ~padding

    def core_steps(self, rows):
        """Flat steps that some rows predict: those where the mask of their batch is True."""
        start, stop = self.core_start[rows], self.core_stop[rows]
        return step_positions(start, stop - start)


class TrainingBatches:
    """Shuffled batches of rows of like length; every iteration is a new epoch.

    Called by skorch as ``iterator(dataset, batch_size=, **kwargs)``.

    Parameters
    ----------
    dataset : SequenceDataset, or anything with ``at(epoch)`` that gives some
        What to train on, epoch by epoch.

    batch_size : int
        Rows in a batch.

    rng : callable
        Gives the random generator of an epoch, from its number.

    epoch : int, default=0
        Number of the epoch that the first iteration is.
    """

    def __init__(self, dataset, *, batch_size, rng, epoch=0):
        self.dataset = dataset
        self.batch_size = batch_size
        self.rng = rng
        self.epoch = epoch

    def __len__(self):
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self):
        epoch, self.epoch = self.epoch, self.epoch + 1
        dataset = self.dataset.at(epoch)
        for rows in training_plan(dataset.lengths, self.batch_size, self.rng(epoch), dataset.rate):
            yield dataset.batch(rows)


class ScoringBatches:
    """Every row once, long rows first, as many in a batch as a budget of steps allows."""

    def __init__(self, dataset, *, batch_size):
        self.dataset = dataset
        self.plan = scoring_plan(dataset.lengths, batch_size)

    def __len__(self):
        return len(self.plan)

    def __iter__(self):
        for rows in self.plan:
            yield self.dataset.batch(rows)


def training_plan(lengths, batch_size, rng, rate=None):
    """Rows of each training batch: like lengths together, everything else at random.

    With a ``rate`` for each row they are drawn with replacement, else each comes once.

    Returns
    -------
    list of ndarray of int64
    """
    n_rows = len(lengths)
    if rate is None:
        shuffled = rng.permutation(n_rows)
    else:
        shuffled = rng.choice(n_rows, size=n_rows, p=rate / rate.sum())
    pool = np.arange(n_rows) // (batch_size * _POOL_BATCHES)
    # Lengths a little off, or rows of different lengths would always share their batches.
    nearly = lengths[shuffled] * rng.uniform(1, 1.05, size=len(lengths))
    order = shuffled[np.lexsort((nearly, pool))]
    batches = np.split(order, np.arange(batch_size, len(order), batch_size))
    return [batches[index] for index in rng.permutation(len(batches))]
