"""An object as JSON and arrays, and back: what it holds, kind by kind.

None, bool, int, str and finite float are themselves. Anything else is a node, a dict of its kind
and what that kind consists of, such as ``{"tuple": [1, 2]}``; what is referred to again has an
``"id"`` as well, and ``{"ref": id}`` stands for it later. Classes and functions are places in a
list of names, arrays are members of the archive.

Each kind is a pair of functions. One writes; the other one yields what it makes, and fills it
afterwards where it may hold itself. An object is made by its class's ``__new__``, without its
constructor, as `pickle` does, and filled by ``__setstate__`` or as it is.
"""

import copyreg
import math
from functools import partial
from inspect import getattr_static
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType

import numpy as np

from skseq.persistence._archive import DamagedError
from skseq.persistence._names import UnnamedError, name_of


class ObjectWriter:
    """Turns objects into JSON.

    Parameters
    ----------
    add_array : callable
        Stores an array, and gives the name of its member.

    Attributes
    ----------
    names : list of str
        Classes and functions that were met.
    """

    def __init__(self, add_array):
        self.add_array = add_array
        self.names = []
        self._places = {}
        self._met = {}
        self._n_ids = 0
        self._path = []

    def write(self, value):
        """JSON of a value."""
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float and math.isfinite(value):
            return value
        if id(value) in self._met:
            return self._refer_to(value)
        kind = _kind_of(value)
        node = {}
        # The value is kept as well, or another one could get its number.
        self._met[id(value)] = node, value
        node[kind] = _KINDS[kind][0](self, value)
        return node

    def write_named(self, pairs):
        """JSON of pairs of a name and a value; an error says which names led to it."""
        written = {}
        for name, value in pairs:
            self._path.append(name)
            written[name] = self.write(value)
            self._path.pop()
        return written

    def name(self, thing):
        """Place of a class or function in the list of names."""
        try:
            name = name_of(thing)
        except UnnamedError as error:
            raise self.error(f"{thing!r}, which {error}") from None
        if name not in self._places:
            self._places[name] = len(self.names)
            self.names.append(name)
        return self._places[name]

    def error(self, what):
        """TypeError that says where in the estimator something is that cannot be saved."""
        return TypeError(f"{'.'.join(self._path) or 'estimator'} cannot be saved: it holds {what}")

    def _refer_to(self, value):
        node, _ = self._met[id(value)]
        if not node and _kind_of(value) not in _FILLED_LATER:
            raise self.error(f"a {type(value).__name__} that holds itself")
        if "id" not in node:
            node["id"] = self._n_ids
            self._n_ids += 1
        return {"ref": node["id"]}


class ObjectReader:
    """Turns JSON of an `ObjectWriter` into objects.

    Parameters
    ----------
    array : callable
        Gives the array that a member holds.

    names : Names
        The classes and functions that may occur.
    """

    def __init__(self, array, names):
        self.array = array
        self.names = names
        self._known = {}

    def read(self, node):
        """The value that a node stands for."""
        if not isinstance(node, dict):
            return node
        if "ref" in node:
            return self._known[node["ref"]]
        (kind,) = node.keys() - {"id"}
        steps = _KINDS[kind][1](self, node[kind])
        value = next(steps)
        if "id" in node:
            self._known[node["id"]] = value
        for _ in steps:
            pass
        return value

    def read_all(self, nodes):
        """The values that several nodes stand for."""
        return [self.read(node) for node in nodes]

    def read_named(self, nodes):
        """Dict of values, by name."""
        return {name: self.read(node) for name, node in nodes.items()}


def _kind_of(value):
    cls = type(value)
    if cls in _EXACT:
        return _EXACT[cls]
    # By name, so that nothing is imported for what an estimator does not hold.
    bases = {f"{base.__module__}:{base.__qualname__}" for base in cls.__mro__}
    return next((kind for name, kind in _FAMILIES.items() if name in bases), "object")


# -- containers and numbers ---------------------------------------------------------------------


