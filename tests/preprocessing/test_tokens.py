import ast
import pickle
from collections import Counter, UserList, deque

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import Pipeline, make_pipeline

from skseq import Sequences
from skseq.exceptions import TruncationWarning
from skseq.preprocessing import TokenEncoder

TEXTS = [
    "The cat sat on the mat, and the dog sat on the log.",
    "A naïve façade: x = f(x_1, 2)!",
    "Cats & dogs; dogs & cats",
    "the   end",
]
texts_strategy = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=6)


# -- the vocabulary ------------------------------------------------------------------------------


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("level", ["word", "char"])
def test_vocabulary_and_counts_are_those_of_count_vectorizer(level, lowercase):
    encoder = TokenEncoder(level, lowercase=lowercase)
    X = encoder.fit_transform(TEXTS)
    pattern = {"token_pattern": encoder.token_pattern} if level == "word" else {}
    theirs = CountVectorizer(analyzer=level, lowercase=lowercase, **pattern)
    table = theirs.fit_transform(TEXTS).toarray()
    assert set(encoder.vocabulary_) - {"<pad>", "<unk>"} == set(theirs.vocabulary_)
    ours = np.stack([np.bincount(ids, minlength=encoder.n_tokens_) for ids in X])
    for token, column in theirs.vocabulary_.items():
        if token != " ":  # CountVectorizer melts the spaces of "the   end" into one
            index = encoder.vocabulary_[token]
            np.testing.assert_array_equal(ours[:, index], table[:, column], err_msg=token)
    np.testing.assert_array_equal(encoder.counts_, ours.sum(axis=0))


def test_ids_go_by_frequency_and_ties_by_alphabet():
    encoder = TokenEncoder().fit(["b a c", "c b d c"])
    assert encoder.vocabulary_ == {"<pad>": 0, "<unk>": 1, "c": 2, "b": 3, "a": 4, "d": 5}
    assert encoder.get_feature_names_out().tolist() == ["<pad>", "<unk>", "c", "b", "a", "d"]
    assert encoder.n_tokens_ == 6


@pytest.mark.parametrize("level", ["word", "char"])
def test_min_count_and_max_vocab_make_the_rest_unknown(level):
    texts = ["a a a a", "b b b", "c c", "d"]
    encoder = TokenEncoder(level, min_count=2, max_vocab=2)
    X = encoder.fit_transform(
        [text.replace(" ", "") for text in texts] if level == "char" else texts
    )
    assert encoder.get_feature_names_out().tolist() == ["<pad>", "<unk>", "a", "b"]
    assert X.tolist() == [[2] * 4, [3] * 3, [1] * 2, [1]]
    assert encoder.counts_.tolist() == [0, 3, 4, 3]
    assert X.n_tokens == encoder.n_tokens_ == 4


def test_the_vocabulary_does_not_depend_on_the_order_of_texts():
    forward = TokenEncoder().fit(TEXTS).get_feature_names_out()
    backward = TokenEncoder().fit(TEXTS[::-1]).get_feature_names_out()
    np.testing.assert_array_equal(forward, backward)


def test_the_size_of_the_vocabulary_survives_indexing():
    X = TokenEncoder().fit_transform(TEXTS)
    assert X[[3]].n_tokens == X.n_tokens


# -- characters ----------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(texts_strategy)
def test_characters_come_back_as_they_were(texts):
    encoder = TokenEncoder("char")
    X = encoder.fit_transform(texts)
    assert encoder.inverse_transform(X) == texts
    assert X.lengths.tolist() == list(map(len, texts))
    assert X.dtype == np.int32


@settings(max_examples=60, deadline=None)
@given(texts_strategy, texts_strategy)
def test_characters_are_encoded_as_a_plain_loop_would(train, test):
    encoder = TokenEncoder("char", min_count=2, lowercase=True)
    counts = Counter(char.lower()[0] for text in train for char in text)
    if max(counts.values()) < 2:
        return
    encoder.fit(train)
    ids = encoder.transform(test).tolist()
    expected = [[encoder.vocabulary_.get(char.lower()[0], 1) for char in text] for text in test]
    assert ids == expected


@pytest.mark.parametrize("level", ["word", "char"])
def test_lowercase_never_changes_the_number_of_steps(level):
    texts = ["İstanbul ΟΔΟΣ Straße ẞ", "istanbul οδος"]  # 'İ'.lower() has two characters
    plain = TokenEncoder(level).fit_transform(texts)
    lower = TokenEncoder(level, lowercase=True).fit_transform(texts)
    assert plain.aligns_with(lower)


def test_unknown_characters_decode_to_the_replacement_character():
    encoder = TokenEncoder("char").fit(["abc"])
    assert encoder.inverse_transform(encoder.transform(["abz", "\U0001f600a"])) == ["ab�", "�a"]


