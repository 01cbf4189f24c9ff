"""Convolutional encoder whose scores do not depend on padding."""

from torch import Tensor, nn

from skseq.nn._masks import step_mask


class ConvolutionEncoder(nn.Module):
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
    ):
        super().__init__()
        self.output_size = hidden_size
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList(
            nn.Conv1d(size, hidden_size, kernel_size, padding="same") for size in sizes
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
