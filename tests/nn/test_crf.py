"""Chains of tags, against all paths written out: 3 tags, sequences of 5, 1 and 3 steps."""

from itertools import pairwise, product

import numpy as np
import pytest
import torch
from scipy.special import logsumexp

from skseq.losses import CrossEntropyLoss, FocalLoss, LogitAdjustedLoss
from skseq.nn import TAG_HEADS, Chain, make_tag_head
from skseq.nn._crf import RULED_OUT, StepLayout, conditional_log_proba, log_marginals
from skseq.nn._heads import TRANSITION_RATE

LENGTHS, N_TAGS = [5, 1, 3], 3
OFFSETS = np.cumsum([0, *LENGTHS])


@pytest.fixture(params=range(3))
def chain(request):
    """Scores of steps, transitions, and tags, drawn anew for each seed."""
    rng = np.random.default_rng(request.param)
    scores, transitions = rng.normal(0, 2, (sum(LENGTHS), N_TAGS)), rng.normal(size=(3, 3))
    return scores, transitions, rng.integers(0, N_TAGS, sum(LENGTHS))


def paths_of(scores, transitions):
    """All paths through some steps, (n_paths, n_steps), and the score of each."""
    paths = np.array(list(product(range(N_TAGS), repeat=len(scores))))
    total = scores[np.arange(len(scores)), paths].sum(axis=1)
    return paths, total + transitions[paths[:, :-1], paths[:, 1:]].sum(axis=1)


def sequences_of(*flat):
    """The parts of flat arrays that belong to each sequence."""
    return zip(*(np.split(array, OFFSETS[1:-1]) for array in flat), strict=True)


def log_likelihood(scores, transitions, codes, known):
    """Of the known tags, whatever the others."""
    total = 0.0
    for own, tags, is_known in sequences_of(scores, codes, known):
        paths, of_path = paths_of(own, transitions)
        fits = ((paths == tags) | ~is_known).all(axis=1)
        total += logsumexp(of_path[fits]) - logsumexp(of_path)
    return total


def ours(scores, transitions, codes, known=None):
    """Log probability of the true tag of each step, given those before."""
    tensors = map(torch.from_numpy, (scores, transitions, codes))
    known = None if known is None else torch.from_numpy(known)
    layout = StepLayout(torch.tensor(LENGTHS))
    log_proba = conditional_log_proba(*tensors, layout, known)
    return log_proba.numpy()[np.arange(len(codes)), codes]


def test_the_likelihood_is_that_of_all_paths(chain):
    expected = log_likelihood(*chain, np.ones(len(chain[2]), dtype=bool))
    np.testing.assert_allclose(ours(*chain).sum(), expected)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
def test_tags_that_are_left_open_are_summed_over(chain, share):
    known = np.random.default_rng(5).random(len(chain[2])) < share
    np.testing.assert_allclose(ours(*chain, known)[known].sum(), log_likelihood(*chain, known))


def test_each_step_is_given_the_tags_before_it(chain):
    none = np.zeros(len(chain[2]), dtype=bool)
    by_step = []
    for step in range(len(chain[2])):
        before = none.copy()
        before[OFFSETS[np.searchsorted(OFFSETS, step, side="right") - 1] : step] = True
        up_to = before.copy()
        up_to[step] = True
        by_step.append(log_likelihood(*chain, up_to) - log_likelihood(*chain, before))
    np.testing.assert_allclose(ours(*chain), by_step, atol=1e-12)


def test_gradients_are_those_of_finite_differences(chain):
    scores, transitions, codes = map(torch.from_numpy, chain)
    layout = StepLayout(torch.tensor(LENGTHS))
    known = torch.tensor([1, 0, 0, 1, 1, 1, 0, 1, 1], dtype=torch.bool)
    for open_at in (None, known):

        def function(scores, transitions, open_at=open_at):
            return conditional_log_proba(scores, transitions, codes, layout, open_at)

        torch.autograd.gradcheck(
            function, (scores.requires_grad_(), transitions.requires_grad_()), atol=1e-6
        )