def test_lists_of_characters_are_texts_at_character_level():
    encoder = TokenEncoder("char").fit(["abc"])
    assert encoder.transform([["a", "c"]]) == encoder.transform(["ac"])
    with pytest.raises(ValueError, match=r"X\[1\] has the token 'ab'; use level=\"word\""):
        encoder.transform([["a"], ["ab"]])


# -- words ---------------------------------------------------------------------------------------


def test_the_default_pattern_keeps_short_words_and_single_signs():
    encoder = TokenEncoder()
    X = encoder.fit_transform(["I'm 5: f(x_1)!?"])
    assert encoder.inverse_transform(X) == [
        ["I", "'", "m", "5", ":", "f", "(", "x_1", ")", "!", "?"]
    ]


def test_a_tokenizer_function_or_a_group_says_what_a_token_is():
    assert TokenEncoder(token_pattern=str.split).fit_transform(["a-b c"]).lengths.tolist() == [2]
    encoder = TokenEncoder(token_pattern=r"<(\w+)>").fit(["<a> b <c>"])
    assert encoder.get_feature_names_out()[2:].tolist() == ["a", "c"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.text(max_size=4), min_size=1, max_size=5), min_size=1, max_size=5))
def test_lists_of_tokens_keep_one_step_a_token_and_come_back(rows):
    encoder = TokenEncoder()
    X = encoder.fit_transform(rows)
    assert X.lengths.tolist() == list(map(len, rows))
    assert encoder.inverse_transform(X) == rows


def test_texts_and_their_tokens_give_the_same_ids():
    encoder = TokenEncoder().fit(["to be or", "not to be"])
    tokens = [["to", "be", "or"], ["not", "to", "be"]]
    expected = encoder.transform(["to be or", "not to be"])
    ragged = np.array([*tokens, ["x"]], dtype=object)[:2]
    for form in (tokens, ragged, pd.Series(tokens), Sequences.from_list(tokens)):
        assert encoder.transform(form) == expected


@pytest.mark.parametrize(
    "form",
    [
        np.array,
        pd.Series,
        tuple,
        lambda texts: np.array(texts, dtype=object),
        lambda texts: pd.Series(texts, dtype=object, index=[7, 3, 5, 1]),
    ],
)
def test_every_form_of_texts_gives_the_same_ids(form):
    assert TokenEncoder().fit_transform(form(TEXTS)) == TokenEncoder().fit_transform(TEXTS)


# -- empty texts, cuts, unknowns -----------------------------------------------------------------


@pytest.mark.parametrize("level", ["word", "char"])
def test_an_empty_text_becomes_one_unknown_token(level):
    encoder = TokenEncoder(level).fit(["ab", ""])
    X = encoder.transform(["", "ab", "", "", "ab", ""])
    assert [row for row in X.tolist() if row == [1]] == [[1]] * 4
    assert X[[1, 4]] == encoder.transform(["ab", "ab"])
    assert encoder.counts_[1] == 0


def test_max_length_cuts_the_end_and_says_how_much():
    texts = ["a b c d e", "f g", "h i j k"]
    encoder = TokenEncoder(max_length=3)
    message = r"cut 2 of 3 sequences \(66.7%\), which lost 3 of 11 steps \(27.3%\)"
    with pytest.warns(TruncationWarning, match=message):
        X = encoder.fit_transform(texts)
    assert encoder.inverse_transform(X) == [["a", "b", "c"], ["f", "g"], ["h", "i", "j"]]
    assert (encoder.n_truncated_, encoder.n_steps_cut_) == (2, 3)
    assert "d" not in encoder.vocabulary_
    assert encoder.transform(texts) == X


def test_max_length_that_cuts_nothing_is_silent():
    encoder = TokenEncoder("char", max_length=3).fit(["abc", "a"])
    assert (encoder.n_truncated_, encoder.n_steps_cut_) == (0, 0)


def test_weight_and_origin_of_sequences_follow_and_are_cut_along():
    X = Sequences.from_list([["a", "b", "c"], ["a"]], weight=[1, 2, 3, 4], origin=[5, 6])
    with pytest.warns(TruncationWarning):
        encoded = TokenEncoder(max_length=2).fit_transform(X)
    assert encoded.weight.tolist() == [1, 2, 4]
    assert encoded.origin.tolist() == [[5], [6]]
    per_sequence = TokenEncoder().fit_transform(X.replace(weight=[0.5, 2]))
    assert per_sequence.weight.tolist() == [0.5, 2]


