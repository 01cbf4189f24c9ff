"""The folder that `skseq tune` writes, and `skseq report` reads."""

import csv
import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import joblib

from skseq import __version__
from skseq.cli._errors import InputError
from skseq.cli._files import STDIN
from skseq.cli._reading import Reading

FITS = "fits"
MODEL = "model.skseq"
LEADERBOARD = "leaderboard.csv"
REPORT = "report.html"
_COMPARISON = "comparison.joblib"
_RUN = "run.json"


class Run(NamedTuple):
    """What a finished `skseq tune` has left."""

    file: str
    checksum: str  # of the file's content
    reading: Reading
    settings: dict
    comparison: object


def checksum_of(content):
    """What tells a file that has changed."""
    return hashlib.sha256(content).hexdigest()


def default_folder(path):
    """Where the results for a file go if nothing else is said."""
    stem = "stdin" if path == STDIN else Path(path).name.partition(".")[0]
    return Path(f"{stem}_tuned")


def make_folder(folder):
    """Make the folder, before hours are spent."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise InputError(f"--output {folder}: is a file; name a folder") from None


def write_run(folder, opened, settings, comparison):
    """Write what `read_run` reads, and the leaderboard as a table."""
    file = opened.name
    if opened.path == STDIN:  # which nobody can read again
        copy = folder / f"stdin.{opened.reading.format}"
        copy.write_bytes(opened.content)
        file = str(copy)
    content = {
        "skseq": __version__,
        "file": str(Path(file).absolute()),
        "checksum": checksum_of(opened.content),
        "settings": settings,
        "reading": opened.reading._asdict(),
    }
    (folder / _RUN).write_text(json.dumps(content, indent=2), encoding="utf-8")
    joblib.dump(comparison, folder / _COMPARISON)
    with (folder / LEADERBOARD).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(comparison.table)
        writer.writerows(zip(*comparison.table.values(), strict=True))


def read_run(folder):
    """Read what `write_run` wrote.

    Returns
    -------
    Run
    """
    path = folder / _RUN
    if not path.exists():
        raise InputError(
            f"{folder} is not the folder of a finished skseq tune: it has no {_RUN}; name the one "
            "that skseq tune told of (its --output)"
        )
    content = json.loads(path.read_text(encoding="utf-8"))
    comparison = joblib.load(folder / _COMPARISON)
    reading = Reading(**content["reading"])
    return Run(content["file"], content["checksum"], reading, content["settings"], comparison)
