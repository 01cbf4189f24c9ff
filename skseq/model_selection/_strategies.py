"""Every strategy against imbalance, by name, as parameters of one pipeline.

Losses, weights and samplers are read from their tables of names, so a new one is included
automatically.
"""

from imblearn.pipeline import Pipeline

import skseq.samplers
from skseq._validation import check_choice, did_you_mean
from skseq.estimators import SequenceClassifier, SequenceTagger
from skseq.losses import LOSSES
from skseq.mixup import MIXERS
from skseq.preprocessing import TokenEncoder
from skseq.samplers._neighbours import NeighbourSampler
from skseq.samplers._tag_base import TagSampler
from skseq.stages import SECOND_STAGES
from skseq.weights import WEIGHT_STRATEGIES, ClassWeightTransformer

KINDS = ("tags", "tokens", "value tags", "values")

# One augmenter of each kind stands for all: which one is right depends on the data.
_AUGMENTERS = {
    "tags": "mention_replacement",
    "tokens": "token_dropout",
    "value tags": "jitter",
    "values": "jitter",
}

# The plain loss; and one that, as published, loses .43 of macro F1 on average over real sets
# (docs/results.md).
_NOT_COMPARED = {"cross_entropy", "self_adjusting_dice"}


def strategies(kind, *, random_state=None):
    """List strategies against imbalance by name, as parameters of a pipeline.

    Parameters
    ----------
    kind : {"values", "tokens", "value tags", "tags"}
        What the sequences hold: values or tokens, with one label each; or values or tokens with
        a tag for each step.

    random_state : int, RandomState instance or None, default=None
        Seed of the samplers.

    Returns
    -------
    dict of str to dict
        Name -> parameters of a pipeline with the steps ``sample``, ``weight`` and ``model``, as
        `make_plain_pipeline` gives. "plain" changes nothing.

    Raises
    ------
    ValueError
        If the kind is unknown.

    See Also
    --------
    strategy_grid : The same as a grid.

    Examples
    --------
    >>> from skseq.model_selection import strategies
    >>> table = strategies("tags")
    >>> table["loss focal"], table["decision balanced"]
    ({'model__loss': 'focal'}, {'model__decision': 'balanced'})
    >>> len(table) > 20
    True
    """
    check_choice("kind", kind, KINDS)
    return {
        "plain": {},
        **_samplers(kind, random_state),
        **{f"weight {name}": {"weight__strategy": name} for name in WEIGHT_STRATEGIES},
        **{f"loss {name}": {"model__loss": name} for name in LOSSES if name not in _NOT_COMPARED},
        **_inside_training(kind),
        "decision 0.5": {"model__decision": 0.5},
        "decision balanced": {"model__decision": "balanced"},
    }


def _samplers(kind, random_state):
    """Every sampler that fits the kind, as it comes; and copies that are augmented."""
    table = {}
    for name in skseq.samplers.__all__:
        sampler = getattr(skseq.samplers, name)
        if issubclass(sampler, TagSampler) != ("tags" in kind):
            continue
        if issubclass(sampler, NeighbourSampler) and kind != "values":
            continue
        sampler = sampler()
        if "random_state" in sampler.get_params():
            sampler.set_params(random_state=random_state)
        table[name] = {"sample": sampler}
        if "augment" in sampler.get_params():
            augmented = type(sampler)(augment=_AUGMENTERS[kind], random_state=random_state)
            table[f"{name}, augmented"] = {"sample": augmented}
    return table


def _inside_training(kind):
    """Parameters of the estimator that change how it is trained, the loss apart."""
    table = {
        "batch_balance 0": {"model__batch_balance": 0.0},
        "batch_balance progressive": {"model__batch_balance": "progressive"},
        "class_weight deferred": {
            "model__class_weight": "balanced",
            "model__class_weight_start": 0.8,
        },
        f"augment {_AUGMENTERS[kind]}": {"model__augment": _AUGMENTERS[kind]},
        **{f"second_stage {name}": {"model__second_stage": name} for name in SECOND_STAGES},
    }
    if "tags" not in kind:
        table |= {f"mixup {name}": {"model__mixup": name} for name in MIXERS}
    return table


def strategy_grid(which="all", *, kind, random_state=None):
    """Make a grid in which each strategy against imbalance is one candidate.

    Parameters
    ----------
    which : "all" or list of str, default="all"
        Names of `strategies`.

    kind : {"values", "tokens", "value tags", "tags"}
        What the sequences hold, see `strategies`.

    random_state : int, RandomState instance or None, default=None
        Seed of the samplers.

    Returns
    -------
    list of dict of str to list
        The ``param_grid`` of a `GridSearchCV` over a pipeline with the steps ``sample``,
        ``weight`` and ``model``; add parameters of the architecture to each of them to tune both.

    Raises
    ------
    ValueError
        If a name or the kind is unknown.

    See Also
    --------
    make_plain_pipeline : Such a pipeline.
    compare_strategies : Runs them, with baselines and a test of the differences.

    Examples
    --------
    >>> from skseq.model_selection import strategy_grid
    >>> strategy_grid(["plain", "weight balanced", "loss focal"], kind="tokens")
    [{}, {'weight__strategy': ['balanced']}, {'model__loss': ['focal']}]
    """
    table = strategies(kind, random_state=random_state)
    return [
        {name: [value] for name, value in table[strategy].items()}
        for strategy in chosen_names(which, table)
    ]


def chosen_names(which, table):
    """Names of strategies, checked against the table of what there is.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    if isinstance(which, str):
        which = list(table) if which == "all" else [which]
    for name in which:
        if name not in table:
            raise ValueError(
                f"{name!r} is not a strategy for data of this kind; there are {list(table)}."
                f"{did_you_mean(name, table)}"
            )
    return list(which)


def make_plain_pipeline(kind, *, random_state=None, **model_params):
    """Make the pipeline that strategies change, without any of them.

    Parameters
    ----------
    kind : {"values", "tokens", "value tags", "tags"}
        What the sequences hold, see `strategies`. Tokens are words of texts or lists of strings;
        where they are ids already, leave the first step out by ``encode="passthrough"``.

    random_state : int, RandomState instance or None, default=None
        Seed of the estimator.

    **model_params : dict
        Other parameters of the estimator.

    Returns
    -------
    imblearn.pipeline.Pipeline
        The steps ``encode`` (a `TokenEncoder`, for tokens), ``sample``, ``weight`` and ``model``.

    Raises
    ------
    ValueError
        If the kind is unknown.

    Examples
    --------
    >>> from skseq.model_selection import make_plain_pipeline
    >>> list(make_plain_pipeline("tags", hidden_size=32).named_steps)
    ['encode', 'sample', 'weight', 'model']
    """
    check_choice("kind", kind, KINDS)
    is_tokens = kind in ("tokens", "tags")
    model = SequenceTagger if "tags" in kind else SequenceClassifier
    return Pipeline(
        [
            *([("encode", TokenEncoder())] if is_tokens else []),
            ("sample", "passthrough"),
            ("weight", ClassWeightTransformer(None)),
            ("model", model(random_state=random_state, **model_params)),
        ]
    )
