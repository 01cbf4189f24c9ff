"""Convolutions over steps, and an encoder of them whose scores do not depend on padding."""

from torch import Tensor, nn

from skseq.nn._masks import step_mask
from skseq.nn._sized import SizedModule


class StepConvolution(nn.Conv1d):
    """Convolution over steps (batch, channels, time) that gives as many steps as it gets.

    Beyond both ends it reads zeros. A window stands around its step, or, if ``causal``, ends there.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        kernel_size: int,
        *,
        dilation: int = 1,
        causal: bool = False,
        bias: bool = True,
    ) -> None:
        reach = dilation * (kernel_size - 1)
        super().__init__(
            input_size,
            output_size,
            kernel_size,
            dilation=dilation,
            padding=reach if causal else "same",
            bias=bias,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Convolve x (batch, input_size, time) to (batch, output_size, time)."""
        # Zeros on both sides of causal windows are one call; what reads those behind is cut off.
        return super().forward(x)[..., : x.shape[-1]]


class ConvolutionEncoder(SizedModule):
    """Stacked one-dimensional convolutions of odd width over padded batches.

    Each layer sees zeros beyond both ends of a sequence, however long its batch is, since
    padding is set to zero before every layer.

    Parameters
    ----------
    input_size : int
        Features of a step.

    hidden_size : int
        Channels of every layer.

    num_layers : int, default=1
        Stacked layers; each widens the view by ``kernel_size - 1`` steps.

    dropout : float, default=0.0
        Share of activations dropped between layers.

    kernel_size : int, default=5
        Steps that a layer sees at once; odd.

    causal : bool, default=False
        Whether a layer sees a step and those before it, rather than those around it.
    """

    bidirectional = False

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        dropout: float = 0.0,
        *,
        kernel_size: int = 5,
        causal: bool = False,
    ) -> None:
        super().__init__()
        self.output_size = hidden_size
        self.causal = causal
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList(
            StepConvolution(size, hidden_size, kernel_size, causal=causal) for size in sizes
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Encode x (batch, time, input_size) to (batch, time, output_size)."""
        mask = step_mask(lengths, x.shape[1]).unsqueeze(1)  # (batch, 1, time)
        x = x.transpose(1, 2)
        for index, layer in enumerate(self.layers):
            if index:
                x = self.dropout(x)
            x = layer(x * mask).relu()
        return x.transpose(1, 2)
