"""Which rows make a batch."""

import numpy as np

from skseq._typing import IntArray


def scoring_plan(lengths: IntArray, batch_size: int, max_steps: int = 2**16) -> list[IntArray]:
    """Rows of each scoring batch: long ones first, at most ``max_steps`` padded steps in each.

    Returns
    -------
    list of ndarray of int64
    """
    order = np.argsort(-lengths, kind="stable")
    plan: list[IntArray] = []
    first = 0
    while first < len(order):
        size = max(1, min(batch_size, max_steps // max(int(lengths[order[first]]), 1)))
        plan.append(order[first : first + size])
        first += size
    return plan
