"""Pages that run: what the Python blocks of a page print, and the pictures they draw.

The blocks of a page share their names and run from top to bottom. Under a block may stand what it
prints, in a block of text, and a comment that asks for the picture it draws, with words for those
who do not see it::

    <!-- picture: Recall of each class by epoch; the rare ones rise last. -->

The tests compare what is printed; Sphinx puts pictures where the comments are. To write what
blocks print under them, where it is not there or no longer true::

    python docs/pages.py docs/guide_nets.md
"""

import contextlib
import io
import re
import sys
import tempfile
import textwrap
import types
import warnings
from pathlib import Path

BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n"
    r"(?P<output>\n```text\n(?P<printed>.*?)^```\n)?"
    r"(?P<request>\n<!-- picture: (?P<alt>[^>]*?) -->\n)?",
    flags=re.DOTALL | re.MULTILINE,
)
DECIMAL = re.compile(r"\d*\.\d+")


def says_the_same(promised, printed, tolerance=0.05):
    """Whether a page promises what was printed: decimals nearly, "..." is anything.

    Nets end in slightly different places on different processors, hence the tolerance.
    """
    pattern, promised_numbers = "", []
    for part in re.split(r"(\.\.\.|\s+|\d*\.\d+)", promised.strip()):
        if DECIMAL.fullmatch(part):
            promised_numbers.append(float(part))
            pattern += r"(\d*\.\d+)"
        elif part == "...":
            pattern += ".*?"
        else:
            pattern += r"\s+" if part.isspace() else re.escape(part)
    match = re.fullmatch(pattern, printed.strip(), flags=re.DOTALL)
    return match is not None and all(
        abs(promised - float(number)) <= tolerance * max(1, promised)
        for promised, number in zip(promised_numbers, match.groups(), strict=True)
    )


def run(text, path):
    """Run the blocks of a page, and give (match of BLOCK, what it printed) one after the other."""
    # A module like any other, so that what a page defines can be pickled.
    module = types.ModuleType(f"page_{Path(path).stem}")
    sys.modules[module.__name__] = module
    try:
        for block in BLOCK.finditer(text):
            # So that a traceback names the line of the page.
            lines_before = "\n" * text[: block.start("code")].count("\n")
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(compile(lines_before + block["code"], path, "exec"), vars(module))
            yield block, printed.getvalue()
    finally:
        del sys.modules[module.__name__]


def wrap_prose(printed):
    """Break long lines, but not those of a table, whose columns stand apart."""
    return "\n".join(
        line if "  " in line.strip() else textwrap.fill(line, 96) for line in printed.split("\n")
    )


def with_outputs(text, path):
    """The text of a page, with what its blocks print."""
    parts, end = [], 0
    for block, printed in run(text, path):
        code_ends = block.start("output") if block["output"] else block.end("code") + len("```\n")
        parts.append(text[end:code_ends])
        if block["output"] and says_the_same(block["printed"], printed):
            parts.append(block["output"])
        elif printed.strip():
            parts.append(f"\n```text\n{wrap_prose(printed.rstrip())}\n```\n")
        end = block.end("output") if block["output"] else code_ends
    return "".join([*parts, text[end:]])


def draw_pictures(text, name, folder):
    """Save what blocks draw that have a comment for it; a list of files for each comment."""
    import matplotlib.pyplot as plt

    files = []
    for block, _ in run(text, name):
        if block["request"]:
            stem = f"{name.replace('/', '-')}-{len(files) + 1}"
            numbers = plt.get_fignums()
            files.append([folder / f"{stem}-{number}.svg" for number in numbers])
            for number, file in zip(numbers, files[-1], strict=True):
                plt.figure(number).savefig(file, bbox_inches="tight")
        plt.close("all")
    return files


def with_pictures(text, files):
    """The text of a page, with images in place of the comments that ask for them."""
    files = iter(files)

    def images(request):
        alt = " ".join(request[1].split())
        return "\n".join(f"![{alt}]({file})" for file in next(files))

    return re.sub(r"^<!-- picture: ([^>]*?) -->$", images, text, flags=re.MULTILINE)


@contextlib.contextmanager
def quietly_elsewhere():
    """Without warnings, and in a folder of its own for what the blocks write."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        with contextlib.chdir(folder):
            yield


def main(paths):
    for path in [Path(path).absolute() for path in paths]:
        text = path.read_text(encoding="utf-8")
        with quietly_elsewhere():
            text = with_outputs(text, path.name)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