def _write_float(writer, value):
    return repr(value)


def _read_float(reader, text):
    yield float(text)


def _write_complex(writer, value):
    return repr(value)


def _read_complex(reader, text):
    yield complex(text)


def _write_bytes(writer, value):
    return writer.add_array(np.frombuffer(value, dtype=np.uint8))


def _read_bytes(reader, member):
    yield reader.array(member).tobytes()


def _write_items(writer, values):
    return [writer.write(value) for value in values]


def _read_list(reader, nodes):
    values = []
    yield values
    values.extend(reader.read_all(nodes))


def _read_tuple(reader, nodes):
    yield tuple(reader.read_all(nodes))


def _read_set(reader, nodes):
    values = set()
    yield values
    values.update(reader.read_all(nodes))


def _read_frozenset(reader, nodes):
    yield frozenset(reader.read_all(nodes))


def _write_dict(writer, value):
    if all(type(key) is str for key in value):
        return writer.write_named(value.items())
    return [[writer.write(key), writer.write(each)] for key, each in value.items()]


def _read_dict(reader, content):
    value = {}
    yield value
    if isinstance(content, dict):
        value.update(reader.read_named(content))
    else:
        value.update(map(reader.read_all, content))


def _write_slice(writer, value):
    return _write_items(writer, (value.start, value.stop, value.step))


def _read_slice(reader, nodes):
    yield slice(*reader.read_all(nodes))


def _read_range(reader, nodes):
    yield range(*reader.read_all(nodes))


def _write_path(writer, value):
    return str(value)


def _read_path(reader, text):
    yield Path(text)


# -- numpy and scipy ----------------------------------------------------------------------------


def _write_array(writer, array):
    if array.dtype.hasobject:
        if array.dtype.kind != "O":
            raise writer.error(f"an array of {array.dtype}, in which objects are mixed with others")
        return {"shape": array.shape, "items": _write_items(writer, array.ravel().tolist())}
    return writer.add_array(np.asarray(array))


def _read_array(reader, content):
    if isinstance(content, str):
        yield reader.array(content)
    else:
        # Filled one by one: numpy would look into what the items hold.
        items = np.empty(len(content["items"]), dtype=object)
        array = items.reshape(content["shape"])
        yield array
        for place, node in enumerate(content["items"]):
            items[place] = reader.read(node)


def _write_masked_array(writer, array):
    return [writer.write(np.asarray(array.data)), writer.write(np.ma.getmaskarray(array))]


def _read_masked_array(reader, nodes):
    yield np.ma.MaskedArray(*reader.read_all(nodes))


def _write_number(writer, number):
    if number.dtype.kind in "biuU" or (number.dtype.kind == "f" and math.isfinite(number)):
        return [number.dtype.str, number.item()]
    return writer.add_array(np.asarray(number))


def _read_number(reader, content):
    if isinstance(content, str):
        yield reader.array(content)[()]
    else:
        dtype, number = content
        yield np.dtype(dtype).type(number)


def _write_dtype(writer, dtype):
    if dtype.hasobject and dtype.kind != "O":
        raise writer.error(f"{dtype!r}, in which objects are mixed with others")
    return writer.write(np.lib.format.dtype_to_descr(dtype))


def _read_dtype(reader, node):
    yield np.lib.format.descr_to_dtype(reader.read(node))


def _write_ufunc(writer, ufunc):
    if getattr(np, ufunc.__name__, None) is not ufunc:
        raise writer.error(f"{ufunc!r}, which is not of numpy itself; wrap it in your own function")
    return ufunc.__name__


def _read_ufunc(reader, name):
    ufunc = getattr(np, name)
    if not isinstance(ufunc, np.ufunc):
        raise DamagedError(f"is damaged: numpy.{name} is no ufunc")
    yield ufunc


def _write_random_state(writer, random_state):
    return writer.write(random_state.get_state(legacy=False))


def _read_random_state(reader, node):
    state = reader.read(node)
    random_state = np.random.RandomState(_bit_generator(state["bit_generator"])())
    random_state.set_state(state)
    yield random_state


