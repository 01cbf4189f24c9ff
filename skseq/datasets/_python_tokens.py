"""The characters of Python source, tagged with what they are in the grammar.

Requirements this file meets:

- a tag depends on context: the same digit is a NUMBER in code and nothing in a string;
- the same tags from every Python version, though 3.12 began to tokenize inside f-strings;
- no more files are tokenized, which is slow, than the requested number of sequences needs.
"""

import io
import keyword
import math
import platform
import tokenize
from bisect import bisect_right
from itertools import accumulate, pairwise
from numbers import Integral

import numpy as np
from sklearn.utils import Bunch, check_random_state

from skseq._validation import Interval, validate_params
from skseq.data import Sequences
from skseq.datasets._stdlib import read_source, source_files

_TAGS = ("O", "NUMBER", "DECORATOR", "EXCEPTION", "DEFINITION")
_BACKGROUND, _NUMBER, _DECORATOR, _EXCEPTION, _DEFINITION = range(len(_TAGS))

# No file gives more than this share of the sequences, so that folds by file are possible.
_LARGEST_SHARE = 0.02

# Python 3.12 splits an f-string, 3.14 also a t-string, into tokens; 3.11 gives one STRING.
_STRING_STARTS = {getattr(tokenize, name, None) for name in ("FSTRING_START", "TSTRING_START")} - {
    None
}
_STRING_ENDS = {getattr(tokenize, name, None) for name in ("FSTRING_END", "TSTRING_END")} - {None}
_LAYOUT = {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}

_DESCR = """\
Characters of the Python standard library's source
--------------------------------------------------
Each sequence is a piece of a source file, at most {max_length} characters; each character has a
tag. Read from the source files of the running interpreter, Python {version}.

Sequences:   {n_sequences:,} (mean length {mean_length:.0f} characters)
Characters:  {n_characters:,}
Files:       {n_files:,} (groups)

tag          characters      share
{table}

NUMBER is a numeric literal; digits in strings, comments and names are O. DECORATOR is a whole
decorator from its @ to the end of the expression, numbers inside it included. EXCEPTION is the
name after raise, and the names after except; a dotted name counts whole, dots included.
DEFINITION is the name after def or class. Everything else is O: keywords, other names,
strings, comments, white space.

Pieces are cut at line ends; only a line longer than {max_length} characters is cut inside.
"""


