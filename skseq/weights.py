"""Class weights as plain functions of counts, and the transformer that attaches them to X.

Weights travel with the steps, in ``Sequences.weight``, so that they pass through samplers and
splits with the sequences they belong to, and are tuned from a grid like anything else.
"""

from collections.abc import Callable
from numbers import Number, Real
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import assert_all_finite, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from skseq._class_counts import (
    class_totals,
    earlier_corrections,
    sequence_weight,
    warn_if_double_counted,
    weighted_counts,
)
from skseq._class_keys import check_class_keys
from skseq._densities import dense_weight, lds_weight
from skseq._typing import BoolArray, IntArray
from skseq._validation import (
    Interval,
    StrOptions,
    check_choice,
    check_label_types,
    check_parameters,
    has_step_labels,
)
from skseq.data import Sequences, check_sequences, check_tags, fill_marks, known_steps

# The rest serves samplers and estimators.
__all__ = [
    "ClassWeightTransformer",
    "class_weights",
    "dense_weight",
    "effective_number",
    "lds_weight",
    "warn_if_double_counted",
]

Floats = NDArray[np.float64]
Strategy = (
    Literal["balanced", "sqrt", "effective"]
    | dict[Any, float]
    | Callable[[Floats], ArrayLike]
    | None
)

# -- weights from counts -----------------------------------------------------------------------


def effective_number(counts: ArrayLike, beta: float = 0.999) -> Floats:
    r"""Effective number of samples of each class.

    .. math:: E(n) = (1 - \beta^n) / (1 - \beta)

    with n the count of a class: new samples overlap more and more with those already there.
    It runs from 1 (``beta=0``: every class counts the same) to n (``beta`` near 1).

    Parameters
    ----------
    counts : array-like of shape (n_classes,)
        Samples (or steps) in each class.

    beta : float in [0, 1), default=0.999
        Overlap of samples; about ``1 - 1 / N`` for a class that has N different samples to give.

    Returns
    -------
    ndarray of float64 of shape (n_classes,)

    Raises
    ------
    ValueError
        If ``beta`` is outside [0, 1).

    References
    ----------
    Cui et al., "Class-Balanced Loss Based on Effective Number of Samples", CVPR 2019.
    https://arxiv.org/abs/1901.05555

    Examples
    --------
    >>> from skseq.weights import effective_number
    >>> effective_number([1, 10, 100_000], beta=0.99).round(2)
    array([  1.  ,   9.56, 100.  ])
    """
    counts = np.asarray(counts, dtype=np.float64)
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be at least 0 and below 1, got {beta}")
    if beta == 0:
        return (counts > 0).astype(np.float64)
    # expm1 keeps the digits that 1 - beta**n loses when beta is near 1.
    return -np.expm1(counts * np.log(beta)) / (1 - beta)


def _balanced(counts: Floats, beta: float) -> Floats:
    return counts.sum() / (len(counts) * counts)


def _sqrt(counts: Floats, beta: float) -> Floats:
    return np.sqrt(_balanced(counts, beta))


def _effective(counts: Floats, beta: float) -> Floats:
    return 1 / effective_number(counts, beta)


# Each takes the counts of the classes that are present, and beta.
WEIGHT_STRATEGIES = {
    "balanced": _balanced,
    "sqrt": _sqrt,
    "effective": _effective,
}


