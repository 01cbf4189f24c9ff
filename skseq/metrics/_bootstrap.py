"""Confidence intervals of any metric, by drawing sequences, not steps, again and again."""

import inspect
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state

from skseq._typing import IntArray
from skseq._validation import Interval, num_samples, validate_params
from skseq.data import Sequences
from skseq.metrics._flat import without_column_axis
from skseq.metrics._kinds import kinds_of_spans, kinds_of_steps
from skseq.metrics._ordinal import (
    tag_macro_mean_absolute_error,
    tag_quadratic_weighted_kappa_score,
)
from skseq.metrics._spans import (
    span_f1_score,
    span_fbeta_score,
    span_precision_score,
    span_recall_score,
)
from skseq.metrics._tags import (
    tag_f1_score,
    tag_fbeta_score,
    tag_minority_f1_score,
    tag_minority_recall_score,
    tag_precision_score,
    tag_recall_score,
)
from skseq.metrics._tags_overall import (
    tag_accuracy_score,
    tag_balanced_accuracy_score,
    tag_geometric_mean_score,
    tag_index_balanced_accuracy_score,
    tag_matthews_corrcoef,
)
from skseq.metrics._types import StepValues, Tags

# They depend on nothing but how often each tag is taken for each.
_OF_STEPS = (
    tag_accuracy_score,
    tag_balanced_accuracy_score,
    tag_f1_score,
    tag_fbeta_score,
    tag_geometric_mean_score,
    tag_index_balanced_accuracy_score,
    tag_macro_mean_absolute_error,
    tag_matthews_corrcoef,
    tag_minority_f1_score,
    tag_minority_recall_score,
    tag_precision_score,
    tag_quadratic_weighted_kappa_score,
    tag_recall_score,
)

# And they on nothing but how many spans of each type are found, missed and wrong.
_OF_SPANS = (span_f1_score, span_fbeta_score, span_precision_score, span_recall_score)


class ConfidenceInterval(NamedTuple):
    """A score with the bounds of its confidence interval.

    Parameters
    ----------
    estimate : float
        The score of all sequences.

    low, high : float
        Bounds of the interval.

    See Also
    --------
    confidence_interval : Makes it.

    Examples
    --------
    >>> from skseq.metrics import ConfidenceInterval
    >>> ConfidenceInterval(0.5, 0.4, 0.6).high
    0.6
    """

    estimate: float
    low: float
    high: float


