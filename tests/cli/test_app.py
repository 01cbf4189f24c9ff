"""Help that does not wait, statuses, and errors in one line with the cure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import skseq
from skseq.cli import main

ROOT = Path(skseq.__file__).parents[1]
COMMANDS = ["audit", "tune", "predict", "report", "demo"]
HERE = [sys.executable, "-c", "import sys; from skseq.cli import main; sys.exit(main())"]


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_do_not_wait_for_torch(option):
    code = (
        "import sys; from skseq.cli import main\n"
        f"assert main([{option!r}]) == 0\n"
        "sys.exit(bool({'torch', 'sklearn', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert ("Usage: skseq" if option == "--help" else skseq.__version__) in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command, run):
    done = run(command, "--help")
    assert done.status == 0
    assert f"skseq {command} " in done.out.partition("Examples:")[2]
    assert not done.err


def test_without_arguments_there_is_help(run):
    done = run()
    assert all(command in done.out + done.err for command in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tnue"], "No such command 'tnue'. Did you mean 'tune'?; see skseq --help"),
        (["tune"], "Missing argument 'FILE'; see skseq tune --help"),
        (["tune", __file__, "--cv", "1"], "'--cv'"),
        (["tune", __file__, "--lable", "y"], "No such option: --lable"),
        (["audit", __file__, "--row-is", "word"], "--row-is: must be sequence or step, got word"),
        (["predict", __file__, __file__, "--to", "xml"], "--to: must be csv or jsonl, got xml"),
        (["demo", "--jobs", "two"], "'--jobs'"),
    ],
)
def test_arguments_that_make_no_sense_end_with_status_2(arguments, message, run):
    done = run(*arguments)
    assert done.status == 2
    assert message in done.err
    assert done.err.count("\n") == 1


def test_a_mistake_in_a_file_ends_with_status_1_and_one_line(tmp_path):
    done = subprocess.run(
        [*HERE, "audit", str(tmp_path / "none.csv")],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr == f"skseq: {tmp_path / 'none.csv'}: no such file\n"
    assert not done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["audit", "{folder}"], "{folder}: is a folder; name a file in it"),
        (["predict", "{folder}", __file__], "{folder}: is a folder; name a file in it"),
        (["predict", __file__, __file__, "--output", "{folder}/a/b.csv"], "no folder {folder}/a"),
        (["report", "{folder}", "--output", "{folder}"], "--output {folder}: is a folder"),
    ],
)
def test_what_cannot_be_read_or_written_is_told_before_anything_is_done(
    arguments, message, run, tmp_path
):
    done = run(*(each.format(folder=tmp_path) for each in arguments))
    assert done.status == 1
    assert message.format(folder=tmp_path) in done.err
    assert done.err.count("\n") == 1


def test_a_closed_standard_output_is_no_mistake(files):
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *HERE, "audit", str(files / "texts.csv")],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_without_typer_the_command_says_what_to_install(monkeypatch, capsys):
    def import_module(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr("skseq._optional.importlib.import_module", import_module)
    assert main(["audit", "x.csv"]) == 1
    assert capsys.readouterr().err == (
        'skseq: the command skseq needs typer, which is not installed: pip install "skseq[cli]"\n'
    )


@pytest.mark.parametrize(
    ("text", "message"), [("5x", "90s, 5m, 1h30m"), ("0", "90s"), ("", "90s"), ("-3m", "90s")]
)
def test_a_time_that_is_none_is_refused(text, message, run, files):
    done = run("tune", files / "texts.csv", f"--time-budget={text}")
    assert done.status == 1
    assert message in done.err


def test_python_runs_the_command_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "skseq", "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "Usage: skseq" in done.stdout
