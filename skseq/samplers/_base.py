"""What every sampler of whole sequences shares: the forms of X, origins, double counting.

Forms of input and output:

- 2-D array (sparse too, where labels decide), frame, and a rectangular list of lists of floats,
  which scikit-learn reads as a 2-D array, come back as they came, by imbalanced-learn's conversion;
- so does a frame with a column of texts or sequences, unless new sequences are made of it;
- texts and lists of tokens, which `skseq.preprocessing.TokenEncoder` has yet to encode, come
  back as they came, too: drawing sequences needs nothing but their positions;
- everything else comes back as `Sequences` that carry ``origin`` and their weights.
"""

import logging
from functools import partial

import numpy as np
from imblearn.utils import check_target_type
from sklearn.utils import assert_all_finite, check_consistent_length, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from skseq._class_counts import (
    class_totals,
    earlier_corrections,
    sequence_weight,
    warn_if_double_counted,
)
from skseq._validation import check_label_types, check_parameters, has_step_labels, num_samples
from skseq.data import (
    Sequences,
    as_sequences,
    check_sequences,
    check_table,
    has_mixed_columns,
    is_list_table,
    is_table,
    own_origins,
    to_cells,
)
from skseq.samplers._augmented import augment_copies
from skseq.samplers._frames import (
    is_foreign,
    is_foreign_frame,
    is_resampled_as_frame,
    like_labels,
    reads_steps,
    resample_frame,
)

logger = logging.getLogger(__name__)


def holds_text(X):
    """Whether the sequences are texts or lists of tokens (strings) that were not encoded yet."""
    X = X if has_mixed_columns(X) else to_cells(X)
    if isinstance(X, Sequences) or is_table(X) or not num_samples(X):
        return False
    entries = X if isinstance(X, (list, tuple)) else np.asarray(X)
    first = entries[0]
    if isinstance(first, (list, tuple, np.ndarray)) and len(first):
        first = first[0]
    return isinstance(first, (str, bytes))


def in_sampled_form(X):
    """X itself where it comes back as it came, and `Sequences` for everything else."""
    if holds_text(X) or is_table(X) or is_list_table(X):
        return X
    return as_sequences(X)


def take_with_origin(X, indices):
    """Sequences at ``indices``; each knows which original it is, to keep splits honest."""
    if isinstance(X, Sequences) and X.origin is None:
        X = X.replace(origin=own_origins(len(X)))
    return X[indices]


def remember_labels(X, labels):
    """Sequences that know how often each label occurred before this sampler, or the first one.

    What has weight 0 is not in the data.
    """
    if not isinstance(X, Sequences) or X.label_counts is not None:
        return X
    names, counts = np.unique(labels[_has_weight(X, len(labels))], return_counts=True)
    return X.replace(label_counts=dict(zip(names.tolist(), counts.tolist(), strict=True)))


def _has_weight(X, n_labels):
    if X.weight is None or n_labels not in (len(X), X.n_steps):
        return slice(None)
    return (sequence_weight(X) if n_labels == len(X) else X.step_weight()) > 0


