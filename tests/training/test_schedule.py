"""What differs from epoch to epoch: who is drawn, what weighs, how sequences are changed."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skorch.callbacks import Callback

from skseq import SequenceClassifier, Sequences, SequenceTagger
from skseq.augment import (
    Augmenter,
    Compose,
    Jitter,
    NewSteps,
    RandomInsertion,
    TokenDropout,
    WindowSlice,
)
from skseq.exceptions import DoubleCountingWarning
from skseq.nn import SequenceDataset, training_plan
from skseq.training._draws import class_rates, draw_by_class, drawn_totals
from skseq.training._targets import combined_weight

# Nets as small as these may name one class only: what is looked at is how they are trained.
pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

SMALL = {"hidden_size": 4, "embedding_dim": 4, "random_state": 0}


class Spy(Callback):
    """Keeps the targets, weights and values of every training batch, epoch by epoch."""

    def __init__(self):
        self.epochs = []

    def on_epoch_begin(self, net, **kwargs):
        self.epochs.append([])

    def on_batch_begin(self, net, batch=None, training=None, **kwargs):
        if training:
            inputs, target = batch
            self.epochs[-1].append({name: x.numpy() for name, x in (inputs | target).items()})

    def shares(self, epoch, n_classes):
        """Share of each class among the targets of an epoch."""
        targets = np.concatenate([targets_of(batch) for batch in self.epochs[epoch]])
        return np.bincount(targets, minlength=n_classes) / len(targets)

    def has_weights(self):
        return ["weight" in epoch[0] for epoch in self.epochs]


def targets_of(batch):
    return batch["target"][batch["mask"]] if "mask" in batch else batch["target"]


@pytest.fixture
def labelled():
    """200 sequences of tokens; 160, 30 and 10 in classes "a", "b" and "c"."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(2, 6, size=200)
    X = Sequences.from_list([rng.integers(2, 12, size=length) for length in lengths])
    return X, rng.permutation(np.repeat(["a", "b", "c"], [160, 30, 10]))


@pytest.fixture
def tagged():
    """60 sequences of values and tags; the value is the tag's code, so that it can be checked."""
    rng = np.random.default_rng(1)
    tags = [rng.choice(3, p=[0.85, 0.12, 0.03], size=length) for length in rng.integers(3, 30, 60)]
    return Sequences.from_list([row.astype(float) for row in tags]), Sequences.from_list(tags)


# -- how often a class is drawn -----------------------------------------------------------------


@given(
    counts=st.lists(st.integers(0, 1000), min_size=2, max_size=6).filter(any),
    power=st.floats(0, 1),
)
def test_shares_are_proportional_to_a_power_of_the_counts(counts, power):
    counts = np.array(counts, dtype=float)
    drawn = counts * class_rates(counts, power, progress=0.3)
    wanted = np.where(counts > 0, counts**power, 0)
    np.testing.assert_allclose(drawn / drawn.sum(), wanted / wanted.sum())
    assert drawn.sum() == pytest.approx(counts.sum())


def test_progressive_rates_go_in_a_line_from_natural_to_even_shares():
    counts = np.array([80.0, 15.0, 5.0, 0.0])
    shares = [counts * class_rates(counts, "progressive", p) / 100 for p in (0, 0.5, 1)]
    np.testing.assert_allclose(shares[0], counts / 100)
    np.testing.assert_allclose(shares[2], [1 / 3, 1 / 3, 1 / 3, 0])
    np.testing.assert_allclose(shares[1], (shares[0] + shares[2]) / 2)


def test_a_chunk_has_the_mean_rate_of_its_core():
    target = np.array([0, 0, 1, 0, 1, 1, 0])
    spans = SequenceDataset(
        np.zeros(7), np.array([3, 0]), np.array([7, 5]), target=target,
        core_start=np.array([4, 0]), core_stop=np.array([7, 4]), per_step=True,
    )  # fmt: skip
    drawn = draw_by_class(spans, np.array([0.5, 2.0]))
    np.testing.assert_allclose(drawn.rate, [(2 + 2 + 0.5) / 3, (0.5 * 3 + 2) / 4])
    weight = np.arange(1.0, 8.0)
    totals = drawn_totals(SequenceDataset(**{**vars(drawn), "weight": weight}), 2)
    by_hand = np.zeros(2)
    for rate, core in zip(drawn.rate, ([4, 5, 6], [0, 1, 2, 3]), strict=True):
        for step in core:
            by_hand[target[step]] += rate * weight[step]
    np.testing.assert_allclose(totals, by_hand)


