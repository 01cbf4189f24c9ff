"""CoNLL-U files: ten columns, comments, words that share a token, nodes outside the text."""

import re
from itertools import chain

import numpy as np
from sklearn.utils import Bunch

from skseq._validation import check_choice, check_consistent_length, did_you_mean
from skseq.datasets._files import read_text, write_text

_COLUMNS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
_KEYED = ("feats", "misc")  # columns of Key=Value|Key=Value
_WORD, _RANGE, _EMPTY = (
    re.compile(pattern) for pattern in (r"[1-9]\d*", r"([1-9]\d*)-([1-9]\d*)", r"\d+\.[1-9]\d*")
)
_NO_SPACE = "SpaceAfter=No"


def read_conllu(path, *, tag_column="upos", encoding="utf-8-sig"):
    """Read words and their tags from a CoNLL-U file.

    A step is a syntactic word. The line of a token of several words ("2-3", Spanish "vámonos" for
    "vamos nos") gives no step, but its words have its place in the text; an empty node ("5.1") is
    not in the text and left out.

    Parameters
    ----------
    path : str, path-like or file
        The file, or an open one, in text or binary mode.

    tag_column : str or None, default="upos"
        "lemma", "upos", "xpos", "feats", "head", "deprel", "deps" or "misc"; or a key, such as
        "feats.Number" or "misc.Entity", which gives "_" where a word lacks it. None reads words
        only.

    encoding : str, default="utf-8-sig"
        Of the file; the default is UTF-8 with or without a byte order mark.

    Returns
    -------
    Bunch
        With the attributes

        data : list of n_sequences lists of str
            The words of each sentence.
        target : list of n_sequences lists of str
            Their tags; missing if ``tag_column=None``.
        target_names : list of str
            The tags that occur, sorted; missing if ``tag_column=None``.
        groups : ndarray of int of shape (n_sequences,)
            Number of the document of each sentence; one begins at each "# newdoc".
        comments : list of n_sequences lists of str
            The comment lines of each sentence, without "# ".
        texts : list of n_sequences str
            The sentences, with blanks where SpaceAfter does not say No.
        offsets : list of n_sequences lists of (start, end)
            Characters of each word in its text.

    Raises
    ------
    ValueError
        If a line does not have ten columns, an id is not the next one, or the file has no sentence.
        The message names the file and the line.

    See Also
    --------
    write_conllu : The way back.
    read_conll : Files of other columns.

    Examples
    --------
    >>> import io
    >>> from skseq.datasets import read_conllu
    >>> lines = ["1-2 don't _ _ _ _ _ _ _ _", "1 do do AUX _ _ _ _ _ _",
    ...          "2 n't not PART _ _ _ _ _ _"]
    >>> sentences = read_conllu(io.StringIO("\\n".join(lines).replace(" ", "\\t")))
    >>> sentences.data, sentences.target
    ([['do', "n't"]], [['AUX', 'PART']])
    >>> sentences.texts, sentences.offsets
    (["don't"], [[(0, 5), (0, 5)]])
    """
    column, key = _parse_column(tag_column)
    name, text = read_text(path, encoding)
    content = Bunch(data=[], comments=[], texts=[], offsets=[], groups=[])
    tags, n_documents = [], 0
    for comments, rows in _sentences(text, name):
        n_documents += any(comment.startswith("newdoc") for comment in comments)
        words = _words_of(rows, name)
        content.data.append([row["form"] for row in words])
        content.comments.append(comments)
        content.groups.append(max(n_documents - 1, 0))
        surface, offsets = _surface_of(rows)
        content.texts.append(surface)
        content.offsets.append(offsets)
        tags.append([_value(row, column, key) for row in words] if column else [])
    if not content.data:
        raise ValueError(f"{name} has no sentence: every line is blank or a comment")
    content.groups = np.array(content.groups)
    if column:
        content.target, content.target_names = tags, sorted(set(chain.from_iterable(tags)))
    return content


