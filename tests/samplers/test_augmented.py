"""Copies are augmented, originals are not, and each keeps its origin, labels and weight."""

import numpy as np
import pytest

from skseq import Sequences
from skseq.augment import Augmenter, Jitter, MentionReplacement, NewSteps, RandomDeletion
from skseq.samplers import SequenceOverSampler, TagOverSampler


class Half(Augmenter):
    """Adds a half to every step, so that what was changed can be told."""

    kind = "values"

    def _learn(self, X, y):
        self.n_learnt_ = len(X)
        assert not (X.values % 1).any()

    def _change(self, X, y, random_state):
        return NewSteps(values=X.values + 0.5)


class Shorter(Augmenter):
    """Keeps only the first step."""

    kind = None

    def _change(self, X, y, random_state):
        return NewSteps(source=X.offsets[:-1], lengths=np.ones(len(X), dtype=int))


def values(n, rng):
    return Sequences.from_list([rng.integers(0, 9, size=k).astype(float) for k in range(1, n + 1)])


def test_copies_of_labelled_sequences_are_changed_and_originals_are_not():
    rng = np.random.default_rng(0)
    X, y = values(8, rng).replace(weight=np.arange(8.0, 0.0, -1)), np.array([0] * 6 + [1] * 2)
    plain, plain_y = SequenceOverSampler(random_state=3).fit_resample(X, y)
    ours, ours_y = SequenceOverSampler(augment=Half(), random_state=3).fit_resample(X, y)
    np.testing.assert_array_equal(ours_y, plain_y)
    assert ours[:8] == plain[:8]
    np.testing.assert_array_equal(ours[8:].values, plain[8:].values + 0.5)
    assert ours.origin.tolist() == plain.origin.tolist()
    np.testing.assert_array_equal(ours.weight, plain.weight)
    assert ours.label_counts == plain.label_counts == {0: 6, 1: 2}


def test_copies_of_tagged_sequences_are_changed_with_their_tags():
    X = [["in", "Rome"], ["no", "one"], ["of", "New", "York"]]
    y = [["O", "B-LOC"], ["O", "O"], ["O", "B-LOC", "I-LOC"]]
    words = sorted({word for row in X for word in row})
    ids = [[words.index(word) for word in row] for row in X]
    mentions = {("Rome",): ["B-LOC"], ("New", "York"): ["B-LOC", "I-LOC"]}
    seen = set()
    for seed in range(5):
        sampler = TagOverSampler("sC", augment=MentionReplacement(1.0), random_state=seed)
        X_new, y_new = sampler.fit_resample(ids, y)
        assert X_new[:3].tolist() == ids
        assert y_new[:3] == y
        for row, tags in zip(X_new[3:].tolist(), y_new[3:], strict=True):
            mention = tuple(words[token] for token in row[1:])
            assert tags[1:] == mentions[mention]
            seen.add((words[row[0]], mention))
    assert ("in", ("New", "York")) in seen
    assert ("of", ("Rome",)) in seen


def test_rows_of_a_table_are_changed_and_stay_a_table():
    X, y = np.arange(12.0).reshape(4, 3), np.array([0, 0, 0, 1])
    X_new, _ = SequenceOverSampler(augment=Half(), random_state=0).fit_resample(X, y)
    np.testing.assert_array_equal(X_new, [*X, *[X[3] + 0.5] * 2])


def test_the_same_seed_changes_alike_and_another_one_otherwise():
    X, y = values(8, np.random.default_rng(1)), np.array([0] * 6 + [1] * 2)
    first, again, other = (
        SequenceOverSampler(augment="jitter", random_state=seed).fit_resample(X, y)[0]
        for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


def test_a_grid_reaches_the_augmenter_which_is_left_unfitted():
    sampler = SequenceOverSampler(augment=Jitter(), random_state=0)
    sampler.set_params(augment__p=0.5)
    sampler.fit_resample(values(4, np.random.default_rng(2)), [0, 0, 0, 1])
    assert sampler.augment.p == 0.5
    assert not sampler.augment.__sklearn_is_fitted__()


def test_nothing_to_copy_is_nothing_to_change():
    X, y = values(4, np.random.default_rng(3)), np.array([0, 0, 1, 1])
    X_new, _ = SequenceOverSampler(augment="jitter").fit_resample(X, y)
    np.testing.assert_array_equal(X_new.values, X.values)


def test_what_cannot_be_changed_is_refused_with_the_cure():
    with pytest.raises(TypeError, match="put a TokenEncoder before the sampler"):
        SequenceOverSampler(augment="token_dropout").fit_resample(["a b", "c", "d"], [0, 0, 1])
    X = np.arange(12.0).reshape(4, 3)
    with pytest.raises(ValueError, match="which does not fit into a table"):
        SequenceOverSampler(augment=Shorter()).fit_resample(X, [0, 0, 0, 1])
    with pytest.raises(ValueError, match="Did you mean 'jitter'"):
        SequenceOverSampler(augment="jiter").fit_resample(X, [0, 0, 0, 1])
    with pytest.raises(TypeError, match="changes token ids"):
        SequenceOverSampler(augment=RandomDeletion()).fit_resample(X, [0, 0, 0, 1])
