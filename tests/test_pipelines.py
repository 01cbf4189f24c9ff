"""The main job: encoder, sampler, weights and net in one pipeline, tuned in one grid."""

import pickle
import warnings

import numpy as np
import pytest
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    KFold,
    RandomizedSearchCV,
    StratifiedKFold,
    cross_val_predict,
    cross_validate,
    learning_curve,
    permutation_test_score,
    train_test_split,
)

from skseq import ClassWeightTransformer, SequenceClassifier, Sequences, SequenceTagger
from skseq.exceptions import DoubleCountingWarning, SmallClassWarning
from skseq.losses import FocalLoss
from skseq.metrics import get_scorer, get_scorers
from skseq.preprocessing import SequenceScaler, TokenEncoder
from skseq.samplers import SequenceOverSampler, SequenceUnderSampler, TagOverSampler

# Two epochs on thirty sequences: what the nets learn is not the point here.
pytestmark = [
    pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning"),
    pytest.mark.filterwarnings("ignore:The least populated class:UserWarning"),
]


@pytest.fixture
def texts(labels):
    rng = np.random.default_rng(0)
    words = np.array(["alpha", "beta", "gamma", "delta", "epsilon"])
    return [
        " ".join(rng.choice(words, size=rng.integers(3, 8))) + (" rare!" if label == "rare" else "")
        for label in labels
    ]


@pytest.fixture
def text_pipeline():
    return Pipeline(
        [
            ("encode", TokenEncoder()),
            ("sample", SequenceOverSampler(random_state=0)),
            ("weight", ClassWeightTransformer()),
            ("model", SequenceClassifier(hidden_size=4, max_epochs=2, random_state=0)),
        ]
    )


@pytest.fixture
def tag_pipeline():
    return Pipeline(
        [
            ("sample", TagOverSampler()),
            ("weight", ClassWeightTransformer("sqrt")),
            ("model", SequenceTagger(hidden_size=4, max_epochs=2, random_state=0)),
        ]
    )


@pytest.mark.filterwarnings("ignore::skseq.exceptions.DoubleCountingWarning")
def test_one_grid_tunes_strategy_and_architecture_together(text_pipeline, texts, labels):
    search = GridSearchCV(
        text_pipeline,
        [
            {
                "sample": ["passthrough", SequenceOverSampler(), SequenceUnderSampler()],
                "weight__strategy": [None, "balanced", "effective"],
            },
            {
                "model__loss": ["cross_entropy", "focal", "logit_adjusted", FocalLoss(gamma=1)],
                "model__decision": ["argmax", "balanced"],
            },
            {"model__encoder": ["cnn", "bigru"], "model__hidden_size": [3, 5]},
        ],
        scoring="f1_macro",
        cv=2,
        n_jobs=2,
        error_score="raise",
    ).fit(texts, labels)
    assert len(search.cv_results_["params"]) == 9 + 8 + 4
    assert search.predict(["alpha beta", "gamma rare!"]).shape == (2,)
    np.testing.assert_array_equal(search.classes_, ["common", "rare"])


def test_a_tuned_pipeline_learns_the_rare_class(text_pipeline, texts, labels):
    text_pipeline.set_params(model__max_epochs=40, model__hidden_size=8)
    scores = cross_validate(
        text_pipeline, texts, labels, cv=3, scoring=get_scorers(["f1_macro", "minority_recall"])
    )
    assert scores["test_f1_macro"].mean() > 0.8
    assert scores["test_minority_recall"].mean() > 0.8


def test_one_grid_tunes_a_tagger_on_ragged_labels(tag_pipeline, ragged_tokens, tags):
    search = GridSearchCV(
        tag_pipeline,
        {"sample": ["passthrough", TagOverSampler("sC")], "model__loss": ["focal", FocalLoss(1)]},
        scoring=get_scorers(["tag_f1_macro", "tag_minority_recall", "tag_average_precision_macro"]),
        refit="tag_f1_macro",
        cv=2,
        n_jobs=2,
        error_score="raise",
    ).fit(ragged_tokens, tags)
    assert search.predict(ragged_tokens).aligns_with(tags)


