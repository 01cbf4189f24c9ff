"""Score merged predictions with original labels at hand."""

from sklearn.base import BaseEstimator
from sklearn.utils.metadata_routing import get_routing_for_object

from skseq.meta._class_merger import ClassMerger
from skseq.metrics import get_scorer


def make_merged_scorer(scoring):
    """Make a scorer that merges the true labels the way a fitted `ClassMerger` does.

    A plain scorer compares the merged predictions of a `ClassMerger` with original labels, and
    counts every class that was merged away as missed. This one maps y first, so it tells how well
    the merged task is solved. It does not tell which of two mergings is better, for the one
    that merges more has the easier task.

    Parameters
    ----------
    scoring : str or scorer
        Name that `skseq.metrics.get_scorer` knows, or a callable with the signature
        ``scorer(estimator, X, y)``.

    Returns
    -------
    callable
        With the signature ``scorer(estimator, X, y, **params)``, for ``scoring=`` of
        ``GridSearchCV``, ``cross_validate`` and others. The estimator is a fitted `ClassMerger`,
        or a pipeline, search or meta-estimator that holds one. With ``refine`` the predictions
        are original labels, and so y stays.

    Examples
    --------
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skseq.meta import ClassMerger, make_merged_scorer
    >>> X = [[i % 3 + i / 100] for i in range(30)]
    >>> y = [["a", "b", "c"][i % 3] for i in range(30)]
    >>> merger = ClassMerger(LogisticRegression(C=100), mapping={"a": "ab", "b": "ab"})
    >>> cross_val_score(merger, X, y, cv=2, scoring=make_merged_scorer("f1_macro")).round(2)
    array([1., 1.])
    >>> cross_val_score(merger, X, y, cv=2, scoring="f1_macro").round(2)
    array([0.25, 0.25])
    """
    return _MergedScorer(get_scorer(scoring) if isinstance(scoring, str) else scoring)


class _MergedScorer:
    """A class rather than a closure, to be pickled."""

    def __init__(self, scorer):
        self.scorer = scorer

    def __call__(self, estimator, X, y, **params):
        return self.scorer(estimator, X, _find_merger(estimator)._as_predicted(y), **params)

    def get_metadata_routing(self):
        """Metadata that the scorer inside requests."""
        return get_routing_for_object(self.scorer)

    def __repr__(self):
        return f"make_merged_scorer({self.scorer!r})"


def _find_merger(estimator):
    """The `ClassMerger` that an estimator is, or holds fitted."""
    inner = estimator
    while not isinstance(inner, ClassMerger):
        if hasattr(inner, "steps"):
            inner = inner.steps[-1][1]
        else:
            inner = getattr(inner, "best_estimator_", getattr(inner, "estimator_", None))
        if not isinstance(inner, BaseEstimator):
            raise TypeError(
                f"make_merged_scorer scores a ClassMerger, or a pipeline or search that ends in "
                f"one, got {type(estimator).__name__}"
            )
    return inner
