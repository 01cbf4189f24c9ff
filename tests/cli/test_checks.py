"""What nothing can be learnt from is told with its row and column."""

import json

import pytest

from skseq.cli._errors import InputError
from skseq.cli._open import open_file, open_unlabelled
from skseq.cli._reading import Asked


def table(head, *rows):
    return "t.csv", "\n".join([head, *rows])


def objects(*records):
    return "t.jsonl", "\n".join(map(json.dumps, records))


WORDS = {"tokens": ["Ada", "left"], "tags": ["B", "O"]}
NONE_MARKED = {"text": "Ada left", "spans": []}


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (table("a,b,label", *["1.5,2,x", "1,inf,y"] * 9), "column b, row 2: holds inf"),
        (table("v,label", *['"[1, 2]",x', '"[1, NaN]",y'] * 9), "column v, row 2: holds nan"),
        (table("v,label", *['"[1, 2]",x', '"[]",y'] * 2), "row 2: there is nothing in it to read, "
         "nor in 2 of 4 rows"),
        (objects(WORDS, {"tokens": [], "tags": []}), "column tokens, row 2: there is nothing"),
        (objects(WORDS, {"tokens": ["a"], "tags": ["O", "B"]}), "row 2: 2 labels for 1 steps"),
        (objects(NONE_MARKED, NONE_MARKED), "column spans holds one label, O"),
        (table("text,label", *["a b,1.5", "b c,2"] * 4), "not whole, such as 1.5"),
        (objects({"text": "a b", "label": {"x": 1}}), "column label, row 1: .* is neither a label"),
    ],
)  # fmt: skip
def test_what_nothing_can_be_learnt_from_is_told(file, message, tmp_path):
    name, content = file
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        open_file(str(path), Asked(row_is="sequence"))


def test_whole_numbers_are_labels_however_they_are_written(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text('{"tokens": ["Ada", "left"], "tags": [1.0, 0.0]}\n' * 4, encoding="utf-8")
    assert open_file(str(path), Asked()).data.y == [[1.0, 0.0]] * 4


def test_an_empty_text_is_one_that_says_nothing_but_has_no_steps(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text(
        "\n".join(json.dumps({"text": text, "label": str(len(text))}) for text in ["", "a"] * 3),
        encoding="utf-8",
    )
    opened = open_file(str(path), Asked())
    assert opened.data.X == ["", "a"] * 3
    with pytest.raises(InputError, match="row 1: there is nothing"):
        open_unlabelled(str(path), opened.reading._replace(tags=True, unit="character"))
