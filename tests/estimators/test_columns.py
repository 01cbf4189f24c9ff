"""Estimators, transformers, ensembles and comparisons take columns of any kind for lists."""

from collections import deque

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from skseq import (
    ClassWeightTransformer,
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    SequenceTagger,
)
from skseq.ensemble import SequenceBalancedBaggingClassifier
from skseq.meta import ThresholdTuner
from skseq.model_selection import check_leakage, compare_strategies
from skseq.preprocessing import SequenceScaler, SequenceSummarizer, TokenEncoder
from skseq.samplers import SequenceOverSampler

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

RNG = np.random.default_rng(0)
CELLS = [RNG.normal(size=length).tolist() for length in RNG.integers(2, 7, 24)]
Y = [0, 0, 1] * 8
TEXTS = ["a b", "c d", "e f g"] * 8
SMALL = {"hidden_size": 2, "max_epochs": 1, "random_state": 0}
BAGGING = SequenceBalancedBaggingClassifier(
    SequenceClassifier(**SMALL), n_estimators=2, random_state=0
)
PIPELINE = make_pipeline(SequenceOverSampler(random_state=0), SequenceClassifier(**SMALL))
COLUMNS = {
    "frame": lambda cells: pd.DataFrame({"s": cells}),
    "polars frame": lambda cells: pl.DataFrame({"s": cells}),
    "Series": pd.Series,
    "Arrow": pa.array,
    "deque": deque,
    "tensors": lambda cells: list(map(torch.tensor, cells)),
    "texts of a CSV file": lambda cells: pd.DataFrame({"s": list(map(str, cells))}),
}


@pytest.mark.parametrize("make", COLUMNS.values(), ids=COLUMNS)
@pytest.mark.parametrize(
    ("model", "method"),
    [
        (SequenceClassifier(**SMALL), "predict_proba"),
        (SequenceOrdinalClassifier(**SMALL), "predict_proba"),
        (SequenceRegressor(**SMALL), "predict"),
        (BAGGING, "predict_proba"),
        (PIPELINE, "predict_proba"),
        (SequenceScaler(), "transform"),
        (SequenceSummarizer(), "transform"),
        (ClassWeightTransformer(), "fit_transform"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_a_column_is_as_good_as_a_list_of_arrays(model, method, make):
    def outputs(X):
        fitted = clone(model)
        if method == "fit_transform":
            return fitted.fit_transform(X, Y).tolist()
        return getattr(fitted.fit(X, Y), method)(X).tolist()

    expected = outputs([np.array(cell) for cell in CELLS])
    np.testing.assert_allclose(
        np.concatenate(outputs(make(CELLS)), axis=None),
        np.concatenate(expected, axis=None),
        rtol=1e-5,
        atol=1e-6,
    )


@pytest.mark.parametrize("name", ["Series", "polars frame", "Arrow", "deque", "frame"])
def test_tags_of_a_column_are_tags(name):
    tags = [[int(value > 0) for value in cell] for cell in CELLS]
    model = SequenceTagger(**SMALL).fit(COLUMNS[name](CELLS), COLUMNS[name](tags))
    expected = SequenceTagger(**SMALL).fit(CELLS, tags)
    assert model.predict(CELLS) == expected.predict(CELLS)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_texts_of_a_frame_go_through_a_pipeline_and_its_tools(frame):
    X = frame({"text": TEXTS})
    pipe = make_pipeline(
        TokenEncoder(), SequenceOverSampler(random_state=0), SequenceClassifier(**SMALL)
    )
    assert len(cross_val_score(pipe, X, Y, cv=2, error_score="raise")) == 2
    assert pipe.fit(X, Y).predict(X).shape == (24,)
    tuner = ThresholdTuner(make_pipeline(TokenEncoder(), SequenceClassifier(**SMALL)), cv=2)
    assert tuner.fit(X, Y).predict(X).shape == (24,)
    comparison = compare_strategies(pipe, X, Y, [], cv=2, baselines=False, verbose=False)
    assert list(comparison.scores_) == ["plain"]


def test_a_leak_is_found_in_a_column_of_texts():
    splits = [(np.arange(12), np.arange(12, 24))]
    for make in (list, pd.Series, pl.Series, lambda texts: pd.DataFrame({"t": texts})):
        assert check_leakage(make(TEXTS), splits) == check_leakage(TEXTS, splits)


@pytest.mark.parametrize("column", [pd.DataFrame({"t": TEXTS}), pl.Series(TEXTS), TEXTS])
def test_text_for_an_estimator_brings_the_hint(column):
    with pytest.raises(TypeError, match="TokenEncoder turns text into token ids"):
        SequenceClassifier(**SMALL).fit(column, Y)
