"""Input layers, encoders, poolings and last layers as nodes of ONNX.

States are float32 of shape (batch, time, features), as in `skseq.nn`. What stands in the padding is
never read.
"""

from functools import wraps

import numpy as np
from torch import nn

from skseq.nn import (
    BagEncoder,
    ChannelInput,
    ConvolutionEncoder,
    DilatedEncoder,
    JoinedEncoder,
    RecurrentEncoder,
    ResidualEncoder,
    TokenInput,
    ValueInput,
)
from skseq.nn._heads import CosineScores, CrfScores, ThresholdScores
from skseq.nn._inputs import CharacterReader, IdReader, NumberReader
from skseq.nn._pooling import (
    AttentionPooling,
    BranchPooling,
    JoinedPooling,
    LastPooling,
    MaxPooling,
    MeanPooling,
)
from skseq.serving._graph import array_of

_ALL = np.iinfo(np.int64).max


def by_type(fallback):
    """Function that asks the one registered for the type of its first argument, by ``of(type)``.

    Not for a type that is derived from it, which may compute anything.
    """
    table = {}

    @wraps(fallback)
    def choose(layer, *args):
        return table.get(type(layer), fallback)(layer, *args)

    choose.of = lambda cls: lambda function: table.setdefault(cls, function)
    return choose


def network_scores(net, graph, values, lengths, summary=None):
    """Scores (batch[, time], n_scores) of a `skseq.nn.SequenceNetwork`."""
    mask = graph.step_mask(lengths, values)
    states = encode(net.encoder, graph, read(net.input_layer, graph, values), mask, lengths)
    if net.pooling is not None:
        if isinstance(net.encoder, ResidualEncoder):
            for _ in net.encoder.blocks[1:]:
                lengths = _half(graph, lengths)
            mask = graph.step_mask(lengths, states)
        states = pool(net.pooling, graph, states, mask, lengths)
        if summary is not None:
            states = graph("Concat", states, summary, axis=1)
    *dense, last = net.head
    for layer in dense:
        if isinstance(layer, nn.Linear):
            states = graph("Relu", graph.linear(states, layer))
    return score(last, graph, states)


# -- input --------------------------------------------------------------------------------------


@by_type
def read(layer, graph, values):
    """From the values of a batch to states."""
    raise ValueError(f"the input layer {type(layer).__name__} cannot be exported")


@read.of(TokenInput)
def _(layer, graph, values):
    return graph("Gather", array_of(layer.embedding.weight), values)


@read.of(ValueInput)
def _(layer, graph, values):
    return values


@read.of(ChannelInput)
def _(layer, graph, values):
    summed, beside = None, []
    for columns, reader, is_summed in zip(
        layer.columns, layer.readers, layer.is_summed, strict=True
    ):
        part = read(reader, graph, graph.slice(values, columns.start, columns.stop, 2))
        if not is_summed:
            beside.append(part)
        else:
            summed = part if summed is None else graph("Add", summed, part)
    return graph("Concat", *([] if summed is None else [summed]), *beside, axis=2)


@read.of(IdReader)
def _(reader, graph, values):
    vectors = array_of(reader.embedding.weight).copy()
    vectors[0] = 0
    each = graph("Gather", vectors, graph.cast(values, "int64"))  # (batch, time, columns, dim)
    return graph("ReduceSum", each, graph.axes(2), keepdims=0)


@read.of(CharacterReader)
def _(reader, graph, values):
    characters = graph.cast(values, "int64")
    vectors = graph("Gather", array_of(reader.embedding.weight), characters)
    before, after = reader.around
    filtered = graph(
        "Conv",
        graph("Transpose", vectors, perm=[0, 3, 1, 2]),  # (batch, dim, time, columns)
        array_of(reader.convolution.weight)[:, :, None],
        array_of(reader.convolution.bias),
        pads=[0, before, 0, after],
    )
    is_over = graph("Unsqueeze", graph("Equal", characters, np.int64(0)), graph.axes(1))
    spelt = graph("Where", is_over, np.float32(-np.inf), filtered)
    largest = graph("ReduceMax", spelt, graph.axes(3), keepdims=0)
    largest = graph("Where", graph("IsInf", largest), np.float32(0), largest)  # of no characters
    return graph("Transpose", largest, perm=[0, 2, 1])


@read.of(NumberReader)
def _(reader, graph, values):
    return graph.cast(values, "float32")


# -- encoders -----------------------------------------------------------------------------------


@by_type
def encode(encoder, graph, x, mask, lengths):
    """From states to states, in which each step knows of others."""
    raise ValueError(
        f"the encoder {type(encoder).__name__} is not one of skseq, and cannot be exported; export "
        "net_.module_ by torch.onnx.export, or use an encoder of skseq"
    )


@encode.of(BagEncoder)
def _(encoder, graph, x, mask, lengths):
    return x


