"""Offsets that are tuned on held-out predictions."""

from functools import partial

import numpy as np
import pytest
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import balanced_accuracy_score, f1_score, make_scorer, recall_score
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    TunedThresholdClassifierCV,
    cross_val_predict,
)
from sklearn.utils.estimator_checks import parametrize_with_checks

from skseq import SequenceClassifier, Sequences, SequenceTagger
from skseq.exceptions import SmallClassWarning
from skseq.meta import ThresholdTuner
from skseq.metrics import (
    get_scorer,
    span_f1_score,
    span_recall_score,
    tag_f1_score,
    tag_fbeta_score,
)
from skseq.samplers import SequenceOverSampler

SMALL = {"hidden_size": 4, "embedding_dim": 4, "max_epochs": 3, "device": "cpu", "random_state": 0}
# Nets of three epochs may well collapse: what is looked at is what becomes of their scores.
pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")


EXPECTED_FAILURES = {
    "check_classifiers_train": "asks for the most probable class, and this is to predict another"
}


@parametrize_with_checks(
    [ThresholdTuner(LogisticRegression())], expected_failed_checks=lambda _: EXPECTED_FAILURES
)
def test_estimator_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def two():
    return make_classification(400, weights=[0.85], class_sep=0.6, random_state=0)


@pytest.fixture(scope="module")
def three():
    return make_classification(
        400, n_classes=3, n_informative=4, weights=[0.7, 0.2], class_sep=0.7, random_state=0
    )


# -- two classes: scikit-learn's tuner is the other way to compute it -----------------------------


@pytest.mark.parametrize("scoring", ["f1_macro", "balanced_accuracy", "f1", "accuracy"])
def test_for_two_classes_it_finds_scikit_learns_threshold_on_held_out_rows(two, scoring):
    X, y = two
    model = LogisticRegression().fit(X[:200], y[:200])
    ours = ThresholdTuner(model, scoring=scoring, cv="prefit", refit=False).fit(X[200:], y[200:])
    # Every threshold that makes a difference, as ours has them.
    p = np.unique(model.predict_proba(X[200:])[:, 1])
    theirs = TunedThresholdClassifierCV(
        model, scoring=scoring, cv="prefit", refit=False, thresholds=(p[1:] + p[:-1]) / 2
    ).fit(X[200:], y[200:])
    assert ours.best_score_ == pytest.approx(theirs.best_score_)


@pytest.mark.parametrize("scoring", ["f1_macro", "balanced_accuracy"])
def test_for_two_classes_it_agrees_with_scikit_learn_over_folds(two, scoring):
    X, y = two
    cv = StratifiedKFold(5)
    score = {"f1_macro": partial(f1_score, average="macro")}.get(scoring, balanced_accuracy_score)
    ours = ThresholdTuner(LogisticRegression(), scoring=scoring, cv=cv).fit(X, y)
    theirs = TunedThresholdClassifierCV(
        LogisticRegression(), scoring=scoring, cv=cv, thresholds=100
    ).fit(X, y)
    assert ours.best_score_ == pytest.approx(theirs.best_score_, abs=0.01)
    # Theirs interpolates between the thresholds that a fold knows, so it may miss the best one.
    p = cross_val_predict(LogisticRegression(), X, y, cv=cv, method="predict_proba")[:, 1]
    by_fold = [score(y[test], p[test] >= theirs.best_threshold_) for _, test in cv.split(X, y)]
    reached = np.mean(by_fold)
    assert ours.best_score_ - 0.02 < reached <= ours.best_score_ + 1e-9


def test_the_offset_of_two_classes_is_a_threshold(two):
    X, y = two
    model = ThresholdTuner(LogisticRegression()).fit(X, y)
    threshold = 1 / (1 + np.exp(model.offsets_[1]))
    by_hand = model.predict_proba(X)[:, 1] > threshold
    np.testing.assert_array_equal(model.predict(X), by_hand)
    np.testing.assert_array_equal(model.decision_function(X) > 0, by_hand)


# -- no row decides on an estimator that trained on it --------------------------------------------


def test_the_score_is_that_of_out_of_fold_predictions(three):
    X, y = three
    cv = StratifiedKFold(4)
    model = ThresholdTuner(LogisticRegression(), cv=cv).fit(X, y)
    proba = cross_val_predict(LogisticRegression(), X, y, cv=cv, method="predict_proba")
    predicted = (np.log(proba) + model.offsets_).argmax(axis=1)
    scores = [f1_score(y[test], predicted[test], average="macro") for _, test in cv.split(X, y)]
    assert model.best_score_ == pytest.approx(np.mean(scores))