def class_weights(
    strategy: Strategy,
    counts: ArrayLike,
    *,
    classes: Any = None,
    beta: float = 0.999,
    power: float = 1.0,
    max_weight: float | None = None,
    normalize: bool = True,
    are_all_classes: bool = False,
) -> Floats:
    """Weight of each class, from how often it occurs.

    Parameters
    ----------
    strategy : {"balanced", "sqrt", "effective"}, dict, callable or None
        - None: every class weighs the same;
        - "balanced": inverse of the count, so that classes count the same in sum;
        - "sqrt": square root of that, half way to no weights;
        - "effective": inverse of `effective_number`, with ``beta``;
        - dict: label -> weight, 1 for labels that it leaves out; a label that a part of the data
          lacks does no harm there;
        - callable: takes ``counts``, gives an array of weights of the same shape.

    counts : array-like of shape (n_classes,)
        Samples (or steps) in each class. A class without any gets weight 0.

    classes : array-like of shape (n_classes,), default=None
        Label of each class, which the keys of a dict refer to; None means 0, 1, 2, ...

    beta : float in [0, 1), default=0.999
        Of "effective".

    power : float, default=1.0
        Exponent applied to the weights: 0 switches them off, 0.5 is milder, 2 is stronger.

    max_weight : float, default=None
        No class weighs more than this. It acts after ``power`` and in the scale of the result;
        with ``normalize`` the other classes take over what the cap takes away.

    normalize : bool, default=True
        Scale the weights so that their mean over samples is 1, which leaves the scale of the
        loss, and with it a tuned learning rate, as it was.

    are_all_classes : bool, default=False
        Whether there are no other classes than ``classes``, so that a dict may name no other one.

    Returns
    -------
    ndarray of float64 of shape (n_classes,)

    Raises
    ------
    ValueError
        If a dict names a class that is misspelt or of another type than the classes, a weight is
        negative or not finite, all weights are zero, or ``max_weight`` is below 1 where the mean
        has to be 1.

    Warns
    -----
    SmallClassWarning
        If a dict names none of the classes.

    Examples
    --------
    >>> from skseq.weights import class_weights
    >>> class_weights("balanced", [90, 10]).round(2)
    array([0.56, 5.  ])
    >>> class_weights("balanced", [90, 10], max_weight=2)
    array([0.88888889, 2.        ])
    >>> class_weights({"rare": 3}, [50, 50], classes=["common", "rare"])
    array([0.5, 1.5])
    """
    counts = _check_counts(counts)
    if normalize and max_weight is not None and max_weight < 1:
        raise ValueError(
            f"max_weight must be at least 1 with normalize=True, got {max_weight}: weights that "
            "are all smaller cannot have a mean of 1"
        )
    present = counts > 0
    weights = np.zeros(len(counts))
    raw = _raw_weights(strategy, counts, classes, beta, are_all_classes)
    weights[present] = raw[present] ** power
    if present.any() and not weights.any():
        raise ValueError("strategy gives weight 0 to every class that occurs; one must count")
    if normalize:
        return _scaled_to_mean_one(weights, counts, max_weight)
    return weights if max_weight is None else np.minimum(weights, max_weight)


def _check_counts(counts: ArrayLike) -> Floats:
    counts = np.asarray(counts, dtype=np.float64)
    if counts.ndim != 1 or not (np.isfinite(counts).all() and (counts >= 0).all()):
        raise ValueError(f"counts must be one number for each class, at least 0; got {counts}")
    return counts


def _raw_weights(
    strategy: Strategy, counts: Floats, classes: Any, beta: float, are_all: bool
) -> Floats:
    if strategy is None:
        return np.ones(len(counts))
    if isinstance(strategy, dict):
        classes = range(len(counts)) if classes is None else classes
        name = "the dict of class weights"
        labels = check_class_keys(strategy, classes, name=name, are_all=are_all)
        return _check_weights([strategy.get(label, 1.0) for label in labels], len(labels))
    if callable(strategy):
        return _check_weights(strategy(counts), len(counts))
    check_choice("strategy", strategy, WEIGHT_STRATEGIES)
    weights = np.zeros(len(counts))
    weights[counts > 0] = WEIGHT_STRATEGIES[strategy](counts[counts > 0], beta)
    return weights


def _check_weights(weights: ArrayLike, n_classes: int) -> Floats:
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (n_classes,):
        raise ValueError(
            f"strategy must give one weight for each of the {n_classes} classes, got shape "
            f"{weights.shape}"
        )
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError(f"class weights must be finite and not negative, got {weights.tolist()}")
    return weights


