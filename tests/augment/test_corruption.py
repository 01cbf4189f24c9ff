"""Unknown tokens and masked spans; typing errors are tested beside EDA, whose rules they share."""

import itertools

import numpy as np
import pytest

from skseq import Sequences
from skseq.augment import SpanMasking, TokenDropout


@pytest.fixture
def texts():
    """300 sequences of 1 to 59 ids from 2 on."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 60, 300)
    return Sequences.from_lengths(rng.integers(2, 50, lengths.sum()), lengths)


def test_dropped_tokens_become_unknown_and_the_rest_stays(texts):
    X_new = TokenDropout(0.2, unknown=1)(texts, random_state=0)
    dropped = X_new.values == 1
    assert abs(dropped.mean() - 0.2) < 0.02
    assert np.array_equal(X_new.values[~dropped], texts.values[~dropped])
    assert X_new.aligns_with(texts)


def runs(hidden):
    return [len(list(run)) for is_hidden, run in itertools.groupby(hidden) if is_hidden]


def test_masked_tokens_stand_in_spans(texts):
    X_new = SpanMasking(0.15, span=3, mask=0)(texts, random_state=0)
    for new, old in zip(X_new, texts, strict=True):
        hidden = new == 0
        assert np.array_equal(new[~hidden], old[~hidden])
        n_spans = max(1, round(0.15 * len(old) / 3))
        size = min(3, len(old) - 1)
        assert hidden.sum() <= n_spans * size
        assert all(run >= size for run in runs(hidden))
        assert hidden.any() == (len(old) > 1)


def test_masks_hide_about_the_rate_and_leave_a_token(texts):
    share = (SpanMasking(0.15)(texts[texts.lengths > 20], random_state=0).values == 1).mean()
    assert 0.11 < share < 0.16
    everything = SpanMasking(1.0, span=50)(texts, random_state=0)
    assert all((steps != 1).any() for steps in everything)