# -- every tool of scikit-learn, with a classifier and with a tagger -------------------------------


@pytest.fixture(params=["classifier", "tagger"])
def case(request, labels, tags, ragged_tokens, tag_pipeline, text_pipeline):
    """A pipeline, X, y and a scorer."""
    if request.param == "tagger":
        return tag_pipeline, ragged_tokens, tags, get_scorer("tag_f1_macro")
    return text_pipeline[1:], ragged_tokens, labels, "f1_macro"


def test_train_test_split(case):
    model, X, y, _ = case
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    assert 0 <= model.fit(X_train, y_train).score(X_test, y_test) <= 1


def test_cross_validate(case):
    model, X, y, scoring = case
    scores = cross_validate(model, X, y, scoring=scoring, cv=KFold(3), n_jobs=2)["test_score"]
    assert np.isfinite(scores).all()


def test_cross_val_predict(case):
    model, X, y, _ = case
    predicted = cross_val_predict(model, X, y, cv=KFold(3), n_jobs=2)
    assert len(predicted) == len(X)
    assert type(predicted) is type(y)


@pytest.mark.parametrize(
    "search", [GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV], ids=lambda s: s.__name__
)
def test_searches(search, case):
    model, X, y, scoring = case
    extra = {"n_iter": 2, "random_state": 0} if search is RandomizedSearchCV else {}
    found = search(
        model,
        {"model__hidden_size": [3, 4]},
        scoring=scoring,
        cv=KFold(2),
        n_jobs=2,
        error_score="raise",
        **extra,
    ).fit(X, y)
    assert found.best_params_["model__hidden_size"] in (3, 4)


def test_learning_curve(case):
    model, X, y, scoring = case
    _, train_scores, test_scores = learning_curve(
        model,
        X,
        y,
        train_sizes=[0.6, 1.0],
        scoring=scoring,
        cv=KFold(2, shuffle=True, random_state=0),
        n_jobs=2,
        error_score="raise",
    )
    assert np.isfinite([train_scores, test_scores]).all()


def test_permutation_test_score(case):
    model, X, y, scoring = case
    cv = KFold(2, shuffle=True, random_state=0)
    arguments = {"cv": cv}
    if isinstance(y, Sequences):
        # Tags are dealt anew among sequences of the same length, where they still fit.
        arguments = {"groups": X.lengths, "cv": list(cv.split(X))}
    score, permuted, _ = permutation_test_score(
        model, X, y, scoring=scoring, n_permutations=3, n_jobs=2, **arguments
    )
    assert np.isfinite([score, *permuted]).all()


# -- steps meeting each other ---------------------------------------------------------------------


def test_values_are_scaled_sampled_and_classified(ragged_values, labels):
    model = Pipeline(
        [
            ("scale", SequenceScaler()),
            ("sample", SequenceUnderSampler(random_state=0)),
            ("model", SequenceClassifier(hidden_size=4, max_epochs=30, random_state=0)),
        ]
    ).fit(ragged_values, labels)
    assert model.score(ragged_values, labels) > 0.7


def test_an_under_sampled_vocabulary_still_covers_the_test_texts(texts, labels):
    texts = [*texts, "once upon a time"]  # words that the sampler is bound to drop sometimes
    y = np.append(labels, "common")
    for seed in range(5):
        model = Pipeline(
            [
                ("encode", TokenEncoder()),
                ("sample", SequenceUnderSampler(random_state=seed)),
                ("model", SequenceClassifier(hidden_size=4, max_epochs=1)),
            ]
        ).fit(texts, y)
        assert len(model.predict(texts)) == len(texts)


