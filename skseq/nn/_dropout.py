"""Dropout that is the same at every step of a sequence."""

from torch import Tensor, nn


class LockedDropout(nn.Dropout1d):
    """Drops whole channels of a sequence, by the same draw at all its steps.

    What is dropped here and there can be read off the neighbouring steps; what is dropped
    everywhere cannot (Gal & Ghahramani, "A Theoretically Grounded Application of Dropout in
    Recurrent Neural Networks", 2016).
    """

    def forward(self, x: Tensor) -> Tensor:
        """Drop channels of x (batch, time, channels)."""
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


class StepDropout(nn.Dropout1d):
    """Drops all channels of a step, each step by its own draw; of words, that is word dropout.

    torch's layer does that to (batch, time, channels), where it takes time for the channels.
    """
