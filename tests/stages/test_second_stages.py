"""Second stages, against numpy, scipy and scikit-learn on the same hidden states."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression

from skseq.exceptions import SmallClassWarning
from skseq.stages import (
    SECOND_STAGES,
    ClassifierRetraining,
    HiddenSMOTE,
    LearnedScaling,
    TauNormalization,
    make_second_stage,
)
from skseq.stages._base import even_weight


@pytest.fixture
def layer():
    """States of three classes (120, 30 and 6 of them), and a last layer that knows them a bit."""
    rng = np.random.default_rng(0)
    codes = rng.permutation(np.repeat([0, 1, 2], [120, 30, 6]))
    means = rng.normal(size=(3, 5))
    features = means[codes] + rng.normal(size=(156, 5))
    coef = means * np.array([2.0, 1.0, 0.5])[:, None]
    return features, codes, coef, np.log([120 / 156, 30 / 156, 6 / 156])


def refit(stage, layer, weight=None):
    features, codes, coef, intercept = layer
    return stage.refit(features, codes, weight, coef, intercept, np.random.RandomState(0))


@pytest.mark.parametrize("name", SECOND_STAGES)
def test_each_stage_gives_a_layer_of_the_same_shape_and_a_prior(name, layer):
    stage = make_second_stage(name)
    coef, intercept = refit(stage, layer)
    assert coef.shape == (3, 5)
    assert intercept.shape == (3,)
    assert np.isfinite(coef).all()
    np.testing.assert_allclose(stage.prior_, 1 / 3)


@pytest.mark.parametrize("name", SECOND_STAGES)
def test_each_stage_names_the_rare_class_more_often(name, layer):
    features, codes, coef, intercept = layer
    before = (features @ coef.T + intercept).argmax(axis=1)
    new_coef, new_intercept = refit(make_second_stage(name), layer)
    after = (features @ new_coef.T + new_intercept).argmax(axis=1)
    assert np.mean(after[codes == 2] == 2) >= np.mean(before[codes == 2] == 2)
    assert np.count_nonzero(after == 2) > np.count_nonzero(before == 2)


@pytest.mark.parametrize("name", SECOND_STAGES)
def test_a_class_without_members_is_never_named(name, layer):
    features, codes, coef, intercept = layer
    inside = codes != 1
    stage = make_second_stage(name)
    new_coef, new_intercept = stage.refit(
        features[inside], codes[inside], None, coef, intercept, np.random.RandomState(0)
    )
    np.testing.assert_allclose(stage.prior_, [0.5, 0, 0.5])
    if name != "lws":  # which keeps directions and biases, and so what the net made of the class
        assert not ((features @ new_coef.T + new_intercept).argmax(axis=1) == 1).any()


def test_retraining_is_balanced_logistic_regression(layer):
    features, codes, _, _ = layer
    coef, intercept = refit(ClassifierRetraining(C=0.5), layer)
    peer = LogisticRegression(C=0.5, class_weight="balanced", max_iter=200).fit(features, codes)
    ours = log_softmax(features @ coef.T + intercept, axis=1)
    np.testing.assert_allclose(ours, peer.predict_log_proba(features), atol=1e-3)


def test_retraining_of_two_classes_gives_the_same_probabilities_as_the_peer(layer):
    features, codes, coef, intercept = layer
    two = np.minimum(codes, 1)
    new_coef, new_intercept = ClassifierRetraining().refit(
        features, two, None, coef[:2], intercept[:2], None
    )
    peer = LogisticRegression(class_weight="balanced", max_iter=200).fit(features, two)
    ours = log_softmax(features @ new_coef.T + new_intercept, axis=1)
    np.testing.assert_allclose(ours, peer.predict_log_proba(features), atol=1e-3)


def test_weights_count_inside_a_class_and_not_between_classes(layer):
    codes = np.array([0, 0, 0, 1])
    weight = even_weight(codes, np.array([1.0, 2.0, 1.0, 100.0]), 2)
    np.testing.assert_allclose(weight, [0.5, 1.0, 0.5, 2.0])


@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0])
def test_tau_normalisation_is_the_formula_up_to_one_scale(tau, layer):
    _, _, coef, _ = layer
    new, intercept = refit(TauNormalization(tau), layer)
    by_hand = np.stack([row / np.sqrt(row @ row) ** tau for row in coef])
    ratio = new / by_hand
    np.testing.assert_allclose(ratio, ratio[0, 0])
    np.testing.assert_allclose(
        np.linalg.norm(new, axis=1).mean(), np.linalg.norm(coef, axis=1).mean()
    )
    assert not intercept.any()


def test_learned_scales_are_the_optimum_that_a_search_without_gradients_finds(layer):
    features, codes, coef, intercept = layer
    stage = LearnedScaling()
    new_coef, new_intercept = refit(stage, layer)
    np.testing.assert_allclose(new_coef, stage.scale_[:, None] * coef)
    np.testing.assert_allclose(new_intercept, stage.scale_ * intercept)
    scores = features @ coef.T + intercept

    def balanced_loss(scale):
        log_proba = log_softmax(scale * scores, axis=1)[np.arange(len(codes)), codes]
        return -np.mean([log_proba[codes == c].mean() for c in range(3)])

    found = minimize(balanced_loss, np.ones(3), method="Nelder-Mead", options={"xatol": 1e-6})
    np.testing.assert_allclose(balanced_loss(stage.scale_), found.fun, atol=1e-5)
    assert balanced_loss(stage.scale_) < balanced_loss(np.ones(3))


def test_synthetic_states_lie_between_two_states_of_their_class(layer):
    features, codes, _, _ = layer
    states, state_codes = HiddenSMOTE()._resample(features, codes, np.random.RandomState(0))
    np.testing.assert_array_equal(np.bincount(state_codes), [120, 120, 120])
    np.testing.assert_array_equal(states[:156], features)
    for state, code in zip(states[156:], state_codes[156:], strict=True):
        own = features[codes == code]
        ends = own[:, None] - own[None]  # from every b to every a
        way = state - own[None]
        share = np.einsum("abd,abd->ab", ends, np.broadcast_to(way, ends.shape))
        share /= np.maximum(np.einsum("abd,abd->ab", ends, ends), 1e-12)
        miss = np.linalg.norm(way - np.clip(share, 0, 1)[..., None] * ends, axis=-1)
        assert miss.min() < 1e-8


def rank_of_neighbour(state, own):
    """Which neighbour of its start a state lies towards: 1 is the nearest."""
    way, ends = state - own[:, None], own[None] - own[:, None]  # from every start to every end
    share = (way * ends).sum(axis=-1) / np.maximum((ends**2).sum(axis=-1), 1e-12)
    miss = np.linalg.norm(way - share[..., None] * ends, axis=-1)
    # Either end of a line may be its start: one has the other among its k nearest at least.
    ranks = np.linalg.norm(ends, axis=-1).argsort(axis=1).argsort(axis=1)
    return ranks[(miss < 1e-8) & (ranks > 0)].min()


def test_tiny_class_takes_no_neighbours_from_the_others(layer):
    features, codes, _, _ = layer
    kept = np.concatenate([np.flatnonzero(codes == 0), np.flatnonzero(codes == 1),
                           np.flatnonzero(codes == 2)[:3]])  # fmt: skip
    features, codes = features[kept], codes[kept]
    with pytest.warns(SmallClassWarning) as record:
        states, state_codes = HiddenSMOTE()._resample(features, codes, np.random.RandomState(0))
    assert [str(warning.message) for warning in record] == [
        "class number 2 has 3 state(s), too few for k_neighbors=5; k_neighbors=2 is used for it"
    ]
    np.testing.assert_array_equal(np.bincount(state_codes), [120, 120, 120])
    ranks = {
        code: {
            int(rank_of_neighbour(state, features[codes == code]))
            for state in states[153:][state_codes[153:] == code]
        }
        for code in (1, 2)
    }
    assert ranks == {1: {1, 2, 3, 4, 5}, 2: {1, 2}}


def test_state_of_a_single_member_is_copied(layer):
    features, codes, coef, intercept = layer
    kept = np.concatenate([np.flatnonzero(codes < 2), np.flatnonzero(codes == 2)[:1]])
    features, codes = features[kept], codes[kept]
    stage = HiddenSMOTE()
    with pytest.warns(SmallClassWarning, match=r"class number 2 .*; its only state is copied$"):
        states, state_codes = stage._resample(features, codes, np.random.RandomState(0))
    copies = states[state_codes == 2]
    np.testing.assert_array_equal(copies, np.repeat(features[codes == 2], 120, axis=0))
    with pytest.warns(SmallClassWarning):
        stage.refit(features, codes, None, coef, intercept, np.random.RandomState(0))
    assert stage.n_synthetic_ == 90 + 119


def test_smote_takes_a_target_by_class_number(layer):
    stage = HiddenSMOTE(sampling_strategy={2: 60})
    refit(stage, layer)
    np.testing.assert_allclose(stage.prior_, np.array([120, 30, 60]) / 210)


def test_what_is_no_stage_is_refused():
    with pytest.raises(ValueError, match=r"second_stage must be one of .* Did you mean 'crt'"):
        make_second_stage("crf")
    with pytest.raises(TypeError, match="lacks the method refit"):
        make_second_stage(LogisticRegression())
    with pytest.raises(ValueError, match="'tau' parameter"):
        TauNormalization(-1).refit(np.eye(2), np.array([0, 1]), None, np.eye(2), np.zeros(2), None)
