import pickle

import imblearn.pipeline
import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import SequenceClassifier, Sequences
from skseq.datasets import make_imbalanced_sequences
from skseq.exceptions import SmallClassWarning
from skseq.meta import ClassMerger, make_merged_scorer
from skseq.metrics import get_scorer
from skseq.preprocessing import SequenceSummarizer, TokenEncoder
from skseq.samplers import SequenceOverSampler, SequenceUnderSampler

TWO_STAGES = "from the top down, each stage by its own rule: see Notes of ClassMerger"


def expected_failures(estimator):
    return {"check_classifiers_train": TWO_STAGES} if estimator.refine else {}


@parametrize_with_checks(
    [
        ClassMerger(LogisticRegression()),
        ClassMerger(LogisticRegression(), n_classes=2, refine=True),
    ],
    expected_failed_checks=expected_failures,
)
def test_estimator_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


def linear():
    return make_pipeline(
        SequenceSummarizer("statistics"), StandardScaler(), LogisticRegression(max_iter=1000)
    )


# Two pairs of classes that are close to each other, and sizes that tell the pairs apart.
LEVELS = {"cold": 0.0, "cool": 1.0, "hot": 10.0, "warm": 9.0}
COUNTS = {"cold": 30, "cool": 12, "hot": 5, "warm": 9}
PAIRS = {"cold": "cold", "cool": "cold", "hot": "warm", "warm": "warm"}


@pytest.fixture
def y():
    return np.random.default_rng(0).permutation(np.repeat(list(COUNTS), list(COUNTS.values())))


@pytest.fixture
def X(y):
    """Series of 2 to 6 steps around the level of their class."""
    rng = np.random.default_rng(1)
    lengths = rng.integers(2, 7, size=len(y))
    level = np.repeat([LEVELS[label] for label in y], lengths)
    return Sequences.from_lengths(level + rng.normal(0, 0.7, size=lengths.sum()), lengths)


def as_dict(merger):
    table = merger.merge_table_
    return dict(zip(table["class"].tolist(), table["merged"].tolist(), strict=True))


# -- which classes are merged ----------------------------------------------------------------------


@pytest.mark.parametrize("linkage", ["average", "complete", "single", "ward"])
@pytest.mark.parametrize("distance", ["euclidean", "confusion"])
def test_classes_that_are_alike_are_merged(X, y, distance, linkage):
    merger = ClassMerger(linear(), n_classes=2, distance=distance, linkage=linkage, cv=3).fit(X, y)
    assert as_dict(merger) == PAIRS
    np.testing.assert_array_equal(merger.merged_classes_, ["cold", "warm"])
    np.testing.assert_array_equal(merger.classes_, merger.estimator_.classes_)
    table = pd.DataFrame(merger.merge_table_).set_index("class")
    assert table["count"].to_dict() == COUNTS
    assert table["merged_count"].tolist() == [42, 42, 14, 14]
    assert merger.linkage_.shape == (3, 4)
    np.testing.assert_array_equal(merger.leaf_classes_, sorted(COUNTS))


def test_mapping_comes_first_then_size_then_likeness(X, y):
    merger = ClassMerger(linear(), mapping={"cool": "low", "cold": "low", "never": "x"}).fit(X, y)
    assert as_dict(merger) == {"cold": "low", "cool": "low", "hot": "hot", "warm": "warm"}
    assert not hasattr(merger, "linkage_")
    merger.set_params(min_count=10).fit(X, y)
    assert as_dict(merger) == {"cold": "low", "cool": "low", "hot": "warm", "warm": "warm"}
    merger.set_params(mapping={"cool": "hot"}, n_classes=2)
    with pytest.warns(SmallClassWarning, match=r"\['warm'\] have fewer than min_count=10"):
        merger.fit(X, y)
    np.testing.assert_array_equal(merger.leaf_classes_, ["cold", "hot", "warm"])
    # The mean of "hot" is now that of many cool ones and a few hot ones.
    assert as_dict(merger) == {"cold": "cold", "cool": "cold", "hot": "cold", "warm": "warm"}


def test_a_merged_class_is_named_by_its_commonest_member_or_all(X, y):
    merger = ClassMerger(linear(), n_classes=2, naming="joined").fit(X, y)
    np.testing.assert_array_equal(merger.classes_, ["cold+cool", "hot+warm"])
    numbers = np.unique(y, return_inverse=True)[1]
    assert as_dict(clone(merger).set_params(naming="commonest").fit(X, numbers)) == {
        0: 0,
        1: 0,
        2: 3,
        3: 3,
    }
    with pytest.raises(ValueError, match="naming='joined' needs labels that are strings"):
        clone(merger).fit(X, numbers)


