import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from skseq import Sequences
from skseq.data import column_spans
from skseq.preprocessing import TokenEncoder
from skseq.preprocessing._words import affixes, case_of, shape_of

SENTENCES = [
    ["Ann", "was", "in", "London", "on", "24/12/1999"],
    ["ANN", "and", "ann", "saw", "McDonald", "on", "11/03/2001", "!!!"],
]


def columns(X):
    """The columns of each channel, by name."""
    spans = column_spans(X.channels)
    return {
        channel.name: X.values[:, span] for channel, span in zip(X.channels, spans, strict=True)
    }


def encode(sentences=SENTENCES, **params):
    encoder = TokenEncoder("word+char", **params)
    return encoder, encoder.fit_transform(sentences)


# -- what is read off a spelling -----------------------------------------------------------------


def test_affixes_end_where_the_word_does():
    assert affixes("running") == ["r", "ru", "run", "runn", "g", "ng", "ing", "ning"]
    assert affixes("ab") == ["a", "ab", "", "", "b", "ab", "", ""]


@pytest.mark.parametrize(
    ("word", "case", "shape"),
    [
        ("ann", 2, "xx"),
        ("ANN", 3, "XX"),
        ("Ann", 4, "Xxx"),
        ("I", 3, "X"),
        ("McDonald", 5, "XxXxx"),
        ("iPhone7", 5, "xXxxd"),
        ("24/12/1999", 1, "dd/dd/dd"),
        ("!!!", 1, "!!"),
        ("Été", 4, "Xxx"),
        ("日本", 1, "xx"),
    ],
)
def test_case_and_shape(word, case, shape):
    assert case_of(word) == case
    assert shape_of(word) == shape


@given(st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_spelling_has_affixes_a_case_and_a_shape(word):
    assert all(word.startswith(prefix) for prefix in affixes(word)[:4])
    assert all(word.endswith(suffix) for suffix in affixes(word)[4:])
    assert 1 <= case_of(word) <= 5
    assert len(shape_of(word)) <= len(word)


# -- the encoder ---------------------------------------------------------------------------------


def test_words_are_learnt_in_lower_case_with_0_for_digits():
    encoder, X = encode()
    forms = [
        "".join("0" if sign.isdigit() else sign for sign in word.lower())
        for sentence in SENTENCES
        for word in sentence
    ]
    counts = Counter(forms)
    assert set(encoder.vocabulary_) == {"<pad>", "<unk>", *counts}
    ids = columns(X)["word"][:, 0]
    assert encoder.get_feature_names_out()[ids].tolist() == forms
    assert [int(encoder.counts_[encoder.vocabulary_[form]]) for form in counts] == list(
        counts.values()
    )


def test_words_of_a_given_vocabulary_are_found_as_written_or_in_lower_case():
    encoder, X = encode([["Ann", "LONDON", "London", "1999", "2001"]], vocabulary=["Ann", "london"])
    assert columns(X)["word"][:, 0].tolist() == [2, 3, 3, 1, 1]
    assert encoder.counts_.tolist() == [0, 2, 1, 2]


def test_the_rest_is_there_for_words_that_were_never_seen():
    encoder, _ = encode(min_count=2)
    seen = columns(encoder.transform([["Ann"]]))
    new = columns(encoder.transform([["Anna"]]))
    assert new["word"] == 1
    np.testing.assert_array_equal(new["case"], seen["case"])
    np.testing.assert_array_equal(new["shape"], seen["shape"])
    np.testing.assert_array_equal(new["affixes"][:, :3], seen["affixes"][:, :3])
    assert (new["affixes"][:, 4] != seen["affixes"][:, 4]).all()
    np.testing.assert_array_equal(new["characters"][0, :3], seen["characters"][0, :3])


def test_characters_spell_the_word_as_it_is_written():
    _, X = encode(max_word_length=5)
    spelling = columns(X)["characters"]
    assert spelling.shape == (X.n_steps, 5)
    words = [word for sentence in SENTENCES for word in sentence]
    known = {word: row[row > 0].tolist() for word, row in zip(words, spelling, strict=True)}
    assert len(known["London"]) == 5
    assert known["Ann"][0] == known["ANN"][0] != known["ann"][0]
    assert known["Ann"][1:] == known["ann"][1:]
    assert known["!!!"] == [known["!!!"][0]] * 3


def test_a_word_is_described_alike_wherever_it_stands():
    encoder, X = encode()
    for sentence, rows in zip(SENTENCES, X, strict=True):
        for word, row in zip(sentence, rows, strict=True):
            np.testing.assert_array_equal(encoder.transform([[word]]).values[0], row)


def test_min_count_holds_for_characters_and_shapes():
    encoder, X = encode(min_count=2)
    letters = Counter(sign for sentence in SENTENCES for word in sentence for sign in word)
    n_known = sum(count >= 2 for count in letters.values())
    assert encoder.channels_[-1].n_ids == n_known + 2
    assert columns(encoder.transform([["é"]]))["characters"][0, 0] == 1
    assert columns(encoder.transform([["é-é"]]))["shape"] == 1
    assert columns(X)["characters"].max() == n_known + 1


def test_ids_lie_in_the_range_of_their_channel():
    _, X = encode(n_affixes=7)
    for channel, ids in zip(X.channels, columns(X).values(), strict=True):
        assert 0 <= ids.min() <= ids.max() < channel.n_ids
    assert set(np.unique(columns(X)["affixes"])) == set(range(8))


def test_dropped_words_keep_their_spelling():
    encoder = TokenEncoder("word+char", unk_dropout=0.5, random_state=0)
    dropped, kept = encoder.fit_transform(SENTENCES * 20), encoder.transform(SENTENCES * 20)
    ids = dropped.values[:, 0]
    assert 0.4 < np.mean(ids == 1) < 0.6
    np.testing.assert_array_equal(ids[ids != 1], kept.values[ids != 1, 0])
    np.testing.assert_array_equal(dropped.values[:, 1:], kept.values[:, 1:])


def test_texts_without_a_word_are_one_unknown_step():
    encoder, _ = encode()
    X = encoder.transform(["", "Ann", "  "])
    assert X.lengths.tolist() == [1, 1, 1]
    assert X.values[[0, 2]].tolist() == [[1] + [0] * (X.n_features - 1)] * 2


def test_ids_go_back_to_words():
    encoder, X = encode()
    assert encoder.inverse_transform(X)[0] == ["ann", "was", "in", "london", "on", "00/00/0000"]


def test_lowercase_takes_the_case_away_altogether():
    _, X = encode(lowercase=True)
    assert set(columns(X)["case"][:, 0]) == {1, 2}


def test_weights_go_along_and_texts_are_split():
    X = Sequences.from_list([np.array(["Ann", "was"])], weight=[2.0])
    encoded = TokenEncoder("word+char").fit(["Ann was"]).transform(X)
    assert encoded.weight.tolist() == [2.0]
    assert encoded == TokenEncoder("word+char").fit_transform(["Ann was"])


def test_pickles_and_clones_encode_alike():
    encoder, X = encode()
    assert pickle.loads(pickle.dumps(encoder)).transform(SENTENCES) == X
    again = clone(encoder).fit_transform(SENTENCES)
    assert again == X
    assert again.channels == X.channels


def test_other_levels_have_no_channels():
    encoder = TokenEncoder().fit(["a b"])
    assert encoder.channels_ is None
    assert encoder.transform(["a"]).channels is None
