"""How long texts are is seen beside what they say, where it tells something."""

import numpy as np
import pytest
from scipy.sparse import random_array

from skseq import Sequences
from skseq.model_selection import baselines
from skseq.model_selection._token_lengths import LastColumns, TokenLengths
from skseq.preprocessing import TokenEncoder

TEXTS = ["a good film", "a rather, rather bad one!", "bad"]
LISTS = [
    ["a", "good", "film"],
    ["a", "rather", ",", "rather", "bad", "one", "!"],
    ["bad"],
]


@pytest.mark.parametrize(
    "X",
    [
        TEXTS,
        np.array(TEXTS),
        LISTS,
        TokenEncoder().fit_transform(TEXTS),
        TokenEncoder("char").fit_transform(TEXTS),
    ],
    ids=["texts", "array", "lists", "ids of words", "ids of characters"],
)
def test_lengths_are_those_of_the_tokens_in_whatever_form(X):
    expected = [[len(row), len("".join(row))] for row in LISTS]
    np.testing.assert_allclose(np.expm1(TokenLengths().fit_transform(X)), expected)


def test_ids_without_words_have_no_characters():
    X = Sequences.from_list([[7, 8, 9], [9]])
    np.testing.assert_allclose(np.expm1(TokenLengths().fit_transform(X)), [[3, 0], [1, 0]])


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_last_columns_alone_are_weighted(weight):
    table = random_array((7, 5), density=0.6, format="csr", rng=np.random.default_rng(0))
    found = LastColumns(2, weight=weight).fit_transform(table)
    expected = table.toarray() * np.array([1, 1, 1, weight, weight])
    assert found.format == "csr"
    np.testing.assert_allclose(found.toarray(), expected)


@pytest.mark.parametrize(
    "name", ["TF-IDF + logistic regression", "TF-IDF + balanced logistic regression"]
)
def test_a_baseline_tells_short_texts_from_long_ones_of_the_same_words(name):
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1], [90, 30]))
    X = [["word", "and"] * rng.integers(2 + 6 * label, 7 + 6 * label) for label in y]
    model = baselines("tokens", random_state=0)[name].fit(X[:80], y[:80])
    assert model[-1].best_params_["lengths__weight"] > 0
    assert np.mean(model.predict(X[80:]) == y[80:]) > 0.95
