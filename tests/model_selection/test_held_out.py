"""Predictions of folds in one: each row once, columns by class, whatever the folds."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from skseq import Sequences
from skseq.model_selection import FoldPrediction, compare_strategies
from skseq.model_selection._held_out import hold_out


def prediction(rows, labels, classes, proba=None):
    return FoldPrediction(np.array(rows), np.array(classes), labels, proba, 1.0, [], None)


def test_they_are_those_of_cross_val_predict():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 2)), np.repeat(["a", "b"], 20)
    X[20:] += 1
    model = LogisticRegression()
    found = compare_strategies(model, X, y, {}, cv=4, baselines=False, refit=False, verbose=0)
    held_out = found.held_out("plain")
    proba = cross_val_predict(model, X, y, cv=found.splits_, method="predict_proba")
    np.testing.assert_array_equal(held_out.rows, np.arange(40))
    np.testing.assert_allclose(held_out.proba, proba)
    np.testing.assert_array_equal(held_out.labels, found.out_of_fold("plain"))


def test_a_row_that_is_tested_twice_keeps_its_first_prediction_and_others_may_be_missing():
    parts = [
        prediction([3, 1], np.array(["a", "b"]), ["a", "b"], np.array([[0.9, 0.1], [0.2, 0.8]])),
        prediction([1, 0], np.array(["a", "c"]), ["a", "c"], np.array([[0.7, 0.3], [0.4, 0.6]])),
    ]
    found = hold_out(parts)
    assert found.rows.tolist() == [0, 1, 3]
    assert found.labels.tolist() == ["c", "b", "a"]
    assert found.classes.tolist() == ["a", "b", "c"]
    assert found.proba.tolist() == [[0.4, 0, 0.6], [0.2, 0.8, 0], [0.9, 0.1, 0]]


def test_tags_stay_ragged_and_one_fold_without_probabilities_leaves_none():
    def tags(*rows):
        return Sequences.from_list([list(row) for row in rows])

    proba = Sequences(np.tile([0.25, 0.75], (3, 1)), [0, 2, 3])
    parts = [
        prediction([1, 0], tags("OX", "O"), ["O", "X"], proba),
        prediction([2], tags("XX"), ["X"], Sequences(np.ones((2, 1)), [0, 2])),
    ]
    found = hold_out(parts)
    assert found.labels.tolist() == [["O"], ["O", "X"], ["X", "X"]]
    assert found.proba[2].tolist() == [[0, 1], [0, 1]]
    assert found.proba.aligns_with(found.labels)
    assert hold_out([parts[0], parts[1]._replace(proba=None)]).proba is None


def test_a_candidate_that_failed_has_none():
    X, y = np.arange(8.0)[:, None], [0, 1] * 4
    with pytest.warns(match="candidates failed"):
        found = compare_strategies(
            LogisticRegression(), X, y, {"broken": {"C": -1}}, cv=2, baselines=False, verbose=0
        )
    with pytest.raises(ValueError, match="'broken' failed"):
        found.held_out("broken")
