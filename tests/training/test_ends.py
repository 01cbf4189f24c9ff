"""Tags and numbers that the end of a record gives away, and what is made of it."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

from skseq import SequenceClassifier, SequenceRegressor, Sequences, SequenceTagger
from skseq.data import as_tags
from skseq.exceptions import LookAheadWarning
from skseq.training import RowTargets, StepTargets
from skseq.training._ends import telling_end

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

SMALL = {"hidden_size": 2, "num_layers": 1, "max_epochs": 1, "random_state": 0}
N_RECORDS = 12


def values_of(tags, n_features=2):
    lengths = list(map(len, tags))
    values = np.random.default_rng(0).normal(size=(sum(lengths), n_features))
    return Sequences.from_lengths(values, lengths)


def machines(n=N_RECORDS, length=20, n_failing=4, *, n_whole=None):
    """Tags that are "failing" at the end of those records that run to the end."""
    tags = [["healthy"] * (length - n_failing) + ["failing"] * n_failing] * n
    for row in range(n if n_whole is None else n_whole, n):
        tags[row] = ["healthy"] * length
    return tags


SENTENCE = ["PRON", "VERB", "PUNCT", "DET", "ADJ", "NOUN", "ADV", "ADP", "DET", "NOUN", "PUNCT"]
OTHERS = {
    "sentences with commas": [SENTENCE] * N_RECORDS,
    "sentences with one full stop": [[*SENTENCE[:2], *SENTENCE[3:]]] * N_RECORDS,
    "silence at both ends": [["sil"] * 3 + ["a", "b"] * 10 + ["sil"] * 3] * N_RECORDS,
    "nights that end awake": [["wake"] * 2 + ["deep", "light"] * 6 + ["wake"] * 2] * N_RECORDS,
    "a mark on the last step": [["runs"] * 19 + ["fails"]] * N_RECORDS,
}


def targets_of(tags, weight=None):
    classes, codes = np.unique(as_tags(tags).values, return_inverse=True)
    return StepTargets(values_of(tags), False, codes, weight, classes)


def silent():
    return warnings.catch_warnings(action="error", category=LookAheadWarning)


# -- what is told ----------------------------------------------------------------------------------


def test_records_that_end_in_a_rare_tag_tell():
    end = telling_end(targets_of(machines()))
    assert (end.target, end.share, end.overall, end.is_for_good) == ("failing", 1.0, 0.2, True)


@pytest.mark.parametrize(
    "about",
    [
        {"n": 9},  # too few to tell
        {"n_failing": 6},  # common anyway
        {"n_whole": 11},  # one of twelve ends otherwise
    ],
)
def test_other_ends_tell_nothing(about):
    assert telling_end(targets_of(machines(**about))) is None


def test_ends_without_weight_do_not_count():
    tags = machines(n_whole=11)
    weight = np.ones(20 * N_RECORDS)
    assert telling_end(targets_of(tags, weight)) is None
    weight[-1] = 0
    assert telling_end(targets_of(tags, weight)).is_for_good


def test_weights_of_classes_hide_no_end():
    targets = targets_of(machines(n_failing=2))
    plain = telling_end(targets)
    balanced = np.where(targets.values == 0, 5.0, 5 / 9)  # "failing" is the first in order
    assert telling_end(replace(targets, weight=balanced)) == plain


@pytest.mark.parametrize("tags", OTHERS.values(), ids=OTHERS)
def test_a_tag_that_comes_earlier_or_is_one_step_is_not_for_good(tags):
    assert not telling_end(targets_of(tags)).is_for_good


@pytest.mark.parametrize("weight", [None, np.tile([0.5, 1.5], 10 * N_RECORDS)])
def test_numbers_tell_as_tags_do(weight):
    tags = targets_of(machines(), weight)
    tag = telling_end(tags)
    number = telling_end(StepTargets(tags.X, False, 0.5 * tags.values, weight))
    assert (number.share, number.overall) == (tag.share, pytest.approx(tag.overall))
    assert (number.kind, number.target) == ("number", 0.0)  # "failing", the first in order
    assert not number.is_for_good  # one change a record is no countdown


@pytest.mark.parametrize("level", [0.0, 1e-9])
def test_numbers_that_end_apart_tell_nothing(level):
    X = values_of(machines())
    numbers = np.tile(np.arange(20.0, 0, -1), N_RECORDS)
    assert telling_end(StepTargets(X, False, numbers)).target == 1.0
    numbers += np.repeat(level * np.arange(N_RECORDS), 20)
    assert (telling_end(StepTargets(X, False, numbers)) is None) == (level > 0)


@pytest.mark.parametrize(
    ("record", "is_for_good"),
    [
        (range(19, -1, -1), True),
        (np.minimum(range(19, -1, -1), 12), True),  # capped
        (range(20), True),  # up
        (np.r_[np.linspace(9, 1, 17), 8, 1, 0], True),  # one step back among many
        ([5, *np.tile([9, 3], 9), 0], False),
        ([0, *range(18, -1, -1)], True),
        ([*range(10), *range(9, -1, -1)], False),
        ([7] * 18 + [3, 0], True),
        ([7] * 19 + [0], False),
    ],
)
def test_a_countdown_hardly_ever_goes_back(record, is_for_good):
    numbers = np.tile(np.asarray(record, dtype=float), N_RECORDS)
    X = values_of(machines())
    assert telling_end(StepTargets(X, False, numbers)).is_for_good == is_for_good
    # What has no weight plays no part, such as each first step.
    with_more = Sequences.from_lengths(np.zeros((21 * N_RECORDS, 1)), [21] * N_RECORDS)
    numbers = np.insert(numbers.reshape(-1, 20), 0, [[0.0]], axis=1).ravel()
    weight = np.tile(np.r_[0.0, np.ones(20)], N_RECORDS)
    end = telling_end(StepTargets(with_more, False, numbers, weight))
    assert end.is_for_good == is_for_good


def test_what_has_no_targets_of_values_tells_nothing():
    tags = machines()
    whole = targets_of(tags)
    ids = StepTargets(whole.X.replace(values=whole.values), True, whole.values, None, whole.classes)
    rows = RowTargets(whole.X, False, np.zeros(N_RECORDS, dtype=int), None, whole.classes)
    assert [telling_end(each) for each in (ids, rows)] == [None] * 2


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 8), st.integers(1, 3), st.booleans()), min_size=10, max_size=14
    )
)
def test_for_good_is_as_loops_over_records_say(rows):
    tags, weight = [], []
    for n_early, n_late, counts in rows:
        tags.append(["a", "b"] * 4 + ["z"] * n_early + ["a", "b"] * 2 + ["z"] * n_late)
        weight.append([1] * (12 + n_early) + [counts] * n_late)
    n_behind = n_all = n_ends = 0
    for row, of_row in zip(tags, weight, strict=True):
        known = [tag for tag, counts in zip(row, of_row, strict=True) if counts]
        n_all += known.count("z")
        n_ends += of_row[-1]
        while known and known[-1] == "z":
            known.pop()
            n_behind += 1
    end = telling_end(targets_of(tags, np.concatenate(weight).astype(float)))
    if end is not None:
        assert end.target == "z"
        assert end.is_for_good == (n_behind >= 2 * n_ends and n_behind >= 0.9 * n_all)


# -- what is made of it ----------------------------------------------------------------------------


def test_auto_chooses_a_net_that_does_not_look_ahead_and_says_so():
    tags = machines()
    X = values_of(tags)
    with pytest.warns(LookAheadWarning, match=r"100% .* 'failing', which 20.0% .* causal=False"):
        model = SequenceTagger(**SMALL).fit(X, tags)
    assert model.recipe_["causal"]
    assert model.get_params()["causal"] == "auto"
    with silent():
        said = clone(model).set_params(causal=True).fit(X, tags)
    assert said.predict_proba(X) == model.predict_proba(X)


def test_no_later_step_changes_what_the_chosen_net_says():
    tags = machines(length=40)
    X = values_of(tags)
    with pytest.warns(LookAheadWarning):
        model = SequenceTagger(chunk_length=16, chunk_context=4, **SMALL).fit(X, tags)
    whole = model.predict_proba(X)
    rng = np.random.default_rng(1)
    for n_seen in (1, 7, 39):
        later = [
            np.vstack([row[:n_seen], 9 * rng.normal(size=(rng.integers(0, 30), 2))]) for row in X
        ]
        for ours, expected in zip(model.predict_proba(later), whole, strict=True):
            np.testing.assert_allclose(ours[:n_seen], expected[:n_seen], atol=1e-6)


def test_whoever_says_what_it_shall_be_is_not_warned():
    tags = machines()
    X = values_of(tags)
    with silent():
        for causal in (True, False):
            assert SequenceTagger(causal=causal, **SMALL).fit(X, tags).recipe_["causal"] is causal


@pytest.mark.parametrize("tags", OTHERS.values(), ids=OTHERS)
def test_where_it_is_not_for_good_the_net_reads_both_ways_with_a_warning(tags):
    with pytest.warns(LookAheadWarning, match="cut off before, .*, set causal=True"):
        model = SequenceTagger(**SMALL).fit(values_of(tags), tags)
    assert model.recipe_["causal"] is False


def test_words_end_as_they_do():
    tags = machines()
    ids = Sequences.from_list([list(range(2, 22))] * N_RECORDS)
    with silent():
        assert not SequenceTagger(**SMALL).fit(ids, tags).recipe_["causal"]


class Echo:
    """An encoder that gives what it gets, and does not say whether it looks ahead."""

    def __new__(cls, input_size, hidden_size, num_layers, dropout):
        import torch

        module = torch.nn.Identity()
        module.output_size, module.causal = input_size, getattr(cls, "causal", False)
        module.forward = lambda x, lengths: x
        return module


class CausalEcho(Echo):
    causal = True


@pytest.mark.parametrize(
    ("encoder", "causal"),
    [
        ("auto", True),
        ("lstm", True),
        ("cnn + bag", True),
        ("bilstm", False),
        ("tcn+bigru", False),
        (Echo, False),
        (CausalEcho, True),
    ],
)
def test_an_encoder_that_looks_ahead_stays_as_it_is(encoder, causal):
    tags = machines()
    with pytest.warns(LookAheadWarning):
        model = SequenceTagger(encoder, **SMALL).fit(values_of(tags), tags)
    assert model.recipe_["causal"] is causal


def test_a_net_that_is_trained_further_stays_what_it_is():
    tags, other = machines(), [["healthy", "failing"] * 10] * N_RECORDS
    X = values_of(tags)
    with pytest.warns(LookAheadWarning):
        model = SequenceTagger(warm_start=True, **SMALL).fit(X, tags)
    with pytest.warns(LookAheadWarning):
        by_calls = SequenceTagger(**SMALL).partial_fit(X, tags, classes=["failing", "healthy"])
    with silent():
        assert model.fit(X, other).recipe_["causal"]
        assert by_calls.partial_fit(X, other).recipe_["causal"]
        two_way = SequenceTagger(warm_start=True, **SMALL).fit(X, other)
        assert not two_way.fit(X, tags).recipe_["causal"]


def test_one_target_a_sequence_is_read_both_ways():
    with silent():
        model = SequenceClassifier(**SMALL).fit(values_of(machines()), ["a", "b"] * 6)
    assert not model.recipe_["causal"]


def test_remaining_life_is_learnt_without_looking_ahead_with_a_warning():
    X, remaining = values_of(machines()), [range(19, -1, -1)] * N_RECORDS
    with pytest.warns(LookAheadWarning, match=r"end in the number 0.0, which 5.0% .*causal=False"):
        model = SequenceRegressor(**SMALL).fit(X, remaining)
    assert model.recipe_["causal"]
    with silent():
        said = clone(model).set_params(causal=True).fit(X, remaining)
        assert not SequenceRegressor(causal=False, **SMALL).fit(X, remaining).recipe_["causal"]
    np.testing.assert_array_equal(said.predict(X).values, model.predict(X).values)


def test_numbers_that_come_back_to_the_same_end_are_read_both_ways_with_a_warning():
    X, there_and_back = values_of(machines()), [[*range(10), *range(9, -1, -1)]] * N_RECORDS
    with pytest.warns(LookAheadWarning, match=r"end in the number 0.0, which 10.0% .*causal=True"):
        model = SequenceRegressor(**SMALL).fit(X, there_and_back)
    assert not model.recipe_["causal"]
