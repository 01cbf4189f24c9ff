"""A comparison ends in time, with what is finished, and goes on from there."""

import time
from contextlib import suppress

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier

from skseq.model_selection import compare_strategies
from skseq.model_selection._time_budget import OutOfTimeError, TimeBudget, time_limit

X, Y = np.arange(24.0).reshape(12, 2), np.array(["a", "b"] * 6)


class Slow(ClassifierMixin, BaseEstimator):
    """Takes its time; keeps what it was asked for, in this order."""

    asked = []

    def __init__(self, seconds=0.0):
        self.seconds = seconds

    def fit(self, X, y):
        self.asked.append((self.seconds, len(y)))
        time.sleep(self.seconds)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.fixture(autouse=True)
def nothing_asked_yet():
    Slow.asked.clear()


def compare(strategies, baselines=False, plain=0.0, **params):
    return compare_strategies(
        Slow(plain),
        X,
        Y,
        {name: {"seconds": seconds} for name, seconds in strategies.items()},
        baselines={name: Slow(seconds) for name, seconds in baselines.items()} if baselines else {},
        **{"cv": 2, "verbose": 0, "blend": False} | params,
    )


def test_what_is_not_finished_in_time_is_left_out_and_named():
    started = time.perf_counter()
    found = compare({"quick": 0.01, "endless": 60.0, "later": 0.01}, time_budget=1)
    assert time.perf_counter() - started < 20  # a long way from 60
    # What the endless one leaves for its fit to all rows may do for the one behind it.
    assert {"plain", "quick"} <= set(found.table["name"]) <= {"plain", "quick", "later"}
    assert found.left_out_["endless"] == 0
    assert "No time was left for 'endless'" in repr(found)
    assert found.best_estimator_.classes_.tolist() == ["a", "b"]


def test_enough_time_changes_nothing():
    strategies = {"one": 0.0, "other": 0.001}
    in_time, without = (compare(strategies, time_budget=limit) for limit in (60, None))
    assert in_time.left_out_ == without.left_out_ == {}
    for column in ("name", "mean", "p_plain"):
        assert str(in_time.table[column]) == str(without.table[column])


def test_a_candidate_is_finished_before_the_next_and_the_cheapest_baseline_comes_first():
    compare({"s": 0.03}, {"slow": 0.1, "fast": 0.01}, plain=0.05, time_budget=60, refit=False)
    asked = [seconds for seconds, _ in Slow.asked]
    first_folds, others = asked[:3], asked[3:]
    assert sorted(first_folds) == [0.01, 0.05, 0.1]
    assert others == [0.01, 0.05, 0.1, 0.03, 0.03]


def test_a_baseline_that_would_take_more_than_half_of_the_time_leaves_it_to_the_others():
    # A fold may take a sixth of what there is.
    found = compare({"s": 0.01}, {"slow": 1.0}, time_budget=2.0)
    assert found.left_out_ == {"slow": 0}
    assert sorted(found.table["name"]) == ["plain", "s"]


def test_fewer_folds_are_compared_on_where_there_is_no_time_for_all(tmp_path):
    asked = {"plain": 0.3, "cv": 6, "refit": False, "directory": tmp_path}
    found = compare({}, {"fast": 0.01}, time_budget=1.6, **asked)
    assert 2 <= len(found.splits_) < 6
    # A busy machine may need longer for a fold than it did before.
    assert set(found.left_out_) <= {"plain"}
    assert {len(scores) for scores in found.scores_.values()} == {len(found.splits_)}
    # With what is kept, there is time for more.
    assert len(compare({}, {"fast": 0.01}, time_budget=60, **asked).splits_) == 6
    assert len(compare({}, {"fast": 0.01}, time_budget=1e-6, **asked).splits_) == 6


class Tiring(Slow):
    """Takes no time twice, and then more than there is."""

    def fit(self, X, y):
        super().fit(X, y)
        time.sleep(60 * (len(self.asked) > 2))
        return self


def test_all_are_compared_on_the_folds_that_the_plain_model_has_in_the_end():
    started = time.perf_counter()
    found = compare_strategies(
        Tiring(0.05), X, Y, {"net": {"seconds": 0.01}}, baselines={"linear": DummyClassifier()},
        cv=4, verbose=0, blend=False, refit=False, time_budget=1,
    )  # fmt: skip
    assert time.perf_counter() - started < 20
    assert {"plain", "linear"} <= set(found.scores_)
    assert {len(scores) for scores in found.scores_.values()} == {len(found.splits_)}


def test_without_the_plain_model_baselines_are_compared():
    found = compare({}, {"fast": 0.0}, plain=60.0, time_budget=1)
    assert found.table["name"] == ["fast"]
    assert found.left_out_ == {"plain": 0}
    assert found.verdict.startswith("No net has a score")


def test_a_strategy_is_compared_with_the_baseline_where_the_plain_model_takes_too_long():
    found = compare({"fast net": 0.0}, {"fast": 0.0}, plain=60.0, time_budget=1)
    assert set(found.table["name"]) == {"fast", "fast net"}
    assert np.isnan(found.table["above_plain"]).all()
    assert np.isfinite(found.table["above_baseline"]).all()


