"""The tags of Python source, recounted by hand on snippets, from the syntax tree on files."""

import ast
import io
import itertools
import sys

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold

from skseq.datasets import load_python_tokens
from skseq.datasets._python_tokens import _TAGS, _cut_at_line_ends, tag_characters
from skseq.datasets._stdlib import read_source, source_files


@pytest.fixture(scope="module")
def code():
    return load_python_tokens(n_sequences=300)


def spans(source):
    """Tagged runs of characters as "TAG text"."""
    codes = tag_characters(source)
    edges = np.flatnonzero(np.diff(codes, prepend=0, append=0))
    return [
        f"{_TAGS[codes[start]]} {source[start:stop]}"
        for start, stop in itertools.pairwise(edges)
        if codes[start]
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x1 = 12 + 0x_ff - 1e-3j\n", ["NUMBER 12", "NUMBER 0x_ff", "NUMBER 1e-3j"]),
        ("x = '12' + f'{34} 5' + b'6'  # 78\n", []),
        ('"""Since 3.8\n\n>>> 1 + 1\n2\n"""\n', []),
        ("@cache\ndef f(x=1): pass\n", ["DECORATOR @cache", "DEFINITION f", "NUMBER 1"]),
        ("@a.b(1, 'c')  # 2\nclass C: pass\n", ["DECORATOR @a.b(1, 'c')", "DEFINITION C"]),
        ("y = a @ b\n", []),
        ("raise KeyError\n", ["EXCEPTION KeyError"]),
        ("if x: raise socket.timeout(1) from error\n", ["EXCEPTION socket.timeout", "NUMBER 1"]),
        ("raise\n", []),
        ("raise (yield)\n", []),
        ("raise errors[0]\n", ["NUMBER 0"]),
        ("raise A if b else C\n", []),
        ("try: f()\nexcept: pass\n", []),
        ("try: f()\nexcept OSError as e: raise e\n", ["EXCEPTION OSError", "EXCEPTION e"]),
        ("try: f()\nexcept (A, b.C,): pass\n", ["EXCEPTION A", "EXCEPTION b.C"]),
        ("try: f()\nexcept* A: pass\n", ["EXCEPTION A"]),
        ("try: f()\nexcept pick(A, 1): pass\n", ["NUMBER 1"]),
        ("async def grüße(): pass\n", ["DEFINITION grüße"]),
        ("ä = 'ö'; n = 5\n", ["NUMBER 5"]),
    ],
)  # fmt: skip
def test_a_snippet_has_the_tags_a_reader_gives_it(source, expected):
    assert spans(source) == expected


def test_a_decorator_over_several_lines_is_one_but_for_its_comments():
    source = "@register(\n    1,  # first\n    f'{2}',\n)\ndef f(): pass\n"
    assert spans(source) == [
        "DECORATOR @register(\n    1,  ",
        "DECORATOR \n    f'{2}',\n)",
        "DEFINITION f",
    ]


def position(source_lines, line, byte_column):
    """Character position in the file of a position in the syntax tree, which counts bytes."""
    before = sum(map(len, source_lines[: line - 1]))
    return before + len(source_lines[line - 1].encode()[:byte_column].decode())


def tags_by_syntax_tree(source):
    """EXCEPTION and the starts of DECORATOR and NUMBER, found by ast instead of by tokens."""
    lines = list(io.StringIO(source))
    exceptions, decorators, numbers = set(), set(), set()

    def is_dotted(node):
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name)

    for node in ast.walk(ast.parse(source)):
        named = []
        if isinstance(node, ast.Raise) and node.exc is not None:
            named = [node.exc.func if isinstance(node.exc, ast.Call) else node.exc]
        elif isinstance(node, ast.ExceptHandler) and node.type is not None:
            named = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        for name in filter(is_dotted, named):
            exceptions.update(
                range(
                    position(lines, name.lineno, name.col_offset),
                    position(lines, name.end_lineno, name.end_col_offset),
                )
            )
        for decorator in getattr(node, "decorator_list", []):
            decorators.add(position(lines, decorator.lineno, decorator.col_offset))
        if isinstance(node, ast.Constant) and type(node.value) in (int, float, complex):
            numbers.add(position(lines, node.lineno, node.col_offset))
    return exceptions, decorators, numbers


@pytest.mark.parametrize("file", ["json/decoder.py", "socket.py", "statistics.py", "tarfile.py"])
def test_real_files_have_the_tags_that_their_syntax_tree_gives(file):
    source = read_source(source_files()[file])
    tags = np.array(_TAGS)[tag_characters(source)]
    exceptions, decorators, numbers = tags_by_syntax_tree(source)
    assert set(np.flatnonzero(tags == "EXCEPTION")) == exceptions
    assert all(tags[start] == "DECORATOR" for start in decorators)
    starts = np.flatnonzero((tags == "DECORATOR") & (np.roll(tags, 1) != "DECORATOR"))
    assert len(starts) == len(decorators)
    in_code = {start for start in numbers if tags[start] != "DECORATOR"}
    # From 3.12 on the tree gives numbers inside f-strings their true place; those are O.
    in_code = {
        start for start in in_code if tags[start] == "NUMBER" or not in_fstring(source, start)
    }
    assert all(tags[start] == "NUMBER" for start in in_code)
    begins = (tags == "NUMBER") & (np.roll(tags, 1) != "NUMBER")
    assert set(np.flatnonzero(begins)) == in_code


