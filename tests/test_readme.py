"""The front page, the guide and the gallery tell the truth: they run, and print what they say."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def read(page):
    return (ROOT / page).read_text(encoding="utf-8")


def load_pages():
    """The module docs/pages.py, which runs pages for the pictures in them, too."""
    spec = importlib.util.spec_from_file_location("pages", ROOT / "docs" / "pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pages = load_pages()
DECIMAL = pages.DECIMAL
BLOCKS = [block["code"] for block in pages.BLOCK.finditer(read("README.md"))]
# Pages about a package that may be missing.
NEEDS = {"docs/guide_pretrained.md": "transformers", "docs/guide_serve.md": "onnxruntime"}
# Pages with tests of their own: tests/test_migrations.py, tests/cli/test_guide.py.
ELSEWHERE = {*ROOT.glob("docs/migrate_*.md"), ROOT / "docs" / "guide_cli.md"}
PAGES = [
    str(page.relative_to(ROOT))
    for page in sorted({*ROOT.glob("docs/**/*.md")} - ELSEWHERE)
    if pages.BLOCK.search(page.read_text(encoding="utf-8"))
]


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


def test_figures_that_the_readme_compares_stand_in_the_results():
    table = read("README.md").split("## How it compares")[1].split("\n## ")[0]
    sections = read("docs/results_whole.md").split("\n## ")[1:]
    figures = {section.split("\n")[0]: set(DECIMAL.findall(section)) for section in sections}
    rows = [line.split("|")[1:] for line in table.splitlines() if DECIMAL.search(line)]
    assert len(rows) == len(figures)
    for name, *cells in rows:
        for figure in DECIMAL.findall(" ".join(cells)):
            assert figure in figures[name.split(",")[0].strip()], (name, figure)


# These compare many candidates, which takes longer than a quick run can spare.
LONG_PAGES = {f"docs/guide_{name}.md" for name in ("compare", "ensembles", "stages", "tactics")}


# What a small example leaves out of reach may collapse, or have a tag in one file alone: saying so
# is what the warnings are for.
@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.filterwarnings("ignore::skseq.exceptions.SmallClassWarning")
@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=[pytest.mark.slow] * (page in LONG_PAGES)) for page in PAGES],
)
def test_a_page_runs_from_top_to_bottom_and_prints_what_it_says(page, monkeypatch, tmp_path):
    if page in NEEDS:
        pytest.importorskip(NEEDS[page])
    plt = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.chdir(tmp_path)
    for block, printed in pages.run(read(page), page):
        if block["output"]:
            assert pages.says_the_same(block["printed"], printed), f"it printed:\n{printed}"
        if block["request"]:
            assert plt.get_fignums(), "there is no picture to show"
        plt.close("all")


@pytest.mark.parametrize(
    ("promised", "printed", "is_same"),
    [
        ("0.71  plain", "0.69 plain\n", True),
        ("0.71  plain", "0.51  plain", False),
        ("2 parts", "3 parts", False),
        ("a  0.5  ...  1.0", "a  0.5  17.31  1.0", True),
        ("1234.5", "1230.1", True),
    ],
)
def test_decimals_may_differ_a_little_and_nothing_else(promised, printed, is_same):
    assert pages.says_the_same(promised, printed) == is_same


def test_what_a_page_prints_is_written_under_its_blocks_once():
    page = "Before.\n\n```python\nprint(1 + 1)\n```\n\n```python\nx = 3\n```\n\nAfter.\n"
    written = pages.with_outputs(page, "page.md")
    assert "print(1 + 1)\n```\n\n```text\n2\n```\n\n```python\nx = 3\n```\n\nAfter.\n" in written
    assert pages.with_outputs(written, "page.md") == written
    assert "2\n```" in pages.with_outputs(written.replace("text\n2", "text\n5"), "page.md")


# -- figures ------------------------------------------------------------------------------------


EVERY_PAGE = ["README.md", *sorted(str(page.relative_to(ROOT)) for page in ROOT.glob("docs/*.md"))]


def scripts_named_in(text):
    return set(re.findall(r"(?:benchmarks|docs/examples)/\w+\.py", text))


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_scripts_that_a_page_names_exist(page):
    text = read(page)
    assert all((ROOT / script).exists() for script in scripts_named_in(text))


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_a_page_with_a_table_of_measured_figures_has_their_command(page):
    text = read(page)
    prose = re.sub("```.*?```", "", text, flags=re.DOTALL)
    if re.search(r"^\|.*\| *[-+*]*\d*\.\d+\b", prose, flags=re.MULTILINE):
        assert scripts_named_in(text) or "make demo" in text
