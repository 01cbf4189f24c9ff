"""Standardise the values of sequences, feature by feature, over true steps only."""

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from skseq._validation import check_fit_weight, check_parameters
from skseq.data import check_sequences, is_list_table, is_table
from skseq.preprocessing._output import frames_for_tables


@frames_for_tables
class SequenceScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Standardise each feature to mean 0 and variance 1 over the steps of all sequences.

    Every true step counts once, so a long sequence counts more than a short one, and padding does
    not count. All sequences share one mean and one scale for each feature: differences
    between sequences, which may tell the classes apart, are kept. The arithmetic is that of
    `sklearn.preprocessing.StandardScaler` on the steps put one below the other.

    Parameters
    ----------
    with_mean : bool, default=True
        Whether to subtract the mean.

    with_std : bool, default=True
        Whether to divide by the standard deviation. A constant feature is divided by 1.

    Attributes
    ----------
    mean_ : ndarray of float64 of shape (n_step_features,) or None
        Mean of each feature; None if both ``with_mean`` and ``with_std`` are False.

    var_ : ndarray of float64 of shape (n_step_features,) or None
        Variance of each feature (divided by the number of steps); None if ``with_std=False``.

    scale_ : ndarray of float64 of shape (n_step_features,) or None
        What each feature is divided by; None if ``with_std=False``.

    n_steps_seen_ : int, or float when fitted with ``sample_weight``
        Steps seen, or the sum of their weights.

    n_features_in_ : int
        Features of a step; for a 2-D X, its columns.

    feature_names_in_ : ndarray of str of shape (n_features_in_,)
        Columns of X, where X is a frame whose column names are all strings.

    n_step_features_ : int
        Features of a step; 1 for a 2-D X.

    See Also
    --------
    sklearn.preprocessing.StandardScaler : Standardise the columns of a table.

    Notes
    -----
    A 2-D array or frame holds univariate series of equal length, one per row: its columns are
    steps of *one* feature, which has one mean and one scale, and a 2-D array comes back; so it
    does for a list of equally long lists of numbers, which scikit-learn takes for 2-D, if they
    are as long as those of ``fit``. Everything else, a list of arrays for one, gives `Sequences`.
    Integer steps are read as measurements: token ids have no mean, leave the scaler out for them.

    Examples
    --------
    >>> from skseq.preprocessing import SequenceScaler
    >>> X = [[[1.0, 10.0], [3.0, 30.0]], [[5.0, 20.0]]]
    >>> scaler = SequenceScaler().fit(X)
    >>> scaler.mean_
    array([ 3., 20.])
    >>> scaler.transform(X)
    Sequences: 2 sequences, 3 steps (1 to 2 each), float64, 2 features
      [0] [-1.225 -1.225] [0.    1.225]
      [1] [1.225 0.   ]
    """

    _parameter_constraints: dict = {"with_mean": ["boolean"], "with_std": ["boolean"]}

    def __init__(self, *, with_mean=True, with_std=True):
        self.with_mean = with_mean
        self.with_std = with_std

    def fit(self, X, y=None, sample_weight=None):
        """Learn the mean and the scale of each feature.

        Parameters
        ----------
        X : Sequences, list of n_sequences arrays of shape (length_i,) or \
                (length_i, n_step_features), array of shape (n_sequences, n_steps) or \
                (n_sequences, n_steps, n_step_features)
            Finite measurements.

        y : None
            Ignored.

        sample_weight : array-like of shape (n_sequences,), default=None
            How much each step of a sequence counts. The weights that ``X`` itself may carry
            are for training and not read here.

        Returns
        -------
        SequenceScaler
            The scaler itself.

        Raises
        ------
        ValueError
            If X is empty, has an empty sequence, or holds NaN or infinity.
        """
        if hasattr(self, "_scaler"):
            del self._scaler
        return self.partial_fit(X, y, sample_weight)

    def partial_fit(self, X, y=None, sample_weight=None):
        """Learn from some more sequences, on top of those seen so far.

        Parameters
        ----------
        X : any form that `fit` takes
            Some of the sequences.

        y : None
            Ignored.

        sample_weight : array-like of shape (n_sequences,), default=None
            How much each step of a sequence counts.

        Returns
        -------
        SequenceScaler
            The scaler itself.
        """
        check_parameters(self)
        first_call = not hasattr(self, "_scaler")
        sequences = self._check(X, reset=first_call)
        if sample_weight is not None:
            sample_weight = np.repeat(check_fit_weight(sample_weight, sequences), sequences.lengths)
        if first_call:
            # A global set_config(transform_output="pandas") must not reach the inner scaler.
            self._scaler = StandardScaler(
                with_mean=self.with_mean, with_std=self.with_std
            ).set_output(transform="default")
        self._scaler.partial_fit(_step_table(sequences), sample_weight=sample_weight)
        self.mean_ = self._scaler.mean_
        self.var_ = self._scaler.var_
        self.scale_ = self._scaler.scale_
        self.n_steps_seen_ = self._scaler.n_samples_seen_.item()
        return self

    def transform(self, X):
        """Standardise sequences.

        Parameters
        ----------
        X : any form that `fit` takes
            Finite measurements with as many features per step as in ``fit``.

        Returns
        -------
        Sequences, or ndarray of shape (n_sequences, n_steps) for a 2-D X (see Notes)
            Standardised values, float32 for float32 and else float64. ``weight`` and ``origin``
            of `Sequences` are kept.
        """
        return self._apply("transform", X)

    def inverse_transform(self, X):
        """Undo the standardisation.

        Parameters
        ----------
        X : any form that `fit` takes
            Standardised values.

        Returns
        -------
        Sequences, or ndarray of shape (n_sequences, n_steps) for a 2-D X (see Notes)
            Values on the scale of the data.
        """
        return self._apply("inverse_transform", X)

    def _check(self, X, *, reset):
        return check_sequences(self, X, reset=reset, input="values", dtype=[np.float64, np.float32])

    def _apply(self, method, X):
        check_is_fitted(self)
        sequences = self._check(X, reset=False)
        values = getattr(self._scaler, method)(_step_table(sequences))
        # A list of other lengths than those of fit is not a table for what follows in a pipeline.
        if is_table(X) or (is_list_table(X) and len(X[0]) == self.n_features_in_):
            return values.reshape(len(sequences), -1)
        return sequences.replace(values=values.reshape(sequences.values.shape), n_tokens=None)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _step_table(X):
    return X.values.reshape(X.n_steps, -1)  # (n_steps_total, n_step_features)
