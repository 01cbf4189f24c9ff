"""``sample_weight`` in the forms that people have it in, and behind samplers."""

import numpy as np
import pytest
import sklearn
from imblearn.pipeline import make_pipeline
from sklearn.model_selection import GridSearchCV, cross_validate

from skseq import SequenceClassifier, SequenceRegressor, Sequences, SequenceTagger
from skseq._sample_weight import row_weight, step_weight
from skseq.samplers import (
    ContextUnderSampler,
    SequenceOverSampler,
    SequenceSMOTE,
    SequenceUnderSampler,
    TagOverSampler,
)

SMALL = {"hidden_size": 4, "max_epochs": 1, "random_state": 0}

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")


@pytest.fixture
def X():
    rng = np.random.default_rng(0)
    return Sequences.from_list([rng.normal(size=n) for n in rng.integers(2, 7, 24)])


# -- the layout of y ------------------------------------------------------------------------------


def layouts(weight):
    """The same weights of steps, in each form."""
    objects = np.empty(len(weight), dtype=object)
    objects[:] = weight.tolist()
    return {
        "list of lists": weight.tolist(),
        "list of arrays": list(weight),
        "tuples": tuple(map(tuple, weight.tolist())),
        "object array": objects,
        "Sequences": weight,
        "flat": weight.values,
        "flat list": weight.values.tolist(),
    }


@pytest.mark.parametrize("form", layouts(Sequences.from_list([[1.0]])))
def test_weights_of_steps_in_the_layout_of_y_are_those_of_flat_ones(X, form):
    weight = X.replace(values=np.arange(X.n_steps, dtype=float))
    np.testing.assert_array_equal(step_weight(X, layouts(weight)[form]), weight.values)


def test_a_table_of_weights_goes_with_a_table_of_steps():
    weight = np.arange(12.0).reshape(4, 3)
    X = Sequences.from_padded(np.zeros((4, 3)))
    np.testing.assert_array_equal(step_weight(X, weight), weight.ravel())
    np.testing.assert_array_equal(step_weight(X, weight.astype(int)), weight.ravel())


def test_integer_weights_in_lists_are_weights():
    model = SequenceTagger(**SMALL)
    got = model.fit([[1, 2], [3]] * 9, [[0, 1], [0]] * 9, sample_weight=[[1, 0], [1]] * 9)
    assert got.class_prior_.tolist() == [1, 0]
    got = model.fit([[1, 2], [3]] * 9, [[0, 1], [0]] * 9, sample_weight=[[1, 4], [1]] * 9)
    np.testing.assert_allclose(got.class_prior_, [2 / 6, 4 / 6])


def test_weights_of_sequences_still_count_for_all_their_steps(X):
    weight = np.arange(len(X), dtype=float)
    np.testing.assert_array_equal(step_weight(X, weight), np.repeat(weight, X.lengths))
    np.testing.assert_array_equal(step_weight(X, weight.tolist()), np.repeat(weight, X.lengths))
    np.testing.assert_array_equal(step_weight(X, 2.0), np.full(X.n_steps, 2.0))


def test_weights_in_X_are_multiplied_with_those_of_steps(X):
    weight = X.replace(values=np.arange(X.n_steps, dtype=float))
    carried = np.arange(1, len(X) + 1)
    got = step_weight(X.replace(weight=carried), weight.tolist())
    np.testing.assert_array_equal(got, np.repeat(carried, X.lengths) * weight.values)


def test_a_weight_too_few_is_located(X):
    weight = [[1.0] * length for length in X.lengths]
    weight[3] = weight[3][:-1]
    with pytest.raises(ValueError, match=rf"sample_weight\[3\] has {X.lengths[3] - 1} entries but"):
        step_weight(X, weight)


def test_weights_of_steps_where_sequences_have_labels_are_refused(X):
    weight = X.replace(values=np.ones(X.n_steps)).tolist()
    with pytest.raises(ValueError, match="one entry for each step, but y has one for each seq"):
        SequenceClassifier(**SMALL).fit(X, [0, 1] * 12, sample_weight=weight)


@pytest.mark.parametrize("n", [1, 23, 25])
def test_weights_of_another_length_name_what_may_be_wrong(X, n):
    message = rf"24 sequences of X, got shape \({n},\).* X\.replace\(weight=sample_weight\)"
    with pytest.raises(ValueError, match=message):
        row_weight(X, np.ones(n))
    message = rf"or one for each of their {X.n_steps} steps, got shape \({n},\).*layout of y"
    with pytest.raises(ValueError, match=message):
        step_weight(X, np.ones(n))


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_weights_of_steps_must_be_finite_and_not_negative(X, bad):
    weight = np.ones(X.n_steps)
    weight[5] = bad
    with pytest.raises(ValueError, match=r"[Nn]egative|NaN|infinity"):
        step_weight(X, X.replace(values=weight).tolist())


