import io
from collections import Counter
from pathlib import Path

import pytest

from skseq import Sequences
from skseq.datasets import read_conll, write_conll

SHARED = Path(__file__).parents[3] / "shared" / "data"


def read(text, **options):
    return read_conll(io.StringIO(text), **options)


def test_sentences_are_apart_by_blank_lines_however_many_and_whatever_they_hold():
    sentences = read("\n\na X\nb Y\n \t\n\n\nc X\n\n")
    assert sentences.data == [["a", "b"], ["c"]]
    assert sentences.target == [["X", "Y"], ["X"]]
    assert sentences.target_names == ["X", "Y"]


def test_the_last_line_needs_no_line_end_and_windows_line_ends_are_no_part_of_a_tag():
    assert read("a X\r\n\r\nb Y").target == [["X"], ["Y"]]


def test_columns_are_chosen_from_either_end():
    text = "1 dog N x\n2 runs V y\n"
    sentences = read(text, token_column=1, tag_column=-2)
    assert sentences.data == [["dog", "runs"]]
    assert sentences.target == [["N", "V"]]


def test_a_separator_allows_spaces_inside_a_token():
    assert read("New York\tB\n", separator="\t").data == [["New York"]]


@pytest.mark.parametrize("odd", ["a\u00a0b", "a\u2028b", "a\x85b", "\u3000"])
def test_unusual_white_space_is_part_of_a_token(odd):
    assert read(f"{odd}\tX\nc\tY\n").data == [[odd, "c"]]


def test_comments_are_skipped_only_when_asked_for():
    text = "# newdoc\n-DOCSTART- O\n\n# O\n"
    assert read("# O\n").data == [["#"]]
    assert read("-DOCSTART- O\n\na X\n", comment="-DOCSTART-").data == [["a"]]
    with pytest.raises(ValueError, match="has no sentence"):
        read(text, comment=("# ", "-DOCSTART-"))


def test_tokens_alone_are_read_without_a_tag_column():
    sentences = read("a\nb\n", tag_column=None)
    assert sentences.data == [["a", "b"]]
    assert "target" not in sentences


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_path_and_a_binary_file_are_read_as_utf8_with_or_without_a_mark(tmp_path, bom):
    path = tmp_path / "tags.conll"
    path.write_bytes(bom + "grüße X\n".encode())
    assert read_conll(path).data == read_conll(str(path)).data == [["grüße"]]
    with path.open("rb") as file:
        assert read_conll(file).data == [["grüße"]]


def test_a_line_of_another_width_is_named(tmp_path):
    path = tmp_path / "bad.conll"
    path.write_text("a X\nb Y\n\nc\n")
    with pytest.raises(ValueError, match=r"bad.conll, line 4: 1 column\(s\), but line 1 has 2"):
        read_conll(path)


def test_an_empty_column_is_named():
    with pytest.raises(ValueError, match="the file, line 2: column 1 is empty"):
        read("a\tX\nb\t\n", separator="\t")


def test_a_line_that_does_not_decode_is_named():
    with pytest.raises(ValueError, match=r"line 2: not utf-8-sig .*pass encoding="):
        read_conll(io.BytesIO(b"a X\n\xff Y\n"))
    assert read_conll(io.BytesIO(b"a X\n\xe9 Y\n"), encoding="latin-1").data == [["a", "é"]]


@pytest.mark.parametrize(("argument", "column"), [("token_column", 2), ("tag_column", -3)])
def test_a_column_that_is_not_there_is_named(argument, column):
    with pytest.raises(ValueError, match=f"{argument}={column}, but the lines of the file have 2"):
        read("a X\n", **{argument: column})


# Sentences, tokens and first tags of each type, as the corpora's own tables give them.
CORPORA = {
    "wnut17/train": (3394, 62730, {"person": 660, "product": 142, "creative-work": 140}),
    "wnut17/dev": (1009, 15733, {"person": 470, "product": 114, "creative-work": 105}),
    "wnut17/test": (1287, 23394, {"person": 429, "product": 127, "creative-work": 142}),
    "anem/train": (2815, 71697, {"Cell": 472, "Organ": 219, "Tissue": 109}),
    "anem/test": (1882, 45939, {"Cell": 304, "Organ": 162, "Tissue": 60}),
}


