"""The candidates of a comparison: the plain pipeline, strategies, baselines behind its steps."""

from collections.abc import Mapping

from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.pipeline import Pipeline as AnyPipeline
from sklearn.utils import get_tags

from skseq._validation import did_you_mean, predicts_numbers
from skseq.estimators import SequenceOrdinalClassifier
from skseq.estimators._base import BaseSequenceEstimator
from skseq.model_selection._baselines import baselines as list_baselines
from skseq.model_selection._strategies import chosen_names
from skseq.model_selection._strategies import strategies as list_strategies
from skseq.preprocessing import TokenEncoder
from skseq.samplers._base import holds_text
from skseq.weights import ClassWeightTransformer

PLAIN = "plain"

# Steps that strategies change; what stands before them prepares the data for baselines too.
_STRATEGY_STEPS = ("sample", "weight", "model")


def strategy_candidates(pipeline, strategies, param_grid, X, *, kind, random_state):
    """Make the plain pipeline, and a clone of it for each strategy.

    A bare estimator, or a pipeline whose steps have other names, gets the steps that strategies
    refer to, if any does; its own parameters are accepted as well.

    Parameters
    ----------
    pipeline : estimator
        As the user gave it.

    strategies : str, list of str or dict of str to dict
        Names, or name -> parameters.

    param_grid : dict, list of dict or None
        Of the same parameters.

    X : as the pipeline takes it
        Texts need an encoder before a bare estimator.

    kind : str
        Of the problem, for strategies by name.

    random_state : int
        Seed of the samplers.

    Returns
    -------
    candidates : dict of str to estimator
        By name, "plain" among them.

    param_grid : list of dict or None
        For each of the candidates.
    """
    if not isinstance(strategies, Mapping):
        strategies = _strategies_by_name(pipeline, strategies, kind, random_state)
    strategies = {PLAIN: {}} | dict(strategies)
    for name, params in strategies.items():
        _check_is_dict(name, params)
    if all(_is_known(pipeline, param) for params in strategies.values() for param in params):
        with_steps, say = pipeline, dict
    else:
        with_steps, say = _with_named_steps(pipeline, X)
    known = dict.fromkeys([*with_steps.get_params(), *pipeline.get_params()])
    candidates = {
        name: _changed(with_steps, name, say(params), known) for name, params in strategies.items()
    }
    for name, candidate in candidates.items():
        check_no_regressor(name, candidate)
    if isinstance(param_grid, Mapping):
        param_grid = [param_grid]
    return candidates, param_grid and [say(params) for params in param_grid]


def _strategies_by_name(pipeline, names, kind, random_state):
    """Strategies for the kind, in the table's order; of "all", those that the model knows."""
    table = list_strategies(kind, random_state=random_state)
    model = last_step(pipeline)
    if isinstance(model, BaseSequenceEstimator):
        known = model.get_params(deep=False)
        lacks = {
            name: param.removeprefix("model__")
            for name, params in table.items()
            for param in params
            if param.startswith("model__") and param.removeprefix("model__") not in known
        }
        asked = [] if isinstance(names, str) and names == "all" else chosen_names(names, table)
        for name in asked:
            if name in lacks:
                raise ValueError(
                    f"the strategy {name!r} sets {lacks[name]!r}, which {type(model).__name__} has "
                    'not; leave it out, as strategies="all" does'
                )
        table = {name: params for name, params in table.items() if name not in lacks}
    return {name: table[name] for name in chosen_names(names, table)}


def last_step(estimator):
    """What stands at the end of a pipeline, or the estimator itself."""
    while isinstance(estimator, AnyPipeline):
        estimator = estimator.steps[-1][1]
    return estimator


def _check_is_dict(name, params):
    if not isinstance(params, Mapping):
        raise TypeError(
            f"strategies[{name!r}] must be a dict of parameters of the pipeline, such as "
            f"{{'model__loss': 'focal'}}, got {params!r}"
        )


def _is_known(estimator, param):
    # Behind a step that another parameter of the strategy replaces, any name may be right.
    return param.split("__")[0] in estimator.get_params()


