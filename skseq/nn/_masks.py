"""Masks of padded batches: True on real steps."""

import torch
from torch import Tensor


def step_mask(lengths: Tensor, max_length: int) -> Tensor:
    """Boolean (batch, max_length), True on real steps."""
    return torch.arange(max_length, device=lengths.device) < lengths[:, None]