def test_as_many_classes_as_there_are_merge_none_but_show_the_tree(X, y):
    merger = ClassMerger(linear(), n_classes=4).fit(X, y)
    assert as_dict(merger) == {label: label for label in COUNTS}
    assert merger.distances_.shape == (4, 4)
    np.testing.assert_array_equal(merger.predict(X), linear().fit(X, y).predict(X))


def test_features_for_the_centroids_may_be_given(X, y):
    by_length = ClassMerger(linear(), n_classes=2, transformer=SequenceSummarizer("length"))
    by_length.fit(X, y)
    mean = [X.lengths[y == label].mean() for label in by_length.leaf_classes_]
    np.testing.assert_allclose(by_length.distances_, np.abs(np.subtract.outer(mean, mean)))


def test_texts_are_compared_by_their_words():
    texts = ["a b", "a b c", "b a a", "b b", "x y", "y x x", "x x", "y y z"]
    y = ["A", "A", "B", "B", "X", "X", "Y", "Y"]
    model = make_pipeline(TfidfVectorizer(token_pattern=r"\w"), LogisticRegression())
    merger = ClassMerger(model, n_classes=2, distance="cosine").fit(texts, y)
    assert as_dict(merger) == {"A": "A", "B": "A", "X": "X", "Y": "X"}
    np.testing.assert_array_equal(merger.predict(["a a", "x"]), ["A", "X"])


def test_confusion_is_that_of_predictions_out_of_fold(X, y):
    cv = StratifiedKFold(3)
    merger = ClassMerger(linear(), n_classes=2, distance="confusion", cv=cv).fit(X, y)
    predicted = cross_val_predict(linear(), X, y, cv=cv)
    cold_as_cool = np.mean(predicted[y == "cold"] == "cool")
    cool_as_cold = np.mean(predicted[y == "cool"] == "cold")
    assert merger.distances_[0, 1] == pytest.approx(1 - (cold_as_cool + cool_as_cold) / 2)


def test_confusion_of_resampled_data_never_meets_a_copy_of_a_held_out_original():
    X = Sequences.from_list([[float(i)] for i in range(60)])
    y = np.random.default_rng(0).integers(0, 3, size=60)  # nothing to learn but by heart
    X, y = SequenceOverSampler(dict.fromkeys(range(3), 60), random_state=0).fit_resample(X, y)
    by_heart = make_pipeline(SequenceSummarizer("statistics"), KNeighborsClassifier(1))
    merger = ClassMerger(by_heart, n_classes=2, distance="confusion", cv=4).fit(X, y)
    off_diagonal = merger.distances_[~np.eye(3, dtype=bool)]
    assert off_diagonal.max() < 0.85  # chance is 2/3; with copies in sight it would be near 1


# -- what is predicted -----------------------------------------------------------------------------


def test_merged_labels_are_predicted_as_by_the_estimator_alone(X, y):
    merger = ClassMerger(linear(), mapping=PAIRS).fit(X, y)
    alone = linear().fit(X, [PAIRS[label] for label in y])
    np.testing.assert_array_equal(merger.predict(X), alone.predict(X))
    np.testing.assert_array_equal(merger.predict_proba(X), alone.predict_proba(X))
    np.testing.assert_array_equal(merger.decision_function(X), alone.decision_function(X))


@pytest.mark.parametrize("refine", [True, LogisticRegression(), KNeighborsClassifier(3)])
def test_probabilities_of_two_stages_multiply(X, y, refine):
    if refine is not True:
        refine = make_pipeline(SequenceSummarizer("statistics"), refine)
    merger = ClassMerger(
        linear(), mapping={"cool": "low", "cold": "low", "warm": "low"}, refine=refine
    ).fit(X, y)
    np.testing.assert_array_equal(merger.classes_, sorted(COUNTS))
    np.testing.assert_array_equal(merger.merged_classes_, ["hot", "low"])
    first = linear().fit(X, np.where(y == "hot", "hot", "low"))
    inside = clone(linear() if refine is True else refine).fit(X[y != "hot"], y[y != "hot"])
    p_hot, p_low = first.predict_proba(X).T
    p_cold, p_cool, p_warm = inside.predict_proba(X).T
    proba = merger.predict_proba(X)
    expected = np.column_stack([p_low * p_cold, p_low * p_cool, p_hot, p_low * p_warm])
    np.testing.assert_allclose(proba, expected)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    top_down = np.where(first.predict(X) == "hot", "hot", inside.predict(X))
    np.testing.assert_array_equal(merger.predict(X), top_down)
    assert merger.refiners_[0] is None
    np.testing.assert_allclose(np.exp(merger.predict_log_proba(X)), proba)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize("refine", [False, True])
