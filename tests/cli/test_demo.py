"""A whole rehearsal of the demo, what it writes, and what it says to mistakes."""

import contextlib
import csv
import io
import itertools
import struct

import numpy as np
import pytest

import skseq
from skseq.cli import main
from skseq.cli._demo._experiment import (
    ARCHITECTURES,
    LONGER,
    METRICS,
    PLAIN,
    QUICK,
    STRATEGIES,
    make_baselines,
)

PICTURES = ["confusion_matrix.png", "learning_curve.png", "precision_recall.png"]


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory):
    """What `skseq demo --quick` printed into a file, and the folder that it wrote."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = main(["demo", "--quick", "--jobs", "1", "--output", str(folder)])
    assert status == 0
    return printed.getvalue(), folder


@pytest.fixture
def rows(rehearsal):
    with (rehearsal[1] / "results.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def png_size(path):
    """Width and height of a PNG, from its header."""
    header = path.read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    return struct.unpack(">II", header[16:24])


def test_the_table_has_every_candidate_the_best_first(rehearsal, rows):
    printed, _ = rehearsal
    lines = printed.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Strategy x architecture"))
    table = lines[start:]
    places = [
        next(
            i
            for i, line in enumerate(table)
            if line.split("  ")[0].strip() == row["strategy"] and f" {row['architecture']} " in line
        )
        for row in rows
    ]
    assert places == list(range(places[0], places[0] + len(rows)))
    best, line = rows[0], table[places[0]]
    names = ["macro_f1_mean", "minority_recall_mean", "average_precision_mean"]
    assert "  ".join(f"{float(best[name]):.2f}" for name in names).split() == line.split()[-4:-1]


def test_what_is_written_into_a_file_is_plain_text_of_80_columns(rehearsal):
    printed, folder = rehearsal
    assert "\x1b" not in printed
    assert "…" not in printed  # nothing was cut off
    # Where the folder lies may take more.
    lines = [line for line in printed.splitlines() if str(folder) not in line]
    assert max(map(len, lines)) <= 80


def test_the_csv_has_a_row_for_each_candidate_with_its_folds(rows):
    nets = set(itertools.product([PLAIN, LONGER, *STRATEGIES], ARCHITECTURES))
    names = [(row["strategy"], row["architecture"]) for row in rows]
    assert len(names) == len(set(names))
    assert set(names) == nets | set(make_baselines(0))
    for row in rows:
        assert float(row["fit_seconds"]) >= 0
        for metric in METRICS:
            folds = [float(row[f"{metric}_fold_{fold + 1}"]) for fold in range(QUICK.n_folds)]
            assert float(row[f"{metric}_mean"]) == pytest.approx(np.mean(folds))
            assert float(row[f"{metric}_std"]) == pytest.approx(np.std(folds))
    means = [float(row["macro_f1_mean"]) for row in rows]
    assert means == sorted(means, reverse=True)


def test_the_majority_dummy_finds_no_rare_tag(rows):
    (dummy,) = [row for row in rows if row["architecture"] == "dummy"]
    assert float(dummy["macro_f1_mean"]) == float(dummy["minority_recall_mean"]) == 0
    # Scores that know nothing have the precision of the tags' own shares: about 3 % for all four.
    assert float(dummy["average_precision_mean"]) < 0.03


def test_the_pictures_are_of_one_size(rehearsal):
    _, folder = rehearsal
    assert {png_size(folder / name) for name in PICTURES} == {(1125, 825)}


def test_the_best_model_is_loaded_and_tags_new_text(rehearsal):
    _, folder = rehearsal
    text = "def answer():\n    return 42\n"
    tags = skseq.load(folder / "best_model.skseq").predict([text])
    assert tags.lengths.tolist() == [len(text)]


def test_the_folders_readme_names_every_file(rehearsal):
    printed, folder = rehearsal
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for path in folder.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in readme
    conclusion = readme.split("\n\n")[1]
    assert conclusion in " ".join(printed.split())


def test_leads_over_plain_nets_are_means_over_the_folds(rows):
    by_name = {(row["strategy"], row["architecture"]): row for row in rows}
    for (strategy, architecture), row in by_name.items():
        for reference, column in [(PLAIN, "plain"), (LONGER, "plain_twice_as_long")]:
            lead, p_value = row[f"above_{column}"], row[f"p_{column}"]
            if row["role"] == "baseline" or strategy == reference:
                assert lead == p_value == ""
                continue
            difference = np.subtract(
                float(row["macro_f1_mean"]),
                float(by_name[reference, architecture]["macro_f1_mean"]),
            )
            assert float(lead) == pytest.approx(difference, abs=1e-9)
            assert 0 <= float(p_value) <= 1


def test_an_interrupted_demo_goes_on_from_the_fits_that_are_done(tmp_path, monkeypatch, capsys):
    small = QUICK._replace(n_sequences=60, max_length=50, max_epochs=1)
    monkeypatch.setattr("skseq.cli._demo._run.QUICK", small)
    arguments = ["demo", "--quick", "--jobs", "1", "--output", str(tmp_path)]

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("skseq.cli._demo._run.fit_all", interrupted)
        assert main(arguments) == 130
    with monkeypatch.context() as patch:
        patch.setattr("skseq.model_selection._fold_fits.fit_and_predict", interrupted)
        assert main(arguments) == 0
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]
    assert "Done in" in capsys.readouterr().out


def test_the_help_of_the_demo_names_its_options(capsys):
    assert main(["demo", "--help"]) == 0
    printed = capsys.readouterr().out
    assert all(option in printed for option in ["--output", "--quick", "--jobs", "--seed"])
    assert "97 % of which" in printed


def test_a_file_where_the_folder_should_be_ends_with_status_1(tmp_path, capsys):
    path = tmp_path / "taken"
    path.write_text("")
    assert main(["demo", "--quick", "--output", str(path)]) == 1
    assert str(path) in capsys.readouterr().err


@pytest.mark.parametrize(("package", "extra"), [("rich", "cli"), ("matplotlib", "plot")])
def test_a_missing_package_says_what_to_install(package, extra, tmp_path, monkeypatch, capsys):
    def import_module(name):
        if name.partition(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr("skseq._optional.importlib.import_module", import_module)
    assert main(["demo", "--output", str(tmp_path / "out")]) == 1
    assert f'needs {package}, which is not installed: pip install "skseq[{extra}]"' in (
        capsys.readouterr().err
    )
    assert not (tmp_path / "out").exists()


def test_an_interruption_ends_with_status_130(monkeypatch, capsys):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("skseq.cli._demo.run_demo", interrupted)
    assert main(["demo"]) == 130
    assert "interrupted" in capsys.readouterr().err
