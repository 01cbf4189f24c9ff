"""Estimators bring values to a common scale themselves, so units and tails do no harm."""

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.decomposition import PCA
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import skseq
from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    Sequences,
    SequenceTagger,
)
from skseq.augment import Jitter
from skseq.datasets import make_imbalanced_sequences
from skseq.model_selection import make_plain_pipeline
from skseq.preprocessing import SequenceScaler, make_windows
from skseq.training._scale import StepScaler

# Nets that are trained for two epochs are no good, which is not what these tests look at.
pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

SMALL = {"hidden_size": 4, "max_epochs": 2, "random_state": 0}
ESTIMATORS = [SequenceClassifier, SequenceOrdinalClassifier, SequenceTagger, SequenceRegressor]

UNITS = {
    "small": lambda values: values * 1e-3,
    "large": lambda values: values * 1e4,
    "far from 0": lambda values: values + 1e6,
    "tiny": lambda values: values * 1e-30,
    "one small and one large feature": lambda values: values * [1e-5, 1e3],
    "both moved": lambda values: values * [3.0, 0.2] + [-1e5, 7.0],
}


def target_for(estimator, X):
    if estimator is SequenceTagger:
        return [(row[:, 0] > 0).astype(int).tolist() for row in X]
    means = np.array([row.mean() for row in X])
    return means if estimator is SequenceRegressor else (means > np.median(means)).astype(int)


def outputs(model, X):
    """What a model says, as numbers of shape (n, ...)."""
    said = model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)
    return said.values if isinstance(said, Sequences) else said


# -- the law ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_units_of_the_input_do_not_change_predictions(ragged_values, estimator, units):
    y = target_for(estimator, ragged_values)
    other = ragged_values.replace(values=UNITS[units](ragged_values.values))
    ours = estimator(**SMALL).fit(ragged_values, y)
    theirs = estimator(**SMALL).fit(other, y)
    assert_allclose(outputs(theirs, other), outputs(ours, ragged_values), atol=1e-4)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_standardising_before_changes_nothing(ragged_values, estimator):
    y = target_for(estimator, ragged_values)
    ours = estimator(**SMALL).fit(ragged_values, y)
    scaled = SequenceScaler().fit_transform(ragged_values)
    theirs = estimator(**SMALL).fit(scaled, y)
    assert_allclose(outputs(theirs, scaled), outputs(ours, ragged_values), atol=1e-5)


def test_without_a_scale_units_do_change_predictions(ragged_values, labels):
    model = SequenceClassifier(scale=None, **SMALL)
    plain = model.fit(ragged_values, labels).predict_proba(ragged_values)
    small = ragged_values.replace(values=ragged_values.values * 1e-3)
    assert np.abs(model.fit(small, labels).predict_proba(small) - plain).max() > 1e-3
    assert model.scaler_ is None


def test_token_ids_are_left_alone(ragged_tokens, labels):
    ours = SequenceClassifier(**SMALL).fit(ragged_tokens, labels)
    theirs = SequenceClassifier(scale=None, **SMALL).fit(ragged_tokens, labels)
    assert ours.scaler_ is None
    assert_array_equal(ours.predict_proba(ragged_tokens), theirs.predict_proba(ragged_tokens))


@pytest.mark.parametrize("kind", ["small", "far from 0", "mixed", "constant", "tiny", "wild"])
def test_a_classifier_learns_whatever_the_scale(kind):
    X, y = make_imbalanced_sequences(900, weights=[0.8, 0.15, 0.05], class_sep=2, random_state=0)
    rng = np.random.default_rng(0)
    values = X.values
    if kind in ("tiny", "wild"):
        values = values * 1e-3
        share, mark = {"tiny": (0.01, 7.4e-243), "wild": (0.0005, 1e30)}[kind]
        values[rng.random(len(values)) < share] = mark
    else:
        values = {
            "small": values * 1e-3,
            "far from 0": values + 1e6,
            "mixed": values * [1e-5, 1e3],
            "constant": np.column_stack([values, np.full(len(values), 3.7)]),
        }[kind]
    X = X.replace(values=values)
    model = SequenceClassifier(max_epochs=6, hidden_size=32, random_state=0).fit(X[:450], y[:450])
    assert f1_score(y[450:], model.predict(X[450:]), average="macro") > 0.9


# -- what it learns from ---------------------------------------------------------------------------


def test_rows_without_weight_have_no_say(ragged_values, labels):
    weight = np.ones(len(labels))
    weight[:3] = 0
    wild = ragged_values.replace(values=ragged_values.values.copy())
    wild.values[: wild.offsets[3]] = 1e20
    ours = SequenceClassifier(**SMALL).fit(wild, labels, sample_weight=weight)
    theirs = SequenceClassifier(**SMALL).fit(wild[3:], labels[3:])
    for name in ("center_", "scale_", "fine_scale_", "shift_"):
        assert_array_equal(getattr(ours.scaler_, name), getattr(theirs.scaler_, name))