@validate_params(
    {
        "metric": [callable],
        "y_true": "no_validation",
        "y_pred": "no_validation",
        "n_resamples": [Interval(Integral, 2, None, closed="left")],
        "confidence_level": [Interval(Real, 0, 1, closed="neither")],
        "groups": "no_validation",
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def confidence_interval(
    metric: Callable[..., Any],
    y_true: Tags,
    y_pred: StepValues | Tags,
    *,
    n_resamples: int = 1000,
    confidence_level: float = 0.95,
    groups: ArrayLike | None = None,
    random_state: int | np.random.RandomState | None = None,
    **arguments: Any,
) -> ConfidenceInterval:
    """Bootstrap confidence interval of a metric, by drawing sequences.

    Steps of one sequence resemble each other. Drawing steps would treat them as independent
    observations, and make the interval far too narrow.

    Parameters
    ----------
    metric : callable
        Any metric ``metric(y_true, y_pred, **arguments)`` that gives a number, such as
        `tag_f1_score`. One with ``sample_weight`` is called with how often each sequence was
        drawn, which spares copying them.

    y_true : array-like of shape (n_sequences,), list of lists, object array or Sequences
        True labels or tags.

    y_pred : like y_true
        Predicted labels, tags or probabilities, whatever the metric takes.

    n_resamples : int, default=1000
        How often the sequences are drawn.

    confidence_level : float, default=0.95
        Share of resamples inside the interval.

    groups : array-like of shape (n_sequences,), default=None
        Draw whole groups of sequences, such as documents or speakers, instead.

    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    **arguments : dict
        Passed to the metric; a ``sample_weight`` must have one entry per sequence.

    Returns
    -------
    ConfidenceInterval
        With ``estimate``, ``low`` and ``high``: the percentiles of the scores of the resamples. A
        resample for which the metric has no score (NaN) is left out.

    Raises
    ------
    ValueError
        If there are fewer than two sequences or groups, or y_pred or groups differ from y_true in
        length.

    References
    ----------
    .. [1] B. Efron, R. Tibshirani, "An introduction to the bootstrap", 1993, chapter 13.

    Examples
    --------
    >>> from skseq.metrics import confidence_interval, tag_f1_score
    >>> y_true = [["O", "A"], ["O", "O"], ["A", "O"], ["O", "A"]] * 5
    >>> y_pred = [["O", "A"], ["O", "A"], ["A", "O"], ["O", "O"]] * 5
    >>> interval = confidence_interval(
    ...     tag_f1_score, y_true, y_pred, n_resamples=100, random_state=0)
    >>> f"{interval.estimate:.2f} ({interval.low:.2f} to {interval.high:.2f})"
    '0.73 (0.58 to 0.82)'
    """
    n_sequences = num_samples(y_true)
    for name, other in (("y_pred", y_pred), ("groups", groups)):
        if other is not None and num_samples(other) != n_sequences:
            raise ValueError(
                f"{name} has {num_samples(other)} entries but y_true has {n_sequences} sequences"
            )
    unit = np.arange(n_sequences)
    if groups is not None:
        unit = np.unique(np.asarray(groups), return_inverse=True)[1]
    n_units = unit.max() + 1
    if n_units < 2:
        raise ValueError(f"an interval needs at least 2 sequences or groups to draw, got {n_units}")
    y_true, y_pred = _indexable(y_true), _indexable(y_pred)
    score = _scorer_of_draws(metric, y_true, y_pred, unit, arguments)
    rng = check_random_state(random_state)
    scores = np.empty(n_resamples)
    for index in range(n_resamples):
        scores[index] = score(np.bincount(rng.randint(n_units, size=n_units), minlength=n_units))
    tail = (1 - confidence_level) / 2
    low, high = np.nanquantile(scores, [tail, 1 - tail])
    return ConfidenceInterval(float(metric(y_true, y_pred, **arguments)), float(low), float(high))


def _indexable(y: Any) -> Any:
    """`Sequences` for ragged entries, so that indexing makes no loop, else an array."""
    if isinstance(y, Sequences):
        return y
    if isinstance(y, (list, tuple)) and np.ndim(y[0]):
        return Sequences.from_list(list(y))
    y = without_column_axis(np.asarray(y))
    return Sequences.from_list(list(y)) if y.dtype == object and np.ndim(y[0]) else y


def _scorer_of_draws(
    metric: Callable[..., Any],
    y_true: Any,
    y_pred: Any,
    unit: IntArray,
    arguments: dict[str, Any],
) -> Callable[[IntArray], float]:
    """What the metric says where each unit was drawn so many times."""
    if not _takes_weight(metric):

        def of_copies(times: IntArray) -> float:
            rows = np.repeat(np.arange(len(unit)), times[unit])
            return metric(y_true[rows], y_pred[rows], **arguments)

        return of_copies
    weight = np.broadcast_to(arguments.get("sample_weight", 1.0), unit.shape)
    kinds, ignore = None, arguments.get("ignore")
    if metric in _OF_STEPS:
        kinds = kinds_of_steps(y_true, y_pred, unit, weight, ignore)
    elif metric in _OF_SPANS:
        kinds = kinds_of_spans(y_true, y_pred, unit, weight, ignore, arguments.get("scheme"))
        arguments = arguments if kinds is None else arguments | {"scheme": "plain"}
    true, predicted = (y_true, y_pred) if kinds is None else (kinds.true, kinds.predicted)

    def of_weights(times: IntArray) -> float:
        drawn = times[unit] * weight if kinds is None else kinds.weight @ times
        return metric(true, predicted, **(arguments | {"sample_weight": drawn}))

    return of_weights


def _takes_weight(metric: Callable[..., Any]) -> bool:
    try:
        return "sample_weight" in inspect.signature(metric).parameters
    except ValueError:  # a callable written in C
        return False
