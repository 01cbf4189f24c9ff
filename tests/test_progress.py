"""Bars for those who wait, and a log for those who ask."""

import io
import logging
import sys
import threading
from functools import partial

import numpy as np
import pytest
from tqdm import tqdm

from skseq import SequenceClassifier, SequenceTagger, _progress
from skseq._progress import progress_bar
from skseq.meta import ClassMerger
from skseq.model_selection import compare_strategies
from skseq.samplers import SequenceOverSampler, SequenceSMOTE, TagOverSampler

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

SMALL = {"encoder": "bag", "hidden_size": 2, "max_epochs": 2, "random_state": 0}
X = np.random.default_rng(0).normal(size=(24, 4))
Y = np.array([0, 0, 1] * 8)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def open_terminal(monkeypatch):
    # In the test itself: between fixtures and a test, pytest sets stderr anew.
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    return stream


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(_progress, "_PATIENCE", 1e-9)
    monkeypatch.setattr(_progress, "tqdm", partial(tqdm, mininterval=0))


def fit_with(verbose, **params):
    return SequenceClassifier(verbose=verbose, **SMALL, **params).fit(X, Y)


def test_a_short_fit_shows_nothing_even_to_a_person(monkeypatch):
    terminal = open_terminal(monkeypatch)
    fit_with("auto")
    assert terminal.getvalue() == ""


def test_a_long_fit_shows_a_bar_to_a_person_only(impatient, monkeypatch):
    terminal = open_terminal(monkeypatch)
    fit_with("auto", n_seeds=2)
    shown = terminal.getvalue()
    assert "SequenceClassifier 1 of 2" in shown
    assert "SequenceClassifier 2 of 2" in shown
    assert "train_loss" in shown
    for stream in (io.StringIO(), None):
        monkeypatch.setattr(sys, "stderr", stream)
        fit_with("auto")
        assert not (stream and stream.getvalue())


def test_a_long_fit_of_a_worker_shows_no_bar(impatient, monkeypatch):
    terminal = open_terminal(monkeypatch)
    worker = threading.Thread(target=fit_with, args=("auto",))
    worker.start()
    worker.join()
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(("verbose", "is_shown"), [(0, False), (False, False), (1, True)])
def test_a_bar_that_is_asked_for_is_shown_at_once(verbose, is_shown, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
    fit_with(verbose)
    assert ("2/2" in stream.getvalue()) == is_shown


def test_neighbours_under_dtw_show_a_bar(impatient, monkeypatch):
    terminal = open_terminal(monkeypatch)
    SequenceSMOTE(random_state=0).fit_resample(X, Y)
    assert "neighbours" in terminal.getvalue()


def test_a_bar_counts():
    with progress_bar(3, "steps", unit="step", verbose=1) as bar:
        for _ in range(3):
            bar.update()
    assert bar.n == bar.total == 3


def test_nothing_is_said_unless_the_log_is_listened_to(capsys):
    assert any(isinstance(h, logging.NullHandler) for h in logging.getLogger("skseq").handlers)
    fit_with(0)
    said = capsys.readouterr()
    assert said.out == said.err == ""


def test_the_log_tells_what_was_chosen_left_out_and_trained(caplog):
    caplog.set_level(logging.DEBUG, logger="skseq")
    weight = np.ones(24)
    weight[:3] = 0
    model = SequenceClassifier(early_stopping="best", n_seeds=2, **SMALL)
    model.fit(X, Y, sample_weight=weight)
    by_level = {}
    for record in caplog.records:
        by_level.setdefault(record.levelname, []).append(record.getMessage())
    told = "\n".join(by_level["INFO"])
    assert f"SequenceClassifier chooses causal=False, pooling={model.recipe_['pooling']!r}" in told
    assert "max_epochs" not in told  # was given
    assert "3 of 24 sequences have weight 0: left out" in told
    assert "SequenceClassifier trains on 19 sequences and holds out 2, for early_stopping" in told
    for number in (1, 2):
        assert f"SequenceClassifier {number} of 2 trained for 2 epochs in " in told
    assert len(by_level["DEBUG"]) == 4
    first = model.history_[0]["train_loss"]
    assert by_level["DEBUG"][0].startswith(
        f"SequenceClassifier 1 of 2: epoch 1, train_loss {first:.3f}"
    )


def test_the_log_tells_how_many_sequences_and_classes_come_out(caplog):
    caplog.set_level(logging.INFO, logger="skseq")
    SequenceOverSampler().fit_resample(X, Y)
    TagOverSampler(random_state=0).fit_resample([[1, 2]] * 4, [["a", "a"]] * 3 + [["b", "a"]])
    ClassMerger(SequenceClassifier(**SMALL), mapping={0: "x", 1: "x", 2: "y"}).fit(
        X, np.arange(24) % 3
    )
    told = caplog.text
    assert "SequenceOverSampler: 24 sequences become 32" in told
    assert "TagOverSampler: 4 sequences become " in told
    assert "ClassMerger: 3 classes become 2" in told


def test_the_log_tells_of_candidates_and_of_what_a_directory_holds(caplog, tmp_path):
    caplog.set_level(logging.INFO, logger="skseq.model_selection")
    for n_kept in (0, 2):
        caplog.clear()
        found = compare_strategies(
            SequenceClassifier(**SMALL), X, Y, [], cv=2, baselines=False, refit=False, verbose=0,
            directory=tmp_path,
        )  # fmt: skip
        assert f"{n_kept} of 2 fits are in {tmp_path} already" in caplog.text
        score = found.scores_["plain"][0]
        assert f"plain, fold 1: score {score:.3f}, fitted in " in caplog.text


def test_a_tagger_knows_the_word_auto():
    assert SequenceTagger().verbose == "auto"
    with pytest.raises(ValueError, match="verbose"):
        fit_with("loud")