def _scaled_to_mean_one(weights: Floats, counts: Floats, max_weight: float | None) -> Floats:
    """Scale to a mean of 1 over samples, none above the cap (which is at least 1)."""
    cap = np.inf if max_weight is None else max_weight
    weights, free = weights.copy(), weights > 0
    # Scaling up the classes below the cap may lift further ones above it: at most one round a
    # class. Where all that have weight reach the cap, the cap wins over the mean.
    while free.any():
        left = counts.sum() - weights[~free] @ counts[~free]
        weights[free] *= left / (weights[free] @ counts[free])
        over = free & (weights > cap)
        if not over.any():
            break
        weights[over] = cap
        free &= ~over
    return weights


# -- the transformer ---------------------------------------------------------------------------


class ClassWeightTransformer(TransformerMixin, BaseEstimator):
    """Attach class weights to the sequences, as a step of a pipeline.

    ``fit_transform``, which a pipeline calls when it is fitted, gives `Sequences` whose
    ``weight`` comes from the class: one weight per sequence for labels, one per step for tags.
    ``transform``, which it calls to predict, leaves X alone. Estimators and samplers of skseq
    read the weights from there.

    Put it after a sampler, so that the weights are those of the resampled classes. Weights that X
    carries already count as copies: a weight of k makes its class as frequent as k sequences do.

    Parameters
    ----------
    strategy : {"balanced", "sqrt", "effective"}, dict, callable or None, default="balanced"
        See `class_weights`. None attaches nothing.

    beta : float in [0, 1), default=0.999
        Of "effective", see `effective_number`.

    power : float, default=1.0
        Exponent applied to the weights.

    max_weight : float, default=None
        No class weighs more than this; at least 1 with ``normalize``.

    normalize : bool, default=True
        Scale the weights so that their mean over samples (steps, for tags) is 1.

    ignore : scalar or list, default=None
        Marks in tags that stand where there is no label, such as -100, NaN or ``[None]``: these
        steps are not counted, and get weight 0. None refuses such marks.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels (tags) seen during fit, sorted.

    class_count_ : ndarray of int64 of shape (n_classes,)
        Sequences (steps, for tags) of each class, whatever they weigh.

    class_weight_ : ndarray of float64 of shape (n_classes,)
        Weight of each class.

    n_features_in_ : int
        Columns of a 2-D X, features of a step otherwise.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a frame.

    Examples
    --------
    >>> from skseq import ClassWeightTransformer
    >>> X = [[1, 2], [3], [4, 5, 6], [7]]
    >>> weighted = ClassWeightTransformer().fit_transform(X, ["a", "a", "a", "b"])
    >>> weighted.weight.round(2)
    array([0.67, 0.67, 0.67, 2.  ])

    One label per step gives one weight per step:

    >>> tags = [["O", "O"], ["O"], ["O", "NUM", "O"], ["O"]]
    >>> ClassWeightTransformer("sqrt").fit_transform(X, tags).weight.round(2)
    array([0.83, 0.83, 0.83, 0.83, 2.03, 0.83, 0.83])
    """

    _parameter_constraints = {
        "strategy": [StrOptions(set(WEIGHT_STRATEGIES)), dict, callable, None],
        "beta": [Interval(Real, 0, 1, closed="left")],
        "power": [Interval(Real, 0, None, closed="left")],
        "max_weight": [Interval(Real, 0, None, closed="neither"), None],
        "normalize": ["boolean"],
        "ignore": [Number, str, "array-like", None],
    }

    def __init__(
        self,
        strategy: Strategy = "balanced",
        *,
        beta: float = 0.999,
        power: float = 1.0,
        max_weight: float | None = None,
        normalize: bool = True,
        ignore: Any = None,
    ) -> None:
        self.strategy = strategy
        self.beta = beta
        self.power = power
        self.max_weight = max_weight
        self.normalize = normalize
        self.ignore = ignore

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the classes, their counts and weights.

        Parameters
        ----------
        X : Sequences, list of arrays, object array, array of 2 or 3 dimensions, frame
            The sequences.

        y : array-like of shape (n_sequences,), or one label for each step as list of lists, \
                object array or Sequences
            Labels or tags; needed.

        Returns
        -------
        ClassWeightTransformer
            The instance itself.

        Raises
        ------
        ValueError
            If y is missing, does not align with X, or a parameter does not fit.
        """
        self._learn(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn the weights and attach them.

        Parameters
        ----------
        X : Sequences, list of arrays, object array, array of 2 or 3 dimensions, frame
            The sequences. A weight that they have already is multiplied with the new one.

        y : array-like of shape (n_sequences,), or one label for each step as list of lists, \
                object array or Sequences
            Labels or tags; needed.

        Returns
        -------
        Sequences
            With ``weight``; with ``strategy=None``, X as it came.

        Raises
        ------
        ValueError
            If y is missing, does not align with X, or a parameter does not fit.

        Warns
        -----
        DoubleCountingWarning
            If X was resampled or weighted already, and the weights leave the classes less even.
        """
        sequences, codes, known = self._learn(X, y)
        if self.strategy is None:
            return X
        if sequences.has_step_weight and len(codes) == len(sequences):
            codes = np.repeat(codes, sequences.lengths)
        old = _carried_weight(sequences, codes, known)
        new = old * self.class_weight_[codes]
        n_classes = len(self.classes_)
        warn_if_double_counted(
            class_totals(codes, n_classes, old),
            class_totals(codes, n_classes, new),
            earlier=earlier_corrections(sequences),
            later="ClassWeightTransformer",
        )
        return sequences.replace(weight=new)

    def transform(self, X: Any) -> Any:
        """Return X as it is: there is no y to weight by.

        Parameters
        ----------
        X : Sequences, list of arrays, object array, array of 2 or 3 dimensions, frame
            The sequences, checked against those of fit.

        Returns
        -------
        object
            X itself.
        """
        check_is_fitted(self)
        check_sequences(self, X, reset=False)
        return X

    def set_output(self, *, transform: str | None = None) -> Self:
        """Do nothing, so that it may be set for a whole pipeline: X goes on as what it is.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, default=None
            Plays no part.

        Returns
        -------
        self : ClassWeightTransformer
        """
        return self

    def _learn(self, X: Any, y: Any) -> tuple[Sequences, IntArray, BoolArray | None]:
        """Learn from X and y.

        Returns
        -------
        X : Sequences

        codes : ndarray of int of shape (n_sequences,) or (n_steps_total,)
            Class of each sequence or step.

        known : ndarray of bool of shape (n_steps_total,) or None
            Which steps have a label, if not all have.
        """
        check_parameters(self)
        sequences = check_sequences(self, X)
        labels, known = _check_labels(y, sequences, self.ignore)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        n_classes = len(self.classes_)
        counted = codes if known is None else codes[known]
        self.class_count_ = np.bincount(counted, minlength=n_classes)
        self.class_weight_ = class_weights(
            self.strategy,
            weighted_counts(codes, n_classes, _carried_weight(sequences, codes, known)),
            classes=self.classes_,
            beta=self.beta,
            power=self.power,
            max_weight=self.max_weight,
            normalize=self.normalize,
        )
        return sequences, codes, known

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.three_d_array = True
        return tags


def _carried_weight(X: Sequences, codes: IntArray, known: BoolArray | None) -> Floats:
    """Weight that X carries for each sequence, or for each step where there are codes of steps.

    Steps without a label weigh nothing.
    """
    weight = sequence_weight(X) if len(codes) == len(X) else X.step_weight()
    weight = weight if known is None else weight * known
    if not weight.any():
        raise ValueError("the weights that X carries are all zero; at least one must count")
    return weight


def _check_labels(y: Any, X: Sequences, ignore: Any) -> tuple[np.ndarray, BoolArray | None]:
    """Flat labels, one for each sequence or one for each step, and which steps have one."""
    if y is None:
        raise ValueError("ClassWeightTransformer requires y to be passed, but the target y is None")
    if has_step_labels(y):
        tags = check_tags(y, X, ignore=ignore)
        known = known_steps(tags, ignore)
        return fill_marks(tags, known), known
    check_label_types(y, "y")
    y = column_or_1d(y, warn=True)
    assert_all_finite(y, input_name="y")
    check_classification_targets(y)
    check_consistent_length(X, y)
    return y, None