def _write_generator(writer, generator):
    bits = generator.bit_generator
    return [writer.write(bits.state), writer.write(bits.seed_seq)]


def _read_generator(reader, nodes):
    state, seeds = reader.read_all(nodes)
    bits = _bit_generator(state["bit_generator"])(seeds)
    bits.state = state
    yield np.random.Generator(bits)


def _bit_generator(name):
    kind = getattr(np.random, name)
    if not issubclass(kind, np.random.BitGenerator):
        raise DamagedError(f"is damaged: numpy.random.{name} is no bit generator")
    return kind


def _write_seed_sequence(writer, seeds):
    return writer.write_named(seeds.state.items())


def _read_seed_sequence(reader, content):
    yield np.random.SeedSequence(**reader.read_named(content))


# Parts of a sparse matrix that its constructor takes, and checks.
_SPARSE_PARTS = {
    "bsr": ("data", "indices", "indptr"),
    "csc": ("data", "indices", "indptr"),
    "csr": ("data", "indices", "indptr"),
    "dia": ("data", "offsets"),
}


def _write_sparse(writer, matrix):
    if matrix.format not in _SPARSE_PARTS:
        matrix = matrix.tocsr()
    parts = [getattr(matrix, part) for part in _SPARSE_PARTS[matrix.format]]
    return [type(matrix).__name__, _write_items(writer, parts), matrix.shape]


def _read_sparse(reader, content):
    from scipy import sparse

    name, parts, shape = content
    if name.partition("_")[0] not in _SPARSE_PARTS:
        raise DamagedError(f"is damaged: {name} is no sparse matrix")
    matrix = getattr(sparse, name)(tuple(reader.read_all(parts)), shape=tuple(shape))
    if hasattr(matrix, "check_format"):  # compiled code trusts the indices
        matrix.check_format(full_check=True)
    yield matrix


def _write_distribution(writer, frozen):
    """A frozen distribution of scipy, as searches draw from; their state holds code to run."""
    from scipy import stats

    name = frozen.dist.name
    if type(getattr(stats, name, None)) is not type(frozen.dist):
        raise writer.error(f"the distribution {name}, which is not one of scipy.stats")
    return [name, writer.write(frozen.args), writer.write(frozen.kwds)]


def _read_distribution(reader, content):
    from scipy import stats

    name, arguments, keywords = content
    distribution = getattr(stats, name)
    if not isinstance(distribution, stats.rv_continuous | stats.rv_discrete):
        raise DamagedError(f"is damaged: scipy.stats.{name} is no distribution")
    yield distribution(*reader.read(arguments), **reader.read(keywords))


def _write_spline(writer, spline):
    parts = spline.t, spline.c, spline.k, spline.extrapolate, spline.axis
    return _write_items(writer, parts)


def _read_spline(reader, nodes):
    from scipy.interpolate import BSpline

    yield BSpline(*reader.read_all(nodes))


# -- classes, functions and objects -------------------------------------------------------------


def _write_name(writer, thing):
    return writer.name(thing)


def _read_name(reader, place):
    yield reader.names.thing(place)


def _write_partial(writer, value):
    return _write_items(writer, (value.func, value.args, value.keywords))


def _read_partial(reader, nodes):
    function, arguments, keywords = reader.read_all(nodes)
    yield partial(function, *arguments, **keywords)


def _write_method(writer, method):
    return [writer.write(method.__self__), method.__name__]


def _read_method(reader, content):
    node, name = content
    owner = reader.read(node)
    function = getattr_static(type(owner), name, None)
    if not (isinstance(function, FunctionType) and reader.names.may_be_method(function)):
        raise DamagedError(f"holds {name} of a {type(owner).__name__}, which no model needs")
    yield MethodType(function, owner)


