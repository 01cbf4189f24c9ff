"""Decision rules: offsets, costs, and what they refuse."""

import numpy as np
import pytest

from skseq.decisions import make_rule

CLASSES = np.array(["a", "b", "c"])
PRIOR = np.array([0.7, 0.2, 0.1])


@pytest.fixture
def proba():
    return np.random.default_rng(0).dirichlet(np.ones(3), size=50)


def choose(decision, proba, prior=PRIOR):
    return make_rule(decision, CLASSES, prior)(np.log(proba)).argmax(axis=1)


def test_argmax_takes_the_most_probable_class(proba):
    np.testing.assert_array_equal(choose("argmax", proba), proba.argmax(axis=1))


def test_balanced_takes_the_class_that_exceeds_its_prior_most(proba):
    np.testing.assert_array_equal(choose("balanced", proba), (proba / PRIOR).argmax(axis=1))


@pytest.mark.parametrize("strength", [0, 0.3, 0.5, np.float32(0.5), 1])
def test_a_number_goes_from_argmax_to_balanced(proba, strength):
    expected = (proba / PRIOR**strength).argmax(axis=1)
    np.testing.assert_array_equal(choose(strength, proba), expected)


def test_balanced_never_takes_a_class_without_prior(proba):
    assert not (choose("balanced", proba, np.array([0.5, 0.5, 0.0])) == 2).any()


def test_a_cost_matrix_takes_the_class_of_least_expected_cost(proba):
    cost = np.random.default_rng(1).uniform(-1, 3, size=(3, 3))
    expected = [min(range(3), key=lambda j: sum(row[i] * cost[i, j] for i in range(3)))
                for row in proba]  # fmt: skip
    np.testing.assert_array_equal(choose(cost, proba), expected)


def test_equal_costs_of_every_mistake_are_argmax(proba):
    np.testing.assert_array_equal(choose(1 - np.eye(3), proba), proba.argmax(axis=1))


def test_the_cost_of_a_mistake_moves_the_threshold_to_its_share():
    # Predict 1 where p1 * 4 > p0 * 1, that is p1 > 0.2 (Elkan 2001).
    rule = make_rule([[0, 1], [4, 0]], np.array([0, 1]), np.array([0.5, 0.5]))
    p = np.array([0.19, 0.21])
    assert rule(np.log(np.column_stack([1 - p, p]))).argmax(axis=1).tolist() == [0, 1]


def test_offsets_are_added_and_a_dict_names_them(proba):
    offsets = np.array([0.0, 1.5, -0.5])
    expected = (np.log(proba) + offsets).argmax(axis=1)
    np.testing.assert_array_equal(choose(offsets, proba), expected)
    np.testing.assert_array_equal(choose({"b": 1.5, "c": -0.5}, proba), expected)


def test_an_offset_of_minus_infinity_rules_a_class_out(proba):
    assert not (choose({"a": -np.inf}, proba) == 0).any()


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        ([0.0, 1.0], r"offsets of shape \(3,\) or costs of shape \(3, 3\).* got shape \(2,\)"),
        (np.ones((3, 2)), r"got shape \(3, 2\)"),
        ({"B": 1.0}, r"names the class 'B', but the classes are \['a', 'b', 'c'\]"),
        ([0.0, np.nan, 0.0], r"offsets as decision must be finite"),
        ([-np.inf] * 3, r"not for all of them"),
        (np.full((3, 3), np.inf), r"finite costs"),
    ],
)
def test_a_decision_that_does_not_fit_is_refused(decision, message):
    with pytest.raises(ValueError, match=message):
        make_rule(decision, CLASSES, PRIOR)
