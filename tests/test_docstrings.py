"""Every public docstring keeps numpydoc's rules; pyproject.toml says which of them."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest
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
def test_docstring_of_a_public_name_keeps_the_rules(name):
    is_warning = name.startswith("skseq.exceptions")
    broken = broken_rules(name, RULES - {"EX01"} if is_warning else RULES)
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("name", dotted_names(public_methods()))
def test_docstring_of_a_public_method_keeps_the_rules_with_or_without_examples(name):
    broken = broken_rules(name, RULES - {"EX01"})
    assert not broken, "\n".join(broken)
