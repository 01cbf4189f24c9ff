"""The parameters of an estimator that say what a net is and how it learns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from sklearn.base import BaseEstimator

# Those that a net keeps for good, once it is built.
FIXED_SETTINGS = {
    "encoder",
    "hidden_size",
    "num_layers",
    "embedding_dim",
    "embedding",
    "dense_sizes",
    "dropout",
    "embedding_dropout",
    "step_dropout",
    "locked_dropout",
    "causal",
    "pooling",
    "optimizer",
    "skorch_params",
    "loss",
    "head",
    "constraints",
    "mixup",
    "scale",
    "n_seeds",
}


@dataclass(frozen=True)
class NetSettings:
    """Parameters of an estimator, under the names that they have there, and its name.

    A default is what holds where an estimator has no such parameter.
    """

    name: str

    # The network.
    encoder: str | Callable
    hidden_size: int
    num_layers: int | None
    embedding_dim: int
    embedding: np.ndarray | None
    dense_sizes: Sequence[int]
    dropout: float
    embedding_dropout: float

    # How it learns.
    optimizer: str | Callable
    lr: float
    weight_decay: float
    gradient_clip_value: float | None
    batch_size: int
    max_epochs: int
    early_stopping: bool | str
    n_iter_no_change: int
    callbacks: list | None
    device: object
    verbose: int | str
    skorch_params: dict | None

    pooling: str | Callable | None = None
    causal: bool = False
    embedding_frozen: float = False
    embedding_std: float | None = None
    step_dropout: float = 0.0
    locked_dropout: bool = False
    scoring: str = "loss"
    lr_schedule: str = "constant"
    judged_from: int = 0

    # Used elsewhere; here to tell whether they have changed.
    loss: object = None
    head: object = None
    constraints: object = None
    mixup: object = None
    scale: object = None
    n_seeds: int = 1

    @classmethod
    def of(cls, estimator, **checked):
        """Read them off an estimator, except those that are ``checked`` and passed here.

        Of these, what is no setting of a net is left out.
        """
        names = {field.name for field in fields(cls)} - {"name"}
        read = {name: getattr(estimator, name) for name in names if hasattr(estimator, name)}
        read |= {name: value for name, value in checked.items() if name in names}
        return cls(name=type(estimator).__name__, **read)

    def changed_from(self, before):
        """Names of those that are not what they were ``before``, another `NetSettings`."""
        return [
            field.name
            for field in fields(self)
            if not _same(getattr(self, field.name), getattr(before, field.name))
        ]

    def of_network(self):
        """Those that `skseq.nn.make_network` takes: a dict."""
        names = (
            "encoder",
            "hidden_size",
            "num_layers",
            "embedding_dim",
            "embedding",
            "pooling",
            "dense_sizes",
            "dropout",
            "embedding_dropout",
            "embedding_std",
            "step_dropout",
            "locked_dropout",
            "causal",
        )
        return {name: getattr(self, name) for name in names}


def _same(now, before):
    if now is before:
        return True
    if isinstance(now, np.ndarray) or isinstance(before, np.ndarray):
        return np.array_equal(now, before)
    if isinstance(now, BaseEstimator) and type(now) is type(before):
        return str(now.get_params()) == str(before.get_params())
    return now == before
