"""The Python code that makes an estimator with the parameters that it has.

Requirements that this file meets:

- what it writes runs and gives an estimator of the same parameters, or says where it can't;
- names are imported from the shortest public module that has them;
- parameters at their defaults are left out, so that what was chosen is seen.
"""

import importlib
import inspect
from typing import NamedTuple

import numpy as np
from sklearn.metrics import make_scorer

from skseq._validation import BaseScorer
from skseq.metrics import get_scorer
from skseq.metrics._scorer_facts import name_and_arguments

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_COLLECTIONS = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("set([", "])"),
    frozenset: ("frozenset([", "])"),
}
_LONGEST_LINE = 88
_MOST_NUMBERS = 50


def as_python(estimator, name="model"):
    """Write an estimator as code.

    Parameters
    ----------
    estimator : estimator
        Of scikit-learn's kind: its parameters are its attributes.

    name : str, default="model"
        The variable that it is assigned to.

    Returns
    -------
    code : str
        Imports, and one assignment.

    missing : list of str
        What could not be written, such as functions without a name; ``...`` stands for it.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> code, missing = as_python(make_pipeline(Ridge(alpha=2.0)))
    >>> print(code)
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import Pipeline
    <BLANKLINE>
    model = Pipeline(steps=[("ridge", Ridge(alpha=2.0))])
    """
    writer = _Writer()
    expression = _lay_out(writer.read(estimator), name_length=len(name) + 3)
    imports = [
        f"from {module} import {', '.join(sorted(names))}"
        for module, names in sorted(writer.names.items())
    ]
    if writer.needs_numpy:
        imports.insert(0, "import numpy as np")
    return "\n".join([*imports, "", f"{name} = {expression}"]), writer.missing


class _Brackets(NamedTuple):
    """An expression in brackets: what opens it, its parts, each behind a prefix, what closes it."""

    opening: str
    parts: list  # of (prefix, str or _Brackets)
    closing: str


class _Writer:
    """Reads values into expressions, and notes what these need."""

    def __init__(self):
        self.names, self.missing, self.needs_numpy = {}, [], False

    def read(self, value):
        """The expression of a value: str or _Brackets."""
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, float) and not np.isfinite(value):
            return f'float("{value}")'
        if type(value) in _PLAIN:
            return _quoted(value) if isinstance(value, str) else repr(value)
        if isinstance(value, np.ndarray):
            return self._array(value)
        if type(value) in _COLLECTIONS:
            return _Brackets(*self._collection(value))
        if type(value) is dict:
            items = [(f"{_flat(self.read(key))}: ", self.read(each)) for key, each in value.items()]
            return _Brackets("{", items, "}")
        if isinstance(value, BaseScorer):
            return self._scorer(value)
        if hasattr(value, "__name__"):
            return self._name(value) or self._give_up(value)
        return self._call(value)

    def _collection(self, value):
        opening, closing = _COLLECTIONS[type(value)]
        if type(value) is tuple and len(value) == 1:
            closing = ",)"
        return opening, [("", self.read(each)) for each in value], closing

    def _array(self, value):
        if value.size > _MOST_NUMBERS or value.dtype.kind not in "biufU":
            return self._give_up(value)
        self.needs_numpy = True
        return _Brackets("np.array(", [("", self.read(value.tolist()))], ")")

    def _name(self, thing):
        """Name of a class or function, imported; "" if it cannot be found by one."""
        module = _public_module(thing)
        if module is None:
            return ""
        if module != "builtins":
            self.names.setdefault(module, set()).add(thing.__name__)
        return thing.__name__

    def _call(self, value):
        """The call that makes an object whose parameters are its attributes."""
        parameters = _parameters_of(value)
        name = self._name(type(value)) if parameters is not None else ""
        if not name:
            return self._give_up(value)
        parts = [(f"{key}=" if key else "", self.read(each)) for key, each in parameters]
        return _Brackets(f"{name}(", parts, ")")

    def _scorer(self, scorer):
        """A scorer by its name, or made of its function."""
        name, arguments = name_and_arguments(scorer)
        named = [(f"{key}=", self.read(each)) for key, each in arguments.items()]
        if name is not None:
            self._name(get_scorer)
            return _Brackets("get_scorer(", [("", _quoted(name)), *named], ")")
        if type(scorer) is not type(make_scorer(max)):
            return self._give_up(scorer)
        self._name(make_scorer)
        details = {
            "response_method": scorer._response_method,
            "greater_is_better": scorer._sign > 0,
        }
        defaults = {"response_method": "predict", "greater_is_better": True}
        named += [(f"{k}=", self.read(v)) for k, v in details.items() if v != defaults[k]]
        return _Brackets("make_scorer(", [("", self.read(scorer._score_func)), *named], ")")

    def _give_up(self, value):
        what = getattr(value, "__qualname__", type(value).__qualname__)
        self.missing.append(f"{what} of {getattr(value, '__module__', type(value).__module__)}")
        return "..."


def _flat(expression):
    if isinstance(expression, str):
        return expression
    parts = ", ".join(prefix + _flat(part) for prefix, part in expression.parts)
    return f"{expression.opening}{parts}{expression.closing}"


def _lay_out(expression, depth=0, name_length=0):
    """An expression on one line if there is room, else with a line for each of its parts."""
    line = _flat(expression)
    if isinstance(expression, str) or name_length + 4 * depth + len(line) < _LONGEST_LINE:
        return line
    lines = [
        "    " * (depth + 1) + prefix + _lay_out(part, depth + 1, len(prefix)) + ","
        for prefix, part in expression.parts
    ]
    closing = "    " * depth + expression.closing.lstrip(",")
    return "\n".join([expression.opening, *lines, closing])


def _quoted(text):
    return f'"{text}"' if repr(text) == f"'{text}'" and '"' not in text else repr(text)


def _public_module(thing):
    """The shortest module from which it can be imported, without a low line if there is one."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__name__", "")
    if not module or module == "__main__" or not name.isidentifier():
        return None
    parts = module.split(".")
    candidates = [".".join(parts[: end + 1]) for end in range(len(parts))]
    candidates.sort(key=lambda candidate: ("._" in candidate, len(candidate)))
    return next((each for each in candidates if _has(each, name, thing)), None)


def _has(module, name, thing):
    try:
        return getattr(importlib.import_module(module), name, None) is thing
    except ImportError:
        return False


def _parameters_of(value):
    """Pairs of name and value, of the arguments of ``__init__`` that are not at their defaults.

    None if the object does not say what they were.
    """
    if type(value).__init__ is object.__init__:  # which claims to take anything
        return [] if hasattr(value, "get_params") else None
    try:
        signature = inspect.signature(type(value).__init__)
    except (TypeError, ValueError):
        return None
    found = []
    for parameter in [*signature.parameters.values()][1:]:
        if parameter.kind == parameter.VAR_KEYWORD:
            continue
        if parameter.kind == parameter.VAR_POSITIONAL or not hasattr(value, parameter.name):
            return None
        given = getattr(value, parameter.name)
        if parameter.kind == parameter.POSITIONAL_ONLY:
            found.append(("", given))
        elif not _is_default(given, parameter.default):
            found.append((parameter.name, given))
    return found


def _is_default(found, default):
    if default is inspect.Parameter.empty or type(found) is not type(default):
        return False
    if isinstance(found, float) and np.isnan(found):
        return bool(np.isnan(default))
    try:
        return found is default or bool(found == default)
    except ValueError:  # arrays
        return False
