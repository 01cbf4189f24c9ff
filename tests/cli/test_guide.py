"""The page on the command line runs as it stands, on a part of its files and with small nets."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guide_cli.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(python|sh)\n(.*?)```", PAGE, re.DOTALL)


def commands():
    """The commands of the page, without what a shell does around them."""
    lines = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines()]
    return [line for line in lines if line.startswith("skseq ")]


def thin_out(path, n):
    """Keep every nth row, or the first ones of a file whose rows belong together."""
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    kept = rows[::n] if path.name == "docstrings.csv" else rows[: len(rows) // n]
    path.write_text("\n".join([header, *kept, ""]), encoding="utf-8")


@pytest.mark.filterwarnings("ignore")
def test_the_page_runs_from_top_to_bottom(run, small_nets, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for language, block in BLOCKS:
        if language == "python":
            exec(block, names)
            for name in ("docstrings.csv", "turns.csv"):
                if f'open("{name}"' in block or f'to_csv("{name}"' in block:
                    thin_out(tmp_path / name, 8)
            continue
        for line in block.splitlines():
            if not line.startswith("skseq "):
                continue
            arguments = shlex.split(line)[1:]
            if arguments[0] == "tune":
                arguments += ["--cv", "2", "--jobs", "1", "--strategies", "none"]
                arguments += ["--architectures", "none"]
            done = run(*arguments)
            assert done.status == 0, done.err
    for name in ("topics.csv", "states.jsonl", "docstrings_tuned/leaderboard.csv"):
        assert (tmp_path / name).exists()
    assert capsys.readouterr().out


def test_every_option_that_the_page_names_is_there(run):
    helps = {
        command: run(command, "--help").out
        for command in ("audit", "tune", "predict", "report", "demo")
    }
    for line in commands():
        command, *arguments = shlex.split(line)[1:]
        for option in (each for each in arguments if each.startswith("--")):
            assert command == "--help" or option in helps[command] or option == "--help"
    for option in re.findall(r"`(--[a-z-]+)", PAGE):
        assert any(option in text for text in helps.values()), option


@pytest.mark.slow
def test_the_page_runs_as_it_stands_in_a_shell(tmp_path):
    for language, block in BLOCKS:
        program = ["python", "-c", block] if language == "python" else ["sh", "-ec", block]
        if not block.startswith("pip"):
            subprocess.run(program, cwd=tmp_path, check=True, timeout=700)
