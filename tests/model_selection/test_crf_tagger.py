"""The CRF sees the window around a word and its spelling, in whatever form the words come."""

import pickle
from itertools import product

import numpy as np
import pytest
from sklearn.base import clone

from skseq import Sequences
from skseq.model_selection import baselines
from skseq.model_selection._crf_tagger import CrfTagger, _features, _spelling
from skseq.model_selection._token_texts import token_texts
from skseq.preprocessing import TokenEncoder

pytest.importorskip("sklearn_crfsuite")

TOKENS = [["Ann", "met", "Bob", "today"], ["Go", "home"], ["met", "Eve", "in", "Rome"]] * 5
TAGS = [["PER", "O", "PER", "O"], ["O", "O"], ["O", "PER", "O", "LOC"]] * 5


def test_features_are_those_written_out():
    features = _features(*token_texts(TOKENS[:2]), radius=1, max_n=2)
    assert features.lengths.tolist() == [4, 2]
    edge = "<edge>"
    expected = {
        f"1@-1={edge}", "1@0=ann", "1@1=met", f"2@-1={edge}|ann", "2@0=ann|met",
        *(f"-1:{each}" for each in _spelling(edge)),
        *(f"0:{each}" for each in _spelling("Ann")),
        *(f"1:{each}" for each in _spelling("met")),
    }  # fmt: skip
    assert set(features[0][0]) == expected
    assert {"end=nn", "begin=An", "shape=Xxx", "runs=Xx"} <= set(_spelling("Ann"))
    assert {"1@-1=go", f"1@1={edge}"} <= set(features[1][1])


def test_ids_with_a_vocabulary_count_as_the_words_and_others_have_no_spelling():
    encoder = TokenEncoder().fit(TOKENS)
    ids = encoder.transform(TOKENS)
    by_ids, by_words = (_features(*token_texts(X), 2, 2).values for X in (ids, TOKENS))
    np.testing.assert_array_equal(by_ids, by_words)
    plain = ids.replace(vocabulary=None)
    assert _features(*token_texts(plain), 2, 2).values.shape == (ids.n_steps, 5 + 4)
    assert CrfTagger().fit(plain, TAGS).predict(plain).tolist() == TAGS


def test_a_new_word_is_tagged_by_its_spelling_and_neighbours():
    model = CrfTagger(c1=0.01, c2=0.01).fit(TOKENS, TAGS)
    assert model.predict([["Ida", "met", "Ned", "yesterday"]]).tolist() == [TAGS[0]]
    assert pickle.loads(pickle.dumps(model)).predict(TOKENS).tolist() == TAGS
    assert clone(model).get_params() == model.get_params()


def test_marginals_are_sums_over_all_paths():
    rng = np.random.default_rng(0)
    X = Sequences.from_lengths(rng.integers(2, 5, 120), [4] * 30)
    y = X.replace(values=(X.values + rng.integers(0, 2, 120)) % 3)
    model = CrfTagger(radius=0, max_n=1).fit(X, y)
    crf = model.crf_
    state = np.zeros((5, 3))
    for (name, label), weight in crf.state_features_.items():
        state[int(name.split("=")[1]), int(label)] = weight
    change = np.zeros((3, 3))
    for (one, other), weight in crf.transition_features_.items():
        change[int(one), int(other)] = weight
    ids = X[0]
    paths = np.array(list(product(range(3), repeat=4)))
    scores = state[ids, paths].sum(axis=1) + change[paths[:, :-1], paths[:, 1:]].sum(axis=1)
    shares = np.exp(scores) / np.exp(scores).sum()
    expected = [[shares[paths[:, step] == tag].sum() for tag in range(3)] for step in range(4)]
    np.testing.assert_allclose(model.predict_proba(X[:1]).values, expected, atol=1e-5)
    np.testing.assert_array_equal(model.predict(X[:1]).values, paths[scores.argmax()])


def test_steps_without_a_label_teach_nothing_but_are_seen():
    marked = [[*row[:-1], "?"] for row in TAGS]
    marked[1] = ["?", "?"]
    model = CrfTagger(c1=0, ignore="?").fit(TOKENS, marked)
    assert model.classes_.tolist() == ["O", "PER"]
    assert model.predict(TOKENS).lengths.tolist() == [len(row) for row in TOKENS]
    assert "1@1=today" in model.crf_.attributes_


def test_it_is_a_baseline_where_it_is_installed(monkeypatch):
    assert "CRF" in baselines("tags")
    monkeypatch.setattr("skseq.model_selection._baselines.find_spec", lambda name: None)
    assert "CRF" not in baselines("tags")


def test_characters_are_seen_in_a_wider_window():
    words, characters = ["a", "bc"], ["a", "b"]
    assert CrfTagger().fit([words], [words]).window_ == (2, 2)
    assert CrfTagger().fit([characters], [characters]).window_ == (6, 3)
    assert CrfTagger(radius=1, max_n=1).fit([words], [words]).window_ == (1, 1)
