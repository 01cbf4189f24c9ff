"""``skseq predict``: what a saved model says of the sequences of a file."""

import csv
import json
import sys
from contextlib import contextmanager

import numpy as np

from skseq.cli import stop_writing
from skseq.cli._errors import InputError
from skseq.cli._open import open_unlabelled
from skseq.cli._reading import Reading
from skseq.data import Sequences, as_sequences, as_tags
from skseq.persistence import load
from skseq.spans import tags_to_spans

FORMATS = ("csv", "jsonl")
PREDICTED = "predicted"


def run_predict(model_path, path, *, format, proba, output, to):
    """Predict and write; the arguments are those of the command line."""
    model = load(model_path)
    reading = _reading_of(model, model_path)
    if proba and not hasattr(model, "predict_proba"):
        raise InputError(f"--proba: {model_path} gives no probabilities; leave the option out")
    data = open_unlabelled(path, reading, format)
    labels = model.predict(data.X)
    proba = model.predict_proba(data.X) if proba else None
    classes = getattr(model, "classes_", None)
    rows = (_of_steps if reading.tags else _of_sequences)(data, labels, proba, classes)
    if reading.tags and to == "jsonl":
        rows = _of_tagged(data, labels, proba, classes)
    elif data.index is not None:
        rows = _in_order_of_file(rows, data, reading.tags)
    with _opened(output) as file:
        _WRITERS[to](rows, file)


def _reading_of(model, path):
    reading = getattr(model, "file_reading_", None)
    if reading is None:
        raise InputError(
            f"{path} does not say how files are read: it is not the model of skseq tune; in "
            "Python, skseq.load(path).predict(X) takes sequences"
        )
    return Reading(**reading)


# -- rows -----------------------------------------------------------------------------------------


def _of_sequences(data, labels, proba, classes):
    """A dict for each sequence."""
    tables = [{}] * len(data.names) if proba is None else _shares(proba, classes)
    for name, label, shares in zip(data.names, np.asarray(labels).tolist(), tables, strict=True):
        yield {"sequence": name, PREDICTED: label} | shares


def _of_steps(data, labels, proba, classes):
    """A dict for each step, sequence by sequence."""
    tags = as_tags(labels)
    names = np.repeat(np.arange(len(tags)), tags.lengths).tolist()
    shares = None if proba is None else _shares(as_sequences(proba).values, classes)
    words = _words(data)
    places = (np.arange(tags.n_steps) - np.repeat(tags.offsets[:-1], tags.lengths) + 1).tolist()
    for step, (row, place, tag) in enumerate(zip(names, places, tags.values.tolist(), strict=True)):
        found = {"sequence": data.names[row], "step": place}
        if words is not None:
            found["text"] = words[step]
        found[PREDICTED] = tag
        yield found if shares is None else found | next(shares)


def _of_tagged(data, labels, proba, classes):
    """A dict for each sequence of tags, with the spans that they spell."""
    tags = as_tags(labels)
    words = None if isinstance(data.X, Sequences) else data.X
    tables = None if proba is None else as_sequences(proba)
    spans = _spans(data, tags, classes)
    for row, name in enumerate(data.names):
        found = {"sequence": name}
        if words is not None:
            found["text"] = words[row]
        found[PREDICTED] = tags[row].tolist()
        if tables is not None:
            found["probabilities"] = [*map(list, tables[row].astype(float).round(6).tolist())]
            found["classes"] = np.asarray(classes).tolist()
        if spans is not None:
            found["spans"] = spans[row]
        yield found


def _spans(data, tags, classes):
    """Spans as dicts, where tags have the prefixes of IOB and its like; else None."""
    names = map(str, np.unique(tags.values if classes is None else classes).tolist())
    if not any(name[1:2] == "-" for name in names):
        return None
    texts = None if isinstance(data.X, Sequences) else data.X
    return [
        [{"start": span.start, "end": span.end, "label": span.type, "text": _joined(span.text)}
         for span in row]
        for row in tags_to_spans(texts, tags)
    ]  # fmt: skip


def _joined(text):
    return text if text is None or isinstance(text, str) else " ".join(text)


def _words(data):
    """What stands at each step, where that is text."""
    if isinstance(data.X, Sequences):
        return None
    return [word for row in data.X for word in row]


def _shares(proba, classes):
    names = [f"p({each})" for each in np.asarray(classes).tolist()]
    return (
        dict(zip(names, row, strict=True))
        for row in np.round(np.asarray(proba, dtype=float), 6).tolist()
    )


def _in_order_of_file(rows, data, is_step):
    """Where the file has a row for each step, its rows in their order."""
    if not is_step:
        return rows
    order = np.argsort(data.index.values, kind="stable")
    rows = list(rows)
    numbered = ({"row": int(row) + 1} for row in data.index.values[order])
    return (number | rows[step] for number, step in zip(numbered, order, strict=True))


# -- writing --------------------------------------------------------------------------------------


@contextmanager
def _opened(output):
    if output is None:
        try:
            yield sys.stdout
            sys.stdout.flush()
        except BrokenPipeError:
            stop_writing()
        return
    with open(output, "w", newline="", encoding="utf-8") as file:
        yield file


def _write_csv(rows, file):
    writer = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(file, fieldnames=list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)


def _write_jsonl(rows, file):
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


_WRITERS = {"csv": _write_csv, "jsonl": _write_jsonl}