def test_classes_that_the_estimator_knows_and_y_lacks_have_no_column(X, y, refine):
    net = SequenceClassifier(hidden_size=4, max_epochs=1, classes=[*COUNTS, "away"], random_state=0)
    merger = ClassMerger(net, mapping=PAIRS, refine=refine).fit(X, y)
    assert "away" in merger.estimator_.classes_
    proba = merger.predict_proba(X)
    assert proba.shape == (len(y), len(merger.classes_))
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-5)
    if not refine:
        np.testing.assert_array_equal(merger.classes_[proba.argmax(axis=1)], merger.predict(X))


def test_refining_needs_no_probabilities(X, y):
    model = make_pipeline(SequenceSummarizer("statistics"), RidgeClassifier())
    merger = ClassMerger(model, mapping=PAIRS, refine=True).fit(X, y)
    assert merger.score(X, y) > 0.6
    assert not hasattr(merger, "predict_proba")
    assert not hasattr(merger, "decision_function")
    assert hasattr(merger.set_params(refine=False), "decision_function")


@pytest.mark.parametrize(
    "names",
    [
        np.array(["p", "q", "r", "s"], dtype=object),
        np.array([-3, 0, 4, 9]),
        np.array([1, 2, 3, 4], dtype=np.int8),
        np.array([0.0, 1.0, 2.0, 3.0]),
    ],
    ids=lambda names: str(names.dtype),
)
@pytest.mark.parametrize("refine", [False, True])
def test_labels_of_any_type_keep_it(X, y, names, refine):
    labels = names[np.unique(y, return_inverse=True)[1]]
    merger = ClassMerger(linear(), n_classes=2, refine=refine).fit(X, labels)
    assert merger.predict(X).dtype == names.dtype
    np.testing.assert_array_equal(merger.classes_, names if refine else names[[0, 3]])
    assert merger.score(X, labels) > 0.7


def test_false_and_true_stay_so(X, y):
    merger = ClassMerger(linear(), n_classes=2, refine=True).fit(X, y == "hot")
    assert merger.predict(X).dtype == bool


# -- scores ----------------------------------------------------------------------------------------


def test_score_merges_y_unless_the_predictions_are_refined(X, y):
    merger = ClassMerger(linear(), mapping=PAIRS).fit(X, y)
    expected = accuracy_score([PAIRS[label] for label in y], merger.predict(X))
    assert merger.score(X, y) == expected
    weight = np.arange(len(y))
    weighted = accuracy_score(merger.merge_labels(y), merger.predict(X), sample_weight=weight)
    assert merger.score(X, y, sample_weight=weight) == weighted
    refined = ClassMerger(linear(), mapping=PAIRS, refine=True).fit(X, y)
    assert refined.score(X, y) == accuracy_score(y, refined.predict(X))


def test_labels_that_fit_did_not_meet_are_mapped_or_stay(X, y):
    merger = ClassMerger(linear(), mapping=PAIRS | {"mild": "warm"}).fit(X, y)
    assert merger.merge_labels(["cool", "mild", "odd"]).tolist() == ["cold", "warm", "odd"]


@pytest.mark.parametrize("scoring", ["f1_macro", "roc_auc", "minority_recall"])
def test_a_merged_scorer_scores_the_merged_task(X, y, scoring):
    scorer = make_merged_scorer(scoring)
    merger = ClassMerger(linear(), mapping=PAIRS).fit(X, y)
    alone = linear().fit(X, merger.merge_labels(y))
    expected = make_merged_scorer(scoring).scorer(alone, X, merger.merge_labels(y))
    assert scorer(merger, X, y) == pytest.approx(expected)
    assert pickle.loads(pickle.dumps(scorer))(merger, X, y) == scorer(merger, X, y)
    assert "make_merged_scorer" in repr(scorer)


