"""The front page tells the truth: its example runs as it stands there."""

import ast
import importlib
import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_every_name_that_the_readme_imports_exists():
    nodes = [node for block in BLOCKS for node in ast.walk(ast.parse(block))]
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    assert imports
    for node in imports:
        module = importlib.import_module(node.module)
        assert all(hasattr(module, alias.name) for alias in node.names), node.module


@pytest.mark.slow
# A candidate of its grid may collapse: saying so is what the warning is for.
@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize("block", BLOCKS)
def test_the_example_of_the_readme_runs(block, capsys):
    exec(compile(block, "README.md", "exec"), {})
    assert "weight__strategy" in capsys.readouterr().out
