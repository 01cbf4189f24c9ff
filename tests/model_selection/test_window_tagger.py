"""The baseline sees exactly the window around a step, and can learn from it."""

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from skseq import Sequences
from skseq.model_selection._window_tagger import WindowTagger, hashed_ngrams, window_ids


def test_windows_are_cut_at_the_ends_of_their_own_sequence(ragged_tokens):
    radius = 3
    expected = [
        np.pad(ids, radius)[step : step + 2 * radius + 1]
        for ids in ragged_tokens
        for step in range(len(ids))
    ]
    np.testing.assert_array_equal(window_ids(ragged_tokens, radius), expected)


def test_radius_zero_is_the_step_itself(ragged_tokens):
    np.testing.assert_array_equal(window_ids(ragged_tokens, 0)[:, 0], ragged_tokens.values)


def test_two_windows_share_a_column_for_each_ngram_that_stands_at_the_same_place():
    windows = np.array([[5, 6, 7, 8], [5, 6, 9, 8]])
    features = hashed_ngrams(windows, max_n=3, n_bits=30)
    np.testing.assert_array_equal(features.sum(axis=1), [4 + 3 + 2] * 2)
    first, second = np.split(features.indices, 2)
    # 5, 6, 8 and (5, 6) are common to both.
    assert len(set(first) & set(second)) == 4


def test_an_ngram_at_another_place_is_another_feature():
    first = hashed_ngrams(np.array([[5, 6, 5, 6]]), max_n=2, n_bits=30).indices
    assert len(set(first)) == 4 + 3
    second = hashed_ngrams(np.array([[6, 5, 6, 5]]), max_n=2, n_bits=30).indices
    assert not set(first) & set(second)


def test_hashes_spread_over_all_columns():
    windows = np.random.default_rng(0).integers(0, 100, size=(4000, 5))
    counts = np.bincount(np.unique(hashed_ngrams(windows, 3, 20).indices) >> 16, minlength=16)
    # About 20,000 distinct n-grams in 16 equal stretches of the columns.
    np.testing.assert_allclose(counts, counts.mean(), rtol=0.15)


def test_a_tag_that_depends_on_the_step_before_is_learnt():
    rng = np.random.default_rng(0)
    X = Sequences.from_lengths(rng.integers(2, 6, size=600), np.full(60, 10))
    before = np.concatenate([np.r_[0, ids[:-1]] for ids in X])
    y = X.replace(values=np.where(before == 3, "after 3", "other"))
    model = WindowTagger(LogisticRegression(C=100), radius=1, max_n=1).fit(X[:40], y[:40])
    np.testing.assert_array_equal(model.predict(X[40:]).values, y[40:].values)
    proba = model.predict_proba(X[40:])
    assert proba.aligns_with(y[40:])
    assert proba.values.sum(axis=1) == pytest.approx(1)


def test_a_dummy_gives_the_shares_of_the_tags(ragged_tokens, tags):
    model = WindowTagger(DummyClassifier(strategy="prior"), radius=0, max_n=1)
    model.fit(ragged_tokens, tags)
    assert set(model.predict(ragged_tokens).values) == {"O"}
    shares = [np.mean(tags.values == tag) for tag in model.classes_]
    np.testing.assert_allclose(model.predict_proba(ragged_tokens).values[0], shares)


def test_integers_are_numbers_where_input_says_so():
    rng = np.random.default_rng(0)
    X = Sequences.from_lengths(rng.integers(0, 1000, size=600), np.full(60, 10))
    y = X.replace(values=np.where(X.values > 500, "high", "low"))
    as_values = WindowTagger(DecisionTreeClassifier(), radius=0, input="values").fit(X[:40], y[:40])
    as_floats = WindowTagger(DecisionTreeClassifier(), radius=0)
    as_floats.fit(X[:40].replace(values=X[:40].values.astype(float)), y[:40])
    assert as_values.predict(X[40:]) == as_floats.predict(
        X[40:].replace(values=X[40:].values.astype(float))
    )
    assert as_values.classifier_.n_features_in_ == 1
