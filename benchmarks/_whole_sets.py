"""Real sets of ``../shared/data`` as published: whole, with their own splits and scores.

Each loader gives a `Whole`: a part to train on and a part to test on. With ``dev=True`` the test
part is left alone, and a development part stands in for it: the published one where there is one,
else rows of the training part, which then do not train. A set that is not there raises
FileNotFoundError, and the caller leaves it out.
"""

import gzip
import json
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from _real_sets import DATA, _engines, _table, read_levels
from sklearn.metrics import accuracy_score, balanced_accuracy_score, cohen_kappa_score, f1_score
from sklearn.model_selection import train_test_split

from skseq import Sequences
from skseq.datasets import load_docstrings


class Whole(NamedTuple):
    """A set with its splits.

    Attributes
    ----------
    kind : {"tokens", "values", "tags", "value tags", "dialogues"}
        What the sequences hold, and whether each step has a label.

    scores : callable
        ``scores(y_test, predicted)`` gives a dict of figures by name.
    """

    kind: str
    X_train: object
    y_train: object
    X_test: object
    y_test: object
    scores: Callable


def docstrings(seed, dev=False):
    """Docstrings of the standard library, 18 families of modules; two thirds to train on, drawn."""
    texts, y = load_docstrings(return_X_y=True)
    test = np.random.default_rng(seed).permutation(len(texts)) % 3 == 0
    train, rest = np.flatnonzero(~test), np.flatnonzero(test)
    if dev:
        train, rest = train_test_split(train, test_size=0.2, random_state=seed)
    return Whole("tokens", *_rows(texts, y, train), *_rows(texts, y, rest), _macro_f1)


def cefr(seed, dev=False):
    """Sentences in six ordered levels of difficulty; tested on development and test part pooled."""
    train_X, train_y = read_levels("train")
    if dev:
        train, rest = train_test_split(np.arange(len(train_X)), test_size=0.15, random_state=seed)
        parts = *_rows(train_X, train_y, train), *_rows(train_X, train_y, rest)
    else:
        (dev_X, dev_y), (test_X, test_y) = read_levels("dev"), read_levels("test")
        parts = train_X, train_y, dev_X + test_X, np.concatenate([dev_y, test_y])
    return Whole("tokens", *parts, _ordinal)


def clinc(seed, dev=False):
    """Requests with 150 intents, and others out of scope (clinc150_imbalanced)."""
    text = (DATA / "clinc150_imbalanced" / "data_imbalanced.json").read_text(encoding="utf-8")
    parts = json.loads(text)
    test = ("val", "oos_val") if dev else ("test", "oos_test")
    rows = parts["train"] + parts["oos_train"], parts[test[0]] + parts[test[1]]
    pairs = [([row[0] for row in part], np.array([row[1] for row in part])) for part in rows]
    return Whole("tokens", *pairs[0], *pairs[1], _in_scope)


def mrda(seed, dev=False):
    """Utterances of meetings, each on its own, 5 dialogue acts; 75,067 to train on."""
    parts = "train", "dev" if dev else "test"
    rows = [_table(DATA / "mrda" / f"{part}.tsv", header=True) for part in parts]
    pairs = [
        ([row["text"] for row in part], np.array([row["basic"] for row in part])) for part in rows
    ]
    return Whole("tokens", *pairs[0], *pairs[1], _macro_f1)


def meetings(seed, dev=False):
    """The same utterances in context: whole meetings, 51 to train on, an act for each utterance."""
    parts = [_meetings(part) for part in ("train", "dev" if dev else "test")]
    return Whole("dialogues", *parts[0], *parts[1], _acts)


def fd001(seed, dev=False):
    """Sensors of 100 engines until they fail, a tag per cycle; test engines stop before that."""
    folder = DATA / "cmapss_fd001"
    engines, tags = _engines(folder / "train_FD001.txt.gz", None)
    if not dev:
        left = np.loadtxt(folder / "RUL_FD001.txt")
        return Whole(
            "value tags", engines, tags, *_engines(folder / "test_FD001.txt.gz", left), _engine
        )
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(engines))
    train, rest = order[30:], np.repeat(order[:30], 3)
    ends = [max(30, int(len(engines[row]) * rng.uniform(0.2, 1))) for row in rest]
    cut_X = [engines[row][:end] for row, end in zip(rest, ends, strict=True)]
    cut_y = [tags[row][:end] for row, end in zip(rest, ends, strict=True)]
    return Whole("value tags", *_rows(engines, tags, train), cut_X, cut_y, _engine)


def ewt(seed, dev=False):
    """Characters of English web texts: where sentences end, 59 to 79 : 1."""
    parts = "train", "dev" if dev else "test"
    (train_X, train_y), (test_X, test_y) = [_documents(part) for part in parts]
    return Whole("tags", train_X, train_y, test_X, test_y, _sentences)


def ecg5000(seed, dev=False):
    """Heartbeats as series of 140 steps, five classes, 146 : 1."""
    return _ucr("ECG5000", seed, dev)


def medical(seed, dev=False):
    """Histograms of images as series of 99 steps, ten classes, 34 : 1 (MedicalImages)."""
    return _ucr("MedicalImages", seed, dev)


