"""Strategies against imbalance on the same folds as baselines, with a test of which won."""

import time
import warnings
from numbers import Integral, Real

import numpy as np
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV, check_cv
from sklearn.utils import indexable

from skseq._validation import (
    HasMethods,
    Interval,
    Options,
    StrOptions,
    check_labels,
    has_step_labels,
    validate_params,
)
from skseq.data import (
    Sequences,
    as_tags,
    guess_problem_kind,
    ignored_by,
    is_frame,
    known_steps,
    original_groups,
    to_cells,
)
from skseq.folds import as_groups, default_folds
from skseq.metrics import get_scorer
from skseq.metrics._scorer_facts import score_bounds, scorer_name
from skseq.model_selection._blend_folds import BLEND, FoldBlender
from skseq.model_selection._candidates import (
    PLAIN,
    baseline_candidates,
    check_no_regressor,
    last_step,
    strategy_candidates,
    with_marks,
)
from skseq.model_selection._comparison import StrategyComparison
from skseq.model_selection._fold_fits import (
    FoldFailure,
    fit_candidate,
    fit_on_folds,
    record_warnings,
)
from skseq.model_selection._fold_scores import score_fold, score_folds
from skseq.model_selection._strategies import KINDS
from skseq.model_selection._time_budget import FoldLeftOut, NothingInTimeError, TimeBudget