def test_rows_are_drawn_as_often_as_their_rate_says():
    rate = np.array([1.0, 2.0, 0.0, 5.0])
    rng = np.random.default_rng(0)
    drawn = np.concatenate(
        [row for _ in range(3000) for row in training_plan(np.array([3, 1, 2, 2]), 2, rng, rate)]
    )
    assert len(drawn) == 4 * 3000
    np.testing.assert_allclose(np.bincount(drawn) / len(drawn), rate / 8, atol=0.015)


def test_a_weight_that_is_even_is_none_and_others_have_mean_one():
    codes = np.array([0, 0, 1, 1])
    assert combined_weight(codes, None, None) is None
    assert combined_weight(codes, np.full(4, 3.0), np.ones(2)) is None
    weight = combined_weight(codes, np.array([1.0, 2.0, 1.0, 2.0]), np.array([1.0, 4.0]))
    np.testing.assert_allclose(weight, np.array([1, 2, 4, 8]) / 3.75)


# -- balanced batches -----------------------------------------------------------------------------


def test_a_classifier_sees_even_classes_with_batch_balance_0(labelled):
    spy = Spy()
    model = SequenceClassifier(batch_balance=0.0, max_epochs=12, callbacks=[spy], **SMALL)
    model.fit(*labelled)
    seen = np.mean([spy.shares(epoch, 3) for epoch in range(12)], axis=0)
    np.testing.assert_allclose(seen, 1 / 3, atol=0.05)
    np.testing.assert_allclose(model.train_prior_, 1 / 3)
    np.testing.assert_allclose(model.class_prior_, 1 / 3)


def test_the_prior_is_that_of_weights_times_draws(labelled):
    X, y = labelled
    weight = np.where(y == "b", 3.0, 1.0)
    model = SequenceClassifier(batch_balance=0.5, max_epochs=1, **SMALL).fit(X, y, weight)
    totals = np.sqrt([160, 3 * 30, 10])  # a weight of 3 is 3 copies
    np.testing.assert_allclose(model.train_prior_, totals / totals.sum(), rtol=1e-6)


def test_the_last_bias_starts_at_the_prior_of_the_first_epoch(labelled):
    biases = {}
    for balance in (0.0, "progressive"):
        model = SequenceClassifier(
            batch_balance=balance, initial_bias="prior", max_epochs=9, lr=1e-9, **SMALL
        ).fit(*labelled)
        biases[balance] = model.net_.module_.head[-1].bias.detach().cpu().numpy()
    np.testing.assert_allclose(biases[0.0], np.log([1 / 3] * 3), atol=1e-5)
    np.testing.assert_allclose(biases["progressive"], np.log([0.8, 0.15, 0.05]), atol=1e-5)


def test_progressive_batches_start_natural_and_end_even(labelled):
    spy = Spy()
    model = SequenceClassifier(batch_balance="progressive", max_epochs=3, callbacks=[spy], **SMALL)
    model.fit(*labelled)
    first, _, last = (spy.shares(epoch, 3) for epoch in range(3))
    np.testing.assert_allclose(first, [0.8, 0.15, 0.05], atol=0.08)
    np.testing.assert_allclose(last, 1 / 3, atol=0.12)
    np.testing.assert_allclose(model.train_prior_, 1 / 3)


def test_a_single_epoch_is_the_last_of_its_schedule(labelled):
    X, y = labelled
    for parameters in (
        {"batch_balance": "progressive"},
        {"class_weight": "balanced", "class_weight_start": 0.9},
    ):
        spy = Spy()
        model = SequenceClassifier(
            max_epochs=1, callbacks=[spy], initial_bias="prior", lr=1e-9, **(SMALL | parameters)
        ).fit(X, y)
        seen = np.zeros(3)
        for batch in spy.epochs[0]:
            np.add.at(seen, batch["target"], batch.get("weight", 1))
        np.testing.assert_allclose(seen / seen.sum(), 1 / 3, atol=0.1)
        np.testing.assert_allclose(model.train_prior_, 1 / 3)
        bias = model.net_.module_.head[-1].bias.detach().cpu().numpy()
        np.testing.assert_allclose(bias, np.log(1 / 3), atol=1e-5)


