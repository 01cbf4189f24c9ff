import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, f1_score, recall_score

from skseq import SequenceClassifier, Sequences, SequenceTagger
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


def ragged(seed=0):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(3, 12, size=60)
    return Sequences.from_lengths(rng.integers(2, 8, size=lengths.sum()), lengths, n_tokens=8)


def spans(X):
    """A span of one or two steps from each 7 on, as IOB2."""
    tags = np.where(X.values == 7, "B", "O").astype("U7")
    goes_on = np.flatnonzero(X.values[:-1] == 7) + 1
    goes_on = np.setdiff1d(goes_on, X.offsets)
    tags[goes_on] = np.where(tags[goes_on] == "B", "B", "I")
    return X.replace(values=tags)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize(
    "params",
    [
        {"decision": "balanced"},
        {"head": "crf", "constraints": "IOB2", "decision": 0.5},
        {"head": "marginal_crf", "class_weight": "balanced", "target_prior": "data"},
        {"constraints": "IOB2", "decision": 1 - np.eye(3)},
        {"chunk_length": 5, "chunk_context": 1, "class_weight": "balanced"},
        {"ignore": "unknown", "loss": "logit_adjusted"},
    ],
    ids=str,
)
def test_the_score_of_held_out_steps_is_scikit_learns_of_what_is_predicted(params):
    X = ragged()
    y = spans(X)
    if "ignore" in params:
        y.values[::5] = "unknown"
    # One epoch, so that the net that was scored is the one that predicts.
    model = SequenceTagger(
        hidden_size=8,
        max_epochs=1,
        lr=0.05,
        early_stopping="best",
        validation_fraction=0.4,
        random_state=0,
        **params,
    ).fit(X, y)
    known = y.values != "unknown"
    labels = np.where(known, y.values, "O")
    targets = model._targets(X, np.searchsorted(model.classes_, labels), known.astype(float))
    _, held_out = model._hold_out(X, targets.strata(), model.classes_, "a test")
    truth, predicted = y[held_out].values, model.predict(X[held_out]).values
    counts = truth != "unknown"
    truth, predicted = truth[counts], predicted[counts]
    expected = f1_score(
        truth, predicted, labels=np.unique(truth), average="macro", zero_division=0.0
    )
    np.testing.assert_allclose(model.history_[0, "valid_f1_macro"], expected)
