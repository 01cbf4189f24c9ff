"""What `skseq tune` tries: a plain pipeline for the problem, strategies, other architectures."""

from imblearn.pipeline import Pipeline
from sklearn.feature_extraction.text import TfidfVectorizer

from skseq._validation import did_you_mean
from skseq.cli._errors import InputError
from skseq.estimators import SequenceOrdinalClassifier
from skseq.losses._table import make_loss
from skseq.model_selection import make_plain_pipeline
from skseq.model_selection import strategies as list_strategies
from skseq.nn import ENCODERS
from skseq.preprocessing import StepTransformer

# One of each sort that has done well on real sets (docs/results.md), the likeliest first; all of
# them would take hours.
_USUAL_STRATEGIES = {
    False: ["weight sqrt", "loss ldam", "second_stage crt", "SequenceOverSampler",
            "decision balanced", "loss focal", "weight balanced"],
    True: ["weight sqrt", "loss ldam", "second_stage crt", "TagOverSampler", "loss focal",
           "decision balanced", "weight balanced"],
}  # fmt: skip
# Beside the one that the recipe chooses.
_USUAL_ARCHITECTURES = {
    "tags": ["crf"],
    "tokens": ["cnn"],
    "value tags": ["bilstm"],
    "values": ["bilstm"],
}
_OF_TAGS = {
    "crf": {"model__head": "crf"},
    "word": {"encode__level": "word"},
    "word+char": {"encode__level": "word+char"},
}


def kind_of_problem(reading):
    """The kind that `skseq.model_selection.strategies` takes."""
    holds_tokens = reading.unit not in (None, "utterance")
    if reading.tags:
        return "tags" if holds_tokens else "value tags"
    return "tokens" if holds_tokens else "values"


def plain_pipeline(reading, seed):
    """The net that strategies change, with the steps that read the file's cells.

    Parameters
    ----------
    reading : Reading
        How the file was read.

    seed : int
        Of the net.

    Returns
    -------
    imblearn.pipeline.Pipeline
    """
    pipeline = make_plain_pipeline(kind_of_problem(reading), random_state=seed)
    if reading.unit == "character":
        pipeline.set_params(encode__level="char")
    elif kind_of_problem(reading) == "tags":  # names are told by how they are spelt
        pipeline.set_params(encode__level="word+char", encode__min_count=2)
    if reading.unit == "utterance":
        words = TfidfVectorizer(min_df=2, sublinear_tf=True)
        read = StepTransformer(words, random_state=seed)
        pipeline = Pipeline([("encode", read), *pipeline.steps])
    if reading.levels:
        model = SequenceOrdinalClassifier(classes=reading.levels, random_state=seed)
        pipeline.set_params(model=model)
    return pipeline


def nets_to_try(reading, strategies, architectures, seed):
    """Every strategy with every architecture, as `compare_strategies` takes them.

    Parameters
    ----------
    reading : Reading
        How the file was read.

    strategies, architectures : list of str or None
        Names; None takes a few that are likely to help.

    seed : int
        Of the samplers.

    Returns
    -------
    nets : dict of str to dict
        Architectures by themselves first, then strategies, each with all architectures.

    unfit : list of str
        Pairs that do not go together.
    """
    kind = kind_of_problem(reading)
    table = list_strategies(kind, random_state=seed)
    if reading.levels:
        known = SequenceOrdinalClassifier().get_params(deep=False)
        table = {name: params for name, params in table.items() if _fits(params, known)}
    chosen = _chosen(strategies, table, kind)
    changes = _architectures(architectures, kind)
    nets = dict(changes)
    for name in chosen:
        nets[name] = table[name]
        nets |= {f"{name} + {other}": table[name] | params for other, params in changes.items()}
    unfit = [name for name, params in nets.items() if not _go_together(params)]
    return {name: params for name, params in nets.items() if name not in unfit}, unfit


def _go_together(params):
    """Whether a net can be made so: a chain of tags has one linear layer, trained once."""
    if params.get("model__head", "auto") == "auto":
        return True
    loss = make_loss(params.get("model__loss", "cross_entropy"))
    return getattr(loss, "head", "linear") == "linear" and "model__second_stage" not in params


def _fits(params, known):
    names = [name.partition("__") for name in params]
    return all(step != "model" or param in known for step, _, param in names)


def _chosen(names, table, kind):
    if names is None:
        return [name for name in _USUAL_STRATEGIES["tags" in kind] if name in table]
    if names == ["all"]:
        return [name for name in table if name != "plain"]
    if names == ["none"]:
        return []
    for name in names:
        if name not in table:
            raise InputError(
                f"--strategies {name}: no such strategy for this data; there are all, none, "
                f"{', '.join(table)}.{did_you_mean(name, table)}"
            )
    return [name for name in names if name != "plain"]


def _architectures(names, kind):
    encoders = [name for name, make in ENCODERS.items() if _suits(make, kind)]
    known = {name: {"model__encoder": name} for name in encoders}
    if kind == "tags":
        known |= _OF_TAGS
    if names is None:
        names = _USUAL_ARCHITECTURES[kind]
    elif names == ["all"]:
        names = known
    chosen = {}
    for name in names:
        if name in ("auto", "none"):
            continue
        parts = name.split("+")
        unknown = next((part for part in parts if part not in encoders), None)
        if name not in known and unknown is not None:
            raise InputError(
                f"--architectures {name}: no such architecture for this data; there are all, none, "
                f"{', '.join(known)}, and encoders joined by +.{did_you_mean(name, known)}"
            )
        chosen[name] = known.get(name, {"model__encoder": name})
    return chosen


def _suits(encoder, kind):
    """Whether an encoder gives what is learnt from: a state for each step, where each is tagged."""
    return "tags" not in kind or not hasattr(encoder, "output_lengths")
