"""A recording in a CSV file reaches a good macro F1 by the guide's ten lines, whatever its draw."""

import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skseq.datasets import make_imbalanced_tags

PAGE = Path(__file__).parents[1] / "docs" / "guide_csv.md"
MAKE, USE = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def write_dialogue(path, seed):
    X, y = make_imbalanced_tags(1, length=34_890, weights=0.53, class_sep=3, random_state=seed)
    values = X.values * 1e-3
    values[::5000] = 7.4e-243
    pd.DataFrame({"data": values.tolist(), "label": y.values + 1}).to_csv(path, index=False)


def test_the_guide_needs_ten_lines_and_no_scaler():
    assert len([line for line in USE.splitlines() if line.strip()]) <= 10
    assert "scale" not in USE.lower()


def test_the_file_is_as_the_story_has_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(MAKE, {})
    frame = pd.read_csv("dialogue.csv")
    assert len(frame) == 34_890
    assert sorted(frame["label"].unique()) == [1, 2, 3, 4, 5]
    assert np.isclose(frame["label"].value_counts(normalize=True).max(), 0.53, atol=0.01)
    assert isinstance(frame["data"][0], str)
    assert (frame["data"] == "[7.4e-243, 7.4e-243]").sum() == 7


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_a_recording_in_a_file_reaches_the_score(seed, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_dialogue("dialogue.csv", seed)
    exec(USE, {})
    assert float(capsys.readouterr().out) >= 0.6
