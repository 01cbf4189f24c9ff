"""Second stages of training: what may become of the last layer once the net has trained."""

from skseq.stages._base import SecondStage
from skseq.stages._normalization import LearnedScaling, TauNormalization
from skseq.stages._retraining import ClassifierRetraining, HiddenSMOTE
from skseq.stages._table import SECOND_STAGES, make_second_stage

__all__ = [
    "SECOND_STAGES",
    "ClassifierRetraining",
    "HiddenSMOTE",
    "LearnedScaling",
    "SecondStage",
    "TauNormalization",
    "make_second_stage",
]
