"""Checks that your own estimator, sampler, augmenter, encoder or loss keeps the rules of skseq.

They are scikit-learn's checks re-stated for ragged X and ragged y, and the contracts of the parts
a network is built from. Each raises an AssertionError that says what broke, and for which input.
Pytest is needed by `parametrize_with_checks` only.
"""

from skseq.testing._augmenters import check_augmenter
from skseq.testing._encoders import check_encoder
from skseq.testing._estimators import (
    check_estimator,
    check_sampler,
    estimator_checks_generator,
    parametrize_with_checks,
)
from skseq.testing._losses import check_loss

__all__ = [
    "check_augmenter",
    "check_encoder",
    "check_estimator",
    "check_loss",
    "check_sampler",
    "estimator_checks_generator",
    "parametrize_with_checks",
]
