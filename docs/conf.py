"""Sphinx: the pages of this folder, and an API page for each public package."""

import importlib
import pkgutil
import re
import sys
from pathlib import Path

import skseq

sys.path.insert(0, str(Path(__file__).parent))
import pages

project = "skseq"
author = "skseq developers"
copyright = "skseq developers"
release = skseq.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3  # pages link to sections of others
exclude_patterns = ["_build"]
templates_path = ["_templates"]

html_theme = "pydata_sphinx_theme"
html_title = "skseq"
html_static_path = ["_static"]
html_css_files = ["skseq.css"]
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"index": []}
numpydoc_show_class_members = False
autodoc_typehints = "none"  # docstrings name types in words; those of numpy fill a page
# An attribute that is a property in two classes is no reference that a third one could mean.
suppress_warnings = ["ref.python"]

# Packages for our own use: users meet what they hold elsewhere, as `skseq.Sequences`.
INTERNAL = {"cli", "data", "folds", "nn", "training"}


def public_names():
    """Each public package with its names, every name once: where users would import it from."""
    packages = {module.name for module in pkgutil.iter_modules(skseq.__path__)} - INTERNAL
    public = sorted(f"skseq.{name}" for name in packages if not name.startswith("_"))
    things, names = set(), {}
    for package in map(importlib.import_module, ["skseq", *public]):
        new = [name for name in package.__all__ if id(getattr(package, name)) not in things]
        things |= {id(getattr(package, name)) for name in new}
        if new:
            names[package] = [name for name in new if not name.startswith("_")]
    return names


def write_api_pages(folder):
    """Write a page for each public package, which autosummary follows to one for each name."""
    folder.mkdir(exist_ok=True)
    index = ["API", "===", "", ".. toctree::", "   :hidden:", ""]
    names = public_names()
    index += [f"   {package.__name__}" for package in names]
    index += ["", ".. list-table::", "   :widths: 30 70", ""]
    for package, members in names.items():
        name = package.__name__
        summary = package.__doc__.splitlines()[0]
        index += [f"   * - :doc:`{name}`", f"     - {summary}"]
        page = [name, "=" * len(name), "", f".. automodule:: {name}", "", ".. autosummary::"]
        page += ["   :toctree: names", "   :nosignatures:", "", *(f"   {m}" for m in members)]
        (folder / f"{name}.rst").write_text("\n".join(page) + "\n", encoding="utf-8")
    (folder / "index.rst").write_text("\n".join(index) + "\n", encoding="utf-8")


def draw_pictures(app, env, docnames):
    """Run the pages that ask for pictures; before any is read, for others may show them too."""
    app.pictures = {}
    folder = Path(app.srcdir, "_pictures")
    folder.mkdir(exist_ok=True)
    for name in docnames:
        path = env.doc2path(name)
        text = path.read_text(encoding="utf-8")
        if "<!-- picture:" in text:
            with pages.quietly_elsewhere():
                files = pages.draw_pictures(text, name, folder)
            app.pictures[name] = [[f"/_pictures/{f.name}" for f in drawn] for drawn in files]


def show_pictures(app, name, source):
    """Put images where the comments are that ask for them."""
    if name in app.pictures:
        source[0] = pages.with_pictures(source[0], app.pictures[name])


def skip_foreign_members(app, what, name, thing, skip, options):
    """Leave out the methods that scikit-learn writes into every estimator."""
    return skip or not (getattr(thing, "__module__", None) or "skseq").startswith("skseq")


def escape_names_in_shapes(app, what, name, thing, options, lines):
    """Keep "of shape (n_features_in_,)" from being read as a link: reST links end in ``_``."""
    for i, line in enumerate(lines):
        if "of shape (" in line:
            lines[i] = re.sub(r"(?<=\w)_(?=[,)])", r"\\_", line)


def setup(app):
    write_api_pages(Path(app.srcdir, "api"))  # here, so that autosummary finds them
    app.connect("env-before-read-docs", draw_pictures)
    app.connect("source-read", show_pictures)
    app.connect("autodoc-skip-member", skip_foreign_members)
    app.connect("autodoc-process-docstring", escape_names_in_shapes)
