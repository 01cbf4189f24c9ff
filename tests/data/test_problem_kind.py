"""The kind of a problem is read off X and y as estimators read it."""

import numpy as np
import pandas as pd
import pytest

from skseq import Sequences
from skseq.data import guess_problem_kind

TOKENS = [
    ["some text", "another"],
    [["some", "text"], ["another"]],
    [[2, 3], [4]],
    [[], [4]],
    Sequences.from_list([[2, 3], [4]]),
    Sequences.from_list([["a", "b"], ["c"]]),
    pd.Series(["some text", "another"]),
    pd.DataFrame({"text": ["some text", "another"]}),
    pd.DataFrame({"ids": [[2, 3], [4]]}),
    np.array(["some text", "another"]),
]
VALUES = [
    [[2.0, 3.0], [4.0]],
    [[[2, 3], [4, 5]], [[6, 7]]],
    Sequences.from_list([[2.0, 3.0], [4.0]]),
    Sequences.from_list([[[2, 3], [4, 5]], [[6, 7]]]),
    np.array([[2, 3], [4, 5]]),
    np.zeros((2, 3, 4)),
    pd.DataFrame([[2, 3], [4, 5]]),
    pd.DataFrame({"series": [[2.0, 3.0], [4.0]]}),
]


@pytest.mark.parametrize("X", TOKENS)
def test_texts_and_integers_are_tokens(X):
    assert guess_problem_kind(X, ["a", "b"]) == "tokens"
    assert guess_problem_kind(X, [["a", "b"], ["a"]]) == "tags"


@pytest.mark.parametrize("X", VALUES)
def test_floats_vectors_and_tables_are_values(X):
    assert guess_problem_kind(X, ["a", "b"]) == "values"
    assert guess_problem_kind(X, [["a", "b"], ["a"]]) == "value tags"


def test_what_the_estimator_says_of_integers_counts():
    X = [[2, 3], [4]]
    assert guess_problem_kind(X, ["a", "b"], input="values") == "values"
    assert guess_problem_kind(X, [["a", "b"], ["a"]], input="values") == "value tags"
    assert guess_problem_kind(X, ["a", "b"], input="tokens") == "tokens"
