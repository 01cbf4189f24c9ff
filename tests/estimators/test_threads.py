"""Fits in threads give what they give alone, and torch's state stays the caller's."""

import numpy as np
import pytest
import torch
from joblib import Parallel, delayed
from numpy.testing import assert_array_equal

from skseq import SequenceClassifier

# What so small a net predicts plays no part.
pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

TOKENS = [[1, 2], [3], [2, 2, 3]] * 8
LABELS = [0, 1, 0, 1] * 6


def probabilities(seed=0):
    model = SequenceClassifier(hidden_size=4, max_epochs=3, decision="balanced", random_state=seed)
    return model.fit(TOKENS, LABELS).predict_proba(TOKENS)


def test_six_fits_in_threads_with_one_seed_are_alike():
    alone = probabilities()
    before = torch.get_rng_state()
    for ours in Parallel(3, prefer="threads")(delayed(probabilities)() for _ in range(6)):
        assert_array_equal(ours, alone)
    assert_array_equal(torch.get_rng_state(), before)


def test_fits_in_threads_with_other_seeds_are_what_they_are_alone():
    alone = [probabilities(seed) for seed in range(4)]
    together = Parallel(4, prefer="threads")(delayed(probabilities)(seed) for seed in range(4))
    assert_array_equal(together, alone)
    assert not np.array_equal(alone[0], alone[1])


def test_a_fit_inside_a_fit_does_not_wait_for_itself():
    from skorch.callbacks import Callback

    class Nested(Callback):
        def on_train_end(self, net, **kwargs):
            self.said = probabilities()

    nested = Nested()
    SequenceClassifier(hidden_size=4, max_epochs=1, random_state=0, callbacks=[nested]).fit(
        TOKENS, LABELS
    )
    assert_array_equal(nested.said, probabilities())
