"""Members are classifiers: who predicts numbers is refused by all that train others inside."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseq import SequenceRegressor
from skseq.ensemble import (
    SequenceAdaBoostClassifier,
    SequenceBalancedBaggingClassifier,
    SequenceEasyEnsembleClassifier,
)
from skseq.meta import ClassMerger, MajoritySplitter

OWNERS = [
    SequenceAdaBoostClassifier,
    SequenceBalancedBaggingClassifier,
    SequenceEasyEnsembleClassifier,
    ClassMerger,
    MajoritySplitter,
]


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize(
    "regressor",
    [
        LinearRegression(),
        RandomForestRegressor(),
        SequenceRegressor(),
        make_pipeline(StandardScaler(), LinearRegression()),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_regressor_is_refused(owner, regressor):
    X, y = np.random.default_rng(0).normal(size=(12, 3)), [0, 1, 2] * 4
    with pytest.raises(
        ValueError, match=rf"The 'estimator' parameter of {owner.__name__} must be a classifier"
    ):
        owner(estimator=regressor).fit(X, y)


def test_a_regressor_is_no_second_stage_of_a_merger():
    X, y = np.random.default_rng(0).normal(size=(12, 3)), [0, 1, 2] * 4
    merger = ClassMerger(LogisticRegression(), mapping={"big": [0, 1]}, refine=LinearRegression())
    with pytest.raises(ValueError, match="The 'refine' parameter of ClassMerger must be a class"):
        merger.fit(X, y)
