"""Real data that is always at hand, synthetic data with a known best score, readers and writers."""

from skseq.datasets._conll import read_conll, write_conll
from skseq.datasets._conllu import read_conllu, write_conllu
from skseq.datasets._docbin import read_docbin, write_docbin
from skseq.datasets._docstrings import load_docstrings
from skseq.datasets._jsonl import read_jsonl, write_jsonl
from skseq.datasets._make_sequences import make_imbalanced_sequences
from skseq.datasets._make_tags import make_imbalanced_tags
from skseq.datasets._python_tokens import load_python_tokens

__all__ = [
    "load_docstrings",
    "load_python_tokens",
    "make_imbalanced_sequences",
    "make_imbalanced_tags",
    "read_conll",
    "read_conllu",
    "read_docbin",
    "read_jsonl",
    "write_conll",
    "write_conllu",
    "write_docbin",
    "write_jsonl",
]
