"""The docstrings: checked against the imported modules' own, and against what DESCR promises."""

import heapq
import json
import sched
import sys
from collections import Counter

import numpy as np
import pytest

from skseq.datasets import load_docstrings
from skseq.datasets._docstrings import _FAMILIES


@pytest.fixture(scope="module")
def docs():
    return load_docstrings()


def first_paragraph(documented):
    return " ".join(documented.__doc__.strip().split("\n\n")[0].split())


@pytest.mark.parametrize(
    ("documented", "family"),
    [
        (heapq, "heaps"),
        (heapq.merge, "heaps"),
        (json.JSONDecoder, "json"),
        (json.dumps, "json"),
        (sched.scheduler.run, "scheduling"),
    ],
)
def test_what_an_imported_object_says_of_itself_is_in_the_data(docs, documented, family):
    row = docs.data.index(first_paragraph(documented))
    assert docs.target[row] == family


def test_there_are_about_600_texts_in_18_classes_badly_imbalanced(docs):
    counts = Counter(docs.target.tolist())
    assert 550 < len(docs.data) < 750
    assert sorted(counts) == docs.target_names == sorted(_FAMILIES)
    assert len(counts) == 18
    assert 200 < max(counts.values()) < 300
    assert 5 <= min(counts.values()) < 10


def test_no_text_occurs_twice_and_none_is_too_short(docs):
    assert len(set(docs.data)) == len(docs.data)
    assert min(len(text.split()) for text in docs.data) >= 4
    longer = load_docstrings(min_words=10)
    assert min(len(text.split()) for text in longer.data) >= 10
    assert set(longer.data) < set(docs.data)


def test_groups_are_files_of_the_family(docs):
    for family, file in zip(docs.target, docs.groups, strict=True):
        assert file.split("/")[0].removesuffix(".py") in _FAMILIES[family]


def test_every_module_of_a_family_is_in_this_python():
    modules = {module for modules in _FAMILIES.values() for module in modules}
    assert modules <= sys.stdlib_module_names
    assert len(modules) == sum(map(len, _FAMILIES.values()))


def test_a_paragraph_of_two_families_is_left_out(monkeypatch, tmp_path):
    (tmp_path / "csv.py").write_text('"""Close the open file.\n\nDetails."""\n')
    (tmp_path / "html.py").write_text(
        'def f():\n    """Close the\n    open file."""\n'
        'def g():\n    """Escape all of it."""\n'
        'def h():\n    """Escape all of it."""\n'
        'def _private():\n    """Never to be seen here."""\n'
    )
    files = {path.name: path for path in tmp_path.iterdir()}
    monkeypatch.setattr("skseq.datasets._docstrings.source_files", lambda: files)
    docs = load_docstrings()
    assert docs.data == ["Escape all of it."]
    assert docs.target.tolist() == ["html"]


def test_the_description_states_the_counts_and_the_leak(docs):
    assert f"Texts:    {len(docs.data):,} " in docs.DESCR
    for family, count in Counter(docs.target.tolist()).items():
        assert any(line.split()[:2] == [family, str(count)] for line in docs.DESCR.splitlines())
    assert f"of {len(docs.data)} texts" in docs.DESCR


def test_loading_is_deterministic_and_gives_x_and_y_when_asked(docs):
    X, y = load_docstrings(return_X_y=True)
    assert docs.data == X
    np.testing.assert_array_equal(y, docs.target)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="'min_words' parameter of load_docstrings"):
        load_docstrings(min_words=0)
