"""Types of what metrics take and give, in names short enough for signatures."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skseq.data import Sequences

Floats = NDArray[np.float64]

# One label for each step. A mark in place of a label may be anything, None included.
Tags = Sequences | ArrayLike | Sequence[Sequence[Any]]

# One number, or a row of them, for each step.
StepValues = Sequences | ArrayLike | Sequence[ArrayLike]

Average = Literal["macro", "micro", "weighted"] | None
Prior = ArrayLike | dict[Any, float] | Literal["uniform"] | None
Unseen = Literal["raise", "zero"]
ZeroDivision = float | Literal["warn"]

# A float, or an array where ``average=None``; a dict, or text: which one depends on an argument.
Score = Any
Report = Any
