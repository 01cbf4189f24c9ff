"""What follows training changes the last layer and nothing else, and says what it leads to."""

import pickle

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from skseq import SequenceClassifier, SequenceTagger
from skseq.datasets import make_imbalanced_sequences, make_imbalanced_tags
from skseq.stages import SECOND_STAGES, ClassifierRetraining, SecondStage, TauNormalization
from skseq.training._second_stage import at_most

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

SMALL = {"hidden_size": 6, "embedding_dim": 6, "max_epochs": 3, "random_state": 0}


@pytest.fixture
def labelled():
    return make_imbalanced_sequences(
        90, weights=[0.7, 0.2, 0.1], kind="tokens", length=(3, 8), random_state=0
    )


@pytest.fixture
def tagged():
    return make_imbalanced_tags(
        30, n_classes=3, weights=[0.8, 0.15, 0.05], length=(5, 20), random_state=0
    )


def parameters_of(model):
    named = model.net_.module_.named_parameters()
    return {name: parameter.detach().cpu().numpy().copy() for name, parameter in named}


@pytest.mark.parametrize("stage", SECOND_STAGES)
@pytest.mark.parametrize("estimator", [SequenceClassifier, SequenceTagger])
def test_only_the_last_layer_changes(stage, estimator, labelled, tagged):
    X, y = labelled if estimator is SequenceClassifier else tagged
    plain = estimator(dense_sizes=[5], **SMALL).fit(X, y)
    model = estimator(dense_sizes=[5], second_stage=stage, **SMALL).fit(X, y)
    before, after = parameters_of(plain), parameters_of(model)
    *_, weight, bias = before
    for name, parameter in before.items():
        assert np.array_equal(parameter, after[name]) == (name not in (weight, bias)), name
    assert isinstance(model.second_stage_, SECOND_STAGES[stage])
    np.testing.assert_allclose(model.train_prior_, 1 / 3)


def test_retraining_agrees_with_scikit_learn_on_the_same_hidden_states(labelled):
    X, y = labelled
    model = SequenceClassifier(second_stage=ClassifierRetraining(C=2.0), **SMALL).fit(X, y)
    states = model.transform(X).astype(float)
    peer = LogisticRegression(C=2.0, class_weight="balanced", max_iter=500).fit(states, y)
    np.testing.assert_allclose(model.predict_proba(X), peer.predict_proba(states), atol=2e-3)


class Recording(SecondStage):
    """Changes nothing and keeps what it was shown."""

    seen = []
    max_rows = 40

    def refit(self, features, codes, weight, coef, intercept, random_state):
        self.prior_ = np.full(len(coef), 1 / len(coef))
        Recording.seen.append((len(features), np.bincount(codes), weight))
        return coef, intercept


def test_a_stage_of_ones_own_sees_training_rows_only_and_at_most_so_many(labelled):
    X, y = labelled
    Recording.seen.clear()
    weight = np.linspace(1, 2, len(X))
    SequenceClassifier(
        second_stage=Recording, early_stopping="best", validation_fraction=0.2, **SMALL
    ).fit(X, y, weight)
    n_rows, counts, seen = Recording.seen[0]
    held_out = np.rint(0.2 * np.bincount(y))
    np.testing.assert_array_equal(counts, np.minimum(40, np.bincount(y) - held_out))
    assert n_rows == counts.sum() == len(seen)
    assert set(seen) <= set(weight)


def test_class_weights_have_no_part_in_the_second_stage(labelled):
    X, y = labelled
    Recording.seen.clear()
    SequenceClassifier(second_stage=Recording(), class_weight="balanced", **SMALL).fit(X, y)
    assert Recording.seen[0][2] is None


def test_at_most_keeps_all_of_a_rare_class():
    codes = np.repeat([0, 1, 2], [50, 7, 0]).astype(np.int8)
    kept = at_most(codes, 10, np.random.RandomState(0))
    np.testing.assert_array_equal(np.bincount(codes[kept]), [10, 7])
    assert len(set(kept)) == 17
    assert at_most(codes, 50, np.random.RandomState(0)) == slice(None)


def test_a_grid_reaches_its_parameters_and_the_original_stays_unfitted(labelled):
    X, y = labelled
    model = SequenceClassifier(second_stage=TauNormalization(), **SMALL)
    model.set_params(second_stage__tau=0.5).fit(X, y)
    assert model.second_stage_.tau == 0.5
    assert not hasattr(model.second_stage, "prior_")
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


def test_partial_fit_has_no_second_stage_and_a_warm_start_has_another(labelled):
    X, y = labelled
    model = SequenceClassifier(second_stage="crt", warm_start=True, **SMALL)
    model.partial_fit(X, y, classes=np.unique(y))
    assert not hasattr(model, "second_stage_")
    first = model.fit(X, y).second_stage_
    assert model.fit(X, y).second_stage_ is not first


def test_more_training_takes_the_prior_back_from_the_second_stage(labelled):
    X, y = labelled
    shares = np.bincount(y) / len(y)
    model = SequenceClassifier(second_stage="crt", **SMALL).fit(X, y)
    np.testing.assert_allclose(model.train_prior_, 1 / 3)
    model.partial_fit(X, y)
    np.testing.assert_allclose(model.train_prior_, shares)
    assert not hasattr(model, "second_stage_")
    model.set_params(warm_start=True).fit(X, y)
    assert hasattr(model, "second_stage_")
    model.set_params(second_stage=None).fit(X, y)
    np.testing.assert_allclose(model.train_prior_, shares)
    assert not hasattr(model, "second_stage_")


@pytest.mark.parametrize("stage", SECOND_STAGES)
def test_a_class_without_weight_is_left_out(labelled, stage):
    X, y = labelled
    weight = np.where(y == 2, 0.0, 1.0)
    model = SequenceClassifier(second_stage=stage, **SMALL).fit(X, y, weight)
    np.testing.assert_allclose(model.train_prior_, [0.5, 0.5, 0])
    assert np.isfinite(model.predict_proba(X)).all()


def test_it_helps_where_the_net_sees_too_little_of_a_class():
    X, y = make_imbalanced_sequences(300, weights=[0.9, 0.06, 0.04], class_sep=2, random_state=1)
    scores = {}
    for stage in (None, *SECOND_STAGES):
        model = SequenceClassifier(
            second_stage=stage,
            initial_bias="prior",
            hidden_size=8,
            lr=0.005,
            max_epochs=3,
            random_state=0,
        )
        predicted = model.fit(X, y).predict(X)
        scores[stage] = np.mean([np.mean(predicted[y == c] == c) for c in range(3)])
    assert all(scores[stage] > scores[None] + 0.05 for stage in SECOND_STAGES), scores


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"second_stage": "crt", "loss": "ldam"}, "needs a linear last layer"),
        ({"second_stage": "crf"}, "Did you mean 'crt'"),
        ({"second_stage": 3}, "'second_stage' parameter"),
    ],
)
def test_what_cannot_be_is_refused_before_training(labelled, parameters, message):
    X, y = labelled
    model = SequenceClassifier(**parameters, **SMALL)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert not hasattr(model, "net_")
