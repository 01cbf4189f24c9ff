"""A comparison gives all candidates the same folds, and its table says what they say."""

import warnings
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import Pipeline
from scipy.stats import t as student
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import KFold, RepeatedKFold

from skseq import Sequences
from skseq.metrics import get_scorer, tag_balanced_accuracy_score
from skseq.model_selection import (
    WindowKFold,
    baselines,
    check_leakage,
    compare_strategies,
    make_plain_pipeline,
    strategy_grid,
)
from skseq.model_selection._strategies import KINDS
from skseq.model_selection._tuned import Tuned
from skseq.preprocessing import make_windows

NO_NET = {"dummy": DummyClassifier()}


class Cut(ClassifierMixin, BaseEstimator):
    """Says 1 above a threshold; keeps the rows it was fitted on, and obeys orders."""

    fitted_on = []

    def __init__(self, threshold=0.5, order=None):
        self.threshold = threshold
        self.order = order

    def fit(self, X, y):
        type(self).fitted_on.append(frozenset(np.asarray(X)[:, 1].tolist()))
        if self.order == "fail":
            raise RuntimeError("told to fail")
        if self.order == "warn":
            warnings.warn("told to warn", UserWarning, stacklevel=2)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return (np.asarray(X)[:, 0] > self.threshold).astype(int)

    def predict_proba(self, X):
        sure = np.asarray(X)[:, 0]
        return np.column_stack([1 - sure, sure])


@pytest.fixture
def cut_data():
    """Scores between 0 and 1 with a row number beside, and labels drawn with them."""
    rng = np.random.default_rng(0)
    sure = rng.uniform(size=60)
    X = np.column_stack([sure, np.arange(60)])
    return X, (rng.uniform(size=60) < sure**2).astype(int)


CHANGES = {"low": {"threshold": 0.3}, "high": {"threshold": 0.7}}


def test_the_table_is_what_the_kept_predictions_say(cut_data):
    X, y = cut_data
    found = compare_strategies(Cut(), X, y, CHANGES, cv=4, n_repeats=2, baselines=NO_NET)
    frame = found.to_frame()
    for name, parts in found.predictions_.items():
        scores = [f1_score(y[part.rows], part.labels, average="macro") for part in parts]
        np.testing.assert_allclose(found.scores_[name], scores)
        assert frame.loc[name, "mean"] == pytest.approx(np.mean(scores))
    assert frame["mean"].is_monotonic_decreasing
    assert set(frame.query("role == 'strategy'").index) == {"low", "high"}


def test_differences_are_tested_by_the_formula_and_corrected_by_hand(cut_data):
    X, y = cut_data
    found = compare_strategies(Cut(), X, y, CHANGES, cv=4, n_repeats=2, baselines=NO_NET)

    def p_value(name, other):
        difference = found.scores_[name] - found.scores_[other]
        error = np.sqrt(difference.var(ddof=1) * (1 / 8 + 15 / 45))
        return 2 * student.cdf(-abs(difference.mean() / error), 7)

    def by_hand(names, other):
        ranked = sorted(names, key=lambda name: p_value(name, other))
        corrected, largest = {}, 0.0
        for place, name in enumerate(ranked):
            largest = max(largest, min(1, (len(names) - place) * p_value(name, other)))
            corrected[name] = largest
        return corrected

    frame = found.to_frame()
    for name, p in by_hand(["low", "high", "blend"], "plain").items():
        assert frame.loc[name, "p_plain"] == pytest.approx(p)
    for name, p in by_hand(["low", "high", "plain", "blend"], "dummy").items():
        assert frame.loc[name, "p_baseline"] == pytest.approx(p)
    assert set(frame.index[frame.p_plain.isna()]) == {"plain", "dummy"}
    assert set(frame.index[frame.p_baseline.isna()]) == {"dummy"}


def test_all_candidates_have_the_same_folds_and_groups_stay_together(cut_data):
    X, y = cut_data
    groups = np.repeat(np.arange(12), 5)
    found = compare_strategies(Cut(), X, y, CHANGES, cv=3, groups=groups, baselines=NO_NET)
    for fold, (train, test) in enumerate(found.splits_):
        assert not set(groups[train]) & set(groups[test])
        for parts in found.predictions_.values():
            np.testing.assert_array_equal(parts[fold].rows, test)


