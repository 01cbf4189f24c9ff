"""The front page and the guide tell the truth: their examples run as they stand there."""

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def blocks_of(page):
    """Python blocks of a Markdown page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)


BLOCKS = blocks_of("README.md")
# Pages about a package that may be missing.
NEEDS = {"docs/guide_pretrained.md": "transformers", "docs/guide_serve.md": "onnxruntime"}
# Its blocks need the commands between them: tests/cli/test_guide.py runs both.
OF_COMMANDS = ROOT / "docs" / "guide_cli.md"
GUIDES = sorted(
    str(page.relative_to(ROOT))
    for pattern in ("guide*", "extending")
    for page in ROOT.glob(f"docs/{pattern}.md")
    if page != OF_COMMANDS
)


def test_every_name_that_the_readme_imports_exists():
    nodes = [node for block in BLOCKS for node in ast.walk(ast.parse(block))]
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    assert imports
    for node in imports:
        module = importlib.import_module(node.module)
        assert all(hasattr(module, alias.name) for alias in node.names), node.module


@pytest.mark.slow
# A candidate of a grid may collapse: saying so is what the warning is for.
@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize("block", BLOCKS)
def test_an_example_of_the_readme_runs(block, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {})
    assert capsys.readouterr().out


# What a small example leaves out of reach may collapse: saying so is what the warning is for.
@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize("page", GUIDES)
def test_a_page_of_the_guide_runs_from_top_to_bottom(page, capsys, run_page):
    if page in NEEDS:
        pytest.importorskip(NEEDS[page])
    run_page(page)
    assert capsys.readouterr().out


# -- figures ------------------------------------------------------------------------------------


PAGES = ["README.md", *sorted(str(page.relative_to(ROOT)) for page in ROOT.glob("docs/*.md"))]


def scripts_named_in(text):
    return set(re.findall(r"(?:benchmarks|docs/examples)/\w+\.py", text))


@pytest.mark.parametrize("page", PAGES)
def test_scripts_that_a_page_names_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert all((ROOT / script).exists() for script in scripts_named_in(text))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_with_a_table_of_measured_figures_has_their_command(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    prose = re.sub("```.*?```", "", text, flags=re.DOTALL)
    if re.search(r"^\|.*\| *[-+*]*\d*\.\d+\b", prose, flags=re.MULTILINE):
        assert scripts_named_in(text) or "make demo" in text