def in_fstring(source, place):
    lines = list(io.StringIO(source))
    return any(
        position(lines, node.lineno, node.col_offset)
        <= place
        < position(lines, node.end_lineno, node.end_col_offset)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.JoinedStr)
    )


def test_text_and_tags_align(code):
    assert [len(text) for text in code.data] == code.target.lengths.tolist()
    assert len(code.groups) == len(code.data) == 300
    assert code.target.lengths.max() <= 500


def test_about_97_percent_of_the_characters_are_background_and_every_tag_occurs(code):
    tags, counts = np.unique(code.target.values, return_counts=True)
    assert sorted(code.target_names) == tags.tolist()
    share = dict(zip(tags.tolist(), counts / counts.sum(), strict=True))
    assert 0.95 < share["O"] < 0.98
    assert max(share[tag] for tag in share if tag != "O") < 0.04


def test_the_description_states_the_counts(code):
    assert f"Characters:  {code.target.n_steps:,}" in code.DESCR
    assert f"Files:       {len(set(code.groups))} (groups)" in code.DESCR
    for tag in code.target_names:
        assert f"{np.sum(code.target.values == tag):,}   " in code.DESCR


def test_no_file_dominates_so_that_folds_by_file_are_possible(code):
    _, counts = np.unique(code.groups, return_counts=True)
    assert counts.max() <= 6
    assert len(counts) >= 50
    for train, test in GroupKFold(5).split(code.data, groups=code.groups):
        assert not set(code.groups[train]) & set(code.groups[test])


def test_a_sequence_is_a_piece_of_its_file_with_the_tags_it_has_there(code):
    for row in (0, 100, 299):
        source = read_source(source_files()[code.groups[row]])
        start = source.index(code.data[row])
        whole = np.array(_TAGS)[tag_characters(source)]
        np.testing.assert_array_equal(whole[start : start + len(code.data[row])], code.target[row])


def test_the_same_seed_gives_the_same_data_and_another_seed_other_data():
    first, again = (load_python_tokens(n_sequences=20, random_state=3) for _ in range(2))
    other = load_python_tokens(n_sequences=20, random_state=4)
    assert first.data == again.data
    assert first.target == again.target
    assert first.data != other.data


def test_return_x_y_gives_data_and_target():
    X, y = load_python_tokens(n_sequences=20, return_X_y=True)
    whole = load_python_tokens(n_sequences=20)
    assert whole.data == X
    assert y == whole.target


def test_every_file_is_loaded_whole_without_a_number_of_sequences(monkeypatch):
    some = dict(list(source_files().items())[:5])
    monkeypatch.setattr("skseq.datasets._python_tokens.source_files", lambda: some)
    code = load_python_tokens(n_sequences=None, max_length=80)
    for file, path in some.items():
        pieces = [text for text, group in zip(code.data, code.groups, strict=True) if group == file]
        assert "".join(pieces) == read_source(path)


def test_files_that_do_not_tokenize_are_skipped(monkeypatch, tmp_path):
    contents = {"good.py": b"x = 1\n", "open.py": b"x = (1\n", "bytes.py": b"x = '\xff'\n"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    files = {name: tmp_path / name for name in contents}
    monkeypatch.setattr("skseq.datasets._python_tokens.source_files", lambda: files)
    assert load_python_tokens(n_sequences=None).data == ["x = 1\n"]


@pytest.mark.parametrize(
    ("source", "pieces"),
    [
        ("ab\ncd\nef\n", ["ab\ncd\n", "ef\n"]),
        ("abcdefghi\nj\n", ["abcdefg", "hi\nj\n"]),
        ("abcdef\nj", ["abcdef\n", "j"]),
        ("", []),
    ],
)
def test_text_is_cut_at_line_ends_and_inside_lines_that_are_too_long(source, pieces):
    cuts = _cut_at_line_ends(source, max_length=7)
    assert [source[a:b] for a, b in itertools.pairwise(cuts)] == pieces


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="'max_length' parameter of load_python_tokens"):
        load_python_tokens(max_length=0)
    with pytest.raises(ValueError, match="'n_sequences' parameter of load_python_tokens"):
        load_python_tokens(n_sequences=0)


def test_an_interpreter_without_source_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    with pytest.raises(FileNotFoundError, match="came without its standard library's source"):
        source_files()


def test_the_standard_library_is_read_without_tests_and_without_importing_it(code):
    files = list(source_files())
    assert files == sorted(files)
    assert {"this.py", "turtle.py", "json/decoder.py"} <= set(files)
    assert not any({"test", "tests"} & set(file.split("/")) for file in files)
    assert not {"this", "turtle", "antigravity"} & set(sys.modules)
