"""Column files: a token and its tag on each line, sentences separated by blank lines."""

import re
from itertools import chain
from typing import NamedTuple

import numpy as np
from sklearn.utils import Bunch

from skseq._validation import check_choice, check_consistent_length, did_you_mean
from skseq.data import SPAN_SCHEMES, Sequences, split_prefix
from skseq.datasets._files import read_text, write_text
from skseq.spans import convert_tags

_BLANK = " \t\r"
_NAMES_LINE = "# global.columns ="  # of CoNLL-U Plus


def read_conll(
    path,
    *,
    token_column=0,
    tag_column=-1,
    columns=None,
    separator=None,
    comment=None,
    document=None,
    scheme=None,
    invalid="keep",
    encoding="utf-8-sig",
):
    """Read tokens and tags from a CoNLL-style column file.

    One token per line, its columns separated by white space or ``separator``, a blank line after
    each sentence.

    Parameters
    ----------
    path : str, path-like or file
        The file, or an open one, in text or binary mode.

    token_column : int or str, default=0
        Column of the token, counted from 0; negative numbers count from the end. Or its name.

    tag_column : int, str or None, default=-1
        Column of the tag, likewise; None reads tokens only.

    columns : list of str, default=None
        Names of the columns. None takes those of a first line such as
        "# global.columns = FORM NER", if there is one.

    separator : str or None, default=None
        What separates columns. None is any run of spaces and tabs; other kinds of white
        space (no-break spaces, say) are part of a token.

    comment : str, tuple of str or None, default=None
        Lines that start with it are skipped: "# " for CoNLL-U, "-DOCSTART-" for CoNLL-2003. None
        skips nothing, since a token may well be "#".

    document : str, tuple of str or None, default=None
        Lines that start with it begin a document, and hold no token: "-DOCSTART-" or "# newdoc".

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU"} or None, default=None
        The scheme that tags are to keep; a tag with a prefix that it lacks is an error. None takes
        any tags.

    invalid : {"keep", "repair", "error"}, default="keep"
        What to do with tags that ``scheme`` could not have written, such as an I-PER after O in
        IOB2: leave them, write the same spans as it would (B-PER), or raise an error that names the
        line.

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
        groups : ndarray of int of shape (n_sequences,)
            Number of the document of each sentence, for splitters; only with ``document``.

    Raises
    ------
    ValueError
        If a line lacks a column, has another number of columns than the first, or does not
        decode, a tag breaks the scheme, or the file has no sentence. The message names the file and
        the line.

    See Also
    --------
    write_conll : The way back.
    read_conllu : CoNLL-U, with its words of several tokens and empty nodes.

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
    check_choice("invalid", invalid, ("keep", "repair", "error"))
    if scheme is None and invalid != "keep":
        raise ValueError(f"invalid={invalid!r} needs to know the scheme of the tags; pass scheme=")
    name, text = read_text(path, encoding)
    if columns is None and text.startswith(_NAMES_LINE):
        line, _, text = text.partition("\n")
        columns, text = line.removeprefix(_NAMES_LINE).split(), "\n" + text
    file = _read_rows(text, name, separator, comment, document)
    if not file.sentences:
        raise ValueError(f"{name} has no sentence: every line is blank or a comment")
    content = Bunch(data=_column(file, token_column, "token_column", columns, name))
    if document is not None:
        content.groups = np.array(file.documents)
    if tag_column is not None:
        tags = _column(file, tag_column, "tag_column", columns, name)
        if scheme is not None:
            tags = _check_scheme(tags, file, scheme, invalid, name)
        content.target, content.target_names = tags, sorted(set(chain.from_iterable(tags)))
    return content


def write_conll(path, tokens, *columns, separator="\t", groups=None, document="-DOCSTART- O"):
    """Write tokens and tags to a column file, which `read_conll` reads.

    Parameters
    ----------
    path : str, path-like or file
        The file, written as UTF-8, or one that is open in text mode.

    tokens : list of n_sequences lists of str, or Sequences
        The tokens of each sentence.

    *columns : list of n_sequences lists, or Sequences
        What else stands on the line of each token: its tag, and perhaps what was predicted, as the
        script conlleval reads it.

    separator : str, default="\\t"
        What stands between columns.

    groups : array-like of shape (n_sequences,), default=None
        The document of each sentence; a line ``document`` stands before the first of each.

    document : str, default="-DOCSTART- O"
        That line, with a blank one after it.

    Raises
    ------
    ValueError
        If lengths do not fit, a sentence is empty, or an entry is empty or holds the separator or a
        line break; sentence and token are named.

    See Also
    --------
    read_conll : The way back.

    Examples
    --------
    >>> import io
    >>> from skseq.datasets import write_conll
    >>> file = io.StringIO()
    >>> write_conll(file, [["Empire", "State"], ["here"]], [["B-place", "I-place"], ["O"]])
    >>> print(file.getvalue().replace("\\t", " "))
    Empire B-place
    State I-place
    <BLANKLINE>
    here O
    <BLANKLINE>
    <BLANKLINE>
    """
    columns = [_as_lists(column) for column in (tokens, *columns)]
    check_consistent_length(*columns, groups)
    starts = _starts_of_documents(groups, len(columns[0]))
    lines = []
    for index, sentence in enumerate(zip(*columns, strict=True)):
        if starts[index]:
            lines += [document, ""]
        lines += [*_lines_of(sentence, index, separator), ""]
    write_text(path, "\n".join([*lines, ""]))


# -- reading ------------------------------------------------------------------------------------


class ColumnFile(NamedTuple):
    """The rows of a file, a row as its columns, and where they stand."""

    sentences: list  # of n_sequences lists of rows
    lines: list  # of n_sequences lists of int: the number of each row's line
    documents: list  # of n_sequences int


def _read_rows(text, name, separator, comment, document):
    """Rows of each sentence, all as wide as the first."""
    split = re.compile("[ \t]+" if separator is None else re.escape(separator)).split
    file, sentence, lines, first = ColumnFile([], [], []), [], [], None
    n_documents = 0

    def end_sentence():
        if sentence:
            file.sentences.append(sentence.copy())
            file.lines.append(lines.copy())
            file.documents.append(max(n_documents - 1, 0))
            sentence.clear(), lines.clear()

    # Not splitlines(), which also breaks a line at characters that occur in tokens (U+2028).
    for number, line in enumerate(text.split("\n"), start=1):
        if document is not None and line.startswith(document):
            end_sentence()
            # What stands before the first mark is a document of its own.
            n_documents = max(n_documents, len(file.sentences) > 0) + 1
            continue
        if comment is not None and line.startswith(comment):
            continue
        if not line.strip(_BLANK):
            end_sentence()
            continue
        row = split(line.strip(_BLANK) if separator is None else line.rstrip("\r"))
        if "" in row:
            raise ValueError(f"{name}, line {number}: column {row.index('')} is empty")
        first = first or (number, len(row))
        if len(row) != first[1]:
            raise ValueError(
                f"{name}, line {number}: {len(row)} column(s), but line {first[0]} has "
                f"{first[1]}; fix the line, or pass separator= (a token may hold a space), "
                "comment= or document="
            )
        sentence.append(row)
        lines.append(number)
    end_sentence()
    return file


def _column(file, column, argument, names, name):
    """One column, by number or name, of all sentences."""
    width = len(file.sentences[0][0])
    place = column
    if isinstance(column, str):
        if names is None or column not in names:
            known = "no names (pass columns=)" if names is None else f"the names {list(names)}"
            raise ValueError(
                f"{argument}={column!r}, but the columns of {name} have {known}."
                f"{did_you_mean(column, names or [])}"
            )
        place = list(names).index(column)
    if not -width <= place < width:
        raise ValueError(f"{argument}={column!r}, but the lines of {name} have {width} column(s)")
    return [[row[place] for row in sentence] for sentence in file.sentences]


def _check_scheme(tags, file, scheme, invalid, name):
    """Tags that keep the scheme, or ValueError that names the line of the first that does not."""
    check_choice("scheme", scheme, tuple(SPAN_SCHEMES))
    letters = SPAN_SCHEMES[scheme]
    known = {tag: _has_letter_of(tag, letters) for tag in set(chain.from_iterable(tags))}
    if not all(known.values()):
        wrong = [[not known[tag] for tag in row] for row in tags]
        raise _misfit(tags, wrong, file, name, f"is not a tag of {scheme}")
    written = convert_tags(tags, scheme, scheme)
    if invalid == "error" and written != tags:
        pairs = zip(tags, written, strict=True)
        wrong = [[tag != other for tag, other in zip(*pair, strict=True)] for pair in pairs]
        what = f'breaks {scheme}; invalid="repair" writes the same span as {scheme} would'
        raise _misfit(tags, wrong, file, name, what)
    return tags if invalid == "keep" else written


def _has_letter_of(tag, letters):
    prefix, _ = split_prefix(tag) or (tag, None)
    return tag == "O" or (len(prefix) == 1 and prefix in letters)


def _misfit(tags, wrong, file, name, what):
    row = next(row for row, flags in enumerate(wrong) if any(flags))
    place = wrong[row].index(True)
    before = f", after {tags[row][place - 1]!r}," if place else ""
    return ValueError(f"{name}, line {file.lines[row][place]}: {tags[row][place]!r}{before} {what}")


# -- writing ------------------------------------------------------------------------------------


def _as_lists(column):
    return column.tolist() if isinstance(column, (Sequences, np.ndarray)) else list(column)


def _starts_of_documents(groups, n_sequences):
    if groups is None:
        return np.zeros(n_sequences, dtype=bool)
    groups = np.asarray(groups)
    return np.append(True, groups[1:] != groups[:-1])[:n_sequences]


def _lines_of(sentence, index, separator):
    """Lines of the columns of one sentence."""
    lengths = set(map(len, sentence))
    if lengths == {0}:
        raise ValueError(f"tokens[{index}] is empty; a sentence needs at least one token")
    if len(lengths) > 1:
        raise ValueError(
            f"sentence {index} has columns of {[len(column) for column in sentence]} entries; each "
            "needs one for every token"
        )
    rows = [list(map(str, row)) for row in zip(*sentence, strict=True)]
    for place, row in enumerate(rows):
        for entry in row:
            if not entry or separator in entry or "\n" in entry or not entry.strip(_BLANK):
                raise ValueError(
                    f"token {place} of sentence {index} has the entry {entry!r}, which is blank or "
                    f"holds the separator {separator!r} or a line break; pass another separator="
                )
    return [separator.join(row) for row in rows]
