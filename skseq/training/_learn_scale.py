"""Learning the scale of values, and reading batches through it."""

import numpy as np
from sklearn.base import clone

from skseq._validation import HasMethods, StrOptions
from skseq.data import Sequences, numbers_of, step_positions
from skseq.preprocessing import SequenceScaler
from skseq.training._scale import StepScaler, counting_rows, some_steps, step_table
from skseq.training._series_scale import SeriesScaler, differ_widely

SCALE_CONSTRAINTS = [
    StrOptions({"auto", "set", "series"}),
    HasMethods(["fit", "transform"]),
    None,
]


def learn_scaler(scale, targets, rows=None):
    """Fit what brings values to a common scale.

    Parameters
    ----------
    scale : {"auto", "set", "series"}, transformer or None
        The parameter ``scale`` of the estimator.

    targets : RowTargets or StepTargets
        Checked sequences; those without weight are ignored.

    rows : ndarray of int, default=None
        Training rows; None for all.

    Returns
    -------
    StepScaler, SeriesScaler, transformer or None
        Of channels, it reads numbers only. None for ids, too.

    Raises
    ------
    ValueError
        If each step has a target, and ``scale`` is "series".
    """
    if isinstance(scale, str) and scale == "series" and not targets.has_whole_rows:
        raise ValueError(
            'scale="series" is for one target for each sequence: its mean and its size are for the '
            'last layer, which reads step by step here. Use scale="set"'
        )
    if scale is None or targets.tokens:
        return None
    X = numbers_of(targets.X)
    rows, weight = counting_rows(X, rows, targets.weight)
    if isinstance(scale, str):
        if scale == "auto":
            is_wide = targets.has_whole_rows and differ_widely(X, rows)
            scale = "series" if is_wide else "set"
        if scale == "series":
            return SeriesScaler().fit(X, rows, weight)
        chosen, span = some_steps(X.offsets[rows], X.lengths[rows], X.n_features)
        weight = None if weight is None else weight[span]
        return StepScaler().fit(step_table(X.values.take(chosen, axis=0)), weight)
    scaler = clone(scale)
    if hasattr(scaler, "set_output"):
        scaler.set_output(transform="default")
    steps = step_table(X.values.take(step_positions(X.offsets[rows], X.lengths[rows]), axis=0))
    return scaler.fit(_as_read_by(scaler, steps.astype(np.float64)))


class BatchScale:
    """Function from a padded batch to scaled values, and to summaries of its rows or None.

    Parameters
    ----------
    scaler : StepScaler, SeriesScaler or transformer
        What `learn_scaler` gave.

    columns : ndarray of bool of shape (n_features,), default=None
        Those to scale; None is all.
    """

    def __init__(self, scaler, columns=None):
        self.scaler = scaler
        self.columns = columns

    def __call__(self, values, mask):
        """Scale values (batch, time[, n_features]), real where mask (batch, time) is True."""
        steps = values.reshape(*mask.shape, -1).astype(np.float64)
        if self.columns is None:
            scaled, summary = self._scaled(steps, mask)
            return scaled.reshape(values.shape), summary
        steps[..., self.columns], summary = self._scaled(steps[..., self.columns], mask)
        return steps, summary

    def _scaled(self, steps, mask):
        if isinstance(self.scaler, SeriesScaler):
            return self.scaler.transform(steps, mask)
        return self._of_steps(steps.reshape(mask.size, -1)).reshape(steps.shape), None

    def _of_steps(self, steps):
        scaled = self.scaler.transform(_as_read_by(self.scaler, steps))
        scaled = np.asarray(getattr(scaled, "values", scaled))
        if scaled.shape != steps.shape:
            raise ValueError(
                f"scale={self.scaler!r} makes steps of shape {scaled.shape} of steps of shape "
                f"{steps.shape}; it must keep the number of steps and of their features"
            )
        return scaled

    def n_summaries(self, n_features):
        """Numbers in a summary, 0 where there is none."""
        if not isinstance(self.scaler, SeriesScaler):
            return 0
        return self.scaler.n_summaries(n_features if self.columns is None else self.columns.sum())


def _as_read_by(scaler, steps):
    """Steps in the form that a scaler takes: `SequenceScaler` would take a table for series."""
    if isinstance(scaler, SequenceScaler):
        return Sequences(steps, [0, len(steps)])
    return steps
