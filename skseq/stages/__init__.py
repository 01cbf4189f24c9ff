"""What happens to the head of a net: second stages of training, and mixing of states."""

from skseq.stages._base import SecondStage
from skseq.stages._mixing import MIXERS, Mixup, Remix, make_mixer
from skseq.stages._normalization import LearnedScaling, TauNormalization
from skseq.stages._retraining import ClassifierRetraining, HiddenSMOTE
from skseq.stages._table import SECOND_STAGES, make_second_stage

__all__ = [
    "MIXERS",
    "SECOND_STAGES",
    "ClassifierRetraining",
    "HiddenSMOTE",
    "LearnedScaling",
    "Mixup",
    "Remix",
    "SecondStage",
    "TauNormalization",
    "make_mixer",
    "make_second_stage",
]