def _write_object(writer, value):
    reduced = value.__reduce_ex__(4)
    if isinstance(reduced, str):
        raise writer.error(f"{value!r}, of {type(value)}")
    function, arguments, state, items, pairs = (*reduced, *[None] * 5)[:5]
    if function is copyreg.__newobj__:
        (cls, *arguments) = arguments
        content = {"class": writer.name(cls)}
    else:
        content = {"call": writer.name(function)}
    if arguments:
        content["arguments"] = _write_items(writer, arguments)
    if items is not None and (items := list(items)):
        content["items"] = _write_items(writer, items)
    if pairs is not None and (pairs := list(pairs)):
        content["pairs"] = [_write_items(writer, pair) for pair in pairs]
    if isinstance(state, dict) and all(type(name) is str for name in state):
        content["attributes"] = writer.write_named(state.items())
    elif state is not None:
        content["state"] = writer.write(state)
    return content


def _read_object(reader, content):
    arguments = reader.read_all(content.get("arguments", ()))
    if "class" in content:
        value = _new(reader.names.thing(content["class"]), arguments)
    else:
        value = reader.names.constructor(content["call"])(*arguments)
    if _kind_of(value) != "object":  # its own kind knows better what is harmless
        raise DamagedError(f"is damaged: a {type(value).__name__} is no plain object")
    yield value
    if "items" in content:
        value.extend(reader.read_all(content["items"]))
    for pair in content.get("pairs", ()):
        key, each = reader.read_all(pair)
        value[key] = each
    if "attributes" in content:
        _set_state(value, reader.read_named(content["attributes"]))
    elif "state" in content:
        _set_state(value, reader.read(content["state"]))


def _new(cls, arguments):
    if not isinstance(cls, type) or cls.__module__ in ("builtins", "numpy"):
        raise DamagedError(f"is damaged: {cls!r} is no class of a plain object")
    return cls.__new__(cls, *arguments)


def _set_state(value, state):
    if hasattr(value, "__setstate__"):
        value.__setstate__(state)
        return
    attributes, slots = state if isinstance(state, tuple) else (state, None)
    if attributes:
        vars(value).update(attributes)
    for name, each in (slots or {}).items():
        object.__setattr__(value, name, each)  # also where the class is frozen


# -- torch, skorch and CRFsuite -----------------------------------------------------------------


def _write_tensor(writer, tensor):
    import torch

    if tensor.layout is not torch.strided or tensor.is_quantized:
        raise writer.error(f"a tensor of layout {tensor.layout}")
    held = tensor.detach().cpu()
    dtype = str(tensor.dtype).removeprefix("torch.")
    if dtype == "bfloat16":  # which numpy lacks
        held = held.view(torch.uint16)
    # Not shared by others, as arrays are: two tensors may share the array of their numbers.
    return [writer.add_array(held.numpy()), dtype, tensor.requires_grad]


def _read_tensor(reader, content):
    import torch

    member, dtype, requires_grad = content
    tensor = torch.from_numpy(reader.array(member))
    if dtype == "bfloat16":
        tensor = tensor.view(torch.bfloat16)
    yield tensor.requires_grad_(requires_grad)


def _read_parameter(reader, content):
    import torch

    (tensor,) = _read_tensor(reader, content)
    yield torch.nn.Parameter(tensor.detach(), requires_grad=tensor.requires_grad)


def _write_torch_dtype(writer, dtype):
    return str(dtype).removeprefix("torch.")


def _read_torch_dtype(reader, name):
    import torch

    dtype = getattr(torch, name)
    if not isinstance(dtype, torch.dtype):
        raise DamagedError(f"is damaged: torch.{name} is no dtype")
    yield dtype


def _write_net(writer, net):
    """A skorch net as it is; in the state that it gives `pickle` there is another pickle."""
    return [writer.name(type(net)), writer.write_named(vars(net).items())]