def _with_named_steps(estimator, X):
    """A pipeline with the steps of strategies, and how to say parameters of the estimator for it.

    They are unchanged if they have such steps, or if it is unknown what they take.
    """
    if isinstance(estimator, AnyPipeline):
        before, (name, model) = estimator.steps[:-1], estimator.steps[-1]
    else:
        before, (name, model) = ([], (None, estimator))
    is_named = any(step in _STRATEGY_STEPS[:2] or hasattr(each, "fit_resample")
                   for step, each in before)  # fmt: skip
    if is_named or not isinstance(model, BaseSequenceEstimator):
        return estimator, dict
    if name is None and holds_text(X):
        before = [("encode", TokenEncoder())]
    steps = [("sample", "passthrough"), ("weight", ClassWeightTransformer(None)), ("model", model)]
    own = model.get_params(deep=False)

    def say(params):
        if name is None:
            return {f"model__{p}" if p.split("__")[0] in own else p: v for p, v in params.items()}
        return {
            "model" + p.removeprefix(name) if p.split("__")[0] == name else p: v
            for p, v in params.items()
        }

    return Pipeline([*before, *steps]), say


def _changed(pipeline, name, params, known):
    for param in params:
        if not _is_known(pipeline, param):
            raise ValueError(
                f"strategy {name!r} sets {param!r}, but the pipeline has no "
                f"{param.split('__')[0]!r}.{did_you_mean(param, known)} Name its steps 'sample', "
                "'weight' and 'model', as make_plain_pipeline does"
            )
    return clone(pipeline).set_params(**{key: clone(v, safe=False) for key, v in params.items()})


def check_no_regressor(name, candidate):
    """Raise if a candidate, by its name, predicts numbers."""
    if predicts_numbers(candidate):
        raise ValueError(
            f"the candidate {name!r} ends in a regressor, which has no classes to compare by. For "
            "ordered classes take SequenceOrdinalClassifier; regressors are compared by "
            "GridSearchCV, or by cross_val_score with scoring= of numbers, such as 'r2'"
        )


def baseline_candidates(pipeline, baselines, X, *, kind, scoring, inner_cv, random_state):
    """Make each baseline, behind the steps that prepare the data for the net.

    Parameters
    ----------
    pipeline : estimator
        As the user gave it.

    baselines : bool or dict of str to estimator
        The user's own, or whether to take ours.

    X : as the pipeline takes it
        Ours read the characters of texts, too, so they come before an encoder.

    kind : str
        Of the problem.

    scoring, inner_cv : as `baselines` takes them
        How ours are tuned.

    random_state : int
        Seed of those that draw.

    Returns
    -------
    dict of str to estimator
    """
    if isinstance(baselines, Mapping):
        table = dict(baselines)
        for name, model in table.items():
            check_no_regressor(name, model)
    elif baselines:
        table = list_baselines(
            kind,
            ordered=_order_of(last_step(pipeline)),
            scoring=scoring,
            inner_cv=inner_cv,
            random_state=random_state,
        )
    else:
        return {}
    shared = _steps_before_strategies(pipeline)
    if not shared and kind == "tags" and holds_text(X):
        shared = [("encode", TokenEncoder())]
    is_encoded = bool(shared) and isinstance(shared[-1][1], TokenEncoder)
    are_ours = not isinstance(baselines, Mapping) and holds_text(X)
    candidates = {}
    for name, model in table.items():
        reads_texts = are_ours and is_encoded and _reads_texts(model, X, kind)
        before = shared[:-1] if reads_texts else shared
        candidates[name] = clone(AnyPipeline([*before, ("model", model)]) if before else model)
    return candidates


def _order_of(net):
    """Whether its classes are ordered, or how."""
    if not isinstance(net, SequenceOrdinalClassifier):
        return False
    return True if net.classes is None else net.classes


def _reads_texts(model, X, kind):
    """Whether one of our baselines takes the texts of X, or its lists of tokens, as they are."""
    if kind == "tokens":
        return True
    # What the steps of a text are, only the encoder knows.
    return get_tags(model).input_tags.string and not isinstance(X[0], str)


def with_marks(candidate, ignore):
    """Pass the marks to every part of a candidate that takes them and has none.

    Parameters
    ----------
    candidate : estimator
        Changed in place.

    ignore : scalar, list or None
        The marks.

    Returns
    -------
    estimator
        The candidate.
    """
    if ignore is None:
        return candidate
    unnamed = [
        name
        for name, value in candidate.get_params().items()
        if name.split("__")[-1] == "ignore" and value is None
    ]
    return candidate.set_params(**dict.fromkeys(unnamed, ignore))


def _steps_before_strategies(pipeline):
    shared = []
    for step in getattr(pipeline, "steps", [])[:-1]:
        if step[0] in _STRATEGY_STEPS:
            break
        shared.append(step)
    return shared
