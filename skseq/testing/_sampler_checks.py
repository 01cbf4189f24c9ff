"""Samplers: whole sequences, their labels, weights and origins; nothing else moves."""

import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.base import BaseEstimator
from sklearn.utils import get_tags

from skseq.data import Sequences
from skseq.testing._compare import (
    flatten,
    must,
    must_raise,
    seeded,
)
from skseq.testing._examples import as_lists


def sampler_checks(estimator, kind):
    """Yield the checks of this file that fit a sampler."""
    yield check_resampled_X_and_y_align
    yield check_resampled_labels_are_known
    yield check_resampled_types
    yield check_origin
    yield check_one_class_is_refused
    yield check_sampling_ends_with_fit
    if _draws_positions(estimator):
        yield check_sample_indices
        yield check_order_of_steps
        yield check_weights_follow
        yield check_earlier_origin_is_kept


def check_resampled_X_and_y_align(estimator, example):
    """There are as many labels as sequences, and as many tags as steps."""
    X, y = _resampled(estimator, example)
    must(
        isinstance(X, Sequences),
        f"fit_resample must give Sequences for Sequences, got {type(X).__name__}",
    )
    must(len(X) == len(y) > 0, f"fit_resample gave {len(X)} sequences but {len(y)} labels")
    must(X.values.shape[1:] == example.X.values.shape[1:], "the features of a step must stay")
    must(X.lengths.all(), "fit_resample must not give empty sequences")
    if example.per_step:
        must(np.array_equal(flatten(y)[1], X.lengths), "tags must align with X, step by step")


def check_resampled_labels_are_known(estimator, example):
    """No label comes out that did not go in."""
    _, y = _resampled(estimator, example)
    new = set(flatten(y)[0].tolist()) - set(flatten(example.y)[0].tolist())
    must(not new, f"fit_resample must not invent labels, but gave {sorted(new)}")


def check_resampled_types(estimator, example):
    """y comes out as it went in: a list for a list, an array for an array, else Sequences."""
    for y in (example.y, example.y.tolist()):
        _, resampled = seeded(estimator).fit_resample(as_lists(example.X), y)
        must(
            isinstance(resampled, type(y)),
            f"y_resampled must be a {type(y).__name__} for a {type(y).__name__}, got "
            f"{type(resampled).__name__}",
        )
        if isinstance(y, np.ndarray):
            must(
                resampled.dtype == y.dtype,
                f"y_resampled must keep the dtype {y.dtype}, got {resampled.dtype}",
            )


def check_origin(estimator, example):
    """Every resampled sequence knows which of X it came from."""
    X, _ = _resampled(estimator, example)
    must(
        X.origin is not None, "fit_resample must set origin, or copies of a held-out sequence train"
    )
    ids = X.origin.values
    must(
        ids.min() >= 0 and ids.max() < len(example.X),
        f"origin must hold positions of X, 0 to {len(example.X) - 1}, got {ids.min()} to "
        f"{ids.max()}",
    )


def check_sample_indices(estimator, example):
    """sample_indices_ leads from X and y to what came out."""
    sampler = seeded(estimator)
    X, y = sampler.fit_resample(example.X, example.y)
    indices = sampler.sample_indices_
    must(example.X[indices] == X, "X_resampled must be X[sample_indices_]")
    same = y == example.y[indices] if example.per_step else np.array_equal(y, example.y[indices])
    must(same, "y_resampled must be y[sample_indices_]")
    ids = np.arange(len(example.X))[indices]
    must(np.array_equal(X.origin.values, ids), "origin must be sample_indices_")


def check_order_of_steps(estimator, example):
    """Each sequence that came out is one of X, its steps in their order, with its own label."""
    X, y = _resampled(estimator, example)
    known = {_identity(steps, label) for steps, label in zip(example.X, example.y, strict=True)}
    for row, (steps, label) in enumerate(zip(X, y, strict=True)):
        must(
            _identity(steps, label) in known,
            f"sequence {row} of X_resampled, with its label, is not a sequence of X: whole "
            "sequences must be drawn, and the order of their steps never touched",
        )


def check_weights_follow(estimator, example):
    """Weights of sequences and of steps go with them."""
    rng = np.random.default_rng(5)
    for unit, size in (("sequence", len(example.X)), ("step", example.X.n_steps)):
        X = example.X.replace(weight=rng.uniform(1, 2, size=size))
        sampler = seeded(estimator)
        X_resampled, _ = sampler.fit_resample(X, example.y)
        expected = X[sampler.sample_indices_].weight
        must(
            X_resampled.weight is not None and np.array_equal(X_resampled.weight, expected),
            f"the weight of each {unit} must follow it through fit_resample",
        )


def check_earlier_origin_is_kept(estimator, example):
    """Sequences that were resampled before keep the ids of their originals."""
    X = example.X.replace(origin=1000 + np.arange(len(example.X)))
    sampler = seeded(estimator)
    X_resampled, _ = sampler.fit_resample(X, example.y)
    expected = X.origin[sampler.sample_indices_]
    must(X_resampled.origin == expected, "fit_resample must keep the origin that X brings along")


def check_one_class_is_refused(estimator, example):
    """With one class only there is nothing to balance."""
    y = example.relabelled(["only", "only", "only"]).y
    with must_raise(ValueError, "class", "fit_resample of one class"):
        seeded(estimator).fit_resample(example.X, y)


def check_sampling_ends_with_fit(estimator, example):
    """In a pipeline the model trains on resampled sequences and predicts for all of X."""
    X, _ = _resampled(estimator, example)
    pipeline = make_pipeline(seeded(estimator), _Counter()).fit(example.X, example.y)
    must(
        pipeline[-1].n_fitted_ == len(X),
        f"in a pipeline the model must train on the {len(X)} resampled sequences, got "
        f"{pipeline[-1].n_fitted_}",
    )
    must(pipeline.predict(example.X) == len(example.X), "predict must not resample")


class _Counter(BaseEstimator):
    """Counts the sequences that it is fitted to, and those that it predicts."""

    def fit(self, X, y):
        self.n_fitted_ = len(X)
        return self

    def predict(self, X):
        return len(X)


# -- helpers ------------------------------------------------------------------------------------


def _draws_positions(estimator):
    """Whether the sampler picks sequences of X, rather than making new ones."""
    tags = get_tags(estimator)
    return getattr(getattr(tags, "sampler_tags", None), "sample_indices", False)


def _resampled(estimator, example):
    return seeded(estimator).fit_resample(example.X, example.y)


def _identity(steps, label):
    return np.asarray(steps).tobytes(), tuple(np.atleast_1d(label).tolist())
