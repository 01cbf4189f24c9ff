"""What measurements were of late: means over the steps up to each."""

from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skseq._validation import Interval, check_feature_names_in, check_parameters
from skseq.data import check_sequences
from skseq.preprocessing._output import frames_for_tables


@frames_for_tables
class TrailingMeans(TransformerMixin, BaseEstimator):
    """Put the mean of each feature over the last steps beside it, step by step.

    Noise that would take a net many layers to average out is averaged beforehand. A step sees
    itself and those before it, none after: it suits records that are cut off in use, and a
    ``causal`` tagger stays one.

    Parameters
    ----------
    windows : int or sequence of int, default=10
        How many steps a mean takes, the step itself included; several give a mean each. At the
        start of a sequence there are fewer, and the mean is theirs.

    Attributes
    ----------
    n_features_in_ : int
        Features of a step; for a 2-D X, its columns.

    feature_names_in_ : ndarray of str of shape (n_features_in_,)
        Columns of X, where X is a frame whose column names are all strings.

    n_step_features_ : int
        Features of a step; 1 for a 2-D X.

    See Also
    --------
    SequenceSummarizer : Numbers for a whole sequence.

    Examples
    --------
    >>> from skseq.preprocessing import TrailingMeans
    >>> TrailingMeans(2).fit_transform([[1.0, 3.0, 8.0], [4.0, 4.0]])
    Sequences: 2 sequences, 5 steps (2 to 3 each), float64, 2 features
      [0] [1. 1.] [3. 2.] [8.  5.5]
      [1] [4. 4.] [4. 4.]
    """

    _parameter_constraints: dict = {
        "windows": [Interval(Integral, 1, None, closed="left"), "array-like"]
    }

    def __init__(self, windows=10):
        self.windows = windows

    def fit(self, X, y=None):
        """Check the sequences; there is nothing to learn.

        Parameters
        ----------
        X : Sequences, list of n_sequences arrays of shape (length_i,) or \
                (length_i, n_step_features), array of shape (n_sequences, n_steps) or \
                (n_sequences, n_steps, n_step_features)
            Finite measurements.

        y : None
            Ignored.

        Returns
        -------
        TrailingMeans
            The transformer itself.

        Raises
        ------
        ValueError
            If ``windows`` holds anything but integers of at least 1, or X is no measurements.
        """
        check_parameters(self)
        self._check_windows()
        self._check(X, reset=True)
        return self

    def transform(self, X):
        """Put the means beside the features.

        Parameters
        ----------
        X : any form that `fit` takes
            Finite measurements with as many features per step as in ``fit``.

        Returns
        -------
        Sequences
            With ``1 + n_windows`` times as many features: first those of X, then the means over
            one window after the other. ``weight`` and ``origin`` are kept. A 2-D X comes back as
            `Sequences`, too.
        """
        check_is_fitted(self)
        sequences = self._check(X, reset=False)
        steps = sequences.values.reshape(sequences.n_steps, -1)
        means = [trailing_mean(steps, sequences, size) for size in self._check_windows()]
        return sequences.replace(values=np.hstack([steps, *means]), n_tokens=None)

    def get_feature_names_out(self, input_features=None):
        """Names of the features: those of X, then such as "x0_mean10".

        Parameters
        ----------
        input_features : array-like of str of shape (n_step_features_,), default=None
            Name of each feature of a step; None gives "x0", "x1", ....

        Returns
        -------
        ndarray of object of shape (n_features_out,)
        """
        check_is_fitted(self)
        names = [f"x{feature}" for feature in range(self.n_step_features_)]
        if self.n_features_in_ == self.n_step_features_:  # no table, whose columns are steps
            names = list(check_feature_names_in(self, input_features))
        means = [f"{name}_mean{size}" for size in self._check_windows() for name in names]
        return np.array(names + means, dtype=object)

    def _check_windows(self):
        windows = [self.windows] if isinstance(self.windows, Integral) else list(self.windows)
        if not windows or not all(isinstance(size, Integral) and size >= 1 for size in windows):
            raise ValueError(
                "windows must be an integer of at least 1, the steps that a mean takes, or a "
                f"sequence of such; got {self.windows!r}"
            )
        return windows

    def _check(self, X, *, reset):
        return check_sequences(self, X, reset=reset, input="values", dtype=[np.float64, np.float32])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def trailing_mean(steps, sequences, size):
    """Mean of each step and the ``size - 1`` before it, within its sequence.

    Parameters
    ----------
    steps : ndarray of shape (n_steps_total, n_features)
        Flat steps.

    sequences : Sequences
        Where they belong.

    size : int
        Steps of a mean.

    Returns
    -------
    ndarray of shape (n_steps_total, n_features)
        Of the type of ``steps``.
    """
    # Sums to each step and differences of them: near the mean of all, so that little is lost.
    center = steps.mean(axis=0, dtype=np.float64)
    sums = np.zeros((len(steps) + 1, steps.shape[1]))
    np.cumsum(steps - center, axis=0, out=sums[1:])
    at = np.arange(len(steps))
    first = np.maximum(np.repeat(sequences.offsets[:-1], sequences.lengths), at - size + 1)
    means = (sums[1:] - sums[first]) / (at - first + 1)[:, None]
    return (means + center).astype(steps.dtype, copy=False)
