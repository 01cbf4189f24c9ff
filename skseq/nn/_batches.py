"""From flat sequences to padded batches, without a loop over sequences.

Rows are stretches of the flat steps: a whole sequence, or a chunk of a long one. A batch is one
gather from the flat values, trimmed to its longest row. Training batches hold rows of like length
from a shuffled pool, so that there is little padding and yet every epoch mixes them differently.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from skseq._typing import BoolArray, FloatArray, IntArray
from skseq.data import scoring_plan, step_positions

# Rows that are sorted by length together, in batches: large enough for even batches, small enough
# that a short row shares its batch with other rows in every epoch.
_POOL_BATCHES = 50

# Rows of a batch to predict, or as many as there are in one to train on; its padded steps, and the
# numbers in them: a net's layers hold several copies.
_SCORED_ROWS, _MOST_STEPS, _MOST_NUMBERS = 256, 2**16, 2**20

# Inputs and targets.
Batch = tuple[dict[str, Tensor], dict[str, Tensor]]


@dataclass(frozen=True)
class SequenceDataset(torch.utils.data.Dataset[Batch]):
    """Rows of flat steps, with targets and weights.

    ``target`` and ``weight`` have one entry per row, or, if ``per_step``, one for each flat step; a
    row then predicts only its core, the steps in [core_start, core_stop) of the flat array.
    What lies around the core is context, which a neighbouring row predicts; ``ends`` (n_rows, 2)
    say whether the core starts its sequence, and whether it ends it. Values that are
    not ``tokens`` become float32 batch by batch, so the flat array is never copied; before,
    ``scale(values, mask)`` gives scaled values, and summaries (batch, n) of the rows or None.

    With a ``rate``, one number per row, an epoch draws as many rows as there are, with replacement,
    each as often as its share of the rates; without one, each row comes once.
    """

    values: np.ndarray
    start: IntArray
    stop: IntArray
    tokens: bool = False
    scale: Callable[[np.ndarray, BoolArray], tuple[np.ndarray, np.ndarray | None]] | None = None
    target: np.ndarray | None = None
    weight: FloatArray | None = None
    core_start: IntArray | None = None
    core_stop: IntArray | None = None
    ends: BoolArray | None = None
    per_step: bool = False
    rate: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.start)

    def at(self, epoch: int) -> Self:
        """Rows of an epoch: the same ones in each."""
        return self

    @property
    def lengths(self) -> IntArray:
        """ndarray of int64 of shape (n_rows,) : steps in each row, context included."""
        return self.stop - self.start

    def rows(self, chosen: IntArray) -> Self:
        """Only the chosen rows of a dataset with one target per row, sharing its flat values."""
        return replace(
            self,
            start=self.start[chosen],
            stop=self.stop[chosen],
            target=None if self.target is None else self.target[chosen],
            weight=None if self.weight is None else self.weight[chosen],
        )

    def scoring_plan(self, batch_size: int) -> list[IntArray]:
        """Rows of each batch to predict, of a net that is trained on ``batch_size`` rows at once.

        Long ones come first.
        """
        most_steps = min(_MOST_STEPS, _MOST_NUMBERS // max(self.values[:1].size, 1))
        return scoring_plan(self.lengths, max(_SCORED_ROWS, batch_size), most_steps)

    def batch(self, rows: IntArray) -> Batch:
        """Padded inputs of some rows, and targets where there are any.

        Returns
        -------
        inputs : dict of Tensor
            ``values`` (batch, time[, n_features]) and ``lengths`` (batch,); ``summary`` (batch, n)
            where ``scale`` gives one.
        target : dict of Tensor
            ``target``, ``weight`` and, for steps, ``mask``, as losses take them, and ``ends``; the
            mask, of the steps that the rows predict, is there without targets too.
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

    def _targets(self, rows: IntArray, steps: IntArray, padding: BoolArray) -> dict[str, Tensor]:
        mask = {"mask": torch.from_numpy(self._core(rows, steps, padding))} if self.per_step else {}
        if self.target is None:
            return mask
        at = steps if self.per_step else rows
        # Class codes, or the numbers of a regression.
        dtype = np.float32 if self.target.dtype.kind == "f" else np.int64
        targets = {"target": torch.from_numpy(self.target[at].astype(dtype, copy=False))}
        if self.weight is not None:
            targets["weight"] = torch.from_numpy(self.weight[at])
        if self.ends is not None:
            targets["ends"] = torch.from_numpy(self.ends[rows])
        return targets | mask

    def _core(self, rows: IntArray, steps: IntArray, padding: BoolArray) -> BoolArray:
        start, stop = self._core_bounds(rows)
        return (steps >= start[:, None]) & (steps < stop[:, None]) & ~padding

    def core_steps(self, rows: IntArray) -> IntArray:
        """Flat steps that some rows predict: those where the mask of their batch is True."""
        start, stop = self._core_bounds(rows)
        return step_positions(start, stop - start)

    def _core_bounds(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Where the cores of some rows start and stop; a row that is no chunk is all core."""
        if self.core_start is None or self.core_stop is None:
            return self.start[rows], self.stop[rows]
        return self.core_start[rows], self.core_stop[rows]


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

    def __init__(
        self,
        dataset: Any,
        *,
        batch_size: int,
        rng: Callable[[int], np.random.RandomState],
        epoch: int = 0,
    ) -> None:
        self.dataset = dataset
        self.batch_size = batch_size
        self.rng = rng
        self.epoch = epoch

    def __len__(self) -> int:
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        epoch, self.epoch = self.epoch, self.epoch + 1
        dataset = self.dataset.at(epoch)
        for rows in training_plan(dataset.lengths, self.batch_size, self.rng(epoch), dataset.rate):
            yield dataset.batch(rows)


class ScoringBatches:
    """Every row once, in the batches of its dataset's `scoring_plan`."""

    def __init__(self, dataset: SequenceDataset, *, batch_size: int) -> None:
        self.dataset = dataset
        self.plan = dataset.scoring_plan(batch_size)

    def __len__(self) -> int:
        return len(self.plan)

    def __iter__(self) -> Iterator[Batch]:
        for rows in self.plan:
            yield self.dataset.batch(rows)


def training_plan(
    lengths: IntArray, batch_size: int, rng: np.random.RandomState, rate: FloatArray | None = None
) -> list[IntArray]:
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
