"""Transformers: sequences in, sequences out, with all that belongs to them."""

import numpy as np
from sklearn.utils import get_tags

from skseq._validation import num_samples
from skseq.data import Sequences
from skseq.testing._compare import (
    assert_same,
    fitted,
    must,
    seeded,
)


def transformer_checks(estimator, kind):
    """Yield the checks of this file that fit an estimator."""
    yield check_transform_aligns
    yield check_fit_transform_agrees
    if kind == "transformer":
        yield check_weight_and_origin_follow
        yield check_preserved_dtypes
    if hasattr(estimator, "inverse_transform"):
        yield check_inverse_transform


def check_transform_aligns(estimator, example):
    """Sequence i of the output is made of sequence i, step by step if it is still a sequence."""
    out = fitted(estimator, example).transform(example.X)
    must(
        num_samples(out) == len(example.X),
        f"transform must give one row for each of the {len(example.X)} sequences, got "
        f"{num_samples(out)}",
    )
    if isinstance(out, Sequences) and isinstance(example.X, Sequences):
        must(
            out.aligns_with(example.X),
            "transform must keep the steps of a sequence, or their tags no longer align",
        )


def check_fit_transform_agrees(estimator, example):
    """fit_transform gives what fit and then transform give."""
    expected = fitted(estimator, example).transform(example.X)
    got = seeded(estimator).fit_transform(example.X, example.y)
    assert_same(got, expected, "fit_transform must give what fit and then transform give")


def check_weight_and_origin_follow(estimator, example):
    """Weights and origins of X are those of the output."""
    n_sequences = len(example.X)
    weight = np.random.default_rng(5).uniform(1, 2, size=n_sequences)
    X = example.X.replace(weight=weight, origin=np.arange(n_sequences)[::-1])
    out = fitted(estimator, example).transform(X)
    if not isinstance(out, Sequences):
        return
    must(
        out.weight is not None and np.array_equal(out.weight, weight),
        "transform must pass on the weights of X",
    )
    must(
        out.origin is not None and out.origin == X.origin,
        "transform must pass on the origins of X, or copies leak between splits",
    )


def check_preserved_dtypes(estimator, example):
    """The types that the tag preserves_dtype names come out as they went in."""
    for dtype in get_tags(estimator).transformer_tags.preserves_dtype:
        if example.form == "tokens" and np.dtype(dtype).kind == "f":
            continue
        typed = example.replace(X=example.X.replace(values=example.X.values.astype(dtype)))
        out = fitted(estimator, typed).transform(typed.X)
        must(
            out.dtype == dtype,
            f"the tag preserves_dtype names {dtype}, but transform gave {out.dtype}",
        )


def check_inverse_transform(estimator, example):
    """What was transformed, taken back and transformed again is the same."""
    model = fitted(estimator, example)
    once = model.transform(example.X)
    again = model.transform(model.inverse_transform(once))
    assert_same(again, once, "transform must undo inverse_transform")
