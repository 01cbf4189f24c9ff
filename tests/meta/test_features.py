import imblearn.pipeline
import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, ClassifierMixin

from skseq import SequenceClassifier
from skseq.meta import ClassMerger, MajoritySplitter
from skseq.meta._features import row_features
from skseq.samplers import SequenceOverSampler

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

NET = SequenceClassifier(hidden_size=4, max_epochs=2, random_state=0)


@pytest.fixture
def three(ragged_values):
    """Three classes."""
    return np.array(["a", "b", "c"])[np.arange(len(ragged_values)) % 3]


def test_a_net_makes_features_of_its_pooled_states(ragged_values, three):
    features = row_features(ragged_values, three, NET)
    states = NET.fit(ragged_values, three).transform(ragged_values)
    np.testing.assert_array_equal(features, states)


def test_a_sampler_before_the_net_leaves_one_row_for_each_sequence(ragged_values, labels):
    sampled = imblearn.pipeline.make_pipeline(SequenceOverSampler(random_state=0), NET)
    features = row_features(ragged_values, labels, sampled)
    states = sampled.fit(ragged_values, labels).transform(ragged_values)
    np.testing.assert_array_equal(features, states)
    assert len(sampled[0].sample_indices_) > len(features) == len(labels)


def test_classes_are_as_far_apart_as_their_mean_pooled_states(ragged_values, three):
    merger = ClassMerger(NET, n_classes=2, transformer=NET).fit(ragged_values, three)
    states = NET.fit(ragged_values, three).transform(ragged_values).astype(float)
    means = [states[three == label].mean(axis=0) for label in "abc"]
    np.testing.assert_allclose(merger.distances_, cdist(means, means), rtol=1e-5)


class Echo(ClassifierMixin, BaseEstimator):
    """Keeps the labels that it was fitted on."""

    def fit(self, X, y):
        self.y_, self.classes_ = y, np.unique(y)
        return self

    def predict(self, X):
        return self.y_


def test_the_pooled_states_of_a_part_lie_nearest_to_its_own_mean(ragged_values, labels):
    splitter = MajoritySplitter(Echo(), n_clusters=3, transformer=NET, random_state=0)
    parts = splitter.fit(ragged_values, labels).estimator_.y_
    states = NET.fit(ragged_values, labels).transform(ragged_values)
    names = splitter.part_labels_
    means = [states[parts == name].mean(axis=0) for name in names]
    nearest = names[cdist(states, means).argmin(axis=1)]
    np.testing.assert_array_equal(nearest[labels == "common"], parts[labels == "common"])
