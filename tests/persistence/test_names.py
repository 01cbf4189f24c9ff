"""Which names a file may bring; and that what they stand for was looked at."""

import ast
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from imblearn.pipeline import Pipeline
from sklearn.metrics import f1_score

from skseq import Sequences
from skseq.persistence._names import (
    _CLASSES_IN,
    _NEVER_IN,
    Names,
    UntrustedError,
    name_of,
    read_trusted,
)

# What the classes of trusted modules do when they are filled or thrown away. Each was read: none
# runs what it is given, but for skorch's nets and CRFsuite's files, which are never filled so.
LOOKED_AT = {
    ("skorch.net", "NeuralNet", "__setstate__"),
    ("sklearn.base", "BaseEstimator", "__setstate__"),
    ("sklearn.ensemble._hist_gradient_boosting.predictor", "TreePredictor", "__setstate__"),
    ("sklearn.isotonic", "IsotonicRegression", "__setstate__"),
    ("sklearn.utils._bunch", "Bunch", "__setstate__"),
    ("sklearn.gaussian_process.kernels", "Hyperparameter", "__new__"),
    ("skseq.data._sequences", "Sequences", "__setstate__"),
}
# Those of torch add what older versions lacked.
LOOKED_AT_MODULES = ("torch.nn.modules", "torch.optim")

METHODS = {"__setstate__", "__del__", "__new__", "__setitem__", "extend"}


def trusted_modules():
    for name in _CLASSES_IN:
        spec = importlib.util.find_spec(name)
        if spec.submodule_search_locations is None:
            yield name, Path(spec.origin)
            continue
        (folder,) = spec.submodule_search_locations
        for path in Path(folder).rglob("*.py"):
            parts = path.relative_to(folder).with_suffix("").parts
            if _NEVER_IN.isdisjoint(parts):
                yield ".".join([name, *parts]).removesuffix(".__init__"), path


def methods_of_classes(code):
    """Class and name of each method in METHODS that is written there."""
    if not any(f"def {name}(" in code for name in METHODS):
        return
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name in METHODS:
                    yield node.name, method.name


def test_every_method_that_loading_may_call_was_looked_at():
    found = {
        (module, *names)
        for module, path in trusted_modules()
        if not module.startswith(LOOKED_AT_MODULES)
        for names in methods_of_classes(path.read_text(encoding="utf-8"))
    }
    assert found <= LOOKED_AT


def test_a_name_leads_back_to_what_it_names():
    for thing in (Sequences, np.float64, f1_score, Pipeline, int):
        assert Names([name_of(thing)], {}).thing(0) is thing


def test_all_names_that_are_refused_are_listed():
    with pytest.raises(UntrustedError) as raised:
        Names(["a.module:Thing", "skseq.data._sequences:Sequences", "b:Other"], {})
    assert raised.value.names == ["a.module.Thing", "b.Other"]
    assert raised.value.may_be_trusted


def test_a_name_given_by_the_user_is_imported_or_taken_as_it_is():
    name = "hypothesis.errors:HypothesisException"
    trusted = read_trusted(["hypothesis.errors.HypothesisException"])
    assert Names([name], trusted).thing(0).__name__ == "HypothesisException"

    class Local:
        pass

    trusted = read_trusted([Local])
    (dotted,) = trusted
    module, _, qualified = dotted.partition(".test_a_name")
    assert Names([f"{module}:test_a_name{qualified}"], trusted).thing(0) is Local
