import gzip
import io

import numpy as np
import pytest

from skseq.preprocessing import read_vectors

WORDS = ["the", "cat", "Ångström", ". . .", "naïve"]
BINARY_WORDS = [word.replace(" ", "") for word in WORDS]  # a space ends a word there
VECTORS = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)


def as_text(header=False, separator=" ", end="\n"):
    lines = [f"{len(WORDS)} {VECTORS.shape[1]}"] if header else []
    for word, row in zip(WORDS, VECTORS.tolist(), strict=True):
        lines.append(separator.join([word, *map(repr, row)]))
    return (end.join(lines) + end).encode()


def as_binary(end=b""):
    header = f"{len(WORDS)} {VECTORS.shape[1]}\n".encode()
    rows = (
        word.encode() + b" " + row.tobytes() + end
        for word, row in zip(BINARY_WORDS, VECTORS, strict=True)
    )
    return header + b"".join(rows)


def read(content, *args, **kwargs):
    return read_vectors(io.BytesIO(content), *args, **kwargs)


@pytest.mark.parametrize(
    "content",
    [
        as_text(),
        as_text(header=True),
        as_text(separator="\t"),
        as_text(end=" \r\n"),  # fastText ends lines with a space
        as_text() + b"\n",
    ],
)
def test_text_is_read_in_every_dialect(content):
    vectors = read(content)
    assert vectors.words == WORDS
    np.testing.assert_array_equal(vectors.vectors, VECTORS)


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_binary_is_read_with_and_without_line_breaks(end):
    vectors = read(as_binary(end), binary=True)
    assert vectors.words == BINARY_WORDS
    np.testing.assert_array_equal(vectors.vectors, VECTORS)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("v.txt", as_text()),
        ("v.vec", as_text(header=True)),
        ("v.bin", as_binary()),
        ("v.txt.gz", gzip.compress(as_text())),
        ("v.bin.gz", gzip.compress(as_binary())),
    ],
)
def test_the_name_of_a_file_says_what_it_is(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    np.testing.assert_array_equal(read_vectors(tmp_path / name).vectors, VECTORS)


@pytest.mark.parametrize("binary", [False, True])
def test_only_words_that_are_asked_for_are_kept(binary):
    content = as_binary() if binary else as_text()
    vectors = read(content, ["THE", "naïve", "dog"], binary=binary)
    assert vectors.words == ["the", "naïve"]
    np.testing.assert_array_equal(vectors.vectors, VECTORS[[0, 4]])


def test_vectors_of_gensim_are_taken_over():
    class KeyedVectors:
        key_to_index = {word: index for index, word in enumerate(WORDS)}
        vectors = VECTORS

    kept = read_vectors(KeyedVectors(), ["Cat", "the"])
    assert sorted(kept.words) == ["cat", "the"]
    np.testing.assert_array_equal(kept.rows({"cat": 0, "the": 1}), VECTORS[[1, 0]])


def test_of_a_word_that_comes_twice_the_first_counts():
    assert read(b"a 1 2\na 3 4\n").vectors.tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a 1 2\nb 3\n", r"the file, line 2: 1 number\(s\) after the word, but there should be 2"),
        (b"a 1 2\nb 3 4 5\n", r"line 2: 3 number\(s\) after the word, but there should be 2"),
        (b"2 2\na 1 2\nb 3 4 5\n", "line 3: 3 number"),
        (b"a 1 2\nb 3 4x\n", "line 2: could not convert string to float: '4x'"),
        (b"a 1 2\nb 3 nan\n", "line 2: a number is not finite"),
        (b"3 2\na 1 2\nb 3 4\n", "line 3: the file ends after 2 of 3 words"),
        (b"a\nb\n", r"line 1: 0 number\(s\) after the word"),
        (b"", "none of the words has a vector there"),
    ],
)
def test_what_is_wrong_in_a_text_is_named_with_its_line(content, message):
    with pytest.raises(ValueError, match=message):
        read(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (as_binary()[:-3], "word 5 of 5: the file ends here"),
        (b"the .1 .2\n", "line 1: two numbers, of words and of dimensions, should begin"),
        ((793712314).to_bytes(4, "little") + b"\n", r"a model of fastText; read .* \.vec file"),
        (b"1 1\na " + np.float32(np.inf).tobytes(), "word 1 of 1: a number is not finite"),
    ],
)
def test_what_is_wrong_in_a_binary_file_is_named(content, message):
    with pytest.raises(ValueError, match=message):
        read(content, binary=True)


def test_words_that_the_file_lacks_altogether_are_refused():
    with pytest.raises(ValueError, match="none of the words has a vector there"):
        read(as_text(), ["dog"])