def test_unk_dropout_hides_known_tokens_in_fit_transform_only():
    texts = ["a b c d " * 500, "e " * 500]
    encoder = TokenEncoder(unk_dropout=0.2, random_state=0)
    dropped = encoder.fit_transform(texts)
    kept = encoder.transform(texts)
    assert not (kept.values == 1).any()
    is_hidden = dropped.values != kept.values
    assert (dropped.values[is_hidden] == 1).all()
    # 2,500 draws: four standard deviations are 0.032.
    assert abs(is_hidden.mean() - 0.2) < 0.032
    assert dropped == clone(encoder).fit_transform(texts)
    np.testing.assert_array_equal(encoder.counts_, np.bincount(kept.values))


def test_a_seeded_unk_dropout_leaves_the_global_state_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    TokenEncoder(unk_dropout=0.5, random_state=0).fit_transform(TEXTS)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_padding_is_left_out_when_decoding():
    encoder = TokenEncoder().fit(["a b", "c"])
    X = encoder.transform(["a b", "c"])
    padded, _ = X.to_padded(max_length=4)
    assert encoder.inverse_transform(padded) == encoder.inverse_transform(X.tolist())
    assert encoder.inverse_transform(padded) == [["a", "b"], ["c"]]


# -- among scikit-learn's tools ------------------------------------------------------------------


class Lengths(TransformerMixin, BaseEstimator):
    """Give the length of each sequence, to look through a pipeline."""

    def fit(self, X, y=None):
        self.n_tokens_ = X.n_tokens
        return self

    def transform(self, X):
        return X.lengths[:, None]


def test_encoder_works_inside_a_pipeline():
    pipe = Pipeline([("encode", TokenEncoder()), ("length", Lengths())])
    pipe.set_params(encode__level="char")
    assert pipe.fit(TEXTS).transform(["abc", "d"]).tolist() == [[3], [1]]
    assert pipe["length"].n_tokens_ == pipe["encode"].n_tokens_


def test_clone_and_pickle_keep_what_they_should():
    encoder = TokenEncoder("char", min_count=2, token_pattern=str.split).fit(TEXTS)
    copy = clone(encoder)
    assert copy.get_params() == encoder.get_params()
    assert not hasattr(copy, "vocabulary_")
    again = pickle.loads(pickle.dumps(encoder))
    assert again.transform(TEXTS) == encoder.transform(TEXTS)


def test_set_output_is_harmless():
    expected = TokenEncoder().fit_transform(TEXTS)
    pipe = make_pipeline(TokenEncoder()).set_output(transform="pandas")
    assert pipe.fit_transform(TEXTS) == expected
    assert pipe.transform(pd.Series(TEXTS)) == expected
    with config_context(transform_output="pandas"):
        assert TokenEncoder().fit(TEXTS).transform(TEXTS) == expected


def test_tags_say_that_the_input_is_text():
    tags = TokenEncoder().__sklearn_tags__().input_tags
    assert (tags.string, tags.two_d_array) == (True, False)


def test_unfitted_encoder_says_so():
    for method in ("transform", "inverse_transform"):
        with pytest.raises(NotFittedError):
            getattr(TokenEncoder(), method)(TEXTS)


# -- columns of any kind -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(TEXTS),
        pd.Series(TEXTS, dtype="string", index=range(7, 7 + len(TEXTS))),
        pd.DataFrame({"text": TEXTS}),
        pl.Series(TEXTS),
        pl.DataFrame({"text": TEXTS}),
        pa.array(TEXTS),
        pa.chunked_array([TEXTS[:1], TEXTS[1:]]),
        pa.table({"text": TEXTS}),
        deque(TEXTS),
        UserList(TEXTS),
        np.array(TEXTS),
        tuple(TEXTS),
    ],
    ids=lambda column: type(column).__name__,
)
def test_any_column_of_texts_is_as_good_as_a_list(column):
    assert TokenEncoder().fit_transform(column) == TokenEncoder().fit_transform(list(TEXTS))


@pytest.mark.parametrize("make", [pd.Series, pl.Series, pa.array, deque])
def test_any_column_of_token_lists_is_as_good_as_a_list(make):
    tokens = [["a", "b"], ["c"], ["b", "a"]]
    assert TokenEncoder().fit_transform(make(tokens)) == TokenEncoder().fit_transform(tokens)


@pytest.mark.parametrize("texts", [["['a', 'b']", "['c']"], ['["a", "b"]', ' [ "c" ]\n']])
def test_lists_of_tokens_as_text_bring_the_cure(texts):
    encoder = TokenEncoder()
    with pytest.warns(UserWarning, match=r"\[ast.literal_eval\(text\) for text in X\]"):
        encoder.fit(texts)
    encoder.fit([ast.literal_eval(text.strip()) for text in texts])
    with pytest.warns(UserWarning, match="brackets and quotes"):
        encoder.transform(texts)
    encoder.fit([*texts, "[a] and ['b']"])  # some texts are in brackets


def test_text_in_brackets_stays_text_for_an_encoder():
    X = TokenEncoder().fit_transform(["[1, 2]", "[3]"])
    assert X.lengths.tolist() == [5, 3]