@pytest.mark.parametrize("kept", [lambda index: index, lambda index: index.tolist(), np.asarray])
def test_windows_that_overlap_stay_apart_by_their_index(kept):
    rng = np.random.default_rng(0)
    X, y, _, index = make_windows(rng.normal(size=120), np.arange(120) // 7 % 2, length=6, stride=3)
    for cv in (3, WindowKFold(3)):
        found = compare_strategies(
            DummyClassifier(), X, y, {}, cv=cv, groups=kept(index), baselines=NO_NET
        )
        assert len(found.splits_) == 3
        assert not check_leakage(X, found.splits_, windows=index)
    with pytest.raises(ValueError, match=r"n_repeats=2 has no other folds.*cut by time"):
        compare_strategies(DummyClassifier(), X, y, {}, cv=3, n_repeats=2, groups=index)


def test_recordings_of_windows_stay_on_one_side():
    frame = pd.DataFrame(
        {"who": np.repeat(list("abcdef"), 20), "x": np.arange(120.0), "y": np.arange(120) // 7 % 2}
    )
    X, y, recordings, _ = make_windows(frame, "y", length=6, stride=3, by="who", columns=["x"])
    for groups in (recordings, list(recordings), pd.Series(recordings)):
        for cv in (3, WindowKFold(3)):
            found = compare_strategies(
                DummyClassifier(), X, y, {}, cv=cv, groups=groups, baselines=NO_NET
            )
            for train, test in found.splits_:
                assert not set(recordings[train]) & set(recordings[test])


def test_intervals_end_where_the_score_does(cut_data):
    X, _ = cut_data
    y = (X[:, 0] > 0.5).astype(int)
    y[[3, 14, 30]] = 1 - y[[3, 14, 30]]
    found = compare_strategies(Cut(), X, y, CHANGES, cv=3, baselines=NO_NET)
    assert max(found.table["high"]) <= 1
    frame = found.to_frame()
    plain = frame.loc["plain"]
    assert plain.low < plain["mean"] < plain.high < 1
    negated = compare_strategies(
        Cut(), X, y, CHANGES, cv=3, baselines=NO_NET, scoring="neg_brier_score"
    )
    assert max(negated.table["high"]) <= 0


def test_the_table_says_who_was_tuned(cut_data):
    X, y = cut_data
    grid = {"threshold": [0.3, 0.7]}
    tuned = {"tuned": Tuned(LogisticRegression(), {"C": [0.1, 1.0]})}
    said = [
        repr(compare_strategies(Cut(), X, y, {}, cv=2, inner_cv=2, **more)).splitlines()[-1]
        for more in (
            {"baselines": NO_NET},
            {"baselines": NO_NET | tuned},
            {"baselines": NO_NET, "param_grid": grid},
            {"baselines": tuned, "param_grid": grid},
        )
    ]
    assert "tuned" not in said[0]
    assert "Baselines were tuned inside" in said[1]
    assert "Nets were tuned inside" in said[2]
    assert "Nets and baselines were tuned inside" in said[3]


def test_copies_of_an_original_stay_together():
    values = np.random.default_rng(0).normal(size=60)
    X = Sequences.from_lengths(values, [3] * 20, origin=np.arange(20) // 2)
    found = compare_strategies(
        DummyClassifier(), X, np.arange(20) // 2 % 2, {}, cv=5, baselines=False
    )
    for _, test in found.splits_:
        assert len(test) == 2 * len(set(test // 2))


def test_a_parameter_grid_is_tuned_inside_the_training_part(cut_data):
    X, y = cut_data
    Cut.fitted_on.clear()
    grid = {"threshold": [0.1, 0.5, 0.9]}
    found = compare_strategies(
        Cut(), X, y, {}, cv=3, param_grid=grid, inner_cv=2, baselines=False, refit=False
    )
    assert len(Cut.fitted_on) == 3 * (2 * 3 + 1)
    tests = [frozenset(test.tolist()) for _, test in found.splits_]
    by_fold = np.array_split(np.array(Cut.fitted_on, dtype=object), 3)
    for test, fits in zip(tests, by_fold, strict=True):
        assert not any(test & fit for fit in fits)
    for part in found.predictions_["plain"]:
        chosen = part.best_params["threshold"]
        np.testing.assert_array_equal(part.labels, X[part.rows, 0] > chosen)


def test_out_of_fold_predictions_stand_in_the_order_of_the_data(cut_data):
    X, y = cut_data
    found = compare_strategies(Cut(), X, y, CHANGES, cv=3, baselines=False)
    np.testing.assert_array_equal(found.out_of_fold("low"), X[:, 0] > 0.3)
    repeated = RepeatedKFold(n_splits=2, n_repeats=2, random_state=0)
    found = compare_strategies(Cut(), X, y, {}, cv=repeated, baselines=False)
    with pytest.raises(ValueError, match="do not test each row exactly once"):
        found.out_of_fold("plain")


def test_a_notebook_shows_the_table_and_the_verdict_escaped(cut_data):
    X, y = cut_data
    found = compare_strategies(Cut(), X, y, {"<b>low": CHANGES["low"]}, cv=2, baselines=False)
    html = found._repr_html_()
    page = ElementTree.fromstring(html[html.index("<div") :])
    rows = [[(cell.text or "").replace("\u00a0", " ") for cell in row] for row in page.iter("tr")]
    assert [row[0] for row in rows[1:]] == found.table["name"]
    assert rows[1][1] == f"{found.table['mean'][0]:.3f}"
    assert rows[1][2] == f"{found.table['low'][0]:.3f} to {found.table['high'][0]:.3f}"
    assert next(page.iter("p")).text == found.verdict


def test_a_strategy_that_fails_is_named_and_the_others_go_on(cut_data):
    X, y = cut_data
    changes = CHANGES | {"broken": {"order": "fail"}}
    with pytest.warns(
        FitFailedWarning, match=r"1 of 5 candidates failed(?s:.)*'broken'(?s:.)*told"
    ):
        found = compare_strategies(Cut(), X, y, changes, cv=2, baselines=NO_NET)
    assert found.table["name"][-1] == "broken"
    assert "failed" in repr(found)
    assert np.isfinite(found.to_frame().drop(index="broken")["mean"]).all()
    with pytest.raises(ValueError, match="'broken' failed"):
        found.out_of_fold("broken")
    with pytest.raises(RuntimeError, match="told to fail"):
        compare_strategies(Cut(), X, y, changes, cv=2, baselines=False, error_score="raise")
    with pytest.raises(ValueError, match=r"no candidate could be fitted(?s:.)*told to fail"):
        compare_strategies(Cut(order="fail"), X, y, {}, cv=2, baselines=False)


def test_a_plain_model_that_fails_leaves_the_results_of_the_others(cut_data):
    X, y = cut_data
    changes = {name: change | {"order": None} for name, change in CHANGES.items()}
    with pytest.warns(FitFailedWarning, match=r"1 of 4 candidates failed(?s:.)*'plain'"):
        found = compare_strategies(Cut(order="fail"), X, y, changes, cv=2, baselines=NO_NET)
    frame = found.to_frame()
    assert found.table["name"][-1] == "plain"
    assert np.isfinite(frame.drop(index="plain")["mean"]).all()
    assert frame["above_plain"].isna().all()
    assert "failed" in repr(found)
    with pytest.warns(FitFailedWarning):
        found = compare_strategies(Cut(order="fail"), X, y, {}, cv=2, baselines=NO_NET)
    assert found.verdict.startswith("No net has a score; of the baselines, ")


def test_parameters_of_candidates_are_checked_as_in_a_fit_of_their_own(cut_data):
    X, y = cut_data
    with pytest.warns(FitFailedWarning, match="The 'C' parameter") as caught:
        compare_strategies(LogisticRegression(), X, y, {"low": {"C": -1}}, cv=2, baselines=False)
    assert caught[0].filename == __file__


def test_what_a_fit_warns_of_is_kept_and_counted(cut_data):
    X, y = cut_data
    changes = CHANGES | {"loud": {"order": "warn"}}
    found = compare_strategies(Cut(), X, y, changes, cv=2, baselines=False)
    frame = found.to_frame()
    assert frame.n_warned.to_dict() == {"plain": 0, "low": 0, "high": 0, "loud": 2}
    assert found.predictions_["loud"][0].warnings == ["UserWarning: told to warn"]


def test_it_prints_as_a_table_with_the_verdict_below(cut_data):
    X, y = cut_data
    found = compare_strategies(Cut(), X, y, CHANGES, cv=2, baselines=NO_NET, scoring="accuracy")
    lines = repr(found).splitlines()
    assert len({len(line) for line in lines[:6]}) == 1
    assert found.verdict in lines
    assert "4 against the best baseline" in lines[-1]
    markdown = found.to_markdown().splitlines()
    assert {line.count("|") for line in markdown[:7]} == {12}
    assert found._repr_markdown_() == found.to_markdown()
    assert found.metric == "accuracy"


class FailsOnAll(Cut):
    """Fits folds, and fails on all rows."""

    def fit(self, X, y):
        if len(X) == 60:
            raise RuntimeError("too many rows")
        return super().fit(X, y)


def test_a_winner_that_fails_on_all_rows_leaves_the_comparison(cut_data):
    X, y = cut_data
    with pytest.warns(FitFailedWarning, match="'plain', the best candidate, failed.*too many"):
        found = compare_strategies(FailsOnAll(), X, y, {}, cv=2, baselines=False)
    assert not hasattr(found, "best_estimator_")
    assert np.isfinite(found.table["mean"]).all()
    with pytest.raises(RuntimeError, match="too many rows"):
        compare_strategies(FailsOnAll(), X, y, {}, cv=2, baselines=False, error_score="raise")


def test_the_winner_is_fitted_to_all_rows_and_its_warnings_are_kept(cut_data):
    X, y = cut_data
    found = compare_strategies(Cut(order="warn"), X, y, {"low": {"threshold": 0.3}}, cv=2,
                               baselines=False)  # fmt: skip
    best = found.table["name"][0]
    assert Cut.fitted_on[-1] == frozenset(range(60))
    assert found.best_estimator_.threshold == found.candidates_[best].threshold
    assert found.best_warnings_ == ["UserWarning: told to warn"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_runs_on_data_of_every_kind(kind, toy_data):
    X, y = toy_data(kind)
    pipe = make_plain_pipeline(kind, hidden_size=4, embedding_dim=4, max_epochs=2, random_state=0)
    found = compare_strategies(pipe, X, y, ["weight balanced", "decision balanced"], cv=2)
    assert set(found.table["name"]) >= {"plain", "weight balanced", *baselines(kind)}
    assert np.isfinite(found.table["mean"]).all()
    assert np.isfinite(found.table["calibration_error"]).all()
    per_step = "tags" in kind
    assert found.metric == ("tag_f1_macro" if per_step else "f1_macro")
    kept = found.out_of_fold("plain")
    assert (kept.offsets.tolist() == y.offsets.tolist()) if per_step else len(kept) == len(y)


def test_tags_are_compared_by_any_scorer_of_tags(toy_data):
    X, y = toy_data("value tags")
    pipe = make_plain_pipeline("value tags", hidden_size=4, max_epochs=2, random_state=0)
    scorer = get_scorer("tag_average_precision_macro", exclude="O")
    found = compare_strategies(pipe, X, y.tolist(), [], cv=2, scoring=scorer, baselines=False)
    assert found.metric == "tag_average_precision_macro(exclude='O')"
    recalls = [
        tag_balanced_accuracy_score(y[part.rows], part.labels, exclude="O")
        for part in found.predictions_["plain"]
    ]
    assert found.table["minority_recall"] == [pytest.approx(np.mean(recalls))]


def test_the_choice_of_a_strategy_can_be_nested(toy_data):
    X, y = toy_data("values")
    pipe = make_plain_pipeline("values", hidden_size=4, max_epochs=1, random_state=0)
    grid = strategy_grid(["plain", "weight balanced"], kind="values")
    found = compare_strategies(pipe, X, y, [], cv=2, inner_cv=2, param_grid=grid, baselines=False)
    chosen = [part.best_params for part in found.predictions_["plain"]]
    assert all(params in [{}, {"weight__strategy": "balanced"}] for params in chosen)


@pytest.mark.slow
def test_workers_find_what_one_process_finds(cut_data):
    X, y = cut_data
    asked = {"strategies": {"most": {"strategy": "most_frequent"}}, "cv": 3, "baselines": False}
    one, two = (compare_strategies(DummyClassifier(strategy="uniform", random_state=0), X, y,
                                   n_jobs=n_jobs, **asked) for n_jobs in (1, 2))  # fmt: skip
    assert {k: v.tolist() for k, v in one.scores_.items()} == {
        k: v.tolist() for k, v in two.scores_.items()
    }


def test_bad_arguments_are_refused_with_the_cure(cut_data, toy_data):
    X, y = cut_data
    with pytest.raises(ValueError, match=r"'low' sets 'treshold'.*Did you mean 'threshold'"):
        compare_strategies(Cut(), X, y, {"low": {"treshold": 0.3}}, baselines=False)
    with pytest.raises(TypeError, match=r"strategies\['low'\] must be a dict of parameters"):
        compare_strategies(Cut(), X, y, {"low": 0.3}, baselines=False)
    with pytest.raises(ValueError, match="n_repeats=2 needs cv as a number"):
        compare_strategies(Cut(), X, y, {}, cv=KFold(2), n_repeats=2, baselines=False)
    with pytest.raises(ValueError, match=r"\['low'\] name a strategy and a baseline"):
        compare_strategies(Cut(), X, y, CHANGES, baselines={"low": DummyClassifier()})
    with pytest.raises(ValueError, match=r"no 'weight'.*as make_plain_pipeline does"):
        compare_strategies(Pipeline([("model", Cut())]), X, y, ["weight balanced"], baselines=False)
    with pytest.raises(ValueError, match="Did you mean 'weight balanced'"):
        compare_strategies(Cut(), X, y, ["weight balancd"], baselines=False)
    with pytest.raises(ValueError, match="Unknown label type"):
        compare_strategies(Cut(), X, X[:, 0], {}, baselines=False)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        compare_strategies(Cut(), X, [["O"]] * 3, {}, baselines=False)