class Rote(ClassifierMixin, BaseEstimator):
    """Knows the rows it has seen, and guesses nothing about others."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.known_ = {tuple(steps): label for steps, label in zip(X, y, strict=True)}
        return self

    def predict_proba(self, X):
        known = [self.known_.get(tuple(steps), None) for steps in X]
        return np.array([[0.5, 0.5] if label is None else [1.0 - label, label] for label in known])


def test_copies_of_one_original_stay_on_one_side():
    X = Sequences.from_list([[i, i + 1] for i in range(40)])
    y = np.random.default_rng(0).integers(2, size=40)
    X, y = X[np.arange(200) % 40], y[np.arange(200) % 40]
    leaking = ThresholdTuner(Rote(), scoring="accuracy").fit(X, y)
    honest = ThresholdTuner(Rote(), scoring="accuracy").fit(
        X.replace(origin=np.arange(200) % 40), y
    )
    assert leaking.best_score_ == 1
    assert honest.best_score_ < 0.8


def test_metadata_are_cut_to_the_rows_of_a_fold(three):
    X, y = three
    weight = np.random.default_rng(0).uniform(0, 2, size=len(y))
    cv = StratifiedKFold(3)
    model = ThresholdTuner(LogisticRegression(), cv=cv).fit(X, y, sample_weight=weight)
    proba = cross_val_predict(
        LogisticRegression(), X, y, cv=cv, method="predict_proba",
        params={"sample_weight": weight},
    )  # fmt: skip
    predicted = (np.log(proba) + model.offsets_).argmax(axis=1)
    scores = [f1_score(y[test], predicted[test], average="macro") for _, test in cv.split(X, y)]
    assert model.best_score_ == pytest.approx(np.mean(scores))


@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize("scoring", ["f1_macro", make_scorer(f1_score, average="macro")])
def test_rows_of_weight_0_are_not_scored(carried, scoring):
    rng = np.random.default_rng(0)
    X = Sequences.from_padded(rng.normal(size=(60, 4)) + (y := np.arange(60) % 2)[:, None])
    counts = rng.random(60) < 0.7
    model = SequenceClassifier(**SMALL).fit(X, y)
    junk = np.where(counts, y, 1 - y)
    weighted = X.replace(weight=counts.astype(float)) if carried else X
    params = {} if carried else {"sample_weight": counts.astype(float)}
    ours, theirs = (
        ThresholdTuner(model, scoring=scoring, cv="prefit", refit=False) for _ in range(2)
    )
    ours.fit(weighted, junk, **params)
    theirs.fit(X[counts], y[counts])
    np.testing.assert_allclose(ours.offsets_, theirs.offsets_)
    assert ours.best_score_ == theirs.best_score_


def test_tagged_sequences_of_weight_0_are_not_scored(ragged_tokens, tags):
    X, y = ragged_tokens, tags
    counts = np.arange(len(X)) % 3 > 0
    model = SequenceTagger(**SMALL).fit(X, y)
    tuner = ThresholdTuner(model, cv="prefit", refit=False).fit(X[counts], y[counts])
    expected = tuner.offsets_
    by_step = Sequences(np.repeat(counts.astype(float), X.lengths), X.offsets)
    for weight in (counts.astype(float), by_step, by_step.tolist()):
        np.testing.assert_allclose(tuner.fit(X, y, sample_weight=weight).offsets_, expected)


# -- estimators, scorers, forms -------------------------------------------------------------------


def test_a_scorer_of_ones_own_and_its_name_find_the_same(three):
    X, y = three
    f1 = make_scorer(f1_score, average="macro")
    by_name = ThresholdTuner(LogisticRegression(), n_cuts=8).fit(X, y)
    by_scorer = clone(by_name).set_params(scoring=f1).fit(X, y)
    np.testing.assert_allclose(by_scorer.offsets_, by_name.offsets_)
    assert by_scorer.best_score_ == pytest.approx(by_name.best_score_)


def test_a_scorer_of_the_rare_tags_is_counted_as_it_is_called(ragged_tokens, tags):
    counted = get_scorer("tag_f2_macro", exclude="O")
    called = make_scorer(partial(tag_fbeta_score, beta=2, exclude="O", labels=None))
    by_counts = ThresholdTuner(SequenceTagger(**SMALL), scoring=counted, n_cuts=8, cv=2)
    by_calls = clone(by_counts).set_params(scoring=called)
    by_counts.fit(ragged_tokens, tags), by_calls.fit(ragged_tokens, tags)
    np.testing.assert_allclose(by_calls.offsets_, by_counts.offsets_)
    assert by_calls.best_score_ == pytest.approx(by_counts.best_score_)


def test_a_scorer_that_has_to_be_called_is_called_for_few_cuts(three):
    X, y = three
    calls = []

    def score(y_true, y_pred):
        calls.append(len(y_true))
        return np.mean(y_true == y_pred)

    ThresholdTuner(LogisticRegression(), scoring=make_scorer(score), cv=2).fit(X, y)
    per_sweep = 2 * 3 * (50 + 2)  # folds, classes, cuts
    assert len(calls) < 12 * per_sweep  # from two starts; a thousand cuts would be 20 times as many


def test_the_recall_of_one_class_can_be_bought(three):
    X, y = three
    recall = make_scorer(recall_score, labels=[2], average="macro", zero_division=0)
    model = ThresholdTuner(LogisticRegression(), scoring=recall, n_cuts=4).fit(X, y)
    assert recall(model, X, y) > recall(LogisticRegression().fit(X, y), X, y)


def test_decision_scores_will_do_where_there_are_no_probabilities(three):
    X, y = three
    model = ThresholdTuner(RidgeClassifier()).fit(X, y)
    expected = model.estimator_.decision_function(X) + model.offsets_
    np.testing.assert_array_equal(model.predict(X), expected.argmax(axis=1))
    assert not hasattr(model, "predict_proba")


def test_forests_whose_probabilities_are_zero_and_one_are_no_hindrance(two):
    X, y = two
    model = ThresholdTuner(RandomForestClassifier(5, random_state=0)).fit(X, y)
    assert np.isfinite(model.offsets_).all()


def test_a_pipeline_with_a_sampler_is_tuned_on_rows_as_they_are(two):
    X, y = two
    pipe = make_pipeline(RandomOverSampler(random_state=0), LogisticRegression())
    model = ThresholdTuner(pipe, cv=StratifiedKFold(5)).fit(X, y)
    plain = clone(pipe).fit(X, y)
    assert model.best_score_ >= np.mean(
        [
            f1_score(y[test], clone(pipe).fit(X[train], y[train]).predict(X[test]), average="macro")
            for train, test in StratifiedKFold(5).split(X, y)
        ]
    )
    np.testing.assert_allclose(model.predict_proba(X), plain.predict_proba(X))


def test_ragged_sequences_and_our_classifier(ragged_values, labels):
    pipe = make_pipeline(SequenceOverSampler(random_state=0), SequenceClassifier(**SMALL))
    model = ThresholdTuner(pipe, cv=2).fit(ragged_values, labels)
    shifted = model.estimator_[-1].set_params(decision=model.offsets_)
    np.testing.assert_array_equal(model.predict(ragged_values), shifted.predict(ragged_values))


@pytest.mark.parametrize("as_list", [False, True])
def test_a_tagger_is_tuned_over_steps(ragged_tokens, tags, as_list):
    X, y = (ragged_tokens.tolist(), tags.tolist()) if as_list else (ragged_tokens, tags)
    model = ThresholdTuner(SequenceTagger(**SMALL), cv=2).fit(X, y)
    predicted = model.predict(X)
    assert isinstance(predicted, list if as_list else Sequences)
    shifted = model.estimator_.set_params(decision=model.offsets_)
    assert predicted == shifted.predict(X)
    assert model.score(X, y) == tag_f1_score(y, predicted)
    called = clone(model).set_params(scoring=make_scorer(tag_f1_score), n_cuts=10).fit(X, y)
    counted = clone(model).set_params(n_cuts=10).fit(X, y)
    np.testing.assert_allclose(called.offsets_, counted.offsets_)


def test_it_is_tuned_from_a_grid(two):
    X, y = two
    search = GridSearchCV(
        ThresholdTuner(LogisticRegression(), cv=3), {"estimator__C": [0.01, 1]}, cv=2
    ).fit(X, y)
    assert search.best_score_ > 0.5


def test_a_single_split_may_keep_its_estimator(two):
    X, y = two
    model = ThresholdTuner(LogisticRegression(), cv=0.25, refit=False, random_state=0).fit(X, y)
    trained = LogisticRegression().fit(X, y).coef_
    assert np.abs(model.estimator_.coef_ - trained).max() > 1e-6
    again = clone(model).fit(X, y)
    np.testing.assert_array_equal(again.offsets_, model.offsets_)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"refit": False}, r"refit=False needs a single split, but cv=None makes 5"),
        ({"cv": "prefit"}, r"cv=\"prefit\" needs refit=False"),
        ({"scoring": "roc_auc"}, r"scoring='roc_auc' does not look at predictions"),
        ({"scoring": "f1_marco"}, r"Did you mean 'f1_macro'"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(two, settings, message):
    with pytest.raises(ValueError, match=message):
        ThresholdTuner(LogisticRegression(), **settings).fit(*two)


def test_a_class_that_a_fold_lacks_is_learnt_from_the_others():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [40, 18, 2])
    X = rng.normal(size=(60, 2)) + y[:, None]
    splits = [(np.arange(0, 60, 2), np.arange(1, 60, 2)), (np.arange(58), np.arange(58, 60))]
    model = ThresholdTuner(LogisticRegression(), cv=splits).fit(X, y)
    assert np.isfinite(model.offsets_).all()


# -- the bar --------------------------------------------------------------------------------------


def test_twenty_problems_lose_nothing_but_noise_and_skewed_ones_gain():
    shares = [[0.9, 0.1], [0.8, 0.15, 0.05], [0.7, 0.15, 0.1, 0.05], [0.6, 0.2, 0.1, 0.06, 0.04]]
    gains = {True: [], False: []}
    for seed in range(20):
        n_classes, is_skewed = 2 + seed // 2 % 4, seed % 2 == 0
        X, y = make_classification(
            5000,
            n_features=10,
            n_informative=5,
            n_classes=n_classes,
            n_clusters_per_class=1,
            weights=shares[n_classes - 2] if is_skewed else None,
            class_sep=0.7,
            random_state=seed,
        )
        tuned = ThresholdTuner(LogisticRegression()).fit(X[:1000], y[:1000])
        plain, ours = (
            f1_score(y[1000:], model.predict(X[1000:]), average="macro")
            for model in (tuned.estimator_, tuned)
        )
        gains[is_skewed].append(ours - plain)
    assert min(gains[True] + gains[False]) > -0.02
    assert np.mean(gains[True]) > 0.02
    assert abs(np.mean(gains[False])) < 0.01


@pytest.mark.filterwarnings("ignore:The least populated class:UserWarning")
@pytest.mark.parametrize("is_text", [False, True])
def test_a_class_of_one_member_is_named_where_nothing_is_left_to_train_on(is_text):
    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.r_[np.zeros(19), 1].astype(int)
    y = np.array(["no", "yes"])[y] if is_text else y
    rare = "'yes'" if is_text else "1"
    for model in (LogisticRegression(), SequenceClassifier(**SMALL)):
        with pytest.raises(
            ValueError, match=rf"fold \d of 5 has only the class.*: {rare} occurs 1"
        ):
            ThresholdTuner(model).fit(X, y)
    tags = [["O", "O"]] * 5 + [["O", "A"]]
    with (
        pytest.warns(SmallClassWarning, match="some folds lack tags"),
        pytest.raises(ValueError, match="'A' occurs 1 time"),
    ):
        ThresholdTuner(SequenceTagger(**SMALL), cv=2).fit([[1, 2]] * 6, tags)


@pytest.mark.filterwarnings("ignore:The least populated class:UserWarning")
def test_a_class_of_one_member_beside_two_others_is_tuned_as_well_as_can_be(three):
    X, y = three
    rows = np.r_[np.flatnonzero(y != 2)[:100], np.flatnonzero(y == 2)[:1]]
    tuned = ThresholdTuner(LogisticRegression()).fit(X[rows], y[rows])
    assert np.isfinite(tuned.offsets_).all()
    assert tuned.classes_.tolist() == [0, 1, 2]


def test_any_f_beta_is_tuned_for_by_name(three):
    X, y = (each[::4] for each in three)
    two, half = (
        ThresholdTuner(LogisticRegression(), scoring=name).fit(X, y)
        for name in ("f2_macro", "f05_macro")
    )
    assert (two.offsets_ != half.offsets_).any()


# -- spans ----------------------------------------------------------------------------------------


class Scores(BaseEstimator):
    """A tagger that is fitted already: X holds the probabilities of its tags."""

    def __init__(self, classes):
        self.classes = classes

    def fit(self, X, y):
        return self

    def predict(self, X):
        return X.replace(values=self.classes_[X.values.argmax(axis=1)])

    def predict_proba(self, X):
        return X

    @property
    def classes_(self):
        return np.array(self.classes)

    def __sklearn_is_fitted__(self):
        return True


@pytest.fixture(scope="module")
def mentions():
    """Tags of two types, one of them rare, and probabilities that shy away from both."""
    rng = np.random.default_rng(0)
    classes = np.array(["B-A", "B-B", "I-A", "I-B", "O"])
    shares = {"OOO": 0.6, "A": 0.1, "AA": 0.1, "AAA": 0.1, "B": 0.05, "BB": 0.05}
    kinds = rng.choice(list(shares), 700, p=list(shares.values()))
    tags = []
    for kind in kinds:
        tags += [f"{'BI'[place > 0]}-{k}" if k != "O" else "O" for place, k in enumerate(kind)]
        tags.append("O")
    codes = np.searchsorted(classes, tags)
    scores = rng.normal(size=(len(codes), 5)) + 2 * np.eye(5)[codes] + [0, -1, 0, -1, 2]
    proba = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    offsets = np.append(np.arange(0, len(codes), 25), len(codes))
    return classes, Sequences(proba, offsets), Sequences(np.array(tags), offsets)


@pytest.mark.parametrize("per", ["class", "type", "background"])
@pytest.mark.parametrize(
    "scoring", ["span_f1_micro", "span_f2_macro", "span_f05_weighted", "span_recall_macro"]
)
def test_spans_are_tuned_by_offsets_of_tags_types_or_the_background(mentions, per, scoring):
    classes, X, y = mentions
    tuner = ThresholdTuner(
        Scores(list(classes)), scoring=scoring, per=per, cv="prefit", refit=False, n_cuts=20
    ).fit(X, y)
    scorer = get_scorer(scoring)
    assert tuner.best_score_ == pytest.approx(scorer(tuner, X, y))
    assert tuner.best_score_ > scorer(tuner.estimator_, X, y)
    ties = {"class": [], "type": [(0, 2), (1, 3)], "background": [(0, 1), (0, 2), (0, 3)]}[per]
    assert all(tuner.offsets_[a] == tuner.offsets_[b] for a, b in ties)


def test_the_offset_of_the_background_is_the_best_of_all(mentions):
    classes, X, y = mentions[0], mentions[1][:30], mentions[2][:30]
    tuner = ThresholdTuner(
        Scores(list(classes)), per="background", cv="prefit", refit=False, n_cuts=10_000
    ).fit(X, y)
    grid = np.linspace(-6, 6, 200)
    shifts = np.outer(grid, classes == "O")
    shifted = [X.replace(values=np.log(X.values) + shift).values.argmax(axis=1) for shift in shifts]
    scores = [span_f1_score(y, y.replace(values=classes[codes])) for codes in shifted]
    assert max(scores) <= tuner.best_score_ + 1e-12
    assert tuner.best_score_ == pytest.approx(max(scores), abs=0.01)


def test_beta_buys_recall_of_spans(mentions):
    classes, X, y = mentions
    recalls = [
        span_recall_score(
            y,
            ThresholdTuner(
                Scores(list(classes)), scoring=s, per="type", cv="prefit", refit=False, n_cuts=20
            )
            .fit(X, y)
            .predict(X),
        )
        for s in ("span_f05_micro", "span_f1_micro", "span_f2_micro")
    ]
    assert recalls == sorted(recalls)
    assert recalls[0] < recalls[2]


def test_types_are_of_tags_alone(two, mentions):
    with pytest.raises(ValueError, match="per='type' is for tags of spans, but y has one label"):
        ThresholdTuner(LogisticRegression(), per="type", scoring="f1_macro").fit(*two)
    classes, X, y = mentions
    plain = y.replace(values=np.char.replace(y.values, "O", "outside"))
    names = [name.replace("O", "outside") for name in classes]
    with pytest.raises(ValueError, match="per='background' needs the tag 'O'"):
        ThresholdTuner(Scores(names), per="background", cv="prefit", refit=False).fit(X, plain)
