"""How weights reach what is boosted: by ``sample_weight``, or in the `Sequences` themselves.

A pipeline does not pass ``sample_weight`` on. The `Sequences` that run through it carry their
weights along, but not through every step: a table carries none, and a sampler may lose them.
Boosting would then fit the same classifier again and again, so this is checked beforehand.
"""

import warnings

from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from skseq.data import Sequences
from skseq.ensemble._base import SequenceEnsemble


def fit_weighted(estimator, X, y, weight):
    """Fit an estimator that `check_weighable` let pass."""
    if has_fit_parameter(estimator, "sample_weight"):
        estimator.fit(X, y, sample_weight=weight)
    else:
        estimator.fit(X.replace(weight=weight), y)


def check_weighable(estimator, X, y, weight):
    """Check that weights reach what learns: the last step of a pipeline, the inside of a search.

    Steps before the last one of a pipeline are fitted for that, but not what learns.

    Raises
    ------
    ValueError
        If they don't.
    """
    if has_fit_parameter(estimator, "sample_weight"):
        return
    if not isinstance(X, Sequences):
        raise ValueError(
            f"{type(estimator).__name__} takes no sample_weight, which boosting needs, and texts "
            "and tables can't carry weights; encode X as Sequences before the ensemble "
            "(skseq.preprocessing), or take an estimator whose fit has sample_weight"
        )
    X = X.replace(weight=weight)
    while (inner := _inner(estimator)) is not None:
        if isinstance(estimator, Pipeline):
            X, y = _at_last_step(estimator, X, y)
            _check_carried(X, inner)
        estimator = inner
    if not has_fit_parameter(estimator, "sample_weight"):
        raise ValueError(
            f"the fit of {type(estimator).__name__} takes no sample_weight, which boosting needs; "
            "take an estimator whose fit does, and which reads weights that Sequences carry where "
            "it is a step of a pipeline"
        )


def _inner(estimator):
    """What an estimator passes its data to, if it doesn't learn itself."""
    if isinstance(estimator, Pipeline):
        return estimator.steps[-1][1]
    if isinstance(estimator, SequenceEnsemble):
        return estimator._member()
    return getattr(estimator, "estimator", None)


def _check_carried(X, receiver):
    if isinstance(X, Sequences) and X.weight is not None:
        return
    came = "Sequences without them" if isinstance(X, Sequences) else f"a {type(X).__name__}"
    raise ValueError(
        "the weights of boosting don't get through the pipeline to its last step: "
        f"{type(receiver).__name__} receives {came}. Boost that step alone, with the others before "
        "the ensemble, or take steps that keep the weights of Sequences"
    )


class _Receiver(BaseEstimator):
    """Keeps what comes to the last step of a pipeline."""

    def fit(self, X, y=None):
        self.X_, self.y_ = X, y
        return self


def _at_last_step(pipeline, X, y):
    """X and y as they come to the last step, transformed and sampled."""
    receiver = _Receiver()
    name, _ = pipeline.steps[-1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the fit to come warns of the same
        clone(pipeline).set_params(**{name: receiver}).fit(X, y)
    return receiver.X_, receiver.y_
