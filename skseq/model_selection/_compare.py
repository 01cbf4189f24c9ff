"""Strategies against imbalance on the same folds, beside baselines, with a test of who won."""

import warnings
from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV, check_cv
from sklearn.pipeline import Pipeline
from sklearn.utils import indexable

from skseq._validation import (
    HasMethods,
    Interval,
    Options,
    StrOptions,
    check_labels,
    did_you_mean,
    has_step_labels,
    validate_params,
)
from skseq.data import Sequences, as_tags, original_groups
from skseq.metrics import get_scorer
from skseq.model_selection._baselines import baselines as list_baselines
from skseq.model_selection._comparison import PLAIN, StrategyComparison
from skseq.model_selection._default_folds import default_folds
from skseq.model_selection._fold_fits import FoldFailure, fit_on_folds
from skseq.model_selection._fold_scores import score_folds
from skseq.model_selection._kinds import guess_kind
from skseq.model_selection._strategies import KINDS, chosen_names
from skseq.model_selection._strategies import strategies as list_strategies

# Steps that strategies change; what stands before them prepares the data for baselines too.
_STRATEGY_STEPS = ("sample", "weight", "model")


@validate_params(
    {
        "pipeline": [HasMethods(["fit", "predict", "get_params"])],
        "strategies": [str, list, tuple, dict],
        "kind": [StrOptions({"auto", *KINDS})],
        "cv": [Interval(Integral, 2, None, closed="left"), HasMethods(["split"]), "array-like"],
        "n_repeats": [Interval(Integral, 1, None, closed="left")],
        "scoring": [str, callable, None],
        "baselines": ["boolean", dict],
        "param_grid": [dict, list, None],
        "inner_cv": [Interval(Integral, 2, None, closed="left"), HasMethods(["split"])],
        "confidence": [Interval(Real, 0, 1, closed="neither")],
        "directory": [str, HasMethods(["__fspath__"]), None],
        "n_jobs": [Integral, None],
        "error_score": [StrOptions({"raise"}), Options(Real, {np.nan})],
        "random_state": [Interval(Integral, 0, None, closed="left")],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=False,  # the candidates' parameters are yet to be checked
)
def compare_strategies(
    pipeline,
    X,
    y,
    strategies="all",
    *,
    kind="auto",
    cv=5,
    n_repeats=1,
    scoring=None,
    baselines=True,
    groups=None,
    param_grid=None,
    inner_cv=3,
    confidence=0.95,
    directory=None,
    n_jobs=None,
    error_score=np.nan,
    random_state=0,
    verbose=0,
):
    """Compare strategies against imbalance by cross-validation, and say which won, if any did.

    Each strategy is one change of the pipeline. All of them, the pipeline as it is ("plain") and
    baselines without a net are fitted and tested on the same folds.

    Parameters
    ----------
    pipeline : estimator
        The plain model. For strategies by name, a pipeline with the steps ``sample``, ``weight``
        and ``model``, as `make_plain_pipeline` gives.

    X : Sequences, list of str, or any form that the pipeline takes
        The sequences.

    y : array-like of shape (n_sequences,), or a label for each step
        The labels, or tags.

    strategies : "all", list of str or dict of str to dict, default="all"
        Names of `strategies`; or name -> parameters of the pipeline.

    kind : {"auto", "values", "tokens", "value tags", "tags"}, default="auto"
        What the sequences hold, see `strategies`; "auto" looks at X and y.

    cv : int, splitter or iterable of (train, test), default=5
        The folds. A number makes that many, shuffled, which hold every class or tag alike, and
        rows of a group together.

    n_repeats : int, default=1
        How often other folds are drawn; for ``cv`` as a number. Repeats make the tests sharper.

    scoring : str, callable or None, default=None
        What to compare by: a name of `skseq.metrics.get_scorer`, or
        ``scorer(estimator, X, y)`` that looks at predictions or probabilities and at nothing else.
        None is macro F1; for tags ``get_scorer("tag_f1_macro", exclude="O")`` leaves the background
        out, which would only flatter.

    baselines : bool or dict of str to estimator, default=True
        Whether to compare with `baselines` for the kind, or with which estimators. They get X as
        the steps before ``sample`` leave it.

    groups : array-like of shape (n_sequences,), default=None
        Sequences of one group are on one side of each split. None takes the originals of
        `Sequences` with ``origin``.

    param_grid : dict or list of dict, default=None
        Parameters of the pipeline that are tuned for each strategy inside each training part
        (nested cross-validation), so that the choice does not flatter the score. Not for
        baselines.

    inner_cv : int or splitter, default=3
        Folds of that tuning.

    confidence : float, default=0.95
        Of the intervals; differences count as real at the level of 1 minus this.

    directory : path-like, default=None
        Where to keep each finished fit. A run that was killed goes on from there, and so does
        one with other strategies, another scoring or more repeats. Use only directories that you
        trust, for they hold pickles.

    n_jobs : int, default=None
        Fits at the same time.

    error_score : "raise" or NaN, default=NaN
        Whether a fit that fails ends the comparison, or only leaves a strategy without a score,
        with a warning. The plain model must not fail.

    random_state : int, default=0
        Seed of the folds, the samplers and the baselines. A fixed number, or a killed run
        would not find its folds again. The seed of the net is its own parameter.

    verbose : int, default=0
        As `joblib.Parallel` takes it.

    Returns
    -------
    StrategyComparison
        Its ``table``, ``verdict`` and ``predictions_``; it prints as a table.

    Raises
    ------
    ValueError
        If a strategy is unknown, sets a parameter that the pipeline lacks, or has the name of
        another candidate.

    Warns
    -----
    FitFailedWarning
        If a strategy failed.

    See Also
    --------
    strategy_grid : All strategies as a grid, to choose one.
    baselines : What the strategies stand beside.

    Notes
    -----
    Scores of folds that share training data vary less than they should; standard errors are those
    of Nadeau and Bengio (2003) [1]_: with J folds, and n_test / n_train their rows,
    ``sqrt((1 / J + n_test / n_train) * variance)``, on J - 1 degrees of freedom, also for repeats.
    The p-values in a column are corrected for their number by Holm's method. The best baseline
    is chosen by the same scores, in its favour.

    The calibration error is `skseq.metrics.expected_calibration_error` with ``average="macro"``,
    over all held-out rows.

    The highest of many scores flatters a little. For an unbiased score of the whole procedure,
    choice of the strategy included, pass ``strategies=[]`` and
    ``param_grid=strategy_grid(kind=...)``.

    A file in the directory is named by a hash of the data, the candidate with all its parameters,
    the rows of the fold and the versions of skseq, scikit-learn, imbalanced-learn and torch. The
    code of your own classes is not part of it: empty the directory when you change it.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52
       (2003).

    Examples
    --------
    >>> from skseq.datasets import make_imbalanced_sequences
    >>> from skseq.model_selection import compare_strategies, make_plain_pipeline
    >>> X, y = make_imbalanced_sequences(60, n_classes=2, weights=0.8, length=6, random_state=0)
    >>> pipe = make_plain_pipeline("values", hidden_size=4, max_epochs=3, random_state=0)
    >>> comparison = compare_strategies(pipe, X, y, ["weight balanced"], cv=2)
    >>> sorted(comparison.scores_)[:3]
    ['commonest class', 'plain', 'summary + balanced logistic regression']
    >>> len(comparison.predictions_["weight balanced"])
    2
    """
    X, y, groups = _check_data(pipeline, X, y, groups)
    kind = guess_kind(X, y) if kind == "auto" else kind
    is_tagged = has_step_labels(y)
    scoring = scoring or ("tag_f1_macro" if is_tagged else "f1_macro")
    scorer = get_scorer(scoring) if isinstance(scoring, str) else scoring
    splits = _make_splits(cv, n_repeats, X, y, groups, is_tagged, random_state)
    nets = _strategy_candidates(pipeline, strategies, kind, random_state)
    plain = _baseline_candidates(pipeline, baselines, kind, random_state)
    _check_names(nets, plain)
    if param_grid is not None:
        if isinstance(inner_cv, Integral):
            inner_cv = default_folds(
                inner_cv,
                is_tagged=is_tagged,
                is_grouped=groups is not None,
                random_state=random_state,
            )
        nets = {
            name: GridSearchCV(net, param_grid, scoring=scorer, cv=inner_cv, error_score="raise")
            for name, net in nets.items()
        }
    predictions = fit_on_folds(
        plain | nets,
        X,
        y,
        groups,
        splits,
        directory=directory,
        error_score=error_score,
        n_jobs=n_jobs,
        verbose=verbose,
    )
    _report_failures(predictions)
    roles = dict.fromkeys(plain, "baseline") | dict.fromkeys(nets, "strategy") | {PLAIN: "plain"}
    return StrategyComparison(
        {name: score_folds(parts, X, y, scorer) for name, parts in predictions.items()},
        roles,
        predictions,
        metric=_metric_name(scoring),
        splits=splits,
        confidence=confidence,
    )


def _check_data(pipeline, X, y, groups):
    if y is not None and has_step_labels(y):
        as_tags(y)
    else:
        check_labels(y, X, pipeline)
    if groups is None and isinstance(X, Sequences) and X.origin is not None:
        groups = original_groups(X)
    X, y, groups = indexable(X, y, groups)
    return X, y, None if groups is None else np.asarray(groups)


def _make_splits(cv, n_repeats, X, y, groups, is_tagged, random_state):
    """The rows of each fold, the same for all candidates."""
    if isinstance(cv, Integral):
        repeats = [
            default_folds(
                cv,
                is_tagged=is_tagged,
                is_grouped=groups is not None,
                random_state=random_state + repeat,
            )
            for repeat in range(n_repeats)
        ]
        return [split for folds in repeats for split in folds.split(X, y, groups)]
    if n_repeats > 1:
        raise ValueError(
            f"n_repeats={n_repeats} needs cv as a number of folds, got {cv!r}; pass a splitter "
            "that repeats itself, such as RepeatedStratifiedKFold, with n_repeats=1"
        )
    return list(check_cv(cv).split(X, y, groups))


def _strategy_candidates(pipeline, strategies, kind, random_state):
    """The plain pipeline, and a clone of it for each strategy."""
    if not isinstance(strategies, Mapping):
        table = list_strategies(kind, random_state=random_state)
        strategies = {name: table[name] for name in chosen_names(strategies, table)}
    return {
        name: _changed(pipeline, name, params)
        for name, params in ({PLAIN: {}} | dict(strategies)).items()
    }


def _changed(pipeline, name, params):
    if not isinstance(params, Mapping):
        raise TypeError(
            f"strategies[{name!r}] must be a dict of parameters of the pipeline, such as "
            f"{{'model__loss': 'focal'}}, got {params!r}"
        )
    known = pipeline.get_params()
    # Behind a step that another parameter of the strategy replaces, any name may be right.
    for param in params:
        if param.split("__")[0] not in known:
            raise ValueError(
                f"strategy {name!r} sets {param!r}, but the pipeline has no "
                f"{param.split('__')[0]!r}.{did_you_mean(param, known)} Name its steps 'sample', "
                "'weight' and 'model', as make_plain_pipeline does"
            )
    return clone(pipeline).set_params(**{key: clone(v, safe=False) for key, v in params.items()})


def _baseline_candidates(pipeline, baselines, kind, random_state):
    """Each baseline behind the steps that prepare the data for the net."""
    if isinstance(baselines, Mapping):
        table = dict(baselines)
    else:
        table = list_baselines(kind, random_state=random_state) if baselines else {}
    shared = []
    for step in getattr(pipeline, "steps", [])[:-1]:
        if step[0] in _STRATEGY_STEPS:
            break
        shared.append(step)
    return {
        name: clone(Pipeline([*shared, ("model", model)]) if shared else model)
        for name, model in table.items()
    }


def _check_names(nets, plain):
    both = sorted(set(nets) & set(plain))
    if both:
        raise ValueError(f"{both} name a strategy and a baseline; give them names of their own")


def _report_failures(predictions):
    """Raise if the plain model failed, warn if another did."""
    failures = {
        name: next(part.error for part in parts if isinstance(part, FoldFailure))
        for name, parts in predictions.items()
        if any(isinstance(part, FoldFailure) for part in parts)
    }
    if PLAIN in failures:
        raise ValueError(f"the plain model cannot be fitted:\n{failures[PLAIN]}")
    if failures:
        listed = "\n".join(f"{name!r}:\n{error}" for name, error in failures.items())
        warnings.warn(
            f"{len(failures)} of {len(predictions)} candidates failed and have no score:\n{listed}",
            FitFailedWarning,
            stacklevel=4,
        )


def _metric_name(scoring):
    if isinstance(scoring, str):
        return scoring
    metric = getattr(scoring, "_score_func", scoring)
    return getattr(metric, "__name__", "score")
