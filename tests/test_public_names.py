"""The names of `skseq` itself, most of which load when first asked for."""

import ast
import importlib
import pickle
from pathlib import Path

import pytest

import skseq


def names_for_type_checkers():
    """Name -> module, as the block that only type checkers read has it."""
    tree = ast.parse(Path(skseq.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {alias.name: line.module for line in block.body for alias in line.names}


def test_type_checkers_see_the_names_that_load_late():
    assert names_for_type_checkers() == skseq._LAZY


def test_every_public_name_is_there_at_once_or_loads_late():
    assert {"Sequences", *skseq._LAZY} == set(skseq.__all__)
    assert set(skseq.__all__) <= set(dir(skseq))


@pytest.mark.parametrize("name", sorted(skseq._LAZY))
def test_a_name_that_loads_late_is_that_of_its_package(name):
    thing = getattr(skseq, name)
    assert thing is getattr(importlib.import_module(skseq._LAZY[name]), name)
    assert pickle.loads(pickle.dumps(thing)) is thing


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'skseq' has no attribute 'SequenceClasifier'"):
        skseq.SequenceClasifier  # noqa: B018
