"""Taggers with a conditional random field, and tags that keep to rules."""

import pickle
import warnings

import numpy as np
import pytest
import torch
from sklearn.base import clone

import skseq
from skseq import Sequences, SequenceTagger
from skseq.exceptions import CollapseWarning, MissedClassWarning
from skseq.losses import LOSSES
from skseq.metrics import span_f1_score
from skseq.nn import TAG_HEADS, Chain
from skseq.training import log_probabilities

N_STEPS = np.random.default_rng(0).integers(3, 9, size=80)


def quick(**params):
    """A small net that can be told by its tags after 3 epochs."""
    settings = {"hidden_size": 4, "embedding_dim": 4, "max_epochs": 3, "lr": 0.05}
    return SequenceTagger(**settings | {"random_state": 0} | params)


@pytest.fixture(autouse=True)
def _collapse_is_no_failure_here():
    """Three epochs need not find every tag."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollapseWarning)
        warnings.simplefilter("ignore", MissedClassWarning)
        yield


@pytest.fixture(scope="module")
def X():
    ids = np.random.default_rng(1).integers(2, 8, size=N_STEPS.sum())
    return Sequences.from_lengths(ids, N_STEPS, n_tokens=8)


@pytest.fixture(scope="module")
def y(X):
    """Spans of 2 or 3 steps from each 2 on, as IOB2."""
    tags = np.full(X.n_steps, "O", dtype="U3")
    starts = np.flatnonzero(X.values == 2)
    for further, tag in ((2, "I-A"), (1, "I-A"), (0, "B-A")):
        at = starts + further
        at = at[at < X.n_steps]
        inside = X.sequence_index()[at] == X.sequence_index()[at - further]
        tags[at[inside]] = tag
    return Sequences(tags, X.offsets)


def chain_of(model):
    """The fitted chain, without rules, of mean scores."""
    layers = [net.module_.last_layer for net in model.nets_]

    def mean(name):
        parts = [getattr(layer, name).detach().cpu().numpy().astype(float) for layer in layers]
        return np.mean(parts, axis=0)

    return Chain(mean("transitions"), mean("first"), mean("last"))


def evidence(model, X):
    return log_probabilities(model.nets_, model._targets_to_predict(X))


# -- what it predicts ----------------------------------------------------------------------------


def test_predictions_are_the_best_paths_and_probabilities_their_marginals(X, y):
    model = quick(head="crf").fit(X, y)
    chain, scores = chain_of(model), evidence(model, X)
    assert np.abs(chain.transitions).max() > 0.05
    expected = model.classes_[chain.best_path(scores, X.offsets)]
    np.testing.assert_array_equal(model.predict(X).values, expected)
    marginals = chain.log_marginals(scores, X.offsets)
    np.testing.assert_allclose(model.predict_log_proba(X).values, marginals)
    np.testing.assert_allclose(model.predict_proba(X).values.sum(axis=1), 1)
    decided = model.decision_function(X).values.argmax(axis=1)
    np.testing.assert_array_equal(model.classes_[decided], expected)


def test_offsets_and_priors_are_added_before_the_chain_joins_the_steps(X, y):
    model = quick(head="crf").fit(X, y)
    chain, scores = chain_of(model), evidence(model, X)
    offsets = np.array([1.0, 0.5, -1.0])
    model.set_params(decision=offsets)
    expected = chain.best_path(scores + offsets, X.offsets)
    np.testing.assert_array_equal(model.predict(X).values, model.classes_[expected])
    model.set_params(decision="argmax", target_prior="uniform")
    marginals = chain.log_marginals(scores - np.log(model.train_prior_), X.offsets)
    np.testing.assert_allclose(model.predict_log_proba(X).values, marginals)


def test_costs_decide_each_step_by_its_probabilities(X, y):
    cost = np.array([[0.0, 1, 5], [1, 0, 5], [1, 1, 0]])
    model = quick(head="crf", decision=cost).fit(X, y)
    expected = (model.predict_proba(X).values @ cost).argmin(axis=1)
    np.testing.assert_array_equal(model.predict(X).values, model.classes_[expected])


def test_several_seeds_are_the_chain_of_their_mean_scores(X, y):
    # The geometric mean of chains is a chain: of scores and transitions averaged.
    model = quick(head="crf", n_seeds=2).fit(X, y)
    expected = chain_of(model).log_marginals(evidence(model, X), X.offsets)
    np.testing.assert_allclose(model.predict_log_proba(X).values, expected)


def test_chunks_leave_no_seam(X, y):
    model = quick(head="crf", encoder="cnn").fit(X, y)
    recording = [np.random.default_rng(2).integers(2, 8, size=300)]
    whole = model.predict_proba(recording).values
    model.set_params(chunk_length=20, chunk_context=4)
    np.testing.assert_allclose(model.predict_proba(recording).values, whole, atol=1e-5)


def test_long_recordings_train_in_chunks(X, y):
    model = quick(head="crf", chunk_length=50, chunk_context=10, constraints="IOB2")
    model.fit([X.values], [y.values])
    assert len(model.predict([X.values])[0]) == X.n_steps


# -- how it learns -------------------------------------------------------------------------------


def test_it_learns_what_follows_what_where_steps_alone_do_not_tell():
    # Steps say nothing; a sequence alternates from an unknown start that its last step gives away.
    rng = np.random.default_rng(0)
    lengths = rng.integers(2, 6, size=200)
    start = rng.integers(0, 2, size=200)
    tags = [(first + np.arange(n)) % 2 for first, n in zip(start, lengths, strict=True)]
    steps = [np.r_[np.full(len(t) - 1, 2), 3 + t[-1]] for t in tags]
    settings = {"encoder": "bag", "max_epochs": 30, "lr": 0.1}
    by_chain = quick(head="crf", **settings).fit(steps, tags)
    assert by_chain.score(steps, tags) == 1.0
    assert quick(**settings).fit(steps, tags).score(steps, tags) < 0.8


@pytest.mark.parametrize("head", TAG_HEADS)
@pytest.mark.parametrize("chunk_length", [None, 3])
def test_it_learns_how_sequences_start_and_end_where_steps_do_not_tell(head, chunk_length):
    # In chunks most rows neither start nor end a sequence, and must not be taken for one that does.
    lengths = np.random.default_rng(0).integers(4, 9, size=100)
    steps = [np.ones(n, dtype=int) for n in lengths]
    tags = [["first", *["on"] * (n - 2), "last"] for n in lengths]
    settings = {"encoder": "bag", "chunk_length": chunk_length, "chunk_context": 0, "lr": 0.1}
    model = quick(head=head, max_epochs=10, **settings).fit(steps, tags)
    assert model.predict(steps) == tags
    proba = model.predict_proba(steps)[0]
    assert proba[0, 0] > 0.8
    assert proba[1:, 0].max() < 0.2


def test_one_epoch_lowers_the_likelihood_that_it_reports(X, y):
    settings = {"batch_size": 10**6, "max_epochs": 1, "dropout": 0.0, "head": "crf"}
    model = quick(**settings).fit(X, y)
    # All scores start at 0, so that every path is as probable as any other.
    np.testing.assert_allclose(model.history_[0]["train_loss"], np.log(3), rtol=0.15)
    assert quick(**settings | {"max_epochs": 5}).fit(X, y).history_[-1]["train_loss"] < np.log(3)


def test_weights_of_sequences_are_copies(X, y):
    settings = {"head": "crf", "batch_size": 10**6, "dropout": 0.0, "optimizer": "sgd"}
    rows = np.r_[0:40, 0:40, 40:80]
    weight = np.where(np.arange(80) < 40, 2.0, 1.0)
    weighted = quick(**settings).fit(X, y, sample_weight=weight)
    copied = quick(**settings).fit(X[rows], y[rows])
    np.testing.assert_allclose(
        weighted.predict_proba(X).values, copied.predict_proba(X).values, atol=1e-5
    )


@pytest.mark.parametrize("head", TAG_HEADS)
def test_the_tags_of_steps_of_weight_zero_play_no_part(head, X, y):
    weight = np.random.default_rng(3).integers(0, 2, size=X.n_steps).astype(float)
    garbled = y.replace(values=np.where(weight > 0, y.values, "B-A"))
    models = [quick(head=head).fit(X, tags, sample_weight=weight) for tags in (y, garbled)]
    ours, theirs = (model.predict_proba(X).values for model in models)
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    marks = [
        [tag if known else None for tag, known in zip(tags, knowns, strict=True)]
        for tags, knowns in zip(y, Sequences(weight > 0, y.offsets), strict=True)
    ]
    marked = quick(head=head, ignore=[None]).fit(X, marks).predict_proba(X).values
    np.testing.assert_allclose(marked, ours, atol=1e-5)


@pytest.mark.parametrize("head", TAG_HEADS)
def test_logit_adjustment_is_undone_by_the_prior_of_the_data(head, X, y):
    # Trained with the log prior added to all scores, and asked for with it: the same model.
    settings = {"head": head, "dropout": 0.0, "initial_bias": "zero"}
    adjusted = quick(loss="logit_adjusted", **settings, target_prior="data").fit(X, y)
    layer = adjusted.net_.module_.last_layer.of_steps
    shift = adjusted.net_.criterion_.loss.shift_
    np.testing.assert_allclose(adjusted.train_prior_, 1 / 3)
    log_prior = np.log(adjusted.data_prior_)
    np.testing.assert_allclose(shift.numpy(), log_prior, rtol=1e-5)
    with torch.no_grad():
        layer.bias.add_(shift.to(layer.bias))
    adjusted.set_params(target_prior="train")
    shifted = adjusted.predict_proba(X).values
    with torch.no_grad():
        layer.bias.sub_(shift.to(layer.bias))
    adjusted.set_params(target_prior="data")
    np.testing.assert_allclose(adjusted.predict_proba(X).values, shifted, atol=1e-6)


@pytest.mark.parametrize("head", TAG_HEADS)
@pytest.mark.parametrize("loss", sorted(set(LOSSES) - {"ldam"}))
def test_every_loss_of_probabilities_trains_it(loss, head, X, y):
    model = quick(head=head, loss=loss, constraints="IOB2", max_epochs=2).fit(X, y)
    assert all(np.isfinite(row["train_loss"]) for row in model.history_)
    np.testing.assert_allclose(model.predict_proba(X).values.sum(axis=1), 1)


def test_what_does_not_go_with_it_is_refused(X, y):
    for params, message in (
        ({"loss": "ldam"}, 'head="crf" has a linear layer, but LDAMLoss'),
        ({"second_stage": "crt"}, "second_stage='crt' needs a linear last layer"),
        ({"calibration": "vector"}, "calibration='vector' scales the scores of single steps"),
        ({"head": "crp"}, "The 'head' parameter of SequenceTagger must be"),
        ({"constraints": "IOBES"}, None),
        ({"constraints": "IOB"}, "The 'constraints' parameter of SequenceTagger must be"),
    ):
        model = quick(**{"head": "crf"} | params)
        if message is None:
            with pytest.warns(UserWarning, match="rules out the tags of"):
                model.fit(X, y)
        else:
            with pytest.raises(ValueError, match=message):
                model.fit(X, y)


def test_it_trains_further_and_keeps_its_transitions(X, y):
    model = quick(head="crf", warm_start=True).fit(X, y)
    before = chain_of(model).transitions
    model.fit(X, y)
    assert model.n_iter_ == 6
    assert np.abs(chain_of(model).transitions - before).max() > 0
    with pytest.raises(ValueError, match="constraints has changed since the net was built"):
        model.set_params(constraints="IOB2").fit(X, y)
    partial = quick(head="crf").partial_fit(X, y, classes=["B-A", "I-A", "O"])
    assert partial.partial_fit(X, y).n_iter_ == 2


def test_copies_predict_alike(X, y, tmp_path):
    model = quick(head="crf", constraints="IOB2", n_seeds=2).fit(X, y)
    expected = model.predict_proba(X)
    assert skseq.load(skseq.save(model, tmp_path / "model.skseq")).predict_proba(X) == expected
    assert pickle.loads(pickle.dumps(model)).predict_proba(X) == expected
    assert clone(model).fit(X, y).predict_proba(X) == expected


# -- rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["auto", "crf"])
def test_predictions_keep_to_the_scheme(head, X, y):
    model = quick(head=head, max_epochs=1, lr=0.01, constraints="IOB2").fit(X, y)
    broken = model._rules.broken_by(np.searchsorted(model.classes_, y.values), y.offsets)
    assert not broken.any()
    # A prior of the user's own makes I as frequent as B: without the rules it would stand alone.
    model.set_params(decision={"I-A": 3.0})
    codes = np.searchsorted(model.classes_, model.predict(X).values)
    assert (codes == 1).any()
    assert not model._rules.broken_by(codes, X.offsets).any()
    proba = model.predict_proba(X).values
    np.testing.assert_allclose(proba[X.offsets[:-1], 1], 0, atol=1e-12)
    model.set_params(constraints=None)
    free = np.searchsorted(model.classes_, model.predict(X).values)
    rules = model.set_params(constraints="IOB2")._rules
    assert rules.broken_by(free, X.offsets).any()


def test_rules_help_a_tagger_without_a_chain(X, y):
    model = quick(max_epochs=8).fit(X, y)
    free = span_f1_score(y, model.predict(X), scheme="IOB2")
    assert span_f1_score(y, model.set_params(constraints="IOB2").predict(X), scheme="IOB2") >= free


def test_rules_leave_alone_what_keeps_to_them(X, y):
    model = quick().fit(X, y)
    pairs = [(a, b) for a in model.classes_ for b in model.classes_]
    plain = model.predict_proba(X).values
    np.testing.assert_allclose(model.set_params(constraints=pairs).predict_proba(X).values, plain)


def test_tags_that_break_the_rules_are_reported(X, y):
    tags = y.tolist()
    tags[5][1:3] = ["O", "I-A"]
    with pytest.warns(UserWarning, match=r"I-A after O, say, at step 2 of y\[5\]"):
        quick(constraints="IOB2").fit(X, tags)
    weight = np.ones(X.n_steps)
    weight[X.offsets[5] : X.offsets[6]] = 0
    quick(constraints="IOB2").fit(X, tags, sample_weight=weight)
