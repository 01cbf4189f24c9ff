"""What input layers, encoders and poolings have in common."""

from torch import nn


class SizedModule(nn.Module):
    """A module that says how many features it gives, for a step or for a sequence.

    A type for those of this package; a user's own module need not derive from it.
    """

    output_size: int