def test_a_plain_scorer_counts_merged_classes_as_missed(X, y):
    merger = ClassMerger(linear(), mapping=PAIRS)
    merged = cross_val_score(merger, X, y, cv=2, scoring=make_merged_scorer("f1_macro"))
    plain = cross_val_score(merger, X, y, cv=2, scoring="f1_macro")
    train, test = next(StratifiedKFold(2).split(X, y))
    predicted = clone(merger).fit(X[train], y[train]).predict(X[test])
    assert plain[0] == pytest.approx(f1_score(y[test], predicted, average="macro"))
    mapped = [PAIRS[label] for label in y[test]]
    assert merged[0] == pytest.approx(f1_score(mapped, predicted, average="macro"))
    assert plain.max() < 0.5 < 0.95 < merged.min()


def test_merged_scorers_look_into_pipelines_and_searches_and_nowhere_else(X, y):
    pipe = Pipeline([("merge", ClassMerger(linear(), mapping=PAIRS))])
    search = GridSearchCV(
        pipe,
        {
            "merge__estimator__logisticregression__C": [0.1, 10],
            "merge__mapping": [PAIRS, None],
            "merge__n_classes": [None, 3],
            "merge__refine": [False, True],
        },
        scoring={"merged": make_merged_scorer("f1_macro"), "plain": "f1_macro"},
        refit="plain",
        cv=2,
        error_score="raise",
    ).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_merged"]).all()
    refined = [params["merge__refine"] for params in search.cv_results_["params"]]
    merged, plain = (search.cv_results_[f"mean_test_{name}"] for name in ("merged", "plain"))
    np.testing.assert_array_equal(merged[refined], plain[refined])
    assert make_merged_scorer("accuracy")(search, X, y) == pytest.approx(search.score(X, y), abs=1)
    with pytest.raises(TypeError, match=r"scores a ClassMerger, .* got Pipeline"):
        make_merged_scorer("accuracy")(linear().fit(X, y), X, y)


def test_a_merged_scorer_passes_weights_on_that_its_scorer_requests(X, y):
    weight = np.random.default_rng(0).uniform(size=len(y))
    with config_context(enable_metadata_routing=True):
        scorer = get_scorer("f1_macro").set_score_request(sample_weight=True)
        model = LogisticRegression(max_iter=1000).set_fit_request(sample_weight=True)
        search = GridSearchCV(
            ClassMerger(model, mapping=PAIRS),
            {"estimator__C": [1.0]},
            scoring=make_merged_scorer(scorer),
            cv=2,
            error_score="raise",
        )
        features = SequenceSummarizer("statistics").fit_transform(X)
        search.fit(features, y, sample_weight=weight)
        merger = search.best_estimator_
        ours = search.score(features, y, sample_weight=weight)
    predicted = merger.predict(features)
    expected = f1_score(merger.merge_labels(y), predicted, average="macro", sample_weight=weight)
    assert ours == pytest.approx(expected)


# -- what goes along -------------------------------------------------------------------------------


class Recorder(ClassifierMixin, BaseEstimator):
    """Predicts its first class, and remembers the rows and weights it was fitted on."""

    def fit(self, X, y, sample_weight=None, note=None):
        self.classes_ = np.unique(y)
        self.seen_ = [steps[0] for steps in X]
        self.weight_, self.note_ = sample_weight, note
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.mark.parametrize("routing", [False, True])
def test_weights_go_along_with_their_sequences(routing):
    X = [np.array([float(i), 0.0]) for i in range(12)]
    y, weight = np.repeat(["a", "b", "c"], 4), np.arange(12.0) + 1
    with config_context(enable_metadata_routing=routing):
        recorder = Recorder()
        if routing:
            recorder.set_fit_request(sample_weight=True, note=True)
        merger = ClassMerger(recorder, mapping={"b": "a"}, refine=True)
        merger.fit(X, y, sample_weight=weight, note="all of it")
    np.testing.assert_array_equal(merger.estimator_.weight_, weight)
    (refiner,) = [refiner for refiner in merger.refiners_ if refiner is not None]
    np.testing.assert_array_equal(refiner.seen_, range(8))
    np.testing.assert_array_equal(refiner.weight_, weight[:8])
    assert refiner.note_ == "all of it"


