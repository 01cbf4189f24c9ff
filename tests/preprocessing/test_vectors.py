import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq.preprocessing import WordVectors

WORDS = ["cat", "London", "NATO", "0000"]
VECTORS = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)


def make():
    return WordVectors(WORDS, VECTORS)


def test_rows_are_those_of_the_ids():
    rows = make().rows({"<pad>": 0, "<unk>": 1, "NATO": 4, "cat": 2})
    np.testing.assert_array_equal(rows[[4, 2]], VECTORS[[2, 0]])
    np.testing.assert_array_equal(rows[[0, 3]], 0)  # padding, and an id that no word has
    np.testing.assert_allclose(rows[1], VECTORS.mean(axis=0), rtol=1e-6)


@pytest.mark.parametrize(
    ("word", "found"),
    [("Cat", "cat"), ("CAT", "cat"), ("london", "London"), ("nato", "NATO"), ("1999", "0000")],
)
def test_words_are_found_by_other_spellings(word, found):
    vectors = make()
    np.testing.assert_array_equal(vectors.rows({word: 0})[0], VECTORS[WORDS.index(found)])
    assert vectors.coverage([word]).share == 1


def test_a_word_as_it_is_written_comes_before_other_spellings():
    vectors = WordVectors(["us", "US"], [[1.0], [2.0]])
    assert vectors.rows({"US": 0, "us": 1}).tolist() == [[2.0], [1.0]]


def test_coverage_counts_words_as_often_as_they_come():
    words = ["cat", "dog", "Cat", "emu", "dog", "<unk>", "<pad>"]
    assert make().coverage(words) == (2 / 5, ["dog", "emu"])
    assert make().coverage(["cat"]) == (1.0, [])


@pytest.mark.filterwarnings("ignore:none of the")
def test_words_without_a_vector_get_alike_ones_where_they_are_spelt_alike():
    vectors = WordVectors(["a", "b"], np.random.default_rng(0).normal(size=(2, 300)))
    vocabulary = {"thrombosis": 0, "thromboses": 1, "quicksilver": 2}
    rows = vectors.rows(vocabulary)
    near, far = np.corrcoef(rows)[0, 1:]
    assert near > 0.5 > 0.3 > abs(far)
    assert rows.std() == pytest.approx(vectors.vectors.std(), rel=0.2)
    np.testing.assert_array_equal(rows, vectors.rows(vocabulary))


@pytest.mark.filterwarnings("ignore:none of the")
@given(st.lists(st.text(max_size=8), min_size=1, max_size=5, unique=True))
@settings(max_examples=50, deadline=None)
def test_any_word_gets_a_vector_that_is_its_own(words):
    vocabulary = {word: index for index, word in enumerate(words)}
    rows = make().rows(vocabulary)
    assert np.isfinite(rows).all()
    for word, index in vocabulary.items():
        np.testing.assert_array_equal(make().rows({word: 0})[0], rows[index])


def test_clones_share_vectors_and_pickles_keep_them():
    vectors = make()
    assert copy.deepcopy(vectors) is vectors
    again = pickle.loads(pickle.dumps(vectors))
    np.testing.assert_array_equal(again.rows({"Cat": 0}), vectors.rows({"Cat": 0}))


@pytest.mark.parametrize(
    ("words", "vectors", "message"),
    [
        (["a", "a"], [[1.0], [2.0]], "words has 'a' more than once"),
        (["a"], [[1.0], [2.0]], "one row for each of the 1 words"),
        ([], np.empty((0, 3)), "at least one"),
        (["a"], [1.0], "got shape"),
        (["a"], [[np.nan]], "vectors"),
        (["a"], [[1e39]], "vectors"),
    ],
)
def test_what_does_not_fit_is_refused(words, vectors, message):
    with pytest.raises(ValueError, match=message):
        WordVectors(words, vectors)


def test_words_none_of_which_has_a_vector_warn():
    with pytest.warns(UserWarning, match="none of the 2 words, such as 'q', has a vector;.*'cat'"):
        make().rows({"<pad>": 0, "<unk>": 1, "q": 2, "x": 3})