@validate_params(
    {
        "max_length": [Interval(Integral, 1, None, closed="left")],
        "n_sequences": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
        "return_X_y": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def load_python_tokens(*, max_length=500, n_sequences=5000, random_state=0, return_X_y=False):
    """Load characters of the Python standard library's source, a tag for each.

    Five tags, badly imbalanced: about 97 % of the characters are background, "O". The other
    four need context: "NUMBER", "DECORATOR", "EXCEPTION" and "DEFINITION" (see Notes). The text
    is the running interpreter's own, so it is real, always at hand, and differs a little
    between versions of Python.

    Parameters
    ----------
    max_length : int, default=500
        Characters in a sequence, at most. Files are cut at line ends; only a line that is
        longer than this is cut inside.

    n_sequences : int or None, default=5000
        Sequences to load. Files are drawn at random until there are enough, and none gives
        more than a fiftieth of them, rounded up (a run of neighbours from a random place in the
        file), so that folds by file are possible. From about 100 on every tag occurs. None
        loads every file whole.

    random_state : int, RandomState instance or None, default=0
        Draws the files. Not used with ``n_sequences=None``.

    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    Bunch
        With the attributes

        data : list of n_sequences str
            The text of each sequence, for ``TokenEncoder(level="char")``.
        target : Sequences of str
            A tag for each character; aligned with ``data``.
        groups : ndarray of str of shape (n_sequences,)
            The file of each sequence, such as "json/decoder.py": sequences of a file share
            style and names, so give these to a splitter for groups.
        target_names : list of str
            The five tags, background first.
        DESCR : str
            What was loaded: counts of sequences, characters, files and every tag.

        or ``(data, target)`` if ``return_X_y``.

    Raises
    ------
    FileNotFoundError
        If the interpreter came without its standard library's source.

    Notes
    -----
    NUMBER is a numeric literal, as Python's own tokenizer finds it; digits in strings (f-strings
    included), comments and names are O. DECORATOR is a whole decorator, from its ``@`` to the
    end of the expression, numbers inside included. EXCEPTION is the name raised
    (``raise KeyError(key)``) and each name caught (``except (OSError, socket.timeout) as e``); a
    dotted name counts whole, dots included. DEFINITION is the name after ``def`` or ``class``. A
    comment is always O. Of all the source of Python 3.11, 96.6 % of the characters
    are O, 1.9 % DEFINITION, 0.9 % EXCEPTION, 0.4 % NUMBER and 0.15 % DECORATOR.

    Left out are tests, bundled applications, tables (``encodings``, ``pydoc_data``), and files
    that do not decode or tokenize. A tag takes 40 bytes per character as text: 100 MB for 5,000
    sequences.

    Examples
    --------
    >>> from skseq.datasets import load_python_tokens
    >>> code = load_python_tokens(n_sequences=20, max_length=100)
    >>> len(code.data), len(set(code.groups))
    (20, 20)
    >>> [len(text) for text in code.data] == code.target.lengths.tolist()
    True
    >>> code.target_names
    ['O', 'NUMBER', 'DECORATOR', 'EXCEPTION', 'DEFINITION']
    """
    pieces = _draw_pieces(max_length, n_sequences, check_random_state(random_state))
    texts = [text for _, text, _ in pieces]
    codes = np.concatenate([tags for _, _, tags in pieces])
    target = Sequences.from_lengths(np.array(_TAGS)[codes], [len(text) for text in texts])
    if return_X_y:
        return texts, target
    groups = np.array([file for file, _, _ in pieces])
    return Bunch(
        data=texts,
        target=target,
        groups=groups,
        target_names=list(_TAGS),
        DESCR=_describe(max_length, len(texts), codes, len(np.unique(groups))),
    )


def _draw_pieces(max_length, n_sequences, rng):
    """Pieces (file, text, tag codes) of the drawn files, or of all files in order."""
    files = source_files()
    if n_sequences is None:
        return [piece for file in files for piece in _cut_file(file, files[file], max_length)]
    most = math.ceil(n_sequences * _LARGEST_SHARE)
    pieces = []
    for file in rng.permutation(list(files)):
        available = _cut_file(str(file), files[file], max_length)
        start = rng.randint(max(0, len(available) - most) + 1)
        pieces += available[start : start + most]
        if len(pieces) >= n_sequences:
            break
    return pieces[:n_sequences]


def _cut_file(file, path, max_length):
    try:
        source = read_source(path)
        codes = tag_characters(source)
    except (SyntaxError, UnicodeDecodeError, tokenize.TokenError):
        return []
    cuts = _cut_at_line_ends(source, max_length)
    return [(file, source[start:stop], codes[start:stop]) for start, stop in pairwise(cuts)]


def _cut_at_line_ends(source, max_length):
    """Positions 0, ..., len(source) that cut the text into the longest pieces of whole lines."""
    line_ends = list(accumulate(map(len, io.StringIO(source))))
    cuts = [0]
    while cuts[-1] < len(source):
        furthest = cuts[-1] + max_length
        last_line = bisect_right(line_ends, furthest) - 1
        whole_lines = last_line >= 0 and line_ends[last_line] > cuts[-1]
        cuts.append(line_ends[last_line] if whole_lines else furthest)
    return cuts


# -- tagging ----------------------------------------------------------------------------------


def tag_characters(source):
    """Tag every character of Python source.

    Parameters
    ----------
    source : str
        A module's text, line ends as ``\\n``.

    Returns
    -------
    ndarray of uint8 of shape (len(source),)
        Positions in ``_TAGS``.

    Raises
    ------
    SyntaxError or tokenize.TokenError
        If it is not Python.
    """
    line_starts = list(accumulate(map(len, io.StringIO(source)), initial=0))
    codes = np.full(len(source), _BACKGROUND, dtype=np.uint8)

    def mark(code, first, last):
        (row, column), (end_row, end_column) = first.start, last.end
        codes[line_starts[row - 1] + column : line_starts[end_row - 1] + end_column] = code

    for statement, comments in _statements(source):
        for code, first, last in _tagged_spans(statement):
            mark(code, first, last)
        for comment in comments:
            mark(_BACKGROUND, comment, comment)
    return codes


def _statements(source):
    """Yield (code tokens, comment tokens) of each logical line; a string is never looked into."""
    code, comments, depth = [], [], 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        depth -= token.type in _STRING_ENDS
        if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
            yield code, comments
            code, comments = [], []
        elif token.type == tokenize.COMMENT:
            comments.append(token)
        elif token.type not in _LAYOUT and not depth:
            code.append(token)
        depth += token.type in _STRING_STARTS


def _tagged_spans(statement):
    """Yield (tag code, first token, last token) of what is not background in a logical line."""
    if statement and statement[0].string == "@":
        yield _DECORATOR, statement[0], statement[-1]
        return
    for index, token in enumerate(statement):
        if token.type == tokenize.NUMBER:
            yield _NUMBER, token, token
        elif token.type == tokenize.NAME:
            if token.string in ("def", "class"):
                yield _DEFINITION, statement[index + 1], statement[index + 1]
            elif token.string in ("raise", "except"):
                for first, last in _exception_names(statement, index):
                    yield _EXCEPTION, statement[first], statement[last]


def _exception_names(statement, index):
    """Yield (first, last) of the dotted names after the ``raise`` or ``except`` at ``index``.

    What is raised or caught without such a name, ``errors[0]`` or a choice by ``if``, has none.
    """
    # The sentinel stands for the end of the statement.
    words = [token.string for token in statement] + [";"]
    raised = words[index] == "raise"
    before, after = (
        (set(), {"(", "from", ";"}) if raised else ({"(", ",", "*"}, {",", ")", ":", "as"})
    )
    index += 1
    while True:
        while words[index] in before:
            index += 1
        last = _end_of_dotted_name(words, index)
        if last is None or words[last + 1] not in after:
            return
        yield index, last
        if raised:
            return
        index = last + 1


def _end_of_dotted_name(words, index):
    if not words[index].isidentifier() or keyword.iskeyword(words[index]):
        return None
    while index + 2 < len(words) and words[index + 1] == ".":
        index += 2
    return index


def _describe(max_length, n_sequences, codes, n_files):
    counts = np.bincount(codes, minlength=len(_TAGS))
    table = "\n".join(
        f"{tag:<12} {count:>10,}   {count / len(codes):>8.3%}"
        for tag, count in zip(_TAGS, counts, strict=True)
    )
    return _DESCR.format(
        max_length=max_length,
        version=platform.python_version(),
        n_sequences=n_sequences,
        n_characters=len(codes),
        mean_length=len(codes) / n_sequences,
        n_files=n_files,
        table=table,
    )
