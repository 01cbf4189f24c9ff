"""Fitting, predicting, and comparing outputs of an estimator, whatever form they have."""

import re
from contextlib import contextmanager

import numpy as np
from scipy import sparse
from sklearn.base import clone

from skseq.data import Sequences, as_sequences

PREDICTION_METHODS = (
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "transform",
)

# Single-precision networks agree up to this, whatever else is in the batch.
TOLERANCE = 1e-5


def seeded(estimator, **parameters):
    """Unfitted clone with ``random_state=0``, where it has that parameter."""
    estimator = clone(estimator).set_params(**parameters)
    if "random_state" in estimator.get_params(deep=False):
        estimator.set_params(random_state=0)
    return estimator


def learn(estimator, X, y, **fit_params):
    """Fit, by ``fit_resample`` for a sampler."""
    if hasattr(estimator, "fit_resample"):
        estimator.fit_resample(X, y, **fit_params)
        return estimator
    return estimator.fit(X, y, **fit_params)


def fitted(estimator, example, **fit_params):
    """Seeded clone fitted to an example."""
    return learn(seeded(estimator), example.X, example.y, **fit_params)


def outputs_of(estimator, example):
    """The outputs of each method for an example: dict from method to output."""
    if hasattr(estimator, "fit_resample"):
        X, y = estimator.fit_resample(example.X, example.y)
        return {"fit_resample (X)": X, "fit_resample (y)": y}
    return prediction_outputs(estimator, example.X)


def prediction_outputs(estimator, X):
    """The output of each prediction method of a fitted estimator for X."""
    methods = [name for name in PREDICTION_METHODS if hasattr(estimator, name)]
    return {method: getattr(estimator, method)(X) for method in methods}


def flatten(output):
    """Flat array, and lengths where there is an output for each step, else None."""
    if sparse.issparse(output):
        return output.toarray(), None
    if not isinstance(output, (Sequences, list)):
        output = np.asarray(output)
    if _is_ragged(output):
        output = as_sequences(output)
    if isinstance(output, Sequences):
        return output.values, output.lengths
    return np.asarray(output), None


def _is_ragged(output):
    if isinstance(output, np.ndarray) and output.dtype != object:
        return output.ndim == 3
    return len(output) > 0 and np.ndim(output[0]) > 0


def is_same(ours, theirs, tolerance=TOLERANCE):
    """Whether two outputs agree, floats up to a tolerance."""
    ours, our_lengths = flatten(ours)
    theirs, their_lengths = flatten(theirs)
    if ours.shape != theirs.shape or (our_lengths is None) != (their_lengths is None):
        return False
    if our_lengths is not None and not np.array_equal(our_lengths, their_lengths):
        return False
    if ours.dtype.kind == "f" and theirs.dtype.kind == "f":
        return np.allclose(ours, theirs, rtol=tolerance, atol=tolerance)
    return np.array_equal(ours, theirs)


def must(condition, rule):
    """Fail unless the condition holds; unlike a bare assert, under ``python -O`` too."""
    if not condition:
        raise AssertionError(rule)


def assert_same(ours, theirs, message, tolerance=TOLERANCE):
    """Fail with ``message`` and how they differ unless two outputs agree."""
    if not is_same(ours, theirs, tolerance):
        raise AssertionError(f"{message}{_how_they_differ(ours, theirs)}")


def assert_same_outputs(ours, theirs, message):
    """Fail unless two dicts of outputs agree; the message gets the method in front."""
    for method in ours:
        assert_same(ours[method], theirs[method], f"{method} {message}")


def _how_they_differ(ours, theirs):
    ours, our_lengths = flatten(ours)
    theirs, their_lengths = flatten(theirs)
    if ours.shape != theirs.shape:
        return f": shape {ours.shape} against {theirs.shape}"
    if (our_lengths is None) != (their_lengths is None):
        return ": one output for each step against one for each sequence"
    if our_lengths is not None and not np.array_equal(our_lengths, their_lengths):
        row = int(np.argmax(our_lengths != their_lengths))
        return f": sequence {row} has {our_lengths[row]} steps against {their_lengths[row]}"
    if ours.dtype.kind == "f" and theirs.dtype.kind == "f":
        return f": largest difference {np.abs(ours - theirs).max():.3g}"
    return f": {np.mean(ours != theirs):.0%} of the entries differ"


@contextmanager
def must_raise(errors, match, deed):
    """Fail unless the block raises one of ``errors`` with a message that matches.

    Parameters
    ----------
    errors : exception class or tuple of them
        What must be raised.

    match : str
        Regular expression that the message has to contain, in any case.

    deed : str
        What the block does, for the message of the failure: "fit of an empty X".
    """
    wanted = errors if isinstance(errors, tuple) else (errors,)
    names = " or ".join(error.__name__ for error in wanted)
    try:
        yield
    except wanted as error:
        must(
            re.search(match, str(error), re.IGNORECASE),
            f"{deed} raised a {type(error).__name__} that does not help: its message must match "
            f"{match!r}, got {str(error)!r}",
        )
    except Exception as error:
        raise AssertionError(
            f"{deed} must raise {names}, got {type(error).__name__}: {error}"
        ) from error
    else:
        raise AssertionError(f"{deed} must raise {names}, but nothing was raised")
