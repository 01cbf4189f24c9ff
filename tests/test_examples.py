"""The scripts in docs/examples run as a reader runs them, and print what their pages promise."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"


def scores_in(output):
    """The lines of a printed table that end in a score: name -> score."""
    return {name: float(score) for name, score in re.findall(r"^  (.+?) +(\d\.\d+)$", output, re.M)}


def check_dialogue(output):
    scores = scores_in(output)
    best, common = scores.pop("best possible"), scores.pop("always the commonest")
    assert output.startswith("34890 rows")
    assert set(scores) == {"tagger", "classifier of windows"}
    # Both read what came before, so both come near the best that can be had.
    assert all(best - 0.1 < score <= best for score in scores.values())
    assert common < 0.3


def check_overfits(output):
    scores = scores_in(output)
    assert set(scores) == {"BiLSTM, constant rate", "BiLSTM, dropout .5", "defaults"}
    assert scores["defaults"] > max(scores["BiLSTM, constant rate"], scores["BiLSTM, dropout .5"])


def check_tactics(output):
    rows = re.findall(r"^  (.+?) +(\d\.\d+) +(\d\.\d+) +[+-]", output, re.M)
    macro_f1 = {name: float(f1) for name, _, f1 in rows}
    # More data, another algorithm, and copies that differ; not fewer texts of each class.
    plain = macro_f1["plain net"]
    assert macro_f1["5 linear on TF-IDF"] > macro_f1["4 altered copies"] > plain + 0.03
    assert max(macro_f1["1 half of the data"], macro_f1["3 under-sampling"]) < plain - 0.1


def check_compared(output):
    first_words = {line.split("  ")[0] for line in output.splitlines()}
    assert {"plain", "weight sqrt", "TagOverSampler", "blend", "CRF"} <= first_words


# What each script has to print.
CHECKS = {
    "compared.py": check_compared,
    "dialogue.py": check_dialogue,
    "overfits.py": check_overfits,
    "tactics.py": check_tactics,
}


@pytest.mark.slow
@pytest.mark.parametrize("script", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_an_example_runs_and_prints_what_it_promises(script, tmp_path):
    command = [sys.executable, "-W", "error", str(EXAMPLES / script)]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    CHECKS[script](done.stdout)


def test_every_example_has_a_check_of_what_it_prints():
    assert set(CHECKS) == {path.name for path in EXAMPLES.glob("*.py")}