def test_each_stage_gets_what_it_requests():
    X, y = [np.array([float(i)]) for i in range(6)], np.repeat(["a", "b", "c"], 2)
    with config_context(enable_metadata_routing=True):
        first = Recorder().set_fit_request(sample_weight=True, note=False)
        second = Recorder().set_fit_request(sample_weight=False, note=True)
        merger = ClassMerger(first, mapping={"b": "a"}, refine=second)
        merger.fit(X, y, sample_weight=np.ones(6), note="second only")
    assert merger.estimator_.note_ is None
    assert merger.refiners_[0].note_ == "second only"
    assert merger.refiners_[0].weight_ is None


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_a_net_on_ragged_tokens_with_a_sampler_is_merged_refined_and_pickled(ragged_tokens):
    y = np.random.default_rng(0).permutation(np.repeat(["a", "b", "c", "d"], [15, 8, 4, 3]))
    net = imblearn.pipeline.Pipeline(
        [
            ("sample", SequenceOverSampler(random_state=0)),
            ("model", SequenceClassifier(hidden_size=4, max_epochs=2, random_state=0)),
        ]
    )
    merger = ClassMerger(net, min_count=5, refine=True).fit(ragged_tokens, y)
    assert as_dict(merger) == {"a": "a", "b": "b", "c": "c", "d": "c"}
    proba = merger.predict_proba(ragged_tokens)
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-5)
    again = pickle.loads(pickle.dumps(merger))
    np.testing.assert_array_equal(again.predict_proba(ragged_tokens), proba)
    with pytest.raises(AttributeError):
        clone(merger).classes_  # noqa: B018


def test_texts_go_through_a_pipeline_inside():
    texts, y = ["a b", "b", "c a", "c c"] * 3, np.array(["x", "y", "z", "w"] * 3)
    model = make_pipeline(TokenEncoder(), SequenceSummarizer(), LogisticRegression())
    merger = ClassMerger(model, n_classes=2, refine=True).fit(texts, y)
    assert merger.predict(texts).shape == (12,)
    assert merger.merge_labels(y).shape == (12,)


def test_features_and_their_names_are_those_of_the_estimator():
    frame = pd.DataFrame({"t0": [0.0, 1.0, 2.0, 3.0], "t1": [0.0, 1.0, 2.0, 3.0]})
    merger = ClassMerger(LogisticRegression(), n_classes=2).fit(frame, ["a", "b", "c", "c"])
    assert merger.n_features_in_ == 2
    assert merger.feature_names_in_.tolist() == ["t0", "t1"]


# -- the prior of the data behind a sampler --------------------------------------------------------


def small_net(target_prior):
    return SequenceClassifier(
        hidden_size=4, max_epochs=2, lr=0.01, target_prior=target_prior, random_state=0
    )


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize("merged", ["cold", "low"], ids=["commonest", "new name"])
@pytest.mark.parametrize("refine", [False, True])
def test_the_prior_of_the_data_is_that_of_labels_merged_before_the_sampler(X, y, merged, refine):
    """Fitted by hand: on labels merged by hand, to the shares they have before the sampler."""
    new_of = {label: merged if label.startswith("co") else label for label in COUNTS}
    sampler = SequenceUnderSampler(random_state=0)
    merger = ClassMerger(small_net("data"), mapping=new_of, refine=refine)
    ours = imblearn.pipeline.make_pipeline(sampler, merger).fit(X, y).predict_proba(X)

    X_few, y_few = clone(sampler).fit_resample(X, y)
    X_few = X_few.replace(label_counts=None)
    y_few = np.asarray(y_few)
    shares = pd.Series(y).map(new_of).value_counts(normalize=True).to_dict()
    by_hand = small_net(shares).fit(X_few, [new_of[label] for label in y_few])
    expected = pd.DataFrame(by_hand.predict_proba(X), columns=by_hand.classes_)
    if refine:
        is_low = np.isin(y_few, ["cold", "cool"])
        inside = small_net({"cold": 30 / 42, "cool": 12 / 42}).fit(X_few[is_low], y_few[is_low])
        of_low = expected.pop(merged)
        for label, p in zip(["cold", "cool"], inside.predict_proba(X).T, strict=True):
            expected[label] = of_low * p
    np.testing.assert_allclose(ours, expected[sorted(expected)], rtol=1e-6)


