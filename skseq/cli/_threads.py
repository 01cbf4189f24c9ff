"""How many threads the arithmetic of a command takes."""

from contextlib import contextmanager

import torch


@contextmanager
def one_thread():
    """Keep to one thread: nets this small run fastest so, and workers keep to their share."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