def test_a_weight_of_k_is_k_copies(ragged_values, labels):
    weight = np.random.default_rng(0).integers(0, 4, size=len(labels))
    copies = np.repeat(np.arange(len(labels)), weight)
    ours = SequenceClassifier(**SMALL).fit(ragged_values, labels, sample_weight=weight)
    theirs = SequenceClassifier(**SMALL).fit(ragged_values[copies], labels[copies])
    assert_allclose(ours.scaler_.scale_, theirs.scaler_.scale_)
    assert_allclose(ours.scaler_.center_, theirs.scaler_.center_)


def test_weights_of_steps_count_by_sequence(ragged_values):
    y = target_for(SequenceTagger, ragged_values)
    weight = np.ones(ragged_values.n_steps)
    weight[: ragged_values.offsets[2]] = 0
    ours = SequenceTagger(**SMALL).fit(ragged_values, y, sample_weight=weight)
    theirs = SequenceTagger(**SMALL).fit(ragged_values[2:], y[2:])
    assert_array_equal(ours.scaler_.scale_, theirs.scaler_.scale_)


@pytest.mark.parametrize("scale", ["auto", StandardScaler()])
def test_held_out_rows_have_no_say(ragged_values, labels, scale):
    model = SequenceClassifier(early_stopping="best", scale=scale, **SMALL)
    seen = []
    split = model._hold_out
    model._hold_out = lambda *args: seen.append(split(*args)) or seen[-1]
    model.fit(ragged_values, labels)
    train = ragged_values[seen[0][0]].values
    expected = (StepScaler() if scale == "auto" else StandardScaler()).fit(train)
    assert len(train) < ragged_values.n_steps
    assert_allclose(model.scaler_.scale_, expected.scale_)


def test_partial_fit_learns_it_once(ragged_values, labels):
    model = SequenceClassifier(**SMALL).partial_fit(
        ragged_values, labels, classes=np.unique(labels)
    )
    learnt = model.scaler_
    model.partial_fit(ragged_values.replace(values=ragged_values.values * 100), labels)
    assert model.scaler_ is learnt


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_warm_start_keeps_it_and_a_fresh_fit_learns_it_anew(ragged_values, estimator):
    y = target_for(estimator, ragged_values)
    model = estimator(warm_start=True, **SMALL).fit(ragged_values, y)
    learnt = model.scaler_
    other = ragged_values.replace(values=ragged_values.values * 100)
    assert model.fit(other, y).scaler_ is learnt
    assert_allclose(
        model.set_params(warm_start=False).fit(other, y).scaler_.scale_ / 100, learnt.scale_
    )


def test_augmenters_see_values_as_they_came(ragged_values, labels):
    seen = []

    class Spy(Jitter):
        def _change(self, X, y, random_state):
            seen.append(X.values.max())
            return super()._change(X, y, random_state)

    X = ragged_values.replace(values=ragged_values.values + 1000)
    SequenceClassifier(augment=Spy(), **SMALL).fit(X, labels)
    assert min(seen) > 1000


def test_padding_stays_at_zero(ragged_values, labels):
    model = SequenceClassifier(**SMALL).fit(ragged_values, labels)
    dataset = model._targets(ragged_values.replace(values=ragged_values.values + 50)).dataset()
    inputs, _ = dataset.batch(np.arange(len(labels)))
    lengths = inputs["lengths"].numpy()
    padding = np.arange(lengths.max()) >= lengths[:, None]
    assert padding.any()
    assert (inputs["values"].numpy()[padding] == 0).all()
    assert inputs["values"].dtype.is_floating_point


# -- transformers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [StandardScaler(), SequenceScaler()])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_transformer_does_what_it_does_before_the_estimator(ragged_values, estimator, scale):
    y = target_for(estimator, ragged_values)
    inside = estimator(scale=scale, **SMALL).fit(ragged_values, y)
    before = make_pipeline(SequenceScaler(), estimator(scale=None, **SMALL)).fit(ragged_values, y)
    assert_allclose(outputs(inside, ragged_values), outputs(before, ragged_values), atol=1e-6)
    assert not hasattr(scale, "scale_")


def test_univariate_series_and_tables_are_scaled_by_a_transformer():
    X = np.random.default_rng(0).normal(size=(20, 6)) * 1e5
    y = (X.mean(axis=1) > 0).astype(int)
    for scale in (MinMaxScaler(), SequenceScaler(), "auto"):
        model = SequenceClassifier(scale=scale, **SMALL).fit(X, y)
        inputs, _ = model._targets(Sequences.from_padded(X)).dataset().batch(np.arange(20))
        assert 0.5 < np.abs(inputs["values"].numpy()).max() < 5


