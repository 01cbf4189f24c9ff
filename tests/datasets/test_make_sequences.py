"""The posterior is computed a second way, and must be calibrated on what is drawn."""

import itertools

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.linear_model import LogisticRegression

from skseq.datasets import make_imbalanced_sequences
from skseq.datasets._draws import class_vectors
from skseq.datasets._make_sequences import _Autoregressions, _doubly_stochastic, _MarkovChains


def test_the_density_of_an_autoregression_is_that_of_the_joint_normal():
    process = _Autoregressions(3, 2, 1.0, 0.5, False, np.random.RandomState(0))
    labels, lengths = np.array([0, 1, 2, 0]), np.array([1, 2, 5, 4])
    X = process.draw(labels, lengths, np.random.RandomState(1))
    ours = process.log_likelihood(X)
    for row, steps in enumerate(X):
        lag = np.abs(np.subtract.outer(np.arange(len(steps)), np.arange(len(steps))))
        theirs = [
            sum(
                multivariate_normal(np.full(len(steps), mean), coefficient**lag).logpdf(values)
                for mean, coefficient, values in zip(means, coefficients, steps.T, strict=True)
            )
            for means, coefficients in zip(process.mean, process.coefficient, strict=True)
        ]
        # Ours leaves out what all classes share: compare differences to class 0.
        np.testing.assert_allclose(ours[row] - ours[row, 0], np.subtract(theirs, theirs[0]))


def test_the_probability_of_a_chain_is_the_product_of_its_transitions():
    process = _MarkovChains(3, 4, 1.0, 0.5, False, np.random.RandomState(0))
    X = process.draw(np.array([0, 1, 2]), np.array([1, 3, 6]), np.random.RandomState(1))
    ours = process.log_likelihood(X)
    for row, tokens in enumerate(X):
        for label in range(3):
            probability = process.start[label, tokens[0]]
            for previous, token in itertools.pairwise(tokens):
                probability *= process.transition[label, previous, token]
            assert ours[row, label] == pytest.approx(np.log(probability))


@pytest.mark.parametrize("temporal", [0.0, 0.3, 1.0])
def test_every_chain_has_rows_that_sum_to_1(temporal):
    process = _MarkovChains(2, 5, 1.0, temporal, False, np.random.RandomState(0))
    np.testing.assert_allclose(process.start.sum(axis=1), 1)
    np.testing.assert_allclose(process.transition.sum(axis=2), 1)


