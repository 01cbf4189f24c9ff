"""Samplers give frames back in kind, as imbalanced-learn's own do, and polars as polars."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from imblearn.over_sampling import RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler

from skseq import Sequences
from skseq.samplers import (
    ContextUnderSampler,
    SequenceOverSampler,
    SequenceSMOTE,
    SequenceTomekLinks,
    SequenceUnderSampler,
    TagOverSampler,
    TagUnderSampler,
)

Y = [0, 0, 1] * 8
TEXTS = [f"text {number}" for number in range(24)]
LISTS = [[float(number)] * (1 + number % 3) for number in range(24)]
NUMBERS = {"a": np.arange(24.0), "b": np.arange(24)}
FRAMES = {
    "texts": {"t": TEXTS},
    "lists": {"s": LISTS},
    "several columns": {"t": TEXTS, "s": LISTS, "n": list(range(24))},
    "numbers": NUMBERS,
}
PAIRS = [(SequenceOverSampler, RandomOverSampler), (SequenceUnderSampler, RandomUnderSampler)]


@pytest.mark.parametrize("columns", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_a_pandas_frame_comes_back_as_from_imbalanced_learn(ours, theirs, columns):
    frame = pd.DataFrame(columns, index=[f"row {number}" for number in range(24)])
    y = pd.Series(Y, index=frame.index, name="label")
    X_ours, y_ours = ours(random_state=0).fit_resample(frame, y)
    X_theirs, y_theirs = theirs(random_state=0).fit_resample(frame, y)
    if columns is NUMBERS:  # a table, which is resampled as an array and has no index then
        X_theirs, y_theirs = X_theirs.reset_index(drop=True), y_theirs.reset_index(drop=True)
    pd.testing.assert_series_equal(y_ours, y_theirs)
    pd.testing.assert_index_equal(X_ours.index, X_theirs.index)
    if "s" in columns:  # cells that are lists have no testing helper
        assert X_ours["s"].tolist() == X_theirs["s"].tolist()
        X_ours, X_theirs = X_ours.drop(columns="s"), X_theirs.drop(columns="s")
    assert X_ours.columns.equals(X_theirs.columns)
    assert (X_ours.dtypes == X_theirs.dtypes).all()
    assert X_ours.to_numpy().tolist() == X_theirs.to_numpy().tolist()


@pytest.mark.parametrize("make_y", [list, pd.Series, lambda y: pl.Series("label", y)])
@pytest.mark.parametrize("columns", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("sampler", [SequenceOverSampler, SequenceUnderSampler])
def test_polars_in_polars_out(sampler, columns, make_y):
    sampler = sampler(random_state=0)
    frame = pl.DataFrame(columns)
    X, y = sampler.fit_resample(frame, make_y(Y))
    assert X.equals(frame[sampler.sample_indices_])
    assert type(y) is type(make_y(Y))
    assert list(y) == [Y[row] for row in sampler.sample_indices_]
    if len(columns) > 1:
        assert sampler.feature_names_in_.tolist() == list(columns)
        assert sampler.n_features_in_ == len(columns)


@pytest.mark.parametrize("columns", FRAMES.values(), ids=FRAMES)
def test_an_arrow_table_comes_back_as_one(columns):
    sampler = SequenceOverSampler(random_state=0)
    table = pa.table(columns)
    X, _ = sampler.fit_resample(table, Y)
    assert X.equals(table.take(sampler.sample_indices_))


def test_columns_of_texts_come_back_in_kind():
    sampler = SequenceOverSampler(random_state=0)
    for column in (TEXTS, pd.Series(TEXTS, name="t"), pl.Series("t", TEXTS)):
        X, _ = sampler.fit_resample(column, Y)
        assert type(X) is type(column)
        assert list(X) == [TEXTS[row] for row in sampler.sample_indices_]


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_samplers_of_tags_and_cleaners_give_frames_back(frame):
    rng = np.random.default_rng(0)
    X = frame({"s": LISTS})
    tags = [rng.choice(["O", "X"], p=[0.7, 0.3], size=len(cell)).tolist() for cell in LISTS]
    for sampler in (TagOverSampler(), TagUnderSampler()):
        X_resampled, tags_resampled = sampler.fit_resample(X, tags)
        assert isinstance(X_resampled, frame)
        assert list(map(len, X_resampled["s"])) == list(map(len, tags_resampled))
    X_resampled, y_resampled = SequenceTomekLinks().fit_resample(X, Y)
    assert isinstance(X_resampled, frame)
    assert len(X_resampled) == len(y_resampled)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_new_sequences_come_as_sequences_that_know_their_parents(frame):
    for sampler in (
        SequenceSMOTE(k_neighbors=2, random_state=0),
        SequenceOverSampler(augment="jitter", random_state=0),
        ContextUnderSampler(majority=0),
    ):
        y = [[label] * len(cell) for label, cell in zip(Y, LISTS, strict=True)]
        per_step = isinstance(sampler, ContextUnderSampler)
        X, _ = sampler.fit_resample(frame({"s": LISTS}), y if per_step else Y)
        assert isinstance(X, Sequences)
        assert X.origin is not None


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_smote_of_a_frame_of_numbers_is_a_frame(frame):
    X, y = SequenceSMOTE(k_neighbors=2, random_state=0).fit_resample(frame(NUMBERS), Y)
    assert isinstance(X, frame)
    assert list(X.columns) == ["a", "b"]
    assert len(X) == len(y) == 32


def test_smote_reads_cells_of_text_that_are_lists_of_numbers():
    smote = SequenceSMOTE(k_neighbors=2, random_state=0)
    X, _ = smote.fit_resample(pd.DataFrame({"s": list(map(str, LISTS))}), Y)
    assert smote.fit_resample(pd.DataFrame({"s": LISTS}), Y)[0] == X


def test_steps_that_matter_come_from_one_column():
    frame = pd.DataFrame(FRAMES["several columns"])
    for sampler in (SequenceSMOTE(), SequenceOverSampler(augment="jitter")):
        with pytest.raises(TypeError, match=r"frame of 3 columns.*such as X\['t'\]"):
            sampler.fit_resample(frame, Y)
