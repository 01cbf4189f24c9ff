"""Frames in, frames out: of pandas as in imbalanced-learn, and of polars as well.

imbalanced-learn makes a new frame from the array that it drew, and only of pandas. Rows are
taken from the frame itself here, so that every column keeps its type, whatever its cells hold.
"""

import numpy as np

from skseq.data import column_names, has_mixed_columns, is_frame, is_table, to_cells


def is_resampled_as_frame(X):
    """Whether X is a frame, or texts, that imbalanced-learn can't return in the form it came in."""
    if is_foreign(X):
        return len(X) > 0 and isinstance(X[0], str)
    if not is_frame(X):
        return False
    return not hasattr(X, "iloc") or has_mixed_columns(X) or not is_table(X)


def resample_frame(sampler, resample, X, y):
    """Resample a frame by a method that takes cells or an array, and give a frame of its type.

    Parameters
    ----------
    sampler : sampler
        Whose ``sample_indices_`` say which rows were drawn, if it draws rows.

    resample : callable
        Takes X as cells or as an array, and y; gives both resampled.

    X : frame
        What `is_resampled_as_frame` is true for.

    y : object
        As the sampler takes it.

    Returns
    -------
    X_resampled : the type of X, or `Sequences` where new sequences are among them
    y_resampled : the type of y
    """
    given, names = X, None
    draws_unseen = has_mixed_columns(X) and not reads_steps(sampler)
    X = X if draws_unseen else to_cells(X)
    if is_frame(X):
        names = column_names(X)
        X = np.arange(len(y))[:, None] if draws_unseen else np.asarray(X)
    X_resampled, y_resampled = resample(X, y)
    if names is not None:
        sampler.feature_names_in_ = np.asarray(names, dtype=object)
        sampler.n_features_in_ = len(names)
    if _has_drawn_rows(sampler, len(y_resampled)):
        X_resampled = _take_rows(given, sampler.sample_indices_)
    elif names is not None:
        X_resampled = type(given)(X_resampled, schema=names)
    if hasattr(X_resampled, "iloc") and hasattr(y_resampled, "iloc"):
        y_resampled.index = X_resampled.index  # as imbalanced-learn does
    return X_resampled, y_resampled


def reads_steps(sampler):
    """Whether the steps of X matter to a sampler, or it draws rows by y alone."""
    return sampler._reads_steps or getattr(sampler, "augment", None) is not None


def _has_drawn_rows(sampler, n_rows):
    makes_new = getattr(sampler, "augment", None) is not None
    rows = getattr(sampler, "sample_indices_", ())
    return not makes_new and len(rows) == n_rows


def _take_rows(frame, rows):
    if not hasattr(frame, "iloc"):
        # Arrow tables and data sets of Hugging Face name their columns differently.
        take = "take" if hasattr(frame, "take") else "select"
        return getattr(frame, take)(rows) if hasattr(frame, "column_names") else frame[rows]
    taken = frame.iloc[rows]
    # As imbalanced-learn, which keeps the index where rows are only left out.
    return taken if len(np.unique(rows)) == len(rows) else taken.reset_index(drop=True)


# -- labels ------------------------------------------------------------------------------------


def like_labels(y, given):
    """Give labels as the type of Series that came, where imbalanced-learn doesn't know it."""
    return type(given)(given.name, y.tolist(), dtype=given.dtype) if is_foreign(given) else y


def is_foreign_frame(y):
    """Whether y is a frame of a library other than pandas."""
    return is_frame(y) and not hasattr(y, "iloc")


def is_foreign(y):
    """Whether y is a Series of a library other than pandas."""
    return type(y).__name__ == "Series" and not hasattr(y, "iloc")
