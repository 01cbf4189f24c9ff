"""The audit of a file is that of its sequences."""

import pytest

from skseq.cli._open import open_file
from skseq.cli._reading import Asked
from skseq.report import imbalance_report


@pytest.mark.parametrize("name", ["texts.csv", "names.conll", "long.csv"])
def test_it_prints_the_report_of_what_was_read(name, files, run):
    done = run("audit", files / name)
    assert done.status == 0
    data = open_file(str(files / name), Asked()).data
    assert done.out.strip() == str(imbalance_report(data.X, data.y)).strip()
    assert done.err.endswith(
        f"Next: skseq tune {files / name}, which splits as advised and compares all of this\n"
    )
    assert done.err.startswith("Guessed: ")


def test_windows_of_a_series_leak_only_by_time(files, run):
    done = run("audit", files / "series.csv", "--window", "20")
    assert "10 sequences of 20 steps" in done.out


def test_utterances_are_counted_as_they_are(run, tmp_path):
    turns = ["are you there,Q", "yes i am,A", "so it is,S"]
    rows = [f"d{dialogue},{turn}" for dialogue in range(4) for turn in turns]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["dialogue,text,act", *rows]), encoding="utf-8")
    done = run("audit", path, "--sequence", "dialogue", "--label", "act")
    assert done.status == 0
    assert "4 sequences of 3 tokens, 12 in all, 3 different ones" in done.out
