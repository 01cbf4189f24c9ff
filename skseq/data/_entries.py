"""From the entries of a list to flat steps: each checked by itself, then all together."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from skseq.data._layout import are_rounded_integers, unmasked


def as_step_array(entry: Any, index: int, dtype: DTypeLike | None) -> np.ndarray:
    """One entry of a list as an array of steps, or an error that says which entry."""
    if isinstance(entry, (str, bytes)):
        raise TypeError(
            f"sequence {index} is text ({entry[:20]!r}); skseq.preprocessing.TokenEncoder turns "
            "text into token ids"
        )
    if isinstance(entry, np.ma.MaskedArray):
        entry = unmasked(entry, f"X[{index}]")
    try:
        steps = np.asarray(entry, dtype=dtype)
    except ValueError:
        raise ValueError(
            f"sequence {index} has steps of different sizes; a step is one number, or a list of "
            "as many numbers as every other step has. If each entry of X is a pair of a sequence "
            "and its label, pass X, y = zip(*X)"
        ) from None
    became_text = steps.dtype.kind == "U" and steps.ndim == 1 and dtype is None
    if became_text and steps is not entry and not all(isinstance(step, str) for step in entry):
        steps = np.asarray(entry, dtype=object)  # or NaN would become the text "nan"
    if dtype is None and are_rounded_integers(steps, entry):
        steps = np.asarray(entry, dtype=object)
    if steps.ndim == 0 and isinstance(entry, Iterable) and not isinstance(entry, Iterator):
        return as_step_array(list(entry), index, dtype)  # such as the values of a dict
    if steps.ndim == 0:
        raise ValueError(
            f"sequence {index} has shape (): it is one value ({type(entry).__name__}), no steps; "
            + ("pass a list" if isinstance(entry, Iterator) else "if X is one sequence, pass [X]")
        )
    if steps.ndim not in (1, 2):
        raise ValueError(
            f"sequence {index} has shape {steps.shape}; a sequence has shape (length,) or "
            "(length, n_features)"
        )
    return steps


def concatenate_steps(arrays: list[np.ndarray], dtype: DTypeLike | None) -> np.ndarray:
    """Steps of all entries, one entry after the other, in the narrowest type that holds them."""
    # An empty sequence does not affect the type or the features of the others.
    filled = [(index, steps) for index, steps in enumerate(arrays) if len(steps)]
    if not filled:
        return np.empty(0, dtype=dtype)
    first, reference = filled[0]
    for index, steps in filled:
        if steps.shape[1:] != reference.shape[1:]:
            raise ValueError(
                f"X[{index}] has {_n_features(steps)} features but X[{first}] has "
                f"{_n_features(reference)}; all sequences must have the same number"
            )
    arrays = [steps for _, steps in filled]
    if {steps.dtype.kind for steps in arrays} == {"i", "u"} and dtype is None:
        arrays = _as_one_integer_type(arrays)
    try:
        return np.concatenate(arrays)
    except TypeError:
        index, steps = next(pair for pair in filled if pair[1].dtype.kind != reference.dtype.kind)
        raise TypeError(
            f"X[{index}] has steps of type {steps.dtype} but X[{first}] has {reference.dtype}; "
            "all sequences must have one type"
        ) from None


def _as_one_integer_type(arrays: list[np.ndarray]) -> list[np.ndarray]:
    # numpy makes floats of int64 and uint64 together, but ids above 2**63 stay integers.
    if np.result_type(*arrays).kind == "f" and all(steps.min() >= 0 for steps in arrays):
        return [steps.astype(np.uint64) for steps in arrays]
    return arrays


def _n_features(steps: np.ndarray) -> int | str:
    return "no axis of" if steps.ndim == 1 else steps.shape[1]
