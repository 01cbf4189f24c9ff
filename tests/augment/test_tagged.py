"""Dai & Adel's augmenters: a token says its tag, a mention its type, so swaps can be judged."""

import numpy as np
import pytest

from skseq import Sequences
from skseq.augment import (
    LabelwiseTokenReplacement,
    MentionReplacement,
    ShuffleWithinSegments,
)


@pytest.fixture
def sentences():
    """500 tagged sentences; tokens are 100 * type + number, spans of 1 to 3 numbered upwards."""
    rng = np.random.default_rng(0)
    X, y = [], []
    for _ in range(500):
        tokens, tags = [], []
        for kind in rng.integers(0, 3, rng.integers(1, 8)):
            length, first = rng.integers(1, 4), 10 * rng.integers(0, 10)
            tokens += [100 * kind + first + step for step in range(length)]
            name = ["O", "PER", "LOC"][kind]
            tags += ["O"] * length if kind == 0 else [f"B-{name}"] + [f"I-{name}"] * (length - 1)
        X.append(tokens)
        y.append(tags)
    return Sequences.from_list(X), Sequences.from_list(y)


def segments_of(tokens, tags):
    """Cut by reading tag by tag: list of (tokens, tags)."""
    segments, previous = [], None
    for token, tag in zip(tokens, tags, strict=True):
        continues = previous is not None and (tag == previous == "O" or tag[0] == "I")
        if not continues:
            segments.append(([], []))
        segments[-1][0].append(int(token))
        segments[-1][1].append(str(tag))
        previous = tag
    return segments


def all_segments(X, y):
    return [segments_of(*row) for row in zip(X, y, strict=True)]


def test_replaced_tokens_have_the_same_tag_as_often_as_in_the_data(sentences):
    X, y = sentences
    X_new, y_new = LabelwiseTokenReplacement(0.5)(X, y, random_state=0)
    assert y_new == y
    seen = set(zip(X.values.tolist(), y.values.tolist(), strict=True))
    assert set(zip(X_new.values.tolist(), y.values.tolist(), strict=True)) <= seen
    assert 0.4 < (X_new.values != X.values).mean() < 0.5
    is_background = y.values == "O"
    shares = [np.bincount(Z.values[is_background], minlength=100) for Z in (X, X_new)]
    np.testing.assert_allclose(*(share / share.sum() for share in shares), atol=0.02)


def test_replacement_takes_from_what_it_was_fitted_on_and_leaves_unknown_tags_alone():
    augmenter = LabelwiseTokenReplacement(1.0).fit([[7, 8]], [["A", "B"]])
    assert augmenter([[2, 3, 4]], [["B", "A", "C"]])[0].tolist() == [[8, 7, 4]]


def test_values_can_be_replaced_as_well():
    X = [np.array([[1.0, 2.0], [3.0, 4.0]])]
    augmenter = LabelwiseTokenReplacement(1.0).fit(X, [["A", "B"]])
    assert augmenter(X, [["A", "B"]])[0].tolist() == [[[1.0, 2.0], [3.0, 4.0]]]


def test_mentions_are_replaced_whole_by_mentions_of_their_type(sentences):
    X, y = sentences
    X_new, y_new = MentionReplacement(0.5)(X, y, random_state=0)
    old, new = all_segments(X, y), all_segments(X_new, y_new)
    pool = {tuple(tokens) for row in old for tokens, tags in row if tags[0] != "O"}
    n_mentions = n_replaced = 0
    for old_row, new_row in zip(old, new, strict=True):
        assert len(old_row) == len(new_row)
        for before, after in zip(old_row, new_row, strict=True):
            assert before[1][0] == after[1][0]
            if before[1][0] == "O":
                assert before == after
            else:
                assert tuple(after[0]) in pool
                n_mentions += 1
                n_replaced += before != after
    assert 0.4 < n_replaced / n_mentions < 0.5


def test_weights_of_a_new_mention_are_those_of_the_place(sentences):
    X, y = sentences
    of_sequence = np.arange(len(X)) + 1.0
    X_new, _ = MentionReplacement(1.0)(X.replace(weight=of_sequence[X.sequence_index()]), y, 0)
    assert np.array_equal(X_new.weight, of_sequence[X_new.sequence_index()])
    assert not X_new.aligns_with(X)


def test_runs_of_plain_tags_are_mentions_but_for_the_background():
    X, y = [[1, 2, 50, 51], [3, 52, 4]], [["o", "o", "x", "x"], ["o", "x", "o"]]
    drawn = {tuple(MentionReplacement(1.0)(X, y, seed)[0].tolist()[0]) for seed in range(20)}
    assert drawn == {(1, 2, 50, 51), (1, 2, 52)}


def test_background_can_be_named():
    X, y = [[1, 2, 50], [3, 51]], [["o", "o", "x"], ["o", "x"]]
    X_new, y_new = MentionReplacement(1.0, majority="x").fit(X[:1], y[:1])(X, y, random_state=0)
    assert X_new.tolist() == [[1, 2, 50], [1, 2, 51]]
    assert y_new == [["o", "o", "x"], ["o", "o", "x"]]
    with pytest.raises(ValueError, match=r"majority='ox' is not a tag of y.*Did you mean 'x'"):
        MentionReplacement(majority="ox")(X, y)


def test_without_a_background_every_step_is_in_a_mention():
    X, y = [[50], [60, 61]], [["B-PER"], ["B-LOC", "I-LOC"]]
    augmenter = MentionReplacement(1.0).fit(X, y)
    assert augmenter.majority_ is None
    assert augmenter(X, y)[0].tolist() == X


def test_without_mentions_nothing_changes():
    X, y = [[1, 2], [3]], [["O", "O"], ["O"]]
    assert MentionReplacement(1.0)(X, y) == (Sequences.from_list(X), y)


@pytest.mark.parametrize(
    "tags", [["S-A", "B-A", "E-A", "S-B"], ["U-A", "B-A", "L-A", "U-B"], ["S-A", "B-A", "E-A", "O"]]
)
def test_spans_end_where_their_tags_say(tags):
    segments = MentionReplacement(1.0).fit([[1, 2, 3, 4]], [tags])._steps.tolist()
    assert segments[:2] == [[1], [2, 3]]


def test_shuffling_stays_within_segments(sentences):
    X, y = sentences
    X_new, y_new = ShuffleWithinSegments(0.5)(X, y, random_state=0)
    assert y_new == y
    n_long = n_shuffled = 0
    for old_row, new_row in zip(all_segments(X, y), all_segments(X_new, y), strict=True):
        for (before, _), (after, _) in zip(old_row, new_row, strict=True):
            assert sorted(before) == sorted(after)
            n_long += len(set(before)) == 3
            n_shuffled += len(set(before)) == 3 and before != after
    assert abs(n_shuffled / n_long - 0.5 * 5 / 6) < 0.06
