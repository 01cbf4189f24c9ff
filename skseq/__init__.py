"""skseq: scikit-learn compatible estimators for imbalanced sequences."""

import importlib
import logging
from typing import TYPE_CHECKING

from skseq.data import Sequences

if TYPE_CHECKING:  # what is lazy below, for editors and type checkers
    from skseq.estimators import (
        SequenceClassifier,
        SequenceOrdinalClassifier,
        SequenceRegressor,
        SequenceTagger,
    )
    from skseq.persistence import load, save
    from skseq.serving import to_onnx
    from skseq.weights import ClassWeightTransformer

__version__ = "0.1.0.dev0"

__all__ = [
    "ClassWeightTransformer",
    "SequenceClassifier",
    "SequenceOrdinalClassifier",
    "SequenceRegressor",
    "SequenceTagger",
    "Sequences",
    "load",
    "save",
    "to_onnx",
]

# What needs scikit-learn or torch, seconds of loading, loads when first asked for.
_LAZY = {
    "ClassWeightTransformer": "skseq.weights",
    "SequenceClassifier": "skseq.estimators",
    "SequenceOrdinalClassifier": "skseq.estimators",
    "SequenceRegressor": "skseq.estimators",
    "SequenceTagger": "skseq.estimators",
    "load": "skseq.persistence",
    "save": "skseq.persistence",
    "to_onnx": "skseq.serving",
}


# What happens is told to the log, and nobody hears it unless asked to.
logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name):
    if name not in _LAZY:
        raise AttributeError(f"module 'skseq' has no attribute {name!r}")
    thing = getattr(importlib.import_module(_LAZY[name]), name)
    globals()[name] = thing  # so that it is asked for once
    return thing


def __dir__():
    return sorted({*globals(), *__all__})