def test_marginals_and_best_paths_are_those_of_all_paths(chain):
    scores, transitions, _ = chain
    first, last = np.array([1.0, 0.0, -2.0]), np.array([0.0, 0.5, 0.5])
    model = Chain(transitions, first, last)
    proba = np.exp(model.log_marginals(scores, OFFSETS))
    best = model.best_scores(scores, OFFSETS)
    path = model.best_path(scores, OFFSETS)
    for own, p, through, found in sequences_of(scores, proba, best, path):
        with_ends = own.copy()
        with_ends[0] += first
        with_ends[-1] += last
        paths, of_path = paths_of(with_ends, transitions)
        share = np.exp(of_path - logsumexp(of_path))
        for tag in range(N_TAGS):
            has_it = paths == tag
            np.testing.assert_allclose(p[:, tag], share @ has_it)
            reached = np.where(has_it, of_path[:, None], -np.inf).max(axis=0)
            np.testing.assert_allclose(through[:, tag], reached - of_path.max(), atol=1e-12)
        np.testing.assert_array_equal(found, paths[of_path.argmax()])
    np.testing.assert_array_equal(best.argmax(axis=1), path)


def test_sequences_that_are_cut_have_no_first_and_last_tag(chain):
    scores, transitions, _ = chain
    first, last = np.array([1.0, RULED_OUT, -2.0]), np.array([0.0, 0.5, RULED_OUT])
    model = Chain(transitions, first, last)
    parts = np.array([0, 2, 4, 5, 6, 9])  # the first sequence in three parts
    ends = np.array([[1, 0], [0, 0], [0, 1], [1, 1], [1, 1]], dtype=bool)
    without = model.without_ends(scores, parts, ends)
    got = model.log_marginals(without, parts)
    for (start, stop), (is_first, is_last) in zip(pairwise(parts), ends, strict=True):
        own = Chain(transitions, is_first * first, is_last * last)
        expected = own.log_marginals(scores[start:stop], np.array([0, stop - start]))
        np.testing.assert_allclose(np.exp(got[start:stop]), np.exp(expected), atol=1e-12)


def test_pairs_that_are_ruled_out_have_no_probability_and_no_gradient(chain):
    scores, transitions, _ = chain
    transitions = transitions.copy()
    transitions[0, 1] = RULED_OUT
    transitions[2] = [RULED_OUT, RULED_OUT, 0.0]
    model = Chain(transitions, np.zeros(3), np.zeros(3))
    pairs = [
        (before, after)
        for found in np.split(model.best_path(scores, OFFSETS), OFFSETS[1:-1])
        for before, after in pairwise(found)
    ]
    assert not {(0, 1), (2, 0), (2, 1)} & set(pairs)
    for own, p in sequences_of(scores, np.exp(model.log_marginals(scores, OFFSETS))):
        paths, of_path = paths_of(own, transitions)
        share = np.exp(of_path - logsumexp(of_path))
        for tag in range(N_TAGS):
            np.testing.assert_allclose(p[:, tag], share @ (paths == tag), atol=1e-12)


def test_a_pair_of_true_tags_that_is_ruled_out_starts_anew():
    scores = torch.randn(2, 3, dtype=torch.float64)
    transitions = torch.zeros(3, 3, dtype=torch.float64)
    transitions[0, 1] = RULED_OUT
    codes = torch.tensor([0, 1])
    for known in (None, torch.tensor([True, True])):
        log_proba = conditional_log_proba(
            scores, transitions, codes, StepLayout(torch.tensor([2])), known
        )
        np.testing.assert_allclose(log_proba[1], scores[1].log_softmax(0))


@pytest.mark.parametrize("size", [30.0, 1e3, 1e6])
def test_large_scores_stay_finite_and_find_the_best_path(size):
    rng = np.random.default_rng(0)
    scores, transitions = size * rng.normal(size=(9, 3)), rng.normal(size=(3, 3))
    inputs = [torch.from_numpy(scores).requires_grad_(), torch.from_numpy(transitions)]
    layout = StepLayout(torch.tensor(LENGTHS))
    codes = torch.from_numpy(rng.integers(0, 3, 9))
    known = torch.tensor([True, False, True] * 3)
    for open_at in (None, known):
        log_proba = conditional_log_proba(*inputs, codes, layout, open_at)
        log_proba.gather(1, codes[:, None]).sum().backward()
    assert torch.isfinite(log_proba).all()
    assert torch.isfinite(inputs[0].grad).all()
    model = Chain(transitions, np.zeros(3), np.zeros(3))
    marginals = np.exp(model.log_marginals(scores, OFFSETS))
    np.testing.assert_allclose(marginals.sum(axis=1), 1)
    for own, found in sequences_of(scores, model.best_path(scores, OFFSETS)):
        paths, of_path = paths_of(own, transitions)
        np.testing.assert_array_equal(found, paths[of_path.argmax()])


