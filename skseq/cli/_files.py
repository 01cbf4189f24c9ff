"""Files as frames: a row for each line of a table, each object, each sentence.

Requirements this file meets:

- a path and standard input are read alike;
- only an empty cell is missing: "NA" and "None" may well be a class, or a text;
- an error names the file and, where there is one, the line, and how to say what the file is.
"""

import csv
import gzip
import io
import re
import sys
import warnings
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

from skseq._optional import import_optional
from skseq.cli._errors import InputError

STDIN = "-"
TOKENS, TAGS, DOCUMENT = "tokens", "tags", "document"  # columns of a CoNLL file
UPOS, XPOS = "upos", "xpos"  # tags of a CoNLL-U file

_FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".conll": "conll",
    ".bio": "conll",
    ".iob": "conll",
    ".iob2": "conll",
    ".conllu": "conllu",
}
FORMATS = tuple(dict.fromkeys(_FORMATS.values()))
TABLES = "csv", "tsv"
_DOCSTART = "-DOCSTART-"
_DECIMAL_COMMA = re.compile(r"(^|;)-?\d+,\d+(;|\r?$)", re.MULTILINE)  # beside semicolons


def format_of(path, asked=None):
    """Tell the format of a file by what the user says or by how its name ends."""
    if asked is not None:
        if asked not in FORMATS:
            raise InputError(f"--format {asked}: no such format; there are {', '.join(FORMATS)}")
        return asked
    if path == STDIN:
        return "csv"
    name = path.removesuffix(".gz")
    suffix = Path(name).suffix.lower()
    if suffix not in _FORMATS:
        raise InputError(
            f"cannot tell what {path} is by its name; say it with --format "
            f"({', '.join(FORMATS)}), or save it as one of these"
        )
    return _FORMATS[suffix]


def read_bytes(path):
    """All of a file, or of standard input, unpacked where its name ends in .gz."""
    if path == STDIN:
        return sys.stdin.buffer.read()
    content = Path(path).read_bytes()
    if not path.endswith(".gz"):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path}: not a whole gzip file ({error}); pack it again") from None


def read_frame(content, name, format, *, header=True, with_tags=True, as_text=False):
    """Read a file.

    Parameters
    ----------
    content : bytes
        All of it.

    name : str
        For messages.

    format : str
        One of `FORMATS`.

    header : bool, default=True
        Whether the first line of a table names its columns; they are "1", "2", ... otherwise.

    with_tags : bool, default=True
        Whether the last column of a CoNLL file holds tags.

    as_text : bool, default=False
        Whether the cells of a table stay as they are written, numbers too.

    Returns
    -------
    pandas.DataFrame
    """
    pandas = import_optional("pandas", extra="cli", needed_by="reading a file")
    if format == "parquet":
        import_optional("pyarrow", extra="arrow", needed_by="reading Parquet")
        frame = pandas.read_parquet(io.BytesIO(content))
    elif format == "conll":
        frame = pandas.DataFrame(_read_conll(content, name, with_tags))
    elif format == "conllu":
        frame = pandas.DataFrame(_read_conllu(content, name))
    elif format == "jsonl":
        frame = pandas.DataFrame(_read_objects(_decode(content, name), name))
    else:
        frame = _read_table(pandas, _decode(content, name), name, format, header, as_text)
    if not len(frame):
        raise InputError(f"{name} has no rows")
    return frame.rename(columns=lambda name: str(name).strip())


def _decode(content, name):
    if content.startswith(b"PK\x03\x04"):
        raise InputError(f"{name} is a spreadsheet, or another archive; save it as CSV")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        encoding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "latin1"
        raise InputError(
            f"{name}, line {line}: not UTF-8 ({error.reason}); write it anew: iconv -f {encoding} "
            "-t utf-8"
        ) from None
    return text if "\n" in text else text.replace("\r", "\n")  # as old Macs end lines


def _read_table(pandas, text, name, format, header, as_text):
    if text.startswith("{"):
        raise InputError(f"{name} holds JSON lines, not {format}; say so with --format jsonl")
    separator = _separator_of(text.partition("\n")[0], format)
    names = None
    if not header:  # rows of unequal length are as wide as the longest
        names = range(1, 2 + max(line.count(separator) for line in text.split("\n")))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            frame = pandas.read_csv(
                io.StringIO(text),
                sep=separator,
                header=0 if header else None,
                names=names,
                index_col=False,
                dtype=str if as_text else None,
                skipinitialspace=separator != "\t",
                quoting=csv.QUOTE_NONE if _is_unquoted(text, separator) else csv.QUOTE_MINIMAL,
                keep_default_na=False,
                na_values=[""],
                decimal="," if separator == ";" and _DECIMAL_COMMA.search(text) else ".",
                low_memory=False,  # which would tell the type of a column by parts
            )
    except pandas.errors.EmptyDataError:
        raise InputError(f"{name} is empty") from None
    except pandas.errors.ParserWarning:
        raise InputError(
            f"{name}: rows have more cells than the first line has names; name each column there, "
            f"or put texts that hold {separator!r} in quotes"
        ) from None
    except pandas.errors.ParserError as error:
        raise InputError(f"{name} is not {format}: {error}") from None
    return frame


def _separator_of(line, format):
    unquoted = re.sub('"[^"]*"', "", line)
    return "\t" if format == "tsv" else max(",;\t", key=unquoted.count)


def _is_unquoted(text, separator):
    """Whether quotes are part of what tabs separate: some stand alone in their line."""
    if separator != "\t" or '"' not in text:
        return False
    return any(line.count('"') % 2 for line in text.split("\n"))


def has_header(content, format):
    """Whether the first line of a table names columns: numbers alone do not, nor one twice."""
    if format not in TABLES:
        return True
    # The reader takes no longer cells.
    start = content[: csv.field_size_limit()].decode("utf-8-sig", errors="replace")
    first = re.split("[\r\n]", start, maxsplit=1)[0]
    cells = next(csv.reader([first], delimiter=_separator_of(first, format)), [])
    numbers = [cell for cell in cells if _is_number(cell)]
    return not cells or (len(numbers) < len(cells) and len(set(numbers)) == len(numbers))


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _read_objects(text, name):
    from skseq.datasets._jsonl import parse_objects

    return parse_objects(text, name)[0]


def _read_conll(content, name, with_tags):
    from skseq.datasets import read_conll

    found = read_conll(
        _as_file(content, name),
        tag_column=-1 if with_tags else None,
        # Between spaces it may be the word "#".
        comment="# " if b"\t" in content else None,
        document=_DOCSTART if _DOCSTART.encode() in content else None,
    )
    columns = {TOKENS: found.data}
    if with_tags and found.target == found.data:
        raise InputError(f"{name} has one column; a line has to hold a word and, last, its tag")
    if with_tags:
        columns[TAGS] = found.target
    return columns | ({DOCUMENT: found.groups} if "groups" in found else {})


def _read_conllu(content, name):
    from skseq.datasets import read_conllu

    columns = {}
    for tags in (UPOS, XPOS):
        found = read_conllu(_as_file(content, name), tag_column=tags)
        columns |= {TOKENS: found.data, tags: found.target}
    return columns | {DOCUMENT: found.groups}


def _as_file(content, name):
    file = io.BytesIO(content)
    file.name = name
    return file
