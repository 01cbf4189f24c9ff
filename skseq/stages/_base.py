"""The base of second stages, and what they share: weights by which all classes count alike."""

import numpy as np
from sklearn.base import BaseEstimator


class SecondStage(BaseEstimator):
    """Base of the second stages, which change the last layer once the net has trained.

    Encoder, pooling and dense layers are frozen, so that each sequence (or step) is the row of
    numbers that the last layer reads. A subclass writes ``refit``, which takes these and the
    weights of the last layer and gives new ones.

    Attributes
    ----------
    prior_ : ndarray of shape (n_classes,)
        Set by ``refit``: class prior that softmax of the new scores stands for.

    is_proper : bool
        Set by the class: whether softmax of the new scores estimates probabilities.

    See Also
    --------
    skseq.SequenceClassifier : Takes one as ``second_stage``.

    Examples
    --------
    A last layer made of class means, as a stage of your own:

    >>> import numpy as np
    >>> from skseq.stages import SecondStage
    >>> class NearestMean(SecondStage):
    ...     is_proper = False
    ...
    ...     def refit(self, features, codes, weight, coef, intercept, random_state):
    ...         means = np.stack([features[codes == c].mean(axis=0) for c in range(len(coef))])
    ...         self.prior_ = np.full(len(coef), 1 / len(coef))
    ...         return means, -0.5 * (means**2).sum(axis=1)
    >>> features, codes = np.array([[0.0, 1.0], [0.0, 3.0], [2.0, 0.0]]), np.array([0, 0, 1])
    >>> coef, _ = NearestMean().refit(features, codes, None, np.zeros((2, 2)), np.zeros(2), None)
    >>> coef
    array([[0., 2.],
           [2., 0.]])
    """

    is_proper = True

    # Rows of a class beyond these are drawn: enough for a linear layer, at any length of data.
    max_rows = 20_000

    def refit(self, features, codes, weight, coef, intercept, random_state):
        """Give a new last layer.

        Parameters
        ----------
        features : ndarray of float64 of shape (n, n_units)
            What the last layer reads, of training rows.

        codes : ndarray of int of shape (n,)
            Class of each row, from 0.

        weight : ndarray of shape (n,) or None
            How much each row counts: sample weights, without class weights.

        coef : ndarray of shape (n_classes, n_units)
            Weights of the last layer.

        intercept : ndarray of shape (n_classes,)
            Its biases.

        random_state : numpy.random.RandomState
            Source of randomness.

        Returns
        -------
        coef : ndarray of shape (n_classes, n_units)
            New weights.

        intercept : ndarray of shape (n_classes,)
            New biases.
        """
        raise NotImplementedError(f"{type(self).__name__} must define refit")


def even_weight(codes, weight, n_classes):
    """Weights by which each class that occurs has the same sum; their mean is 1."""
    weight = np.ones(len(codes)) if weight is None else np.asarray(weight, dtype=np.float64)
    totals = np.bincount(codes, weights=weight, minlength=n_classes)
    even = weight / totals[codes]
    return even / even.mean()


def even_prior(codes, n_classes):
    """The same share for each class that occurs, 0 for the others."""
    occurs = np.bincount(codes, minlength=n_classes) > 0
    return occurs / occurs.sum()
