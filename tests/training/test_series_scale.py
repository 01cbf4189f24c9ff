"""Each series at its own scale, and what that takes away given to the last layer."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skseq import SequenceClassifier, SequenceRegressor, Sequences, SequenceTagger
from skseq.data import offsets_from_lengths
from skseq.training import _series_scale
from skseq.training._scale import StepScaler
from skseq.training._series_scale import SeriesScaler, differ_widely, series_moments

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

SMALL = {"hidden_size": 4, "max_epochs": 2, "random_state": 0}


@pytest.fixture
def sized(ragged_values):
    """Series whose sizes differ by orders of magnitude, and their sizes."""
    size = 10.0 ** np.random.default_rng(5).uniform(-4, 4, size=len(ragged_values))
    return ragged_values.replace(
        values=ragged_values.values * np.repeat(size, ragged_values.lengths)[:, None]
    )


def padded(X, fill=np.nan):
    """Values (batch, time, n_features) and the mask of their real steps."""
    time = X.lengths.max()
    mask = np.arange(time) < X.lengths[:, None]
    values = np.full((*mask.shape, X.values.shape[1]), fill)
    values[mask] = X.values
    return values, mask


def test_scaled_series_have_mean_0_and_standard_deviation_1(sized):
    scaler = SeriesScaler().fit(sized, np.arange(len(sized)))
    values, mask = padded(sized, fill=1e30)
    scaled, _ = scaler.transform(values, mask)
    for row, real in zip(scaled, mask, strict=True):
        assert_allclose(row[real].mean(axis=0), 0, atol=1e-9)
        assert_allclose(row[real].std(axis=0), 1, atol=1e-9)


def test_a_summary_is_what_the_series_was(sized):
    rows = np.arange(len(sized))
    _, summary = SeriesScaler().fit(sized, rows).transform(*padded(sized, fill=-1e30))
    expected = np.array(
        [
            [
                *(row.mean(axis=0) / row.std(axis=0)),
                *np.log(row.std(axis=0)),
                *np.log(np.abs(row).max(axis=0)),
                np.log(len(row)),
            ]
            for row in sized
        ]
    )
    assert_allclose(summary, StepScaler().fit(expected).transform(expected), atol=1e-8)


@pytest.mark.parametrize("block", [1, 40, 1_000_000])
def test_moments_of_flat_steps_are_those_of_each_series(sized, block, monkeypatch):
    monkeypatch.setattr(_series_scale, "_BLOCK", block)  # of one series, of a few, of all
    size, mean, std, lengths = series_moments(sized, np.arange(len(sized)))
    for row, *found in zip(sized, size, mean, std, lengths, strict=True):
        largest = np.abs(row).max(axis=0)
        expected = largest, (row / largest).mean(axis=0), (row / largest).std(axis=0)
        for one, other in zip(found, (*expected, len(row)), strict=True):
            assert_allclose(one, other)


@pytest.mark.parametrize("wild", [0.0, 1e300, 5e-324, 3.7])
def test_nothing_overflows_and_constant_series_stay_finite(ragged_values, wild):
    values = ragged_values.values.copy()
    values[: ragged_values.offsets[3]] = wild
    values[0] *= -1
    X = ragged_values.replace(values=values)
    scaled, summary = SeriesScaler().fit(X, np.arange(len(X))).transform(*padded(X, fill=0.0))
    assert np.isfinite(scaled).all()
    assert np.isfinite(summary).all()
    assert np.abs(summary).max() < 1e3


def test_moments_are_of_the_rows_that_are_asked_for(sized):
    rows = np.array([3, 0, 2])
    for some, of_all in zip(
        series_moments(sized, rows), series_moments(sized, np.arange(len(sized))), strict=True
    ):
        np.testing.assert_array_equal(some, of_all[rows])


def test_auto_takes_each_series_by_itself_where_they_differ_widely(sized, ragged_values, labels):
    assert differ_widely(sized, np.arange(len(sized)))
    assert not differ_widely(ragged_values, np.arange(len(sized)))
    model = SequenceClassifier(**SMALL)
    assert isinstance(model.fit(sized, labels).scaler_, SeriesScaler)
    assert isinstance(model.fit(ragged_values, labels).scaler_, StepScaler)
    assert isinstance(model.set_params(scale="set").fit(sized, labels).scaler_, StepScaler)


def test_tags_are_read_at_one_scale(sized):
    tags = [["a", "b"] * (len(row) // 2) + ["a"] * (len(row) % 2) for row in sized]
    assert isinstance(SequenceTagger(**SMALL).fit(sized, tags).scaler_, StepScaler)
    with pytest.raises(ValueError, match='scale="series" is for one target for each sequence'):
        SequenceTagger(scale="series", **SMALL).fit(sized, tags)


@pytest.mark.parametrize("estimator", [SequenceClassifier, SequenceRegressor])
def test_predictions_do_not_depend_on_the_batch(sized, labels, estimator):
    y = (labels == "rare").astype(float)
    model = estimator(scale="series", **SMALL).fit(sized, y)
    predict = model.predict_proba if estimator is SequenceClassifier else model.predict
    alone = np.concatenate([predict(sized[row : row + 1]) for row in range(len(sized))])
    assert_allclose(predict(sized), alone, atol=1e-5)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_units_change_nothing(sized, labels, factor):
    other = sized.replace(values=sized.values * factor)
    model = SequenceClassifier(scale="series", **SMALL)
    ours = model.fit(sized, labels).predict_proba(sized)
    assert_allclose(model.fit(other, labels).predict_proba(other), ours, atol=1e-4)


def test_small_and_large_series_are_told_apart_by_shape_and_by_size():
    rng = np.random.default_rng(0)
    n, length = 360, 20
    y = np.arange(n) % 3
    size = 10.0 ** rng.uniform(-5, 1, size=n)
    size[y == 2] = 1e4  # known by its size alone
    ramp, flat = np.linspace(-1, 1, length), np.zeros(length)
    shape = np.where((y == 0)[:, None], ramp, flat) + 0.3 * rng.normal(size=(n, length))
    values = (shape * size[:, None]).ravel()
    X = Sequences(values, offsets_from_lengths(np.full(n, length)))
    model = SequenceClassifier(hidden_size=8, lr=0.01, max_epochs=20, random_state=0)
    model.fit(X[:240], y[:240])
    assert (model.predict(X[240:]) == y[240:]).mean() > 0.9
    model.set_params(scale="set").fit(X[:240], y[:240])
    assert (model.predict(X[240:]) == y[240:]).mean() < 0.9
