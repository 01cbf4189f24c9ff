"""A net is trained for as many epochs as there is time for, and for no fewer than the recipe's."""

import time

import numpy as np
import pytest
from sklearn.preprocessing import FunctionTransformer

from skseq.cli import _pace
from skseq.cli._data import Data
from skseq.datasets import make_imbalanced_sequences, make_imbalanced_tags
from skseq.model_selection import make_plain_pipeline

# What an epoch takes: 20 s for 100 rows of 1,000 steps in all, of which 100 epochs are usual.
PACE = _pace.Pace(20.0, 100.0, 1000.0)


@pytest.fixture
def data():
    X, y = make_imbalanced_sequences(
        40, n_classes=2, weights=[0.98, 0.02], length=6, random_state=0
    )
    return Data(X, y, None, list(range(40)), None, None)


def pipeline(**params):
    return make_plain_pipeline("values", hidden_size=4, random_state=0, **params)


def test_epochs_are_what_a_part_of_the_time_allows(data, tmp_path, monkeypatch):
    monkeypatch.setattr(_pace, "_measure_pace", lambda *_: PACE)
    net = pipeline()
    said = _pace.shorten(net, data, 640, tmp_path)
    assert net.named_steps["model"].max_epochs == 640 / 8 / 20
    assert "usual 100 epochs of a net take about 2,000 s, so nets have 4;" in said
    hasty = pipeline()
    _pace.shorten(hasty, data, 1e-3, tmp_path)
    assert hasty.named_steps["model"].max_epochs == 1


@pytest.mark.parametrize(
    ("params", "seconds"), [({}, None), ({}, 1e6), ({"max_epochs": 50}, 10)], ids=str
)
def test_a_net_is_left_alone_where_there_is_time_or_its_epochs_are_given(
    data, tmp_path, monkeypatch, params, seconds
):
    monkeypatch.setattr(_pace, "_measure_pace", lambda *_: PACE)
    net = pipeline(**params)
    assert _pace.shorten(net, data, seconds, tmp_path) is None
    assert net.named_steps["model"].max_epochs == params.get("max_epochs", "auto")


def test_the_same_command_goes_on_at_the_same_pace(data, tmp_path, monkeypatch):
    measured = []

    def measure(*_):
        measured.append(PACE)
        return PACE

    monkeypatch.setattr(_pace, "_measure_pace", measure)
    for _ in range(2):
        assert _pace.shorten(pipeline(), data, 640, tmp_path)
    assert len(measured) == 1
    _pace.shorten(pipeline(encoder="cnn"), data, 640, tmp_path)
    _pace.shorten(pipeline(), data._replace(y=data.y[::-1]), 640, tmp_path)
    assert len(measured) == 3


def test_a_sample_that_cannot_be_fitted_changes_nothing(data, tmp_path):
    net = pipeline()
    assert _pace.shorten(net, data._replace(y=data.y[:1].repeat(40)), 1e-3, tmp_path) is None
    assert net.named_steps["model"].max_epochs == "auto"


def test_an_epoch_is_measured_without_what_comes_once(data, monkeypatch):
    class Slow(FunctionTransformer):
        def fit(self, X, y=None):
            time.sleep(1)
            return super().fit(X, y)

    net = pipeline()
    net.steps.insert(0, ("slow", Slow()))
    assert _pace._measure_pace(net, data).seconds < 0.5


def test_the_size_of_an_epoch_is_that_of_the_data(data):
    pace = _pace._measure_pace(pipeline(), data)
    assert (pace.n_rows, pace.n_steps) == (40, 240)
    assert pace.seconds > 0


def test_long_sequences_count_as_their_chunks():
    X, y = make_imbalanced_tags(300, length=40, n_classes=3, random_state=0)
    net = make_plain_pipeline("value tags", hidden_size=4, chunk_length=10, random_state=0)
    net.set_params(model__chunk_context=2)
    pace = _pace._measure_pace(net, Data(X, y, None, list(range(300)), None, None))
    assert (pace.n_rows, pace.n_steps) == pytest.approx((1200, 12000))


def test_trials_see_every_label():
    labels = np.array(["common"] * 990 + ["rare", "rarer"] + ["common"] * 8)
    rows = _pace._some_rows(labels, 20)
    assert len(rows) <= 23
    assert set(labels[rows]) == set(labels)
    tags = [["a"] * 3] * 500 + [["a", "b"]] + [["a", "c", "a"]]
    assert {500, 501} <= set(_pace._some_rows(tags, 5))
