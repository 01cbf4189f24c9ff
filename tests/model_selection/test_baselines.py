"""Baselines fit on what nets fit on, and learn something where there is something."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB

from skseq import Sequences
from skseq.data import as_sequences
from skseq.datasets import load_docstrings
from skseq.metrics import get_scorer
from skseq.model_selection import baselines
from skseq.model_selection._strategies import KINDS
from skseq.model_selection._token_tfidf import TokenTfidf
from skseq.model_selection._window_tagger import WindowTagger, window_values
from skseq.preprocessing import TokenEncoder


@pytest.mark.parametrize("kind", KINDS)
def test_each_baseline_fits_and_all_but_the_first_beat_it(kind, toy_data):
    X, y = toy_data(kind)
    X = TokenEncoder().fit_transform(X) if kind in ("tokens", "tags") else as_sequences(X)
    score = get_scorer("tag_f1_macro" if "tags" in kind else "f1_macro")
    scores = {
        name: score(model.fit(X, y), X, y)
        for name, model in baselines(kind, random_state=0).items()
    }
    commonest, *others = scores.values()
    assert all(other > commonest + 0.1 for other in others), scores


def test_the_values_around_a_step_repeat_at_the_ends():
    X = Sequences.from_list([[[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]], [[4.0, 40.0]]])
    around = window_values(X, 1).reshape(4, 3, 2)
    first = [[1, 1, 2], [1, 2, 3], [2, 3, 3], [4, 4, 4]]
    np.testing.assert_array_equal(around[..., 0], first)
    np.testing.assert_array_equal(around[..., 1], np.multiply(first, 10))


def test_a_window_tagger_takes_lists():
    from sklearn.tree import DecisionTreeClassifier

    X, y = [[1.0, 5.0, 1.0], [5.0, 1.0]], [["a", "b", "a"], ["b", "a"]]
    tagger = WindowTagger(DecisionTreeClassifier(random_state=0), radius=0).fit(X, y)
    assert tagger.predict(X).tolist() == y


def test_logistic_regression_and_naive_bayes_count_alike():
    texts, y = load_docstrings(return_X_y=True)
    texts, y = texts[:200], y[:200]
    found = baselines("tokens", random_state=0)["TF-IDF + logistic regression and naive Bayes"]
    columns = TokenTfidf().fit(texts)
    members = (
        LogisticRegression(C=10, class_weight="balanced", max_iter=1000),
        ComplementNB(alpha=0.1),
    )
    first, second = [each.fit(columns.transform(texts), y) for each in members]
    unseen = columns.transform(["an email", "seconds of a day"])
    log_proba = first.predict_log_proba(unseen) + np.maximum(
        second.predict_log_proba(unseen), np.log(1e-6)
    )
    expected = softmax(log_proba / 2, axis=1)
    found = found.fit(texts, y).predict_proba(["an email", "seconds of a day"])
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind must be one of"):
        baselines("text")


@pytest.mark.parametrize("X", [[[-5, 3], [4], [7, 1, 2]] * 8, np.arange(48.0).reshape(24, 2)])
def test_integers_that_are_values_are_summarised_as_such(X):
    for model in baselines("values", random_state=0).values():
        assert len(model.fit(X, [0, 1, 1] * 8).predict(X)) == 24


def test_integers_are_values_to_those_of_value_tags():
    X = [[0, 500, 1000], [10, 990], [400, 20, 30]] * 8
    y = [["high" if step > 300 else "low" for step in row] for row in X]
    for name, model in baselines("value tags", random_state=0).items():
        windows = getattr(model, "estimator", model)
        assert windows.fit(X, y).classifier_.n_features_in_ == 2 * windows.radius + 1, name


@pytest.mark.parametrize("kind", ["tokens", "values", "value tags", "tags"])
def test_labels_in_order_have_one_more_baseline(kind):
    usual = list(baselines(kind))
    for ordered in (True, ["low", "high"]):
        *others, last = baselines(kind, ordered=ordered)
        if "tags" in kind:
            assert [*others, last] == usual
        else:
            assert [*others, last] == [*usual, f"{usual[-1]}, cut by shares"]


def test_a_baseline_in_order_takes_the_order_that_is_named():
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat(["low", "middle", "high"], [30, 60, 10]))
    length = {"low": 3, "middle": 6, "high": 9}
    X = [["word"] * int(rng.integers(-1, 2) + length[label]) for label in y]
    *_, model = baselines("tokens", ordered=["low", "middle", "high"]).values()
    predicted = model.fit(X[:70], y[:70]).predict(X[70:])
    assert model[-1].ordered_classes_.tolist() == ["low", "middle", "high"]
    assert np.mean(predicted == y[70:]) > 0.9
