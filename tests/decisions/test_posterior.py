"""From a model's log probabilities to those that were asked for, and to a class."""

import numpy as np
import pytest

from skseq.decisions import Posterior

CLASSES = np.array(["a", "b", "c"])
TRAIN, DATA = np.array([1, 1, 1]) / 3, np.array([0.7, 0.2, 0.1])
PROBA = np.random.default_rng(0).dirichlet(np.ones(3), size=40)


def posterior(target_prior="train", decision="argmax", **more):
    fields = {"data_prior": DATA, "calibration": None} | more
    return Posterior(CLASSES, TRAIN, target_prior=target_prior, decision=decision, **fields)


def shifted(proba, target):
    odds = proba * target / TRAIN
    return odds / odds.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("target_prior", "target"),
    [
        ("train", TRAIN),
        ("data", DATA),
        ("uniform", TRAIN),
        ([5, 3, 2], np.array([0.5, 0.3, 0.2])),
        ({"a": 1, "b": 1, "c": 2}, np.array([0.25, 0.25, 0.5])),
    ],
)
def test_probabilities_are_brought_to_the_prior_asked_for(target_prior, target):
    ours = np.exp(posterior(target_prior).log_proba(np.log(PROBA)))
    np.testing.assert_allclose(ours, shifted(PROBA, target))


def test_em_finds_the_prior_whose_mean_probabilities_are_itself():
    ours = np.exp(posterior("em").log_proba(np.log(PROBA)))
    np.testing.assert_allclose(ours, shifted(PROBA, ours.mean(axis=0)), atol=1e-5)


def test_calibration_comes_before_the_prior_and_the_decision_after():
    scaling = np.array([[2.0, 1.0, 0.5], [0.0, 0.3, -0.2]])
    scores = np.log(PROBA) * scaling[0] + scaling[1]
    calibrated = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    both = posterior("data", "balanced", calibration=scaling)
    np.testing.assert_allclose(np.exp(both.log_proba(np.log(PROBA))), shifted(calibrated, DATA))
    expected = (shifted(calibrated, DATA) / DATA).argmax(axis=1)
    np.testing.assert_array_equal(both.codes(np.log(PROBA)), expected)


def test_the_median_has_the_least_expected_distance_in_the_order():
    rank = np.array([1, 2, 0])
    codes = posterior(decision="median", rank=rank).codes(np.log(PROBA))
    distance = np.abs(np.subtract.outer(rank, rank))
    np.testing.assert_array_equal(codes, (PROBA @ distance).argmin(axis=1))


def test_while_training_nothing_hangs_on_what_is_not_known_yet():
    scaling = np.array([[2.0, 1.0, 0.5], [0.0, 0.3, -0.2]])
    early = posterior("em", calibration=scaling).while_training()
    same = posterior("data")
    np.testing.assert_array_equal(early.log_proba(np.log(PROBA)), same.log_proba(np.log(PROBA)))
    assert posterior("em", data_prior=None).while_training().target_prior == "train"


def test_what_does_not_fit_the_classes_is_found_before_there_are_predictions():
    posterior("em", {"a": 1.0}).check()
    with pytest.raises(ValueError, match="decision must be offsets"):
        posterior(decision=[1.0, 2.0]).check()
    with pytest.raises(ValueError, match="target_prior must have one share"):
        posterior([0.5, 0.5]).check()
    with pytest.raises(ValueError, match='target_prior="data" needs the class counts'):
        posterior("data", data_prior=None).check()
