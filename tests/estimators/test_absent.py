"""What has weight 0 is not there, and a weight of k is k copies."""

import numpy as np
import pytest

from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    Sequences,
    SequenceTagger,
)
from skseq.samplers import SequenceOverSampler, TagOverSampler

SMALL = {"hidden_size": 4, "max_epochs": 2, "random_state": 0, "dropout": 0.0}


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def series(rng):
    X = Sequences.from_list([rng.normal(size=n) for n in rng.integers(2, 7, 36)])
    y = np.array([0, 0, 0, 1, 1, 2] * 6)
    return X, y


@pytest.fixture
def tagged(rng):
    X = Sequences.from_list([rng.normal(size=n) for n in rng.integers(3, 9, 24)])
    return X, X.replace(values=np.digitize(X.values, [-0.3, 1.0]))


def with_wild_rows(X, y, wild_y):
    """The rows with others between them, and weights by which only the first ones count."""
    rng = np.random.default_rng(5)
    wild = Sequences.from_list([rng.normal(size=4) * 100 for _ in range(12)])
    order = rng.permutation(len(X) + len(wild))
    joined = Sequences.concatenate([X, wild])[order]
    weight = np.concatenate([np.ones(len(X)), np.zeros(len(wild))])[order]
    kept = order[weight > 0]  # the order in which the rows of X stand now
    if isinstance(y, Sequences):
        wild_y = wild.replace(values=np.full(wild.n_steps, wild_y))
        return joined, Sequences.concatenate([y, wild_y])[order], weight, kept
    return joined, np.concatenate([y, np.full(len(wild), wild_y)])[order], weight, kept


CLASSIFIERS = [
    {},
    {"class_weight": "balanced", "loss": "ldam"},
    {"loss": "class_balanced", "batch_balance": 0.5},
    {"loss": "balanced_softmax", "mixup": "remix"},
    {"early_stopping": True, "loss": "focal", "target_prior": "data"},
    {"second_stage": "crt"},
    {"second_stage": "smote"},
]


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.filterwarnings("ignore::skseq.exceptions.SmallClassWarning")
@pytest.mark.parametrize("parameters", CLASSIFIERS)
def test_rows_of_weight_zero_change_nothing_in_a_classifier(series, parameters):
    X, y = series
    joined, labels, weight, kept = with_wild_rows(X, y, 2)
    model = SequenceClassifier(**SMALL, **parameters)
    expected = model.fit(X[kept], y[kept]).predict_proba(X)
    got = model.fit(joined, labels, sample_weight=weight)
    np.testing.assert_array_equal(got.predict_proba(X), expected)
    np.testing.assert_array_equal(
        model.fit(joined.replace(weight=weight), labels).predict_proba(X), expected
    )


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize("head", ["corn", "regression"])
def test_rows_of_weight_zero_change_nothing_in_an_ordinal_classifier(series, head):
    X, y = series
    joined, labels, weight, kept = with_wild_rows(X, y, 0)
    model = SequenceOrdinalClassifier(head=head, **SMALL)
    expected = model.fit(X[kept], y[kept]).predict_proba(X)
    got = model.fit(joined, labels, sample_weight=weight).predict_proba(X)
    np.testing.assert_array_equal(got, expected)


LOSSES = ["squared", "absolute", "huber", "quantile"]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("target_weight", [None, "dense", "lds"])
def test_rows_of_weight_zero_change_nothing_in_a_regressor(series, loss, target_weight):
    X, _ = series
    y = np.array([steps.mean() for steps in X])
    joined, numbers, weight, kept = with_wild_rows(X, y, -1e30)
    model = SequenceRegressor(loss=loss, target_weight=target_weight, **SMALL)
    expected = model.fit(X[kept], y[kept]).predict(X)
    got = model.fit(joined, numbers, sample_weight=weight).predict(X)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("target_weight", [None, "dense"])
def test_wild_numbers_at_steps_of_weight_zero_change_nothing(tagged, target_weight, rng):
    X, _ = tagged
    weight = (rng.random(X.n_steps) < 0.7).astype(float)
    tame = X.replace(values=X.values**2)
    wild = X.replace(values=np.where(weight > 0, X.values**2, 1e300))
    model = SequenceRegressor(target_weight=target_weight, early_stopping=True, **SMALL)
    expected = model.fit(X, tame, sample_weight=weight).predict(X).values
    np.testing.assert_array_equal(
        model.fit(X, wild, sample_weight=weight).predict(X).values, expected
    )


