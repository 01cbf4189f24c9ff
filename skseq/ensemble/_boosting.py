"""AdaBoost (SAMME) over sequences: each round puts more weight on the errors of the one before."""

import warnings
from numbers import Integral, Real

import numpy as np
from scipy.special import softmax
from sklearn.base import clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skseq._sample_weight import row_weight
from skseq._validation import (
    HasMethods,
    Interval,
    check_classifies,
    check_fit_weight,
    check_labels,
    check_parameters,
)
from skseq.data import Sequences
from skseq.ensemble._base import SequenceEnsemble
from skseq.ensemble._weighting import check_weighable, fit_weighted


class SequenceAdaBoostClassifier(SequenceEnsemble):
    r"""Boost classifiers of sequences: each round puts more weight on the errors of the one before.

    With K classes and :math:`\epsilon` the weighted share of errors of a round, that round votes
    with weight

    .. math:: \alpha = \eta \left(\log\frac{1 - \epsilon}{\epsilon} + \log(K - 1)\right)

    with :math:`\eta` the ``learning_rate``, and the weights of its errors are multiplied by
    :math:`e^\alpha` for the next. This is SAMME, and on 2-D data scikit-learn's
    ``AdaBoostClassifier``, which takes no ragged X.

    Parameters
    ----------
    estimator : classifier, default=None
        What is boosted. Its fit takes ``sample_weight``; or it is a pipeline whose steps keep the
        weights that `Sequences` carry, and whose last step, such as an estimator of skseq, reads
        them. None takes ``SequenceClassifier()``.

    n_estimators : int, default=5
        Maximum number of rounds. They end early if one makes no errors, or is no better than
        chance.

    learning_rate : float, default=1.0
        Factor of the weight of each round.

    random_state : int, RandomState instance or None, default=None
        Seed of the estimators.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.

    estimator_ : classifier
        Unfitted, that the rounds fit clones of.

    estimators_ : list of classifiers
        The fitted classifiers.

    estimator_weights_ : ndarray of shape (n_rounds,)
        Weight of the vote of each.

    estimator_errors_ : ndarray of shape (n_rounds,)
        Weighted share of errors of each on the training data.

    n_features_in_ : int
        Columns of a 2-D X, else what the classifiers know.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a frame.

    See Also
    --------
    SequenceEasyEnsembleClassifier : Boosts on balanced draws.

    Notes
    -----
    Boosting is meant for weak learners: a net that fits the training data without an error ends
    it in the first round. Where the first round is no better than chance it is kept alone, with a
    warning; scikit-learn raises an error there.

    References
    ----------
    Zhu, Zou, Rosset & Hastie, "Multi-class AdaBoost", Statistics and Its Interface 2, 2009.
    https://doi.org/10.4310/SII.2009.v2.n3.a8

    Examples
    --------
    >>> import numpy as np
    >>> from skseq import SequenceClassifier
    >>> from skseq.ensemble import SequenceAdaBoostClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.array(["flat"] * 40 + ["rising"] * 20)
    >>> X = [rng.normal(size=n) + (label == "rising") * np.arange(n)
    ...      for n, label in zip(rng.integers(5, 9, 60), y)]
    >>> weak = SequenceClassifier(hidden_size=8, max_epochs=20)
    >>> model = SequenceAdaBoostClassifier(weak, random_state=0).fit(X, y)
    >>> model.predict([np.zeros(6), np.arange(7.0)])
    array(['flat', 'rising'], dtype='<U6')
    """

    _parameter_constraints: dict = {
        "estimator": [HasMethods(["fit", "predict"]), None],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(self, estimator=None, *, n_estimators=5, learning_rate=1.0, random_state=None):
        super().__init__(estimator, n_estimators=n_estimators)
        self.learning_rate = learning_rate
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None):
        """Fit round after round.

        Parameters
        ----------
        X : Sequences, list of arrays or texts, object array, array of 2 or 3 dimensions, frame
            The sequences: whatever the estimator takes. Weights that `Sequences` carry are those
            of the first round.

        y : array-like of shape (n_sequences,)
            The labels.

        sample_weight : array-like of shape (n_sequences,), default=None
            Weights of the first round; multiplied with weights in ``X``.

        Returns
        -------
        SequenceAdaBoostClassifier
            The instance itself.

        Raises
        ------
        ValueError
            If a parameter or y breaks a rule, or weights don't reach the estimator that learns: its
            fit takes none, or a step of the pipeline before it loses them.

        Warns
        -----
        UserWarning
            If the first round is no better than chance.
        """
        check_parameters(self)
        check_classifies(self, self._member())
        X = self._check_X(X, reset=True)
        y = check_labels(y, X, self)
        self.classes_ = np.unique(y)
        self.estimator_ = clone(self._member())
        X, weight = self._first_weights(X, y, sample_weight)
        check_weighable(self.estimator_, X, y, weight)
        self._boost(X, y, weight)
        return self

    def _first_weights(self, X, y, sample_weight):
        """X without weights of its own, and the weights of the first round, summing to 1."""
        if not isinstance(X, Sequences):
            given = sample_weight is not None
            weight = check_fit_weight(sample_weight, X) if given else np.ones(len(y))
            return X, weight / weight.sum()
        weight = row_weight(X, sample_weight)
        weight = np.ones(len(y)) if weight is None else weight
        # From here on weights are of the rows, not of originals that a sampler has moved.
        origin = None if X.origin is None else X.origin.replace(n_tokens=None)
        return X.replace(weight=None, origin=origin), weight / weight.sum()

    def _boost(self, X, y, weight):
        chance = 1 - 1 / len(self.classes_)
        rng = check_random_state(self.random_state)
        self.estimators_, votes, errors = [], [], []
        for _ in range(self.n_estimators):
            estimator = self._make_estimator(append=False, random_state=rng)
            fit_weighted(estimator, X, y, weight)
            is_wrong = estimator.predict(X) != y
            error = weight[is_wrong].sum()
            vote = self._vote(error)
            if error >= chance > 0:
                if self.estimators_:
                    break
                _warn_that_it_is_chance(error)
                vote = 1.0
            self.estimators_.append(estimator)
            votes.append(vote)
            errors.append(error)
            if error <= 0 or error >= chance:
                break
            weight = np.where(is_wrong, weight * np.exp(vote), weight)
            weight = weight / weight.sum()
        self.estimator_weights_, self.estimator_errors_ = np.array(votes), np.array(errors)

    def _vote(self, error):
        if error <= 0:
            return 1.0  # the last round; whatever the others say
        log_odds = np.log1p(-error) - np.log(error) if error < 1 else -np.inf
        return self.learning_rate * (log_odds + np.log(max(len(self.classes_) - 1, 1)))

    def decision_function(self, X):
        """Votes for each class.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes), or (n_sequences,) for two classes
            Weighted means of 1 for the class that a round predicts and -1 / (n_classes - 1) for
            the others; for two classes, twice that of the second, positive where it is predicted.
        """
        votes = self._votes(X)
        return votes[:, 1] - votes[:, 0] if len(self.classes_) == 2 else votes

    def predict_proba(self, X):
        """Predict the probability of each class, from the votes.

        Parameters
        ----------
        X : as for `fit`
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes)
            Columns in the order of ``classes_``; rows sum to 1.
        """
        votes = self._votes(X)
        return softmax(votes / max(len(self.classes_) - 1, 1), axis=1)

    def _votes(self, X):
        check_is_fitted(self)
        X = self._check_X(X, reset=False)
        n_others = max(len(self.classes_) - 1, 1)
        total = 0
        for estimator, weight in zip(self.estimators_, self.estimator_weights_, strict=True):
            is_predicted = estimator.predict(X)[:, None] == self.classes_
            total = total + weight * np.where(is_predicted, 1, -1 / n_others)
        return total / self.estimator_weights_.sum()


def _warn_that_it_is_chance(error):
    warnings.warn(
        f"the first round of boosting is wrong about {error:.0%} of the weight, no better than "
        "chance, so it stays alone; train its estimator for longer or give it more capacity",
        UserWarning,
        stacklevel=4,
    )