def test_weights_and_resampling_of_the_same_imbalance_warn(ragged_tokens, labels):
    model = SequenceClassifier(hidden_size=4, max_epochs=1, class_weight={"rare": 4.0})
    X, y = SequenceOverSampler(random_state=0).fit_resample(ragged_tokens, labels)
    with pytest.warns(DoubleCountingWarning, match="class_weight"):
        model.fit(X, y)
    weighted = ClassWeightTransformer().fit_transform(ragged_tokens, labels)
    with pytest.warns(DoubleCountingWarning, match="class_weight"):
        model.fit(weighted, labels)
    with pytest.warns(DoubleCountingWarning):
        SequenceOverSampler(random_state=0).fit_resample(weighted, labels)


def test_weights_that_complete_a_sampler_do_not_warn(ragged_tokens, labels):
    halfway = SequenceOverSampler(sampling_strategy=0.5, random_state=0)
    X, y = halfway.fit_resample(ragged_tokens, labels)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DoubleCountingWarning)
        clone(SequenceClassifier(hidden_size=4, max_epochs=1, class_weight="balanced")).fit(X, y)
        ClassWeightTransformer().fit_transform(X, y)


def test_balanced_class_weights_behind_balanced_weights_have_nothing_to_do(ragged_tokens, labels):
    weighted = ClassWeightTransformer().fit_transform(ragged_tokens, labels)
    model = SequenceClassifier(hidden_size=4, max_epochs=1, class_weight="balanced")
    np.testing.assert_allclose(model.fit(weighted, labels).class_weight_, 1)


def test_a_foreign_sampler_on_a_2d_array_is_seen_through_by_content(labels):
    # imbalanced-learn's own sampler knows no origin: identical rows are one original.
    X = np.random.default_rng(0).normal(size=(len(labels), 6))
    model = SequenceClassifier(hidden_size=4, max_epochs=2, early_stopping=True, random_state=0)
    pipeline = Pipeline([("sample", RandomOverSampler(random_state=0)), ("model", model)])
    assert "valid_f1_macro" in pipeline.fit(X, labels)[-1].history_[-1]


def test_a_class_with_a_single_member_passes_through_stratified_folds(ragged_tokens, labels):
    y = labels.copy()
    y[0] = "single"
    model = Pipeline(
        [
            ("sample", SequenceOverSampler(random_state=0)),
            (
                "model",
                SequenceClassifier(
                    hidden_size=4, max_epochs=1, early_stopping=True, classes=np.unique(y)
                ),
            ),
        ]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SmallClassWarning)
        scores = cross_validate(
            model,
            ragged_tokens,
            y,
            cv=StratifiedKFold(2),
            scoring=get_scorers(["f1_macro", "average_precision_macro"]),
            error_score="raise",
        )
    assert np.isfinite(scores["test_f1_macro"]).all()


def test_a_fitted_pipeline_is_pickled(text_pipeline, texts, labels):
    fitted = text_pipeline.fit(texts, labels)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(fitted)).predict_proba(texts), fitted.predict_proba(texts)
    )


def test_every_step_of_a_fold_learns_from_that_fold_alone(text_pipeline, texts, labels):
    fitted = text_pipeline.fit(texts[:15], labels[:15])
    seen = {word for text in texts[:15] for word in text.split()}
    assert set(fitted["encode"].get_feature_names_out()) - {"<pad>", "<unk>", "!", "rare"} <= seen


@pytest.mark.filterwarnings("ignore::skseq.exceptions.DoubleCountingWarning")
@pytest.mark.parametrize("frames", ["pandas", "polars"])
def test_frames_may_be_asked_of_a_whole_pipeline(text_pipeline, texts, labels, frames):
    expected = text_pipeline.fit(texts, labels).transform(texts)
    states = clone(text_pipeline).set_output(transform=frames).fit(texts, labels).transform(texts)
    assert type(states).__module__.startswith(frames)
    np.testing.assert_array_equal(states.to_numpy(), expected)
    assert list(states.columns) == text_pipeline[-1].get_feature_names_out().tolist()