def test_partial_fit_goes_from_natural_to_even_shares_and_stays_there(labelled):
    model = SequenceClassifier(batch_balance="progressive", max_epochs=3, **SMALL)
    priors = [model.partial_fit(*labelled, classes=["a", "b", "c"]).train_prior_ for _ in range(5)]
    natural = np.array([0.8, 0.15, 0.05])
    halfway = (natural + 1 / 3) / 2
    np.testing.assert_allclose(priors, [natural, halfway, *np.full((3, 3), 1 / 3)])


def test_the_prior_of_a_progressive_net_is_that_of_the_epoch_that_was_kept(labelled):
    X, y = labelled
    model = SequenceClassifier(
        batch_balance="progressive", early_stopping="best", max_epochs=11, n_iter_no_change=11,
        **SMALL,
    ).fit(X, y)  # fmt: skip
    kept = np.argmax(model.history_[:, "valid_f1_macro"])
    progress = kept / 10
    wanted = (1 - progress) * np.array([0.8, 0.15, 0.05]) + progress / 3
    np.testing.assert_allclose(model.train_prior_, wanted, rtol=1e-5)


def test_a_tagger_draws_chunks_with_rare_tags_more_often(tagged):
    X, y = tagged
    spy = Spy()
    model = SequenceTagger(
        batch_balance=0.0, max_epochs=40, chunk_length=8, chunk_context=2, callbacks=[spy], **SMALL
    ).fit(X, y)
    natural = np.bincount(y.values) / len(y.values)
    seen = np.mean([spy.shares(epoch, 3) for epoch in range(40)], axis=0)
    np.testing.assert_allclose(seen, model.train_prior_, atol=0.01)
    assert (seen[1:] > 1.15 * natural[1:]).all()


def test_batch_balance_after_balanced_weights_counts_double(labelled):
    model = SequenceClassifier(batch_balance=0.0, class_weight="balanced", max_epochs=1, **SMALL)
    with pytest.warns(DoubleCountingWarning, match=r"batch_balance=0.0 .*class_weight='balanced'"):
        model.fit(*labelled)


# -- deferred re-weighting ------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "first"), [(0.0, 0), (0.5, 2), (0.99, 3)])
def test_class_weight_counts_from_its_start_on(labelled, start, first):
    spy = Spy()
    model = SequenceClassifier(
        class_weight="balanced", class_weight_start=start, max_epochs=4, callbacks=[spy], **SMALL
    ).fit(*labelled)
    assert spy.has_weights() == [epoch >= first for epoch in range(4)]
    np.testing.assert_allclose(model.train_prior_, 1 / 3)
    for epoch in spy.epochs[first:]:
        weight = np.concatenate([batch["weight"] for batch in epoch])
        target = np.concatenate([batch["target"] for batch in epoch])
        np.testing.assert_allclose(np.bincount(target, weights=weight) / 200, 1 / 3, rtol=1e-5)


def test_sample_weights_count_all_the_time(labelled):
    X, y = labelled
    spy = Spy()
    weight = np.linspace(1, 2, 200)
    SequenceClassifier(
        class_weight="balanced", class_weight_start=0.5, max_epochs=2, callbacks=[spy], **SMALL
    ).fit(X, y, weight)
    seen = np.sort(np.concatenate([batch["weight"] for batch in spy.epochs[0]]))
    np.testing.assert_allclose(seen, weight / weight.mean(), rtol=1e-5)


def test_early_stopping_waits_for_the_weights(labelled):
    model = SequenceClassifier(
        class_weight="balanced", class_weight_start=0.6, early_stopping="best", n_iter_no_change=1,
        max_epochs=10, **SMALL,
    ).fit(*labelled)  # fmt: skip
    stopping = dict(model.net_.callbacks_)["early_stopping"]
    assert model.n_iter_ > 6
    assert stopping.best_epoch_ > 6


