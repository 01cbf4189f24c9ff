"""The shape that `docs/architecture.md` promises of the estimators, counted."""

import ast
import inspect
import textwrap

import pytest

from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    SequenceTagger,
)

FACES = (SequenceClassifier, SequenceOrdinalClassifier, SequenceRegressor, SequenceTagger)

# What a face may write for the classes above it.
HOOKS = {"_per_step", "_read_y", "_make_head", "_targets"}


def own_classes(face):
    return [cls for cls in face.__mro__ if cls.__module__.split(".")[0] == "skseq"]


def names_asked_of_self(cls):
    """Attributes of self that the code of a class reads."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }


@pytest.mark.parametrize("face", FACES)
def test_a_face_stands_on_at_most_two_classes_of_ours(face):
    assert len(own_classes(face)) <= 3


@pytest.mark.parametrize("face", FACES)
def test_the_classes_above_call_down_through_few_hooks(face):
    mine, *above = own_classes(face)
    asked = set().union(*map(names_asked_of_self, above))
    private = {name for name in vars(mine) if name.startswith("_") and not name.startswith("__")}
    hooks = asked & private - {"_parameter_constraints"}
    assert hooks <= HOOKS


@pytest.mark.parametrize("face", FACES)
def test_no_hook_calls_back_up_into_another_hook(face):
    mine, *above = own_classes(face)
    # Reading checked attributes and the constructor's arguments is all that a hook does.
    methods = {name for cls in above for name, value in vars(cls).items() if callable(value)}
    for name in HOOKS & set(vars(mine)):
        if callable(vars(mine)[name]):
            tree = ast.parse(textwrap.dedent(inspect.getsource(vars(mine)[name])))
            called = {
                node.func.attr
                for node in ast.walk(tree)
                if isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "self"
            }
            assert not called & methods, f"{face.__name__}.{name} calls {called & methods}"


@pytest.mark.parametrize("face", FACES)
def test_no_estimator_inherits_from_another(face):
    assert not set(own_classes(face)) & set(FACES) - {face}