def test_sinkhorn_makes_rows_and_columns_sum_to_1():
    scaled = _doubly_stochastic(np.random.RandomState(0).standard_normal((2, 6, 6)))
    np.testing.assert_allclose(scaled.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(scaled.sum(axis=2), 1, atol=1e-6)


SETTINGS = [
    {"kind": "values"},
    {"kind": "tokens"},
    {"kind": "values", "ordinal": True, "n_classes": 4, "flip_y": 0.2},
    {"kind": "tokens", "temporal": 1.0, "flip_y": 0.2},
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_posterior_is_calibrated(setting):
    _, y, posterior = make_imbalanced_sequences(
        8000, weights=0.7, length=(2, 8), random_state=0, return_posterior=True, **setting
    )
    np.testing.assert_allclose(posterior.sum(axis=1), 1)
    for label in range(posterior.shape[1]):
        claimed, is_label = posterior[:, label], y == label
        order = np.argsort(claimed)
        for part in np.array_split(order, 8):
            error = abs(claimed[part].mean() - is_label[part].mean())
            assert error < 4.5 * np.sqrt(claimed[part].mean() / len(part)) + 1e-3


def test_no_other_ranking_has_a_better_log_loss():
    X, y, posterior = make_imbalanced_sequences(
        3000,
        n_classes=2,
        weights=0.8,
        temporal=0.0,
        length=6,
        random_state=0,
        return_posterior=True,
    )
    table = X.to_padded()[0].reshape(len(X), -1)
    model = LogisticRegression(max_iter=1000).fit(table[:1500], y[:1500])
    rows = np.arange(1500, 3000)
    ours = -np.log(posterior[rows, y[rows]]).mean()
    theirs = -np.log(model.predict_proba(table[rows])[np.arange(1500), y[rows]]).mean()
    assert ours < theirs < ours + 0.05  # without a temporal part the linear model is the right one


def test_class_counts_are_the_asked_shares():
    _, y = make_imbalanced_sequences(500, n_classes=18, weights=0.53, random_state=0)
    counts = np.bincount(y)
    assert len(counts) == 18
    assert counts[0] == 265
    assert counts.min() >= 1
    assert np.all(np.diff(counts) <= 0)


def test_without_signal_the_posterior_is_the_share():
    _, y, posterior = make_imbalanced_sequences(
        100, class_sep=0.0, kind="tokens", random_state=0, return_posterior=True
    )
    np.testing.assert_allclose(posterior, np.tile(np.bincount(y) / 100, (100, 1)))


def test_with_all_labels_drawn_anew_the_posterior_is_the_share():
    _, _, posterior = make_imbalanced_sequences(
        100, weights=[8, 1, 1], flip_y=1.0, random_state=0, return_posterior=True
    )
    np.testing.assert_allclose(posterior, np.tile([0.8, 0.1, 0.1], (100, 1)))


def test_a_wholly_temporal_signal_is_invisible_in_single_steps():
    options = {"n_classes": 2, "weights": 0.5, "temporal": 1.0, "class_sep": 2.0, "length": 20}
    X, y = make_imbalanced_sequences(2000, random_state=0, **options)
    per_step = np.repeat(y, X.lengths)
    for label in (0, 1):
        steps = X.values[per_step == label]
        np.testing.assert_allclose(steps.mean(axis=0), 0, atol=0.08)
        np.testing.assert_allclose(steps.std(axis=0), 1, atol=0.05)
    X, y = make_imbalanced_sequences(2000, kind="tokens", n_tokens=4, random_state=0, **options)
    per_step = np.repeat(y, X.lengths)
    for label in (0, 1):
        shares = np.bincount(X.values[per_step == label]) / np.sum(per_step == label)
        np.testing.assert_allclose(shares, 0.25, atol=0.02)


def test_ordinal_classes_stand_in_order_at_equal_distances():
    vectors = class_vectors(4, (3,), True, np.random.RandomState(0))
    gaps = np.diff(vectors, axis=0)
    np.testing.assert_allclose(gaps, np.tile(gaps[0], (3, 1)))
    X, y = make_imbalanced_sequences(
        400, n_classes=4, weights=[1, 1, 1, 1], ordinal=True, temporal=0.0, random_state=0,
        n_features=1, class_sep=3.0,
    )  # fmt: skip
    means = [X[y == label].values.mean() for label in range(4)]
    assert means == sorted(means) or means == sorted(means, reverse=True)


@pytest.mark.parametrize("kind", ["values", "tokens"])
def test_the_same_seed_gives_the_same_data_and_leaves_the_global_random_state_alone(kind):
    np.random.seed(5)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = make_imbalanced_sequences(30, kind=kind, random_state=1)
    again = make_imbalanced_sequences(30, kind=kind, random_state=1)
    other = make_imbalanced_sequences(30, kind=kind, random_state=2)
    assert first[0] == again[0]
    np.testing.assert_array_equal(first[1], again[1])
    assert first[0] != other[0]
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_tokens_know_their_vocabulary():
    X, _ = make_imbalanced_sequences(30, kind="tokens", n_tokens=7, random_state=0)
    assert X.n_tokens == 7
    assert X.dtype == np.int64
    assert X.values.max() < 7


@pytest.mark.parametrize("kind", ["values", "tokens"])
def test_an_extreme_signal_stays_finite(kind):
    for ordinal in (False, True):
        X, _, posterior = make_imbalanced_sequences(
            60, kind=kind, n_classes=6, class_sep=100.0, ordinal=ordinal, random_state=0,
            return_posterior=True,
        )  # fmt: skip
        assert np.isfinite(X.values).all()
        assert np.isfinite(posterior).all()


@pytest.mark.parametrize(
    ("argument", "value"), [("kind", "text"), ("weights", 1.5), ("temporal", -1), ("n_classes", 1)]
)
def test_wrong_arguments_are_named(argument, value):
    with pytest.raises(ValueError, match=f"'{argument}' parameter of make_imbalanced_sequences"):
        make_imbalanced_sequences(**{argument: value})