def test_partial_fit_follows_the_same_schedule(labelled):
    X, y = labelled
    spy = Spy()
    model = SequenceClassifier(
        class_weight="balanced", class_weight_start=0.5, max_epochs=4, callbacks=[spy], **SMALL
    )
    priors = []
    for _ in range(4):
        model.partial_fit(X, y, classes=["a", "b", "c"])
        priors.append(model.train_prior_)
    assert spy.has_weights() == [False, False, True, True]
    np.testing.assert_allclose(priors[1], [0.8, 0.15, 0.05])
    np.testing.assert_allclose(priors[2], 1 / 3)


# -- augmentation while training -------------------------------------------------------------------


class Marking(Augmenter):
    """Doubles each sequence and adds 100 to its values; keeps what it saw."""

    kind = None
    seen = []

    def _learn(self, X, y):
        Marking.seen.append(("fit", X.tolist()))

    def _change(self, X, y, random_state):
        Marking.seen.append(("call", X.tolist()))
        source = np.concatenate(
            [np.tile(np.arange(a, b), 2) for a, b in zip(X.offsets, X.offsets[1:], strict=False)]
        )
        return NewSteps(values=X.values[source] + 100, source=source, lengths=2 * X.lengths)


def test_each_epoch_is_augmented_anew_and_prediction_is_not(tagged):
    X, y = tagged
    Marking.seen.clear()
    spy = Spy()
    model = SequenceTagger(
        augment=Marking(), scale=None, max_epochs=3, callbacks=[spy], **SMALL
    ).fit(X, y)
    # First for the prior of the tags that it leaves, then epoch by epoch.
    assert [kind for kind, _ in Marking.seen] == ["fit", "call", "fit", "call", "call", "call"]
    model.predict(X)
    assert len(Marking.seen) == 6
    for epoch in spy.epochs:
        n_steps = 0
        for batch in epoch:
            mask = batch["mask"]
            np.testing.assert_array_equal(batch["values"][mask] - 100, batch["target"][mask])
            n_steps += mask.sum()
        assert n_steps == 2 * X.n_steps


def test_held_out_sequences_are_neither_learnt_from_nor_augmented():
    X = Sequences.from_list([[float(row), float(row)] for row in range(40)])
    y = np.arange(40) % 2
    Marking.seen.clear()
    SequenceClassifier(
        augment=Marking(), early_stopping="best", validation_fraction=0.25, max_epochs=2, **SMALL
    ).fit(X, y)
    rows = [{row[0] for row in seen} for _, seen in Marking.seen]
    assert len(rows[0]) == 30
    assert all(row == rows[0] for row in rows)


def test_weights_of_steps_move_along_and_labels_that_change_are_weighed_anew(tagged):
    X, y = tagged
    spy = Spy()
    weight = np.random.default_rng(0).uniform(1, 2, X.n_steps)
    values = np.column_stack([X.values, weight])
    model = SequenceTagger(
        augment=Marking(),
        scale=None,
        class_weight="balanced",
        max_epochs=1,
        callbacks=[spy],
        **SMALL,
    ).fit(X.replace(values=values), y, weight)
    batches = spy.epochs[0]
    seen = np.concatenate([batch["weight"][batch["mask"]] for batch in batches])
    tags = np.concatenate([targets_of(batch) for batch in batches])
    steps = np.concatenate([batch["values"][batch["mask"]] for batch in batches])
    by_hand = (steps[:, 1] - 100) * model.class_weight_[tags]
    np.testing.assert_allclose(seen, by_hand / by_hand.mean(), rtol=1e-4)


@pytest.fixture
def failing():
    """300 series of 40 to 59 noisy values; the last five steps of each are tagged 1."""
    rng = np.random.default_rng(2)
    lengths = rng.integers(40, 60, size=300)
    tags = [np.arange(length) >= length - 5 for length in lengths]
    y = Sequences.from_list([row.astype(int) for row in tags])
    return y.replace(values=rng.normal(1.5 * y.values)), y


