"""The posterior is computed a second way: over all hidden paths, and by counting."""

from itertools import pairwise, product

import numpy as np
import pytest

from skseq import Sequences
from skseq.datasets import make_imbalanced_tags
from skseq.datasets._make_tags import _CuedRuns, forward_backward


def posterior_over_all_paths(start, transition, likelihood):
    """Add up the probability of every path; likelihood has shape (length, n_states)."""
    length, n_states = likelihood.shape
    posterior = np.zeros_like(likelihood)
    for path in product(range(n_states), repeat=length):
        probability = start[path[0]] * likelihood[0, path[0]]
        for step in range(1, length):
            probability *= transition[path[step - 1], path[step]] * likelihood[step, path[step]]
        posterior[np.arange(length), path] += probability
    return posterior / posterior.sum(axis=1, keepdims=True)


def test_forward_backward_equals_the_sum_over_all_paths():
    rng = np.random.default_rng(0)
    start, transition = rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(3), size=3)
    scores = Sequences.from_list([rng.normal(size=(length, 3)) for length in (1, 6, 2, 5)])
    ours = forward_backward(start, transition, scores)
    for posterior, score in zip(ours, scores, strict=True):
        np.testing.assert_allclose(
            posterior, posterior_over_all_paths(start, transition, np.exp(score))
        )


def test_forward_backward_on_cued_runs_equals_the_sum_over_all_paths():
    chain = _CuedRuns(np.array([0.7, 0.2, 0.1]), run_length=2)
    rng = np.random.default_rng(0)
    scores = Sequences.from_list([rng.normal(size=(length, 7)) for length in (5, 3)])
    ours = forward_backward(chain.start, chain.transition, scores)
    for posterior, score in zip(ours, scores, strict=True):
        np.testing.assert_allclose(
            posterior,
            posterior_over_all_paths(chain.start, chain.transition, np.exp(score)),
            atol=1e-12,
        )


@pytest.mark.parametrize("run_length", [1, 3])
def test_the_chain_starts_in_its_stationary_law_with_the_asked_shares(run_length):
    shares = np.array([0.8, 0.15, 0.05])
    chain = _CuedRuns(shares, run_length)
    np.testing.assert_allclose(chain.transition.sum(axis=1), 1)
    np.testing.assert_allclose(chain.start @ chain.transition, chain.start)
    np.testing.assert_allclose(np.bincount(chain.tag, weights=chain.start), shares)


def test_runs_have_the_asked_length_and_a_background_step_before():
    _, y = make_imbalanced_tags(20, length=200, weights=0.8, run_length=4, random_state=0)
    for tags in y:
        edges = np.flatnonzero(np.diff(tags)) + 1
        runs = np.split(tags, edges)
        for run in runs[1:-1]:
            assert run[0] == 0 or len(run) == 4
        for left, right in pairwise(runs):
            assert left[0] == 0 or right[0] == 0


