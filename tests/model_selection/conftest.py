"""Toy data of every kind."""

import numpy as np
import pytest

from skseq.datasets import make_imbalanced_sequences, make_imbalanced_tags


@pytest.fixture
def toy_data():
    """Give a function from a kind to X and y that are easy to learn."""
    return make_toy_data


def make_toy_data(kind):
    """Data of a kind with words where it holds tokens, and enough of every class."""
    values = "tokens" if kind in ("tokens", "tags") else "values"
    shared = {"n_classes": 3, "kind": values, "class_sep": 8, "random_state": 0}
    if "tags" in kind:
        X, y = make_imbalanced_tags(24, weights=0.6, length=(6, 12), context=0.0, **shared)
        y = y.replace(values=np.array(["O", "B-PER", "B-LOC"])[y.values])
    else:
        X, y = make_imbalanced_sequences(48, weights=[0.5, 0.3, 0.2], length=(4, 8), **shared)
    if values == "tokens":
        X = [[f"w{token}" for token in row] for row in X.tolist()]
    return X, y
