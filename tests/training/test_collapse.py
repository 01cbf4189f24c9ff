"""A class that a fitted model never predicts is named, unless there was too little of it."""

import warnings

import numpy as np
import pytest

from skseq import SequenceClassifier, Sequences, SequenceTagger
from skseq.exceptions import CollapseWarning, MissedClassWarning
from skseq.training._collapse import warn_if_collapsed, warn_if_missed

CLASSES = np.array(["A", "B", "O"])
SIZE = {"hidden_size": 8, "embedding_dim": 8, "max_epochs": 12, "random_state": 0}


def codes(**counts):
    return np.repeat([0, 1, 2], [counts.get(name, 0) for name in CLASSES])


def test_a_missed_class_is_named_with_its_count_and_the_cure():
    truth, predicted = codes(A=10, B=30, O=60), codes(B=40, O=60)
    with pytest.warns(MissedClassWarning, match=r"never predicts 'A' \(10 true\) in the 100 "):
        warn_if_missed(predicted, truth, CLASSES)
    with pytest.warns(MissedClassWarning, match=r"'A' \(10 true\), 'B' \(30 true\) in"):
        warn_if_missed(codes(O=100), truth, CLASSES)


@pytest.mark.parametrize(
    ("predicted", "truth"),
    [
        (codes(B=40, O=60), codes(A=9, B=31, O=60)),  # too few to judge
        (codes(B=40, O=60), codes(B=40, O=60)),  # none to find
        (codes(A=1, B=39, O=60), codes(A=30, B=10, O=60)),
    ],
)
def test_a_class_that_is_found_or_too_small_is_no_reason_to_warn(predicted, truth):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_missed(predicted, truth, CLASSES)


def test_whoever_ignores_a_collapse_ignores_a_missed_class():
    assert issubclass(MissedClassWarning, CollapseWarning)


def test_a_collapse_says_whether_it_was_told():
    truth = codes(A=10, B=30, O=60)
    assert not warn_if_collapsed(truth, truth, CLASSES)
    with pytest.warns(CollapseWarning):
        assert warn_if_collapsed(codes(O=100), truth, CLASSES)


def learnable(n_sequences):
    """Tokens 0 to 9; 8 and 9 are tag A, and B falls on other steps at random, rarely."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(4, 9, n_sequences)
    X = Sequences.from_lengths(rng.integers(0, 10, lengths.sum()), lengths)
    tags = np.where(X.values > 7, "A", "O")
    noise = rng.permutation(np.flatnonzero(tags == "O"))[:20]
    tags[noise] = "B"
    return X, X.replace(values=tags)


def test_a_tagger_that_never_finds_a_tag_says_so_once():
    X, y = learnable(150)
    with pytest.warns(MissedClassWarning, match=r"never predicts 'B' \(20 true\)") as caught:
        model = SequenceTagger(**SIZE).fit(X, y)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert set(model.predict(X).values) == {"A", "O"}


def test_a_classifier_that_never_predicts_a_class_says_so():
    rng = np.random.default_rng(0)
    X = [rng.integers(0, 8, 5) for _ in range(150)]
    y = np.array(["A" if 7 in row else "O" for row in X])
    y[rng.permutation(np.flatnonzero(y == "O"))[:12]] = "B"
    with pytest.warns(MissedClassWarning, match=r"never predicts 'B' \(12 true\)"):
        SequenceClassifier(**SIZE).fit(X, y)


def test_steps_with_a_mark_do_not_count_as_missed():
    X, y = learnable(150)
    is_b = y.values == "B"
    values = np.where(is_b & (np.cumsum(is_b) > 9), "-", y.values)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SequenceTagger(**SIZE, ignore="-").fit(X, y.replace(values=values))
