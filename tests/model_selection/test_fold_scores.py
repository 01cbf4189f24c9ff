"""Calibration error against a loop over bins, and its limits."""

import numpy as np
import pytest

from skseq import Sequences
from skseq.metrics import get_scorer
from skseq.model_selection._fold_fits import FoldPrediction
from skseq.model_selection._fold_scores import class_calibration_error, score_folds


def test_calibration_error_is_the_gap_of_each_bin_and_class():
    rng = np.random.default_rng(0)
    proba, codes = rng.dirichlet(np.ones(3), size=200), rng.integers(3, size=200)
    errors = []
    for label in range(3):
        error = 0.0
        for low in np.arange(5) / 5:
            is_in = (proba[:, label] >= low) & (proba[:, label] < low + 0.2)
            if is_in.any():
                gap = proba[is_in, label].mean() - (codes[is_in] == label).mean()
                error += abs(gap) * is_in.mean()
        errors.append(error)
    assert class_calibration_error(codes, proba, n_bins=5) == pytest.approx(np.mean(errors))


def test_true_probabilities_are_calibrated_and_certainty_in_the_wrong_is_not():
    rng = np.random.default_rng(0)
    proba = rng.dirichlet([1, 1], size=20_000)
    codes = (rng.uniform(size=20_000) < proba[:, 1]).astype(int)
    assert class_calibration_error(codes, proba) < 0.02
    assert class_calibration_error(np.array([0, 0]), np.array([[0.0, 1.0], [0.0, 1.0]])) == 1


def prediction(rows, labels, classes=None, proba=None):
    return FoldPrediction(np.array(rows), classes, labels, proba, 2.0, [], None)


def test_classes_that_a_fold_lacks_have_probability_zero():
    y = np.array(["a", "b", "c", "a"])
    parts = [
        prediction([0, 1], np.array(["a", "b"]), np.array(["a", "b"]), np.eye(2)),
        prediction([2, 3], np.array(["c", "a"]), np.array(["a", "c"]), np.eye(2)[::-1]),
    ]
    found = score_folds(parts, np.zeros((4, 1)), y, get_scorer("accuracy"))
    assert found.scores.tolist() == [1, 1]
    assert (found.calibration_error, found.fit_seconds) == (0, 2)


def test_the_majority_is_that_of_all_data_and_folds_without_minority_have_no_recall_of_it():
    y = Sequences.from_list([["O", "O", "B"], ["O", "O"], ["B", "O", "B"]])
    parts = [
        prediction([0], Sequences.from_list([["O", "O", "B"]])),
        prediction([1], Sequences.from_list([["O", "O"]])),
        prediction([2], Sequences.from_list([["B", "O", "O"]])),
    ]
    found = score_folds(parts, y, y, get_scorer("tag_accuracy"))
    np.testing.assert_allclose(found.scores, [1, 1, 2 / 3])
    assert found.minority_recall == 0.75
    assert np.isnan(found.calibration_error)