def write_conllu(path, words, tags=None, *, tag_column="upos", comments=None):
    """Write words, and one column of tags, to a CoNLL-U file.

    Parameters
    ----------
    path : str, path-like or file
        The file, written as UTF-8, or one that is open in text mode.

    words : list of n_sequences lists of str
        The words of each sentence.

    tags : list of n_sequences lists of str, default=None
        Their tags.

    tag_column : str, default="upos"
        Where they go, as for `read_conllu`. All other columns are "_".

    comments : list of n_sequences lists of str, default=None
        Comment lines before each sentence, without "# ", such as "newdoc" or "sent_id = 3".

    Raises
    ------
    ValueError
        If lengths do not fit, or a word is blank or holds a tab or a line break.

    See Also
    --------
    read_conllu : The way back.

    Examples
    --------
    >>> import io
    >>> from skseq.datasets import read_conllu, write_conllu
    >>> file = io.StringIO()
    >>> write_conllu(file, [["Ada", "left"]], [["PROPN", "VERB"]])
    >>> read_conllu(io.StringIO(file.getvalue())).target
    [['PROPN', 'VERB']]
    """
    column, key = _parse_column(tag_column)
    check_consistent_length(words, tags, comments)
    lines = []
    for index, sentence in enumerate(words):
        if not len(sentence):
            raise ValueError(f"words[{index}] is empty; a sentence needs at least one word")
        lines += [f"# {comment}" for comment in (comments[index] if comments is not None else [])]
        labels = ["_"] * len(sentence) if tags is None else tags[index]
        if len(labels) != len(sentence):
            raise ValueError(
                f"tags[{index}] has {len(labels)} tags but words[{index}] has {len(sentence)} words"
            )
        for number, (word, tag) in enumerate(zip(sentence, labels, strict=True), start=1):
            if not word.strip() or set("\t\n") & {*word, *str(tag)}:
                raise ValueError(
                    f"words[{index}][{number - 1}] is {word!r} with the tag {tag!r}; neither may "
                    "be blank or hold a tab or a line break"
                )
            cells = dict.fromkeys(_COLUMNS, "_") | {"id": str(number), "form": word}
            cells[column or "upos"] = f"{key}={tag}" if key and tag != "_" else str(tag)
            lines.append("\t".join(cells.values()))
        lines.append("")
    write_text(path, "\n".join([*lines, ""]))


def _parse_column(tag_column):
    """Name of a column, and the key in it or None."""
    if tag_column is None:
        return None, None
    column, dot, key = tag_column.partition(".")
    if dot and column not in _KEYED:
        raise ValueError(
            f"tag_column={tag_column!r}, but only {list(_KEYED)} have keys, such as "
            f"'feats.Number'.{did_you_mean(column, _KEYED)}"
        )
    check_choice("tag_column", column, _COLUMNS[2:])
    return column, key or None


def _sentences(text, name):
    """Comments and rows of each sentence; a row is a dict that also has its line's number."""
    comments, rows = [], []
    for number, line in enumerate(f"{text}\n\n".split("\n"), start=1):
        line = line.rstrip("\r")
        if line.startswith("#"):
            comments.append(line[1:].strip())
        elif line.strip():
            cells = line.split("\t")
            if len(cells) != len(_COLUMNS) or "" in cells:
                raise ValueError(
                    f"{name}, line {number}: {len(cells)} column(s), {cells.count('')} of them "
                    f"empty, but CoNLL-U has {len(_COLUMNS)}, set apart by tabs, with _ for none"
                )
            rows.append(dict(zip(_COLUMNS, cells, strict=True)) | {"line": number})
        elif rows:
            yield comments, rows
            comments, rows = [], []


def _words_of(rows, name):
    """Rows that are words; ValueError if their ids do not count from 1."""
    words = []
    for row in rows:
        if _RANGE.fullmatch(row["id"]) or _EMPTY.fullmatch(row["id"]):
            continue
        if not _WORD.fullmatch(row["id"]) or int(row["id"]) != len(words) + 1:
            raise ValueError(
                f"{name}, line {row['line']}: the id is {row['id']!r}, but the next word of the "
                f"sentence is {len(words) + 1}; tokens of several words have ids such as 2-3, "
                "empty nodes such as 5.1"
            )
        words.append(row)
    return words


def _surface_of(rows):
    """Text of a sentence, and the place of each word in it."""
    text, offsets, place, shared_to = "", [], None, 0
    for row in rows:
        if _EMPTY.fullmatch(row["id"]):
            continue
        shared = _RANGE.fullmatch(row["id"])
        if not shared and int(row["id"]) <= shared_to:
            offsets.append(place)
            continue
        place = (len(text), len(text) + len(row["form"]))
        text += row["form"] + ("" if _NO_SPACE in row["misc"].split("|") else " ")
        if shared:
            shared_to = int(shared[2])
        else:
            offsets.append(place)
    return text.rstrip(" "), offsets


def _value(row, column, key):
    if key is None:
        return row[column]
    pairs = dict(pair.partition("=")[::2] for pair in row[column].split("|"))
    return pairs.get(key, "_")
