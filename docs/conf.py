"""Sphinx: the pages of this folder, and an API page for each public package."""

import importlib
import pkgutil
from pathlib import Path

import skseq

project = "skseq"
author = "skseq developers"
copyright = "skseq developers"
release = skseq.__version__

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
numpydoc_show_class_members = False
autodoc_default_options = {"members": True, "inherited-members": False}

# Packages for our own use: users meet what they hold elsewhere, as `skseq.Sequences`.
INTERNAL = {"cli", "data", "nn"}


def public_packages():
    names = {module.name for module in pkgutil.iter_modules(skseq.__path__)} - INTERNAL
    public = sorted(name for name in names if not name.startswith("_"))
    return ["skseq", *(f"skseq.{name}" for name in public)]


def write_api_pages(app):
    """Write a page for each public package; autodoc fills it with what ``__all__`` names."""
    folder = Path(app.srcdir, "api")
    folder.mkdir(exist_ok=True)
    for name in public_packages():
        importlib.import_module(name)
        page = f"{name}\n{'=' * len(name)}\n\n.. automodule:: {name}\n"
        (folder / f"{name}.rst").write_text(page, encoding="utf-8")


def setup(app):
    app.connect("builder-inited", write_api_pages)
