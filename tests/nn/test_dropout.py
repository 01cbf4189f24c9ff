"""What is dropped together."""

import numpy as np
import pytest
import torch

from skseq.nn import LockedDropout, StepDropout


@pytest.mark.parametrize(
    ("layer", "shared"), [(LockedDropout, 1), (StepDropout, 2)], ids=["channels", "steps"]
)
def test_a_draw_is_shared_along_one_axis(layer, shared):
    torch.manual_seed(0)
    dropout = layer(0.4)
    kept = dropout(torch.ones(40, 25, 30)).numpy()  # (batch, time, channels)
    assert np.all(kept == kept.take([0], axis=shared))
    assert np.unique(kept) == pytest.approx([0, 1 / 0.6])  # scaled, so that the mean stays
    assert np.mean(kept == 0) == pytest.approx(0.4, abs=0.06)
    for axis in {0, 1, 2} - {shared}:
        assert not np.all(kept == kept.take([0], axis=axis))
    assert torch.equal(dropout.eval()(torch.ones(2, 5, 3)), torch.ones(2, 5, 3))
