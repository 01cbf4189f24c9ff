"""Priors exchanged by Bayes' rule, and found by expectation maximisation."""

import numpy as np
import pytest
from scipy.stats import norm

from skseq import Sequences
from skseq.decisions import check_prior, count_originals, estimate_prior, shift_prior

CENTRES = np.array([-1.0, 0.5, 2.0])


def posterior(x, prior):
    joint = norm.pdf(x[:, None], CENTRES) * prior
    return joint / joint.sum(axis=1, keepdims=True)


def test_shifted_probabilities_are_those_of_bayes_under_the_other_prior():
    x = np.linspace(-3, 4, 40)
    source, target = np.array([0.2, 0.3, 0.5]), np.array([0.9, 0.07, 0.03])
    shifted = shift_prior(np.log(posterior(x, source)), source, target)
    np.testing.assert_allclose(np.exp(shifted), posterior(x, target))


def test_a_shift_back_undoes_a_shift():
    log_proba = np.log(np.random.default_rng(0).dirichlet(np.ones(3), size=9))
    source, target = np.array([0.2, 0.3, 0.5]), np.array([0.9, 0.07, 0.03])
    there = shift_prior(log_proba, source, target)
    np.testing.assert_allclose(shift_prior(there, target, source), log_proba)


def test_a_class_that_the_source_lacks_is_left_and_one_that_the_target_lacks_goes():
    log_proba = np.log([[0.5, 0.25, 0.25]])
    kept = np.exp(shift_prior(log_proba, np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.25, 0.25])))
    np.testing.assert_allclose(kept, np.array([[0.5, 0.125, 0.25]]) / 0.875)
    gone = np.exp(shift_prior(log_proba, np.full(3, 1 / 3), np.array([0.5, 0.5, 0.0])))
    np.testing.assert_allclose(gone, [[2 / 3, 1 / 3, 0]])


def test_em_finds_the_prior_of_unlabelled_data():
    rng = np.random.default_rng(0)
    truth = np.array([0.1, 0.2, 0.7])
    x = rng.normal(CENTRES[rng.choice(3, size=20_000, p=truth)])
    source = np.array([0.6, 0.3, 0.1])
    found = estimate_prior(np.log(posterior(x, source)), source)
    np.testing.assert_allclose(found, truth, atol=0.02)
    assert found.sum() == pytest.approx(1)


def test_em_ends_at_the_largest_likelihood():
    x = np.random.default_rng(1).normal(CENTRES[[0, 0, 1, 2, 2, 2, 2]])
    source = np.full(3, 1 / 3)
    density = norm.pdf(x[:, None], CENTRES)
    found = estimate_prior(np.log(posterior(x, source)), source)
    best = np.log(density @ found).sum()
    for other in np.random.default_rng(2).dirichlet(np.ones(3), size=500):
        assert np.log(density @ other).sum() <= best + 1e-6


def test_em_gives_nothing_to_a_class_that_the_source_lacks():
    log_proba = np.log([[0.7, 0.2, 0.1], [0.4, 0.5, 0.1]])
    assert estimate_prior(log_proba, np.array([0.5, 0.5, 0.0]))[2] == 0


def test_a_prior_is_scaled_and_may_be_named():
    classes = np.array(["x", "y"])
    assert check_prior([3, 1], classes).tolist() == [0.75, 0.25]
    assert check_prior({"y": 1, "x": 3}, classes).tolist() == [0.75, 0.25]


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ([1, 1, 1], r"one share for each of the 2 classes \['x', 'y'\], got shape \(3,\)"),
        ({"x": 1}, r"missing \['y'\]"),
        ({"x": 1, "z": 1}, r"unknown \['z'\], missing \['y'\]"),
        ([-1, 2], r"not negative"),
        ([0, 0], r"not all zero"),
    ],
)
def test_a_prior_that_does_not_fit_is_refused(prior, message):
    with pytest.raises(ValueError, match=message):
        check_prior(prior, np.array(["x", "y"]))


# -- the prior of the data ------------------------------------------------------------------------

CLASSES = np.array(["x", "y"])


def test_copies_that_origin_tells_of_do_not_count():
    X = Sequences.from_list([[1, 1], [2], [3, 3, 3], [2], [2]], origin=[5, 6, 7, 6, 6])
    assert count_originals(X, np.array([0, 1, 0, 1, 1]), CLASSES).tolist() == [2, 1]
    steps = np.array([0, 1, 1, 0, 0, 0, 1, 1])  # of each step, for tags
    assert count_originals(X, steps, CLASSES).tolist() == [4, 2]


def test_rows_of_several_parents_do_not_count_unless_there_are_no_others():
    origin = Sequences.from_list([[0], [1], [0, 1]])
    X = Sequences.from_list([[1], [2], [3]], origin=origin)
    assert count_originals(X, np.array([0, 1, 1]), CLASSES).tolist() == [1, 1]
    assert count_originals(X[2:], np.array([1]), CLASSES).tolist() == [0, 1]


def test_what_a_sampler_told_comes_first():
    X = Sequences.from_list([[1], [2]], origin=[0, 1], label_counts={"x": 9, "y": 1, "z": 4})
    assert count_originals(X, np.array([0, 1]), CLASSES).tolist() == [9, 1]
    assert count_originals(X, np.array([0, 1]), np.array(["u", "x"])) is None
