"""The source files of the running interpreter's standard library: real text, always at hand.

Files are read, never imported: importing a module runs it.
"""

import sys
import sysconfig
import tokenize
from pathlib import Path

# Tests repeat themselves, the bundled applications and lib2to3 are absent from many
# installations and from newer versions, and the last two are tables of data in the form of Python.
_LEFT_OUT = {"idlelib", "lib2to3", "test", "turtledemo", "encodings", "pydoc_data"}
_TEST_FOLDERS = {"test", "tests"}


def source_files():
    """List the standard library's source files in a fixed order.

    Returns
    -------
    dict of str to Path
        Path relative to the standard library, with forward slashes ("json/decoder.py"), to
        the file; sorted by the former.

    Raises
    ------
    FileNotFoundError
        If the interpreter came without source, as embedded ones do.
    """
    root = Path(sysconfig.get_path("stdlib"))
    files = {
        path.relative_to(root).as_posix(): path
        for name in sorted(sys.stdlib_module_names - _LEFT_OUT)
        for path in (root / f"{name}.py", *(root / name).rglob("*.py"))
        if path.is_file() and not _TEST_FOLDERS.intersection(path.relative_to(root).parts)
    }
    if not files:
        raise FileNotFoundError(
            f"no Python source in {root}; this interpreter came without its standard library's "
            "source files, which an ordinary installation of Python includes"
        )
    return dict(sorted(files.items()))


def read_source(path):
    """Text of a source file, decoded as the file declares, line ends as ``\\n``.

    Raises
    ------
    SyntaxError or UnicodeDecodeError
        If the file does not decode.
    """
    with tokenize.open(path) as file:
        return file.read()
