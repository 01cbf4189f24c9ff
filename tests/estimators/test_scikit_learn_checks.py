"""scikit-learn's own checks of our estimators; 2-D arrays are univariate series there."""

import warnings

import numpy as np
import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from skseq import SequenceClassifier, SequenceOrdinalClassifier, SequenceRegressor
from skseq.exceptions import ClassOrderWarning, CollapseWarning

# The door that scikit-learn leaves for its own mini-batch and single-precision estimators. The
# weaker laws that hold are tested: test_the_optimum_with_weights_is_the_optimum_with_repeated_rows
# and test_scores_of_a_subset_are_those_of_the_whole_to_single_precision.
EXPECTED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data": (
        "another number of rows makes other mini-batches, so weights and repeats take other paths"
    ),
    "check_methods_subset_invariance": (
        "asks for 1e-7, which is what float32 rounds to; another batch size rounds otherwise"
    ),
}

CHECKS = [
    pair
    for estimator in (SequenceClassifier(), SequenceOrdinalClassifier(), SequenceRegressor())
    for pair in estimator_checks_generator(
        estimator, expected_failed_checks=EXPECTED_FAILURES, mark="skip"
    )
]


def is_repeated(estimator, check):
    """Whether `SequenceClassifier` goes through the same with the same engine, and it is slow."""
    again = "readonly_memmap" in check.keywords or "not_an_array" in check.func.__name__
    thrice = "X_dtype" in check.keywords  # the same memmap, in single precision
    return thrice or (again and type(estimator) is not SequenceClassifier)


def name_of(check):
    """The function's name and its keyword arguments, for pytest's list."""
    arguments = ",".join(f"{key}={value}" for key, value in check.keywords.items())
    return f"{check.func.__name__}({arguments})"


@pytest.mark.parametrize(
    ("estimator", "check"),
    [
        pytest.param(*pair, marks=[pytest.mark.slow] if is_repeated(*pair) else [])
        for pair in CHECKS
        if hasattr(pair[1], "func")
    ],
    ids=lambda value: name_of(value) if hasattr(value, "func") else type(value).__name__,
)
def test_check_of_scikit_learn(estimator, check):
    with warnings.catch_warnings():
        # Checks train on noise, and on two rows; what they are about is the interface.
        warnings.simplefilter("ignore", CollapseWarning)
        # Some checks name classes by words, whose order nobody gives.
        warnings.simplefilter("ignore", ClassOrderWarning)
        check(estimator)


@pytest.mark.slow
@pytest.mark.parametrize("head", ["coral", "cumulative", "regression"])
def test_the_other_heads_of_the_ordinal_classifier_pass_the_checks_too(head):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = estimator_checks.check_estimator(
            SequenceOrdinalClassifier(head=head), expected_failed_checks=EXPECTED_FAILURES
        )
    assert {result["status"] for result in results} <= {"passed", "skipped", "xfail"}


def test_weighted_fits_are_expected_to_differ_for_a_reason():
    check = estimator_checks.check_sample_weight_equivalence_on_dense_data
    warnings.simplefilter("ignore")  # pytest puts the filters back after the test
    with pytest.raises(AssertionError, match="not equivalent"):
        check("SequenceClassifier", SequenceClassifier())


def test_scores_of_a_subset_are_those_of_the_whole_to_single_precision(ragged_values, labels):
    warnings.simplefilter("ignore")
    model = SequenceClassifier(hidden_size=8, max_epochs=5, random_state=0)
    whole = model.fit(ragged_values, labels).predict_proba(ragged_values)
    single = [model.predict_proba(ragged_values[[row]])[0] for row in range(len(labels))]
    np.testing.assert_allclose(single, whole, atol=1e-6)
