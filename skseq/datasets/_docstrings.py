"""First paragraphs of the standard library's docstrings, labelled with the module's family."""

import ast
import platform
import re
from collections import Counter, defaultdict
from numbers import Integral

import numpy as np
from sklearn.utils import Bunch

from skseq._validation import Interval, validate_params
from skseq.datasets._stdlib import read_source, source_files

# Families, and the top-level modules and packages in them: only such as every Python from 3.11
# on has, whose docstrings hardly change from version to version.
_FAMILIES = {
    "arguments": ("argparse", "optparse"),
    "collections": ("collections",),
    "compression": ("bz2", "gzip", "lzma"),
    "csv": ("csv",),
    "email": ("email",),
    "files": ("shutil", "tempfile"),
    "graphs": ("graphlib",),
    "heaps": ("heapq",),
    "html": ("html",),
    "json": ("json",),
    "pickling": ("pickle",),
    "processes": ("subprocess",),
    "scheduling": ("sched",),
    "statistics": ("random", "statistics"),
    "text": ("difflib", "textwrap"),
    "timezones": ("zoneinfo",),
    "urls": ("urllib",),
    "uuids": ("uuid",),
}

_PARAGRAPH_BREAK = re.compile(r"\n[ \t]*\n")

_DESCR = """\
Docstrings of the Python standard library
-----------------------------------------
The first paragraph of each public module's, class's and function's docstring, on one line; the
label is the family of the module. Read from the source files of the running interpreter,
Python {version}.

Texts:    {n_texts:,} ({shortest} to {longest} words, median {median:.0f})
Classes:  {n_classes}
Modules:  {n_modules} (groups)

family        texts    share   modules
{table}

Texts of fewer than {min_words} words, and paragraphs that stand in more than one family, are left
out; a paragraph that stands in one family several times is kept once.

The label leaks where a text names its own module or family: {n_leaks} of {n_texts} texts
({leak_share:.0%}) do. Small families lie in one or two modules, so folds grouped by
module hold no training text of theirs; use stratified folds.
"""


@validate_params(
    {
        "min_words": [Interval(Integral, 1, None, closed="left")],
        "return_X_y": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def load_docstrings(*, min_words=4, return_X_y=False):
    """Load first paragraphs of the standard library's docstrings, each with a family of modules.

    About 600 short texts in 18 classes, imbalanced as they come: the largest has some 240
    texts, the smallest 6. The text is the running interpreter's own, so it is real, always
    at hand, and differs a little between versions of Python.

    Parameters
    ----------
    min_words : int, default=4
        Paragraphs of fewer words are left out.

    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    Bunch
        With the attributes

        data : list of n_samples str
            The paragraphs, white space collapsed.
        target : ndarray of str of shape (n_samples,)
            The family of the module.
        groups : ndarray of str of shape (n_samples,)
            The module's file, such as "json/decoder.py".
        target_names : list of 18 str
            The families, sorted.
        DESCR : str
            What was loaded, with the counts, and what leaks the label.

        or ``(data, target)`` if ``return_X_y``.

    Raises
    ------
    FileNotFoundError
        If the interpreter came without its standard library's source.

    Examples
    --------
    >>> from skseq.datasets import load_docstrings
    >>> docs = load_docstrings()
    >>> row = docs.data.index("Heap queue algorithm (a.k.a. priority queue).")
    >>> print(docs.target[row], docs.groups[row])
    heaps heapq.py
    """
    rows = _unambiguous_rows(min_words)
    texts = [text for text, _, _ in rows]
    target = np.array([family for _, family, _ in rows])
    if return_X_y:
        return texts, target
    groups = np.array([file for _, _, file in rows])
    return Bunch(
        data=texts,
        target=target,
        groups=groups,
        target_names=sorted(_FAMILIES),
        DESCR=_describe(texts, target, groups, min_words),
    )


def _unambiguous_rows(min_words):
    """Rows (paragraph, family, file), each paragraph once, none that two families share."""
    places = defaultdict(list)
    for file, path, family in _family_files():
        for paragraph in _first_paragraphs(read_source(path)):
            if len(paragraph.split()) >= min_words:
                places[paragraph].append((family, file))
    return [
        (paragraph, *found[0])
        for paragraph, found in places.items()
        if len({family for family, _ in found}) == 1
    ]


def _family_files():
    family_of = {module: family for family, modules in _FAMILIES.items() for module in modules}
    for file, path in source_files().items():
        family = family_of.get(file.split("/")[0].removesuffix(".py"))
        if family:
            yield file, path, family


def _first_paragraphs(source):
    """Yield the first paragraph, on one line, of every public docstring."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, documented) and not getattr(node, "name", "").startswith("_"):
            text = ast.get_docstring(node) or ""
            yield " ".join(_PARAGRAPH_BREAK.split(text.strip())[0].split())


def _describe(texts, target, groups, min_words):
    n_words = [len(text.split()) for text in texts]
    leaks = [_names_its_family(*row) for row in zip(texts, target, strict=True)]
    counts = Counter(target.tolist())
    table = "\n".join(
        f"{family:<12} {count:>6,}   {count / len(texts):>6.1%}   {', '.join(_FAMILIES[family])}"
        for family, count in counts.most_common()
    )
    return _DESCR.format(
        version=platform.python_version(),
        n_texts=len(texts),
        shortest=min(n_words),
        longest=max(n_words),
        median=np.median(n_words),
        n_classes=len(counts),
        n_modules=len(np.unique(groups)),
        table=table,
        min_words=min_words,
        n_leaks=sum(leaks),
        leak_share=np.mean(leaks),
    )


def _names_its_family(text, family):
    lowered = text.lower()
    return any(name in lowered for name in (family, *_FAMILIES[family]))
