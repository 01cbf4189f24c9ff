"""A tune keeps the winner, whatever it is, and a model reads other files as its own was read."""

import contextlib
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import skseq
from skseq.cli._data import Data
from skseq.cli._errors import InputError
from skseq.cli._folder import read_run
from skseq.cli._show import show_leaderboard
from skseq.cli._tune import _n_folds

ROOT = Path(skseq.__file__).parents[1]
FAST = ["--cv", "2", "--jobs", "1", "--architectures", "none"]

pytestmark = [
    # Two epochs of a few rows: what is tested is not how well the nets do.
    pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning"),
    pytest.mark.usefixtures("small_nets"),
]


@pytest.fixture(scope="module")
def tuned(run, files, small_nets, tmp_path_factory):
    """Folders of finished tunes, by name of the file, and what was printed."""
    folder = tmp_path_factory.mktemp("tuned")
    done = {}
    for name, strategies in [("texts.csv", "weight sqrt"), ("long.csv", "none"),
                             ("names.conll", "none")]:  # fmt: skip
        output = folder / name.partition(".")[0]
        result = run("tune", files / name, "--strategies", strategies, "--output", output, *FAST)
        assert result.status == 0, result.err
        done[name] = output, result
    return done


def leaderboard(folder):
    with (folder / "leaderboard.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_it_says_what_it_guessed_and_what_is_in_the_file(tuned):
    _, result = tuned["texts.csv"]
    assert "Guessed: --text text --label label --row-is sequence." in result.err
    assert "24 sequences, a class for each of texts; 2 classes, from complaint (16)" in result.err


def test_where_no_terminal_shows_a_bar_each_finished_fit_is_a_line(tuned):
    folder, result = tuned["texts.csv"]
    lines = [line for line in result.err.splitlines() if ", fold 2: score " in line]
    assert len(lines) == len(leaderboard(folder)) - 1  # all but the blend, which is no fit
    assert all(re.match(r"\d\d:\d\d:\d\d .+ fitted in [\d.]+ s$", line) for line in lines)


def test_strategies_stand_beside_baselines_and_the_best_is_kept(tuned):
    folder, result = tuned["texts.csv"]
    rows = leaderboard(folder)
    names = [row["name"] for row in rows]
    assert {"plain", "weight sqrt", "TF-IDF + logistic regression", "blend"} <= set(names)
    means = [float(row["mean"]) for row in rows]
    assert means == sorted(means, reverse=True)
    assert f"Kept {names[0]!r}" in result.out
    # Words tell the classes apart, and nets of two epochs have not learnt them.
    assert names[0].startswith("TF-IDF") or rows[0]["role"] == "blend"
    assert ("a model without a net" in result.out) == (rows[0]["role"] == "baseline")


def test_the_model_is_one_of_python_too(tuned, files):
    folder, _ = tuned["texts.csv"]
    model = skseq.load(folder / "model.skseq")
    assert model.predict(["cold train late again"]).tolist() == ["complaint"]
    assert model.file_reading_["text"] == "text"


def test_predictions_are_those_of_the_model_in_the_order_of_the_file(tuned, files, run):
    folder, _ = tuned["texts.csv"]
    done = run("predict", folder / "model.skseq", files / "texts.csv", "--proba")
    rows = rows_of(done.out)
    texts = [row["text"] for row in rows_of((files / "texts.csv").read_text(encoding="utf-8"))]
    model = skseq.load(folder / "model.skseq")
    assert [row["predicted"] for row in rows] == model.predict(texts).tolist()
    assert [row["sequence"] for row in rows] == [str(row) for row in range(1, 25)]
    proba = [[float(row[f"p({name})"]) for name in model.classes_] for row in rows]
    np.testing.assert_allclose(proba, model.predict_proba(texts), atol=1e-6)


def test_steps_get_a_label_each_in_the_order_of_the_rows(tuned, files, run):
    folder, _ = tuned["long.csv"]
    done = run("predict", folder / "model.skseq", files / "long.csv")
    rows = rows_of(done.out)
    told = rows_of((files / "long.csv").read_text(encoding="utf-8"))
    assert [row["row"] for row in rows] == [str(row) for row in range(1, 201)]
    assert [row["sequence"] for row in rows] == [row["recording"] for row in told]
    assert [int(row["step"]) - 1 for row in rows] == [int(row["step"]) for row in told]
    assert {row["predicted"] for row in rows} <= {"1", "2", "3"}


def test_tags_are_given_with_their_words_and_as_spans(tuned, files, run, tmp_path):
    folder, _ = tuned["names.conll"]
    path = tmp_path / "new.conll"
    path.write_text("Ada\nleft\nParis\n\nRome\n", encoding="utf-8")
    rows = rows_of(run("predict", folder / "model.skseq", path).out)
    assert [(row["sequence"], row["step"], row["text"]) for row in rows] == [
        ("1", "1", "Ada"), ("1", "2", "left"), ("1", "3", "Paris"), ("2", "1", "Rome"),
    ]  # fmt: skip
    output = tmp_path / "tags.jsonl"
    done = run("predict", folder / "model.skseq", path, "--output", output, "--proba")
    assert done.status == 0
    assert done.out == ""
    objects = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [each["predicted"] for each in objects] == [
        [row["predicted"] for row in rows[:3]],
        [rows[3]["predicted"]],
    ]
    assert np.allclose(np.sum(objects[0]["probabilities"], axis=1), 1, atol=1e-4)
    for each in objects:
        starts = [tag.startswith("B-") for tag in each["predicted"]]
        assert len(each["spans"]) == sum(starts)
        for span in each["spans"]:
            assert span["text"] == " ".join(each["text"][span["start"] : span["end"]])


def test_the_folder_says_how_it_came_about(tuned, files):
    folder, _ = tuned["texts.csv"]
    run = read_run(folder)
    assert run.file == str(files / "texts.csv")
    assert run.settings["cv"] == 2
    assert run.comparison.table["name"] == [row["name"] for row in leaderboard(folder)]


def test_the_same_command_fits_nothing_again_and_finds_the_same(tuned, files, run, monkeypatch):
    folder, result = tuned["texts.csv"]

    def fit_again(*args, **kwargs):
        raise AssertionError("a finished fit is done again")

    monkeypatch.setattr("skseq.model_selection._fold_fits.fit_and_predict", fit_again)
    again = run(
        "tune", files / "texts.csv", "--strategies", "weight sqrt", "--output", folder, *FAST
    )
    assert again.out == result.out


def test_an_interrupt_loses_nothing(files, run, tmp_path, monkeypatch):
    from skseq.model_selection import _fold_fits

    fit, fits = _fold_fits.fit_and_predict, []

    def interrupt_the_fourth(*arguments):
        if len(fits) == 3:
            raise KeyboardInterrupt
        fits.append(arguments)
        return fit(*arguments)

    monkeypatch.setattr(_fold_fits, "fit_and_predict", interrupt_the_fourth)
    arguments = ["tune", files / "texts.csv", "--strategies", "none", "--output", tmp_path, *FAST]
    done = run(*arguments)
    assert done.status == 130
    assert "interrupted; 3 finished fits are kept" in done.err
    assert len([*(tmp_path / "fits").iterdir()]) == 3


def test_time_that_suffices_for_nothing_is_an_error_with_the_cure(files, run, tmp_path):
    done = run("tune", files / "texts.csv", "--time-budget", "0.001s", "--output", tmp_path, *FAST)
    assert done.status == 1
    assert "give it more by --time-budget" in done.err
    assert ", fold " not in done.err  # only finished fits have their line
    assert not (tmp_path / "model.skseq").exists()


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("texts.csv", ["--strategies", "wieght sqrt"], "Did you mean 'weight sqrt'?"),
        ("texts.csv", ["--architectures", "lstn"], "Did you mean 'lstm'?"),
        ("texts.csv", ["--scoring", "span_f1_macro"], "is of tags"),
        ("texts.csv", ["--scoring", "f1_marco"], "Did you mean 'f1_macro'?"),
        ("names.conll", ["--scoring", "span_f1"], "no such score; there are span_f1_macro, "),
        ("texts.csv", ["--background", "O"], "--background is for a label at each step"),
        ("names.conll", ["--background", "X"], "no such tag; there are B-LOC, B-PER, O"),
        ("names.conll", ["--ordinal"], "--ordinal is for one label a sequence"),
        ("long.csv", ["--window", "500", "--sequence", ""], "--sequence"),
        ("series.csv", ["--window", "500"], "holds one sequence"),
    ],
)
def test_what_does_not_fit_the_file_is_said(name, arguments, message, files, run, tmp_path):
    done = run("tune", files / name, *arguments, "--output", tmp_path / "out")
    assert done.status == 1
    assert message in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("labels", "groups", "n_folds"),
    [("aaab", None, 3), ("abcabcabc", None, 3), ("ab" * 9, None, 5), ("ab" * 4, "wwxxyyzz", 4)],
)
def test_there_are_as_many_folds_as_the_data_have_room_for(labels, groups, n_folds):
    groups = groups and np.array([*groups])
    data = Data([*labels], np.array([*labels]), groups, [])
    assert _n_folds(None, data) == n_folds
    assert _n_folds(2, data) == 2


