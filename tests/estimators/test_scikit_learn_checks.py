"""scikit-learn's own checks of `SequenceClassifier`; 2-D arrays are univariate series there."""

import warnings

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from skseq import SequenceClassifier
from skseq.exceptions import CollapseWarning

# The door that scikit-learn leaves for its own mini-batch estimators. The weaker law that holds is
# tested: test_the_optimum_with_weights_is_the_optimum_with_repeated_rows.
EXPECTED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data": (
        "another number of rows makes other mini-batches, so weights and repeats take other paths"
    ),
}

CHECKS = list(
    estimator_checks_generator(
        SequenceClassifier(), expected_failed_checks=EXPECTED_FAILURES, mark="skip"
    )
)


def name_of(check):
    """The function's name and its keyword arguments, for pytest's list."""
    arguments = ",".join(f"{key}={value}" for key, value in check.keywords.items())
    return f"{check.func.__name__}({arguments})"


@pytest.mark.parametrize(
    ("estimator", "check"),
    [pair for pair in CHECKS if hasattr(pair[1], "func")],
    ids=lambda value: name_of(value) if hasattr(value, "func") else "",
)
def test_check_of_scikit_learn(estimator, check):
    with warnings.catch_warnings():
        # Checks train on noise, and on two rows; what they are about is the interface.
        warnings.simplefilter("ignore", CollapseWarning)
        check(estimator)


def test_no_check_is_expected_to_fail_in_vain():
    from sklearn.utils import estimator_checks

    (name,) = EXPECTED_FAILURES
    check = getattr(estimator_checks, name)
    warnings.simplefilter("ignore")  # pytest puts the filters back after the test
    with pytest.raises(AssertionError, match="not equivalent"):
        check("SequenceClassifier", SequenceClassifier())
