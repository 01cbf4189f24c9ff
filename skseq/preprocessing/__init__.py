"""From raw text and raw measurements to what a network reads well."""

from skseq.data import CharacterChannel, IdChannel, NumberChannel
from skseq.preprocessing._features import FeatureEncoder
from skseq.preprocessing._pretrained import PretrainedEncoder
from skseq.preprocessing._scaler import SequenceScaler
from skseq.preprocessing._step_transformer import StepTransformer
from skseq.preprocessing._summarizer import SequenceSummarizer
from skseq.preprocessing._tokens import TokenEncoder
from skseq.preprocessing._trailing import TrailingMeans
from skseq.preprocessing._vector_files import read_vectors
from skseq.preprocessing._vectors import WordVectors
from skseq.preprocessing._windows import make_windows, merge_windows

__all__ = [
    "CharacterChannel",
    "FeatureEncoder",
    "IdChannel",
    "NumberChannel",
    "PretrainedEncoder",
    "SequenceScaler",
    "SequenceSummarizer",
    "StepTransformer",
    "TokenEncoder",
    "TrailingMeans",
    "WordVectors",
    "make_windows",
    "merge_windows",
    "read_vectors",
]
