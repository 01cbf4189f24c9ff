"""Reader of column files: a token and its tag on each line, sentences separated by blank lines."""

import re
from pathlib import Path

from sklearn.utils import Bunch

_BLANK = " \t\r"


def read_conll(
    path,
    *,
    token_column=0,
    tag_column=-1,
    separator=None,
    comment=None,
    encoding="utf-8-sig",
):
    """Read tokens and tags from a CoNLL-style column file.

    One token per line, its columns separated by white space or ``separator``, a blank line after
    each sentence.

    Parameters
    ----------
    path : str, path-like or file
        The file, or an open one, in text or binary mode.

    token_column : int, default=0
        Column of the token, counted from 0; negative numbers count from the end.

    tag_column : int or None, default=-1
        Column of the tag, likewise; None reads tokens only.

    separator : str or None, default=None
        What separates columns. None is any run of spaces and tabs; other kinds of white
        space (no-break spaces, say) are part of a token.

    comment : str, tuple of str or None, default=None
        Lines that start with it are skipped: "# " for CoNLL-U, "-DOCSTART-" for CoNLL-2003. None
        skips nothing, since a token may well be "#".

    encoding : str, default="utf-8-sig"
        Of the file; the default is UTF-8 with or without a byte order mark. Not used for a file
        that is open in text mode.

    Returns
    -------
    Bunch
        With the attributes

        data : list of n_sequences lists of str
            The tokens of each sentence.
        target : list of n_sequences lists of str
            The tags of each sentence; missing if ``tag_column=None``.
        target_names : list of str
            The tags that occur, sorted; missing if ``tag_column=None``.

    Raises
    ------
    ValueError
        If a line lacks a column, has another number of columns than the first, or does not
        decode, or the file has no sentence. The message names the file and the line.

    Examples
    --------
    >>> import io
    >>> from skseq.datasets import read_conll
    >>> sentences = read_conll(io.StringIO("Empire B-place\\nState I-place\\n\\nhere O\\n"))
    >>> sentences.data
    [['Empire', 'State'], ['here']]
    >>> sentences.target
    [['B-place', 'I-place'], ['O']]
    """
    name, text = _read_text(path, encoding)
    sentences = _sentences(text, name, separator, comment)
    if not sentences:
        raise ValueError(f"{name} has no sentence: every line is blank or a comment")
    tokens = _column(sentences, token_column, "token_column", name)
    if tag_column is None:
        return Bunch(data=tokens)
    tags = _column(sentences, tag_column, "tag_column", name)
    return Bunch(
        data=tokens, target=tags, target_names=sorted({tag for row in tags for tag in row})
    )


def _read_text(path, encoding):
    """Name of the source, for messages, and its text."""
    is_open = hasattr(path, "read")
    name = str(getattr(path, "name", "the file") if is_open else path)
    content = path.read() if is_open else Path(path).read_bytes()
    if isinstance(content, bytes):
        try:
            content = content.decode(encoding)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise ValueError(
                f"{name}, line {line}: not {encoding} ({error.reason}); pass encoding="
            ) from None
    return name, content


def _sentences(text, name, separator, comment):
    """Sentences as lists of rows, a row as its columns; every row as wide as the first."""
    split = re.compile("[ \t]+" if separator is None else re.escape(separator)).split
    sentences, sentence, first = [], [], None
    # Not splitlines(), which also breaks a line at characters that occur in tokens (U+2028).
    for number, line in enumerate(text.split("\n"), start=1):
        if comment is not None and line.startswith(comment):
            continue
        if not line.strip(_BLANK):
            if sentence:
                sentences.append(sentence)
            sentence = []
            continue
        columns = split(line.strip(_BLANK) if separator is None else line.rstrip("\r"))
        if "" in columns:
            raise ValueError(f"{name}, line {number}: column {columns.index('')} is empty")
        first = first or (number, len(columns))
        if len(columns) != first[1]:
            raise ValueError(
                f"{name}, line {number}: {len(columns)} column(s), but line {first[0]} has "
                f"{first[1]}; fix the line, or pass separator= (a token may hold a space) or "
                "comment="
            )
        sentence.append(columns)
    return sentences + [sentence] * bool(sentence)


def _column(sentences, column, argument, name):
    width = len(sentences[0][0])
    if not -width <= column < width:
        raise ValueError(f"{argument}={column}, but the lines of {name} have {width} column(s)")
    return [[row[column] for row in sentence] for sentence in sentences]
