import pickle

import imblearn.pipeline
import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, silhouette_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import SequenceClassifier, Sequences
from skseq.datasets import make_imbalanced_sequences
from skseq.exceptions import SmallClassWarning
from skseq.meta import MajoritySplitter
from skseq.meta import _majority_splitter as module
from skseq.meta._features import row_features
from skseq.preprocessing import SequenceSummarizer, TokenEncoder
from skseq.samplers import SequenceOverSampler, SequenceUnderSampler


# Parts of noise are not always learnt in so many steps, nor asked to be.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks([MajoritySplitter(LogisticRegression())])
def test_estimator_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


def linear(C=100, **settings):
    return make_pipeline(
        SequenceSummarizer("statistics"),
        StandardScaler(),
        LogisticRegression(C=C, max_iter=10_000, **settings),
    )


# Three kinds of common sequences, and rare ones in their midst.
LEVELS = {"common": (-6.0, 0.0, 6.0), "rare": (3.0,), "seldom": (-3.0,)}
SIZES = {"common": 45, "rare": 9, "seldom": 6}


@pytest.fixture
def y():
    return np.random.default_rng(0).permutation(np.repeat(list(SIZES), list(SIZES.values())))


@pytest.fixture
def kind(y):
    """Which kind of its class each sequence is."""
    rng = np.random.default_rng(1)
    return np.array([rng.integers(len(LEVELS[label])) for label in y])


@pytest.fixture
def X(y, kind):
    """Series of 4 to 6 steps around the level of their kind."""
    rng = np.random.default_rng(2)
    lengths = rng.integers(4, 7, size=len(y))
    level = [LEVELS[label][k] for label, k in zip(y, kind, strict=True)]
    values = np.repeat(level, lengths) + rng.normal(0, 0.3, size=lengths.sum())
    return Sequences.from_lengths(values, lengths)


# -- splitting -------------------------------------------------------------------------------------


def test_the_silhouette_finds_the_kinds_of_the_big_class(X, y, kind):
    level = SequenceSummarizer("statistics", quantiles=())
    splitter = MajoritySplitter(linear(), transformer=level, random_state=0).fit(X, y)
    assert splitter.majority_class_ == "common"
    assert splitter.n_clusters_ == 3
    assert splitter.part_labels_.tolist() == ["common#0", "common#1", "common#2"]
    counts = np.bincount(kind[y == "common"])
    np.testing.assert_array_equal(splitter.part_counts_, sorted(counts, reverse=True))
    assert list(splitter.silhouette_scores_) == list(range(2, 9))
    features = row_features(X, y, level)[y == "common"]
    assert splitter.silhouette_scores_[3] == pytest.approx(
        silhouette_score(features, kind[y == "common"])
    )
    np.testing.assert_array_equal(splitter.classes_, list(SIZES))
    np.testing.assert_array_equal(
        splitter.estimator_.classes_, [*splitter.part_labels_, "rare", "seldom"]
    )


def test_a_sample_of_many_rows_is_enough_for_the_silhouette(X, y, monkeypatch):
    monkeypatch.setattr(module, "_SILHOUETTE_ROWS", 20)
    level = SequenceSummarizer("statistics", quantiles=())
    assert MajoritySplitter(linear(), transformer=level, random_state=0).fit(X, y).n_clusters_ == 3


def test_a_border_that_no_line_can_draw_is_learnt_in_parts(X, y):
    plain = cross_val_score(linear(), X, y, cv=3, scoring="f1_macro")
    split = MajoritySplitter(linear(), n_clusters=3, random_state=0)
    assert cross_val_score(split, X, y, cv=3, scoring="f1_macro").mean() > plain.mean() + 0.2


def test_one_part_is_the_estimator_alone(X, y):
    splitter = MajoritySplitter(linear(), n_clusters=1).fit(X, y)
    alone = linear().fit(X, y)
    assert splitter.part_labels_.tolist() == ["common"]
    np.testing.assert_array_equal(splitter.predict_proba(X), alone.predict_proba(X))
    np.testing.assert_array_equal(splitter.predict(X), alone.predict(X))


