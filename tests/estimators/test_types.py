"""Annotations of parameters say what the checks of `fit` say."""

from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

import skseq.estimators
from skseq._validation import StrOptions

FACES = [getattr(skseq.estimators, name) for name in skseq.estimators.__all__]


def members(annotation):
    """Parts of a union, and of the unions in it."""
    if get_origin(annotation) not in (Union, UnionType):
        return [annotation]
    return [each for part in get_args(annotation) for each in members(part)]


@pytest.mark.parametrize("face", FACES)
def test_annotations_take_the_words_that_fit_takes(face):
    hints = get_type_hints(face.__init__)
    for name, constraints in face._parameter_constraints.items():
        parts = members(hints[name])
        words = {each for part in parts if get_origin(part) is Literal for each in get_args(part)}
        allowed = {
            word for each in constraints if isinstance(each, StrOptions) for word in each.options
        }
        if str not in parts and Any not in parts:
            assert words == allowed, name
        if Any not in parts:
            takes_none = None in constraints or "random_state" in constraints
            assert takes_none == (NoneType in parts), name
