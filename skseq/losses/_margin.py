"""Losses with a margin."""

from numbers import Real

import numpy as np
import torch
from torch.nn import functional

from skseq._validation import Interval
from skseq.losses._base import SequenceLoss


class LDAMLoss(SequenceLoss):
    """Label-distribution-aware margin loss: the rarer the class, the wider the margin.

    .. math:: -\\log \\frac{e^{s (z_y - \\Delta_y)}}{e^{s (z_y - \\Delta_y)} +
              \\sum_{c \\neq y} e^{s z_c}}, \\quad \\Delta_c = \\frac{K}{n_c^{1/4}}

    where z are cosines between a sequence's state and the classes' directions, y is the true
    class, s the scale, n_c how many samples the class c has, and K makes the widest margin
    ``max_margin``. The estimator gives this loss the head it needs, which scores s z.

    Parameters
    ----------
    max_margin : float, default=0.5
        Margin of the rarest class, as a difference of cosines.

    scale : float, default=30.0
        What cosines are multiplied with, so that softmax can be sure.

    References
    ----------
    .. [1] K. Cao et al., "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss",
       2019. https://arxiv.org/abs/1906.07413

    Examples
    --------
    >>> import torch
    >>> from skseq.losses import LDAMLoss
    >>> LDAMLoss().fit([16, 1]).margins_.tolist()
    [0.25, 0.5]
    """

    head = "cosine"

    _parameter_constraints: dict = {
        "max_margin": [Interval(Real, 0, None, closed="left")],
        "scale": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(self, max_margin=0.5, scale=30.0):
        self.max_margin = max_margin
        self.scale = scale

    def _adapt(self, counts, prior):
        # A class without samples gets the margin of a class with one.
        margins = np.maximum(counts, 1.0) ** -0.25
        self.margins_ = self.max_margin * margins / margins.max()

    def per_step(self, scores, target):
        margins = torch.as_tensor(self.margins_, dtype=scores.dtype, device=scores.device)
        own = functional.one_hot(target, scores.shape[-1])
        return functional.cross_entropy(
            scores - self.scale * margins * own, target, reduction="none"
        )