def _read_net(reader, content):
    import torch
    from skorch.utils import get_map_location

    place, attributes = content
    net = _new(reader.names.thing(place), ())
    yield net
    vars(net).update(reader.read_named(attributes))
    # All tensors come on the CPU, where they stay if there is no device as before.
    net.device = net._check_device(net.device, get_map_location(net.device))
    if torch.device(net.device).type != "cpu":
        for name in [*net._modules, *net._criteria]:
            getattr(net, f"{name}_").to(net.device)
        for name in net._optimizers:
            optimizer = getattr(net, f"{name}_")
            optimizer.load_state_dict(optimizer.state_dict())  # to where its parameters are


def _write_file(writer, file):
    """The file in which CRFsuite has its model; its name is of no use elsewhere."""
    if file.name is None or not Path(file.name).exists():
        raise writer.error("a CRF whose model file is gone")
    return _write_bytes(writer, Path(file.name).read_bytes())


def _read_file(reader, member):
    from sklearn_crfsuite._fileresource import FileResource

    file = FileResource()  # a temporary one
    file.ensure_name()
    Path(file.name).write_bytes(reader.array(member).tobytes())
    yield file


# -- the tables ---------------------------------------------------------------------------------

_KINDS = {
    "array": (_write_array, _read_array),
    "bytes": (_write_bytes, _read_bytes),
    "complex": (_write_complex, _read_complex),
    "crfsuite file": (_write_file, _read_file),
    "dict": (_write_dict, _read_dict),
    "distribution": (_write_distribution, _read_distribution),
    "dtype": (_write_dtype, _read_dtype),
    "float": (_write_float, _read_float),
    "frozenset": (_write_items, _read_frozenset),
    "generator": (_write_generator, _read_generator),
    "list": (_write_items, _read_list),
    "masked array": (_write_masked_array, _read_masked_array),
    "method": (_write_method, _read_method),
    "name": (_write_name, _read_name),
    "net": (_write_net, _read_net),
    "number": (_write_number, _read_number),
    "object": (_write_object, _read_object),
    "parameter": (_write_tensor, _read_parameter),
    "partial": (_write_partial, _read_partial),
    "path": (_write_path, _read_path),
    "random state": (_write_random_state, _read_random_state),
    "range": (_write_slice, _read_range),
    "seed sequence": (_write_seed_sequence, _read_seed_sequence),
    "set": (_write_items, _read_set),
    "slice": (_write_slice, _read_slice),
    "sparse": (_write_sparse, _read_sparse),
    "spline": (_write_spline, _read_spline),
    "tensor": (_write_tensor, _read_tensor),
    "torch dtype": (_write_torch_dtype, _read_torch_dtype),
    "tuple": (_write_items, _read_tuple),
    "ufunc": (_write_ufunc, _read_ufunc),
}

# Kinds that may hold themselves.
_FILLED_LATER = {"dict", "list", "net", "object", "set"}

_EXACT = {
    bytes: "bytes",
    complex: "complex",
    dict: "dict",
    float: "float",
    frozenset: "frozenset",
    list: "list",
    partial: "partial",
    range: "range",
    set: "set",
    slice: "slice",
    tuple: "tuple",
    BuiltinFunctionType: "name",
    FunctionType: "name",
    MethodType: "method",
    np.memmap: "array",
    np.ndarray: "array",
    np.ma.MaskedArray: "masked array",
    np.random.Generator: "generator",
    np.random.RandomState: "random state",
    np.random.SeedSequence: "seed sequence",
    np.ufunc: "ufunc",
}

# With all classes that are derived from them, the first that fits.
_FAMILIES = {
    "builtins:type": "name",
    "numpy:generic": "number",
    "numpy:dtype": "dtype",
    "pathlib:PurePath": "path",
    "scipy.interpolate._bsplines:BSpline": "spline",
    "scipy.sparse._base:_spbase": "sparse",
    "scipy.stats._distn_infrastructure:rv_frozen": "distribution",
    "sklearn_crfsuite._fileresource:FileResource": "crfsuite file",
    "skorch.net:NeuralNet": "net",
    "torch:dtype": "torch dtype",
    "torch.nn.parameter:Parameter": "parameter",
    "torch:Tensor": "tensor",
}
