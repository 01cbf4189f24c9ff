"""spaCy need not be installed: its documents are known by what they have."""

import builtins
from types import SimpleNamespace

import pytest

from skseq import Sequences
from skseq.datasets import read_docbin, write_docbin
from skseq.spans import tags_to_spans


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


TAGS = {
    "IOB1": [["I-PER", "I-PER", "B-PER"], ["O"], []],
    "IOB2": [["B-ORG-EU", "I-ORG-EU", "O"], ["B-LOC"], []],
    "BILOU": [["B-PER", "L-PER", "U-LOC"], ["O"], []],
    "plain": [["PER", "PER", "O"], ["LOC"], []],
}


@pytest.mark.parametrize("scheme", TAGS)
def test_a_file_comes_back_as_it_was_written(scheme, tmp_path):
    pytest.importorskip("spacy")
    tokens, tags = [["Ada", "King", "left"], [" "], []], TAGS[scheme]
    path = tmp_path / "train.spacy"
    write_docbin(path, tokens, tags, scheme=scheme)
    content = read_docbin(str(path), scheme=scheme)
    assert (content.data, content.target) == (tokens, tags)


def test_spacy_reads_the_spans_that_were_written(tmp_path):
    spacy = pytest.importorskip("spacy")
    tokens, tags = [["Ada", "King", "left"], ["She"]], [["B-PER", "I-PER", "O"], ["O"]]
    write_docbin(tmp_path / "train.spacy", Sequences.from_list(tokens), Sequences.from_list(tags))
    docs = (
        spacy.tokens.DocBin().from_disk(tmp_path / "train.spacy").get_docs(spacy.blank("en").vocab)
    )
    named, other = docs
    assert [(span.text, span.label_) for span in named.ents] == [("Ada King", "PER")]
    # Not "missing", which training would leave out.
    assert [token.ent_iob_ for token in other] == ["O"]


def test_what_spacy_wrote_is_read_with_its_text(tmp_path):
    spacy = pytest.importorskip("spacy")
    doc = spacy.blank("en")("Ada King, née Byron, didn't leave  Rome.\n")
    doc.ents = [doc.char_span(0, 8, "PERSON"), doc.char_span(35, 39, "GPE")]
    spacy.tokens.DocBin(docs=[doc]).to_disk(tmp_path / "train.spacy")
    content = read_docbin(tmp_path / "train.spacy")
    assert content.texts == [doc.text]
    assert [doc.text[slice(*place)] for place in content.offsets[0]] == content.data[0]
    spans = tags_to_spans(content.texts, content.target, offsets=content.offsets)[0]
    assert [(span.text, span.type) for span in spans] == [("Ada King", "PERSON"), ("Rome", "GPE")]