SETTINGS = [
    {"kind": "values", "context": 1.0},
    {"kind": "values", "context": 0.3, "ordinal": True},
    {"kind": "tokens", "context": 1.0},
    {"kind": "tokens", "context": 0.0},
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_posterior_is_calibrated(setting):
    _, y, posterior = make_imbalanced_tags(
        600,
        n_classes=3,
        weights=0.8,
        class_sep=2.0,
        random_state=0,
        return_posterior=True,
        **setting,
    )
    assert posterior.aligns_with(y)
    np.testing.assert_allclose(posterior.values.sum(axis=1), 1)
    for tag in range(3):
        claimed, is_tag = posterior.values[:, tag], y.values == tag
        for part in np.array_split(np.argsort(claimed), 8):
            # Steps of a run are not independent: 3 of them count as one.
            tolerance = 4.5 * np.sqrt(3 * claimed[part].mean() / len(part)) + 1e-3
            assert abs(claimed[part].mean() - is_tag[part].mean()) < tolerance


@pytest.mark.parametrize("kind", ["values", "tokens"])
def test_with_all_signal_in_the_cue_a_tagged_step_looks_like_background(kind):
    X, y = make_imbalanced_tags(
        300, n_classes=2, kind=kind, n_tokens=4, weights=0.6, class_sep=3.0, random_state=0
    )
    # Background that is not a cue: the next step is background too.
    tags, after = y.values[:-1], y.values[1:]
    steps = X.values[:-1]
    plain, tagged = steps[(tags == 0) & (after == 0)], steps[tags == 1]
    if kind == "tokens":
        plain, tagged = np.eye(4)[plain], np.eye(4)[tagged]
    np.testing.assert_allclose(tagged.mean(axis=0), plain.mean(axis=0), atol=0.06)
    cues = steps[(tags == 0) & (after == 1)]
    cues = np.eye(4)[cues] if kind == "tokens" else cues
    assert np.abs(cues.mean(axis=0) - plain.mean(axis=0)).max() > 0.3


def test_context_beats_the_single_step_when_the_signal_is_in_the_cue():
    _, y, posterior = make_imbalanced_tags(
        100, n_classes=2, weights=0.8, class_sep=5.0, context=1.0, random_state=0,
        return_posterior=True,
    )  # fmt: skip
    assert np.mean(posterior.values.argmax(axis=1) == y.values) > 0.97
    assert np.mean(y.values == 0) < 0.85


def test_the_shares_of_the_tags_are_those_asked_for():
    _, y = make_imbalanced_tags(1, length=34_890, weights=0.53, random_state=0)
    shares = np.bincount(y.values) / y.n_steps
    assert len(y) == 1
    assert y.n_steps == 34_890
    np.testing.assert_allclose(shares, [0.53, 0.2256, 0.1128, 0.0752, 0.0564], atol=0.015)


def test_without_signal_the_posterior_is_the_share():
    _, _, posterior = make_imbalanced_tags(
        5, n_classes=2, weights=0.9, class_sep=0.0, random_state=0, return_posterior=True
    )
    np.testing.assert_allclose(posterior.values, np.tile([0.9, 0.1], (posterior.n_steps, 1)))


@pytest.mark.parametrize("kind", ["values", "tokens"])
@pytest.mark.parametrize("context", [0.0, 0.5, 1.0])
def test_an_extreme_signal_stays_finite_and_is_read_without_fault(kind, context):
    _, y, posterior = make_imbalanced_tags(
        20, n_classes=2, kind=kind, context=context, class_sep=300.0, weights=0.8, random_state=0,
        return_posterior=True,
    )  # fmt: skip
    assert np.isfinite(posterior.values).all()
    # The first steps may be the rest of a run whose cue was before the sequence.
    right = posterior.values.argmax(axis=1) == y.values
    assert right[(np.arange(y.n_steps) - np.repeat(y.offsets[:-1], y.lengths)) >= 3].mean() > 0.99


@pytest.mark.parametrize("kind", ["values", "tokens"])
def test_the_same_seed_gives_the_same_data(kind):
    first, again, other = (
        make_imbalanced_tags(10, kind=kind, random_state=seed) for seed in (1, 1, 2)
    )
    assert first[0] == again[0]
    assert first[1] == again[1]
    assert first[0] != other[0]
    assert first[0].aligns_with(first[1])


def test_a_background_without_room_for_the_cues_is_refused():
    with pytest.raises(ValueError, match=r"share of 0.1, but the cues alone.*need 0.9"):
        make_imbalanced_tags(weights=0.1, run_length=1)


@pytest.mark.parametrize(
    ("argument", "value"), [("kind", "text"), ("weights", 0), ("context", 2), ("run_length", 0)]
)
def test_wrong_arguments_are_named(argument, value):
    with pytest.raises(ValueError, match=f"'{argument}' parameter of make_imbalanced_tags"):
        make_imbalanced_tags(**{argument: value})
