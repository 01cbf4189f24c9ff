"""A graph of ONNX, node by node.

torch's own exporters are not used. That of torch 2.13 fixes the size of a batch as soon as there is
an LSTM, takes seconds, and needs a package more; the older one is deprecated. Our nets take a page
of nodes, in a hundredth of a second, and ONNX's LSTM reverses by length, as ours does.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

# Of 2022: what runs it is everywhere.
_OPSET = 18
_IR_VERSION = 9

_TYPES = {
    "bool": TensorProto.BOOL,
    "float32": TensorProto.FLOAT,
    "float64": TensorProto.DOUBLE,
    "int32": TensorProto.INT32,
    "int64": TensorProto.INT64,
}


class Graph:
    """Nodes and constants; tensors are known by their names.

    ``graph("Add", a, b)`` adds a node and gives the name of its output. Inputs that are no names
    become constants.
    """

    def __init__(self, prefix="t"):
        self.nodes = []
        self.constants = {}
        self._prefix = prefix
        self._n_names = 0

    def __call__(self, operator, *inputs, n_outputs=1, **attributes):
        outputs = [self.new_name() for _ in range(n_outputs)]
        inputs = [self._tensor(each) for each in inputs]
        self.nodes.append(helper.make_node(operator, inputs, outputs, **attributes))
        return outputs[0] if n_outputs == 1 else outputs

    def new_name(self):
        """A name that no tensor has."""
        self._n_names += 1
        return f"{self._prefix}{self._n_names}"

    def body(self):
        """Empty graph of a loop, whose names are not those of this one."""
        return Graph(prefix=f"{self.new_name()}_")

    def name_output(self, tensor, name):
        """Give a tensor a name that users see."""
        self.nodes.append(helper.make_node("Identity", [tensor], [name]))

    def constant(self, value):
        """Tensor of an array."""
        name = self.new_name()
        self.constants[name] = np.asarray(value, order="C")
        return name

    def cast(self, tensor, dtype):
        """Tensor in another type."""
        return self("Cast", tensor, to=_TYPES[dtype])

    def axes(self, *axes):
        """Constant of axes, or of a shape."""
        return np.array(axes, dtype=np.int64)

    def slice(self, tensor, start, stop, axis, step=1):
        """Part of a tensor along an axis."""
        return self("Slice", tensor, *(self.axes(each) for each in (start, stop, axis, step)))

    def linear(self, x, layer):
        """Tensor x (..., n) times the weights of a `torch.nn.Linear`, plus its bias."""
        x = self("MatMul", x, array_of(layer.weight).T)
        return x if layer.bias is None else self("Add", x, array_of(layer.bias))

    def step_mask(self, lengths, like):
        """Whether steps are real: bool (batch, time), as many as those of ``like``."""
        time = self("Squeeze", self.slice(self("Shape", like), 1, 2, 0), self.axes(0))
        steps = self("Range", np.int64(0), time, np.int64(1))
        return self("Less", steps, self("Unsqueeze", lengths, self.axes(1)))

    def as_body(self, inputs, outputs):
        """Body of a loop: tensors in and out, whose types are known from outside."""
        inputs, outputs = (
            [helper.make_empty_tensor_value_info(name) for name in names]
            for names in (inputs, outputs)
        )
        return helper.make_graph(self.nodes, "body", inputs, outputs, self._initializers())

    def as_model(self, inputs, outputs, metadata):
        """Model of ONNX.

        Parameters
        ----------
        inputs, outputs : dict of str to (dtype, shape)
            Where names in a shape stand for any size.

        metadata : dict of str to str
            What the file tells of itself.
        """

        def infos(tensors):
            return [
                helper.make_tensor_value_info(name, _TYPES[dtype], shape)
                for name, (dtype, shape) in tensors.items()
            ]

        graph = helper.make_graph(
            self.nodes, "skseq", infos(inputs), infos(outputs), self._initializers()
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
        )
        model.producer_name = "skseq"
        helper.set_model_props(model, metadata)
        return model

    def _initializers(self):
        return [numpy_helper.from_array(value, name) for name, value in self.constants.items()]

    def _tensor(self, value):
        return value if isinstance(value, str) else self.constant(value)


def array_of(tensor):
    """Numbers of a tensor of torch."""
    return tensor.detach().cpu().numpy()
