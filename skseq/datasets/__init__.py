"""Real data that is always at hand, synthetic data with a known best score, and readers."""

from skseq.datasets._conll import read_conll
from skseq.datasets._docstrings import load_docstrings
from skseq.datasets._make_sequences import make_imbalanced_sequences
from skseq.datasets._make_tags import make_imbalanced_tags
from skseq.datasets._python_tokens import load_python_tokens

__all__ = [
    "load_docstrings",
    "load_python_tokens",
    "make_imbalanced_sequences",
    "make_imbalanced_tags",
    "read_conll",
]
