"""A run that was killed goes on from what it finished, and takes nothing that is not its own."""

import importlib
import signal
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import KFold, RepeatedKFold

import skseq
from skseq.model_selection import compare_strategies, make_plain_pipeline, strategies
from skseq.model_selection._fold_fits import _fingerprint, _write_whole
from skseq.model_selection._strategies import KINDS

KILLED = '''
import os
import signal
import sys
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from skseq import Sequences
from skseq.model_selection import compare_strategies

LOG = Path(__file__).with_name("fits.log")


class Counted(ClassifierMixin, BaseEstimator):
    """Writes a line for each fit, and kills its process at the one that it is told to."""

    killed_at = None

    def __init__(self, offset=0):
        self.offset = offset

    def fit(self, X, y):
        n_done = len(LOG.read_text().splitlines()) if LOG.exists() else 0
        if n_done == self.killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
        with LOG.open("a") as log:
            log.write(f"{self.offset} {X.offsets.tolist()}\\n")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return self.classes_[(X.lengths + self.offset) % len(self.classes_)]


def run():
    rng = np.random.default_rng(0)
    X = Sequences.from_lengths(rng.normal(size=84), [5, 9, 7] * 4)
    y = np.array(["a", "b"] * 6)
    changes = {f"offset {offset}": {"offset": offset} for offset in (1, 2)}
    folder = Path(__file__).with_name("finished")
    return compare_strategies(
        Counted(), X, y, changes, cv=3, baselines=False, refit=False, directory=folder,
        error_score="raise",
    )


if __name__ == "__main__":
    import counted  # itself, by the name that the other process imports it by

    counted.Counted.killed_at = 5
    counted.run()
'''


def test_a_killed_run_goes_on_from_what_it_finished(tmp_path, monkeypatch):
    script = tmp_path / "counted.py"
    script.write_text(KILLED, encoding="utf-8")
    root = str(Path(skseq.__file__).parents[1])
    killed = subprocess.run([sys.executable, str(script)], env={"PYTHONPATH": root}, check=False)
    assert killed.returncode == -signal.SIGKILL
    log = tmp_path / "fits.log"
    assert len(log.read_text().splitlines()) == 5
    assert len(list((tmp_path / "finished").iterdir())) == 5

    monkeypatch.syspath_prepend(str(tmp_path))
    counted = importlib.import_module("counted")
    resumed = counted.run()
    fits = log.read_text().splitlines()
    assert len(fits) == len(set(fits)) == 9

    log.unlink()
    (tmp_path / "finished").rename(tmp_path / "elsewhere")
    anew = counted.run()
    assert {k: v.tolist() for k, v in anew.scores_.items()} == {
        k: v.tolist() for k, v in resumed.scores_.items()
    }


class Remembered(ClassifierMixin, BaseEstimator):
    """Counts the fits of all of its kind."""

    n_fits = 0

    def __init__(self, label="a"):
        self.label = label

    def fit(self, X, y):
        type(self).n_fits += 1
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.label)


@pytest.fixture
def count_fits(tmp_path):
    """Give a function that compares with a directory and tells how many fits that took."""
    X, y = np.arange(24.0).reshape(12, 2), np.array(["a", "b"] * 6)
    asked = {
        "X": X, "y": y, "strategies": {"b": {"label": "b"}}, "cv": 3, "baselines": False,
        "refit": False,
    }  # fmt: skip

    def compare(**changed):
        before = Remembered.n_fits
        compare_strategies(Remembered(), **asked | {"directory": tmp_path / "kept"} | changed)
        return Remembered.n_fits - before

    return compare


def test_names_and_scoring_need_no_new_fit(count_fits):
    assert count_fits() == 6
    assert count_fits() == 0
    assert count_fits(strategies={"another name": {"label": "b"}}, scoring="accuracy") == 0
    assert count_fits(strategies={"c": {"label": "c"}}) == 3


def test_other_data_or_folds_need_new_fits(count_fits):
    assert count_fits() == 6
    assert count_fits(y=np.array(["a", "b", "b"] * 4)) == 6
    assert count_fits(X=np.arange(24.0).reshape(12, 2) + 1e-9) == 6
    assert count_fits(random_state=1) == 6
    assert count_fits(n_repeats=2) == 0  # whose folds are those of the seeds 0 and 1
    assert count_fits(directory=None) == 6


def test_splitters_with_a_fixed_seed_find_their_folds_again(count_fits):
    assert count_fits(cv=RepeatedKFold(n_splits=2, n_repeats=2, random_state=0)) == 8
    assert count_fits(cv=RepeatedKFold(n_splits=2, n_repeats=3, random_state=0)) == 4
    assert count_fits(cv=list(KFold(2).split(np.zeros(12)))) == 4


def test_a_relative_directory_is_that_of_the_caller_in_all_processes(tmp_path, monkeypatch):
    X, y = np.arange(24.0).reshape(12, 2), ["a", "b"] * 6
    for name in ("first", "second"):  # where the processes of the first run are used again
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        compare_strategies(
            DummyClassifier(), X, y, [], cv=2, baselines=False, directory="kept", n_jobs=2
        )
        assert len(list((tmp_path / name / "kept").iterdir())) == 2


def test_a_file_that_could_not_be_finished_is_not_there(tmp_path, monkeypatch):
    def break_off(result, path):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(joblib, "dump", break_off)
    with pytest.raises(KeyboardInterrupt):
        _write_whole("result", tmp_path / "key.joblib")
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_pickled_cannot_be_kept(tmp_path):
    with pytest.raises(ValueError, match=r"'plain' cannot.*Define its functions"):
        compare_strategies(
            Remembered(lambda: "a"), np.eye(4), ["a", "b"] * 2, [], cv=2, baselines=False,
            directory=tmp_path,
        )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_strategy_has_a_fingerprint_of_its_own_that_does_not_change(kind):
    def prints():
        plain = make_plain_pipeline(kind, random_state=0)
        return [
            _fingerprint(name, clone(plain).set_params(**params))
            for name, params in strategies(kind, random_state=0).items()
        ]

    assert prints() == prints()
    assert len(set(prints())) == len(prints())
