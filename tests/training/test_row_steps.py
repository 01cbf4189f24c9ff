"""Rows of one recording are told from sequences, by a question."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from sklearn.utils.estimator_checks import _NotAnArray

from skseq import SequenceClassifier, Sequences
from skseq.training._row_steps import warn_if_rows_are_steps


def make_rows(n_rows=300, stays=0.9):
    """Two measurements a row, and a label that mostly stays from one row to the next."""
    rng = np.random.default_rng(0)
    y = np.zeros(n_rows, dtype=int)
    for row in range(1, n_rows):
        y[row] = y[row - 1] if rng.random() < stays else rng.integers(3)
    return rng.normal(size=(n_rows, 2)), y


FORMS = {
    "Series of lists": lambda rows: pd.Series(rows.tolist()),
    "polars": lambda rows: pl.Series(rows.tolist()),
    "frame": lambda rows: pd.DataFrame({"data": rows.tolist()}),
    "texts of a CSV file": lambda rows: pd.Series(list(map(str, rows.tolist()))),
    "list of arrays": list,
    "list of lists": lambda rows: rows.tolist(),
    "lists of one step": lambda rows: rows[:, None, :].tolist(),
    "table": lambda rows: rows,
    "frame of numbers": pd.DataFrame,
    "polars frame of numbers": pl.DataFrame,
    "3-D": lambda rows: rows[:, None, :],
    "tensor": torch.tensor,
    "what becomes an array": _NotAnArray,  # as scikit-learn's checks pass it
}


@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)
def test_tiny_sequences_whose_neighbours_agree_bring_the_question(make):
    rows, y = make_rows()
    with pytest.warns(
        UserWarning, match=r"300 sequences of [12] step.*Did you mean make_windows\?"
    ):
        warn_if_rows_are_steps(make(rows), y)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_the_classifier_asks_when_it_is_fitted():
    rows, y = make_rows()
    model = SequenceClassifier(hidden_size=2, max_epochs=1, random_state=0)
    with pytest.warns(UserWarning, match="Did you mean make_windows"):
        model.fit(pd.Series(rows.tolist()), y)


ROWS, LABELS = make_rows()


@pytest.mark.parametrize(
    ("X", "y"),
    [
        pytest.param(Sequences.from_padded(ROWS), LABELS, id="Sequences"),
        pytest.param(list(ROWS), np.random.default_rng(1).permutation(LABELS), id="shuffled"),
        pytest.param(list(ROWS), np.sort(LABELS), id="sorted"),
        pytest.param(list(ROWS), np.repeat([0, 1, 2] * 2, 50), id="sorted twice"),
        pytest.param(list(ROWS), np.arange(300) % 3, id="in turn"),
        pytest.param(list(ROWS), np.zeros(300), id="one label"),
        pytest.param(list(ROWS[:40]), LABELS[:40], id="few"),
        pytest.param([row[: 1 + i % 2] for i, row in enumerate(ROWS)], LABELS, id="ragged"),
        pytest.param(list(np.hstack([ROWS] * 3)), LABELS, id="longer"),
        pytest.param(["ab"] * 300, LABELS, id="texts"),
    ],
)
def test_ordinary_data_bring_none(X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_rows_are_steps(X, y)