# -- scikit-learn's tools --------------------------------------------------------------------------


def tagged(X):
    tags = X.replace(values=(X.values > 0.5).astype(int))
    weight = X.replace(values=np.random.default_rng(1).uniform(0.5, 2, X.n_steps))
    return tags, weight


@pytest.mark.parametrize("form", ["list of lists", "object array", "Sequences"])
def test_cross_validation_splits_weights_of_steps_with_their_sequences(X, form):
    tags, weight = tagged(X)
    given = layouts(weight)[form]
    result = cross_validate(
        SequenceTagger(**SMALL), X, tags, cv=3, params={"sample_weight": given},
        return_estimator=True, return_indices=True,
    )  # fmt: skip
    for model, rows in zip(result["estimator"], result["indices"]["train"], strict=True):
        counts = np.bincount(tags[rows].values, weights=weight[rows].values)
        np.testing.assert_allclose(model.class_prior_, counts / counts.sum())


def test_weights_of_steps_are_routed_to_fit_and_score(X):
    tags, weight = tagged(X)
    with sklearn.config_context(enable_metadata_routing=True):
        model = SequenceTagger(**SMALL).set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=True)
        result = cross_validate(
            model, X, tags, cv=3, params={"sample_weight": weight.tolist()},
            return_estimator=True, return_indices=True,
        )  # fmt: skip
        search = GridSearchCV(model, {"hidden_size": [3, 4]}, cv=3)
        search.fit(X, tags, sample_weight=weight.tolist())
    test_rows = result["indices"]["test"]
    for fitted, rows, score in zip(
        result["estimator"], test_rows, result["test_score"], strict=True
    ):
        assert fitted.score(X[rows], tags[rows], sample_weight=weight[rows]) == score
    counts = np.bincount(tags.values, weights=weight.values)
    np.testing.assert_allclose(search.best_estimator_.class_prior_, counts / counts.sum())


def test_a_regressor_of_steps_takes_and_splits_weights_of_steps(X):
    target = X.replace(values=X.values**2)
    _, weight = tagged(X)
    result = cross_validate(
        SequenceRegressor(**SMALL), X, target, cv=3, params={"sample_weight": weight.tolist()},
        return_estimator=True, return_indices=True,
    )  # fmt: skip
    for model, rows in zip(result["estimator"], result["indices"]["train"], strict=True):
        mean = np.average(target[rows].values, weights=weight[rows].values)
        assert model.target_mean_ == pytest.approx(mean)
    model = result["estimator"][0]
    scores = [model.score(X, target, sample_weight=form) for form in layouts(weight).values()]
    np.testing.assert_allclose(scores, scores[0])


def test_partial_fit_and_score_of_a_tagger_take_the_layouts_too(X):
    tags, weight = tagged(X)
    priors, scores = [], []
    for form in layouts(weight).values():
        model = SequenceTagger(**SMALL).partial_fit(X, tags, [0, 1], sample_weight=form)
        priors.append(model.class_prior_)
        scores.append(model.score(X, tags, sample_weight=form))
    np.testing.assert_allclose(priors, [priors[0]] * len(priors))
    np.testing.assert_allclose(scores, scores[0])


# -- behind a sampler ------------------------------------------------------------------------------


def last_prior(sampler, model, X, y, weight):
    pipe = make_pipeline(sampler, model)
    name = pipe.steps[-1][0]
    return pipe.fit(X, y, **{f"{name}__sample_weight": weight})[-1].class_prior_


@pytest.mark.parametrize("sampler", [SequenceOverSampler, SequenceUnderSampler, SequenceSMOTE])
def test_weights_of_the_data_before_a_sampler_follow_the_sequences(X, sampler):
    y, weight = np.array([0, 0, 1] * 8), np.array([1.0, 1, 10] * 8)
    prior = last_prior(sampler(random_state=0), SequenceClassifier(**SMALL), X, y, weight)
    np.testing.assert_allclose(prior, [1 / 11, 10 / 11])


