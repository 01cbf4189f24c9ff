"""Scorers work wherever scikit-learn takes ``scoring=``, for labels and for ragged tags."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
import sklearn
from imblearn.pipeline import Pipeline
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.naive_bayes import GaussianNB

from skseq import Sequences, metrics
from skseq.metrics._scorers import METRICS

TAGS = np.array(["O", "A", "B"])


class FrequencyTagger(BaseEstimator):
    """Tag each token by the tags it had in training, with additive smoothing."""

    def __init__(self, smoothing=1.0):
        self.smoothing = smoothing

    def fit(self, X, y):
        self.classes_, codes = np.unique(y.values, return_inverse=True)
        self.counts_ = np.full((10, len(self.classes_)), self.smoothing)
        np.add.at(self.counts_, (X.values, codes), 1.0)
        self.n_predictions_ = 0
        return self

    def predict_proba(self, X):
        self.n_predictions_ += 1
        counts = self.counts_[X.values]
        return X.replace(values=counts / counts.sum(axis=1, keepdims=True))

    def predict(self, X):
        self.n_predictions_ += 1
        return X.replace(values=self.classes_[self.counts_[X.values].argmax(axis=1)])


@pytest.fixture
def tagged():
    """Sixty sequences of token ids, and tags that the ids hint at."""
    rng = np.random.default_rng(0)
    X = Sequences.from_lengths(rng.integers(0, 10, 360), np.tile([3, 9], 30))
    noisy = np.where(rng.random(360) < 0.8, X.values, rng.integers(0, 10, 360))
    return X, X.replace(values=TAGS[np.digitize(noisy, [7, 9])])


@pytest.fixture
def labelled():
    """Ninety rows of three classes, the third of them rare."""
    rng = np.random.default_rng(0)
    y = np.repeat(["common", "less", "rare"], [60, 20, 10])
    X = rng.normal(size=(90, 2)) + np.repeat([0, 1, 2], [60, 20, 10])[:, None]
    order = rng.permutation(90)
    return X[order], y[order]


def of_kind(tags):
    names = (name for name in METRICS if not name.startswith("span_"))  # tests/metrics/test_spans
    return sorted(name for name in names if name.startswith("tag_") == tags)


def scorer_of(name, order=None):
    """A scorer; of ordered labels, one that is told the order of text."""
    if not name.endswith(("mean_absolute_error", "kappa")):
        return metrics.get_scorer(name)
    tags, labels = TAGS.tolist(), ["common", "less", "rare"]
    return metrics.get_scorer(name, labels=order or (tags if name.startswith("tag_") else labels))


def as_spans(y):
    """The tags as mentions of one step each."""
    return y.replace(values=np.where(y.values == "O", "O", np.char.add("B-", y.values)))


def scorers_of_tags():
    return {name: scorer_of(name) for name in of_kind(tags=True)}


def by_metric(name, scorer, y, output, **arguments):
    """What a scorer should give, straight from its metric."""
    metric = METRICS[name]
    sign = 1 if metric.greater_is_better else -1
    return sign * metric.function(y, output, **scorer._kwargs, **arguments)


every_name = pytest.mark.parametrize("name", sorted(of_kind(tags=True) + of_kind(tags=False)))
tag_names = pytest.mark.parametrize("name", of_kind(tags=True))
label_names = pytest.mark.parametrize("name", of_kind(tags=False))


def test_every_metric_of_labels_has_its_twin_for_tags():
    assert metrics.get_scorer_names() == sorted(METRICS)
    assert [f"tag_{name}" for name in of_kind(tags=False)] == of_kind(tags=True)


@tag_names
def test_tag_scorers_score_predictions_by_their_metric(name, tagged):
    X, y = tagged
    tagger = FrequencyTagger().fit(X, y)
    scorer, needs = scorer_of(name), METRICS[name].needs
    arguments = {"classes": tagger.classes_} if needs == "predict_proba" else {}
    expected = by_metric(name, scorer, y, getattr(tagger, needs)(X), **arguments)
    got = scorer(tagger, X, y)
    assert got == pytest.approx(expected)
    assert isinstance(got, float)


@label_names
def test_label_scorers_score_predictions_by_their_metric(name, labelled):
    X, y = labelled
    model = GaussianNB().fit(X, y)
    scorer = scorer_of(name)
    expected = by_metric(name, scorer, y, getattr(model, METRICS[name].needs)(X))
    assert scorer(model, X, y) == pytest.approx(expected)


@pytest.mark.parametrize("name", sorted(set(METRICS) & set(sklearn.metrics.get_scorer_names())))
def test_a_name_that_scikit_learn_has_too_means_the_same(name, labelled):
    X, y = labelled
    model = GaussianNB().fit(X, y)
    theirs = sklearn.metrics.get_scorer(name)(model, X, y)
    assert metrics.get_scorer(name)(model, X, y) == pytest.approx(theirs)


@label_names
def test_binary_classifiers_are_scored(name, labelled):
    X, y = labelled
    y = np.where(y == "common", "no", "yes")
    model = GaussianNB().fit(X, y)
    scorer = scorer_of(name, order=["no", "yes"])
    low, high = (0.4, 1) if METRICS[name].greater_is_better else (-0.6, 0)
    assert low < scorer(model, X, y) <= high
    assert scorer(model, X, y) > scorer(model, X[::-1], y)


@every_name
def test_scorers_survive_pickling_and_cloning(name, tagged, labelled):
    scorer = scorer_of(name)
    X, y = tagged if name.startswith("tag_") else labelled
    model = FrequencyTagger() if name.startswith("tag_") else GaussianNB()
    model.fit(X, y)
    for copy in (pickle.loads(pickle.dumps(scorer)), clone(scorer, safe=False)):
        assert copy(model, X, y) == scorer(model, X, y)
        assert repr(copy) == repr(scorer)
    assert METRICS[name].function.__name__ in repr(scorer)


@every_name
def test_grid_search_takes_every_scorer(name, tagged, labelled):
    scorer = scorer_of(name)
    if name.startswith("tag_"):
        search = GridSearchCV(FrequencyTagger(), {"smoothing": [0.1, 100]}, scoring=scorer, cv=2)
        search.fit(*tagged)
    else:
        search = GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9, 1.0]}, scoring=scorer, cv=2)
        search.fit(*labelled)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    score = search.score(*(tagged if name.startswith("tag_") else labelled))
    assert (score > 0) == METRICS[name].greater_is_better


def test_multimetric_search_on_ragged_tags_equals_scoring_one_by_one(tagged):
    X, y = tagged
    scorers = scorers_of_tags()
    together = cross_validate(FrequencyTagger(), X, y, scoring=scorers, cv=3)
    for name, scorer in scorers.items():
        alone = cross_val_score(FrequencyTagger(), X, y, scoring=scorer, cv=3)
        np.testing.assert_allclose(together[f"test_{name}"], alone)
    search = GridSearchCV(
        FrequencyTagger(), {"smoothing": [0.1, 1]}, scoring=scorers, refit="tag_f1_macro", cv=3
    ).fit(X, y)
    assert search.best_score_ == search.cv_results_["mean_test_tag_f1_macro"].max()


def test_multimetric_search_predicts_once_for_all_metrics(tagged):
    fitted = cross_validate(
        FrequencyTagger(),
        *tagged,
        scoring=scorers_of_tags(),
        cv=3,
        return_estimator=True,
    )["estimator"]
    assert [tagger.n_predictions_ for tagger in fitted] == [2, 2, 2]  # predict, predict_proba


def test_a_pipeline_that_ends_in_a_tagger_is_scored(tagged):
    X, y = tagged
    pipe = Pipeline([("nothing", "passthrough"), ("model", FrequencyTagger())]).fit(X, y)
    for scorer in scorers_of_tags().values():
        assert scorer(pipe, X, y) == scorer(pipe["model"], X, y)


def test_tags_in_lists_score_like_sequences(tagged):
    X, y = tagged
    tagger = FrequencyTagger().fit(X, y)
    for scorer in scorers_of_tags().values():
        assert scorer(tagger, X, y.tolist()) == scorer(tagger, X, y)


def test_columns_follow_classes_where_the_training_fold_lacks_one(labelled):
    X, y = labelled
    train, test = np.flatnonzero(y != "less"), np.arange(len(y))
    scores = GaussianNB().fit(X[train], y[train]).predict_proba(X)
    with_zeros = np.column_stack([scores, np.zeros(len(y))])
    for name in ("average_precision_macro", "roc_auc_macro"):
        scorer = metrics.get_scorer(name)
        got = cross_val_score(GaussianNB(), X, y, scoring=scorer, cv=[(train, test)])
        by_name = METRICS[name].function(y, with_zeros, classes=["common", "rare", "less"])
        assert got == pytest.approx(by_name)


def test_a_test_fold_that_lacks_a_class_is_scored_without_warnings(tagged):
    X, y = tagged
    tagger = FrequencyTagger().fit(X, y)
    without = np.array(["B" not in tags for tags in y])
    for scorer in scorers_of_tags().values():
        assert np.isfinite(scorer(tagger, X[without], y[without]))


def test_arguments_reach_the_metric(tagged):
    X, y = tagged
    tagger = FrequencyTagger().fit(X, y)
    got = metrics.get_scorer("tag_f1_macro", exclude="O")(tagger, X, y)
    assert got == metrics.tag_f1_score(y, tagger.predict(X), exclude="O")
    got = metrics.get_scorer("tag_average_precision_macro", exclude="majority")(tagger, X, y)
    assert got == metrics.tag_average_precision_score(y, tagger.predict_proba(X), exclude="O")


@every_name
def test_sample_weight_counts_sequences(name, tagged, labelled):
    X, y = tagged if name.startswith("tag_") else labelled
    model = FrequencyTagger() if name.startswith("tag_") else GaussianNB()
    model.fit(X, y)
    scorer, twice = scorer_of(name), np.r_[np.arange(len(y)), np.arange(0, len(y), 2)]
    weight = np.bincount(twice)
    weighted = scorer(model, X, y, sample_weight=weight)
    assert weighted == pytest.approx(scorer(model, X[twice], y[twice]))


def test_metadata_routing_brings_weights_to_the_scorer(tagged):
    X, y = tagged
    weight = np.where(X.lengths > 5, 5.0, 1.0)
    with sklearn.config_context(enable_metadata_routing=True):
        for name in ("tag_f1_macro", "tag_roc_auc_macro"):
            scorer = metrics.get_scorer(name).set_score_request(sample_weight=True)
            routed = cross_validate(
                FrequencyTagger(), X, y, scoring=scorer, cv=2, params={"sample_weight": weight}
            )["test_score"]
            half = len(y) // 2
            tagger = FrequencyTagger().fit(X[half:], y[half:])
            by_hand = scorer(tagger, X[:half], y[:half], sample_weight=weight[:half])
            assert routed[0] == pytest.approx(by_hand)


def test_scikit_learn_names_are_known_too():
    assert metrics.get_scorer("neg_log_loss") is not None
    with pytest.raises(TypeError, match="scikit-learn's own scorer and takes no arguments"):
        metrics.get_scorer("neg_log_loss", exclude="O")


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize(("written", "beta"), [("2", 2), ("05", 0.5), ("0.5", 0.5), ("1", 1)])
def test_any_f_beta_has_a_name(written, beta, average, tagged, labelled):
    X, y = labelled
    model = GaussianNB().fit(X, y)
    theirs = sklearn.metrics.fbeta_score(y, model.predict(X), beta=beta, average=average)
    assert metrics.get_scorer(f"f{written}_{average}")(model, X, y) == pytest.approx(theirs)
    X, y = tagged
    tagger = FrequencyTagger().fit(X, y)
    theirs = sklearn.metrics.fbeta_score(
        y.values, tagger.predict(X).values, beta=beta, average=average
    )
    assert metrics.get_scorer(f"tag_f{written}_{average}")(tagger, X, y) == pytest.approx(theirs)
    y = as_spans(y)
    tagger.fit(X, y)
    expected = metrics.span_fbeta_score(y, tagger.predict(X), beta=beta, average=average)
    assert metrics.get_scorer(f"span_f{written}_{average}")(tagger, X, y) == expected


@pytest.mark.parametrize("rate", ["precision", "recall"])
def test_precision_and_recall_of_tags_and_spans_have_names(rate, tagged):
    X, y = tagged[0], as_spans(tagged[1])
    tagger = FrequencyTagger().fit(X, y)
    for kind in ("tag", "span"):
        metric = getattr(metrics, f"{kind}_{rate}_score")
        expected = metric(y, tagger.predict(X), average="weighted")
        assert metrics.get_scorer(f"{kind}_{rate}_weighted")(tagger, X, y) == expected
    theirs = sklearn.metrics.get_scorer(f"{rate}_macro")
    assert repr(metrics.get_scorer(f"{rate}_macro")) == repr(theirs)


def test_misspelt_names_and_arguments_get_a_hint():
    with pytest.raises(
        ValueError, match=r"'tag_f1_marco' is not a scorer\. Did you mean 'tag_f1_macro'"
    ):
        metrics.get_scorer("tag_f1_marco")
    with pytest.raises(TypeError, match=r"got 'exlude'\. Did you mean 'exclude'"):
        metrics.get_scorer("tag_f1_macro", exlude="O")
    with pytest.raises(TypeError, match=r"pass \['f1_macro'\]"):
        metrics.get_scorers("f1_macro")


def test_probability_scorers_need_classes(tagged):
    X, y = tagged
    tagger = FrequencyTagger().fit(X, y)
    del tagger.classes_
    with pytest.raises(TypeError, match="needs the classes_ of a fitted estimator"):
        metrics.get_scorer("tag_roc_auc_macro")(tagger, X, y)


def test_importing_metrics_does_not_import_torch():
    code = "import sys, skseq.metrics; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
