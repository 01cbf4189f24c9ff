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
