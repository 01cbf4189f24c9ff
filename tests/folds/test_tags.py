"""Folds that hold every tag, against what is counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import KFold, cross_val_score

from skseq import Sequences
from skseq.data import offsets_from_lengths
from skseq.datasets import make_imbalanced_tags
from skseq.exceptions import SmallClassWarning
from skseq.metrics import get_scorer
from skseq.model_selection import TagStratifiedKFold


def random_tags(rng, n_sequences=120, n_tags=6):
    """Tags whose frequency falls steeply: the first is nearly everywhere, the last is rare."""
    lengths = rng.integers(1, 12, size=n_sequences)
    share = 0.3 ** np.arange(n_tags)
    values = rng.choice(n_tags, p=share / share.sum(), size=lengths.sum())
    return Sequences(values, offsets_from_lengths(lengths))


def holders(y, rows, tag):
    return sum(tag in y[row] for row in rows)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.SmallClassWarning")
@given(seed=st.integers(0, 2**32 - 1), n_splits=st.integers(2, 6), shuffle=st.booleans())
def test_every_row_is_tested_once_and_never_trained_on_meanwhile(seed, n_splits, shuffle):
    y = random_tags(np.random.default_rng(seed), n_sequences=30)
    cv = TagStratifiedKFold(n_splits, shuffle=shuffle, random_state=seed if shuffle else None)
    pairs = list(cv.split(y, y))
    assert len(pairs) == cv.get_n_splits() == n_splits
    np.testing.assert_array_equal(np.sort(np.concatenate([test for _, test in pairs])), range(30))
    for train, test in pairs:
        np.testing.assert_array_equal(np.sort([*train, *test]), range(30))


@pytest.mark.filterwarnings("ignore::skseq.exceptions.SmallClassWarning")  # of those with fewer
@pytest.mark.parametrize("seed", range(30))
def test_a_tag_with_enough_holders_is_in_every_fold(seed):
    y = random_tags(np.random.default_rng(seed))
    enough = [tag for tag in range(6) if holders(y, range(len(y)), tag) >= 5]
    assert len(enough) >= 4
    for _, test in TagStratifiedKFold(5).split(y, y):
        assert all(holders(y, test, tag) > 0 for tag in enough)


def test_folds_have_like_sizes_and_like_shares_of_every_tag():
    y = random_tags(np.random.default_rng(0), n_sequences=3000)
    total = np.bincount(y.values) / 5
    spread, plain = [], []
    for ours, theirs in zip(TagStratifiedKFold(5).split(y, y), KFold(5).split(y), strict=True):
        assert abs(len(ours[1]) - 600) <= 6
        spread.append(np.bincount(y[ours[1]].values, minlength=6) / total - 1)
        plain.append(np.bincount(y[theirs[1]].values, minlength=6) / total - 1)
    rare = slice(3, None)
    assert np.abs(spread)[:, rare].max() < 0.15
    assert np.abs(spread)[:, rare].mean() < np.abs(plain)[:, rare].mean() / 2


def test_groups_stay_together_and_tags_are_spread_over_groups():
    rng = np.random.default_rng(1)
    y = random_tags(rng, n_sequences=300, n_tags=4)
    groups = rng.choice(["a", "b", "c", "d", "e", "f", "g", "h"], size=300)
    for train, test in TagStratifiedKFold(4).split(y, y, groups):
        assert set(groups[train]).isdisjoint(groups[test])
        assert set(y[test].values) == {0, 1, 2, 3}


def test_a_tag_with_too_few_holders_is_warned_of_by_name():
    y = [["O", "rare"], ["O"], ["O"], ["O"]]
    with pytest.warns(SmallClassWarning, match=r"'rare' \(1 of 2\)"):
        list(TagStratifiedKFold(2).split(y, y))


def test_tags_that_stand_in_each_others_way_are_warned_of():
    y = [["A", "B"], ["B", "C"], ["A", "C"]]
    with pytest.warns(SmallClassWarning, match=r"\(2 of 2\)"):
        pairs = list(TagStratifiedKFold(2).split(y, y))
    assert sorted(len(test) for _, test in pairs) == [1, 2]


def test_a_missing_tag_is_mended_by_moving_a_holder_that_can_be_spared():
    # Rarest first, A's holders fall to two folds, and with them two of B's.
    y = [["A", "B"], ["A", "B"], ["B"], ["B", "O"], ["O"], ["O"]]
    for _, test in TagStratifiedKFold(2).split(y, y):
        assert {"A", "B", "O"} <= {tag for row in test for tag in y[row]}


def test_another_seed_gives_other_folds_and_the_same_seed_the_same():
    y = random_tags(np.random.default_rng(2), n_tags=3)
    first, again, other = (
        [test.tolist() for _, test in cv.split(y, y)]
        for cv in (
            TagStratifiedKFold(4, shuffle=True, random_state=0),
            TagStratifiedKFold(4, shuffle=True, random_state=0),
            TagStratifiedKFold(4, shuffle=True, random_state=1),
        )
    )
    assert first == again != other


def test_it_serves_cross_validation_of_a_tagger():
    from skseq import SequenceTagger

    X, y = make_imbalanced_tags(40, n_classes=3, weights=0.7, length=(8, 15), random_state=0)
    scores = cross_val_score(
        SequenceTagger(hidden_size=4, max_epochs=15, class_weight="balanced", random_state=0),
        X,
        y,
        cv=TagStratifiedKFold(2, shuffle=True, random_state=0),
        scoring=get_scorer("tag_accuracy"),
    )
    assert np.isfinite(scores).all()


def test_bad_input_is_refused_with_its_reason():
    y = [["A"], ["A"], ["A"]]
    with pytest.raises(ValueError, match="n_splits=4 greater than the number of samples"):
        list(TagStratifiedKFold(4).split(y, y))
    with pytest.raises(ValueError, match="greater than the number of groups: 1"):
        list(TagStratifiedKFold(2).split(y, y, groups=[0, 0, 0]))
    with pytest.raises(TypeError, match="got one label per sequence"):
        list(TagStratifiedKFold(2).split(y, ["A", "B", "A"]))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        list(TagStratifiedKFold(2).split(y[:2], y))
    with pytest.raises(ValueError, match="random_state has no effect"):
        TagStratifiedKFold(2, random_state=0)
