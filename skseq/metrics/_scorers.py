"""Scorers by name, built from one table, for ``GridSearchCV(scoring=...)`` and friends.

A new metric is one line in `METRICS`: names, scorers and their tests are read from there. F-beta,
precision and recall have more names than a table should list, so those are read by their parts.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import sklearn.metrics
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    fbeta_score,
    make_scorer,
    matthews_corrcoef,
)

from skseq._validation import BaseScorer, did_you_mean
from skseq.metrics._labels import (
    balanced_accuracy_score,
    geometric_mean_score,
    index_balanced_accuracy_score,
    minority_f1_score,
    minority_recall_score,
)
from skseq.metrics._ordinal import (
    macro_mean_absolute_error,
    quadratic_weighted_kappa_score,
    tag_macro_mean_absolute_error,
    tag_quadratic_weighted_kappa_score,
)
from skseq.metrics._probability import (
    brier_score,
    expected_calibration_error,
    tag_brier_score,
    tag_expected_calibration_error,
)
from skseq.metrics._ranking import (
    macro_average_precision_score,
    macro_roc_auc_score,
    tag_average_precision_score,
    tag_roc_auc_score,
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


class Metric(NamedTuple):
    """What a scorer is made of."""

    function: Callable[..., Any]
    arguments: dict[str, Any] = {}
    needs: str = "predict"
    greater_is_better: bool = True


# Without pos_label=None scikit-learn looks for its default, 1, among the labels of two classes.
_MACRO = {"average": "macro", "pos_label": None, "zero_division": 0}

METRICS = {
    "accuracy": Metric(accuracy_score),
    "average_precision_macro": Metric(macro_average_precision_score, needs="predict_proba"),
    "balanced_accuracy": Metric(balanced_accuracy_score),
    "f1_macro": Metric(f1_score, _MACRO),
    "f1_minority": Metric(minority_f1_score),
    "f2_macro": Metric(fbeta_score, {"beta": 2, **_MACRO}),
    "geometric_mean": Metric(geometric_mean_score),
    "matthews_corrcoef": Metric(matthews_corrcoef),
    "minority_recall": Metric(minority_recall_score),
    "index_balanced_accuracy": Metric(index_balanced_accuracy_score),
    "neg_brier_score": Metric(brier_score, needs="predict_proba", greater_is_better=False),
    "neg_expected_calibration_error": Metric(
        expected_calibration_error, needs="predict_proba", greater_is_better=False
    ),
    "neg_macro_mean_absolute_error": Metric(macro_mean_absolute_error, greater_is_better=False),
    "quadratic_weighted_kappa": Metric(quadratic_weighted_kappa_score),
    "roc_auc_macro": Metric(macro_roc_auc_score, needs="predict_proba"),
    "span_f1_macro": Metric(span_f1_score, {"average": "macro"}),
    "span_f1_micro": Metric(span_f1_score),
    "span_f2_macro": Metric(span_fbeta_score, {"beta": 2, "average": "macro"}),
    "span_precision_micro": Metric(span_precision_score),
    "span_recall_micro": Metric(span_recall_score),
    "tag_accuracy": Metric(tag_accuracy_score),
    "tag_average_precision_macro": Metric(tag_average_precision_score, needs="predict_proba"),
    "tag_balanced_accuracy": Metric(tag_balanced_accuracy_score),
    "tag_f1_macro": Metric(tag_f1_score),
    "tag_f1_minority": Metric(tag_minority_f1_score),
    "tag_f2_macro": Metric(tag_fbeta_score, {"beta": 2}),
    "tag_geometric_mean": Metric(tag_geometric_mean_score),
    "tag_matthews_corrcoef": Metric(tag_matthews_corrcoef),
    "tag_minority_recall": Metric(tag_minority_recall_score),
    "tag_index_balanced_accuracy": Metric(tag_index_balanced_accuracy_score),
    "tag_neg_brier_score": Metric(tag_brier_score, needs="predict_proba", greater_is_better=False),
    "tag_neg_expected_calibration_error": Metric(
        tag_expected_calibration_error, needs="predict_proba", greater_is_better=False
    ),
    "tag_neg_macro_mean_absolute_error": Metric(
        tag_macro_mean_absolute_error, greater_is_better=False
    ),
    "tag_quadratic_weighted_kappa": Metric(tag_quadratic_weighted_kappa_score),
    "tag_roc_auc_macro": Metric(tag_roc_auc_score, needs="predict_proba"),
}


# Such as "f2_weighted", "tag_f05_micro", "span_f0.5_macro", "tag_recall_macro". Scikit-learn has
# precision and recall of labels itself.
_AVERAGES = ("macro", "micro", "weighted")
_PARTS = re.compile(
    r"(?P<of>tag_|span_|)"
    r"(f(?P<beta>0?\.?[1-9]\d*(\.\d+)?)|(?P<rate>precision|recall))"
    rf"_(?P<average>{'|'.join(_AVERAGES)})"
)
_FBETA = {"": fbeta_score, "tag_": tag_fbeta_score, "span_": span_fbeta_score}
_RATES: dict[str, Callable[..., Any]] = {
    "tag_precision": tag_precision_score,
    "tag_recall": tag_recall_score,
    "span_precision": span_precision_score,
    "span_recall": span_recall_score,
}


def get_scorer_names() -> list[str]:
    """Names that `get_scorer` knows besides those of scikit-learn.

    Those that start with ``tag_`` score tags, one label per step, those with ``span_`` the
    mentions that tags spell; the others score one label per sequence. Not listed is every F-beta,
    such as "f05_weighted" or "tag_f3_micro", and precision and recall of tags and of spans, such
    as "tag_precision_macro", each with "macro", "micro" or "weighted".

    Returns
    -------
    list of str

    Examples
    --------
    >>> from skseq.metrics import get_scorer_names
    >>> [name for name in get_scorer_names() if "f1" in name]
    ['f1_macro', 'f1_minority', 'span_f1_macro', 'span_f1_micro', 'tag_f1_macro', 'tag_f1_minority']
    """
    return sorted(METRICS)


def get_scorer(name: str, **arguments: Any) -> Callable[..., float]:
    """Scorer object of a metric, for ``scoring=`` of any scikit-learn tool.

    Parameters
    ----------
    name : str
        One of `get_scorer_names`, or of `sklearn.metrics.get_scorer_names`.

    **arguments : dict
        Passed to the metric, such as ``exclude="O"`` to leave out the background tag. Names of
        scikit-learn's own take none.

    Returns
    -------
    callable
        ``scorer(estimator, X, y, *, sample_weight=None)``, higher is better. Scorers that need
        probabilities line columns up with ``estimator.classes_``, so a class that was missing
        from the training fold is scored as one that was never given any probability.

    Raises
    ------
    TypeError
        If the metric does not take one of the arguments.
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import cross_validate
    >>> from skseq.metrics import get_scorer
    >>> X, y = [[0], [1], [2], [3], [4], [5]], ["a", "a", "a", "b", "b", "b"]
    >>> get_scorer("geometric_mean")(LogisticRegression().fit(X, y), X, y)
    1.0
    >>> get_scorer("tag_f1_macro", exclude="O")
    make_scorer(tag_f1_score, response_method='predict', exclude=O)
    """
    metric = METRICS.get(name) or _metric_by_parts(name)
    if metric is None:
        return _scikit_learn_scorer(name, arguments)
    _check_arguments(name, metric, arguments)
    arguments = metric.arguments | arguments
    if metric.needs == "predict":
        return make_scorer(metric.function, greater_is_better=metric.greater_is_better, **arguments)
    sign = 1 if metric.greater_is_better else -1
    return ClassAlignedScorer(metric.function, sign, arguments, metric.needs)


def get_scorers(names: Iterable[str]) -> dict[str, Callable[..., float]]:
    """Several scorers at once, for multimetric ``scoring=``.

    Parameters
    ----------
    names : iterable of str
        What `get_scorer` takes.

    Returns
    -------
    dict of str to callable
        To pass to ``cross_validate`` or, with ``refit`` naming one of them, to ``GridSearchCV``.
        A search predicts once for all of them.

    Examples
    --------
    >>> from skseq.metrics import get_scorers
    >>> sorted(get_scorers(["tag_f1_macro", "tag_minority_recall"]))
    ['tag_f1_macro', 'tag_minority_recall']
    """
    if isinstance(names, str):
        raise TypeError(f"names must be a list of names, got one string; pass [{names!r}]")
    return {name: get_scorer(name) for name in names}


class ClassAlignedScorer(BaseScorer):
    """Scorer of probabilities that tells its metric which class each column belongs to."""

    def _score(
        self, method_caller: Any, estimator: Any, X: Any, y_true: Any, **kwargs: Any
    ) -> float:
        if not hasattr(estimator, "classes_"):
            raise TypeError(
                f"{self!r} needs the classes_ of a fitted estimator to know what each column of "
                f"{self._response_method} means, but {type(estimator).__name__} has none"
            )
        y_score = method_caller(estimator, self._response_method, X)
        arguments = {"unseen": "zero", **self._kwargs, **kwargs}
        score = self._score_func(y_true, y_score, classes=estimator.classes_, **arguments)
        return self._sign * score

    def __repr__(self) -> str:
        return super().__repr__().replace("make_scorer", "ClassAlignedScorer", 1)


def _metric_by_parts(name: str) -> Metric | None:
    """The metric of a name such as "tag_f05_macro", or None."""
    parts = _PARTS.fullmatch(name) if isinstance(name, str) else None
    if parts is None:
        return None
    of, average = parts["of"], parts["average"]
    if parts["rate"]:
        function = _RATES.get(of + parts["rate"])
        return None if function is None else Metric(function, {"average": average})
    beta = parts["beta"]
    beta = float(f"0.{beta[1:]}" if beta[0] == "0" and "." not in beta else beta)
    arguments = {"beta": int(beta) if beta.is_integer() else beta, "average": average}
    return Metric(_FBETA[of], arguments if of else _MACRO | arguments)


def metrics_of(function: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Metric]:
    """Every named `Metric`, by name, of a function with at least some of its arguments.

    Parameters
    ----------
    function : callable
        Computes the score.

    arguments : dict
        With what.

    Returns
    -------
    dict of str to Metric
    """
    names = [*METRICS, *_names_by_parts(function, **arguments)]
    metrics = {name: METRICS.get(name) or _metric_by_parts(name) for name in names}
    return {
        name: metric
        for name, metric in metrics.items()
        if metric and metric.function is function and metric.arguments.items() <= arguments.items()
    }


def _names_by_parts(
    function: Callable[..., Any], *, beta: float = 1, average: str | None = None, **_: Any
) -> Iterator[str]:
    for of, each in _FBETA.items():
        if each is function and average in _AVERAGES:
            yield f"{of}f{beta}_{average}".replace("f0.", "f0")
    for name, each in _RATES.items():
        if each is function and average in _AVERAGES:
            yield f"{name}_{average}"


def _scikit_learn_scorer(name: str, arguments: dict[str, Any]) -> Callable[..., float]:
    theirs = sklearn.metrics.get_scorer_names()
    if name not in theirs:
        raise ValueError(
            f"{name!r} is not a scorer.{did_you_mean(name, [*METRICS, *theirs])} See "
            "skseq.metrics.get_scorer_names() and sklearn.metrics.get_scorer_names()"
        )
    if arguments:
        raise TypeError(
            f"{name!r} is scikit-learn's own scorer and takes no arguments, got "
            f"{sorted(arguments)}; use sklearn.metrics.make_scorer"
        )
    return sklearn.metrics.get_scorer(name)


def _check_arguments(name: str, metric: Metric, arguments: dict[str, Any]) -> None:
    accepted = [
        parameter.name
        for parameter in inspect.signature(metric.function).parameters.values()
        if parameter.kind == parameter.KEYWORD_ONLY
    ]
    for argument in arguments:
        if argument not in accepted:
            raise TypeError(
                f"scorer {name!r} takes {sorted(accepted)}, got {argument!r}."
                f"{did_you_mean(argument, accepted)}"
            )
