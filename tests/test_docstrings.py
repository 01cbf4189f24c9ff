"""Every public docstring keeps numpydoc's rules; pyproject.toml says which of them."""

import importlib
import inspect
import pkgutil
import re
from itertools import chain
from pathlib import Path

import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.hooks.validate_docstrings import parse_config
from numpydoc.validate import ERROR_MSGS, validate

import skseq

# Packages for our own use: users meet what they hold elsewhere, as `skseq.Sequences`.
INTERNAL = {"cli", "data", "decisions", "folds", "nn", "training"}


def chosen_rules():
    """The checks of pyproject.toml, where "all" turns the other entries into exceptions."""
    listed = parse_config(Path(__file__).parents[1])["checks"]
    return set(ERROR_MSGS) - listed if "all" in listed else listed


def public_modules():
    names = {module.name for module in pkgutil.iter_modules(skseq.__path__)} - INTERNAL
    public = sorted(name for name in names if not name.startswith("_"))
    return [skseq, *(importlib.import_module(f"skseq.{name}") for name in public)]


def public_things():
    """The classes and functions that a public `__all__` names; it names tables too."""
    things = [getattr(module, name) for module in public_modules() for name in module.__all__]
    return [thing for thing in things if inspect.isclass(thing) or inspect.isfunction(thing)]


def public_methods():
    """Methods and properties that public classes have from us, not from scikit-learn or torch."""
    for cls in filter(inspect.isclass, public_things()):
        for name in dir(cls):
            method = inspect.getattr_static(cls, name)
            method = getattr(method, "fget", None) or getattr(method, "__func__", method)
            is_public = inspect.isfunction(method) and not name.startswith("_")
            if (
                is_public
                and method.__module__.startswith("skseq")
                and not inherits_doc(cls, method)
            ):
                yield method


def inherits_doc(cls, method):
    """Whether a method overrides one of ours without a word, which then speaks for it."""
    named = [vars(base)[method.__name__] for base in cls.__mro__ if method.__name__ in vars(base)]
    return not method.__doc__ and any(
        other.__doc__ and other.__module__.startswith("skseq") for other in named
    )


def dotted_names(things):
    return sorted({f"{thing.__module__}.{thing.__qualname__}" for thing in things})


def broken_rules(name, rules):
    return [f"{name}: {code} {text}" for code, text in validate(name)["errors"] if code in rules]


RULES = chosen_rules()


@pytest.mark.parametrize("name", dotted_names(public_things()))
def test_docstring_of_a_public_name_keeps_the_rules_and_has_an_example(name):
    broken = broken_rules(name, RULES)
    assert not broken, "\n".join(broken)


def test_examples_run_but_for_those_of_packages_and_files_that_may_be_missing():
    skipped = {thing.__name__ for thing in public_things() if "+SKIP" in thing.__doc__}
    assert skipped <= {"PretrainedEncoder", "read_docbin", "write_docbin"}


def fields_without_shape(thing):
    """Arrays of a docstring that do not say their shape; ragged ones, which have none, aside."""
    doc = NumpyDocString(inspect.cleandoc(thing.__doc__ or ""))
    for field in [*doc["Parameters"], *doc["Attributes"], *doc["Returns"]]:
        of_array = field.type or field.name
        # `Sequences` stand among the forms of what is ragged.
        is_array = re.search("array|Tensor|matrix", of_array) and "Sequences" not in of_array
        if is_array and not re.search("shape|length", " ".join([of_array, *field.desc])):
            yield f"{thing.__module__}.{thing.__qualname__}: {field.name} : {field.type}"


def test_every_array_of_a_public_name_has_a_shape():
    documented = {*public_things(), *public_methods()}
    shapeless = sorted(chain.from_iterable(map(fields_without_shape, documented)))
    assert not shapeless, "\n".join(shapeless)


@pytest.mark.parametrize("name", dotted_names(public_methods()))
def test_docstring_of_a_public_method_keeps_the_rules_with_or_without_examples(name):
    broken = broken_rules(name, RULES - {"EX01"})
    assert not broken, "\n".join(broken)
