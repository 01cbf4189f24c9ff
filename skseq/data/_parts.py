"""What `Sequences` carry besides their steps: checks, and how several become one."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skseq.data._channels import Channel
from skseq.data._layout import unmasked

if TYPE_CHECKING:
    from skseq.data._sequences import Sequences


def check_weight(weight: ArrayLike | None, X: Sequences) -> NDArray[np.float64] | None:
    """Weights, one per sequence or per step, as float64; ValueError where they do not fit."""
    if weight is None:
        return None
    weight = np.asarray(unmasked(weight, "weight"), dtype=np.float64)
    if weight.shape not in {(len(X),), (X.n_steps,)}:
        raise ValueError(
            f"weight must have one entry per sequence ({len(X)}) or one per step ({X.n_steps}), "
            f"got shape {weight.shape}"
        )
    if weight.size and not (np.isfinite(weight).all() and weight.min() >= 0):
        raise ValueError("weight must be finite and not negative")
    return weight


def check_n_tokens(n_tokens: int | None) -> int | None:
    """Size of the vocabulary as an int, or None."""
    if n_tokens is None:
        return None
    if not isinstance(n_tokens, numbers.Integral) or isinstance(n_tokens, (bool, np.bool_)):
        raise TypeError(f"n_tokens must be an integer, got {n_tokens!r}")
    if n_tokens < 0:
        raise ValueError(f"n_tokens must not be negative, got {n_tokens}")
    return int(n_tokens)


def check_vocabulary(vocabulary: Mapping[str, int] | None) -> Mapping[str, int] | None:
    """The vocabulary itself, if it is a dict or None."""
    if vocabulary is not None and not isinstance(vocabulary, Mapping):
        raise TypeError(
            "vocabulary must be a dict from tokens to ids, such as TokenEncoder's vocabulary_, got "
            f"{type(vocabulary).__name__}"
        )
    return vocabulary


def check_label_counts(label_counts: dict[Any, float] | None) -> dict[Any, float] | None:
    """A copy of the counts, if they are a dict of numbers that are not negative, or None."""
    if label_counts is None:
        return None
    if not isinstance(label_counts, dict):
        raise TypeError(f"label_counts must be a dict label -> number, got {label_counts!r}")
    for label, count in label_counts.items():
        if not (np.isfinite(count) and count >= 0):
            raise ValueError(f"label_counts[{label!r}] is {count}; a count cannot be negative")
    return dict(label_counts)


def concatenate_weights(parts: list[Sequences]) -> tuple[NDArray[np.float64] | None, bool]:
    """Weights of several parts, and whether there is one per step."""
    if all(part.weight is None for part in parts):
        return None, False
    if any(part.has_step_weight for part in parts):
        return np.concatenate([part.step_weight() for part in parts]), True
    ones_or_weight = [np.ones(len(part)) if part.weight is None else part.weight for part in parts]
    return np.concatenate(ones_or_weight), False


def common_n_tokens(parts: list[Sequences]) -> int | None:
    """Size of the vocabulary that holds the ids of all parts; None where a part knows none."""
    sizes = [part.n_tokens for part in parts if part.n_tokens is not None]
    return max(sizes) if len(sizes) == len(parts) else None


def common_vocabulary(parts: list[Sequences]) -> Mapping[str, int] | None:
    """The vocabulary of all parts, which must be the same."""
    known = [part.vocabulary for part in parts]
    if any(vocabulary is None for vocabulary in known):
        return None
    for index, vocabulary in enumerate(known):
        if vocabulary is not known[0] and vocabulary != known[0]:
            raise ValueError(
                f"parts[{index}] has another vocabulary than parts[0], so their ids name different "
                "tokens; encode both with one TokenEncoder"
            )
    return known[0]


def common_channels(parts: list[Sequences]) -> tuple[Channel, ...] | None:
    """The channels of all parts, which must be the same."""
    channels = parts[0].channels
    for index, part in enumerate(parts):
        if part.channels is not channels and part.channels != channels:
            raise ValueError(
                f"parts[{index}] has other channels than parts[0], so their columns mean different "
                "things; encode both with one encoder"
            )
    return channels


def common_label_counts(parts: list[Sequences]) -> dict[Any, float] | None:
    """Counts of one data set that all parts share, or those of their own added up."""
    counts = [part.label_counts for part in parts if part.label_counts is not None]
    if len(counts) < len(parts):
        return None
    if all(count == counts[0] for count in counts):
        return counts[0]
    labels = dict.fromkeys(label for count in counts for label in count)
    return {label: sum(count.get(label, 0) for count in counts) for label in labels}