@encode.of(JoinedEncoder)
def _(encoder, graph, x, mask, lengths):
    states = [encode(branch, graph, x, mask, lengths) for branch in encoder.branches]
    return graph("Concat", *states, axis=2)


# The order of gates in torch, by that of ONNX.
_GATES = {"LSTM": [0, 3, 1, 2], "GRU": [1, 0, 2]}


@encode.of(RecurrentEncoder)
def _(encoder, graph, x, mask, lengths):
    x = graph("Transpose", x, perm=[1, 0, 2])
    lengths = graph.cast(lengths, "int32")
    for layer, ahead in enumerate(encoder.ahead):
        cells = [ahead, encoder.back[layer]] if encoder.bidirectional else [ahead]
        kind = type(ahead).__name__
        weights = [
            np.stack([_gates_of(cell, name, kind) for cell in cells])
            for name in ("weight_ih_l0", "weight_hh_l0")
        ]
        bias = [
            np.concatenate([_gates_of(cell, name, kind) for name in ("bias_ih_l0", "bias_hh_l0")])
            for cell in cells
        ]
        states, *_ = graph(
            kind,
            x,
            *weights,
            np.stack(bias),
            lengths,
            n_outputs=2,
            hidden_size=ahead.hidden_size,
            direction="bidirectional" if encoder.bidirectional else "forward",
            **({"linear_before_reset": 1} if kind == "GRU" else {}),
        )  # (time, directions, batch, features)
        states = graph("Transpose", states, perm=[0, 2, 1, 3])
        x = graph("Reshape", states, graph.axes(0, 0, -1))
    return graph("Transpose", x, perm=[1, 0, 2])


def _gates_of(cell, name, kind):
    gates = np.split(array_of(getattr(cell, name)), len(_GATES[kind]))
    return np.concatenate([gates[place] for place in _GATES[kind]])


@encode.of(ConvolutionEncoder)
def _(encoder, graph, x, mask, lengths):
    mask = _channel_mask(graph, mask)
    x = graph("Transpose", x, perm=[0, 2, 1])
    for layer in encoder.layers:
        x = graph("Relu", _convolve(graph, graph("Mul", x, mask), layer))
    return graph("Transpose", x, perm=[0, 2, 1])


@encode.of(DilatedEncoder)
def _(encoder, graph, x, mask, lengths):
    mask = graph("Unsqueeze", graph.cast(mask, "float32"), graph.axes(2))
    x = graph.linear(x, encoder.project)
    for layer, norm in zip(encoder.layers, encoder.norms, strict=True):
        seen = graph("Transpose", graph("Mul", x, mask), perm=[0, 2, 1])
        seen = graph("Transpose", _convolve(graph, seen, layer), perm=[0, 2, 1])
        weights = array_of(norm.weight), array_of(norm.bias)
        normal = graph("LayerNormalization", seen, *weights, axis=-1, epsilon=norm.eps)
        x = graph("Add", x, graph("Relu", normal))
    return x


@encode.of(ResidualEncoder)
def _(encoder, graph, x, mask, lengths):
    mask = _channel_mask(graph, mask)
    x = graph("Mul", graph("Transpose", x, perm=[0, 2, 1]), mask)
    for index, block in enumerate(encoder.blocks):
        if index:
            x = _mean_of_pairs(graph, x, lengths)
            lengths = _half(graph, lengths)
            mask = _channel_mask(graph, graph.step_mask(lengths, _time_second(graph, x)))
        x = _residual_block(graph, block, x, mask)
    return graph("Transpose", x, perm=[0, 2, 1])


def _residual_block(graph, block, x, mask):
    shortcut = x if isinstance(block.shortcut, nn.Identity) else _convolve(graph, x, block.shortcut)
    shortcut = _normalise(graph, shortcut, block.shortcut_norm, mask)
    for layer, norm in zip(block.layers[:-1], block.norms[:-1], strict=True):
        x = graph("Relu", _normalise(graph, _convolve(graph, x, layer), norm, mask))
    last = _normalise(graph, _convolve(graph, x, block.layers[-1]), block.norms[-1], mask)
    return graph("Relu", graph("Add", last, shortcut))


def _normalise(graph, x, norm, mask):
    factor = array_of(norm.weight) / np.sqrt(array_of(norm.running_var) + norm.eps)
    shift = array_of(norm.bias) - array_of(norm.running_mean) * factor
    scaled = graph("Mul", x, factor[:, None].astype(np.float32))
    return graph("Mul", graph("Add", scaled, shift[:, None].astype(np.float32)), mask)


def _mean_of_pairs(graph, x, lengths):
    ahead = graph("Pad", x, graph.axes(0, 0, 0, 0, 0, 1))
    pairs = graph("Add", graph.slice(x, 0, _ALL, 2, step=2), graph.slice(ahead, 1, _ALL, 2, step=2))
    of_two = graph.step_mask(graph("Div", lengths, np.int64(2)), _time_second(graph, pairs))
    share = graph("Where", of_two, np.float32(0.5), np.float32(1.0))
    return graph("Mul", pairs, graph("Unsqueeze", share, graph.axes(1)))