class SequenceSamplerMixin:
    """Checks of a sampler of whole sequences; comes before imbalanced-learn's base."""

    # Whether the steps of X matter, or rows are drawn by y alone.
    _reads_steps = True

    def _check_X(self, X, *, accept_sparse=False):
        """Check X; give a 2-D array, an object array of texts, `Sequences`, or row numbers."""
        if has_mixed_columns(X) and not reads_steps(self):
            validate_data(self, X, skip_check_array=True)
            return np.arange(num_samples(X))
        X = to_cells(X)
        if holds_text(X):
            # Element by element: numpy would make a matrix of token lists of equal length.
            return np.fromiter(X, dtype=object, count=num_samples(X))
        if is_table(X) or is_list_table(X):
            return check_table(self, X, accept_sparse=accept_sparse)
        return check_sequences(self, X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.sampler_tags.sample_indices = True
        return tags


class LabelSampler(SequenceSamplerMixin):
    """Draws whole sequences by their label.

    A subclass also inherits from imbalanced-learn's ``BaseOverSampler`` or ``BaseUnderSampler``
    and writes one method, ``_draw(y, random_state)``, which gives the positions to keep, in
    order. ``sampling_strategy_`` is set by then. One that makes new sequences overrides
    ``_fit_resample`` instead.
    """

    def fit(self, X, y, **params):
        """Check X and y, and learn how many sequences of each class to draw.

        Use ``fit_resample`` to get them.

        Parameters
        ----------
        X : Sequences, list of arrays or texts, object array, array of 2 or 3 dimensions, frame
            The sequences.

        y : array-like of shape (n_sequences,)
            Label of each sequence.

        **params : dict
            Not used; part of imbalanced-learn's signature.

        Returns
        -------
        self : object
            The instance itself.
        """
        check_parameters(self)
        _check_labels(y)
        return super().fit(X, y, **params)

    def fit_resample(self, X, y, **params):
        """Resample whole sequences.

        Parameters
        ----------
        X : Sequences, list of arrays or texts, object array, array of 2 or 3 dimensions, frame
            The sequences.

        y : array-like of shape (n_sequences,)
            Label of each sequence.

        **params : dict
            Not used; part of imbalanced-learn's signature.

        Returns
        -------
        X_resampled : Sequences, or the type of X if that is 2-D, a frame, or holds texts
            Whole sequences of X. `Sequences` carry ``origin``: the position in X that each came
            from, or the origin that X gave it; weights follow. Their ``label_counts`` tell how
            often each label occurred before.

        y_resampled : the type of y, of shape (n_sequences_new,)
            Their labels.

        Raises
        ------
        ValueError
            If y has one class only or does not align with X.

        Warns
        -----
        DoubleCountingWarning
            If X carries weights or was resampled, and this leaves the classes less even.
        """
        check_parameters(self)
        _check_labels(y)
        given, y = y, np.asarray(y) if is_foreign(y) else y
        resample = partial(super().fit_resample, **params)
        if is_resampled_as_frame(X):
            X_resampled, y_resampled = resample_frame(self, resample, X, y)
        else:
            X_resampled, y_resampled = resample(in_sampled_form(X), y)
        log_sizes(self, len(y), len(y_resampled))
        return X_resampled, like_labels(y_resampled, given)

    def _check_X_y(self, X, y):
        y, is_one_hot = check_target_type(y, indicate_one_vs_all=True)
        assert_all_finite(y, input_name="y")
        X = self._check_X(X, accept_sparse=["csr", "csc"])
        check_consistent_length(X, y)
        return remember_labels(X, y), y, is_one_hot

    def _fit_resample(self, X, y):
        random_state = check_random_state(self.random_state)
        indices = self._draw(y, random_state)
        self.sample_indices_ = indices
        X_resampled, y_resampled = take_with_origin(X, indices), y[indices]
        self._warn_if_double_counted(X, y, X_resampled, y_resampled)
        augment = getattr(self, "augment", None)
        return augment_copies(augment, X_resampled, y_resampled, len(y), random_state)

    def _warn_if_double_counted(self, X, y, X_resampled, y_resampled):
        earlier = earlier_corrections(X) if isinstance(X, Sequences) else ""
        if not earlier:
            return
        classes, codes = np.unique(y, return_inverse=True)
        codes_resampled = np.searchsorted(classes, y_resampled)
        warn_if_double_counted(
            class_totals(codes, len(classes), sequence_weight(X)),
            class_totals(codes_resampled, len(classes), sequence_weight(X_resampled)),
            earlier=earlier,
            later=type(self).__name__,
        )


def log_sizes(sampler, n_before, n_after):
    """Tell the log how many sequences a sampler got and gave."""
    logger.info("%s: %d sequences become %d", type(sampler).__name__, n_before, n_after)


def _check_labels(y):
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    if is_foreign_frame(y):
        raise TypeError(
            f"y must be one column, got a {type(y).__name__}; pass the column that holds the "
            "labels, such as frame['label']"
        )
    # A 2-D array is a one-hot target for imbalanced-learn.
    if getattr(y, "ndim", 1) != 2 and has_step_labels(y):
        raise ValueError(
            "y must have one label for each sequence, got one for each step; "
            "skseq.samplers.TagOverSampler resamples tagged sequences"
        )
    check_label_types(y, "y")
    check_classification_targets(y)
