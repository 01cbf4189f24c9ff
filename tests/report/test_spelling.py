import numpy as np
import pytest

from skseq import Sequences
from skseq.preprocessing import TokenEncoder
from skseq.report._spelling import spell

TEXTS = [["the", "cat", "sat"], ["a", "cat"]]


@pytest.mark.parametrize("level", ["word", "word+char"])
def test_encoded_words_are_read_back(level):
    assert spell(TokenEncoder(level).fit_transform(TEXTS)) == TEXTS


def test_an_id_of_no_word_is_written_as_asked():
    X = Sequences(np.array([2, 3, 4]), np.array([0, 2, 3]), vocabulary={"cat": 2})
    assert spell(X) == [["cat", "3"], ["4"]]
    assert spell(X, unknown="<{}>") == [["cat", "<3>"], ["<4>"]]


def test_without_a_vocabulary_ids_and_text_are_themselves():
    assert spell(Sequences.from_list([[2, 3]])) == [["2", "3"]]
    assert spell(Sequences.from_list([["a", "b"]])) == [["a", "b"]]
