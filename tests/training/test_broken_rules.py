"""Tags that could never be predicted under the rules are counted, and one of them is shown."""

import warnings

import numpy as np
import pytest

from skseq import Sequences
from skseq.data import as_tags
from skseq.decisions import read_constraints
from skseq.training import StepTargets, warn_if_broken


def warning_of(tags, scheme, weight=None):
    """What is said of lists of tags, or None."""
    y = as_tags(tags)
    classes, codes = np.unique(y.values, return_inverse=True)
    X = Sequences(np.zeros(y.n_steps), y.offsets)
    targets = StepTargets(X, False, codes, weight, classes)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        warn_if_broken(read_constraints(scheme, classes), targets, scheme)
    return str(seen[0].message) if seen else None


@pytest.mark.parametrize(
    ("scheme", "tags", "where"),
    [
        ("IOB2", [["B-x", "I-x"], ["I-x", "O"]], "I-x as the first tag, say, at step 0 of y[1]"),
        ("IOB2", [["B-x", "O", "I-x"]], "I-x after O, say, at step 2 of y[0]"),
        ("IOB2", [["B-x", "I-y"]], "I-y after B-x, say, at step 1 of y[0]"),
        ("IOE2", [["E-x", "I-x"]], "I-x as the last tag, say, at step 1 of y[0]"),
        (
            "IOBES",
            [["S-x"], ["B-x"], ["E-x"]],
            "B-x as the last tag, say, at step 0 of y[1]",
        ),
    ],
)
def test_it_says_which_tag_may_not_stand_where(scheme, tags, where):
    assert where in warning_of(tags, scheme)


def test_tags_that_keep_the_rules_are_not_mentioned():
    assert warning_of([["B-x", "I-x", "O"], ["O", "B-x", "B-x"]], "IOB2") is None


@pytest.mark.parametrize("seed", range(5))
def test_steps_without_weight_and_those_behind_them_do_not_count(seed):
    rng = np.random.default_rng(seed)
    tags = [rng.choice(["B-x", "I-x", "O"], size=n).tolist() for n in rng.integers(1, 6, 30)]
    weights = [rng.integers(2, size=len(row)) for row in tags]
    n_broken = sum(
        tag == "I-x" and counts and (place == 0 or (row[place - 1] == "O" and of_row[place - 1]))
        for row, of_row in zip(tags, weights, strict=True)
        for place, (tag, counts) in enumerate(zip(row, of_row, strict=True))
    )
    said = warning_of(tags, "IOB2", np.concatenate(weights))
    assert f"rules out the tags of {n_broken} of {sum(map(len, tags))} steps" in said
