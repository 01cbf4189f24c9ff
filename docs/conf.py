"""Sphinx: the pages of this folder, and an API page for each public package."""

import pkgutil
import re
from pathlib import Path

import skseq

project = "skseq"
author = "skseq developers"
copyright = "skseq developers"
release = skseq.__version__

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc"]
myst_heading_anchors = 2  # pages link to sections of others
exclude_patterns = ["_build"]
html_theme = "alabaster"
# Wide enough for the longest line of code.
html_theme_options = {"page_width": "1260px", "body_max_width": "1000px"}
numpydoc_show_class_members = False
# An attribute that is a property in two classes is no reference that a third one could mean.
suppress_warnings = ["ref.python"]

# Packages for our own use: users meet what they hold elsewhere, as `skseq.Sequences`.
INTERNAL = {"cli", "data", "folds", "nn", "training"}


def public_packages():
    names = {module.name for module in pkgutil.iter_modules(skseq.__path__)} - INTERNAL
    public = sorted(name for name in names if not name.startswith("_"))
    return ["skseq", *(f"skseq.{name}" for name in public)]


def write_api_pages(app):
    """Write a page for each public package; autodoc fills it with what ``__all__`` names."""
    folder = Path(app.srcdir, "api")
    folder.mkdir(exist_ok=True)
    for name in public_packages():
        # At the top, only `Sequences` has no public package that its page could be in.
        members = "Sequences" if name == "skseq" else ""
        page = f"{name}\n{'=' * len(name)}\n\n.. automodule:: {name}\n   :members: {members}\n"
        (folder / f"{name}.rst").write_text(page, encoding="utf-8")


def skip_foreign_members(app, what, name, thing, skip, options):
    """Leave out the methods that scikit-learn writes into every estimator."""
    return skip or not getattr(thing, "__module__", "skseq").startswith("skseq")


def escape_names_in_shapes(app, what, name, thing, options, lines):
    """Keep "of shape (n_features_in_,)" from being read as a link: reST links end in ``_``."""
    for i, line in enumerate(lines):
        if "of shape (" in line:
            lines[i] = re.sub(r"(?<=\w)_(?=[,)])", r"\\_", line)


def setup(app):
    app.connect("builder-inited", write_api_pages)
    app.connect("autodoc-skip-member", skip_foreign_members)
    app.connect("autodoc-process-docstring", escape_names_in_shapes)
