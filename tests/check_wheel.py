"""Install the wheel as a user would, in a fresh environment of each Python, and use it.

Checks, for each Python that is found: the wheel holds every file of the package, `pip check` is
content, the command starts, and the first example of the README runs, away from the checkout.

Run: ``make test-wheel``, or ``python tests/check_wheel.py dist/skseq-*.whl python3.11 python3.12``
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wheel", type=Path, help="the built wheel")
    parser.add_argument("pythons", nargs="+", help="commands, such as python3.12")
    parser.add_argument("--torch", default="torch", help="the PyTorch to install, as pip takes it")
    arguments = parser.parse_args()
    check_files(arguments.wheel)
    found = [python for python in arguments.pythons if starts(python)]
    if not found:
        sys.exit(f"none of these Pythons starts: {', '.join(arguments.pythons)}")
    for python in arguments.pythons:
        if python in found:
            check_install(python, arguments.wheel.resolve(), arguments.torch)
        else:
            print(f"{python}: not found, skipped")


def check_files(wheel):
    """Check that the wheel holds every file of the package, modules or not."""
    in_package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "skseq").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    with zipfile.ZipFile(wheel) as archive:
        missing = in_package - set(archive.namelist())
    assert not missing, f"{wheel.name} lacks {sorted(missing)}"


def starts(python):
    """Whether a command is a Python; the shim of a version that isn't there is none."""
    try:
        return subprocess.run([python, "--version"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def check_install(python, wheel, torch):
    start = perf_counter()
    with tempfile.TemporaryDirectory(prefix="skseq-wheel-") as folder:

        def run(*command):
            # Nothing of the checkout may be found by way of an environment variable.
            clean = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
            done = subprocess.run(command, cwd=folder, env=clean, stdout=subprocess.PIPE, text=True)
            if done.returncode:
                sys.exit(f"{python}: {' '.join(command)} failed:\n{done.stdout}")
            return done.stdout

        run(python, "-m", "venv", "env")
        own = str(Path(folder, "env", "bin", "python"))
        run(own, "-m", "pip", "install", "-q", "--no-cache-dir", f"{wheel}[cli,report]", torch)
        run(own, "-m", "pip", "check")
        run(str(Path(folder, "env", "bin", "skseq")), "--version")
        Path(folder, "example.py").write_text(first_example(), encoding="utf-8")
        assert run(own, "example.py").strip(), "the example prints nothing"
        names = "numpy", "scipy", "scikit-learn", "imbalanced-learn", "skorch", "torch"
        code = f"from importlib.metadata import version; print(*map(version, {names}))"
        versions = zip(names, run(own, "-c", code).split(), strict=True)
    described = ", ".join(f"{name} {version}" for name, version in versions)
    print(f"{python}: works with {described} ({perf_counter() - start:.0f} s)", flush=True)


def first_example():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.search(r"```python\n(.*?)```", readme, flags=re.DOTALL).group(1)


if __name__ == "__main__":
    main()
