import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skseq import Sequences, SequenceTagger
from skseq.preprocessing import FeatureEncoder

X = [
    [{"word": "Ann", "title": True, "length": 3}, {"word": "sings", "title": False, "length": 5.5}],
    [{"word": "Ann", "length": 3, "tag": None}],
]


def test_names_are_sorted_ids_first_and_numbers_after():
    encoder = FeatureEncoder().fit(X)
    assert encoder.get_feature_names_out().tolist() == ["title", "word", "length"]
    assert [channel.n_columns for channel in encoder.channels_] == [2, 1]


def test_pairs_of_name_and_value_have_one_id_each():
    ids = FeatureEncoder().fit_transform(X).values[:, :2]
    assert ids[0, 1] == ids[2, 1] != ids[1, 1]
    assert ids[0, 0] != ids[1, 0]  # True and False
    assert ids[2, 0] == 0  # not there
    assert ids[ids > 0].min() >= 1


def test_numbers_stay_as_they_are_and_0_where_there_are_none():
    steps = [[{"length": 3, "a": 1}, {"length": -2.5}]]
    encoded = FeatureEncoder().fit_transform(steps)
    assert encoded.values.tolist() == [[1, 3], [0, -2.5]]
    assert [type(channel).__name__ for channel in encoded.channels] == ["NumberChannel"]


def test_ids_alone_are_integers():
    encoded = FeatureEncoder(n_ids=5).fit_transform([[{"w": str(n)} for n in range(50)]])
    assert encoded.dtype.kind == "i"
    assert set(encoded.values[:, 0]) == {1, 2, 3, 4, 5}
    assert encoded.channels[0].n_ids == 6


def test_new_names_are_left_out_and_new_values_have_ids():
    encoder = FeatureEncoder().fit(X)
    new = encoder.transform([[{"word": "Bob", "colour": "red"}]])
    assert new.values.shape == (1, 3)
    assert new.values[0, 1] > 0


def test_a_value_that_is_a_number_only_sometimes_is_a_text():
    encoder = FeatureEncoder().fit([[{"year": 1999}, {"year": "n.d."}]])
    assert encoder.names_ == ["year"]
    a, b = encoder.transform([[{"year": 1999}, {"year": "1999"}]]).values[:, 0]
    assert a == b


def test_weights_go_along_and_pickles_encode_alike():
    encoder = FeatureEncoder().fit(X)
    flat = np.array([step for row in X for step in row], dtype=object)
    weighted = Sequences(flat, [0, 2, 3], weight=[1.0, 2.0])
    assert encoder.transform(weighted).weight.tolist() == [1, 2]
    assert encoder.transform(weighted) == encoder.transform(X)
    assert pickle.loads(pickle.dumps(encoder)).transform(X) == clone(encoder).fit_transform(X)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["Ann"]], r"X\[0\], step 0 must be a dict of features, got 'Ann' of type str"),
        ([[{"a": "b"}, {"a": ["b", "c"]}]], r"X\[0\], step 1 has 'a': \['b', 'c'\]; a feature has"),
        ([[{1: "b"}]], "a feature has a name"),
        (["text"], r"X\[0\] must be a list of steps"),
    ],
)
def test_what_is_no_feature_is_refused_with_its_place(rows, message):
    with pytest.raises(TypeError, match=message):
        FeatureEncoder().fit(rows)


def test_other_misuse_is_refused():
    with pytest.raises(ValueError, match="no step of X has a feature"):
        FeatureEncoder().fit([[{}, {"a": None}]])
    with pytest.raises(TypeError, match="'length': 'long', but in fit it was a number everywhere"):
        FeatureEncoder().fit(X).transform([[{"length": "long"}]])
    with pytest.raises(NotFittedError):
        FeatureEncoder().transform(X)


def features(words, i):
    """The features of sklearn-crfsuite's tutorial, in short."""
    word = words[i]
    found = {"bias": 1.0, "word.lower()": word.lower(), "word[-3:]": word[-3:]}
    found |= {"word.istitle()": word.istitle(), "word.isdigit()": word.isdigit()}
    if i:
        found["-1:word.lower()"] = words[i - 1].lower()
    else:
        found["BOS"] = True
    return found


def test_the_tutorial_of_crfsuite_runs_with_the_estimator_swapped():
    rng = np.random.default_rng(0)
    rows, tags = [], []
    for _ in range(60):
        titled = (rng.random(5) < 0.3).tolist()
        rows.append([["lima", "Rome"][is_name] if i else "saw" for i, is_name in enumerate(titled)])
        tags.append([["O", "B-LOC"][is_name and i > 0] for i, is_name in enumerate(titled)])
    steps = [[features(words, i) for i in range(len(words))] for words in rows]
    tagger = SequenceTagger(
        hidden_size=8, max_epochs=8, dropout=0.2, embedding_dropout=0.0, random_state=0
    )
    model = make_pipeline(FeatureEncoder(), tagger)
    model.fit(steps[:40], tags[:40])
    assert model.score(steps[40:], tags[40:]) > 0.95