def test_frames_asked_for_globally_do_not_reach_the_transformer(ragged_values, labels):
    with sklearn.config_context(transform_output="pandas"):
        model = SequenceClassifier(scale=StandardScaler(), **SMALL).fit(ragged_values, labels)
        assert model.predict(ragged_values).shape == labels.shape


def test_a_transformer_must_keep_the_features(ragged_values, labels):
    with pytest.raises(ValueError, match="must keep the number of steps and of their features"):
        SequenceClassifier(scale=PCA(n_components=1), **SMALL).fit(ragged_values, labels)


def test_other_values_of_scale_are_refused(ragged_values, labels):
    with pytest.raises(ValueError, match=r"'scale' parameter.*Did you mean 'auto'"):
        SequenceClassifier(scale="atuo", **SMALL).fit(ragged_values, labels)
    with pytest.raises(ValueError, match="'scale' parameter"):
        SequenceClassifier(scale=3, **SMALL).fit(ragged_values, labels)


def test_parameters_of_the_transformer_are_reached(ragged_values, labels):
    model = SequenceClassifier(scale=StandardScaler(), **SMALL)
    model = clone(model).set_params(scale__with_mean=False).fit(ragged_values, labels)
    assert model.scaler_.mean_ is not None
    assert not model.scaler_.with_mean


