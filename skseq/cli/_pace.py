"""How many epochs a net has time for, where a file is large for the time that is given.

Requirements this file meets:

- a net of few epochs, under a learning rate that goes down to 0, is worth more than none;
- the same command goes on with the same nets, however busy the machine is by then: what was
  measured is kept.
"""

import json
import math
import warnings
from typing import NamedTuple

import joblib
import numpy as np
from sklearn.base import clone

from skseq._validation import has_step_labels, safe_indexing
from skseq.data import as_tags
from skseq.training import is_auto, usual_epochs

# So that several candidates can have all of their folds, a fit takes this part of the time.
_PART_OF_A_FIT = 1 / 8
# Sequences of the trial.
_TRIAL = 128


class Pace(NamedTuple):
    """What one epoch takes."""

    seconds: float
    n_rows: float  # that are batched, chunks of sequences counted singly
    n_steps: float


def shorten(pipeline, data, time_budget, folder):
    """Give the net of a pipeline fewer epochs than the recipe has, if these would take too long.

    Parameters
    ----------
    pipeline : imblearn.pipeline.Pipeline
        Its last step, "model", is a net, whose ``max_epochs`` is set where it has to be.

    data : Data
        X and y.

    time_budget : float or None
        Seconds for everything; None has no limit.

    folder : Path
        Where finished fits are kept, and the pace.

    Returns
    -------
    str or None
        What was done, for the user.
    """
    model = pipeline.named_steps["model"]
    if time_budget is None or not is_auto(model.max_epochs):
        return None
    try:
        pace = _kept_pace(pipeline, data, folder)
    except ValueError:  # so few rows may not do, and what all of them lack is told by the fits
        return None
    usual = usual_epochs(pace.n_rows, pace.n_steps, model.batch_size)
    affordable = max(math.floor(time_budget * _PART_OF_A_FIT / pace.seconds), 1)
    if affordable >= usual:
        return None
    pipeline.set_params(model__max_epochs=affordable)
    return (
        f"The usual {usual} epochs of a net take about {usual * pace.seconds:,.0f} s, so nets have "
        f"{affordable}; with a longer --time-budget they may do better."
    )


def _kept_pace(pipeline, data, folder):
    path = folder / f"pace-{joblib.hash((pipeline, data.X, data.y))}.json"
    if path.exists():
        return Pace(**json.loads(path.read_text(encoding="utf-8")))
    pace = _measure_pace(pipeline, data)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(pace._asdict()), encoding="utf-8")
    return pace


def _measure_pace(pipeline, data):
    rows = _some_rows(data.y, _TRIAL)
    X = safe_indexing(data.X, rows)
    trial = clone(pipeline).set_params(model__max_epochs=2)
    with warnings.catch_warnings():  # two epochs of a few rows say nothing of the data
        warnings.simplefilter("ignore")
        trial.fit(X, safe_indexing(data.y, rows))
    seconds = trial[-1].net_.history[-1]["dur"]  # the first epoch loads what the second one finds
    growth = len(data.X) / len(rows)
    n_steps = trial[:-1].transform(X).n_steps
    chunk = getattr(trial[-1], "chunk_length", None) or math.inf
    n_rows = max(len(rows), n_steps / chunk)
    return Pace(seconds * growth, n_rows * growth, n_steps * growth)


def _some_rows(y, n):
    """Sequences at random, and the first one with each label: a net wants two at least."""
    if has_step_labels(y):
        tags = as_tags(y)
        first = tags.sequence_index()[np.unique(tags.values, return_index=True)[1]]
    else:
        first = np.unique(y, return_index=True)[1]
    shuffled = np.random.default_rng(0).permutation(len(y))
    return np.unique(np.concatenate([first, shuffled[:n]]))
