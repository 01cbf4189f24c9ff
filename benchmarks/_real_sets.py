"""Real sets of ``../shared/data``, cut to a size that a comparison of many strategies can afford.

Each loader takes a seed and gives a `Problem`: training rows drawn with that seed from the
published training part, test rows from the published test part, and nothing learnt from either.
A set that is not there raises FileNotFoundError, and the caller leaves it out.
"""

import csv
import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import GroupShuffleSplit

from skseq import Sequences
from skseq.datasets import load_docstrings, load_python_tokens, read_conll

DATA = Path(__file__).parents[2] / "shared" / "data"


class Problem(NamedTuple):
    """Training and test part of a set.

    Attributes
    ----------
    kind : {"tokens", "values", "tags", "value tags"}
        What the sequences hold, and whether each step has a label.

    background : str or None
        The tag that is left out of macro averages.
    """

    kind: str
    X_train: object
    y_train: object
    X_test: object
    y_test: object
    background: str | None = None


def mrda(seed, n_train=1500, n_test=3000):
    """Utterances of meetings, 5 dialogue acts; one class has 60 %."""
    columns = [_table(DATA / "mrda" / f"{part}.tsv", header=True) for part in ("train", "test")]
    (train_X, train_y), (test_X, test_y) = [
        ([row["text"] for row in rows], np.array([row["basic"] for row in rows]))
        for rows in columns
    ]
    return _drawn("tokens", train_X, train_y, test_X, test_y, n_train, n_test, seed)


def cefr(seed, n_train=1500, n_test=None):
    """Sentences in six ordered levels of difficulty, 59 : 1; development and test part pooled."""
    train, dev, test = (read_levels(part) for part in ("train", "dev", "test"))
    test_X, test_y = dev[0] + test[0], np.concatenate([dev[1], test[1]])
    return _drawn("tokens", *train, test_X, test_y, n_train, n_test, seed)


def docstrings(seed, n_train=None, n_test=None):
    """First paragraphs of the standard library's docstrings; the family of modules is the class."""
    texts, y = load_docstrings(return_X_y=True)
    test = np.random.default_rng(seed).permutation(len(texts)) % 3 == 0
    parts = [[texts[row] for row in np.flatnonzero(part)] for part in (~test, test)]
    return _drawn("tokens", parts[0], y[~test], parts[1], y[test], n_train, n_test, seed)


def phalanx(seed, n_train=None, n_test=None):
    """Outlines of bones as series of 80 steps, six ordered stages, 11 : 1 (ProximalPhalanxTW)."""
    return _ucr("ProximalPhalanxTW", n_train, n_test, seed)


def medical(seed, n_train=None, n_test=None):
    """Histograms of images as series of 99 steps, ten classes, 34 : 1 (MedicalImages)."""
    return _ucr("MedicalImages", n_train, n_test, seed)


def ecg(seed, n_train=None, n_test=1500):
    """Heartbeats as series of 140 steps, five classes, 146 : 1 (ECG5000)."""
    return _ucr("ECG5000", n_train, n_test, seed)


def anem(seed, n_train=1000, n_test=600):
    """Tokens of biomedical sentences, 11 kinds of entity; 96 % of the tokens are none (AnEM)."""
    parts = [read_conll(DATA / "anem" / f"{part}.conll") for part in ("train", "test")]
    (train_X, train_y), (test_X, test_y) = [(part.data, part.target) for part in parts]
    return _drawn("tags", train_X, train_y, test_X, test_y, n_train, n_test, seed, "O")


def cmapss(seed, n_train=None, n_test=None):
    """Sensors of engines: steps with over 30, 16 to 30 and at most 15 cycles left (FD001).

    Training engines run until they fail; those of the test part are cut some time before.
    """
    folder = DATA / "cmapss_fd001"
    train = _engines(folder / "train_FD001.txt.gz", None)
    test = _engines(folder / "test_FD001.txt.gz", np.loadtxt(folder / "RUL_FD001.txt"))
    return _drawn("value tags", *train, *test, n_train, n_test, seed, "healthy")


def python(seed, n_sequences=400, max_length=200):
    """Characters of Python source, 4 kinds of name and number; 96 % are none. Split by file."""
    data = load_python_tokens(n_sequences=n_sequences, max_length=max_length, random_state=seed)
    parts = next(
        GroupShuffleSplit(1, test_size=0.5, random_state=seed).split(data.data, groups=data.groups)
    )
    (train_X, train_y), (test_X, test_y) = [
        ([list(data.data[row]) for row in rows], [data.target[row].tolist() for row in rows])
        for rows in parts
    ]
    return Problem("tags", train_X, train_y, test_X, test_y, "O")


SETS = {
    "mrda": mrda,
    "cefr": cefr,
    "docstrings": docstrings,
    "phalanx": phalanx,
    "medical": medical,
    "ecg": ecg,
    "anem": anem,
    "cmapss": cmapss,
    "python": python,
}


def _table(path, header=False):
    with open(path, encoding="utf-8", newline="") as file:
        if header:
            return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_levels(part):
    """Sentences of a part of CEFR-SP and their levels: the mean of two annotators, rounded up."""
    rows = _table(DATA / "cefr_sp_wiki" / f"{part}.tsv")
    marks = np.array([[int(first), int(second)] for _, first, second in rows])
    return [row[0] for row in rows], np.ceil(marks.mean(axis=1)).astype(int)


def read_series(name, part):
    """Series of a part of a set of the UCR archive, all of one length, and their labels."""
    with gzip.open(DATA / "ucr_a" / name / f"{name}_{part}.tsv.gz", "rt") as file:
        table = np.loadtxt(file)
    return Sequences.from_padded(table[:, 1:]), table[:, 0].astype(int)


def _ucr(name, n_train, n_test, seed):
    train, test = (read_series(name, part) for part in ("TRAIN", "TEST"))
    return _drawn("values", *train, *test, n_train, n_test, seed)


def _engines(path, left_at_end):
    rows = np.loadtxt(path)
    engines = [rows[rows[:, 0] == unit] for unit in np.unique(rows[:, 0])]
    after = np.zeros(len(engines)) if left_at_end is None else left_at_end
    varying = rows[:, 2:].std(axis=0) > 1e-8
    tags = []
    for engine, rest in zip(engines, after, strict=True):
        left = rest + np.arange(len(engine))[::-1]
        tags.append(np.select([left <= 15, left <= 30], ["failing", "worn"], "healthy").tolist())
    return [engine[:, 2:][:, varying] for engine in engines], tags


def _drawn(kind, train_X, train_y, test_X, test_y, n_train, n_test, seed, background=None):
    rng = np.random.default_rng(seed)
    parts = []
    for X, y, size in ((train_X, train_y, n_train), (test_X, test_y, n_test)):
        rows = rng.permutation(len(X))[:size]
        parts += [_taken(X, rows), _taken(y, rows)]
    return Problem(kind, *parts, background)


def _taken(rows, chosen):
    return [rows[row] for row in chosen] if isinstance(rows, list) else rows[chosen]
