"""skseq: scikit-learn compatible estimators for imbalanced sequences."""

import importlib

from skseq.data import Sequences

__version__ = "0.1.0.dev0"

# Parts that need torch, or much else, load when first asked for, so that
# ``import skseq.metrics`` stays light.
_LAZY = {
    "ClassWeightTransformer": "skseq.weights",
    "SequenceClassifier": "skseq.estimators",
    "SequenceOrdinalClassifier": "skseq.estimators",
    "SequenceRegressor": "skseq.estimators",
    "SequenceTagger": "skseq.estimators",
    "load": "skseq.persistence",
    "save": "skseq.persistence",
}

__all__ = [
    "ClassWeightTransformer",
    "SequenceClassifier",
    "SequenceOrdinalClassifier",
    "SequenceRegressor",
    "SequenceTagger",
    "Sequences",
    "load",
    "save",
]


def __getattr__(name):
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'skseq' has no attribute {name!r}")


def __dir__():
    return sorted(set(globals()) | set(__all__))
