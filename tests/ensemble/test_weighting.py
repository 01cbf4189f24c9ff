"""Weights of boosting: they get to what learns, or are refused; they are never lost in silence."""

import numpy as np
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import AdaBoostClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from skseq import SequenceClassifier, Sequences
from skseq.ensemble import SequenceAdaBoostClassifier, SequenceBalancedBaggingClassifier
from skseq.meta import PriorCorrector
from skseq.preprocessing import SequenceScaler, SequenceSummarizer
from skseq.samplers import SequenceOverSampler, SequenceSMOTE

STUMP = DecisionTreeClassifier(max_depth=1)


class ReadsWeightsOfX(ClassifierMixin, BaseEstimator):
    """A classifier that reads the weights in its sequences, as those of skseq do."""

    def __init__(self, inner=None):
        self.inner = inner

    def fit(self, X, y, sample_weight=None):
        self.inner_ = type(self.inner)().fit(X, y, X.weight)
        self.classes_ = self.inner_.classes_
        return self

    def predict(self, X):
        return self.inner_.predict(X)


class TakesNoWeights(ReadsWeightsOfX):
    def fit(self, X, y):
        return super().fit(X, y)


def test_pipeline_gets_weights_in_the_sequences(member, three_classes):
    X, y = three_classes
    direct = SequenceAdaBoostClassifier(member).fit(X, y)
    carried = SequenceAdaBoostClassifier(make_pipeline(ReadsWeightsOfX(member))).fit(X, y)
    np.testing.assert_array_equal(carried.estimator_weights_, direct.estimator_weights_)


@pytest.mark.filterwarnings("ignore::UserWarning")  # three epochs may be no better than chance
@pytest.mark.parametrize(
    "wrap",
    [
        lambda net: make_pipeline(SequenceScaler(), net),
        lambda net: make_pipeline(SequenceOverSampler(random_state=0), SequenceScaler(), net),
        lambda net: make_pipeline(SequenceSMOTE(random_state=0), make_pipeline(net)),
        lambda net: GridSearchCV(make_pipeline(SequenceScaler(), net), {}, cv=2),
        lambda net: PriorCorrector(net),
        lambda net: SequenceBalancedBaggingClassifier(net, 2, random_state=0),
    ],
    ids=["scaler", "sampler", "nested", "search", "meta", "bagging"],
)
def test_weights_get_through_whatever_keeps_them(wrap, net, three_classes):
    X, y = three_classes
    net.set_params(random_state=0, max_epochs=8, lr=0.05, lr_schedule="constant")
    model = SequenceAdaBoostClassifier(wrap(net), n_estimators=2, random_state=0)
    even, uneven = (
        model.fit(X, y, np.where(y == "c", weight, 1)).estimators_[0] for weight in (1, 1000)
    )
    assert np.mean(uneven.predict(X) == "c") > np.mean(even.predict(X) == "c")


class LosesWeights(BaseEstimator):
    """A sampler that keeps all sequences, but not what lies beside them."""

    def fit_resample(self, X, y):
        return Sequences(X.values, X.offsets), y


@pytest.mark.parametrize(
    ("estimator", "receives"),
    [
        (make_pipeline(SequenceSummarizer(), STUMP), "DecisionTreeClassifier receives a ndarray"),
        (make_pipeline(LosesWeights(), SequenceClassifier()), "receives Sequences without them"),
        (GridSearchCV(make_pipeline(SequenceSummarizer(), STUMP), {}), "receives a ndarray"),
    ],
    ids=["table", "sampler", "search"],
)
def test_pipeline_that_loses_the_weights_is_refused(estimator, receives, three_classes):
    with pytest.raises(ValueError, match=f"don't get through .*{receives}.* Boost that step alone"):
        SequenceAdaBoostClassifier(estimator).fit(*three_classes)


def test_what_is_refused_can_be_boosted_behind_the_other_steps(three_classes):
    X, y = three_classes
    boosted = SequenceAdaBoostClassifier(STUMP, n_estimators=3, random_state=0)
    summarizer = SequenceSummarizer()
    after = make_pipeline(summarizer, boosted).fit(X, y)[-1]
    theirs = AdaBoostClassifier(STUMP, n_estimators=3, random_state=0)
    theirs.fit(summarizer.fit_transform(X), y)
    np.testing.assert_allclose(after.estimator_weights_, theirs.estimator_weights_)


@pytest.mark.parametrize("wrap", [lambda each: each, make_pipeline, lambda e: GridSearchCV(e, {})])
def test_classifier_of_sequences_that_takes_no_weights_is_refused(wrap, member, three_classes):
    with pytest.raises(ValueError, match="fit of TakesNoWeights takes no sample_weight"):
        SequenceAdaBoostClassifier(wrap(TakesNoWeights(member))).fit(*three_classes)


def test_what_cannot_be_weighted_is_refused():
    with pytest.raises(ValueError, match="KNeighborsClassifier takes no sample_weight"):
        SequenceAdaBoostClassifier(KNeighborsClassifier()).fit(np.eye(6), [0, 1] * 3)
