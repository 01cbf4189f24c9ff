"""The recipe: what an estimator's parameters become where they are left at "auto".

What suits words is wrong for series, so it depends on the data; and how fast a net learns depends
on the encoder. Chosen on development parts of real sets, see docs/results.md.
"""

import math

from skseq.nn import CAUSAL_ENCODERS

# Fewer rows for a class than these do not teach order, but which words it has.
_FEW_ROWS = 100

# Convolutions see little of series that are shorter, and recurrence has nothing to forget.
_SHORT = 16

# What nets are built with and learn at, by encoder, where it is not the usual.
_USUAL = {
    "pooling": "mean+max",
    "embedding_dim": 64,
    "embedding_std": 1.0,
    "dropout": 0.2,
    "embedding_dropout": 0.0,
    "lr": 0.01,
}
_OF_ENCODER = {
    "bag": {"pooling": "mean", "embedding_dim": 128, "embedding_std": 0.1},
    "resnet": {"lr": 0.002},
    "tcn": {"lr": 0.004},
}
# Words in order are soon learnt by heart; the few kinds of characters are not.
_OF_WORDS = {"dropout": 0.5, "embedding_dropout": 0.2}
_MANY_TOKENS = 1_000

# A few hundred rows need more epochs, a few ten thousand need fewer.
_USUAL_EPOCHS, _LEAST_EPOCHS, _MOST_EPOCHS = 30, 3, 100
_LEAST_UPDATES, _MOST_UPDATES = 800, 6_000
_MOST_STEPS = 10_000_000

# Of fewer rows none can be spared: those held out are trained on in the end, so they may be more.
_SPARING_FROM = 1_000
_HELD_OUT, _HELD_OUT_FOR_NOW = 0.1, 0.2


def choose_recipe(
    estimator, targets, *, per_step, end=None, kept=None, one_epoch=False, may_refit=True
):
    """Give the parameters of an estimator that may be "auto", as they are for some data.

    Parameters
    ----------
    estimator : estimator
        With its parameters, and ``n_tokens_``.

    targets : RowTargets or StepTargets
        What it is trained on.

    per_step : bool
        Whether there is a target for each step.

    end : TellingEnd, default=None
        What the end of a record gives away, see `telling_end`.

    kept : dict, default=None
        What the net was built with that is trained further: it stays, whatever suits ``targets``.

    one_epoch : bool, default=False
        Whether that is for one epoch, of nobody knows how many: then the learning rate stays.

    may_refit : bool, default=True
        Whether rows that early stopping holds out are free to be trained on in the end.

    Returns
    -------
    dict
        ``encoder``, ``lr``, ``lr_schedule``, ``max_epochs`` and so on, nothing being "auto".
    """
    kept = kept or {}

    def said(name):
        value = getattr(estimator, name)
        return kept.get(name, value) if is_auto(value) else value

    encoder, causal = said("encoder"), said("causal")
    if is_auto(causal):
        causal = end is not None and end.is_for_good and _can_be_causal(encoder)
    if is_auto(encoder):
        encoder = encoder_for(targets, per_step=per_step, causal=causal)
    chosen = {
        "encoder": encoder,
        "causal": causal,
        **_suiting(encoder, estimator.n_tokens_),
        "lr_schedule": "constant" if one_epoch else "linear",
        "max_epochs": usual_epochs(targets.n_rows(), targets.X.n_steps, estimator.batch_size),
    }
    given = {name: said(name) for name in chosen if hasattr(estimator, name)}
    recipe = {name: chosen[name] if is_auto(value) else value for name, value in given.items()}
    return recipe | _stopping(estimator, targets, recipe["max_epochs"], may_refit)


def is_auto(value):
    """Whether a parameter is left to the recipe."""
    return isinstance(value, str) and value == "auto"


def _stopping(estimator, targets, max_epochs, may_refit):
    """When training stops, on how many held-out rows, and what becomes of these."""
    stops = estimator.early_stopping
    if stops and not isinstance(stops, str):
        is_few = targets.n_rows() < _SPARING_FROM
        stops = "refit" if is_few and may_refit and not estimator.warm_start else "best"
    fraction, patience = estimator.validation_fraction, estimator.n_iter_no_change
    if is_auto(fraction):
        fraction = _HELD_OUT_FOR_NOW if stops == "refit" else _HELD_OUT
    if is_auto(patience):
        patience = max_epochs
    return {
        "early_stopping": stops,
        "validation_fraction": fraction,
        "n_iter_no_change": patience,
    }


def encoder_for(targets, *, per_step, causal=False):
    """Name of the encoder for some targets; one that doesn't look ahead if ``causal``."""
    if targets.has_tokens:
        is_few = targets.classes is not None and len(targets.X) < _FEW_ROWS * targets.n_classes
        encoder = "bilstm+bag" if is_few and not per_step else "bilstm"
    elif targets.X.n_steps < _SHORT * len(targets.X):
        encoder = "bilstm"
    else:
        encoder = "tcn" if per_step or causal else "resnet"
    return encoder.replace("bilstm", "lstm") if causal else encoder


def _can_be_causal(encoder):
    if isinstance(encoder, str):
        names = [name.strip() for name in encoder.split("+")]
        return is_auto(encoder) or all(name in CAUSAL_ENCODERS for name in names)
    # A class of one's own says so; what its modules say is not known before there is one.
    return getattr(encoder, "causal", False) is True


def _suiting(encoder, n_tokens):
    """What suits an encoder by name, or several that are joined; of those the least rate."""
    names = [name.strip() for name in encoder.split("+")] if isinstance(encoder, str) else []
    special = [_OF_ENCODER[name] for name in names if name in _OF_ENCODER]
    suiting = dict(_USUAL)
    if (n_tokens or 0) >= _MANY_TOKENS and "bag" not in names:
        suiting |= _OF_WORDS
    for each in special:
        suiting |= each
    return suiting | {"lr": min(each.get("lr", _USUAL["lr"]) for each in [_USUAL, *special])}


def usual_epochs(n_rows, n_steps, batch_size):
    """How many times so many rows, chunks of sequences counted singly, are gone through."""
    n_batches = math.ceil(n_rows / batch_size)
    most = min(_MOST_UPDATES / n_batches, _MOST_STEPS / n_steps)
    least = _LEAST_UPDATES / n_batches
    n_epochs = math.ceil(min(max(_USUAL_EPOCHS, least), most))
    return min(max(n_epochs, _LEAST_EPOCHS), _MOST_EPOCHS)
