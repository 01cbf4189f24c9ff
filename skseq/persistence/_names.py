"""Classes and functions by name, and which names a file may bring.

A file says which classes its objects are of, and which functions they hold, in one list of names.
The whole list is judged before anything is imported, and nothing else is ever looked up, so that
what is not trusted is neither made nor even imported.
"""

import importlib
import re
import sys
from collections.abc import Iterable

import numpy as np

# Modules, with all that lies below them, whose classes are trusted: what `__new__` and
# `__setstate__` of these do was looked at (`tests/persistence/test_names.py` lists the latter), and
# no constructor is called.
_CLASSES_IN = (
    "imblearn",
    "pycrfsuite._logparser",
    "skorch.callbacks",
    "skorch.dataset",
    "skorch.history",
    "skorch.net",
    "sklearn",
    "sklearn_crfsuite.estimator",
    "skseq",
    "torch.nn.modules",
    "torch.optim",
)

# Modules whose functions are trusted, too: what a model calls with its own data in `predict` must
# not write files, or import modules by name.
_FUNCTIONS_IN = (
    "imblearn.metrics",
    "skorch.setter",
    "sklearn.feature_selection",
    "sklearn.gaussian_process.kernels",
    "sklearn.metrics",
    "skseq.metrics",
    "skseq.nn",
    "skseq.weights",
)

# Parts of these packages that no model needs; callbacks of scikit-learn open sockets.
_NEVER_IN = {
    "__main__",
    "_testing",
    "callback",
    "cli",
    "conftest",
    "externals",
    "testing",
    "tests",
}

# Single names; the functions are constructors that objects in C name in their `__reduce__`.
_NAMES = {
    "collections:Counter",
    "collections:OrderedDict",
    "collections:defaultdict",
    "collections:deque",
    "torch:Size",
    "torch:device",
    "builtins:print",  # where skorch's callbacks write
    *(f"builtins:{kind.__name__}" for kind in (bool, bytes, complex, dict, float, frozenset, int)),
    *(f"builtins:{kind.__name__}" for kind in (list, object, range, set, slice, str, tuple)),
}
_CONSTRUCTORS = re.compile(
    r"sklearn\.(\w+\.)*\w+:(newObj|__pyx_unpickle_\w+)|sklearn\._loss\._loss:Cy\w+"
    r"|sklearn\.linear_model\._sgd_fast:[A-Z]\w+"
    r"|sklearn\.tree\._tree:Tree|torch:(device|Size)|collections:\w+"
)

_NAME = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*):(\w+(?:\.\w+)*)", re.ASCII)


class UnnamedError(Exception):
    """A class or function that a file cannot name; the text says why."""


def name_of(thing):
    """Name of a class or function, "module:qualified name", by which it is found again."""
    name = f"{getattr(thing, '__module__', None)}:{getattr(thing, '__qualname__', None)}"
    if not _NAME.fullmatch(name):
        raise UnnamedError("is made inside a function; define it at the top of a module")
    if _is_of_python(name) and name not in _NAMES:
        raise UnnamedError("is of Python itself, of which none are loaded; wrap it in your own")
    try:
        found = _import(name)
    except (ImportError, AttributeError):
        found = None
    if found is not thing:
        raise UnnamedError("is not what its module holds under that name")
    return name


class UntrustedError(Exception):
    """A file brings names that nobody trusts.

    Parameters
    ----------
    names : list of str
        These names.
    """

    def __init__(self, names):
        super().__init__(names)
        self.names = [_dotted(name) for name in names]
        self.may_be_trusted = not any(_is_of_python(name) for name in names)


class Names:
    """The classes and functions of a file.

    Parameters
    ----------
    names : list of str
        All names that the file uses.

    trusted : dict
        What the user trusts, beside what is trusted anyway; from `read_trusted`.

    Raises
    ------
    UntrustedError
        If a name is neither. What is not known to be harmless has not been imported then.
    """

    def __init__(self, names, trusted):
        self._trusted = trusted
        self._names = names
        self._refuse([name for name in names if not (self._is_given(name) or _is_known(name))])
        self._things = [self._trusted.get(_dotted(name)) or _import(name) for name in names]
        pairs = zip(names, self._things, strict=True)
        self._refuse([n for n, thing in pairs if not (self._is_given(n) or _is_safe(n, thing))])

    def thing(self, place):
        """Class or function at a place of the list."""
        return self._things[place]

    def constructor(self, place):
        """Class or function at a place of the list that may be called to make an object."""
        name = self._names[place]
        self._refuse([] if self._is_given(name) or _CONSTRUCTORS.fullmatch(name) else [name])
        return self._things[place]

    def may_be_method(self, function):
        """Whether a function of a class may be kept, bound to one of its objects."""
        is_ours = _lies_in(function.__module__, ["skseq"])
        return is_ours or _dotted(f"{function.__module__}.{function.__qualname__}") in self._trusted

    def _is_given(self, name):
        return _dotted(name) in self._trusted

    def _refuse(self, names):
        if names:
            raise UntrustedError(names)


def read_trusted(trusted):
    """Dotted names that a user trusts, with the class or function where it is given: a dict.

    Raises
    ------
    TypeError
        If an entry is neither a class, a function nor a name.
    ValueError
        If it is of Python itself.
    """
    if isinstance(trusted, str) or not isinstance(trusted, Iterable):
        raise TypeError(
            f"trusted must be a list of classes, functions or their names, got {trusted!r}"
        )
    things = {_name_to_trust(thing): thing for thing in trusted}
    return {name: None if isinstance(thing, str) else thing for name, thing in things.items()}


def _name_to_trust(thing):
    if isinstance(thing, str):
        name = thing
    elif callable(thing) and hasattr(thing, "__qualname__"):
        name = f"{thing.__module__}.{thing.__qualname__}"
    else:
        raise TypeError(f"trusted must hold classes, functions or their names, got {thing!r}")
    if _is_of_python(name):
        raise ValueError(
            f"trusted must not hold {name}: nothing of Python's own modules is loaded from a file, "
            "since much of it can harm"
        )
    return name


def _is_known(name):
    """Whether a name may be imported in order to see what it stands for."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return False
    if name in _NAMES or _is_numpy_type(name):
        return True
    module = name.partition(":")[0]
    return _lies_in(module, _CLASSES_IN + _FUNCTIONS_IN) and _NEVER_IN.isdisjoint(module.split("."))


def _is_safe(name, thing):
    """Whether a known name stands for a class, or for a function that may be kept."""
    if isinstance(thing, type) or name in _NAMES or _CONSTRUCTORS.fullmatch(name):
        return True
    return _lies_in(name.partition(":")[0], _FUNCTIONS_IN)


def _is_numpy_type(name):
    package, _, kind = name.partition(":")
    thing = getattr(np, kind, None) if package == "numpy" else None
    return isinstance(thing, type) and issubclass(thing, np.generic)


def _is_of_python(name):
    return re.split("[.:]", str(name))[0] in sys.stdlib_module_names


def _lies_in(module, packages):
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _dotted(name):
    return str(name).replace(":", ".")


def _import(name):
    """What a name stands for; AttributeError unless it is defined under just that name."""
    module, _, qualified = name.partition(":")
    thing = importlib.import_module(module)
    for part in qualified.split("."):
        thing = getattr(thing, part)
    if (thing.__module__, thing.__qualname__) != (module, qualified):
        raise AttributeError(f"{name} is defined as {thing.__module__}:{thing.__qualname__}")
    return thing
