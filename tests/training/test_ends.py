"""Tags that the end of a record gives away."""

import warnings

import numpy as np
import pytest

from skseq import Sequences, SequenceTagger
from skseq.data import as_tags
from skseq.exceptions import LookAheadWarning
from skseq.training import StepTargets
from skseq.training._ends import warn_if_ends_tell

SMALL = {"hidden_size": 2, "max_epochs": 1, "random_state": 0}


def records(n=12, length=20, n_failing=4, *, n_whole=None):
    """Values of machines, and tags that are "failing" at the end of those that ran to the end."""
    X = Sequences.from_lengths(np.random.default_rng(0).normal(size=n * length), [length] * n)
    tags = [["healthy"] * (length - n_failing) + ["failing"] * n_failing] * n
    for row in range(n if n_whole is None else n_whole, n):
        tags[row] = ["healthy"] * length
    return X, tags


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_a_tagger_that_looks_ahead_warns_and_one_that_does_not_is_silent():
    X, tags = records()
    with pytest.warns(LookAheadWarning, match=r"100% .* 'failing', which 20.0% .* causal=True"):
        SequenceTagger(**SMALL).fit(X, tags)
    with warnings.catch_warnings():
        warnings.simplefilter("error", LookAheadWarning)
        SequenceTagger(causal=True, **SMALL).fit(X, tags)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_words_end_as_they_do():
    X = [["so", "it", "goes", "."] * 3] * 12
    tags = [["O"] * 11 + ["end"]] * 12
    ids = Sequences.from_list([[2, 3, 4, 5] * 3] * 12)
    assert len(X) == len(ids)
    with warnings.catch_warnings():
        warnings.simplefilter("error", LookAheadWarning)
        SequenceTagger(**SMALL).fit(ids, tags)


@pytest.mark.parametrize(
    "about",
    [
        {"n": 9},  # too few to tell
        {"n_failing": 6},  # common anyway
        {"n_whole": 11},  # one of twelve ends otherwise
    ],
)
def test_other_ends_tell_nothing(about):
    X, tags = records(**about)
    classes, codes = np.unique(as_tags(tags).values, return_inverse=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_ends_tell(StepTargets(X, False, codes, classes=classes))


def test_ends_without_weight_do_not_count():
    X, tags = records(n_whole=11)
    classes, codes = np.unique(as_tags(tags).values, return_inverse=True)
    weight = np.ones(len(codes))
    weight[-1] = 0
    with pytest.warns(LookAheadWarning):
        warn_if_ends_tell(StepTargets(X, False, codes, weight, classes))