def _half(graph, lengths):
    return graph("Div", graph("Add", lengths, np.int64(1)), np.int64(2))


def _time_second(graph, x):
    return graph("Transpose", x, perm=[0, 2, 1])


def _channel_mask(graph, mask):
    return graph("Unsqueeze", graph.cast(mask, "float32"), graph.axes(1))


def _convolve(graph, x, layer):
    """A `StepConvolution` of x (batch, channels, time)."""
    (dilation,), (kernel_size,) = layer.dilation, layer.kernel_size
    reach = dilation * (kernel_size - 1)
    before = reach // 2 if layer.padding == "same" else reach
    bias = [] if layer.bias is None else [array_of(layer.bias)]
    return graph(
        "Conv",
        x,
        array_of(layer.weight),
        *bias,
        dilations=[dilation],
        kernel_shape=[kernel_size],
        pads=[before, reach - before],
    )


# -- poolings -----------------------------------------------------------------------------------


@by_type
def pool(pooling, graph, states, mask, lengths):
    """From states of steps to one of a sequence, (batch, features)."""
    raise ValueError(
        f"the pooling {type(pooling).__name__} is not one of skseq, and cannot be exported; take "
        'one of "mean", "max", "last" and "attention", or some of these joined by "+"'
    )


@pool.of(LastPooling)
def _(pooling, graph, states, mask, lengths):
    last = graph("Sub", graph("Unsqueeze", lengths, graph.axes(1)), np.int64(1))
    ends = graph("GatherND", states, last, batch_dims=1)
    starts = graph("Gather", states, np.int64(0), axis=1)
    size = pooling.ahead_size
    return graph(
        "Concat", graph.slice(ends, 0, size, 1), graph.slice(starts, size, _ALL, 1), axis=1
    )


@pool.of(MeanPooling)
def _(pooling, graph, states, mask, lengths):
    total = graph("ReduceSum", _where_real(graph, states, mask, 0.0), graph.axes(1), keepdims=0)
    lengths = graph.cast(graph("Unsqueeze", lengths, graph.axes(1)), "float32")
    return graph("Div", total, lengths)


@pool.of(MaxPooling)
def _(pooling, graph, states, mask, lengths):
    real = _where_real(graph, states, mask, -np.inf)
    return graph("ReduceMax", real, graph.axes(1), keepdims=0)


@pool.of(AttentionPooling)
def _(pooling, graph, states, mask, lengths):
    first, _, second = pooling.relevance
    relevance = graph.linear(graph("Tanh", graph.linear(states, first)), second)
    share = graph("Softmax", _where_real(graph, relevance, mask, -np.inf), axis=1)
    return graph("ReduceSum", graph("Mul", states, share), graph.axes(1), keepdims=0)


@pool.of(JoinedPooling)
def _(pooling, graph, states, mask, lengths):
    parts = [pool(each, graph, states, mask, lengths) for each in pooling.poolings]
    return graph("Concat", *parts, axis=1)


@pool.of(BranchPooling)
def _(pooling, graph, states, mask, lengths):
    ends = np.cumsum(pooling.input_sizes).tolist()
    parts = [
        pool(each, graph, graph.slice(states, end - size, end, 2), mask, lengths)
        for each, size, end in zip(pooling.poolings, pooling.input_sizes, ends, strict=True)
    ]
    return graph("Concat", *parts, axis=1)


def _where_real(graph, states, mask, otherwise):
    mask = graph("Unsqueeze", mask, graph.axes(2))
    return graph("Where", mask, states, np.float32(otherwise))


# -- last layers --------------------------------------------------------------------------------


@by_type
def score(layer, graph, states):
    """From states to the scores of a `skseq.nn.Head`."""
    raise ValueError(f"the last layer {type(layer).__name__} cannot be exported")


@score.of(nn.Linear)
def _(layer, graph, states):
    return graph.linear(states, layer)


@score.of(CrfScores)
def _(layer, graph, states):
    return graph.linear(states, layer.of_steps)


@score.of(CosineScores)
def _(layer, graph, states):
    weight = array_of(layer.weight)
    directions = weight / np.maximum(np.linalg.norm(weight, axis=1, keepdims=True), 1e-12)
    norm = graph("ReduceL2", states, graph.axes(-1))
    unit = graph("Div", states, graph("Max", norm, np.float32(1e-12)))
    return graph("MatMul", unit, (layer.scale * directions.T).astype(np.float32))


@score.of(ThresholdScores)
def _(layer, graph, states):
    bias = array_of(layer.bias)
    if layer.in_order:
        falls = np.logaddexp(0, bias[1:])
        bias = np.concatenate([bias[:1], bias[:1] - np.cumsum(falls)])
    return graph("Add", graph.linear(states, layer.slope), bias.astype(np.float32))