@pytest.mark.parametrize(
    ("labels", "groups", "message"),
    [("ab", None, "no class has two"), ("aabb", "gggg", "--group is the same in all rows")],
)
def test_where_nothing_can_be_held_out_it_is_told(labels, groups, message):
    groups = groups and np.array([*groups])
    with pytest.raises(InputError, match=message):
        _n_folds(None, Data([*labels], np.array([*labels]), groups, []))


def test_a_model_that_was_not_tuned_here_is_told_apart(files, run, tmp_path):
    model = skseq.SequenceClassifier(hidden_size=2, max_epochs=1, random_state=0)
    model.fit([[1.0], [2.0]] * 4, [0, 1] * 4)
    skseq.save(model, tmp_path / "own.skseq")
    done = run("predict", tmp_path / "own.skseq", files / "texts.csv")
    assert done.status == 1
    assert "is not the model of skseq tune" in done.err


def test_predictions_go_through_pipes_that_end_early(tuned, files):
    folder, _ = tuned["texts.csv"]
    lines = (files / "texts.csv").read_text(encoding="utf-8").splitlines()
    many = "\n".join([lines[0], *lines[1:] * 2000, ""])
    command = "import sys; from skseq.cli import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "predict", str(folder / "model.skseq"), "-"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdin.write(many)
    process.stdin.close()
    assert process.stdout.readline() == "sequence,predicted\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 0
    process.stderr.close()