@pytest.mark.parametrize("target_prior", ["train", "data"])
def test_behind_a_sampler_merged_probabilities_come_near_the_true_ones(target_prior):
    X, y, posterior = make_imbalanced_sequences(
        900, weights=[0.8, 0.12, 0.08], length=(4, 8), random_state=0, return_posterior=True
    )
    net = SequenceClassifier(
        hidden_size=8, lr=0.01, max_epochs=12, target_prior=target_prior, random_state=0
    )
    merger = ClassMerger(net, mapping={1: 2})
    pipe = imblearn.pipeline.make_pipeline(SequenceUnderSampler(random_state=0), merger)
    proba = pipe.fit(X[:500], y[:500]).predict_proba(X[500:])[:, 1]
    true = 1 - posterior[500:, 0]
    if target_prior == "data":
        assert proba.mean() == pytest.approx(true.mean(), abs=0.05)
        assert np.abs(proba - true).mean() < 0.12
    else:
        assert proba.mean() > true.mean() + 0.2
        assert np.abs(proba - true).mean() > 0.2


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_a_class_that_the_sampler_leaves_out_counts_by_its_mapping(X, y):
    sampler = SequenceUnderSampler({"cool": 0}, random_state=0)
    merger = ClassMerger(small_net("data"), mapping=PAIRS)
    merger.fit(*sampler.fit_resample(X, y))
    assert merger.original_classes_.tolist() == ["cold", "hot", "warm"]
    np.testing.assert_allclose(merger.estimator_.data_prior_, [42 / 56, 14 / 56])


class CountReader(ClassifierMixin, BaseEstimator):
    """Predicts its first class, and writes down the counts of labels that X came with."""

    seen = []

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.seen.append((X.label_counts, self.classes_.tolist()))
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def test_each_fit_gets_the_counts_of_its_own_labels(X, y, monkeypatch):
    monkeypatch.setattr(CountReader, "seen", [])
    X = X.replace(label_counts={"cold": 300, "cool": 120, "hot": 5, "warm": 9, "never": 7})
    mapping = {"cool": "low", "cold": "low"}
    settings = {"n_classes": 2, "distance": "confusion", "cv": 2, "naming": "joined"}
    merger = ClassMerger(CountReader(), mapping=mapping, refine=True, **settings).fit(X, y)
    before, (first, *refiners) = CountReader.seen[:2], CountReader.seen[2:]
    leaves = {"low": 420, "hot": 5, "warm": 9, "never": 7}
    assert before == [(leaves, ["hot", "low", "warm"])] * 2
    table = pd.DataFrame(merger.merge_table_)
    table["before"] = table["class"].map(X.label_counts)
    merged = table.groupby("merged")["before"].sum().to_dict()
    assert first == (merged | {"never": 7}, sorted(merged))
    groups = [group.set_index("class")["before"] for _, group in table.groupby("merged")]
    assert refiners == [(g.to_dict(), list(g.index)) for g in groups if len(g) > 1]
    assert len(refiners) == 1


# -- errors ----------------------------------------------------------------------------------------


def test_merging_everything_is_refused(X, y):
    with pytest.raises(ValueError, match="all 4 classes would become one, 'all'; merge fewer"):
        ClassMerger(linear(), mapping=dict.fromkeys(COUNTS, "all")).fit(X, y)
    with pytest.raises(ValueError, match="all 4 classes would become one, 'cold'"):
        ClassMerger(linear(), min_count=50).fit(X, y)


def test_a_mapping_that_fits_no_label_is_refused(X, y):
    with pytest.raises(ValueError, match=r"no key of mapping is a label of y: its keys are \[0, 1"):
        ClassMerger(linear(), mapping={0: 0, 1: 0}).fit(X, y)


def test_a_mapping_to_labels_of_mixed_types_is_refused(X, y):
    with pytest.raises(ValueError, match="merged labels must be all strings or all numbers"):
        ClassMerger(linear(), mapping={"hot": 1}).fit(X, y)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"distance": "euclid"}, "'distance' parameter.*Did you mean 'euclidean'"),
        ({"linkage": "median"}, "'linkage' parameter"),
        ({"n_classes": 1}, "'n_classes' parameter"),
        ({"mapping": [("a", "b")]}, "'mapping' parameter"),
        ({"refine": "yes"}, "'refine' parameter"),
        ({"estimator": StandardScaler()}, "'estimator' parameter"),
    ],
    ids=str,
)
def test_bad_settings_are_refused(X, y, settings, match):
    with pytest.raises(ValueError, match=match):
        ClassMerger(**({"estimator": linear()} | settings)).fit(X, y)