def test_classes_that_are_never_predicted_may_have_a_score_of_minus_infinity(chain):
    scores, transitions, _ = chain
    scores = scores.copy()
    scores[:, 2] = -np.inf
    model = Chain(transitions, np.zeros(3), np.zeros(3))
    proba = np.exp(model.log_marginals(scores, OFFSETS))
    assert (model.best_path(scores, OFFSETS) < 2).all()
    np.testing.assert_array_equal(proba[:, 2], 0)
    smaller = Chain(transitions[:2, :2], np.zeros(2), np.zeros(2))
    expected = np.exp(smaller.log_marginals(scores[:, :2], OFFSETS))
    np.testing.assert_allclose(proba[:, :2], expected)


def test_sequences_do_not_see_each_other_nor_how_many_are_read_at_once(chain, monkeypatch):
    scores, transitions, _ = chain
    model = Chain(transitions, np.zeros(3), np.zeros(3))
    alone = [model.log_marginals(own, np.array([0, len(own)])) for (own,) in sequences_of(scores)]
    np.testing.assert_allclose(model.log_marginals(scores, OFFSETS), np.concatenate(alone))
    monkeypatch.setattr("skseq.nn._chain._MAX_NUMBERS", 10)
    np.testing.assert_allclose(model.log_marginals(scores, OFFSETS), np.concatenate(alone))


def test_a_long_sequence_and_many_tags_take_linear_memory():
    rng = np.random.default_rng(0)
    for n_steps, n_tags in ((10_000, 3), (50, 500)):
        scores = torch.from_numpy(rng.normal(size=(n_steps, n_tags))).requires_grad_()
        transitions = torch.from_numpy(rng.normal(size=(n_tags, n_tags)))
        codes = torch.from_numpy(rng.integers(0, n_tags, n_steps))
        layout = StepLayout(torch.tensor([n_steps]))
        log_proba = conditional_log_proba(scores, transitions, codes, layout)
        log_proba.gather(1, codes[:, None]).mean().backward()
        assert torch.isfinite(scores.grad).all()
        # The likelihood's gradient: what is there, less the probability that it is there.
        proba = log_marginals(scores.detach(), transitions, layout).exp()
        is_true = torch.nn.functional.one_hot(codes, n_tags)
        torch.testing.assert_close(scores.grad * n_steps, is_true - proba, atol=1e-9, rtol=1e-6)


# -- as heads ------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", [None, [[1, 0], [0, 0], [0, 1]]])
@pytest.mark.parametrize("loss", [CrossEntropyLoss(), FocalLoss(), LogitAdjustedLoss()])
@pytest.mark.parametrize("head", TAG_HEADS)
def test_a_weighted_batch_costs_what_its_formula_says(head, loss, ends, chain):
    scores, transitions, codes = chain
    loss.fit([60, 30, 10])
    shift = np.log([0.6, 0.3, 0.1]) if isinstance(loss, LogitAdjustedLoss) else np.zeros(3)
    weight = np.array([1, 0, 2, 0.5, 0, 0, 3, 1, 0.0])
    mask = torch.arange(5) < torch.tensor(LENGTHS)[:, None]
    padded, target, weights = torch.randn(3, 5, 3), torch.zeros(3, 5).long(), torch.zeros(3, 5)
    padded[mask], target[mask] = torch.tensor(scores).float(), torch.tensor(codes)
    weights[mask] = torch.tensor(weight).float()
    model = make_tag_head(loss, head)
    layer = model.make_layer(2, np.zeros(3))
    with torch.no_grad():
        layer.transition_weights += torch.tensor(transitions)
        layer.end_weights += torch.tensor([[0.1, 0.0, -0.2], [0.0, -0.1, 0.1]])
    first, last, transitions = (
        part.detach().numpy().astype(float) for part in (layer.first, layer.last, layer.transitions)
    )
    is_end = None if ends is None else torch.tensor(ends).bool()
    got = model.mean_loss(padded, target, layer=layer, mask=mask, weight=weights, ends=is_end)

    starts, stops = np.ones((2, 3), bool) if ends is None else np.array(ends, bool).T
    scores = scores.copy()
    scores[OFFSETS[:-1][starts]] += first
    scores[OFFSETS[1:][stops] - 1] += last
    known = weight > 0
    total = 0.0
    for step in np.flatnonzero(known):
        start = OFFSETS[np.searchsorted(OFFSETS, step, side="right") - 1]
        before = known & (np.arange(9) >= start) & (np.arange(9) < step) & (head == "crf")
        log_p = []
        for tag in range(3):
            at = np.arange(9) == step
            tags = np.where(at, tag, codes)
            both = log_likelihood(scores + shift, transitions, tags, before | at)
            log_p.append(both - log_likelihood(scores + shift, transitions, codes, before))
        own = loss.per_step(
            torch.tensor([log_p]) - torch.tensor(shift), torch.tensor([codes[step]])
        )
        total += weight[step] * own.item()
    np.testing.assert_allclose(got.item(), total / 9, rtol=1e-5)


