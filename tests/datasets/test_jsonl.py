import io
import json
from pathlib import Path

import pytest

from skseq.datasets import read_jsonl, write_jsonl
from skseq.spans import Span, tags_to_spans

SHARED = Path(__file__).parents[3] / "shared" / "data"
TEXTS = ["Ada King left", "  ", "In Rome, è bello"]
SPANS = [[(0, 8, "PER")], [], [(3, 7, "LOC"), (9, 10, "PER")]]


def read(*records, **options):
    return read_jsonl(io.StringIO("\n".join(map(json.dumps, records))), **options)


def test_what_is_written_is_read_back_at_either_level(tmp_path):
    path = tmp_path / "texts.jsonl"
    write_jsonl(path, TEXTS, SPANS)
    for level in ("char", "word"):
        read_back = read_jsonl(path, level=level)
        assert read_back.texts == TEXTS
        assert [[span[:3] for span in row] for row in read_back.spans] == SPANS
        found = tags_to_spans(TEXTS, read_back.target, offsets=read_back.get("offsets"))
        assert found == read_back.spans
    assert read_back.data == [["Ada", "King", "left"], [], ["In", "Rome", ",", "è", "bello"]]
    assert read_back.target[2] == ["O", "B-LOC", "O", "B-PER", "O"]
    assert read_back.target_names == ["B-LOC", "B-PER", "I-PER", "O"]


def test_probabilities_are_written_where_they_are_known():
    file = io.StringIO()
    write_jsonl(file, ["ab"], [[Span(0, 1, "X", 0.5, "a")]])
    assert json.loads(file.getvalue())["spans"][0]["probability"] == 0.5


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("spans", {"start": 0, "end": 3, "label": "PER", "token_start": 0}),
        ("entities", [0, 3, "PER"]),
        ("label", [0, 3, "PER"]),
    ],
)
def test_spans_are_found_as_labelling_tools_write_them(key, entry):
    content = read({"text": "Ada left", key: [entry]}, {"text": "no spans here"})
    assert content.spans == [[Span(0, 3, "PER", None, "Ada")], []]
    assert content.records[0][key] == [entry]


def test_a_line_may_bring_its_own_tokens():
    tokens = [{"text": "Ada's", "start": 0, "end": 5, "id": 0}]
    content = read({"text": "Ada's", "tokens": tokens, "spans": [[0, 5, "X"]]}, level="word")
    assert content.data == [["Ada's"]]


def test_marked_characters_are_spans_of_one():
    content = read({"text": "Hi. Ho.", "ends": [2, 6]}, spans="ends", scheme="plain")
    assert content.target == [["O", "O", "ends", "O", "O", "O", "ends"]]


def test_sentence_ends_of_a_treebank_are_read():
    path = SHARED / "ewt_sentseg" / "dev.jsonl"
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    content = read_jsonl(path, spans="ends", scheme="plain")
    assert sum(map(len, content.data)) == 125_038
    assert sum(row.count("ends") for row in content.target) == 2001


@pytest.mark.parametrize(
    ("line", "options", "message"),
    [
        ('{"text": ', {}, "line 2: not JSON"),
        ("[1]", {}, r"line 2: an object such as .* got \[1\]"),
        ('{"txt": "a"}', {}, "line 2: no text under 'text'.*Did you mean 'txt'"),
        ('{"text": 3}', {}, "line 2: 'text' must be a text, got 3$"),
        ('{"text": "ab", "spans": [[0, 3, "X"]]}', {}, "line 2: the span from 0 to 3 .*outside"),
        (
            '{"text": "ab", "spans": [[0, 2, "X"], [1, 2, "Y"]]}',
            {},
            "line 2: the span from 1 to 2 overlaps the one before it, and",
        ),
        ('{"text": "ab", "spans": [[1, 1, "X"]]}', {}, "to 1 is empty$"),
        ('{"text": "ab", "spans": [[0, 1]]}', {}, "line 2: a span is"),
        ('{"text": "ab", "span": []}', {"spans": "spans"}, "line 2: no spans under 'spans'"),
        (
            '{"text": "ab cd", "spans": [[1, 5, "X"]]}',
            {"level": "word"},
            "line 2: it has a span from 1 to 5 that does not start and end with a token",
        ),
    ],
)
def test_a_broken_line_is_named(line, options, message):
    text = '{"text": "fine", "spans": []}\n' + line
    with pytest.raises(ValueError, match=message):
        read_jsonl(io.StringIO(text), **options)
    with pytest.raises(ValueError, match="has no text"):
        read_jsonl(io.StringIO("\n"))


@pytest.mark.parametrize(
    ("texts", "spans", "message"),
    [
        (["Ada left"], [[Span(1, 2, "X", None, "left")]], "from 1 to 2 of 'left', but 'd' stands"),
        ([["Ada", "left"]], [[(0, 3, "PER")]], r"texts\[0\] must be a text, got a list; join"),
        (["Ada left"], [["B-PER", "O"]], r"spans\[0\] must hold spans.*got tags; .*tags_to_spans"),
    ],
)
def test_what_is_no_span_of_the_text_is_not_written(texts, spans, message):
    with pytest.raises(ValueError, match=message):
        write_jsonl(io.StringIO(), texts, spans)