class Doubles(TransformerMixin, BaseEstimator):
    """A user's own transformer."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return 2 * X


def test_a_transformer_of_ones_own_serves(ragged_values, labels):
    ours = SequenceClassifier(scale=Doubles(), **SMALL).fit(ragged_values, labels)
    twice = ragged_values.replace(values=2 * ragged_values.values)
    theirs = SequenceClassifier(scale=None, **SMALL).fit(twice, labels)
    assert_allclose(ours.predict_proba(ragged_values), theirs.predict_proba(twice), atol=1e-6)


# -- wherever estimators are used ------------------------------------------------------------------


@pytest.mark.parametrize("scale", ["auto", SequenceScaler()])
def test_it_is_saved_with_the_estimator(ragged_values, labels, scale, tmp_path):
    X = ragged_values.replace(values=ragged_values.values * 1e-3)
    model = SequenceClassifier(scale=scale, **SMALL).fit(X, labels)
    loaded = skseq.load(skseq.save(model, tmp_path / "model.skseq"))
    assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))


def test_states_are_those_of_scaled_values(ragged_values, labels):
    X = ragged_values.replace(values=ragged_values.values * 1e6 + 3e7)
    ours = SequenceClassifier(**SMALL).fit(X, labels).transform(X)
    theirs = SequenceClassifier(**SMALL).fit(ragged_values, labels).transform(ragged_values)
    assert_allclose(ours, theirs, atol=1e-4)


def test_chunks_read_the_same_as_the_whole(ragged_values):
    X = ragged_values.replace(values=ragged_values.values * 1e4)
    y = target_for(SequenceTagger, X)
    model = SequenceTagger(encoder="cnn", **SMALL).fit(X, y)
    whole = model.predict_proba(X).values
    model.set_params(chunk_length=9, chunk_context=4)
    assert_allclose(model.predict_proba(X).values, whole, atol=1e-6)


def test_windows_of_a_recording_far_from_zero_are_learnt():
    rng = np.random.default_rng(0)
    series = rng.normal(size=400) * 1e-3 + 20
    labels = np.repeat(np.arange(20) % 2, 20)
    series[labels == 1] += 4e-3
    X, y, *_ = make_windows(series, labels, length=20, stride=20)
    model = SequenceClassifier(hidden_size=8, max_epochs=40, random_state=0).fit(X, y)
    assert model.score(X, y) == 1


def test_integers_taken_for_values_are_scaled():
    rng = np.random.default_rng(0)
    X = [rng.integers(100_000, 200_000, size=n) for n in rng.integers(3, 9, 40)]
    y = np.array([row.mean() > 150_000 for row in X]).astype(int)
    model = SequenceClassifier(input="values", hidden_size=8, max_epochs=30, random_state=0)
    assert model.fit(X, y).score(X, y) > 0.9


def test_the_plain_pipeline_of_values_has_no_scaler():
    assert list(make_plain_pipeline("values").named_steps) == ["sample", "weight", "model"]


# -- center and scale ------------------------------------------------------------------------------


def scaled(steps, weight=None):
    steps = np.asarray(steps)
    return StepScaler().fit(steps, weight).transform(steps)


def test_a_normal_feature_gets_mean_0_and_standard_deviation_1():
    steps = np.random.default_rng(0).normal(5, 3, size=(2000, 2))
    theirs = StandardScaler().fit_transform(steps)
    assert_allclose(scaled(steps), theirs, atol=1e-12)


@pytest.mark.parametrize("wild", [1e3, 1e6, 1e30, 1e38, 1e300])
def test_a_few_wild_values_leave_the_others_as_they_are(wild):
    steps = np.random.default_rng(0).normal(size=(2000, 1))
    with_wild = np.vstack([steps, [[wild], [-wild], [wild]]])
    z = scaled(with_wild)
    assert_allclose(z[:-3], scaled(steps), atol=0.1)
    assert np.isfinite(z).all()
    assert 10 < np.abs(z[-3:]).min() <= np.abs(z).max() < 800


def test_values_far_out_keep_their_order():
    steps = np.append(np.random.default_rng(0).normal(size=2000), [1e2, 1e3, 1e10, 1e30])[:, None]
    assert (np.diff(scaled(steps)[-4:, 0]) > 1).all()


def test_a_mark_in_many_steps_leaves_the_others_to_be_told_apart():
    steps = np.random.default_rng(0).normal(size=(2000, 1))
    marked = np.where(np.random.default_rng(1).random((2000, 1)) < 0.2, -9999, steps)
    assert scaled(marked)[marked > -9999].std() > 0.2


def test_bursts_are_told_apart_as_well_as_what_is_between_them():
    rng = np.random.default_rng(0)
    burst = rng.random((2000, 1)) < 0.15
    steps = np.where(burst, rng.normal(10, 1, (2000, 1)), rng.normal(0, 0.01, (2000, 1)))
    z = scaled(steps)
    assert z[burst].std() > 0.1
    assert z[~burst].std() > 0.1


def test_a_sparse_feature_is_about_as_large_as_others():
    rng = np.random.default_rng(0)
    steps = np.where(rng.random((5000, 1)) < 0.005, rng.normal(7e-5, 1e-5, (5000, 1)), 0)
    z = scaled(steps)
    assert np.abs(z[steps == 0]).max() < 0.5
    assert 1 < z[steps != 0].mean() < 15


@pytest.mark.parametrize("value", [0, 3.7, -1e6, 7.4e-243, 5e-324, 1e38])
def test_a_constant_feature_stays_at_0(value):
    scaler = StepScaler().fit(np.full((50, 1), float(value)))
    assert_array_equal(scaler.transform(np.full((3, 1), float(value))), 0)
    assert np.isfinite(scaler.transform(np.array([[0.0], [1.0], [1e38], [-1e300]]))).all()


def test_noise_of_rounding_is_no_spread():
    steps = np.full((50, 1), 0.1, dtype=np.float32)
    steps[::7] = np.nextafter(steps[0], np.float32(1))
    assert np.abs(scaled(steps)).max() < 1e-5


@pytest.mark.parametrize(
    "steps",
    [
        [[0.0]] * 50 + [[5e-324]],
        [[5e-324], [1e38], [-1e38], [0.0]],
        [[1.0]],
        [[True], [False], [True]],
        np.arange(9, dtype=np.uint8)[:, None],
        np.array([[2**63], [0], [5]], dtype=np.uint64),
        np.array([[1.5], [2.5], [60000]], dtype=np.float16),
    ],
)
def test_nothing_overflows_or_underflows(steps):
    assert np.isfinite(scaled(steps)).all()


@pytest.mark.parametrize(("a", "b"), [(1e-3, 0), (1e4, 1e6), (1e-240, 0), (3, -1e5)])
def test_scaling_commutes_with_a_change_of_units(a, b):
    rng = np.random.default_rng(0)
    steps = np.column_stack(
        [
            rng.normal(size=999),
            rng.standard_cauchy(999),
            np.exp(2 * rng.normal(size=999)),
            np.where(rng.random(999) < 0.9, 0, rng.normal(size=999)),
        ]
    )
    assert_allclose(scaled(a * steps + b), scaled(steps), atol=1e-6)


def test_a_sample_of_many_steps_tells_as_much(monkeypatch, ragged_values, labels):
    whole = SequenceClassifier(**SMALL).fit(ragged_values, labels).scaler_
    monkeypatch.setattr("skseq.training._scale._MAX_STEPS", 150)
    sample = SequenceClassifier(**SMALL).fit(ragged_values, labels).scaler_
    assert_allclose(sample.scale_, whole.scale_, rtol=0.2)
    again = SequenceClassifier(**SMALL).fit(ragged_values, labels).scaler_
    assert_array_equal(sample.scale_, again.scale_)
