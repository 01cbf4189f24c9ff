"""Leaks that are planted are found, and nothing else is."""

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold, KFold

from skseq import Sequences
from skseq.data import original_groups
from skseq.model_selection import Leak, check_leakage
from skseq.preprocessing import make_windows
from skseq.samplers import SequenceOverSampler


def different(n):
    """Sequences of one token each, no two alike."""
    return Sequences.from_list([[row] for row in range(n)])


def test_a_clean_split_has_no_leak():
    assert check_leakage(different(10), KFold(3)) == []


def test_a_row_on_both_sides_is_found():
    leaks = check_leakage(different(6), [([0, 1, 2, 3], [3, 4])])
    same = Leak(0, "same row", 1, 0.5, 3, 3)
    assert leaks == [same, same._replace(kind="identical content")]


@pytest.mark.parametrize("form", [list, np.asarray])
def test_identical_texts_are_found(form):
    texts = form(["yes", "no", "yes", "maybe"])
    splits = [([0, 1], [2, 3]), ([0, 2], [1, 3])]
    assert check_leakage(texts, splits) == [Leak(0, "identical content", 1, 0.5, 2, 0)]


def test_copies_by_a_sampler_are_found_by_origin_and_a_split_by_originals_is_clean():
    X, y = different(12), np.array([0] * 9 + [1] * 3)
    X, y = SequenceOverSampler(random_state=0).fit_resample(X, y)
    leaks = check_leakage(X, KFold(3, shuffle=True, random_state=0))
    assert {leak.kind for leak in leaks} == {"shared origin"}
    clean = GroupKFold(3).split(X, groups=original_groups(X))
    assert check_leakage(X, clean) == []


def test_overlapping_windows_are_counted_as_by_hand():
    X, _, _, index = make_windows(np.arange(20.0), length=4, stride=2)
    rows = [set(window) for window in index.tolist()]
    splits = list(KFold(3, shuffle=True, random_state=1).split(X))
    leaks = check_leakage(X, splits, index)
    assert len(leaks) == 3
    for leak, (train, test) in zip(leaks, splits, strict=True):
        hit = [row for row in test if any(rows[row] & rows[other] for other in train)]
        assert (leak.kind, leak.n_test) == ("overlapping windows", len(hit))
        assert leak.share == len(hit) / len(test)
        assert rows[leak.test_row] & rows[leak.train_row]
        assert leak.test_row in test
        assert leak.train_row in train


def test_masks_are_taken_for_rows():
    train = np.array([True, True, False, False])
    assert check_leakage(different(4), [(train, ~train)]) == []
    assert len(check_leakage(different(4), [(train, train)])) == 2


def test_bad_input_is_refused_with_its_reason():
    with pytest.raises(ValueError, match="split 0 names rows 7 to 7, but X has 4 rows"):
        check_leakage(different(4), [([0], [7])])
    with pytest.raises(ValueError, match="windows has 3 entries but X has 4"):
        check_leakage(different(4), KFold(2), different(3))
    for splits in (5, [[0.5], [1.5]], different(4), [["a b"], ["c d"]]):
        with pytest.raises(TypeError, match=r"splits must be .* row numbers"):
            check_leakage(different(4), splits)


def test_groups_on_both_sides_are_counted_as_by_hand():
    groups = np.array(["a", "a", "b", "b", "c", "c"])
    train, test = [0, 2, 3, 4], [1, 5]
    expected = Leak(0, "shared group", 2, 1.0, 1, 0)
    assert check_leakage(different(6), [(train, test)], groups=groups) == [expected]
    assert (
        check_leakage(different(6), GroupKFold(3).split(groups, groups=groups), None, groups) == []
    )
    with pytest.raises(ValueError, match="groups has 5 entries but X has 6"):
        check_leakage(different(6), KFold(2), groups=groups[1:])
