"""Encoders by name: the tables, and how a module is made from a name or a class.

An encoder is called with ``(input_size, hidden_size, num_layers, dropout)`` and gives a module with
``output_size``, whose forward takes ``(x, lengths)``; padding, whatever stands in it, changes
nothing for real steps (`skseq.testing.check_encoder`). It may say more about itself:

- ``bidirectional = True``: its features are two halves, the second of which is read backward.
- ``causal = True``: a state never depends on later steps.
- ``output_lengths(lengths)``: it gives so many steps, fewer than it gets, and hence cannot tag.
"""

from collections.abc import Callable
from functools import partial

from skseq._validation import did_you_mean
from skseq.nn._branches import BagEncoder, JoinedEncoder
from skseq.nn._convolution import ConvolutionEncoder
from skseq.nn._dilated import DilatedEncoder
from skseq.nn._recurrent import RecurrentEncoder
from skseq.nn._residual import ResidualEncoder
from skseq.nn._sized import SizedModule

MakesEncoder = Callable[..., SizedModule]

# One line per kind of encoder. Names joined by "+" stand side by side.
ENCODERS: dict[str, MakesEncoder] = {
    "bag": BagEncoder,
    "bigru": partial(RecurrentEncoder, cell="gru"),
    "bilstm": RecurrentEncoder,
    "cnn": ConvolutionEncoder,
    "lstm": partial(RecurrentEncoder, bidirectional=False),
    "resnet": ResidualEncoder,
    "tcn": DilatedEncoder,
}

# Those that can do without later steps, and then how.
CAUSAL_ENCODERS: dict[str, MakesEncoder] = {
    "bag": BagEncoder,
    "cnn": partial(ConvolutionEncoder, causal=True),
    "lstm": ENCODERS["lstm"],
    "tcn": partial(DilatedEncoder, causal=True),
}


def make_encoder(
    encoder: str | MakesEncoder,
    input_size: int,
    hidden_size: int,
    num_layers: int | None,
    dropout: float,
    *,
    causal: bool = False,
) -> SizedModule:
    """Give an encoder module from a name ("tcn", "bilstm+bag"), or a module class.

    Parameters
    ----------
    encoder : str or callable
        A name in `ENCODERS`, several joined by ``+``, or what is called with the next four.

    input_size : int
        Features of a step.

    hidden_size : int
        Features of a state; the encoders say what exactly.

    num_layers : int or None
        Stacked layers; None is as many as the encoder has by default, 1 for your own.

    dropout : float
        Share of activations dropped between layers.

    causal : bool, default=False
        Whether a state must not depend on later steps.

    Raises
    ------
    ValueError
        If a name is unknown, or the encoder looks ahead and must not.
    TypeError
        If the module lacks ``output_size``.
    """
    if isinstance(encoder, str):
        depth = {} if num_layers is None else {"num_layers": num_layers}
        branches = [
            _by_name(name.strip(), causal)(input_size, hidden_size, dropout=dropout, **depth)
            for name in encoder.split("+")
        ]
        return branches[0] if len(branches) == 1 else JoinedEncoder(branches)
    module = encoder(input_size, hidden_size, 1 if num_layers is None else num_layers, dropout)
    if not hasattr(module, "output_size"):
        raise TypeError(
            f"encoder {type(module).__name__} must have the attribute output_size, the number of "
            "features that it gives for each step"
        )
    if causal and not getattr(module, "causal", False):
        raise ValueError(
            f"causal=True, but encoder {type(module).__name__} does not say that it never looks "
            "ahead; if so, give it the attribute causal = True"
        )
    return module


def _by_name(name: str, causal: bool) -> MakesEncoder:
    if name not in ENCODERS:
        raise ValueError(
            f"encoder must be one of {sorted(ENCODERS)}, some of these joined by '+', 'auto', or "
            f"your own class, got {name!r}.{did_you_mean(name, ENCODERS)}"
        )
    if not causal:
        return ENCODERS[name]
    if name not in CAUSAL_ENCODERS:
        raise ValueError(
            f"causal=True, but encoder {name!r} looks ahead; take one of "
            f"{sorted(CAUSAL_ENCODERS)}, or some of these joined by '+'"
        )
    return CAUSAL_ENCODERS[name]