class ClosedPipe(io.StringIO):
    def write(self, text):
        raise BrokenPipeError


def test_who_closes_the_pipe_loses_nothing(tuned, files, run, tmp_path, monkeypatch):
    folder = tmp_path / "tuned"
    shutil.copytree(tuned["texts.csv"][0], folder)
    names = [folder / name for name in ("model.skseq", "leaderboard.csv", "report.html")]
    for name in names:
        name.unlink()

    def show(comparison):
        with contextlib.redirect_stdout(ClosedPipe()):
            show_leaderboard(comparison)

    monkeypatch.setattr("skseq.cli._tune.show_leaderboard", show)
    monkeypatch.setattr("skseq.cli.stop_writing", lambda: None)
    arguments = ["--strategies", "weight sqrt", "--output", folder, *FAST]
    assert run("tune", files / "texts.csv", *arguments).status == 0
    assert all(name.exists() for name in names)


def test_spans_are_there_also_where_none_is_found(tuned, run, tmp_path):
    (tmp_path / "t.conll").write_text("for\nleft\n", encoding="utf-8")
    model = tuned["names.conll"][0] / "model.skseq"
    done = run("predict", model, tmp_path / "t.conll", "--to", "jsonl")
    found = json.loads(done.out)
    assert found["predicted"] == ["O", "O"]
    assert found["spans"] == []