@pytest.mark.parametrize("name", CORPORA)
def test_real_corpora_have_the_counts_that_their_tables_give(name):
    path = SHARED / f"{name}.conll"
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    n_sentences, n_tokens, spans = CORPORA[name]
    sentences = read_conll(path)
    assert len(sentences.data) == n_sentences
    assert sum(map(len, sentences.data)) == n_tokens
    assert [len(row) for row in sentences.data] == [len(row) for row in sentences.target]
    firsts = Counter(tag for row in sentences.target for tag in row if tag.startswith("B-"))
    assert {kind: firsts[f"B-{kind}"] for kind in spans} == spans


def test_columns_have_names_from_the_caller_or_from_the_first_line():
    text = "dog 3 N\nruns 7 V\n"
    names = {"columns": ["token", "start", "tag"], "token_column": "token", "tag_column": "tag"}
    assert read(text, **names).target == [["N", "V"]]
    named = "# global.columns = FORM START UPOS\n" + text
    sentences = read(named, token_column="FORM", tag_column="START")
    assert (sentences.data, sentences.target) == ([["dog", "runs"]], [["3", "7"]])
    with pytest.raises(ValueError, match=r"tag_column='tags', .* the names .*Did you mean 'tag'"):
        read(text, **names | {"tag_column": "tags"})
    with pytest.raises(ValueError, match="'tag', but the columns of the file have no names"):
        read(text, tag_column="tag")
    with pytest.raises(ValueError, match=r"line 3: 2 column\(s\), but line 2 has 3"):
        read("# global.columns = A B C\na b c\nd e\n")


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("-DOCSTART- O\n\na X\n\nb Y\n\n-DOCSTART- O\n\nc Z\n", [0, 0, 1]),
        ("a X\n\n-DOCSTART- O\nb Y\n\nc Z\n", [0, 1, 1]),
        ("a X\n\nb Y\n\nc Z\n", [0, 0, 0]),
        ("-DOCSTART- -X- -X- O\na X\n-DOCSTART-\nb Y\n-DOCSTART-\n\nc Z\n", [0, 1, 2]),
    ],
)
def test_marks_of_documents_become_groups(text, groups):
    sentences = read(text, document="-DOCSTART-")
    assert sentences.data == [["a"], ["b"], ["c"]]
    assert sentences.groups.tolist() == groups
    assert "groups" not in read("a X\n")


def test_tags_that_break_their_scheme_are_kept_repaired_or_refused_with_their_line():
    text = "a O\nb I-X\n\nc I-X\n"
    tags = [["O", "I-X"], ["I-X"]]
    assert read(text).target == read(text, scheme="IOB2").target == tags
    assert read(text, scheme="IOB2", invalid="repair").target == [["O", "B-X"], ["B-X"]]
    assert read(text, scheme="IOB1", invalid="error").target == tags
    with pytest.raises(ValueError, match="line 2: 'I-X', after 'O', breaks IOB2"):
        read(text, scheme="IOB2", invalid="error")
    with pytest.raises(ValueError, match="line 4: 'E-X' is not a tag of IOB2"):
        read(text.replace("c I", "c E"), scheme="IOB2")
    with pytest.raises(ValueError, match="line 1: 'o' is not a tag of IOB2"):
        read(text.replace("a O", "a o"), scheme="IOB2")
    with pytest.raises(ValueError, match="needs to know the scheme"):
        read(text, invalid="error")


@pytest.mark.parametrize("separator", ["\t", " ", ","])
def test_what_is_written_is_read_back(tmp_path, separator):
    path = tmp_path / "tags.conll"
    tokens, tags, guesses = [["a", "ü"], ["c"], ["d"]], [["X", "O"], ["O"], ["O"]], [["X", "X"]] * 3
    guesses[1] = guesses[2] = ["O"]
    write_conll(
        path, tokens, Sequences.from_list(tags), guesses, separator=separator, groups=[7, 7, 4]
    )
    sentences = read_conll(path, separator=separator, tag_column=1, document="-DOCSTART-")
    assert (sentences.data, sentences.target) == (tokens, tags)
    assert sentences.groups.tolist() == [0, 0, 1]
    assert read_conll(path, separator=separator, document="-DOCSTART-").target == guesses


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ([["a b"]], "token 0 of sentence 0 has the entry 'a b', which is blank or holds the separ"),
        ([["a", ""]], "token 1 of sentence 0 has the entry ''"),
        ([["a\nb"]], "a line break"),
        ([[]], r"tokens\[0\] is empty"),
        ([["a", "b", "c"]], r"sentence 0 has columns of \[3, 2\] entries"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, tokens, message):
    tags = [["X"] * min(len(tokens[0]), 2)]
    with pytest.raises(ValueError, match=message):
        write_conll(tmp_path / "tags.conll", tokens, tags, separator=" ")