@pytest.mark.filterwarnings("ignore::skseq.exceptions.LookAheadWarning")
@pytest.mark.parametrize("class_weight", [None, {0: 1.0, 1: 5.0}])
@pytest.mark.parametrize("balance", [1.0, 0.3])
def test_the_prior_is_that_of_the_tags_that_an_augmenter_leaves(failing, balance, class_weight):
    X, y = failing
    spy = Spy()
    model = SequenceTagger(
        augment=WindowSlice(0.7), batch_balance=balance, class_weight=class_weight, max_epochs=20,
        callbacks=[spy], **SMALL,
    ).fit(X, y)  # fmt: skip
    seen = np.mean([spy.shares(epoch, 2) for epoch in range(20)], axis=0)
    seen = seen * model.class_weight_ / (seen @ model.class_weight_)
    assert seen[1] < 0.65 * np.bincount(y.values, weights=model.class_weight_[y.values])[1] / (
        model.class_weight_[y.values].sum()
    )
    np.testing.assert_allclose(model.train_prior_, seen, atol=0.01)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.LookAheadWarning")
def test_probabilities_stand_for_the_tags_of_the_data_though_an_augmenter_loses_some(failing):
    X, y = failing
    model = SequenceTagger(
        "cnn", augment=WindowSlice(0.7), target_prior="data", lr=0.02, max_epochs=16, **SMALL
    )
    rare = model.fit(X, y).predict_proba(X).values[:, 1].mean()
    assert rare == pytest.approx(np.mean(y.values), rel=0.1)
    as_trained = model.set_params(target_prior="train").fit(X, y).predict_proba(X).values[:, 1]
    assert as_trained.mean() < 0.8 * rare


def test_the_prior_is_exact_where_an_augmenter_leaves_tags_alone(tagged):
    X, y = tagged
    model = SequenceTagger(augment=Jitter(), max_epochs=1, **SMALL).fit(X, y)
    np.testing.assert_array_equal(model.train_prior_, np.bincount(y.values) / len(y.values))


@pytest.mark.parametrize(
    "augment", ["token_dropout", ["random_swap", TokenDropout(p=0.5)], RandomInsertion()]
)
def test_augmenters_are_taken_by_name_in_lists_and_as_they_are(labelled, augment):
    X, y = labelled
    model = SequenceClassifier(augment=augment, max_epochs=2, **SMALL)
    first, again = (model.fit(X, y).predict_proba(X) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not isinstance(augment, Augmenter) or not augment.__sklearn_is_fitted__()
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), first)


def test_a_grid_reaches_the_parameters_of_an_augmenter():
    model = SequenceClassifier(augment=Jitter())
    assert model.set_params(augment__p=0.25).augment.p == 0.25


def test_whole_numbers_that_are_values_can_be_jittered():
    X = [[1, 2, 3], [4, 5], [2, 2], [7, 1]]
    model = SequenceClassifier(input="values", augment="jitter", max_epochs=1, **SMALL)
    assert len(model.fit(X, [0, 1, 0, 1]).predict(X)) == 4


def test_all_of_them_work_together_and_with_early_stopping(tagged):
    X, y = tagged
    model = SequenceTagger(
        augment=Compose([Jitter()]), batch_balance="progressive", class_weight="sqrt",
        class_weight_start=0.5, early_stopping="best", max_epochs=4, **SMALL,
    )  # fmt: skip
    model.fit(X, y)
    assert np.isfinite(model.predict_proba(X).values).all()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"batch_balance": 1.5}, "'batch_balance' parameter"),
        ({"batch_balance": "progresive"}, "Did you mean 'progressive'"),
        ({"class_weight_start": 1.0}, "'class_weight_start' parameter"),
        ({"augment": "jiter"}, "Did you mean 'jitter'"),
        ({"augment": "mention_replacement"}, "needs y with one label for each step"),
    ],
)
def test_bad_parameters_are_refused_with_the_reason(labelled, parameters, message):
    with pytest.raises(ValueError, match=message):
        SequenceClassifier(**parameters, **SMALL).fit(*labelled)


def test_an_augmenter_of_signals_is_refused_for_tokens(labelled):
    with pytest.raises(TypeError, match="changes floating-point values"):
        SequenceClassifier(augment="jitter", **SMALL).fit(*labelled)
