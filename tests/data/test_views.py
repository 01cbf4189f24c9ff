"""In a notebook, `Sequences` are a table of the first few, with what they carry, all escaped."""

import time
from xml.etree import ElementTree

import numpy as np
import pytest

from skseq import Sequences
from skseq.preprocessing import CharacterChannel, IdChannel, NumberChannel, TokenEncoder


def read_page(X):
    """Paragraphs and rows of cells: the page is well-formed, so an XML parser reads it."""
    html = X._repr_html_()
    page = ElementTree.fromstring(html[html.index("<div") :])
    rows = [["".join(cell.itertext()) for cell in row] for row in page.iter("tr")]
    return [text.text for text in page.iter("p")], rows


def test_a_notebook_shows_sizes_and_the_first_rows():
    X = Sequences.from_list([[1, 2, 3], [4], [5, 6], [7], [8], [9]])
    lines, rows = read_page(X)
    assert lines == [repr(X).splitlines()[0], "Median length 1 steps"]
    assert rows == [
        ["", "steps", "first steps"],
        ["0", "3", "1 2 3"],
        ["1", "1", "4"],
        ["2", "2", "5 6"],
        ["3", "1", "7"],
        ["...", "", ""],
    ]


def test_what_sequences_carry_is_named():
    X = Sequences(
        np.arange(12).reshape(4, 3) % 2 + 0.0,
        [0, 1, 4],
        weight=[0.5, 2.0],
        origin=Sequences.from_list([[0], [0, 7]]),
        label_counts={"a": 1, "b": 3000},
        channels=[
            IdChannel("word", n_ids=9),
            CharacterChannel("letters", n_ids=4, n_columns=1),
            NumberChannel("size"),
        ],
    )
    lines, rows = read_page(X)
    assert lines[2:] == [
        "Channel word: ids below 9, 1 column (IdChannel)",
        "Channel letters: ids below 4, 1 column (CharacterChannel)",
        "Channel size: 1 column (NumberChannel)",
        "Weights from 0.5 to 2",
        "Labels before a sampler ran: b: 3,000, a: 1",
    ]
    assert rows[0] == ["", "steps", "weight", "origin", "first steps"]
    assert [row[1:4] for row in rows[1:]] == [["1", "0.5", "0"], ["3", "2", "0 7"]]


def test_ids_of_a_vocabulary_are_shown_as_words():
    lines, rows = read_page(TokenEncoder().fit_transform(["to be or", "not to be"]))
    assert [row[-1] for row in rows[1:]] == ["to be or", "not to be"]
    assert any(line.startswith("Vocabulary of ") for line in lines)


def test_text_from_the_data_cannot_become_html():
    X = Sequences.from_list([["<script>", "a&b"], ["x" * 100]])
    assert "<script>" not in X._repr_html_()
    assert [row[-1] for row in read_page(X)[1][1:]] == ["<script> a&b", "x" * 29 + "..."]


@pytest.mark.parametrize("sequences", [[], [[]], [[[1.0, 2.0]] * 5]])
def test_nothing_and_vectors_have_a_page_too(sequences):
    _, rows = read_page(Sequences.from_list(sequences))
    assert len(rows) == 1 + len(sequences)


def test_millions_of_steps_are_shown_at_once():
    X = Sequences(np.zeros((4_000_000, 2)), np.arange(0, 4_000_001, 4))
    start = time.perf_counter()
    html = X._repr_html_()
    assert time.perf_counter() - start < 2  # a loop over sequences takes several
    assert len(html) < 5000