def test_a_synthetic_sequence_weighs_the_mean_of_its_parents(X):
    y = np.array([0, 0, 1] * 8)
    weight = np.arange(1.0, 25)
    sampled, _ = SequenceSMOTE(random_state=0).fit_resample(X, y)
    expected = [weight[parents].mean() for parents in sampled.origin.tolist()]
    np.testing.assert_allclose(row_weight(sampled, weight), expected)
    carried, _ = SequenceSMOTE(random_state=0).fit_resample(X.replace(weight=weight), y)
    np.testing.assert_allclose(carried.weight[:24], weight)


def test_weights_of_sequences_that_a_sampler_has_put_in_another_order_are_refused(X):
    y, weight = [0, 1] * 12, [1, 10] * 12
    with pytest.raises(ValueError, match=r"in another order.*Sequences\(\.\.\., weight="):
        last_prior(SequenceUnderSampler(), SequenceClassifier(**SMALL), X, y, weight)
    # The cure, and weights by which it doesn't matter.
    pipe = make_pipeline(SequenceUnderSampler(), SequenceClassifier(**SMALL))
    prior = pipe.fit(X.replace(weight=weight), y)[-1].class_prior_
    np.testing.assert_allclose(prior, [1 / 11, 10 / 11])
    prior = last_prior(SequenceUnderSampler(), SequenceClassifier(**SMALL), X, y, [2] * 24)
    np.testing.assert_allclose(prior, [0.5, 0.5])


def test_a_sampler_that_leaves_everything_in_place_leaves_the_weights(X):
    y, weight = [0, 1] * 12, [1, 10] * 12
    prior = last_prior(SequenceOverSampler(), SequenceClassifier(**SMALL), X, y, weight)
    np.testing.assert_allclose(prior, [1 / 11, 10 / 11])


@pytest.mark.parametrize("sampler", [SequenceOverSampler, SequenceUnderSampler])
def test_weights_of_the_sampled_sequences_stay_theirs(X, sampler):
    sampled, y = sampler(random_state=0).fit_resample(X, [0, 0, 1] * 8)
    weight = np.random.default_rng(0).uniform(1, 2, len(y))
    np.testing.assert_array_equal(row_weight(sampled, weight), weight)


def test_origins_that_a_user_named_are_no_positions(X):
    recordings = X.replace(origin=np.arange(24) // 2)
    weight = np.arange(1.0, 25)
    np.testing.assert_array_equal(row_weight(recordings, weight), weight)
    sampled, _ = SequenceUnderSampler(random_state=0).fit_resample(recordings, [0, 0, 1] * 8)
    with pytest.raises(ValueError, match="if a sampler ran before"):
        row_weight(sampled, weight)


def test_a_second_sampler_keeps_the_count_of_the_first(X):
    y = np.array([0, 0, 1] * 8)
    weight = np.arange(1.0, 25)
    sampled = SequenceOverSampler(random_state=0).fit_resample(X, y)
    again, _ = SequenceUnderSampler({0: 11, 1: 11}, random_state=0).fit_resample(*sampled)
    expected = weight[[parent for (parent,) in again.origin.tolist()]]
    np.testing.assert_array_equal(row_weight(again, weight), expected)


@pytest.mark.parametrize("form", ["list of lists", "Sequences"])
def test_weights_of_steps_follow_their_sequences_through_a_sampler(X, form):
    tags, weight = tagged(X)
    sampled, _ = TagOverSampler(random_state=0).fit_resample(X, tags)
    assert len(sampled) != len(X)
    expected = weight[sampled.origin.values].values
    np.testing.assert_array_equal(step_weight(sampled, layouts(weight)[form]), expected)
    of_sequences = np.arange(1.0, 25)
    np.testing.assert_array_equal(
        step_weight(sampled, of_sequences),
        np.repeat(of_sequences[sampled.origin.values], sampled.lengths),
    )


def test_weights_of_steps_that_a_sampler_has_cut_are_refused(X):
    tags, weight = tagged(X)
    sampled, _ = ContextUnderSampler(ratio=1.0).fit_resample(X, tags)
    with pytest.raises(ValueError, match=r"cut or mixed sequences.*weight=sample_weight"):
        step_weight(sampled, weight.tolist())
    with pytest.raises(ValueError, match="if a sampler ran before"):
        step_weight(sampled, weight.values)


def test_copies_that_are_augmented_weigh_what_their_original_does(X):
    y = np.array([0, 0, 1] * 8)
    weight = np.arange(1.0, 25)
    sampler = SequenceOverSampler(random_state=0, augment="jitter")
    sampled, _ = sampler.fit_resample(X, y)
    expected = weight[[parent for (parent,) in sampled.origin.tolist()]]
    np.testing.assert_array_equal(row_weight(sampled, weight), expected)
