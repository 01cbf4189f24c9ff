import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skseq import Sequences
from skseq.meta._base import relabel_counts


@given(
    counts=st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 99), min_size=1),
    new=st.lists(st.sampled_from("abxy"), min_size=3, max_size=3),
)
def test_no_sequence_is_lost_or_counted_twice(counts, new):
    X = Sequences.from_list([[1.0]], label_counts=counts)
    new_of = dict(zip("abc", new, strict=True))
    ours = relabel_counts(X, np.array(list(counts)), {old: {n: 1} for old, n in new_of.items()})
    # Every sequence by itself, under its new label.
    renamed = [new_of.get(label, label) for label, n in counts.items() for _ in range(n)]
    assert {label: n for label, n in ours.label_counts.items() if n} == {
        label: renamed.count(label) for label in set(renamed)
    }


def test_shares_divide_a_count():
    X = Sequences.from_list([[1.0]], label_counts={0: 8, 1: 3})
    assert relabel_counts(X, np.array([0, 1]), {0: {0: 0.75, 2: 0.25}}).label_counts == {
        0: 6,
        2: 2,
        1: 3,
    }
    assert X.label_counts == {0: 8, 1: 3}


def test_counts_of_other_labels_than_those_of_y_tell_nothing():
    X = Sequences.from_list([[1.0]], label_counts={"a": 8, "b": 3})
    assert relabel_counts(X, np.array(["b", "c"]), {"c": {"b": 1}}).label_counts == {}


@pytest.mark.parametrize("X", [np.zeros((2, 3)), ["a b"], Sequences.from_list([[1]])], ids=type)
def test_what_knows_no_counts_stays_itself(X):
    assert relabel_counts(X, np.array(["b"]), {"b": {"c": 1}}) is X