# -- against others ------------------------------------------------------------------------------


@pytest.mark.parametrize("lengths", [[6, 2, 9], [1, 9, 1]])
def test_it_is_what_pytorch_crf_computes(lengths):
    theirs = pytest.importorskip("torchcrf").CRF(4, batch_first=True)
    torch.manual_seed(0)
    lengths = torch.tensor(lengths)
    mask = torch.arange(9) < lengths[:, None]
    scores, codes = torch.randn(3, 9, 4), torch.randint(0, 4, (3, 9))
    expected = -theirs(scores, codes, mask=mask, reduction="token_mean")
    expected.backward()

    head = make_tag_head(CrossEntropyLoss(), "crf")
    layer = head.make_layer(2, np.zeros(4))
    with torch.no_grad():
        layer.transition_weights.copy_(theirs.transitions / TRANSITION_RATE)
        ends = torch.stack([theirs.start_transitions, theirs.end_transitions])
        layer.end_weights.copy_(ends / TRANSITION_RATE)
    loss = head.mean_loss(scores, codes, layer=layer, mask=mask)
    loss.backward()
    of_ends = torch.stack([theirs.start_transitions.grad, theirs.end_transitions.grad])
    for got, their in (
        (loss, expected),
        (layer.transition_weights.grad / TRANSITION_RATE, theirs.transitions.grad),
        (layer.end_weights.grad / TRANSITION_RATE, of_ends),
    ):
        torch.testing.assert_close(got.float(), their, rtol=1e-4, atol=1e-5)

    flat = scores[mask].double().numpy()
    path = head.chain([layer]).best_path(flat, np.cumsum([0, *lengths]))
    assert path.tolist() == [tag for tags in theirs.decode(scores, mask=mask) for tag in tags]


def test_it_is_what_crfsuite_computes():
    sklearn_crfsuite = pytest.importorskip("sklearn_crfsuite")
    rng = np.random.default_rng(0)
    words = [[f"w{word}" for word in rng.integers(0, 6, n)] for n in rng.integers(2, 7, 30)]
    tags = [[f"t{tag}" for tag in rng.integers(0, 3, len(sentence))] for sentence in words]
    features = [[{word: 1.0} for word in sentence] for sentence in words]
    theirs = sklearn_crfsuite.CRF(all_possible_transitions=True, c2=0.1).fit(features, tags)
    names = list(theirs.classes_)
    scores = np.array(
        [
            [theirs.state_features_.get((word, name), 0.0) for name in names]
            for sentence in words
            for word in sentence
        ]
    )
    transitions = np.array([[theirs.transition_features_[a, b] for b in names] for a in names])
    offsets = np.cumsum([0, *map(len, words)])
    model = Chain(transitions, np.zeros(3), np.zeros(3))
    expected = [
        [step[name] for name in names]
        for sentence in theirs.predict_marginals(features)
        for step in sentence
    ]
    np.testing.assert_allclose(np.exp(model.log_marginals(scores, offsets)), expected, atol=1e-5)
    decoded = np.concatenate(theirs.predict(features))
    np.testing.assert_array_equal(np.array(names)[model.best_path(scores, offsets)], decoded)