def plaid(seed, dev=False):
    """Currents of household appliances, series of 101 to 1,344 steps, eleven kinds (PLAID)."""
    return _ucr("PLAID", seed, dev)


def phalanx(seed, dev=False):
    """Outlines of bones as series of 80 steps, six ordered stages, 11 : 1 (ProximalPhalanxTW)."""
    return _ucr("ProximalPhalanxTW", seed, dev)


WHOLE_SETS = {
    "docstrings": docstrings,
    "phalanx": phalanx,
    "medical": medical,
    "ecg5000": ecg5000,
    "plaid": plaid,
    "fd001": fd001,
    "cefr": cefr,
    "clinc": clinc,
    "mrda": mrda,
    "meetings": meetings,
    "ewt": ewt,
}


# -- scores --------------------------------------------------------------------------------------


def _macro_f1(y_test, predicted):
    # A class without a row to test on has no F1; as a mistake it counts where it was made.
    return {
        "macro F1": f1_score(y_test, predicted, average="macro", labels=np.unique(y_test)),
        "accuracy": accuracy_score(y_test, predicted),
    }


def _acts(y_test, predicted):
    return _macro_f1(np.concatenate(y_test), np.concatenate(list(predicted)))


def _balanced(y_test, predicted):
    return {
        "balanced accuracy": balanced_accuracy_score(y_test, predicted),
        "macro F1": f1_score(y_test, predicted, average="macro"),
    }


def _ordinal(y_test, predicted):
    return {
        "QWK": cohen_kappa_score(y_test, predicted, weights="quadratic"),
        "macro F1": f1_score(y_test, predicted, average="macro"),
    }


def _in_scope(y_test, predicted):
    known = y_test != "oos"
    return {
        "in-scope accuracy": accuracy_score(y_test[known], np.asarray(predicted)[known]),
        "out-of-scope recall": float(np.mean(np.asarray(predicted)[~known] == "oos")),
    }


def _engine(y_test, predicted):
    """Over all steps, and whether at most 30 cycles are left at the last step of each engine."""
    last = [np.array([tags[-1] != "healthy" for tags in y]) for y in (y_test, predicted)]
    return {
        "macro F1": f1_score(
            np.concatenate(y_test), np.concatenate(list(predicted)), average="macro"
        ),
        "last-step F1": f1_score(*last),
    }


def _sentences(y_test, predicted):
    """F1 of sentences found whole, from the end of one to the end of the next."""
    found = [_spans(tags) for tags in predicted]
    true = [_spans(tags) for tags in y_test]
    n_right = sum(len(a & b) for a, b in zip(found, true, strict=True))
    total = sum(map(len, found)) + sum(map(len, true))
    return {"sentence F1": 2 * n_right / total}


def _spans(tags):
    """Spans of a document; its last sentence ends with it."""
    ends = np.flatnonzero(np.asarray(tags) == "end")
    if not len(ends) or ends[-1] != len(tags) - 1:
        ends = np.append(ends, len(tags) - 1)
    return set(zip(np.append(0, ends[:-1] + 1).tolist(), ends.tolist(), strict=True))


# -- reading -------------------------------------------------------------------------------------


def _rows(X, y, rows):
    taken = [X[row] for row in rows] if isinstance(X, list) else X[rows]
    return taken, ([y[row] for row in rows] if isinstance(y, list) else y[rows])


def _ucr(name, seed, dev):
    (train_X, train_y), (test_X, test_y) = [_ragged(name, part) for part in ("TRAIN", "TEST")]
    if dev:
        # Every class has a row in either part, so nothing is stratified by classes of one row.
        rare = np.isin(train_y, [k for k in np.unique(train_y) if np.sum(train_y == k) < 5])
        train, rest = train_test_split(
            np.flatnonzero(~rare), test_size=0.25, random_state=seed, stratify=train_y[~rare]
        )
        train = np.append(train, np.flatnonzero(rare))
        test_X, test_y = _rows(train_X, train_y, rest)
        train_X, train_y = _rows(train_X, train_y, train)
    return Whole("values", train_X, train_y, test_X, test_y, _balanced)


def _ragged(name, part):
    """Series of unequal length and their labels; short rows end in NaN."""
    with gzip.open(DATA / "ucr_a" / name / f"{name}_{part}.tsv.gz", "rt") as file:
        rows = [np.array(line.split("\t"), dtype=np.float64) for line in file]
    rows = [row[~np.isnan(row)] for row in rows]
    return Sequences.from_list([row[1:] for row in rows]), np.array([int(row[0]) for row in rows])


def _meetings(part):
    """Meetings as lists of utterances, and the act of each."""
    X, y = {}, {}
    for row in _table(DATA / "mrda" / f"{part}.tsv", header=True):
        X.setdefault(row["dialogue"], []).append(row["text"])
        y.setdefault(row["dialogue"], []).append(row["basic"])
    return list(X.values()), list(y.values())


def _documents(part):
    """Characters of documents, and a tag for each: "end" on the last one of a sentence."""
    X, y = [], []
    with open(DATA / "ewt_sentseg" / f"{part}.jsonl", encoding="utf-8") as file:
        for line in file:
            document = json.loads(line)
            tags = np.full(len(document["text"]), "in", dtype="<U3")
            tags[document["ends"]] = "end"
            X.append(list(document["text"]))
            y.append(tags.tolist())
    return X, y
