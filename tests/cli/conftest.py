"""Small files of every sort, and commands in this process with small nets."""

import contextlib
import io
import json

import numpy as np
import pytest

from skseq.cli import _nets, main
from skseq.model_selection._tuned import Tuned


class Result:
    """What a command did."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err


def run(*arguments):
    """Run a command here, and give its status, and what it wrote."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(each) for each in arguments])
    return Result(status, out.getvalue(), err.getvalue())


@pytest.fixture(name="run", scope="session")
def run_fixture():
    return run


@pytest.fixture(scope="module")
def small_nets():
    """Nets that take no time and baselines as they come, for commands that fit some."""
    make = _nets.make_plain_pipeline

    def make_small(kind, **params):
        return make(kind, hidden_size=4, embedding_dim=4, encoder="lstm", max_epochs=2, **params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_nets, "make_plain_pipeline", make_small)
        patch.setattr(Tuned, "_choose", lambda self, X, y, groups: (None, self.strengths[0]))
        yield


def write(path, lines):
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """A folder of small files."""
    folder = tmp_path_factory.mktemp("files")
    rng = np.random.default_rng(0)
    words = ["late", "train", "again", "cold", "food", "tasty"]
    labels = ["complaint"] * 16 + ["praise"] * 8
    rng.shuffle(labels)
    texts = [
        " ".join(rng.choice(words[:4] if label == "complaint" else words[3:], 5))
        for label in labels
    ]
    write(
        folder / "texts.csv",
        ["text,label", *(f'"{text}",{label}' for text, label in zip(texts, labels, strict=True))],
    )
    write(
        folder / "texts.jsonl",
        [json.dumps({"text": t, "label": label}) for t, label in zip(texts, labels, strict=True)],
    )
    # A series: a step a row, its two numbers in one cell.
    state = np.repeat(rng.integers(1, 4, 40), 5)
    values = np.column_stack([state + rng.normal(size=200) * 0.1, rng.normal(size=200)]).round(3)
    write(
        folder / "series.csv",
        ["data,label", *(f'"{v}",{s}' for v, s in zip(values.tolist(), state, strict=True))],
    )
    # The same as 20 recordings, and in two columns; rows of recordings are interleaved.
    order = rng.permutation(200)
    write(
        folder / "long.csv",
        [
            "recording,step,a,b,label",
            *(f"r{row // 10},{row % 10},{values[row, 0]},{values[row, 1]},{state[row]}"
              for row in order),
        ],
    )  # fmt: skip
    tokens = ["Ada", "left", "Paris", "for", "Rome"]
    tags = {"Ada": "B-PER", "Paris": "B-LOC", "Rome": "B-LOC"}
    sentences = [rng.choice(tokens, 4) for _ in range(24)]
    write(
        folder / "names.conll",
        [line for s in sentences for line in [*(f"{t}\t{tags.get(t, 'O')}" for t in s), ""]],
    )
    return folder