def test_the_report_is_written_and_can_be_written_again(tuned, run, tmp_path):
    pytest.importorskip("jinja2")
    pytest.importorskip("matplotlib")
    for name in ("texts.csv", "long.csv", "names.conll"):
        folder, result = tuned[name]
        page = folder / "report.html"
        assert f"Report: {page}" in result.out
        text = page.read_text(encoding="utf-8")
        assert leaderboard(folder)[0]["name"] in text
        assert f"<h1>{name}, compared by " in text
    again = run("report", folder, "--output", tmp_path / "again.html")
    assert again.out.strip() == str(tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_report_is_of_the_file_that_was_compared_on(tuned, run, files, tmp_path):
    assert "is not the folder of a finished skseq tune" in run("report", tmp_path).err
    folder = tmp_path / "tuned"
    shutil.copytree(tuned["texts.csv"][0], folder)
    facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    for file, message in [(tmp_path / "none.csv", "is not there any more"),
                          (files / "series.csv", "")]:  # fmt: skip
        (folder / "run.json").write_text(json.dumps(facts | {"file": str(file)}), encoding="utf-8")
        done = run("report", folder)
        assert done.status == 1
        assert message in done.err
    copy = tmp_path / "texts.csv"
    copy.write_text((files / "texts.csv").read_text(encoding="utf-8") + "food,praise\n")
    (folder / "run.json").write_text(json.dumps(facts | {"file": str(copy)}), encoding="utf-8")
    assert "has changed since it was compared on" in run("report", folder).err


def write_levels(folder):
    words = {"low": "cold bleak", "mid": "mild day", "high": "hot sun"}
    rows = [f"{words[level]} again,{level}" for level in words for _ in range(6)]
    (folder / "t.csv").write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    return ["t.csv", "--levels", "low,mid,high"]


def write_turns(folder):
    turns = ["are you there,Q", "yes i am,A", "so it is,S", "is it late,Q"]
    rows = [
        f"d{dialogue},{turns[(dialogue + turn) % 4]}" for dialogue in range(8) for turn in range(4)
    ]
    (folder / "t.csv").write_text("\n".join(["dialogue,text,act", *rows]), encoding="utf-8")
    return ["t.csv", "--sequence", "dialogue", "--label", "act"]


def write_ends(folder):
    line = json.dumps({"text": "It rains. So be it.", "ends": [8, 18]})
    (folder / "t.jsonl").write_text("\n".join([line] * 8), encoding="utf-8")
    return ["t.jsonl", "--label", "ends"]


def write_cells(folder):
    rows = [f'"[{row % 3}.5, {row}.0, 1.0]",{"ab"[row % 3 == 0]}' for row in range(24)]
    (folder / "t.csv").write_text("\n".join(["data,label", *rows]), encoding="utf-8")
    return ["t.csv"]


def write_recording(folder):
    rows = [f"{row}.5,{-row}.25,{row // 5 % 2}" for row in range(200)]
    (folder / "t.csv").write_text("\n".join(["a,b,label", *rows]), encoding="utf-8")
    return ["t.csv", "--window", "20"]


# And the rows that are predicted.
SORTS = {
    write_levels: 18,
    write_turns: 32,
    write_ends: 8 * 19,
    write_cells: 24,
    write_recording: 200,
}


@pytest.mark.parametrize(("write", "n_rows"), SORTS.items())
def test_every_sort_of_problem_is_tuned_and_predicted(write, n_rows, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name, *options = write(tmp_path)
    done = run("tune", name, *options, "--strategies", "none", *FAST)
    assert done.status == 0, done.err
    predicted = run("predict", "t_tuned/model.skseq", name)
    assert predicted.status == 0, predicted.err
    expected = {
        "write_levels": 18,
        "write_turns": 32,
        "write_ends": 8 * 19,
        "write_cells": 24,
        "write_recording": 200,
    }
    assert len(rows_of(predicted.out)) == expected[write.__name__]
