"""Scores of folds: calibration error against a loop over bins, classes that a fold lacks."""

import numpy as np
import pytest

from skseq import Sequences
from skseq.metrics import get_scorer
from skseq.model_selection._fold_fits import FoldPrediction
from skseq.model_selection._fold_scores import score_folds


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


def test_calibration_is_that_of_all_folds_together_with_columns_in_any_order():
    rng = np.random.default_rng(0)
    y = rng.choice(["a", "b", "c"], size=60)
    proba = rng.dirichlet(np.ones(3), size=60)
    names = np.array(["a", "b", "c"])
    parts = [
        prediction(range(20), y[:20], names, proba[:20]),
        prediction(range(20, 60), y[20:], names[::-1], proba[20:, ::-1]),
    ]
    found = score_folds(parts, np.zeros((60, 1)), y, get_scorer("accuracy"))
    errors = []
    for column, label in enumerate(names):
        error = 0.0
        for low in np.arange(15) / 15:
            is_in = (proba[:, column] > low) & (proba[:, column] <= low + 1 / 15)
            if is_in.any():
                gap = proba[is_in, column].mean() - (y[is_in] == label).mean()
                error += abs(gap) * is_in.mean()
        errors.append(error)
    assert found.calibration_error == pytest.approx(np.mean(errors))


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