def test_another_class_may_be_named(X, y):
    splitter = MajoritySplitter(linear(), majority="rare", n_clusters=2, random_state=0).fit(X, y)
    assert splitter.part_labels_.tolist() == ["rare#0", "rare#1"]
    assert splitter.part_counts_.sum() == SIZES["rare"]
    with pytest.raises(ValueError, match=r"majority='never' is not a label of y, which has \['com"):
        MajoritySplitter(linear(), majority="never").fit(X, y)


def test_fewer_distinct_sequences_than_parts_make_fewer_parts():
    X = [np.array([0.0])] * 4 + [np.array([1.0])] * 4 + [np.array([5.0])] * 3
    y = ["big"] * 8 + ["small"] * 3
    with pytest.warns(SmallClassWarning, match="'big' has only 2 distinct sequences"):
        splitter = MajoritySplitter(linear(), n_clusters=3, random_state=0).fit(X, y)
    assert splitter.n_clusters_ == 2
    assert MajoritySplitter(linear(), random_state=0).fit(X, y).n_clusters_ == 2
    same = MajoritySplitter(linear(), random_state=0).fit(X[:4] + X[8:], y[:4] + y[8:])
    assert same.n_clusters_ == 1
    np.testing.assert_array_equal(same.predict(X[8:]), ["small"] * 3)


def test_texts_are_clustered_by_their_words():
    texts = ["a b", "a b b", "b a", "c d", "d c", "d d c", "a d", "d a a"]
    y = ["big"] * 6 + ["small"] * 2
    model = make_pipeline(TokenEncoder(), SequenceSummarizer(), LogisticRegression())
    splitter = MajoritySplitter(model, random_state=0).fit(texts, y)
    assert splitter.part_counts_.tolist() == [3, 3]
    assert splitter.predict(["b a b"]) == ["big"]


# -- putting together ------------------------------------------------------------------------------


def test_probabilities_of_the_parts_are_added_up(X, y):
    splitter = MajoritySplitter(linear(), n_clusters=3, random_state=0).fit(X, y)
    of_parts = pd.DataFrame(
        splitter.estimator_.predict_proba(X), columns=splitter.estimator_.classes_
    )
    proba = splitter.predict_proba(X)
    np.testing.assert_allclose(proba[:, 0], of_parts[list(splitter.part_labels_)].sum(axis=1))
    np.testing.assert_array_equal(proba[:, 1:], of_parts[["rare", "seldom"]])
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    np.testing.assert_array_equal(splitter.predict(X), splitter.classes_[proba.argmax(axis=1)])
    np.testing.assert_allclose(np.exp(splitter.predict_log_proba(X)), proba)


def test_parts_may_stand_for_their_class(X, y):
    splitter = MajoritySplitter(linear(), n_clusters=3, decision="part", random_state=0).fit(X, y)
    inner = splitter.estimator_.predict(X)
    np.testing.assert_array_equal(splitter.predict(X), [label.split("#")[0] for label in inner])


def test_a_classifier_without_probabilities_is_split_too(X, y):
    model = make_pipeline(SequenceSummarizer("statistics"), StandardScaler(), SVC(kernel="linear"))
    splitter = MajoritySplitter(model, n_clusters=3, random_state=0).fit(X, y)
    assert not hasattr(splitter, "predict_proba")
    assert f1_score(y, splitter.predict(X), average="macro") > 0.9
    with pytest.raises(ValueError, match="Pipeline has no predict_proba; use decision='part'"):
        splitter.set_params(decision="sum").fit(X, y)


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        (np.array(["a", "a#0", "b"]), ["a##0", "a##1"]),
        (np.array(["a", "b", "c"], dtype=object), ["a#0", "a#1"]),
        (np.array([-1, 0, 7]), [-1, 8]),
        (np.array([125, 126, 127], dtype=np.int8), [125, 128]),
        (np.array([1.0, 2.0, 3.0]), [1, 4]),
    ],
    ids=str,
)
@pytest.mark.parametrize("decision", ["sum", "part"])
def test_labels_of_any_type_keep_it_and_parts_get_new_ones(X, y, names, parts, decision):
    labels = names[np.unique(y, return_inverse=True)[1]]
    splitter = MajoritySplitter(linear(), n_clusters=2, decision=decision, random_state=0)
    splitter.fit(X, labels)
    assert splitter.part_labels_.tolist() == parts
    np.testing.assert_array_equal(splitter.classes_, names)
    assert splitter.predict(X).dtype == names.dtype
    assert set(splitter.predict(X)) <= set(names)


