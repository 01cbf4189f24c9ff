"""Imports go one way down the layout, and what takes long to load waits until it is asked for."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import skseq

PACKAGE = Path(skseq.__file__).parent

# Each part may import itself and the parts above it.
LAYOUT = [
    "_html",
    "_typing",
    "_plain_checks",
    "_validation",
    "_optional",
    "_progress",
    "_device",
    "_densities",
    "exceptions",
    "data",
    "spans",
    "_class_counts",
    "_sample_weight",
    "_class_keys",
    "_class_order",
    "weights",
    "decisions",
    "augment",
    "losses",
    "augment",
    "samplers",
    "preprocessing",
    "metrics",
    "folds",
    "nn",
    "mixup",
    "stages",
    "training",
    "estimators",
    "meta",
    "ensemble",
    "model_selection",
    "report",
    "datasets",
    "persistence",
    "serving",
    "cli",
    "__main__",
    "testing",
]

# What `import skseq` loads: numpy only.
LIGHT = ["_html", "_typing", "_plain_checks", "_optional", "exceptions", "data"]
HEAVY = ["joblib", "pandas", "scipy", "sklearn", "torch"]

# A user who scores, resamples or loads data shouldn't wait for torch.
WITHOUT_TORCH = [
    "_validation",
    "_device",
    "_densities",
    "spans",
    "_class_counts",
    "_sample_weight",
    "_class_keys",
    "_class_order",
    "weights",
    "decisions",
    "augment",
    "samplers",
    "preprocessing",
    "metrics",
    "folds",
    "report",
    "datasets",
]


def module_name(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module):
    """The part of the layout a dotted name lies in: "data" for "skseq.data._sequences"."""
    return module.split(".")[1] if "." in module else None


SOURCES = sorted(PACKAGE.rglob("*.py"))
PARTS = {part_of(module_name(path)) for path in SOURCES} - {None}


def imported_names(path):
    """Every absolute dotted name that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def our_imports(path):
    names = imported_names(path)
    return [name for name in names if name.split(".")[0] == "skseq" and name != "skseq.__version__"]


def test_every_part_of_the_package_has_its_place_in_the_layout():
    assert set(LAYOUT) >= PARTS


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_go_one_way_down_the_layout(path):
    part = part_of(module_name(path))
    allowed = LAYOUT if part is None else LAYOUT[: LAYOUT.index(part) + 1]
    wrong = [name for name in our_imports(path) if part_of(name) not in allowed]
    assert not wrong, f"{module_name(path)} may not import {wrong}: they lie further down"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_private_scikit_learn_names_enter_through_one_door(path):
    private = [
        name
        for name in imported_names(path)
        if name.split(".")[0] == "sklearn" and any(word.startswith("_") for word in name.split("."))
    ]
    if module_name(path) != "skseq._validation":
        assert not private, f"import {private} in skseq/_validation.py, and from there"


@pytest.mark.parametrize("part", WITHOUT_TORCH)
def test_importing_it_leaves_torch_alone(part):
    assert not loaded_with(f"skseq.{part}", ["torch"])


@pytest.mark.parametrize("part", [None, *LIGHT])
def test_importing_it_loads_nothing_that_takes_long(part):
    assert not loaded_with(f"skseq.{part}" if part else "skseq", HEAVY)


def loaded_with(module, others):
    """Which of other modules a fresh interpreter has loaded once it has imported a module."""
    code = f"import sys, {module}; print(*(set({others}) & set(sys.modules)))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=PACKAGE.parent, check=True, capture_output=True, text=True)
    return done.stdout.split()
