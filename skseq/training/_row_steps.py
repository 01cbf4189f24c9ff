"""A hint for those who pass the rows of one recording as if each were a sequence of its own."""

import warnings

import numpy as np

from skseq.data import Sequences, as_sequences, holds_number_lists, is_table, to_cells

# Sequences of so few steps are suspicious, where there are so many of them.
_MOST_STEPS = 4
_LEAST_ROWS = 50

# By how much neighbours agree more often than chance: as a share of what there is to gain, and in
# standard errors.
_LEAST_GAIN = 0.2
_LEAST_DEVIATION = 5.0


def warn_if_rows_are_steps(X, y):
    """Ask whether the rows are steps of one recording, if they look like it.

    Tiny sequences of one length look so where the labels of neighbours agree far more often than
    chance, unless they are only sorted: then each label has few runs. `Sequences` do not, for
    whoever makes them knows what a sequence is.

    Parameters
    ----------
    X : object
        As the user gave it.

    y : ndarray of shape (n_sequences,)
        Checked labels.
    """
    length = _common_length(X)
    if length is None or length > _MOST_STEPS or len(y) < _LEAST_ROWS:
        return
    _, codes = np.unique(y, return_inverse=True)
    if _agree_more_than_chance(codes):
        warnings.warn(
            f"X holds {len(y)} sequences of {length} step(s) each, and the labels of neighbours "
            "agree far more often than chance would have it. Did you mean make_windows? If the "
            "rows are steps of one recording, skseq.preprocessing.make_windows makes sequences of "
            "them; if each is a sequence of its own, shuffle X and y",
            UserWarning,
            stacklevel=3,
        )


def _common_length(X):
    """Steps that every sequence has, None where they differ or X is `Sequences`."""
    cells = to_cells(X)
    if isinstance(cells, Sequences):
        return None
    if is_table(cells) or getattr(cells, "ndim", 1) == 3:
        # What scikit-learn takes for an array need not have a shape.
        return (cells if hasattr(cells, "shape") else np.asarray(cells)).shape[1]
    if holds_number_lists(cells):
        cells = as_sequences(cells)
    elif not all(hasattr(cls, "__len__") and cls is not str for cls in set(map(type, cells))):
        return None
    lengths = set(map(len, cells))
    return lengths.pop() if len(lengths) == 1 else None


def _agree_more_than_chance(codes):
    counts = np.bincount(codes)
    n_pairs = len(codes) - 1
    chance = np.square(counts / len(codes)).sum()
    agreement = np.mean(codes[1:] == codes[:-1])
    n_runs = 1 + np.count_nonzero(codes[1:] != codes[:-1])
    if chance == 1 or n_runs <= 3 * len(counts):  # one label, or labels that are sorted
        return False
    deviation = (agreement - chance) / np.sqrt(chance * (1 - chance) / n_pairs)
    return deviation > _LEAST_DEVIATION and agreement - chance > _LEAST_GAIN * (1 - chance)
