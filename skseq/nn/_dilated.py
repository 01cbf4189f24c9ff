"""Dilated convolutions: a long view of a sequence at every step, in a few layers."""

from torch import Tensor, nn
from torch.nn import functional

from skseq.nn._convolution import StepConvolution
from skseq.nn._dropout import LockedDropout
from skseq.nn._masks import step_mask
from skseq.nn._sized import SizedModule


class DilatedEncoder(SizedModule):
    """Residual convolutions whose gaps double from layer to layer, over padded batches.

    The temporal convolutional network of Bai et al. ("An Empirical Evaluation of Generic
    Convolutional and Recurrent Networks for Sequence Modeling", 2018), with one convolution per
    layer and layer normalisation in place of weight normalisation:

    .. math:: h_l = h_{l-1} + dropout(relu(norm(conv_l(h_{l-1}))))

    where :math:`h_0` is a linear map of the inputs, and :math:`conv_l` reads 3 steps that are
    :math:`2^{l-1}` apart.

    A state of n layers sees :math:`2^{n+1} - 1` steps: half of them ahead and half behind, or, if
    ``causal``, itself and those behind: 3, 7, 15, 31, 63 and 127 steps for 1 to 6 layers.

    Parameters
    ----------
    input_size : int
        Features of a step.

    hidden_size : int
        Channels of every layer.

    num_layers : int, default=6
        Layers; each doubles the view.

    dropout : float, default=0.0
        Share of the channels that each layer adds which are dropped at all steps of a sequence, as
        in the paper.

    kernel_size : int, default=3
        Steps that a layer reads; odd. The view is 1 + (kernel_size - 1) (2^n - 1) steps.

    causal : bool, default=False
        Whether later steps are not seen.
    """

    bidirectional = False

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 6,
        dropout: float = 0.0,
        *,
        kernel_size: int = 3,
        causal: bool = False,
    ) -> None:
        super().__init__()
        self.output_size = hidden_size
        self.causal = causal
        self.project = nn.Linear(input_size, hidden_size)
        self.layers = nn.ModuleList(
            StepConvolution(hidden_size, hidden_size, kernel_size, dilation=2**layer, causal=causal)
            for layer in range(num_layers)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(hidden_size) for _ in range(num_layers))
        self.dropout = LockedDropout(dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Encode x (batch, time, input_size) to (batch, time, output_size)."""
        mask = step_mask(lengths, x.shape[1]).unsqueeze(-1)  # (batch, time, 1)
        x = self.project(x)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            seen = layer((x * mask).transpose(1, 2)).transpose(1, 2)
            x = x + self.dropout(functional.relu(norm(seen)))
        return x