@pytest.mark.parametrize("decision", ["sum", "part"])
def test_false_and_true_stay_so(X, y, decision):
    splitter = MajoritySplitter(linear(), n_clusters=2, decision=decision, random_state=0)
    splitter.fit(X, y == "rare")
    assert splitter.part_labels_.tolist() == [0, 2]
    assert splitter.predict(X).dtype == bool
    assert splitter.predict_proba(X).shape == (len(y), 2)


def split_labels(splitter, X, y):
    """The labels that a splitter trains on, made a second time."""
    again = MajoritySplitter(Echo(), n_clusters=splitter.n_clusters_, random_state=0).fit(X, y)
    return again.estimator_.y_


class Echo(ClassifierMixin, BaseEstimator):
    """Keeps what it was fitted on."""

    def fit(self, X, y, **params):
        self.y_, self.classes_ = y, np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def test_settings_that_name_the_other_classes_still_fit(X, y):
    weighted = linear(class_weight={"rare": 3.0, "seldom": 0.5})
    splitter = MajoritySplitter(weighted, n_clusters=2, random_state=0).fit(X, y)
    by_hand = clone(weighted).fit(X, split_labels(splitter, X, y))
    np.testing.assert_array_equal(splitter.estimator_.predict_proba(X), by_hand.predict_proba(X))
    assert {"rare", "seldom", "common#0", "common#1"} == set(by_hand.classes_)


# -- what goes along -------------------------------------------------------------------------------


@pytest.mark.parametrize("routing", [False, True])
def test_weights_reach_the_estimator(X, y, routing):
    weight = np.random.default_rng(0).uniform(size=len(y))
    features = SequenceSummarizer("statistics").fit_transform(X)
    with config_context(enable_metadata_routing=routing):
        model = LogisticRegression(max_iter=10_000)
        if routing:
            model.set_fit_request(sample_weight=True)
        splitter = MajoritySplitter(model, n_clusters=2, random_state=0)
        splitter.fit(features, y, sample_weight=weight)
    labels = split_labels(splitter, features, y)
    by_hand = LogisticRegression(max_iter=10_000).fit(features, labels, sample_weight=weight)
    np.testing.assert_array_equal(splitter.estimator_.coef_, by_hand.coef_)


