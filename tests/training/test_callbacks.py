import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, f1_score, recall_score

from skseq import SequenceClassifier
from skseq.training._callbacks import macro_f1, recalls


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_macro_f1_of_counts_is_scikit_learns_over_the_classes_that_occur(pairs):
    truth, predicted = np.array(pairs).T
    counts = confusion_matrix(truth, predicted, labels=range(4))
    theirs = f1_score(truth, predicted, labels=np.unique(truth), average="macro", zero_division=0.0)
    np.testing.assert_allclose(macro_f1(counts), theirs)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_recalls_of_counts_are_scikit_learns_and_missing_where_a_class_is(pairs):
    truth, predicted = np.array(pairs).T
    counts = confusion_matrix(truth, predicted, labels=range(4))
    options = {"labels": range(4), "average": None, "zero_division": np.nan}
    np.testing.assert_allclose(recalls(counts), recall_score(truth, predicted, **options))


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_the_history_tells_the_recall_of_each_class_where_rows_are_held_out(capsys):
    X, y = [[i, i % 3] for i in range(30)], ["a", "b", "b"] * 10
    params = {"hidden_size": 2, "embedding_dim": 2, "max_epochs": 3, "random_state": 0}
    model = SequenceClassifier(early_stopping="best", verbose=2, **params).fit(X, y)
    recall = [model.history_[:, f"valid_recall_{label}"] for label in "ab"]
    assert np.shape(recall) == (2, 3)
    # Nothing but macro F1 is printed: of many classes the lines would be too long.
    printed = capsys.readouterr().out
    assert "valid_f1_macro" in printed
    assert "valid_recall" not in printed
    without = SequenceClassifier(**params).fit(X, y).history_[-1]
    assert not any(key.startswith("valid_") for key in without)
