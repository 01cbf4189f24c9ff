"""The ridge's probabilities come from predictions for rows that were left out."""

import numpy as np
import pytest
from scipy.special import log_softmax
from sklearn.datasets import make_classification
from sklearn.linear_model import RidgeClassifier, RidgeClassifierCV
from sklearn.model_selection import LeaveOneOut, cross_val_predict

from skseq.decisions import fit_scaling
from skseq.model_selection._calibrated_ridge import CalibratedRidge


@pytest.fixture(params=[2, 3])
def wide(request):
    return make_classification(
        90,
        n_features=120,
        n_informative=8,
        n_redundant=0,
        n_classes=request.param,
        weights={2: [0.6, 0.4], 3: [0.6, 0.3, 0.1]}[request.param],
        random_state=0,
    )


def test_labels_are_those_of_the_balanced_ridge(wide):
    X, y = wide
    ours = CalibratedRidge([0.1, 10.0, 1e3]).fit(X[:70], y[:70])
    theirs = RidgeClassifierCV([0.1, 10.0, 1e3], class_weight="balanced").fit(X[:70], y[:70])
    np.testing.assert_array_equal(ours.predict(X[70:]), theirs.predict(X[70:]))
    np.testing.assert_array_equal(
        ours.classes_[ours.predict_proba(X[70:]).argmax(axis=1)], ours.predict(X[70:])
    )


def test_it_is_calibrated_on_rows_that_were_left_out(wide):
    X, y = wide
    model = CalibratedRidge([50.0]).fit(X, y)
    # Weights of classes hardly change when a row is left out, but they do.
    weights = len(y) / (len(np.unique(y)) * np.bincount(y))
    ridge = RidgeClassifier(50.0, class_weight=dict(enumerate(weights)))
    scores = cross_val_predict(ridge, X, y, cv=LeaveOneOut(), method="decision_function")
    if scores.ndim == 1:
        scores = np.column_stack([-scores, scores])
    n_classes = scores.shape[1]
    expected = fit_scaling(scores, y, np.full(n_classes, 1 / n_classes), method="temperature")
    np.testing.assert_allclose(model.scaling_, expected, rtol=1e-4)
    known = model.ridge_.decision_function(X).reshape(len(X), -1)
    known = np.hstack([-known, known]) if n_classes == 2 else known
    np.testing.assert_allclose(
        np.log(model.predict_proba(X)), log_softmax(known * expected[0], axis=1), rtol=1e-3
    )


def test_a_class_of_one_member_is_no_obstacle():
    X, y = np.random.default_rng(0).normal(size=(8, 20)), list("aaaabbbc")
    proba = CalibratedRidge().fit(X, y).predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert proba.shape == (8, 3)