TAGGERS = [
    {},
    {"class_weight": "effective", "loss": "ldam"},
    {"loss": "class_balanced", "batch_balance": 0.0},
    {"early_stopping": True, "loss": "focal", "target_prior": "data"},
    {"second_stage": "crt"},
    {"chunk_length": 3, "chunk_context": 1, "batch_balance": "progressive"},
]


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.filterwarnings("ignore::skseq.exceptions.SmallClassWarning")
@pytest.mark.parametrize("parameters", TAGGERS)
def test_sequences_of_weight_zero_change_nothing_in_a_tagger(tagged, parameters):
    X, tags = tagged
    joined, labels, weight, kept = with_wild_rows(X, tags, 2)
    model = SequenceTagger(**SMALL, **parameters)
    expected = model.fit(X[kept], tags[kept]).predict_proba(X).values
    got = model.fit(joined, labels, sample_weight=weight)
    np.testing.assert_array_equal(got.predict_proba(X).values, expected)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.filterwarnings("ignore::skseq.exceptions.SmallClassWarning")
@pytest.mark.parametrize("parameters", TAGGERS)
def test_tags_of_steps_of_weight_zero_change_nothing(tagged, parameters, rng):
    X, tags = tagged
    weight = np.where(rng.random(X.n_steps) < 0.7, rng.integers(1, 4, X.n_steps), 0.0)
    model = SequenceTagger(**SMALL, **parameters)
    models = [
        model.fit(
            X, tags.replace(values=np.where(weight > 0, tags.values, tag)), sample_weight=weight
        ).__dict__
        | {"proba": model.predict_proba(X).values}
        for tag in (0, 2)
    ]
    for name in ("proba", "class_prior_", "train_prior_", "data_prior_", "class_weight_"):
        np.testing.assert_array_equal(models[0][name], models[1][name])
    if "early_stopping" in parameters:
        scores = [fitted["history_"][:, "valid_f1_macro"] for fitted in models]
        assert scores[0] == scores[1]
        np.testing.assert_array_equal(models[0]["calibration_"], models[1]["calibration_"])


NUMBERS_OF_LOSSES = {
    "ldam": "margins_",
    "class_balanced": "class_weight_",
    "balanced_softmax": "shift_",
    "logit_adjusted": "log_prior_",
    "majority_or_minority": "class_weight_",
}


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.filterwarnings("ignore::skseq.exceptions.DoubleCountingWarning")
@pytest.mark.parametrize("class_weight", [None, "balanced", "effective", "sqrt", {1: 3}])
@pytest.mark.parametrize("loss", NUMBERS_OF_LOSSES)
def test_a_weight_of_k_is_k_copies(series, class_weight, loss, rng):
    X, y = series
    k = rng.integers(0, 4, len(y))
    model = SequenceClassifier(loss=loss, class_weight=class_weight, **SMALL)
    copied = model.fit(X[np.repeat(np.arange(len(y)), k)], np.repeat(y, k)).__dict__
    model = SequenceClassifier(loss=loss, class_weight=class_weight, **SMALL)
    for weighted in (
        model.fit(X, y, sample_weight=k).__dict__,
        model.fit(X.replace(weight=k), y).__dict__,
    ):
        for name in ("class_prior_", "train_prior_", "class_weight_"):
            np.testing.assert_allclose(weighted[name], copied[name], err_msg=name)
        name = NUMBERS_OF_LOSSES[loss]
        ours, theirs = (getattr(m["net_"].criterion_.loss, name) for m in (weighted, copied))
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize("batch_balance", [0.0, 0.5, "progressive"])
def test_a_weight_of_k_is_k_copies_for_balanced_batches(series, batch_balance, rng):
    X, y = series
    k = rng.integers(0, 4, len(y))
    model = SequenceClassifier(batch_balance=batch_balance, **SMALL)
    copied = model.fit(X[np.repeat(np.arange(len(y)), k)], np.repeat(y, k)).class_prior_
    weighted = model.fit(X, y, sample_weight=k).class_prior_
    np.testing.assert_allclose(weighted, copied)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_weights_that_sum_to_one_count_like_weights_of_mean_one(series, rng):
    X, y = series
    weight = rng.uniform(0.5, 1.5, len(y))
    model = SequenceClassifier(loss="ldam", class_weight="effective", **SMALL)
    expected = model.fit(X, y, sample_weight=weight / weight.mean())
    expected = expected.class_weight_, expected.net_.criterion_.loss.margins_
    got = model.fit(X, y, sample_weight=weight / weight.sum())
    np.testing.assert_allclose(got.class_weight_, expected[0])
    np.testing.assert_allclose(got.net_.criterion_.loss.margins_, expected[1])


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize("second_stage", [None, "crt", "lws", "smote", "tau"])
def test_a_class_without_weight_stays_a_class_that_is_not_in_the_data(series, second_stage):
    X, y = series
    model = SequenceClassifier(second_stage=second_stage, **SMALL)
    model.fit(X, y, sample_weight=(y != 1).astype(float))
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.class_prior_[1] == model.data_prior_[1] == 0
    assert not (model.predict(X) == 1).any()


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_has_no_weight_is_not_in_the_data_that_a_sampler_tells_of(series, tagged):
    X, y = series
    weight = (np.arange(len(y)) % 4 > 0).astype(float)
    sampled = SequenceOverSampler(random_state=0).fit_resample(X.replace(weight=weight), y)
    model = SequenceClassifier(**SMALL).fit(*sampled)
    np.testing.assert_allclose(model.data_prior_, np.bincount(y[weight > 0]) / weight.sum())
    X, tags = tagged
    weight = (np.arange(X.n_steps) % 4 > 0).astype(float)
    sampled = TagOverSampler(random_state=0).fit_resample(X.replace(weight=weight), tags)
    model = SequenceTagger(**SMALL).fit(*sampled)
    expected = np.bincount(tags.values, weights=weight) / weight.sum()
    np.testing.assert_allclose(model.data_prior_, expected)


