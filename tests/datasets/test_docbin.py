"""spaCy need not be installed: its documents are known by what they have."""

import builtins
from types import SimpleNamespace

import pytest

from skseq.datasets import read_docbin, write_docbin


class Doc(list):
    """Tokens, with the text and the entities of a document."""

    def __init__(self, text, words, entities):
        places = [text.index(word) for word in words]
        super().__init__(
            SimpleNamespace(text=word, idx=place) for word, place in zip(words, places, strict=True)
        )
        self.text = text
        self.ents = [
            SimpleNamespace(start=start, end=end, label_=label) for start, end, label in entities
        ]


def test_documents_give_tokens_tags_and_places():
    docs = [Doc("Ada King left.", ["Ada", "King", "left", "."], [(0, 2, "PERSON")])]
    content = read_docbin(docs)
    assert content.data == [["Ada", "King", "left", "."]]
    assert content.target == [["B-PERSON", "I-PERSON", "O", "O"]]
    assert content.target_names == ["B-PERSON", "I-PERSON", "O"]
    assert [content.texts[0][slice(*place)] for place in content.offsets[0]] == content.data[0]
    assert read_docbin(iter(docs), scheme="BILOU").target[0][:2] == ["B-PERSON", "L-PERSON"]


def test_a_file_needs_spacy(monkeypatch, tmp_path):
    plain_import = builtins.__import__

    def without_spacy(name, *args, **kwargs):
        if name.partition(".")[0] == "spacy":
            raise ModuleNotFoundError(name=name)
        return plain_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_spacy)
    monkeypatch.setattr("importlib.import_module", without_spacy)
    with pytest.raises(ImportError, match=r'read_docbin of a path needs spacy.*"skseq\[spacy\]"'):
        read_docbin(tmp_path / "train.spacy")


def test_a_file_comes_back_as_it_was_written(tmp_path):
    pytest.importorskip("spacy")
    tokens, tags = [["Ada", "King", "left"], ["Rome"]], [["B-PER", "I-PER", "O"], ["B-LOC"]]
    write_docbin(tmp_path / "train.spacy", tokens, tags)
    content = read_docbin(tmp_path / "train.spacy")
    assert (content.data, content.target) == (tokens, tags)
