"""What nothing can be learnt from, told by row and column before each model fails by itself."""

import numpy as np

from skseq.cli._errors import InputError
from skseq.data import Sequences, as_tags
from skseq.spans._offsets import lengths_of


def check_steps(data, reading):
    """Check that every sequence has steps, and that numbers are finite.

    Parameters
    ----------
    data : Data
        As it was made.

    reading : Reading
        How to read the file.
    """
    columns = reading.text or ",".join(reading.values[:3])
    if not _may_be_empty(reading):
        empty = np.flatnonzero(lengths_of(data.X) == 0)
        if len(empty):
            raise InputError(
                f"column {columns}, row {empty[0] + 1}: there is nothing in it to read, nor in "
                f"{len(empty)} of {len(data.X)} rows in all; leave them out"
            )
    if isinstance(data.X, Sequences):
        values = data.X.values
        bad = ~np.isfinite(values).reshape(len(values), -1).all(axis=1)
        if bad.any():
            step = int(np.argmax(bad))
            rows = data.X.sequence_index() if data.index is None else data.index.values
            raise InputError(
                f"column {columns}, row {rows[step] + 1}: holds {values[step]}; mend the cell, or "
                "leave the row out"
            )


def check_labels(data, reading):
    """Check that labels are classes, of which there are some, and as many as there are steps.

    Parameters
    ----------
    data : Data
        With labels.

    reading : Reading
        How to read the file.
    """
    column, labels = reading.label, np.asarray(as_tags(data.y).values if reading.tags else data.y)
    if reading.tags and reading.row_is == "sequence":
        n_tags, n_steps = as_tags(data.y).lengths, lengths_of(data.X)
        wrong = np.flatnonzero(n_tags != n_steps)
        if len(wrong):
            row = wrong[0]
            raise InputError(
                f"column {column}, row {row + 1}: {n_tags[row]} labels for {n_steps[row]} steps; "
                "each step needs one"
            )
    if labels.dtype.kind == "f" and (labels % 1 != 0).any():
        part = labels[labels % 1 != 0][0]
        raise InputError(
            f"column {column} holds numbers that are not whole, such as {part}; classes have names "
            "or whole numbers, and measurements are for skseq.SequenceRegressor in Python"
        )
    classes = np.unique(labels)
    if len(classes) < 2:
        raise InputError(
            f"column {column} holds one label, {classes[0]}, so there is nothing to learn; name "
            "another column with --label"
        )
    if reading.row_is == "sequence" and not reading.tags and len(classes) > len(labels) / 2:
        raise InputError(
            f"column {column} holds {len(classes)} different labels in {len(labels)} rows; name "
            "the column of the classes with --label, or, where labels are measurements, take "
            "skseq.SequenceRegressor in Python"
        )


def _may_be_empty(reading):
    """Only a text with one label: that nothing was said may be telling."""
    return reading.unit == "text" and not reading.tags
