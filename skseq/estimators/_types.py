"""Types of the parameters of the estimators, in names short enough for signatures.

The words of a parameter are spelt out, so that editors offer them and type checkers find one that
is misspelt; but a name from a table, such as those of losses, is any text, so that what is added
to a table stands there alone.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike

from skseq.losses import RegressionLoss, SequenceLoss
from skseq.mixup import Mixup
from skseq.preprocessing import WordVectors
from skseq.stages import SecondStage

Auto = Literal["auto"]
Factory = Callable[..., Any]

Embedding = ArrayLike | WordVectors | None
Loss = str | type | SequenceLoss
NumberLoss = str | type | RegressionLoss
ClassWeight = str | dict[Any, float] | Factory | None
Augment = str | Factory | Sequence[str | Factory] | None
Mixing = str | type | Mixup | None
Stage = str | type | SecondStage | None
Decision = ArrayLike | dict[Any, float]
Prior = ArrayLike | dict[Any, float]
Calibration = Literal["auto", "temperature", "vector"] | None
Bias = Literal["auto", "zero", "prior"]
Constraints = (
    Literal["IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU"] | Sequence[tuple[Any, Any]] | None
)
# A transformer need only have ``fit`` and ``transform``.
Scale = Literal["auto", "set", "series"] | Any | None
Optimizer = Literal["adam", "adamw", "rmsprop", "sgd"] | Factory
RateSchedule = Literal["auto", "constant", "linear", "cosine", "one_cycle"]
Stopping = bool | Literal["best", "refit"]
Scoring = Literal["f1_macro", "loss"]
RandomState = int | np.random.RandomState | None
Device = str | torch.device
