"""Progress is seen by people, and nothing is written to a pipe unless it is asked for."""

import io
import sys

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from skseq.model_selection import compare_strategies
from skseq.model_selection._progress import follow

TASKS = [("plain", 0), ("focal", 0), ("plain", 1), ("focal", 1)]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def lines_of(stream):
    return stream.getvalue().replace("\r", "\n").splitlines()


def test_it_names_candidate_score_leader_and_time_left(monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    scores = iter([0.5, 0.75, 0.6, np.nan])
    assert list(follow("abcd", TASKS, lambda _: next(scores), 1)) == list("abcd")
    shown = "\n".join(lines_of(stream))
    for part in ("plain, fold 1 of 2", "plain (0.500 so far), fold 2 of 2", "best 0.750: focal"):
        assert part in shown
    assert "4/4" in lines_of(stream)[-1]
    assert "00:00<00:00" in shown


@pytest.mark.parametrize(
    ("verbose", "stream", "is_shown"),
    [
        (0, Terminal(), False),
        (1, Terminal(), True),
        (True, Terminal(), True),
        (1, io.StringIO(), False),
        (2, io.StringIO(), True),
        (1, None, False),
    ],
)
def test_who_sees_it(verbose, stream, is_shown, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream)
    X, y = [[0.0]] * 12, [0, 0, 1] * 4
    compare_strategies(
        DummyClassifier(), X, y, {"other": {"strategy": "uniform"}}, cv=2, baselines=False,
        verbose=verbose,
    )  # fmt: skip
    assert bool(stream and stream.getvalue()) == is_shown
    if is_shown:
        assert "4/4" in lines_of(stream)[-1]


def test_a_score_is_not_asked_for_where_nothing_is_shown():
    assert list(follow("abcd", TASKS, None, 0)) == list("abcd")
