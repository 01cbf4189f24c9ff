"""Data that many tests share (30 sequences of 3 to 12 steps), and settings for all of them."""

import os
import re
import sys
import textwrap
import types
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from skseq import Sequences
from skseq.data import offsets_from_lengths

# Pictures are drawn to files: no test needs a screen.
os.environ.setdefault("MPLBACKEND", "Agg")

# Examples take as long as a busy machine makes them take. CI draws the same ones each time.
settings.register_profile("skseq", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("skseq")

N_SEQUENCES = 30
N_RARE = 6


def pytest_collection_finish():
    """Give torch one thread, as small nets run fastest, unless no test imported it."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


@pytest.fixture
def lengths():
    """Steps of each sequence, ndarray of shape (30,); the fixtures below share them."""
    return np.random.default_rng(0).integers(3, 13, size=N_SEQUENCES)


@pytest.fixture
def labels():
    """One label per sequence, ndarray of shape (30,): 24 "common" and 6 "rare", shuffled."""
    names = np.repeat(["common", "rare"], [N_SEQUENCES - N_RARE, N_RARE])
    return np.random.default_rng(1).permutation(names)


@pytest.fixture
def ragged_tokens(lengths, labels):
    """Sequences of token ids from 2 to 19; id 2 stands only in those labelled "rare"."""
    ids = np.random.default_rng(2).integers(3, 20, size=lengths.sum())
    offsets = offsets_from_lengths(lengths)
    ids[offsets[:-1][labels == "rare"] + 1] = 2
    return Sequences(ids, offsets)


@pytest.fixture
def ragged_values(lengths, labels):
    """Sequences of 2 standard normal features; those labelled "rare" are shifted up by 1."""
    values = np.random.default_rng(3).normal(size=(lengths.sum(), 2))
    values[np.repeat(labels == "rare", lengths)] += 1
    return Sequences(values, offsets_from_lengths(lengths))


@pytest.fixture
def tags(ragged_tokens):
    """One tag per step, aligned with `ragged_tokens`: "O", and "X" where the id is 2 or 3."""
    return Sequences(np.where(ragged_tokens.values <= 3, "X", "O"), ragged_tokens.offsets)


@pytest.fixture
def run_page(monkeypatch, tmp_path):
    """Function that runs a Markdown page's blocks in order, and gives the module that they make."""
    monkeypatch.chdir(tmp_path)

    def run(page, languages="python"):
        text = (Path(__file__).parents[1] / page).read_text(encoding="utf-8")
        blocks = re.findall(rf"```(?:{languages})\n(.*?)```", text, flags=re.DOTALL)
        assert blocks
        # A module like any other, so that what a page defines can be pickled.
        module = types.ModuleType(Path(page).stem)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        for block in blocks:
            exec(compile(textwrap.dedent(block), page, "exec"), vars(module))
        return module

    return run
