"""`SequenceRegressor`: units, losses, rare targets, numbers of steps, and what it refuses."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, KFold

from skseq import SequenceRegressor, Sequences
from skseq.losses import QuantileLoss
from skseq.testing import parametrize_with_checks

SMALL = {"hidden_size": 8, "random_state": 0, "device": "cpu"}


def small(**parameters):
    return SequenceRegressor(**(SMALL | parameters))


@parametrize_with_checks([small(max_epochs=2, hidden_size=4)], kind="step_regressor")
def test_numbers_of_steps_keep_the_conventions(estimator, check):
    check(estimator)


@pytest.fixture
def means(ragged_values):
    """The mean of the first feature of each sequence, ndarray of shape (30,)."""
    return np.array([steps[:, 0].mean() for steps in ragged_values])


def test_a_mean_is_learnt(ragged_values, means):
    model = small(max_epochs=40).fit(ragged_values, means)
    assert model.score(ragged_values, means) > 0.9
    assert not model.per_step_


def test_predictions_are_in_the_units_of_y(ragged_values, means):
    plain = small(max_epochs=5).fit(ragged_values, means)
    moved = small(max_epochs=5).fit(ragged_values, 5e6 + 2000 * means)
    np.testing.assert_allclose(
        moved.predict(ragged_values), 5e6 + 2000 * plain.predict(ragged_values), rtol=1e-9, atol=0.1
    )
    assert moved.target_mean_ == pytest.approx(5e6 + 2000 * means.mean())
    assert moved.target_scale_ == pytest.approx(2000 * means.std())


def test_the_scale_is_that_of_weighted_targets(ragged_values, means):
    weight = np.arange(30.0)
    model = small(max_epochs=1).fit(ragged_values, means, sample_weight=weight)
    assert model.target_mean_ == pytest.approx(np.average(means, weights=weight))


def test_a_constant_target_is_predicted(ragged_values):
    predicted = small(max_epochs=1).fit(ragged_values, np.full(30, 7.1)).predict(ragged_values)
    np.testing.assert_allclose(predicted, 7.1, atol=0.5)


@pytest.mark.parametrize(
    ("loss", "below"),
    [("quantile", 0.5), (QuantileLoss(0.9), 0.9), (QuantileLoss(0.1), 0.1), ("absolute", 0.5)],
)
def test_a_quantile_of_noise_lies_above_its_share(loss, below):
    rng = np.random.default_rng(0)
    X, y = [np.ones(3)] * 300, rng.exponential(size=300)
    predicted = small(loss=loss, max_epochs=15, dropout=0).fit(X, y).predict(X[:1])
    assert np.mean(y < predicted) == pytest.approx(below, abs=0.06)


def test_robust_losses_are_moved_less_by_outliers():
    rng = np.random.default_rng(0)
    X, y = [np.ones(3)] * 200, rng.normal(size=200)
    y[:10] += 100
    squared, huber, absolute = (
        small(loss=loss, max_epochs=10, dropout=0).fit(X, y).predict(X[:1])[0]
        for loss in ("squared", "huber", "absolute")
    )
    assert abs(absolute) < 1
    assert absolute < huber < squared
    assert squared == pytest.approx(5, abs=1.5)


@pytest.mark.parametrize("target_weight", ["dense", "lds", "sqrt_lds", lambda y: 1 + 9 * (y > 5)])
def test_rare_targets_are_told_better_when_they_weigh_more(target_weight):
    # One number tells nothing apart: a rare target pulls the only prediction by its weight.
    rng = np.random.default_rng(0)
    X, y = [np.ones(2)] * 100, np.append(rng.normal(size=90), rng.uniform(5, 15, size=10))
    plain = small(max_epochs=8, dropout=0).fit(X, y)
    weighted = small(max_epochs=8, dropout=0, target_weight=target_weight).fit(X, y)
    assert weighted.predict(X[:1]) > plain.predict(X[:1]) + 0.3


def test_target_weight_is_sample_weight_worked_out(ragged_values, means):
    rare = small(max_epochs=3, target_weight=np.exp).fit(ragged_values, means)
    same = small(max_epochs=3).fit(ragged_values, means, sample_weight=np.ones(30))
    by_hand = small(max_epochs=3, target_weight=lambda y: 5 * np.exp(y))
    np.testing.assert_allclose(
        rare.predict(ragged_values),
        by_hand.fit(ragged_values, means).predict(ragged_values),
        rtol=1e-5,
    )
    assert not np.allclose(rare.predict(ragged_values), same.predict(ragged_values))


def test_early_stopping_watches_the_loss_and_keeps_the_best_epoch(ragged_values, means):
    model = small(max_epochs=20, early_stopping="best", n_iter_no_change=3, validation_fraction=0.3)
    model.fit(ragged_values, means)
    losses = model.history_[:, "valid_loss"]
    assert len(losses) < 20 or min(losses) < losses[0]
    assert dict(model.net_.callbacks_)["early_stopping"].best_epoch_ == 1 + np.argmin(losses)


def test_copies_of_a_held_out_sequence_do_not_train(ragged_values):
    X = ragged_values[np.repeat(np.arange(30), 3)].replace(origin=np.repeat(np.arange(30), 3))
    seen = {}

    def noting(y):
        seen["all"] = len(y)
        return np.ones(len(y))

    y = np.repeat(np.arange(30.0), 3)
    held_out = {"early_stopping": "best", "validation_fraction": 0.2}
    model = small(max_epochs=1, target_weight=noting, **held_out)
    model.fit(X, y)
    train, validation = model._hold_out(X, None, None, "early_stopping=True")
    assert seen["all"] == 90
    assert not set(y[train]) & set(y[validation])
    assert len(validation) == 6


def test_a_grid_reaches_the_quantile_of_the_loss(ragged_values, means):
    search = GridSearchCV(
        small(loss=QuantileLoss(), max_epochs=1),
        {"loss__quantile": [0.1, 0.9], "target_weight": [None, "dense"]},
        cv=KFold(2),
    ).fit(ragged_values, means)
    assert len(search.cv_results_["params"]) == 4
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


# -- one number for each step -------------------------------------------------------------------


@pytest.fixture
def sums(ragged_values):
    """The sum of the two features of each step, aligned with `ragged_values`."""
    return ragged_values.replace(values=ragged_values.values.sum(axis=1))


def test_numbers_of_steps_are_learnt(ragged_values, sums):
    model = small(hidden_size=16, lr=0.02, max_epochs=60).fit(ragged_values, sums)
    predicted = model.predict(ragged_values)
    assert model.per_step_
    assert predicted.aligns_with(ragged_values)
    assert r2_score(sums.values, predicted.values) == pytest.approx(
        model.score(ragged_values, sums)
    )
    assert model.score(ragged_values, sums) > 0.9


def test_lists_go_in_and_come_out(ragged_values, sums):
    model = small(max_epochs=2).fit(ragged_values.tolist(), sums.tolist())
    predicted = model.predict(ragged_values.tolist())
    assert isinstance(predicted, list)
    assert [len(row) for row in predicted] == ragged_values.lengths.tolist()


def test_chunks_of_a_long_sequence_are_predicted_as_the_whole_where_the_context_reaches():
    rng = np.random.default_rng(0)
    X = Sequences.from_lengths(rng.normal(size=(300, 1)), [100, 200])
    y = X.replace(values=X.values[:, 0])
    whole = small(encoder="cnn", max_epochs=2, chunk_length=None).fit(X, y)
    cut = clone(whole).set_params(chunk_length=60, chunk_context=20).fit(X, y)
    cut.net_.module_.load_state_dict(whole.net_.module_.state_dict())
    np.testing.assert_allclose(cut.predict(X).values, whole.predict(X).values, atol=1e-5)


def test_weights_of_sequences_and_of_steps_count_in_the_score(ragged_values, sums):
    model = small(max_epochs=2).fit(ragged_values, sums)
    weight = np.arange(1.0, 31)
    of_steps = np.repeat(weight, ragged_values.lengths)
    expected = r2_score(sums.values, model.predict(ragged_values).values, sample_weight=of_steps)
    for given in (weight, of_steps):
        assert model.score(ragged_values, sums, sample_weight=given) == pytest.approx(expected)


# -- what it refuses ----------------------------------------------------------------------------


def test_several_targets_a_sequence_are_refused_with_the_cure(ragged_values):
    with pytest.raises(ValueError, match=r"y\[0\] has 2 numbers.*MultiOutputRegressor"):
        small().fit(ragged_values, np.ones((30, 2)))


def test_targets_of_steps_must_align(ragged_values, sums):
    y = sums.tolist()
    y[3] = y[3][:-1]
    with pytest.raises(ValueError, match=r"y\[3\] has \d+ numbers but X\[3\] has"):
        small().fit(ragged_values, y)


def test_targets_must_be_numbers(ragged_values, labels, tags, ragged_tokens):
    with pytest.raises(ValueError, match=r"y\[0\] is .*, 30 of 30 in all.*SequenceClassifier"):
        small().fit(ragged_values, labels)
    with pytest.raises(ValueError, match=r"y\[0\], step 0, is .*SequenceTagger"):
        small().fit(ragged_tokens, tags)


@pytest.mark.parametrize(("mark", "what"), [(np.nan, "NaN"), (np.inf, "infinity")])
def test_a_target_that_is_not_finite_is_located(mark, what, ragged_values, means):
    means[4] = mark
    with pytest.raises(ValueError, match=rf"contains {what}.*: y\[4\] is .*, 1 of 30 in all"):
        small().fit(ragged_values, means)


def test_a_model_of_sequences_does_not_go_on_with_steps(ragged_values, means, sums):
    model = small(max_epochs=1).partial_fit(ragged_values, means)
    for ask in (model.partial_fit, model.score):
        with pytest.raises(ValueError, match="y has one number for each step, but this Seq"):
            ask(ragged_values, sums)


def test_a_loss_of_classes_is_refused(ragged_values, means):
    with pytest.raises(ValueError, match="The 'loss' parameter of SequenceRegressor"):
        small(loss="cross_entropy").fit(ragged_values, means)


def test_partial_fit_keeps_the_scale_of_the_first_call(ragged_values, means):
    model = small().partial_fit(ragged_values, means)
    first = model.target_mean_
    assert model.partial_fit(ragged_values, means + 100).target_mean_ == first
    assert model.n_iter_ == 2


def test_targets_too_large_to_be_scaled_are_refused(ragged_values):
    y = np.r_[-np.finfo(float).max, np.ones(len(ragged_values) - 1)]
    with pytest.raises(ValueError, match=r"y is too large to be squared, up to 1\.8e\+308"):
        SequenceRegressor().fit(ragged_values, y)