def test_nested_parameters_are_tuned_in_a_grid(X, y):
    grid = {
        "n_clusters": [1, 3],
        "estimator__logisticregression__C": [0.1, 10],
        "decision": ["sum", "part"],
    }
    splitter = MajoritySplitter(linear(), random_state=0)
    search = GridSearchCV(splitter, grid, scoring="f1_macro", cv=3, error_score="raise").fit(X, y)
    assert search.best_params_["n_clusters"] == 3


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_a_net_on_ragged_tokens_with_a_sampler_is_split_and_pickled(ragged_tokens, labels):
    net = imblearn.pipeline.Pipeline(
        [
            ("sample", SequenceOverSampler(random_state=0)),
            ("model", SequenceClassifier(hidden_size=4, max_epochs=2, random_state=0)),
        ]
    )
    splitter = MajoritySplitter(net, n_clusters=2, random_state=0).fit(ragged_tokens, labels)
    proba = splitter.predict_proba(ragged_tokens)
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-5)
    again = pickle.loads(pickle.dumps(splitter))
    np.testing.assert_array_equal(again.predict_proba(ragged_tokens), proba)
    assert not hasattr(clone(splitter), "classes_")


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize("as_numbers", [False, True])
def test_the_prior_of_the_data_is_divided_over_the_parts(X, y, as_numbers):
    """Fitted by hand: on the parts, to the shares of the data, the parts' as they occur."""
    y = np.unique(y, return_inverse=True)[1] if as_numbers else y
    common, rare, seldom = np.unique(y).tolist()
    sampler = SequenceUnderSampler({common: 20}, random_state=0)
    net = SequenceClassifier(hidden_size=4, max_epochs=2, random_state=0)
    inner = clone(net).set_params(target_prior="data")
    splitter = MajoritySplitter(inner, n_clusters=3, random_state=0)
    pipe = imblearn.pipeline.make_pipeline(sampler, splitter).fit(X, y)

    X_few, y_few = clone(sampler).fit_resample(X, y)
    parts = split_labels(pipe[-1], X_few, y_few)
    shares = {rare: 9 / 60, seldom: 6 / 60}
    for part in pipe[-1].part_labels_.tolist():
        shares[part] = np.sum(parts == part) / 20 * 45 / 60
    by_hand = clone(net).set_params(target_prior=shares).fit(X_few, parts)
    of_parts = pd.DataFrame(by_hand.predict_proba(X), columns=by_hand.classes_)
    expected = of_parts[[rare, seldom]]
    expected.insert(0, common, 1 - expected.sum(axis=1))
    np.testing.assert_allclose(pipe.predict_proba(X), expected, rtol=1e-6)


@pytest.mark.parametrize("target_prior", ["train", "data"])
def test_behind_a_sampler_probabilities_come_near_the_true_ones(target_prior):
    X, y, posterior = make_imbalanced_sequences(
        900, weights=[0.8, 0.12, 0.08], length=(4, 8), random_state=0, return_posterior=True
    )
    net = SequenceClassifier(
        hidden_size=8, lr=0.01, max_epochs=12, target_prior=target_prior, random_state=0
    )
    splitter = MajoritySplitter(net, majority=0, n_clusters=3, random_state=0)
    pipe = imblearn.pipeline.make_pipeline(SequenceUnderSampler(random_state=0), splitter)
    proba = pipe.fit(X[:500], y[:500]).predict_proba(X[500:])
    off = np.abs(proba.mean(axis=0) - posterior[500:].mean(axis=0)).max()
    assert off < 0.05 if target_prior == "data" else off > 0.2


def test_the_same_seed_gives_the_same_parts(X, y):
    counts = [
        MajoritySplitter(linear(), n_clusters=5, random_state=3).fit(X, y).part_counts_.tolist()
        for _ in range(2)
    ]
    assert counts[0] == counts[1]


def test_features_and_their_names_are_those_of_the_estimator():
    frame = pd.DataFrame({"t0": [0.0, 1.0, 2.0, 3.0], "t1": [0.0, 1.0, 2.0, 3.0]})
    with config_context(transform_output="pandas"):
        splitter = MajoritySplitter(LogisticRegression()).fit(frame, ["a", "a", "a", "c"])
    assert splitter.n_features_in_ == 2
    assert splitter.feature_names_in_.tolist() == ["t0", "t1"]


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"n_clusters": "silhuette"}, r"'n_clusters' parameter.*Did you mean 'silhouette'\?"),
        ({"n_clusters": 0}, "'n_clusters' parameter"),
        ({"max_clusters": 1}, "'max_clusters' parameter"),
        ({"decision": "mean"}, "'decision' parameter"),
        ({"transformer": "pooled"}, "'transformer' parameter"),
    ],
    ids=str,
)
def test_bad_settings_are_refused(X, y, settings, match):
    with pytest.raises(ValueError, match=match):
        MajoritySplitter(linear(), **settings).fit(X, y)
