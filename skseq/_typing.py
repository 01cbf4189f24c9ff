"""Types in names short enough for signatures.

A plain ``np.ndarray`` is an array of any type, as steps may be of any.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.floating]
IntArray = NDArray[np.integer]

# What the steps of sequences are, and what a user may say that they are.
Kind = Literal["tokens", "values", "channels"]
Input = Literal["auto", "tokens", "values"]