# -- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ("one text", TypeError, r"X is one text; pass a list of texts"),
        (np.array("one"), TypeError, r"X is one text"),
        ([], ValueError, "X holds no texts"),
        (["a", None], ValueError, r"X\[1\] is missing \(None\).* fill them with ''"),
        (pd.Series(["a", np.nan]), ValueError, r"X\[1\] is missing \(nan\), 1 of 2 cells"),
        (pd.Series(["a", None], dtype="string"), ValueError, r"X\[1\] is missing \(<NA>\)"),
        ({"text": ["a b", "c"], "label": [0, 1]}, TypeError, r"X is a dict.* such as X\['text'\]"),
        ({"a b", "c"}, TypeError, "X is a set, whose entries have no order"),
        ((text for text in ["a"]), TypeError, r"X is a generator.*list\(X\)"),
        (["a", 3], TypeError, r"X\[1\] must be a text, got '3' of type int"),
        ([b"a"], TypeError, r"X\[0\] must be a text, got .* of type bytes"),
        ([["a"], "b"], TypeError, r"X\[1\] must be a list of tokens as X\[0\] is, got 'b'"),
        (["b", ["a"]], TypeError, r"X\[1\] must be a text"),
        ([["a"], ["b", 1]], TypeError, r"X\[1\]\[1\] must be a token \(str\), got 1 of type int"),
        ([["a"], []], ValueError, r"X\[1\] is an empty list of tokens"),
        (pd.DataFrame({"a": [1.0]}), TypeError, r"X is a table; pass one column"),
        (pd.DataFrame({"text": ["a"], "n": [1]}), TypeError, r"'text' holds.*; pass X\['text'\]"),
        (np.array([["a"], ["b"]]), TypeError, r"X is a table; pass one column"),
        (["", " "], ValueError, "no token is left for the vocabulary: X has 0 distinct"),
    ],
)
def test_bad_input_is_refused_by_name_and_place(X, error, message):
    with pytest.raises(error, match=message):
        TokenEncoder().fit(X)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"level": "words"}, "Did you mean 'word'"),
        ({"min_count": 0}, "'min_count' parameter of TokenEncoder must be"),
        ({"min_count": 9}, "commonest occurs 5 times, with min_count=9"),
        ({"max_length": 0}, "'max_length' parameter"),
        ({"unk_dropout": 1.0}, "'unk_dropout' parameter"),
        ({"token_pattern": "(a"}, r"token_pattern='\(a' is not a regular expression"),
        ({"token_pattern": "(a)(b)"}, "has 2 groups; one at most"),
    ],
)
def test_bad_parameters_are_refused(params, message):
    with pytest.raises(ValueError, match=message):
        TokenEncoder(**params).fit(["a a a a a b"])


def test_ids_outside_the_vocabulary_are_refused():
    encoder = TokenEncoder().fit(["a b"])
    with pytest.raises(ValueError, match="ids from 1 to 4, but the vocabulary has ids 0 to 3"):
        encoder.inverse_transform([[1, 4]])
    with pytest.raises(ValueError, match="one integer id per step, got float64"):
        encoder.inverse_transform([[1.5]])


# -- a vocabulary fixed beforehand -----------------------------------------------------------------


def test_a_vocabulary_gives_the_ids_that_it_says_or_is_refused():
    learned = TokenEncoder().fit(["b a b"]).vocabulary_
    assert TokenEncoder(vocabulary=learned).fit(["x"]).vocabulary_ == learned
    assert TokenEncoder(vocabulary=learned.keys()).fit(["x"]).vocabulary_ == learned
    with pytest.raises(ValueError, match=r"gives 'a' the id 5, but it would get 2: .*a list of"):
        TokenEncoder(vocabulary={"a": 5, "b": 7}).fit(["a b"])
    words = {"one", "two", "three", "four", "five"}
    assert list(TokenEncoder(vocabulary=words).fit(["x"]).vocabulary_)[2:] == sorted(words)


def test_a_fixed_vocabulary_gives_the_same_ids_whatever_the_texts():
    encoder = TokenEncoder(vocabulary=["zebra", "ant"], min_count=5)
    encoder.fit(["an ant met another ant"])
    assert encoder.get_feature_names_out().tolist() == ["<pad>", "<unk>", "zebra", "ant"]
    assert encoder.transform(["ant zebra bee"]).tolist() == [[3, 2, 1]]


@pytest.mark.parametrize("vocabulary", [["a", "b", "a"], {"a": 0, 1: 1}])
def test_a_fixed_vocabulary_is_checked(vocabulary):
    with pytest.raises((ValueError, TypeError), match=r"vocabulary (has 'a' 2 times|must hold)"):
        TokenEncoder(vocabulary=vocabulary).fit(["a b"])