@validate_params(
    {
        "pipeline": [HasMethods(["fit", "predict", "get_params"])],
        "strategies": [str, list, tuple, dict],
        "kind": [StrOptions({"auto", *KINDS})],
        "cv": [Interval(Integral, 2, None, closed="left"), HasMethods(["split"]), "array-like"],
        "n_repeats": [Interval(Integral, 1, None, closed="left")],
        "scoring": [str, callable, None],
        "baselines": ["boolean", dict],
        "blend": ["boolean"],
        "param_grid": [dict, list, None],
        "inner_cv": [Interval(Integral, 2, None, closed="left"), HasMethods(["split"])],
        "confidence": [Interval(Real, 0, 1, closed="neither")],
        "refit": ["boolean"],
        "directory": [str, HasMethods(["__fspath__"]), None],
        "time_budget": [Interval(Real, 0, None, closed="neither"), None],
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
    blend=True,
    groups=None,
    param_grid=None,
    inner_cv=3,
    confidence=0.95,
    refit=True,
    directory=None,
    time_budget=None,
    n_jobs=None,
    error_score=np.nan,
    random_state=0,
    verbose=1,
):
    """Compare strategies against imbalance by cross-validation, and say which won, if any did.

    Each strategy is one change of the pipeline. All of them, the pipeline as it is ("plain") and
    baselines without a net are fitted and tested on the same folds.

    Parameters
    ----------
    pipeline : estimator
        The plain model: an estimator of ours, alone or at the end of a pipeline. Strategies by name
        change the steps ``sample``, ``weight`` and ``model`` that `make_plain_pipeline` gives;
        where there are none they are inserted (before a sampler of your own, name them yourself).

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
        out, which would only flatter. Marks in place of tags, which the tagger's parameter
        ``ignore`` names, are left out by all candidates and by a scorer by name; one of your own
        takes ``ignore`` too.

    baselines : bool or dict of str to estimator, default=True
        Whether to compare with `baselines` for the kind, tuned inside each training part; or with
        which estimators. They get X as the steps before ``sample`` leave it, but ours get texts
        before they are encoded. Beside a `SequenceOrdinalClassifier` they are ``ordered``.

    blend : bool, default=True
        Whether the net and the baseline that are best, blended as by
        `skseq.ensemble.SequenceBlender`, are one more candidate. It costs no fit: which two they
        are, their weights and the decision are chosen, for each fold, by what they predicted for
        rows of the others.

    groups : array-like of shape (n_sequences,), default=None
        Sequences of one group are on one side of each split. The ``index`` of `make_windows`, the
        rows of each window, keeps apart what overlaps, as `WindowKFold` does, also for ``cv`` as
        a number. None takes the originals of `Sequences` with ``origin``.

    param_grid : dict or list of dict, default=None
        Parameters of the pipeline that are tuned for each strategy inside each training part
        (nested cross-validation), so that the choice does not flatter the score. Not for
        baselines, which have grids of their own.

    inner_cv : int or splitter, default=3
        Folds of that tuning, and of the baselines', see `baselines`.

    confidence : float, default=0.95
        Of the intervals; differences count as real at the level of 1 minus this.

    refit : bool, default=True
        Whether to fit the best candidate to all rows, as ``best_estimator_`` of the result.

    directory : path-like, default=None
        Where to keep each finished fit. A run that was killed resumes from there, and so does one
        with other strategies, another scoring or more repeats. Use only directories that you
        trust, for they hold pickles.

    time_budget : float, default=None
        Seconds for the whole call, ``refit`` included. Baselines and the plain model come first,
        the cheapest at the head, then strategies in their order, each finished before the next
        begins. What cannot be finished is left out: ``left_out_`` of the result names it, and with
        ``directory`` its finished folds count in the next call. None fits all.

    n_jobs : int, default=None
        Number of fits to run in parallel.

    error_score : "raise" or NaN, default=NaN
        Whether a fit that fails ends the comparison, or only leaves a strategy without a score,
        with a warning. The plain model must not fail.

    random_state : int, default=0
        Seed of the folds, the samplers and the baselines. A fixed number, or a killed run
        would not find its folds again. The seed of the net is its own parameter.

    verbose : int, default=1
        1 shows progress in a terminal or a notebook: the candidate, its score so far, the best one
        and the time left. 0 shows none, 2 always writes it to stderr.

    Returns
    -------
    StrategyComparison
        Its ``table``, ``verdict``, ``predictions_`` and ``best_estimator_``; it prints as a table.

    Raises
    ------
    ValueError
        If a strategy is unknown, sets a parameter that the pipeline lacks, has the name of
        another candidate, or makes a regressor of the model; or if every candidate failed, or none
        could be finished in time.

    Warns
    -----
    FitFailedWarning
        If a candidate failed. Where it is the plain one, nothing is compared with it. If the best
        one failed on all rows, there is no ``best_estimator_``.

    See Also
    --------
    strategy_grid : All strategies as a grid, to choose one.
    baselines : What the strategies are compared with.

    Notes
    -----
    Scores of folds that share training data vary less than they should; standard errors are those
    of Nadeau and Bengio (2003) [1]_: with J folds, and n_test / n_train their rows,
    ``sqrt((1 / J + n_test / n_train) * variance)``, on J - 1 degrees of freedom, also for repeats.
    Intervals of a score that has bounds end there: the error is assumed to shrink towards them as
    that of a share does, which is Wilson's interval.
    The p-values in a column are corrected for their number by Holm's method; baselines are not
    tested. The best baseline is chosen by the same scores, in its favour.

    The blend's few parameters are chosen on held-out predictions, made by models that were trained
    on rows of the fold it is tested on, among others: what this leaks through three weights and a
    strength is far below what the tests can tell.

    With ``time_budget``, first folds tell how long the others take. A baseline of which three folds
    would take more than half of the time is left out, and a plain model of which one does; first
    folds of all baselines together may take a third of it. If there is no time for all folds of the
    others, fewer are compared on, at least two: those that the plain model and these baselines have
    in the end. A fit is interrupted when the time is over; where there are no signals, in a thread
    or on Windows, one that has begun goes on to its end.

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
    >>> sorted(comparison.scores_)[1:4]
    ['MiniRocket of differences + balanced ridge', 'blend', 'commonest class']
    >>> len(comparison.predictions_["weight balanced"])
    2
    >>> comparison.best_estimator_.predict(X[:2]).shape
    (2,)
    """
    started = time.time()
    X, y, groups = _check_data(pipeline, X, y, groups)
    if kind == "auto":
        kind = guess_problem_kind(X, y, input=getattr(last_step(pipeline), "input", "auto"))
    per_step = has_step_labels(y)
    ignore = ignored_by(pipeline) if per_step else None
    scoring = scoring or ("tag_f1_macro" if per_step else "f1_macro")
    scorer = _make_scorer(scoring, ignore) if isinstance(scoring, str) else scoring
    splits = _make_splits(cv, n_repeats, X, y, groups, per_step, random_state, ignore)
    nets, param_grid = strategy_candidates(
        pipeline, strategies, param_grid, X, kind=kind, random_state=random_state
    )
    plain = baseline_candidates(
        pipeline,
        baselines,
        X,
        kind=kind,
        scoring=scorer,
        inner_cv=inner_cv,
        random_state=random_state,
    )
    _check_names(nets, plain, blend)
    for candidate in (*nets.values(), *plain.values()):
        with_marks(candidate, ignore)
    if param_grid is not None:
        if isinstance(inner_cv, Integral):
            inner_cv = default_folds(
                inner_cv,
                per_step=per_step,
                groups=groups,
                random_state=random_state,
                ignore=ignore,
            )
        nets = {
            name: GridSearchCV(net, param_grid, scoring=scorer, cv=inner_cv, error_score="raise")
            for name, net in nets.items()
        }
    candidates = plain | nets
    roles = dict.fromkeys(plain, "baseline") | dict.fromkeys(nets, "strategy") | {PLAIN: "plain"}
    budget = time_budget and TimeBudget(
        time_budget, started=started, roles=roles, splits=splits, n_jobs=n_jobs, refit=refit
    )
    predictions = fit_on_folds(
        candidates,
        X,
        y,
        groups,
        splits,
        score=lambda prediction: score_fold(prediction, X, y, scorer),
        directory=directory,
        error_score=error_score,
        n_jobs=n_jobs,
        verbose=verbose,
        time_budget=budget,
    )
    if budget is not None:
        splits = splits[: budget.n_folds]
    predictions, left_out = _finished(predictions, time_budget)
    candidates = {name: candidates[name] for name in predictions}
    _report_failures(predictions)
    scored = {name: score_folds(parts, X, y, scorer, ignore) for name, parts in predictions.items()}
    chosen = None
    if blend:
        scores = {name: found.scores for name, found in scored.items()}
        blender = FoldBlender(predictions, scores, roles, X, y, splits, scorer, ignore)
        if blender.can_blend():
            predictions[BLEND], roles[BLEND] = blender.predict(), BLEND
            scored[BLEND] = score_folds(predictions[BLEND], X, y, scorer, ignore)
            chosen = blender.choose()
            candidates[BLEND] = chosen.estimator(candidates)
    comparison = StrategyComparison(
        scored,
        roles,
        predictions,
        metric=scoring if isinstance(scoring, str) else scorer_name(scorer),
        splits=splits,
        confidence=confidence,
        bounds=score_bounds(scorer),
        candidates=candidates,
        blend_of=chosen and (chosen.net, chosen.baseline),
        left_out=left_out,
    )
    if refit:
        _refit(comparison, chosen, X, y, groups, error_score)
    return comparison


def _refit(comparison, blend, X, y, groups, error_score):
    """Set ``best_estimator_``; hours of fits are not lost where the last one fails."""
    try:
        with record_warnings() as messages:
            model = _fit_best(comparison, blend, X, y, groups)
    except Exception as error:
        if error_score == "raise":
            raise
        warnings.warn(
            f"{comparison.table['name'][0]!r}, the best candidate, failed on all rows, so there is "
            f"no best_estimator_: {error}",
            FitFailedWarning,
            stacklevel=4,
        )
    else:
        comparison.best_estimator_, comparison.best_warnings_ = model, messages


def _fit_best(comparison, blend, X, y, groups):
    best, candidates = comparison.table["name"][0], comparison.candidates_
    if best != BLEND:
        return fit_candidate(candidates[best], X, y, groups)
    # One by one, since a search at the end of a member wants its groups.
    members = {name: fit_candidate(candidates[name], X, y, groups) for name in blend[:2]}
    return blend.estimator(members, cv="prefit").fit(X, y)


def _make_scorer(scoring, ignore):
    """Scorer by name; one of tags leaves out steps that the tagger leaves out."""
    is_of_tags = ignore is not None and scoring.startswith(("tag_", "span_"))
    return get_scorer(scoring, ignore=ignore) if is_of_tags else get_scorer(scoring)


def _check_data(pipeline, X, y, groups):
    check_no_regressor("pipeline", pipeline)
    if not is_frame(X):  # pipelines may ask for columns by name
        X = to_cells(X)
    if y is not None and has_step_labels(y):
        known_steps(as_tags(y), ignored_by(pipeline))
    else:
        check_labels(y, X, pipeline)
    if groups is None and isinstance(X, Sequences) and X.origin is not None:
        groups = original_groups(X)
    X, y, groups = indexable(X, y, groups)
    return X, y, None if groups is None else as_groups(groups)


def _make_splits(cv, n_repeats, X, y, groups, per_step, random_state, ignore):
    """The rows of each fold, the same for all candidates."""
    if n_repeats > 1 and isinstance(groups, Sequences):
        raise ValueError(
            f"n_repeats={n_repeats} has no other folds to draw where groups holds the rows of "
            "windows, which are cut by time; pass n_repeats=1"
        )
    if isinstance(cv, Integral):
        repeats = [
            default_folds(
                cv,
                per_step=per_step,
                groups=groups,
                random_state=random_state + repeat,
                ignore=ignore,
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


def _check_names(nets, plain, blend):
    both = sorted(set(nets) & set(plain))
    if both:
        raise ValueError(f"{both} name a strategy and a baseline; give them names of their own")
    if blend and BLEND in {*nets, *plain}:
        raise ValueError(
            f"a candidate of your own is named {BLEND!r}, as that of net and baseline is; give it "
            "another name, or pass blend=False"
        )


def _finished(predictions, time_budget):
    """Candidates that have all of their folds, and how many folds the others have."""
    n_done = {
        name: sum(not isinstance(part, FoldLeftOut) for part in parts)
        for name, parts in predictions.items()
    }
    left_out = {name: n for name, n in n_done.items() if n < len(predictions[name])}
    if len(left_out) == len(predictions):
        raise NothingInTimeError(
            f"time_budget={time_budget:g} seconds were over before one candidate was fitted on all "
            "folds; allow more, or pass fewer folds by cv="
        )
    return {name: predictions[name] for name in predictions if name not in left_out}, left_out


def _report_failures(predictions):
    """Raise if all candidates failed, warn if some did: the others have their results."""
    failures = {
        name: next(part.error for part in parts if isinstance(part, FoldFailure))
        for name, parts in predictions.items()
        if any(isinstance(part, FoldFailure) for part in parts)
    }
    if len(failures) == len(predictions):
        name = PLAIN if PLAIN in failures else next(iter(failures))
        raise ValueError(f"no candidate could be fitted; the error of {name!r}:\n{failures[name]}")
    if failures:
        listed = "\n".join(f"{name!r}:\n{error}" for name, error in failures.items())
        warnings.warn(
            f"{len(failures)} of {len(predictions)} candidates failed and have no score:\n{listed}",
            FitFailedWarning,
            stacklevel=4,
        )