def test_nothing_finished_is_an_error_with_the_cure():
    with pytest.raises(ValueError, match=r"time_budget=0\.5 seconds were over.*allow more"):
        compare({}, plain=60.0, time_budget=0.5)


def test_the_next_call_goes_on_from_the_folds_that_are_done(tmp_path):
    strategies = {"quick": 0.01, "slow": 1.2}
    asked = {"directory": tmp_path, "refit": False}
    assert compare(strategies, time_budget=2, **asked).left_out_ == {"slow": 1}
    n_fits = len(Slow.asked)
    assert compare(strategies, time_budget=60, **asked).left_out_ == {}
    assert Slow.asked[n_fits:] == [(1.2, 6)]
    # What is kept is taken even where there is no time at all.
    assert compare(strategies, time_budget=1e-6, **asked).left_out_ == {}


def test_workers_keep_the_time_too():
    compare({}, n_jobs=2)  # so that they have started
    started = time.perf_counter()
    found = compare({"endless": 60.0}, time_budget=3, n_jobs=2)
    assert time.perf_counter() - started < 30
    assert found.left_out_ == {"endless": 0}


def budget(refit=True, **params):
    roles = {"plain": "plain", "net": "strategy", "linear": "baseline"}
    splits = [(np.arange(8), np.arange(2))] * 2
    asked = {"started": time.time(), "roles": roles, "splits": splits, "n_jobs": 1}
    return TimeBudget(100, refit=refit, **asked | params)


@pytest.mark.parametrize(("refit", "kept"), [(True, 1.2 * 10 / 8 * (7 + 2)), (False, 0)])
def test_time_is_kept_for_the_best_net_and_the_best_baseline_on_all_rows(refit, kept):
    plan = budget(refit)
    for name, seconds, score in [("plain", 4, 0.5), ("net", 7, 0.6), ("linear", 2, 0.9)]:
        for _ in range(plan.n_folds):
            plan.note(name, seconds, score)
    assert plan.end - plan.limit("net", 1).stop_at == pytest.approx(kept)


def test_what_is_not_finished_keeps_no_time_but_from_itself():
    plan = budget()
    plan.note("plain", 10, 0.9)
    assert plan.limit("linear", 1).stop_at == plan.end
    assert plan.end - plan.limit("plain", 1).stop_at == pytest.approx(1.2 * 10 / 8 * 10)


def test_a_candidate_that_was_never_fitted_leaves_time_to_fit_it_to_all_rows():
    plan = budget()
    left = plan.limit("net", 0).seconds_left()
    assert left * (1 + 1.2 * 10 / 8) == pytest.approx(100, rel=0.01)
    plan.note("net", 10, 0.9)
    assert plan.limit("net", 1).seconds_left() == pytest.approx(100 - 1.2 * 10 / 8 * 10, rel=0.01)


def test_what_is_left_out_keeps_no_time():
    plan = budget()
    plan.note("net", 50, 0.9)
    plan.leave_out("net", 1)
    assert plan.limit("plain", 1).stop_at == plan.end


def test_a_fold_less_of_the_plain_model_is_a_fold_less_of_all_and_takes_no_more_time():
    plan = budget(splits=[(np.arange(8), np.arange(2))] * 5)
    plan.leave_out("net", 3)
    assert (plan.n_folds, plan.left_out) == (5, {"net"})
    plan.leave_out("plain", 3)
    plan.leave_out("linear", 4)  # which has those that count
    assert (plan.n_folds, plan.left_out) == (3, {"net"})
    assert plan.limit("linear", 4).seconds_left() < 0 < plan.limit("linear", 2).seconds_left()
    plan.leave_out("linear", 1)  # one fold tells nothing
    assert (plan.n_folds, plan.left_out) == (3, {"net", "linear"})


def test_the_first_fold_of_a_baseline_may_take_its_share_of_half_of_the_time():
    plan = budget()
    assert plan.limit("linear", 0).longest == pytest.approx(100 / 2 / 3)
    assert plan.limit("plain", 0).longest == 100 / 2
    assert plan.limit("linear", 1).longest == plan.limit("net", 0).longest == np.inf
    assert budget(n_jobs=2).limit("linear", 0).longest == pytest.approx(100 / 3)


def test_the_first_folds_of_many_baselines_share_a_third_of_the_time():
    roles = {f"linear {k}": "baseline" for k in range(5)} | {"plain": "plain"}
    assert budget(roles=roles).limit("linear 4", 0).longest == pytest.approx(100 / 3 / 5)
    assert budget(roles=roles, n_jobs=2).limit("linear 4", 0).longest == pytest.approx(200 / 3 / 5)


def test_a_block_that_ends_in_time_leaves_no_alarm_behind():
    with time_limit(0.05):
        pass
    time.sleep(0.1)
    with pytest.raises(OutOfTimeError), time_limit(0.05):
        time.sleep(5)
    with pytest.raises(OutOfTimeError), time_limit(0):
        pass


def test_candidates_that_swallow_errors_do_not_swallow_the_end():
    def swallow():
        with time_limit(0.05), suppress(Exception):
            time.sleep(5)

    with pytest.raises(OutOfTimeError):
        swallow()


def test_dummies_take_no_time():
    found = compare_strategies(
        DummyClassifier(), X, Y, [], cv=2, baselines=False, time_budget=30, verbose=0
    )
    assert found.table["name"] == ["plain"]
