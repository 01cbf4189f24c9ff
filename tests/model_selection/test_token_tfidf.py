"""Words and parts of words are counted alike, in whatever form texts come."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from skseq import Sequences
from skseq.model_selection._token_tfidf import TokenTfidf
from skseq.preprocessing import TokenEncoder

TEXTS = ["a good film", "a rather bad film", "goodness what a plot", "bad"]
NEW = ["good plotting", "worse"]


def test_columns_are_those_of_words_and_of_characters():
    ours = TokenTfidf()
    ours.fit(TEXTS)
    names = ours.union_.get_feature_names_out()
    words = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b", ngram_range=(1, 2), sublinear_tf=True)
    parts = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    theirs = [words.fit_transform(TEXTS).toarray(), parts.fit_transform(TEXTS).toarray()]
    np.testing.assert_allclose(ours.transform(TEXTS).toarray(), np.hstack(theirs), rtol=1e-5)
    assert {"words__good film", "characters__goo", "characters__ness "} <= set(names)


def test_lists_of_tokens_and_ids_with_a_vocabulary_count_as_the_text():
    encoder = TokenEncoder()
    forms = [
        (TEXTS, TEXTS[::-1]),
        ([text.split() for text in TEXTS], [text.split() for text in TEXTS[::-1]]),
        (np.array(TEXTS, dtype=object), np.array(TEXTS[::-1])),
        (encoder.fit_transform(TEXTS), encoder.transform(TEXTS[::-1])),
    ]
    expected = None
    for fitted_on, asked in forms:
        table = TokenTfidf().fit(fitted_on).transform(asked).toarray()
        expected = table if expected is None else expected
        np.testing.assert_allclose(table, expected, rtol=1e-6)


def test_characters_as_tokens_are_joined_to_words():
    encoder = TokenEncoder(level="char")
    by_ids = TokenTfidf().fit_transform(encoder.fit_transform(TEXTS)).toarray()
    np.testing.assert_allclose(by_ids, TokenTfidf().fit_transform(TEXTS).toarray(), rtol=1e-6)


@pytest.mark.parametrize("X", [Sequences.from_list([[7, 8], [9]]), [[7, 8], [9]]])
def test_ids_without_words_have_no_characters(X):
    model = TokenTfidf().fit(X)
    names = model.union_.get_feature_names_out()
    assert sorted(names) == ["words__7", "words__7 8", "words__8", "words__9"]


def test_a_new_word_is_known_by_its_parts():
    model = TokenTfidf().fit(TEXTS)
    assert model.transform(NEW)[0].nnz > model.transform(["good"])[0].nnz