@pytest.mark.parametrize("estimator", [SequenceClassifier, SequenceOrdinalClassifier])
def test_one_class_with_weight_is_too_few(series, estimator):
    X, y = series
    with pytest.raises(ValueError, match="only one class, 1, has any weight"):
        estimator(**SMALL).fit(X, y, sample_weight=y == 1)


def test_a_second_stage_needs_two_classes_with_weight(tagged):
    X, tags = tagged
    model = SequenceTagger(second_stage="crt", **SMALL)
    with pytest.raises(ValueError, match="only one class, 1, has any weight"):
        model.fit(X, tags, sample_weight=(tags.values == 1).astype(float))


@pytest.mark.parametrize("estimator", [SequenceClassifier, SequenceRegressor])
def test_weights_that_are_all_zero_are_refused_wherever_they_come_from(series, estimator):
    X, y = series
    with pytest.raises(ValueError, match="weights that X carries are all zero"):
        estimator(**SMALL).fit(X.replace(weight=np.zeros(len(X))), y)
    first = (np.arange(len(X)) < 5).astype(float)
    with pytest.raises(ValueError, match="zero wherever the weights that X carries are not"):
        estimator(**SMALL).fit(X.replace(weight=first), y, sample_weight=1 - first)


def test_weights_of_steps_that_are_all_zero_are_refused_wherever_they_come_from(tagged):
    X, tags = tagged
    model = SequenceTagger(**SMALL)
    with pytest.raises(ValueError, match="weights that X carries are all zero"):
        model.fit(X.replace(weight=np.zeros(X.n_steps)), tags)
    first = (np.arange(X.n_steps) < 5).astype(float)
    with pytest.raises(ValueError, match="zero wherever the weights that X carries are not"):
        model.partial_fit(X.replace(weight=first), tags, classes=[0, 1, 2], sample_weight=1 - first)


@pytest.mark.parametrize("weight", [0.0, 1e-3])
def test_a_wild_number_of_little_weight_leaves_a_regressor_its_start(rng, weight):
    X = [rng.normal(size=5) for _ in range(120)]
    y = np.array([steps.mean() for steps in X])
    wild = np.append(y[:-1], 1e3)
    weights = np.append(np.ones(119), weight)
    model = SequenceRegressor(hidden_size=8, max_epochs=25, random_state=0)
    model.fit(X, wild, sample_weight=weights)
    assert model.score(X[:-1], y[:-1]) > (0.9 if weight == 0 else 0.0)
